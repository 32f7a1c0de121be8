//! An installation whose keys are gone starts anew, on the Redis of before.
use testkit::{RedisServer, Stage};

/// What a user does in a day; answers the token, and the code that bought it.
async fn a_day(stage: &Stage, openid: &str) -> (String, String) {
    let code = stage.wechat.login_code(openid).await;
    let token = stage.phone.login(&code).await.expect(200).token();
    let tap = stage.wechat.phone_code(openid).await;
    let number = stage.phone.phone_number(&token, &tap).await.expect(200);
    assert_eq!(number.body["verified"], true);
    let data = stage.wechat.open_data(openid, "phone").await;
    stage.phone.decrypt(&token, &data).await.expect(200);
    (token, code)
}

async fn keys(redis: &RedisServer) -> Vec<String> {
    redis.ask(&["KEYS", "*"]).await.expect("it runs")
}

/// All that was sealed is still there, and of no use: nobody waits until it is gone, or obeys it.
pub(crate) async fn stand_in_nobodys_way() {
    let mut before = Stage::on_redis().await;
    let (token, code) = a_day(&before, "oMei").await;
    let redis = before.redis.take().expect("on redis");
    before.end().await;
    let old = keys(&redis).await;
    assert!(old.iter().any(|key| key.ends_with(":token")), "{old:?}");

    let after = Stage::on(redis, |_| {}).await;
    let unknown = after.phone.session(&token).await;
    assert_eq!(unknown.problem(), (401, "session_invalid"));
    // Nobody knows any more what became of it: it is not sent again.
    let asked = after.phone.login(&code).await;
    assert_eq!(asked.problem(), (401, "login_code_rejected"));
    assert_eq!(after.wechat.asked_about(&code).await, 0);
    a_day(&after, "oMei").await;
    after.end().await;
}
