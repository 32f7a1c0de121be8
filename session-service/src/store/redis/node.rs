//! One server, and the connections to it.
use std::time::Duration;

use deadpool::managed::{Object, Pool, PoolConfig, Timeouts};
use deadpool_redis::redis::{self, Cmd, FromRedisValue, RedisResult, ServerErrorKind};
use tokio::time::{Instant, timeout_at};

use super::{
    address::{Dialer, Host},
    manager::{Manager, Proof},
    trouble::{Away, Trouble},
};

/// How servers are connected to.
#[derive(Clone)]
pub(super) struct Wiring {
    pub(super) dialer: Dialer,
    pub(super) timeout: Duration,
    pub(super) connections: usize,
}

/// A server, and the connections to it. One asker at a time has a connection.
pub(super) struct Node {
    pub(super) host: Host,
    proof: Proof,
    pool: Pool<Manager>,
}

impl Node {
    /// The server at `host`; connects when first asked.
    pub(super) fn new(wiring: &Wiring, host: Host, proof: Proof) -> RedisResult<Self> {
        let config = PoolConfig {
            max_size: wiring.connections,
            timeouts: Timeouts {
                // Whoever has waited in line for longer would have no time left to be answered: when
                // Redis is slow, nobody would be.
                wait: Some(wiring.timeout / 2),
                create: Some(wiring.timeout),
                recycle: Some(wiring.timeout),
            },
            ..PoolConfig::default()
        };
        let manager = Manager::new(wiring.dialer.client(&host)?, wiring.timeout, proof);
        let pool = Pool::builder(manager)
            .config(config)
            .runtime(deadpool::Runtime::Tokio1)
            .build()
            .expect("the pool has the run time that its time-outs need");
        Ok(Self { host, proof, pool })
    }

    /// Asks, after `ASKING` where the slot is on its way to this node. An answer that is doubted must be
    /// followed by a proof, on the same connection, that answers and questions still belong together, and
    /// that the server is what it should be.
    pub(super) async fn ask<T: FromRedisValue>(
        &self,
        command: &Cmd,
        is_doubtful: fn(&T) -> bool,
        asking: bool,
        deadline: Instant,
    ) -> Result<T, Trouble> {
        let mut borrowed = self.borrow(deadline).await?;
        let asked = async {
            let wire = borrowed.wire();
            if asking {
                let () = wire.ask(&redis::cmd("ASKING")).await?;
            }
            let answer = wire.ask(command).await?;
            if is_doubtful(&answer) {
                wire.prove(self.proof).await?;
            }
            Ok(answer)
        };
        let answer = timeout_at(deadline, asked).await;
        let trouble = match answer {
            Ok(Ok(answer)) => {
                borrowed.give_back();
                return Ok(answer);
            }
            Ok(Err(error)) => Trouble::asking(error),
            Err(_) => Trouble::Away(Away::Silent),
        };
        if in_order(&trouble) {
            borrowed.give_back();
        }
        Err(trouble)
    }

    /// Asks what is about no record.
    pub(super) async fn ask_plainly<T: FromRedisValue>(
        &self,
        command: &Cmd,
        deadline: Instant,
    ) -> Result<T, Trouble> {
        self.ask(command, |_| false, false, deadline).await
    }

    async fn borrow(&self, deadline: Instant) -> Result<Borrowed, Trouble> {
        // The pool gives every stale connection a timeout of its own: a hung server would cost all of
        // them, one after the other.
        match timeout_at(deadline, self.pool.get()).await {
            Ok(Ok(connection)) => Ok(Borrowed(Some(connection))),
            Ok(Err(error)) => Err(Trouble::connecting(error)),
            Err(_) => Err(Trouble::Away(Away::Silent)),
        }
    }

    /// Throws away the connections that nobody is using: the server they lead to is not what it was.
    pub(super) fn forget_idle(&self) {
        self.pool.retain(|_, _| false);
    }
}

/// A connection on loan. Whoever gives up half-way has it thrown away, so that a late reply is nobody's.
struct Borrowed(Option<Object<Manager>>);

impl Borrowed {
    fn wire(&mut self) -> &mut super::manager::Connection {
        self.0
            .as_mut()
            .expect("a loan holds its connection until it ends")
    }

    /// The connection answered: others may have it.
    fn give_back(mut self) {
        self.wire().answered();
        drop(self.0.take());
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(Object::take(connection));
        }
    }
}

/// Whether the server refused while the connection is in order. Anything else (`READONLY`, `LOADING`,
/// `NOAUTH`, ...) may be true of this server alone: the next question goes out on a new connection.
fn in_order(trouble: &Trouble) -> bool {
    const REFUSALS: [&str; 4] = ["OOM", "NOREPLICAS", "MISCONF", "NOPERM"];
    const REDIRECTIONS: [ServerErrorKind; 4] = [
        ServerErrorKind::Moved,
        ServerErrorKind::Ask,
        ServerErrorKind::TryAgain,
        ServerErrorKind::ClusterDown,
    ];
    let Trouble::Says(error) = trouble else {
        return false;
    };
    trouble
        .says()
        .is_some_and(|kind| REDIRECTIONS.contains(&kind))
        || error.code().is_some_and(|code| REFUSALS.contains(&code))
}
