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

/// How TLS begins: a `ClientHello` (RFC 5246, section 7.4.1.2) in its record, with no randomness and one
/// cipher suite, `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`. No handshake comes of it, but an answer.
const HELLO: &[u8] = b"\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x03\
    \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\
    \x00\x00\x02\xc0\x2f\x01\x00";
/// How a record of an alert begins, and one of a handshake.
const TLS_ANSWERS: [u8; 2] = [0x15, 0x16];

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
            Err(StoreError::RedisAway(_)) => {
                let mistaken = self.knock().await;
                mistaken.map_or(RedisExamined::CannotTell, RedisExamined::Mistaken)
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

    /// Whether somebody is there who speaks as the settings do not. Redis waits in silence for the end
    /// of what it takes for a command, when it is TLS; TLS ends what is none without a word.
    async fn knock(&self) -> Option<RedisMistake> {
        let (knock, answers, mistake): (&[u8], [u8; 2], _) = if self.tls {
            (b"PING\r\n", [b'+', b'-'], RedisMistake::NoTls)
        } else {
            (HELLO, TLS_ANSWERS, RedisMistake::WantsTls)
        };
        let knocks = self.hosts.iter().map(|host| async {
            let answer = timeout(self.timeout, first_of_answer(host, knock)).await;
            matches!(answer, Ok(Ok(first)) if answers.contains(&first))
        });
        let heard = futures::future::join_all(knocks).await;
        heard.contains(&true).then_some(mistake)
    }
}

async fn first_of_answer(host: &Host, knock: &[u8]) -> std::io::Result<u8> {
    let mut wire = TcpStream::connect((host.name.as_str(), host.port)).await?;
    wire.write_all(knock).await?;
    wire.read_u8().await
}
