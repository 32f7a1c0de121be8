//! Who may come in, on each kind.
use deadpool_redis::redis::{self, RedisResult};
use session_service::config::RedisConfig;
use testkit::{RedisAccess, RedisCluster, RedisSentinel, RedisServer, Stage};

use crate::bounded;

/// Asks as a client such as wxgate.
async fn ask<T: redis::FromRedisValue>(url: &str, words: &[&str]) -> RedisResult<T> {
    let client = redis::Client::open(url)?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    redis::Cmd::new()
        .arg(words)
        .query_async(&mut connection)
        .await
}

fn code<T>(answer: RedisResult<T>) -> String {
    let error = answer.err().expect("a refusal");
    error.code().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_password_is_wanted_and_the_address_has_it() {
    bounded(async {
        let server = RedisServer::with(&RedisAccess::password()).await;
        let bare = format!("redis://127.0.0.1:{}/", server.port());
        assert_eq!(code(ask::<()>(&bare, &["GET", "wxg:a"]).await), "NOAUTH");
        let () = ask(&server.url(), &["SET", "wxg:a", "1"]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn least_rights_are_enough_for_our_keys_and_for_nothing_else() {
    bounded(async {
        let server = RedisServer::with(&RedisAccess::least_rights()).await;
        let url = server.url();
        let script = "return redis.call('SET', KEYS[1], ARGV[1], 'PX', '1000')";
        let allowed: [&[&str]; 7] = [
            &["EVAL", script, "1", "wxg:a", "1"],
            &["GET", "wxg:a"],
            &["MGET", "wxg:a", "wxg:b"],
            &["SCAN", "0", "MATCH", "wxg:*"],
            &["PING"],
            &["ROLE"],
            &["INFO", "memory"],
        ];
        for words in allowed {
            let answer: RedisResult<redis::Value> = ask(&url, words).await;
            assert!(answer.is_ok(), "{words:?}: {answer:?}");
        }
        let refused: [&[&str]; 7] = [
            &["GET", "another:a"],
            &["EVAL", script, "1", "another:a", "1"],
            &["CONFIG", "GET", "*"],
            &["FLUSHALL"],
            &["KEYS", "*"],
            &["CLIENT", "KILL", "TYPE", "normal"],
            &["SUBSCRIBE", "a"],
        ];
        for words in refused {
            assert_eq!(code(ask::<()>(&url, words).await), "NOPERM", "{words:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn wxgate_works_with_least_rights() {
    bounded(async {
        let server = RedisServer::with(&RedisAccess::least_rights()).await;
        let stage = Stage::at(RedisConfig::at(&server.url()), |_| {}).await;
        let token = stage.log_in("oMei").await;
        let token = stage.phone.refresh(&token).await.expect(200).token();
        let data = stage.wechat.open_data("oMei", "phone").await;
        stage.phone.decrypt(&token, &data).await.expect(200);
        assert!(!stage.system.records.dump().await.unwrap().is_empty());
        stage.phone.logout(&token).await.expect(204);
        stage.end().await;
    })
    .await;
}

/// A replica, a Sentinel and a node of a Cluster have to get in as well.
#[tokio::test]
async fn a_locked_sentinel_zoo_over_tls_fails_over() {
    bounded(async {
        let access = RedisAccess::least_rights()
            .guarding_sentinels()
            .with_client_certificates();
        let mut zoo = RedisSentinel::with(&access).await;
        zoo.kill_master().await;
        zoo.until_master(1).await;
        assert!(zoo.urls().iter().all(|url| url.starts_with("rediss://:")));
    })
    .await;
}

#[tokio::test]
async fn a_locked_cluster_over_tls_moves_its_slots() {
    bounded(async {
        let access = RedisAccess::least_rights().with_client_certificates();
        let cluster = RedisCluster::with(&access).await;
        let (slot, from) = (cluster.slot("a").await, cluster.owner("a").await);
        let () = cluster.nodes[from]
            .ask(&["SET", "a", "kept"])
            .await
            .unwrap();
        let to = (from + 1) % 3;
        cluster.move_slot(slot, to).await;
        let found: String = cluster.nodes[to].ask(&["GET", "a"]).await.unwrap();
        assert_eq!(found, "kept");
    })
    .await;
}

#[tokio::test]
async fn tls_is_for_those_who_trust_its_authority() {
    bounded(async {
        let server = RedisServer::with(&RedisAccess::open().with_tls()).await;
        assert!(ask::<()>(&server.url(), &["PING"]).await.is_err());
        let certificates = server.access().certificates().unwrap();
        let tls = redis::TlsCertificates {
            client_tls: None,
            root_cert: Some(std::fs::read(certificates.authority()).unwrap()),
        };
        let client = redis::Client::build_with_tls(server.url(), tls).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let pong: String = redis::cmd("PING")
            .query_async(&mut connection)
            .await
            .unwrap();
        assert_eq!(pong, "PONG");
    })
    .await;
}

#[tokio::test]
async fn a_client_without_a_certificate_is_turned_away_where_one_is_wanted() {
    bounded(async {
        let access = RedisAccess::open().with_client_certificates();
        let server = RedisServer::with(&access).await;
        let certificates = server.access().certificates().unwrap();
        let tls = redis::TlsCertificates {
            client_tls: None,
            root_cert: Some(std::fs::read(certificates.authority()).unwrap()),
        };
        let client = redis::Client::build_with_tls(server.url(), tls).unwrap();
        assert!(client.get_multiplexed_async_connection().await.is_err());
    })
    .await;
}
