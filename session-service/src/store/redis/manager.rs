//! Connections for the pool.
//!
//! deadpool-redis' own manager asks `PING` at every check-out, which would double the commands of a
//! verify. Here a connection that answered within the last second is taken as it is.
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use deadpool::managed::{Manager as PoolManager, Metrics, RecycleError, RecycleResult};
use deadpool_redis::redis::{
    self, AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, RedisError, RedisResult,
    Value, aio::MultiplexedConnection,
};

/// An answer this fresh shows that the connection works.
const FRESH: Duration = Duration::from_secs(1);

/// What a connection must show when it is new, or has not been used for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// That it answers.
    Alive,
    /// That it leads to a master: a demoted one goes on answering reads.
    Master,
}

/// One connection, and when it last answered.
pub(super) struct Connection {
    wire: MultiplexedConnection,
    answered_at: Instant,
    /// When it last showed what it must.
    proven_at: Instant,
}

impl Connection {
    /// Asks; used by one asker at a time.
    pub(super) async fn ask<T: FromRedisValue>(&mut self, command: &Cmd) -> RedisResult<T> {
        command.query_async(&mut self.wire).await
    }

    /// Notes that it works.
    pub(super) fn answered(&mut self) {
        self.answered_at = Instant::now();
    }

    /// Has it show what it must.
    pub(super) async fn prove(&mut self, proof: Proof) -> RedisResult<()> {
        let proven = match proof {
            Proof::Alive => {
                // It answers with the word it was given: no other answer is this one.
                let word = fresh_word();
                let ping = redis::cmd("PING").arg(&word).to_owned();
                self.ask::<String>(&ping).await? == word
            }
            Proof::Master => {
                let role: Value = self.ask(&redis::cmd("ROLE")).await?;
                is_master(&role)
            }
        };
        if proven {
            self.answered();
            self.proven_at = self.answered_at;
            return Ok(());
        }
        let what = "it is no master, or the reply belongs to another question";
        Err((ErrorKind::Client, what).into())
    }
}

/// A word that no other question of this process has.
pub(super) fn fresh_word() -> String {
    static ASKED: AtomicU64 = AtomicU64::new(0);
    format!("{}:", ASKED.fetch_add(1, Ordering::Relaxed))
}

/// `ROLE` answers `master`, `slave` or `sentinel` first.
fn is_master(role: &Value) -> bool {
    let Value::Array(parts) = role else {
        return false;
    };
    match parts.first() {
        Some(Value::BulkString(name)) => name == b"master",
        Some(Value::SimpleString(name)) => name == "master",
        _ => false,
    }
}

/// Makes connections and judges old ones.
pub(super) struct Manager {
    client: Client,
    config: AsyncConnectionConfig,
    proof: Proof,
}

impl Manager {
    pub(super) fn new(client: Client, timeout: Duration, proof: Proof) -> Self {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(timeout))
            .set_response_timeout(Some(timeout));
        Self {
            client,
            config,
            proof,
        }
    }
}

impl PoolManager for Manager {
    type Type = Connection;
    type Error = RedisError;

    async fn create(&self) -> Result<Connection, RedisError> {
        let wire = self
            .client
            .get_multiplexed_async_connection_with_config(&self.config)
            .await?;
        let now = Instant::now();
        let mut connection = Connection {
            wire,
            answered_at: now,
            proven_at: now,
        };
        if self.proof == Proof::Master {
            connection.prove(Proof::Master).await?;
        }
        Ok(connection)
    }

    async fn recycle(&self, connection: &mut Connection, _: &Metrics) -> RecycleResult<RedisError> {
        // An answer shows that it is alive, not that it leads to a master.
        let shown_at = match self.proof {
            Proof::Alive => connection.answered_at,
            Proof::Master => connection.proven_at,
        };
        if shown_at.elapsed() < FRESH {
            return Ok(());
        }
        let proven = connection.prove(self.proof).await;
        proven.map_err(RecycleError::Backend)
    }
}
