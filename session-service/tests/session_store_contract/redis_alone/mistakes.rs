//! A Redis that is there, and is not what the settings say: which mistake it is, is said.
use std::time::Duration;

use session_service::{
    config::{RedisConfig, RedisTopology},
    store::{Away, RedisExamined, RedisMistake, RedisStore, SessionStore, StoreError},
};
use testkit::{RedisAccess, RedisCluster, RedisSentinel, RedisServer};

use crate::{bounded, subject::user};

/// When an answer is no longer waited for: a server that speaks no TLS says nothing to one that does.
const SILENT: Duration = Duration::from_millis(2500);
const WRONG: &str = "n0t+the+password";

fn store(config: &RedisConfig) -> RedisStore {
    let waiting = RedisConfig {
        timeout: SILENT,
        ..config.clone()
    };
    RedisStore::new(&waiting.settings().unwrap()).unwrap()
}

/// What an examination finds, and what a question meets.
async fn found(config: &RedisConfig) -> (RedisExamined, Option<StoreError>) {
    let store = store(config);
    let met = store.get(&[user(0)]).await.err();
    (store.examine().await, met)
}

/// Both say the same, and what to do, and quote nothing.
async fn says(mistake: RedisMistake, config: &RedisConfig) {
    let (examined, met) = found(config).await;
    assert_eq!(examined, RedisExamined::Mistaken(mistake));
    let met = met.expect("nobody is answered");
    assert!(
        matches!(met, StoreError::RedisMistaken(met) if met == mistake),
        "{met:?} is no {mistake:?}"
    );
    let text = format!("{met} {met:?}");
    assert!(text.contains(&mistake.to_string()), "{text}");
    assert!(
        !text.contains(WRONG) && !text.contains("127.0.0.1"),
        "{text}"
    );
}

fn at(server: &RedisServer, before: &str, after: &str) -> RedisConfig {
    RedisConfig::at(&format!("{before}127.0.0.1:{}{after}", server.port()))
}

fn of(topology: RedisTopology, config: RedisConfig) -> RedisConfig {
    let master = (topology == RedisTopology::Sentinel).then(|| "wxgate".to_owned());
    RedisConfig {
        topology,
        master,
        ..config
    }
}

#[tokio::test]
async fn a_password_that_is_wrong_or_wanting_is_named() {
    bounded(async {
        let locked = RedisServer::with(&RedisAccess::password()).await;
        let wrong = format!("redis://:{WRONG}@");
        says(RedisMistake::WrongPassword, &at(&locked, &wrong, "")).await;
        says(RedisMistake::NoPassword, &at(&locked, "redis://", "")).await;
        let open = RedisServer::start().await;
        says(RedisMistake::WrongPassword, &at(&open, &wrong, "")).await;
    })
    .await;
}

#[tokio::test]
async fn a_right_that_is_wanting_is_named_whoever_misses_it() {
    bounded(async {
        let server = RedisServer::with(&RedisAccess::least_rights()).await;
        assert_eq!(found(&server.config()).await.0, RedisExamined::Fine);
        for (less, more) in [
            ("-get", "+get"),
            ("-mget", "+mget"),
            ("-set", "+set"),
            ("-del", "+del"),
            ("-eval", "+eval"),
            ("resetkeys", "~wxg:*"),
        ] {
            let set = async |rule| server.ask::<()>(&["ACL", "SETUSER", "wxgate", rule]).await;
            set(less).await.unwrap();
            let (examined, _) = found(&server.config()).await;
            let no_rights = RedisExamined::Mistaken(RedisMistake::NoRights);
            assert_eq!(examined, no_rights, "{less}");
            set(more).await.unwrap();
        }
        assert_eq!(found(&server.config()).await.0, RedisExamined::Fine);
        let () = server
            .ask(&["ACL", "SETUSER", "wxgate", "-get", "-select"])
            .await
            .unwrap();
        says(RedisMistake::NoRights, &server.config()).await;
        let other = RedisConfig::at(&format!("{}3", server.url()));
        says(RedisMistake::NoRights, &other).await;
    })
    .await;
}

/// `INFO` shows what a server is; whoever may not ask it is answered all the same.
#[tokio::test]
async fn nobody_needs_info() {
    bounded(async {
        let server = RedisServer::with(&RedisAccess::least_rights()).await;
        let set = async |rule| server.ask::<()>(&["ACL", "SETUSER", "wxgate", rule]).await;
        set("-info").await.unwrap();
        let (examined, met) = found(&server.config()).await;
        assert_eq!(examined, RedisExamined::Fine);
        assert!(met.is_none(), "{met:?}");
        set("-del").await.unwrap();
        let (examined, _) = found(&server.config()).await;
        assert_eq!(examined, RedisExamined::Mistaken(RedisMistake::NoRights));
    })
    .await;
}

