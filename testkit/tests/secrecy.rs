//! Nobody outside crypto-service ever sees a `session_key`, and no log, span or record holds a token.
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;
use testkit::{Collector, Fleet, spellings, story};

/// A canary: no other text in the system looks like it.
const SESSION_KEY: &str = "c2Vzc2lvbi1rZXktKy8/Lw==";
const OPENID: &str = "oCanary00000000000000000000A";

/// Every operation, well and badly, on the three real programs at trace level.
async fn a_busy_day(fleet: &Fleet) -> Vec<String> {
    let planted = json!({ "session_key": SESSION_KEY, "phone": "13800000001" });
    fleet.wechat.user(OPENID, planted).await;
    let first = fleet.log_in(OPENID).await;
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
    fleet
        .phone
        .login("0716AVll20uHk94SLDml27etM946AVlq")
        .await
        .expect(401);
    for fault in [
        json!({ "errcode": 40125 }),
        json!({ "garbage": "truncated" }),
        json!({ "reset": "after" }),
    ] {
        let mut fault = fault;
        fault["path"] = json!("/sns/jscode2session");
        fleet.wechat.faults(json!([fault])).await;
        let code = fleet.wechat.login_code(OPENID).await;
        assert!(fleet.phone.login(&code).await.status >= 500);
    }
    fleet.wechat.no_faults().await;
    let kept = fleet.log_in(OPENID).await;
    vec![first, second, kept]
}

#[tokio::test]
async fn no_session_key_or_token_leaves_its_home() {
    story(async {
        let collector = Collector::start().await;
        let telemetry = format!(
            "[telemetry]\nlog = 'json'\nfilter = 'trace'\notlp_endpoint = 'http://{}'",
            collector.at
        );
        let fleet = Fleet::start(&telemetry).await;
        let tokens = a_busy_day(&fleet).await;
        let kept = everything_in_redis(&fleet).await;
        fleet.phone.logout(&tokens[1]).await.expect(204);
        let (heard, logs) = (fleet.phone.heard(), fleet.logs());
        fleet.end().await;
        let spans = format!("{:?}", collector.seen());

        assert!(
            logs.contains("\"level\":\"TRACE\""),
            "the programs log at trace level"
        );
        assert!(
            spans.contains("Login") && kept.contains(":s:"),
            "there is something to look at"
        );
        let key = BASE64_STANDARD.decode(SESSION_KEY).expect("base64");
        for canary in spellings(SESSION_KEY, &key) {
            for (place, text) in [
                ("answers", &heard),
                ("logs", &logs),
                ("spans", &spans),
                ("redis", &kept),
            ] {
                assert!(
                    !text.contains(&canary),
                    "a session_key is in the {place}, as {canary}"
                );
            }
        }
        let secret = fake_wechat::DEFAULT_SECRET;
        for token in tokens.iter().map(String::as_str).chain([secret]) {
            for (place, text) in [("logs", &logs), ("spans", &spans), ("redis", &kept)] {
                assert!(
                    !text.contains(token),
                    "a token or AppSecret is in the {place}"
                );
            }
        }
        assert!(!kept.contains(OPENID), "an openid is in redis");
    })
    .await;
}

/// Every key and value, as text and as hex.
async fn everything_in_redis(fleet: &Fleet) -> String {
    use deadpool_redis::redis::AsyncCommands;
    let mut redis = fleet.redis.connect().await.expect("it runs");
    let keys: Vec<String> = redis.keys("*").await.expect("it runs");
    let mut kept = String::new();
    for key in keys {
        let value: Vec<u8> = redis.get(&key).await.expect("it runs");
        let text = String::from_utf8_lossy(&value);
        kept = [&kept, &key, &*text, &hex::encode(&value)].join("\n");
    }
    kept
}
