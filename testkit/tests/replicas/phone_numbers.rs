//! A code of the phone-number button, sent to two replicas at once.
use std::sync::Arc;

use futures::future::join_all;
use serde_json::json;
use service_kit::{Clock, ManualClock, Timestamp};
use testkit::{Replica, story};

use crate::ground::on_redis_and_postgres;

const PHONE_PATH: &str = "/wxa/business/getuserphonenumber";

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_asked_about_once_whichever_replica_it_comes_to() {
    story(Box::pin(async {
        let (_server, stage) = on_redis_and_postgres().await;
        let behind = stage.clock.now().unix_millis() - 200;
        let behind = ManualClock::at(Timestamp::from_unix_millis(behind));
        let other = Replica::of(&stage, Arc::new(behind), |_| {}).await;
        let wish = json!({ "phone": "13800138000" });
        stage.wechat.user("oMei", wish).await;
        let token = stage.log_in("oMei").await;
        for round in 1..=5 {
            let code = stage.wechat.phone_code("oMei").await;
            let phones = [&stage.phone, &other.phone];
            let calls = (0..10).map(|caller| phones[caller % 2].phone_number(&token, &code));
            for answer in join_all(calls).await {
                let body = answer.expect(200).body;
                let number = json!({
                    "phoneNumber": "13800138000",
                    "purePhoneNumber": "13800138000",
                    "countryCode": "86",
                    "verified": true,
                });
                assert_eq!(body, number);
            }
            assert_eq!(stage.wechat.asked_at(PHONE_PATH).await, round);
        }
        other.end().await;
        stage.end().await;
    }))
    .await;
}
