//! Records in Redis.
mod manager;
mod swap;

use std::time::Duration;

use async_trait::async_trait;
use deadpool::managed::{Object, Pool, PoolConfig, Timeouts};
use deadpool_redis::redis::{self, FromRedisValue};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, timeout_at};

use self::manager::Manager;
use super::{SessionStore, StoreError, StoreKey, Swap};

/// Where Redis is, and how long it may take.
#[derive(Clone, Debug)]
pub struct RedisSettings {
    /// `redis://[user:password@]host:port/db`.
    pub url: SecretString,
    /// The longest wait for one answer, connecting included.
    pub timeout: Duration,
    /// Connections at most.
    pub connections: usize,
}

/// Keeps records in a Redis server.
///
/// All waits of one question end together, after one timeout. A connection that failed or was silent
/// for too long is thrown away, so no late reply can be taken for another question's.
pub struct RedisStore {
    pool: Pool<Manager>,
    timeout: Duration,
}

impl RedisStore {
    /// A store at `settings.url`; connects when first used.
    ///
    /// # Errors
    /// When the address is malformed.
    pub fn new(settings: &RedisSettings) -> anyhow::Result<Self> {
        let timeout = settings.timeout;
        // The parser's error may repeat the address, and with it the password.
        let client = redis::Client::open(settings.url.expose_secret())
            .map_err(|_| anyhow::anyhow!("redis.url is not a Redis address"))?;
        let config = PoolConfig {
            max_size: settings.connections,
            timeouts: Timeouts {
                wait: Some(timeout),
                create: Some(timeout),
                recycle: Some(timeout),
            },
            ..PoolConfig::default()
        };
        let pool = Pool::builder(Manager::new(client, timeout))
            .config(config)
            .runtime(deadpool::Runtime::Tokio1)
            .build()?;
        Ok(Self { pool, timeout })
    }

    async fn ask<T: FromRedisValue>(&self, command: &redis::Cmd) -> Result<T, StoreError> {
        // The pool gives every stale connection a timeout of its own: a hung server would cost all of
        // them, one after the other.
        let deadline = Instant::now() + self.timeout;
        let mut connection = timeout_at(deadline, self.pool.get())
            .await
            .map_err(away)?
            .map_err(away)?;
        let asked = command.query_async(&mut connection.wire);
        match timeout_at(deadline, asked).await {
            Ok(Ok(answer)) => {
                connection.answered();
                Ok(answer)
            }
            Ok(Err(error)) => Err(refused(connection, error)),
            Err(late) => {
                drop(Object::take(connection));
                Err(away(late))
            }
        }
    }
}

impl RedisStore {
    /// Every key of ours, a page at a time: others may use the same server.
    async fn keys(&self) -> Result<Vec<String>, StoreError> {
        let (mut keys, mut cursor) = (Vec::new(), 0_u64);
        loop {
            let mut page = redis::cmd("SCAN");
            page.arg(cursor)
                .arg("MATCH")
                .arg("wxg:*")
                .arg("COUNT")
                .arg(1000);
            let (next, found): (u64, Vec<String>) = self.ask(&page).await?;
            keys.extend(found);
            if next == 0 {
                break;
            }
            cursor = next;
        }
        keys.sort_unstable();
        keys.dedup(); // a scan may show a key twice
        Ok(keys)
    }
}

fn away(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::RedisAway(Box::new(error))
}

/// What Redis says no to while the connection is in order. Anything else (`READONLY`, `LOADING`,
/// `NOAUTH`, ...) may be true of this server alone: the next question goes out on a new connection.
const IN_ORDER: [&str; 4] = ["OOM", "NOREPLICAS", "MISCONF", "NOPERM"];

fn refused(connection: Object<Manager>, error: redis::RedisError) -> StoreError {
    let code = error.code().map(str::to_owned);
    if !code.as_deref().is_some_and(|code| IN_ORDER.contains(&code)) {
        drop(Object::take(connection));
    }
    code.map_or_else(|| away(error), StoreError::RedisRefuses)
}

#[async_trait]
impl SessionStore for RedisStore {
    async fn get(&self, keys: &[StoreKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        if let [key] = keys {
            return Ok(vec![self.ask(redis::cmd("GET").arg(key.as_str())).await?]);
        }
        let mut command = redis::cmd("MGET");
        for key in keys {
            command.arg(key.as_str());
        }
        self.ask(&command).await
    }

    async fn swap(&self, swaps: &[Swap]) -> Result<bool, StoreError> {
        self.ask(&swap::command(swaps)).await
    }

    async fn dump(&self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let keys = self.keys().await?;
        let mut records = Vec::with_capacity(keys.len());
        for key in keys {
            let value: Option<Vec<u8>> = self.ask(redis::cmd("GET").arg(&key)).await?;
            records.extend(value.map(|value| (key, value)));
        }
        Ok(records)
    }
}