/// It has let us in, and looks at what we may do before it says that it is full.
#[tokio::test]
async fn a_full_redis_hides_no_mistake_and_is_none() {
    bounded(async {
        let server = RedisServer::with(&RedisAccess::least_rights()).await;
        server.configure("maxmemory", "1").await;
        assert_eq!(found(&server.config()).await.0, RedisExamined::Fine);
        for (less, more) in [("-set", "+set"), ("-del", "+del"), ("-eval", "+eval")] {
            let set = async |rule| server.ask::<()>(&["ACL", "SETUSER", "wxgate", rule]).await;
            set(less).await.unwrap();
            let (examined, _) = found(&server.config()).await;
            let no_rights = RedisExamined::Mistaken(RedisMistake::NoRights);
            assert_eq!(examined, no_rights, "{less}");
            set(more).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_database_and_a_topology_that_are_not_there_are_named() {
    bounded(async {
        let server = RedisServer::start().await;
        let there = || at(&server, "redis://", "");
        says(
            RedisMistake::NoSuchDatabase,
            &at(&server, "redis://", "/99"),
        )
        .await;
        let cluster = of(RedisTopology::Cluster, there());
        says(RedisMistake::IsNoCluster, &cluster).await;
        let sentinel = of(RedisTopology::Sentinel, there());
        says(RedisMistake::IsNoSentinel, &sentinel).await;
    })
    .await;
}

#[tokio::test]
async fn tls_that_only_one_side_speaks_or_that_is_not_trusted_is_named() {
    bounded(async {
        let plain = RedisServer::with(&RedisAccess::password()).await;
        let (examined, met) = found(&at(&plain, "rediss://", "")).await;
        assert_eq!(examined, RedisExamined::Mistaken(RedisMistake::NoTls));
        assert!(matches!(met, Some(StoreError::RedisAway(_))), "{met:?}");
        let guarded = RedisServer::with(&RedisAccess::open().with_client_certificates()).await;
        says(RedisMistake::Certificate, &at(&guarded, "rediss://", "")).await;
        let nameless = RedisConfig {
            cert_file: None,
            key_file: None,
            ..guarded.config()
        };
        says(RedisMistake::Certificate, &nameless).await;
        let (examined, met) = found(&at(&guarded, "redis://", "")).await;
        assert_eq!(examined, RedisExamined::Mistaken(RedisMistake::WantsTls));
        assert!(matches!(met, Some(StoreError::RedisAway(_))), "{met:?}");
    })
    .await;
}

#[tokio::test]
async fn what_sentinels_do_not_know_is_named() {
    bounded(async {
        let zoo = RedisSentinel::with(&RedisAccess::password().guarding_sentinels()).await;
        assert_eq!(found(&zoo.config()).await.0, RedisExamined::Fine);
        let stranger = RedisConfig {
            master: Some("another".to_owned()),
            ..zoo.config()
        };
        says(RedisMistake::UnknownMaster, &stranger).await;
        for password in [None, Some(WRONG.into())] {
            let locked_out = RedisConfig {
                sentinel_password: password,
                ..zoo.config()
            };
            says(RedisMistake::SentinelPassword, &locked_out).await;
        }
        let wrong = format!("redis://:{WRONG}@127.0.0.1:{}", zoo.sentinels[0].port());
        let wrong = RedisConfig {
            url: Some(wrong.into()),
            ..zoo.config()
        };
        says(RedisMistake::WrongPassword, &wrong).await;
        let alone = RedisConfig::at(&zoo.sentinels[0].url());
        assert_eq!(
            found(&alone).await.0,
            RedisExamined::Mistaken(RedisMistake::IsSentinel)
        );
        let cluster = of(RedisTopology::Cluster, alone);
        says(RedisMistake::IsNoCluster, &cluster).await;
    })
    .await;
}

/// A node answers for its own slots as any server does.
#[tokio::test]
async fn a_node_of_a_cluster_is_no_server_even_where_it_answers() {
    bounded(async {
        let cluster = RedisCluster::start().await;
        let owner = cluster.owner(user(0).as_str()).await;
        for (n, node) in cluster.nodes.iter().enumerate() {
            if n == owner {
                assert_eq!(
                    found(&node.config()).await.0,
                    RedisExamined::Mistaken(RedisMistake::IsCluster)
                );
            } else {
                says(RedisMistake::IsCluster, &node.config()).await;
            }
        }
        assert_eq!(found(&cluster.config()).await.0, RedisExamined::Fine);
    })
    .await;
}

#[tokio::test]
async fn a_redis_that_is_away_is_no_mistake() {
    bounded(async {
        let mut server = RedisServer::start().await;
        server.pause().await;
        assert_eq!(found(&server.config()).await.0, RedisExamined::CannotTell);
        server.resume();
        server.kill();
        let (examined, met) = found(&server.config()).await;
        assert_eq!(examined, RedisExamined::CannotTell);
        assert!(matches!(met, Some(StoreError::RedisAway(_))), "{met:?}");
    })
    .await;
}

/// The slot that nobody answers for makes the store say what it believes of the nodes.
#[tokio::test]
async fn a_mistake_of_a_cluster_is_over_once_a_node_answers() {
    bounded(async {
        let mut cluster = RedisCluster::with(&RedisAccess::password()).await;
        let wrong = at(&cluster.nodes[0], &format!("redis://:{WRONG}@"), "");
        let wrong = of(RedisTopology::Cluster, wrong);
        let store = store(&wrong);
        let met = async || {
            store
                .get(&[user(0)])
                .await
                .expect_err("nobody has the slot")
        };
        let mistaken = met().await;
        assert!(
            matches!(
                mistaken,
                StoreError::RedisMistaken(RedisMistake::WrongPassword)
            ),
            "{mistaken:?}"
        );
        let slot = cluster.slot(user(0).as_str()).await.to_string();
        for node in &cluster.nodes {
            let () = node.ask(&["CLUSTER", "DELSLOTS", &slot]).await.unwrap();
            node.configure("requirepass", WRONG).await;
        }
        let nobody = |met: &StoreError| matches!(met, StoreError::RedisAway(Away::Nowhere));
        let half_made = met().await;
        assert!(nobody(&half_made), "{half_made:?}");
        for node in &mut cluster.nodes {
            node.kill();
        }
        let gone = met().await;
        assert!(nobody(&gone), "{gone:?}");
    })
    .await;
}
