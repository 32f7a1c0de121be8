//! Whether Redis is what the settings say, before a user finds out.
use std::time::Duration;

use deadpool_redis::redis;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{RedisMistake, RedisStore, address::Host};
use crate::store::{Expect, SessionStore, StoreError, StoreKey, Swap, Write};

/// What the record that shows our rights lives for: nobody is to find it.
const BLINK: Duration = Duration::from_millis(1);

/// What an examination shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedisExamined {
    /// Redis does what is asked of it, or could but for now does not write.
    Fine,
    /// It is set up wrong, or the settings say wrong things of it.
    Mistaken(RedisMistake),
    /// It is away, or starts: whatever was wrong before may still be.
    CannotTell,
}

impl RedisStore {
    /// Whether something is wrong with how Redis is set up, or with what the settings say of it.
    pub async fn examine(&self) -> RedisExamined {
        match self.try_out().await {
            Ok(()) => RedisExamined::Fine,
            Err(StoreError::RedisMistaken(mistake)) => RedisExamined::Mistaken(mistake),
            Err(StoreError::RedisAway(_)) if self.tls => {
                let no_tls = self.knock().await;
                no_tls.map_or(RedisExamined::CannotTell, RedisExamined::Mistaken)
            }
            Err(_) => RedisExamined::CannotTell,
        }
    }

    /// Does all that is done with records, to one of its own.
    async fn try_out(&self) -> Result<(), StoreError> {
        self.try_mode().await?;
        let key = StoreKey::trial();
        self.get(std::slice::from_ref(&key)).await?;
        self.get(&[key.clone(), key.clone()]).await?;
        for write in [Write::Put(Vec::new(), BLINK), Write::Delete] {
            let (key, expect) = (key.clone(), Expect::Anything);
            match self.swap(&[Swap { key, expect, write }]).await {
                // A server that is full or has lost its replicas looks at our rights before it says so.
                Ok(_) | Err(StoreError::RedisRefuses(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Nothing that is done with records needs `INFO`: who may not ask it goes without.
    async fn try_mode(&self) -> Result<(), StoreError> {
        let mut info = redis::cmd("INFO");
        info.arg("server");
        let infos = match self.ask_all::<String>(&info).await {
            Err(StoreError::RedisMistaken(RedisMistake::NoRights)) => return Ok(()),
            infos => infos?,
        };
        let wrong = infos.iter().find_map(|info| self.wrong_mode(info));
        wrong.map_or(Ok(()), |mistake| Err(StoreError::RedisMistaken(mistake)))
    }

    /// A node of a Cluster answers for a third of the keys, as if nothing were wrong.
    fn wrong_mode(&self, info: &str) -> Option<RedisMistake> {
        let mode = info
            .lines()
            .find_map(|line| line.strip_prefix("redis_mode:"))?;
        match mode.trim() {
            "cluster" if !self.is_cluster => Some(RedisMistake::IsCluster),
            "sentinel" => Some(RedisMistake::IsSentinel),
            _ => None,
        }
    }

    /// Redis waits in silence for the end of what it takes for a command, when it is TLS.
    async fn knock(&self) -> Option<RedisMistake> {
        let knocks = self.hosts.iter().map(|host| async {
            let answer = timeout(self.timeout, answers_in_the_clear(host)).await;
            matches!(answer, Ok(Ok(true)))
        });
        let answers = futures::future::join_all(knocks).await;
        answers.contains(&true).then_some(RedisMistake::NoTls)
    }
}

/// Redis answers `+PONG`, or `-` and why not.
async fn answers_in_the_clear(host: &Host) -> std::io::Result<bool> {
    let mut wire = TcpStream::connect((host.name.as_str(), host.port)).await?;
    wire.write_all(b"PING\r\n").await?;
    let first = wire.read_u8().await?;
    Ok(first == b'+' || first == b'-')
}
