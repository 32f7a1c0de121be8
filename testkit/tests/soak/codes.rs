//! Login codes whose answers are lost, a thousand times.
use serde_json::json;
use testkit::{Stage, found, long_story};

const PATH: &str = "/sns/jscode2session";
const CODES: usize = 1000;
/// Logins that go well, for each that does not.
const GOOD: usize = 2;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_lost_answers_and_each_code_is_seen_once() {
    long_story(async {
        let stage = Stage::on_redis().await;
        let reset = json!([{ "path": PATH, "reset": "after" }]);
        for code in 0..CODES {
            let openid = format!("oLost{code}");
            let code = stage.wechat.login_code(&openid).await;
            stage.wechat.faults(reset.clone()).await;
            for nonce in ["", "mine", "mine", "another"] {
                let answer = stage.phone.login_as(&code, nonce).await;
                let expected = [(503, "wechat_unavailable"), (401, "login_code_rejected")];
                assert!(expected.contains(&answer.problem()), "{}", answer.text);
            }
            assert_eq!(stage.wechat.asked_about(&code).await, 1);
            stage.wechat.no_faults().await;
            // Most calls go well: nobody takes WeChat for away.
            for _ in 0..GOOD {
                stage.log_in(&openid).await;
            }
        }
        assert_eq!(stage.wechat.asked_at(PATH).await, CODES * (1 + GOOD));
        stage.end().await;
    })
    .await;
    found(
        "DEP-04",
        "WeChat reads a login code and resets the connection; the client asks three times more",
        &format!("{CODES} codes, each seen by WeChat once"),
    );
}
