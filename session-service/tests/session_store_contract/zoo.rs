//! The other two ways to run Redis, locked and open: one of each, asked every rule in turn.
use std::sync::Arc;

use deadpool_redis::redis;
use session_service::store::{RedisSettings, RedisStore, RedisTls, Sentinels, Topology};
use testkit::{RedisAccess, RedisCluster, RedisSentinel, RedisServer};

use crate::subject::{Subject, TIMEOUT};

/// Redis of one kind, and a store that uses it.
pub(crate) struct Zoo<K> {
    pub(crate) kind: K,
    pub(crate) subject: Subject,
}

fn subject(settings: &RedisSettings) -> Subject {
    Subject::of(Arc::new(RedisStore::new(settings).unwrap()))
}

/// The addresses of several servers as one: they differ in host and port alone.
pub(crate) fn joined(urls: &[String]) -> String {
    let host = |url: &String| {
        let authority = url.split("://").nth(1).unwrap().trim_end_matches('/');
        authority.rsplit('@').next().unwrap().to_owned()
    };
    let hosts: Vec<_> = urls.iter().map(host).collect();
    let first = urls.first().unwrap().trim_end_matches('/');
    first.replace(&hosts[0], &hosts.join(","))
}

pub(crate) fn tls(access: &RedisAccess) -> RedisTls {
    let Some(files) = access.certificates() else {
        return RedisTls::default();
    };
    let read = |file| std::fs::read(file).unwrap();
    RedisTls {
        ca: Some(read(files.authority())),
        identity: Some((read(files.client_certificate()), read(files.client_key()))),
    }
}

pub(crate) fn at(urls: &[String], access: &RedisAccess, topology: Topology) -> RedisSettings {
    RedisSettings {
        topology,
        timeout: TIMEOUT,
        tls: tls(access),
        ..RedisSettings::at(&joined(urls))
    }
}

/// Sentinels have an address of their own, and a password of their own; the user is the servers'.
pub(crate) fn sentinel_settings(kind: &RedisSentinel, access: &RedisAccess) -> RedisSettings {
    let addresses: Vec<redis::ConnectionInfo> = kind.urls().iter().map(|url| parse(url)).collect();
    let password = addresses[0].redis_settings().password();
    let topology = Topology::Sentinel(Sentinels {
        master: RedisSentinel::MASTER_NAME.to_owned(),
        username: None,
        password: password.map(Into::into),
    });
    // The servers' name and password, with the sentinels' hosts.
    let hosts = kind
        .sentinels
        .iter()
        .map(|sentinel| access.url(sentinel.port()));
    at(&hosts.collect::<Vec<_>>(), access, topology)
}

fn parse(url: &str) -> redis::ConnectionInfo {
    redis::IntoConnectionInfo::into_connection_info(url).unwrap()
}

pub(crate) async fn sentinel(access: RedisAccess) -> Zoo<RedisSentinel> {
    let kind = RedisSentinel::with(&access).await;
    let subject = subject(&sentinel_settings(&kind, &access));
    Zoo { kind, subject }
}

pub(crate) async fn cluster(access: RedisAccess) -> Zoo<RedisCluster> {
    let kind = RedisCluster::with(&access).await;
    let subject = subject(&at(&kind.urls(), &access, Topology::Cluster));
    Zoo { kind, subject }
}

pub(crate) async fn alone(access: RedisAccess) -> Zoo<[RedisServer; 1]> {
    let kind = [RedisServer::with(&access).await];
    let urls = [kind[0].url()];
    let subject = subject(&at(&urls, &access, Topology::Standalone));
    Zoo { kind, subject }
}

/// Whoever keeps records.
pub(crate) trait Nodes {
    fn nodes(&self) -> &[RedisServer];
}

impl Nodes for RedisSentinel {
    fn nodes(&self) -> &[RedisServer] {
        &self.nodes
    }
}

impl Nodes for RedisCluster {
    fn nodes(&self) -> &[RedisServer] {
        &self.nodes
    }
}

impl Nodes for [RedisServer; 1] {
    fn nodes(&self) -> &[RedisServer] {
        self
    }
}

impl<K: Nodes> Zoo<K> {
    /// An empty store again.
    pub(crate) async fn clear(&self) {
        for node in self.kind.nodes() {
            // A replica refuses, and follows its master.
            let _ = node.ask::<()>(&["FLUSHALL"]).await;
        }
    }
}
