//! One server.
use testkit::RedisServer;

use crate::{bounded, is_there};

#[tokio::test]
async fn a_dropped_server_is_gone() {
    bounded(async {
        let server = RedisServer::start().await;
        let port = server.port();
        assert!(is_there(port));
        drop(server);
        assert!(!is_there(port));
    })
    .await;
}

#[tokio::test]
async fn a_server_is_gone_after_a_panic() {
    bounded(async {
        let (tell, told) = tokio::sync::oneshot::channel();
        let panicking = tokio::spawn(async move {
            let server = RedisServer::start().await;
            tell.send(server.port()).unwrap();
            panic!("on purpose");
        });
        let port = told.await.unwrap();
        assert!(panicking.await.is_err());
        assert!(!is_there(port));
    })
    .await;
}

#[tokio::test]
async fn a_revived_server_is_where_it_was_and_empty() {
    bounded(async {
        let mut server = RedisServer::start().await;
        let () = server.ask(&["SET", "a", "1"]).await.unwrap();
        server.saved().await;
        server.kill();
        assert!(!is_there(server.port()));
        server.revive().await;
        let found: Option<String> = server.ask(&["GET", "a"]).await.unwrap();
        assert_eq!(found, None);
    })
    .await;
}

#[tokio::test]
async fn a_setting_changes_while_it_runs() {
    bounded(async {
        let server = RedisServer::start().await;
        server.configure("maxmemory-policy", "allkeys-lru").await;
        let info: String = server.ask(&["INFO", "memory"]).await.unwrap();
        assert!(info.contains("maxmemory_policy:allkeys-lru"), "{info}");
    })
    .await;
}
