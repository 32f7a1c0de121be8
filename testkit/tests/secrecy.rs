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
        // No token is left, and none comes in its place.
        for fault in faults(fake_wechat::DEFAULT_SECRET) {
            let asked = fleet.wechat.asked_at(TOKEN).await;
            forget_access_tokens(fleet).await;
            spoil(fleet, TOKEN, fault).await;
            assert!(self.phone_number(fleet, token).await >= 400);
            assert!(fleet.wechat.asked_at(TOKEN).await > asked, "nobody asked");
        }
        fleet.wechat.no_faults().await;
        forget_access_tokens(fleet).await;
        self.access_token(fleet).await.expect("WeChat is well");
    }
}

/// Deletes the tokens, and what is remembered of questions for them: the next question is asked at once.
async fn forget_access_tokens(fleet: &Fleet) {
    let mut redis = fleet.redis.connect().await.expect("it runs");
    let ours = redis.keys::<_, Vec<String>>("wxg:{at:*").await;
    let ours = ours.expect("it runs");
    assert!(!ours.is_empty(), "there is neither a token nor a lease");
    let () = redis.del(ours).await.expect("it runs");
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

/// A place, and what was found there.
type Trace = (&'static str, Vec<u8>);

/// What the run left behind, place by place.
async fn traces_of(fleet: &Fleet) -> Vec<Trace> {
    let [gateway, session, crypto] = fleet.metrics().await.map(String::into_bytes);
    vec![
        ("logs", fleet.logs().into_bytes()),
        ("redis", kept(fleet).await),
        ("redis' slow log", slow_log(fleet).await),
        ("redis' file", fleet.redis.saved().await),
        ("the users' database", fleet.database()),
        (
            "the programs' environment and arguments",
            fleet.surroundings(),
        ),
        ("auth-gateway's metrics", gateway),
        ("session-service's metrics", session),
        ("crypto-service's metrics", crypto),
    ]
}

/// Every key and value in Redis.
async fn kept(fleet: &Fleet) -> Vec<u8> {
    let mut redis = fleet.redis.connect().await.expect("it runs");
    let mut kept = Vec::new();
    for key in redis.keys::<_, Vec<String>>("*").await.expect("it runs") {
        kept.extend(key.as_bytes());
        kept.extend(redis.get::<_, Vec<u8>>(&key).await.expect("it runs"));
    }
    kept
}

/// From now on Redis logs every command.
async fn log_all_commands(fleet: &Fleet) {
    let mut redis = fleet.redis.connect().await.expect("it runs");
    let () = redis::cmd("CONFIG")
        .arg(&["SET", "slowlog-log-slower-than", "0"])
        .query_async(&mut redis)
        .await
        .expect("it runs");
}

async fn slow_log(fleet: &Fleet) -> Vec<u8> {
    let mut redis = fleet.redis.connect().await.expect("it runs");
    let slow: redis::Value = redis::cmd("SLOWLOG")
        .arg("GET")
        .arg(-1)
        .query_async(&mut redis)
        .await
        .expect("it runs");
    format!("{slow:?}").into_bytes()
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    match std::str::from_utf8(needle) {
        Ok(text) => String::from_utf8_lossy(haystack).contains(text),
        Err(_) => haystack.windows(needle.len()).any(|at| at == needle),
    }
}

/// What each place holds, if anything was written there at all.
const SIGNS: [(&str, &str); 11] = [
    ("logs", "\"level\":\"TRACE\""),
    ("redis", ":s:"),
    ("redis' slow log", "EVAL"),
    ("redis' file", "REDIS"),
    ("the users' database", "SQLite format"),
    ("the programs' environment and arguments", "wxgate.toml"),
    ("auth-gateway's metrics", "POST /v1/login"),
    ("session-service's metrics", "stable_token"),
    ("crypto-service's metrics", "wxgate_crypto_seals_total"),
    ("spans", "SealSessionKey"),
    ("answers", "session_rd"),
];

/// That there was something to look at in every place.
fn assert_all_seen(traces: &[Trace]) {
    assert_eq!(traces.len(), SIGNS.len());
    for ((place, text), (name, sign)) in traces.iter().zip(SIGNS) {
        assert_eq!(*place, name);
        let seen = holds(text, sign.as_bytes());
        assert!(seen, "there is nothing to look at in the {place}");
    }
}

/// That none of the places holds it.
fn assert_nowhere(traces: &[Trace], what: &str, secret: &[u8]) {
    for (place, text) in traces {
        assert!(!holds(text, secret), "{what} is in the {place}");
    }
}

/// Mini-programs are told tokens, numbers and that their codes were used; nobody is told the rest.
fn assert_secret(traces: &[Trace], used: &Used) {
    let key = BASE64_STANDARD.decode(SESSION_KEY).expect("base64");
    for disguise in spellings(SESSION_KEY, &key) {
        assert_nowhere(traces, "a session_key", disguise.as_bytes());
    }
    assert_nowhere(traces, "a session_key", &key);
    let secret = fake_wechat::DEFAULT_SECRET.as_bytes();
    assert_nowhere(traces, "the AppSecret", secret);
    for token in &used.access_tokens {
        assert_nowhere(traces, "an access_token", token.as_bytes());
    }
    let (answers, rest) = traces.split_last().expect("places");
    assert_eq!(answers.0, "answers");
    for token in &used.tokens {
        assert_nowhere(rest, "a token", token.as_bytes());
    }
    for code in &used.codes {
        assert_nowhere(rest, "a code", code.as_bytes());
    }
    assert_nowhere(rest, "a phone number", NUMBER.as_bytes());
    for (place, text) in rest {
        // Openids live in the database, and nowhere else.
        let is_home = *place == "the users' database";
        assert!(
            is_home || !holds(text, OPENID.as_bytes()),
            "an openid is in the {place}"
        );
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
        log_all_commands(&fleet).await;
        let used = a_busy_day(&fleet).await;
        let mut traces = traces_of(&fleet).await;
        let answers = fleet.phone.heard().into_bytes();
        // Programs that end send the spans they still hold.
        fleet.end().await;
        traces.push(("spans", format!("{:?}", collector.seen()).into_bytes()));
        traces.push(("answers", answers));

        assert_all_seen(&traces);
        assert_eq!(used.tokens.len(), 4);
        assert!(used.codes.len() > 60 && !used.access_tokens.is_empty());
        assert_secret(&traces, &used);
    })
    .await;
}
