//! Records in Redis: one server, a master that sentinels name, or a Cluster.
//!
//! All of a question ends with one time-out: waiting for a connection, making one, finding the server
//! that answers, asking again. What may be asked again, and where, the topology's [`Route`] knows.
mod address;
mod asking;
mod cluster;
mod manager;
mod node;
mod policy;
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
    settings::{RedisSettings, RedisTls, Sentinels, Topology},
    trouble::Away,
};

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use deadpool_redis::redis::{self, Cmd, FromRedisValue};
use futures::future::try_join_all;
use tokio::time::{Instant, sleep, timeout_at};

use self::{
    address::Address,
    cluster::Cluster,
    manager::Proof,
    node::{Node, Wiring},
    route::{Next, Route},
    sentinel::Sentinel,
    standalone::Standalone,
    swap::Echo,
};
use super::{SessionStore, StoreError, StoreKey, Swap};

/// Before a question is asked again; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// Redirections are followed at once, but not for ever: two nodes may send us to each other.
const AT_ONCE: u32 = 4;

/// Keeps records in Redis.
pub struct RedisStore {
    route: Box<dyn Route>,
    timeout: Duration,
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
        })
    }

    /// Asks the server that answers for `key`, and whoever it says instead, until the time is over.
    /// `harmless`: nothing changes if the question is answered twice.
    async fn ask<T: FromRedisValue>(
        &self,
        key: &StoreKey,
        command: &Cmd,
        harmless: bool,
    ) -> Result<T, StoreError> {
        let deadline = Instant::now() + self.timeout;
        let (mut sent_to, mut pause, mut tries) = (None, FIRST_PAUSE, 0);
        loop {
            let asking = sent_to.is_some();
            let found = timeout_at(deadline, async {
                match sent_to.take() {
                    Some(host) => self.route.node_at(&host),
                    None => self.route.node(key).await,
                }
            });
            let node = found
                .await
                .map_err(|_| StoreError::RedisAway(Away::Silent))?;
            let (trouble, next) = match node {
                Ok(node) => match node.ask(command, asking, deadline).await {
                    Ok(answer) => return Ok(answer),
                    Err(trouble) => {
                        let next = self.route.after(key, &node, &trouble, harmless);
                        (trouble, next)
                    }
                },
                Err(trouble) => (trouble, Next::Later),
            };
            tries += 1;
            match next {
                Next::GiveUp => return Err(trouble.into()),
                Next::At(host) if tries < AT_ONCE => sent_to = Some(host),
                Next::Again if tries < AT_ONCE => {}
                _ if Instant::now() + pause >= deadline => return Err(trouble.into()),
                _ => {
                    sleep(pause).await;
                    pause *= 2;
                }
            }
        }
    }

    /// Asks every server that keeps records.
    async fn ask_all<T: FromRedisValue>(&self, command: &Cmd) -> Result<Vec<T>, StoreError> {
        let masters = self.route.masters().await?;
        let deadline = Instant::now() + self.timeout;
        let asked = masters
            .iter()
            .map(|node| node.ask(command, false, deadline));
        Ok(try_join_all(asked).await?)
    }

    /// Every record of ours on one server, a page of keys at a time: others may use it too.
    async fn dump_of(&self, node: &Node) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let deadline = || Instant::now() + self.timeout;
        let (mut records, mut cursor) = (Vec::new(), 0_u64);
        loop {
            let mut page = redis::cmd("SCAN");
            page.arg(cursor).arg("MATCH").arg("wxg:*");
            page.arg("COUNT").arg(1000);
            let (next, keys): (u64, Vec<String>) = node.ask(&page, false, deadline()).await?;
            for key in keys {
                let get = redis::cmd("GET").arg(&key).to_owned();
                let value: Option<Vec<u8>> = node.ask(&get, false, deadline()).await?;
                records.extend(value.map(|value| (key, value)));
            }
            if next == 0 {
                return Ok(records);
            }
            cursor = next;
        }
    }
}

fn standalone(
    mut hosts: Vec<address::Host>,
    wiring: &Wiring,
) -> Result<Standalone, RedisAddressError> {
    let (Some(host), true) = (hosts.pop(), hosts.is_empty()) else {
        return Err(RedisAddressError::SeveralHosts);
    };
    let node = Node::new(wiring, host, Proof::Alive);
    let node = node.map_err(|_| RedisAddressError::Malformed)?;
    Ok(Standalone(Arc::new(node)))
}

#[async_trait]
impl SessionStore for RedisStore {
    async fn get(&self, keys: &[StoreKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let Some(first) = keys.first() else {
            return Ok(Vec::new());
        };
        if keys.len() == 1 {
            let get = redis::cmd("GET").arg(first.as_str()).to_owned();
            return Ok(vec![self.ask(first, &get, true).await?]);
        }
        let mut command = redis::cmd("MGET");
        for key in keys {
            command.arg(key.as_str());
        }
        self.ask(first, &command, true).await
    }

    async fn swap(&self, swaps: &[Swap]) -> Result<bool, StoreError> {
        let Some(first) = swaps.first() else {
            return Ok(true);
        };
        let echo = Echo::fresh();
        let answer: String = self
            .ask(&first.key, &swap::command(swaps, &echo), false)
            .await?;
        if let Some(done) = echo.read(&answer) {
            return Ok(done);
        }
        self.distrust().await;
        Err(StoreError::RedisAway(Away::Mixed))
    }

    async fn distrust(&self) {
        for node in self.route.masters().await.unwrap_or_default() {
            node.forget_idle();
        }
    }

    async fn dump(&self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let mut records = Vec::new();
        for node in self.route.masters().await? {
            records.extend(self.dump_of(&node).await?);
        }
        // A scan may show a key twice.
        records.sort_unstable();
        records.dedup();
        Ok(records)
    }
}
