//! Nobody outside crypto-service ever sees a `session_key`, and no log, span or record holds a token.
use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use deadpool_redis::redis::{self, AsyncCommands};
use serde_json::{Value, json};
use testkit::{Collector, Fleet, spellings, story};
use wx_proto::session::v1::{GetAccessTokenRequest, session_service_client::SessionServiceClient};

/// A canary: no other text in the system looks like it.
const SESSION_KEY: &str = "c2Vzc2lvbi1rZXktKy8/Lw==";
const OPENID: &str = "oCanary00000000000000000000A";

/// What was used in a run and must be found nowhere after it.
#[derive(Default)]
struct Used {
    tokens: Vec<String>,
    codes: Vec<String>,
    access_tokens: Vec<String>,
}

const LOGIN: &str = "/sns/jscode2session";
const TOKEN: &str = "/cgi-bin/stable_token";
const PHONE: &str = "/wxa/business/getuserphonenumber";
const NUMBER: &str = "13800000001";

/// How WeChat fails, whatever it was asked. Its texts repeat what it was sent.
fn faults(secret: &str) -> Vec<Value> {
    let echo = |errcode: i64| {
        let errmsg = format!("refused {secret} and {}", secret.to_uppercase());
        json!({ "body": json!({ "errcode": errcode, "errmsg": errmsg }).to_string() })
    };
    let mut faults: Vec<Value> = [-1, 40002, 40013, 40125, 40226, 45011, 48001, 99_999]
        .into_iter()
        .map(echo)
        .collect();
    let kinds = [
        "html",
        "empty",
        "truncated",
        "not_json",
        "not_utf8",
        "wrong_types",
        "huge",
    ];
    faults.extend(kinds.map(|kind| json!({ "garbage": kind })));
    faults.extend([500, 302].map(|status| json!({ "status": status })));
    faults.extend(["before", "after"].map(|moment| json!({ "reset": moment })));
    faults
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

    /// WeChat's `access_token`, as an internal service gets it; nothing while WeChat gives none.
    async fn access_token(&mut self, fleet: &Fleet) -> Option<String> {
        let at = format!("http://{}", fleet.session_at());
        let channel = service_kit::connect(&at, Duration::from_secs(10)).expect("an address");
        let mut client = SessionServiceClient::new(channel);
        let request = GetAccessTokenRequest::default();
        let given = client.get_access_token(request).await.ok()?;
        let token = given.into_inner().access_token;
        self.access_tokens.push(token.clone());
        Some(token)
    }

    /// A phone code; answers the status of asking for its number.
    async fn phone_number(&mut self, fleet: &Fleet, token: &str) -> u16 {
        let code = fleet.wechat.phone_code(OPENID).await;
        let answer = fleet.phone.phone_number(token, &code).await;
        self.codes.push(code);
        answer.status
    }

    /// Every fault at every call.
    async fn bad_day(&mut self, fleet: &Fleet, token: &str) {
        let access_token = self.access_token(fleet).await.expect("WeChat is well");
        for fault in faults(fake_wechat::DEFAULT_SECRET) {
            spoil(fleet, LOGIN, fault).await;
            let code = fleet.wechat.login_code(OPENID).await;
            let status = fleet.phone.login(&code).await.status;
            assert!(status >= 400, "{status}");
            self.codes.push(code);
        }
        for fault in faults(&access_token) {
            spoil(fleet, PHONE, fault).await;
            assert!(self.phone_number(fleet, token).await >= 400);
        }
        // The last token dies, and none comes in its place.
        fleet.wechat.end_tokens(json!({})).await;
        for fault in faults(fake_wechat::DEFAULT_SECRET).into_iter().take(1) {
            spoil(fleet, TOKEN, fault).await;
            assert!(self.phone_number(fleet, token).await >= 400);
        }
        fleet.wechat.no_faults().await;
    }
}

async fn spoil(fleet: &Fleet, path: &str, mut fault: Value) {
    fault["path"] = path.into();
    fleet.wechat.faults(json!([fault])).await;
}

/// Every operation, well and badly, on the three real programs at trace level.
async fn a_busy_day(fleet: &Fleet) -> Used {
    let mut used = Used::default();
    let planted = json!({ "session_key": SESSION_KEY, "phone": NUMBER });
    fleet.wechat.user(OPENID, planted).await;
    let first = used.log_in(fleet, 200).await;
    assert_eq!(used.phone_number(fleet, &first).await, 200);
    used.bad_day(fleet, &first).await;
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
    match std::str::from_utf8(needle) {
        Ok(text) => String::from_utf8_lossy(haystack).contains(text),
        Err(_) => haystack.windows(needle.len()).any(|at| at == needle),
    }
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
        assert_eq!(used.tokens.len(), 4);
        assert!(used.codes.len() > 40 && !used.access_tokens.is_empty());
        for token in &used.access_tokens {
            let heard = &heard.1;
            assert!(
                !holds(heard, token.as_bytes()),
                "an access_token is in an answer"
            );
        }
        let secrets = used
            .tokens
            .iter()
            .chain(&used.codes)
            .chain(&used.access_tokens);
        for secret in secrets {
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
        for (place, text) in &traces {
            assert!(
                !holds(text, NUMBER.as_bytes()),
                "a phone number is in the {place}"
            );
        }
    })
    .await;
}
