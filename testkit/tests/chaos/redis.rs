//! What befalls replies of Redis.
use deadpool_redis::redis::{self, RedisResult, aio::MultiplexedConnection};
use futures::future::join;
use testkit::{ChaosProxy, Faults, RedisServer, Trick, What};

use crate::bounded;

/// A Redis with a word at each of two keys, behind a proxy.
struct Two {
    server: RedisServer,
    proxy: ChaosProxy,
}

impl Two {
    async fn start() -> Self {
        let server = RedisServer::start().await;
        for key in ["a", "b"] {
            let () = server.ask(&["SET", key, key]).await.unwrap();
        }
        let proxy = ChaosProxy::to_redis(&server).await;
        Self { server, proxy }
    }

    async fn connect(&self) -> MultiplexedConnection {
        let url = self.server.access().url(self.proxy.port());
        let client = redis::Client::open(url).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }

    async fn play(&self, what: What) {
        let (command, every) = ("GET", 1);
        let trick = Trick {
            what,
            command,
            every,
        };
        self.proxy.set(Faults::trick(trick)).await;
    }
}

/// The word at a key; `-` where there is none.
async fn get(connection: &MultiplexedConnection, key: &str) -> RedisResult<String> {
    let mut connection = connection.clone();
    let found: Option<String> = redis::cmd("GET")
        .arg(key)
        .query_async(&mut connection)
        .await?;
    Ok(found.unwrap_or_else(|| "-".to_owned()))
}

#[tokio::test]
async fn replies_on_one_connection_change_places() {
    bounded(async {
        let two = Two::start().await;
        let one = two.connect().await;
        two.play(What::Next).await;
        let (a, b) = join(get(&one, "a"), get(&one, "b")).await;
        assert_eq!((&*a.unwrap(), &*b.unwrap()), ("b", "a"));
        assert_eq!(two.proxy.counted().tricks, 1);
        assert_eq!(get(&one, "a").await.unwrap(), "a");
    })
    .await;
}

#[tokio::test]
async fn replies_on_two_connections_change_places() {
    bounded(async {
        let two = Two::start().await;
        let (one, other) = (two.connect().await, two.connect().await);
        two.play(What::Other).await;
        let (a, b) = join(get(&one, "a"), get(&other, "b")).await;
        assert_eq!((&*a.unwrap(), &*b.unwrap()), ("b", "a"));
        assert_eq!(get(&one, "a").await.unwrap(), "a");
    })
    .await;
}

#[tokio::test]
async fn an_older_reply_of_another_connection_comes_in_place_of_the_right_one() {
    bounded(async {
        let two = Two::start().await;
        let (one, other) = (two.connect().await, two.connect().await);
        two.play(What::Older).await;
        assert_eq!(get(&one, "a").await.unwrap(), "a");
        assert_eq!(get(&other, "b").await.unwrap(), "a");
        two.proxy.heal().await;
        assert_eq!(get(&other, "b").await.unwrap(), "b");
    })
    .await;
}

#[tokio::test]
async fn a_reply_is_whatever_was_said() {
    bounded(async {
        let two = Two::start().await;
        let one = two.connect().await;
        two.play(What::Said("$-1\r\n")).await;
        assert_eq!(get(&one, "a").await.unwrap(), "-");
        two.play(What::Said("-MISCONF no\r\n")).await;
        let error = get(&one, "a").await.unwrap_err();
        assert_eq!(error.code(), Some("MISCONF"));
    })
    .await;
}

#[tokio::test]
async fn a_reply_is_lost_for_one_command_alone() {
    bounded(async {
        let two = Two::start().await;
        let one = two.connect().await;
        two.play(What::Lost).await;
        let mut other = one.clone();
        let () = redis::cmd("PING").query_async(&mut other).await.unwrap();
        assert!(get(&one, "a").await.is_err());
        assert_eq!(two.proxy.counted().open, 0);
    })
    .await;
}

#[tokio::test]
async fn every_third_reply_is_every_third_reply() {
    bounded(async {
        let two = Two::start().await;
        let one = two.connect().await;
        let trick = Trick {
            what: What::Said("$1\r\nx\r\n"),
            command: "GET",
            every: 3,
        };
        two.proxy.set(Faults::trick(trick)).await;
        let mut heard = String::new();
        for _ in 0..6 {
            heard += &get(&one, "a").await.unwrap();
        }
        assert_eq!(heard, "aaxaax");
        assert_eq!(two.proxy.counted().tricks, 2);
    })
    .await;
}

#[tokio::test]
async fn requests_are_counted() {
    bounded(async {
        let two = Two::start().await;
        let one = two.connect().await;
        let before = two.proxy.counted().requests;
        for _ in 0..7 {
            get(&one, "a").await.unwrap();
        }
        assert_eq!(two.proxy.counted().requests - before, 7);
    })
    .await;
}
