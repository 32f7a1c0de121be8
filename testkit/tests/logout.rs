//! Logging out, from the mini-program's side.
use testkit::{Stage, story};

#[tokio::test]
async fn a_logout_ends_this_session_and_no_other() {
    story(async {
        let stage = Stage::on_redis().await;
        let (phone, tablet) = (stage.log_in("oMei").await, stage.log_in("oMei").await);
        stage.phone.logout(&phone).await.expect(204);
        assert_eq!(
            stage.phone.session(&phone).await.problem(),
            (401, "session_revoked")
        );
        assert_eq!(
            stage.phone.refresh(&phone).await.problem(),
            (401, "session_revoked")
        );
        stage.phone.verify(&phone).await.expect(401);
        stage.phone.session(&tablet).await.expect(200);
        stage.phone.logout(&phone).await.expect(204);
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_logout_is_not_undone_by_a_store_that_restored_the_record() {
    story(async {
        let stage = Stage::on_redis().await;
        let token = stage.log_in("oMei").await;
        let kept = stage.system.records.dump().await.expect("it runs");
        stage.phone.logout(&token).await.expect(204);
        stage.restore(kept).await;
        assert_eq!(
            stage.phone.session(&token).await.problem(),
            (401, "session_revoked")
        );
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn nobody_is_logged_out_with_a_forged_token() {
    story(async {
        let stage = Stage::start().await;
        let token = stage.log_in("oMei").await;
        let mut forged = token.clone();
        forged.replace_range(20..21, if &token[20..21] == "A" { "B" } else { "A" });
        assert_eq!(
            stage.phone.logout(&forged).await.problem(),
            (401, "session_invalid")
        );
        stage.phone.session(&token).await.expect(200);
        stage.end().await;
    })
    .await;
}
