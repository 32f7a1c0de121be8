//! Records in Redis: one server, a master that sentinels name, or a Cluster.
//!
//! All of a question ends with one time-out: waiting for a connection, making one, finding the server
//! that answers, asking again. What may be asked again, and where, the topology's [`Route`] knows.
mod address;
mod asking;
mod cluster;
mod dump;
mod examine;
mod manager;
mod mistake;
mod node;
mod nowhere;
mod policy;
mod question;
mod route;
mod sentinel;
mod settings;
mod slots;
mod standalone;
mod swap;
mod trouble;

pub(in crate::store) use self::trouble::refusal;
pub use self::{
    address::RedisAddressError,
    examine::RedisExamined,
    mistake::RedisMistake,
    settings::{RedisSettings, RedisTls, Sentinels, Topology},
    trouble::Away,
};

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use deadpool_redis::redis::{self, Cmd, FromRedisValue};

use self::{
    address::{Address, Host},
    cluster::Cluster,
    manager::Proof,
    node::{Node, Wiring},
    question::Question,
    route::Route,
    sentinel::Sentinel,
    standalone::Standalone,
    swap::Echo,
};
use super::{SessionStore, StoreError, StoreKey, Swap};

/// Keeps records in Redis.
pub struct RedisStore {
    route: Box<dyn Route>,
    timeout: Duration,
    is_cluster: bool,
    /// Those of the settings.
    hosts: Vec<Host>,
    tls: bool,
}

impl RedisStore {
    /// A store at `settings.url`; connects when first used.
    ///
    /// # Errors
    /// When the address, a certificate or the topology is not what it should be.
    pub fn new(settings: &RedisSettings) -> Result<Self, RedisAddressError> {
        let RedisSettings {
            topology,
            url,
            password,
            tls,
            timeout,
            connections,
        } = settings;
        let address = Address::parse(url, password.as_ref(), tls)?;
        let database = address.database();
        let Address { hosts, dialer } = address;
        let (named, tls) = (hosts.clone(), dialer.has_tls());
        let wiring = Wiring {
            dialer,
            timeout: *timeout,
            connections: *connections,
        };
        let route: Box<dyn Route> = match topology {
            Topology::Standalone => Box::new(standalone(hosts, &wiring)?),
            Topology::Sentinel(Sentinels {
                master,
                username,
                password,
            }) => {
                let dialer = wiring
                    .dialer
                    .as_user(username.as_deref(), password.as_ref());
                Box::new(Sentinel::new(hosts, dialer, master.clone(), wiring))
            }
            Topology::Cluster if database != 0 => return Err(RedisAddressError::Database),
            Topology::Cluster => Box::new(Cluster::new(hosts, wiring)),
        };
        Ok(Self {
            route,
            timeout: *timeout,
            is_cluster: matches!(topology, Topology::Cluster),
            hosts: named,
            tls,
        })
    }

    async fn read<T: FromRedisValue>(
        &self,
        key: &StoreKey,
        command: &Cmd,
        is_doubtful: fn(&T) -> bool,
    ) -> Result<T, StoreError> {
        let question = Question {
            key,
            command,
            harmless: true,
            is_doubtful,
        };
        self.ask(&question).await
    }
}

fn standalone(mut hosts: Vec<Host>, wiring: &Wiring) -> Result<Standalone, RedisAddressError> {
    let (Some(host), true) = (hosts.pop(), hosts.is_empty()) else {
        return Err(RedisAddressError::SeveralHosts);
    };
    let node = Node::new(wiring, host, Proof::Alive);
    let node = node.map_err(|_| RedisAddressError::Malformed)?;
    Ok(Standalone(Arc::new(node)))
}

#[async_trait]
impl SessionStore for RedisStore {
    fn system(&self) -> &'static str {
        "redis"
    }

    async fn get(&self, keys: &[StoreKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let Some(first) = keys.first() else {
            return Ok(Vec::new());
        };
        if keys.len() == 1 {
            let get = redis::cmd("GET").arg(first.as_str()).to_owned();
            // Without its record a session is over: that must be certain. Without a claim a code is
            // free, which the swap finds out.
            let is_doubtful = if first.is_a_users() {
                Option::is_none
            } else {
                |_: &Option<Vec<u8>>| false
            };
            return Ok(vec![self.read(first, &get, is_doubtful).await?]);
        }
        let mut get = redis::cmd("MGET");
        for key in keys {
            get.arg(key.as_str());
        }
        let absent = |found: &Vec<Option<Vec<u8>>>| found.contains(&None);
        self.read(first, &get, absent).await
    }

    async fn swap(&self, swaps: &[Swap]) -> Result<bool, StoreError> {
        let Some(first) = swaps.first() else {
            return Ok(true);
        };
        let echo = Echo::fresh();
        let question = Question {
            key: &first.key,
            command: &swap::command(swaps, &echo),
            harmless: false,
            is_doubtful: |_: &String| false,
        };
        let answer = self.ask(&question).await?;
        if let Some(done) = echo.read(&answer) {
            return Ok(done);
        }
        self.distrust().await;
        Err(StoreError::RedisAway(Away::Mixed))
    }

    async fn distrust(&self) {
        for node in self.masters().await.unwrap_or_default() {
            node.forget_idle();
        }
    }

    async fn dump(&self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let mut records = Vec::new();
        for node in self.masters().await? {
            records.extend(self.dump_of(&node).await?);
        }
        // A scan may show a key twice.
        records.sort_unstable();
        records.dedup();
        Ok(records)
    }
}
