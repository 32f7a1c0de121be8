//! Nobody outside crypto-service ever sees a `session_key`, and no log, span or record holds a token.
use base64::{Engine, prelude::BASE64_STANDARD};
use deadpool_redis::redis::{self, AsyncCommands};
use serde_json::json;
use testkit::{Collector, Fleet, spellings, story};

/// A canary: no other text in the system looks like it.
const SESSION_KEY: &str = "c2Vzc2lvbi1rZXktKy8/Lw==";
const OPENID: &str = "oCanary00000000000000000000A";

/// What was used in a run and must be found nowhere after it.
#[derive(Default)]
struct Used {
    tokens: Vec<String>,
    codes: Vec<String>,
}

impl Used {
    /// A login that must end with `status`; answers the token, empty when there is none.
    async fn log_in(&mut self, fleet: &Fleet, status: u16) -> String {
        let code = fleet.wechat.login_code(OPENID).await;
        let answer = fleet.phone.login(&code).await.expect(status);
        self.codes.push(code);
        if status != 200 {
            return String::new();
        }
        self.tokens.push(answer.token());
        answer.token()
    }
}

/// Every operation, well and badly, on the three real programs at trace level.
async fn a_busy_day(fleet: &Fleet) -> Used {
    let mut used = Used::default();
    let planted = json!({ "session_key": SESSION_KEY, "phone": "13800000001" });
    fleet.wechat.user(OPENID, planted).await;
    let first = used.log_in(fleet, 200).await;
    fleet.phone.session(&first).await.expect(200);
    fleet.phone.verify(&first).await.expect(200);
    let data = fleet.wechat.open_data(OPENID, "user_info").await;
    fleet.phone.decrypt(&first, &data).await.expect(200);
    let foreign = json!({ "encryptedData": "AAAAAAAAAAAAAAAAAAAAAA==", "iv": data["iv"] });
    fleet.phone.decrypt(&first, &foreign).await.expect(422);
    let second = fleet.phone.refresh(&first).await.expect(200).token();
    let nickname = json!({ "nickname": "梅" });
    fleet
        .phone
        .call("PUT", "/v1/user/profile", Some(&second), Some(nickname))
        .await
        .expect(200);
    used.tokens.push(second);
    let invented = "0716AVll20uHk94SLDml27etM946AVlq";
    fleet.phone.login(invented).await.expect(401);
    used.codes.push(invented.to_owned());
    for (mut fault, status) in [
        (json!({ "errcode": 40125 }), 503),
        (json!({ "garbage": "truncated" }), 502),
        (json!({ "reset": "after" }), 503),
    ] {
        fault["path"] = json!("/sns/jscode2session");
        fleet.wechat.faults(json!([fault])).await;
        used.log_in(fleet, status).await;
    }
    fleet.wechat.no_faults().await;
    let last = used.log_in(fleet, 200).await;
    let erase = fleet.phone.call("DELETE", "/v1/user", Some(&last), None);
    erase.await.expect(204);
    used.log_in(fleet, 200).await;
    used
}

/// What the run left behind, place by place.
async fn traces_of(fleet: &Fleet) -> Vec<(&'static str, Vec<u8>)> {
    let mut redis = fleet.redis.connect().await.expect("it runs");
    let mut kept = Vec::new();
    for key in redis.keys::<_, Vec<String>>("*").await.expect("it runs") {
        kept.extend(key.as_bytes());
        kept.extend(redis.get::<_, Vec<u8>>(&key).await.expect("it runs"));
    }
    let slow: redis::Value = redis::cmd("SLOWLOG")
        .arg("GET")
        .arg(-1)
        .query_async(&mut redis)
        .await
        .expect("it runs");
    vec![
        ("logs", fleet.logs().into_bytes()),
        ("redis", kept),
        ("redis' slow log", format!("{slow:?}").into_bytes()),
        ("redis' file", fleet.redis.saved().await),
        ("the users' database", fleet.database()),
        (
            "the programs' environment and arguments",
            fleet.surroundings(),
        ),
    ]
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|at| at == needle)
}

#[tokio::test]
async fn no_key_secret_token_or_code_leaves_its_home() {
    story(async {
        let collector = Collector::start().await;
        let telemetry = format!(
            "[telemetry]\nlog = 'json'\nfilter = 'trace'\notlp_endpoint = 'http://{}'",
            collector.at
        );
        let fleet = Fleet::start(&telemetry).await;
        let mut redis = fleet.redis.connect().await.expect("it runs");
        let every = ["SET", "slowlog-log-slower-than", "0"];
        let () = redis::cmd("CONFIG")
            .arg(&every)
            .query_async(&mut redis)
            .await
            .expect("it runs");
        let used = a_busy_day(&fleet).await;
        let mut traces = traces_of(&fleet).await;
        let heard = ("answers", fleet.phone.heard().into_bytes());
        // Programs that end send the spans they still hold.
        fleet.end().await;
        traces.push(("spans", format!("{:?}", collector.seen()).into_bytes()));

        for (place, text, expected) in [
            ("logs", &traces[0].1, "\"level\":\"TRACE\""),
            ("redis", &traces[1].1, ":s:"),
            ("slow log", &traces[2].1, "EVAL"),
            ("redis' file", &traces[3].1, "REDIS"),
            ("database", &traces[4].1, "SQLite format"),
            ("surroundings", &traces[5].1, "wxgate.toml"),
            ("spans", &traces[6].1, "SealSessionKey"),
            ("answers", &heard.1, "session_rd"),
        ] {
            assert!(
                holds(text, expected.as_bytes()),
                "there is nothing to look at in the {place}"
            );
        }
        let key = BASE64_STANDARD.decode(SESSION_KEY).expect("base64");
        let disguises = spellings(SESSION_KEY, &key)
            .into_iter()
            .map(String::into_bytes);
        for canary in disguises.chain([key.clone()]) {
            for (place, text) in traces.iter().chain([&heard]) {
                assert!(!holds(text, &canary), "a session_key is in the {place}");
            }
        }
        assert_eq!((used.tokens.len(), used.codes.len()), (4, 7));
        for secret in used.tokens.iter().chain(&used.codes) {
            for (place, text) in &traces {
                assert!(
                    !holds(text, secret.as_bytes()),
                    "a token or a login code is in the {place}"
                );
            }
        }
        for (place, text) in traces.iter().chain([&heard]) {
            let secret = fake_wechat::DEFAULT_SECRET.as_bytes();
            assert!(!holds(text, secret), "the AppSecret is in the {place}");
        }
        assert!(
            !holds(&traces[1].1, OPENID.as_bytes()),
            "an openid is in redis"
        );
    })
    .await;
}
