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

impl RedisStore {
    /// What is wrong with how Redis is set up, or with what the settings say of it; none: nothing, or it
    /// is away.
    pub async fn mistake(&self) -> Option<RedisMistake> {
        let error = self.try_out().await.err()?;
        match error {
            StoreError::RedisMistaken(mistake) => Some(mistake),
            StoreError::RedisAway(_) if self.tls => self.knock().await,
            _ => None,
        }
    }

    /// Does all that is done with records, to one of its own.
    async fn try_out(&self) -> Result<(), StoreError> {
        let mut info = redis::cmd("INFO");
        info.arg("server");
        for info in self.ask_all::<String>(&info).await? {
            if let Some(mistake) = self.wrong_mode(&info) {
                return Err(StoreError::RedisMistaken(mistake));
            }
        }
        let key = StoreKey::trial();
        self.get(std::slice::from_ref(&key)).await?;
        self.get(&[key.clone(), key.clone()]).await?;
        for write in [Write::Put(Vec::new(), BLINK), Write::Delete] {
            let (key, expect) = (key.clone(), Expect::Anything);
            self.swap(&[Swap { key, expect, write }]).await?;
        }
        Ok(())
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
