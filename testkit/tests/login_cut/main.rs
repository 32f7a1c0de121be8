//! Whoever hangs up on a login, at whatever step, finds the session when asking again.
mod scene;

use std::sync::atomic::{AtomicUsize, Ordering};

use self::scene::{Scene, is_change, is_exchange, played};

/// The caller is gone while `held` holds the login; then it goes on, and all is well.
async fn gone_while_held(scene: &Scene, held: &testkit::Turnstile) {
    scene.hang_up_at(held.until_held()).await;
    scene.until_abandoned().await;
    held.release();
    scene.all_is_well().await;
}

/// As [`gone_while_held`], of what comes after WeChat has answered.
async fn gone_after_wechat(scene: &Scene, held: &testkit::Turnstile, arm: impl FnOnce()) {
    scene.wechat.hold_answer(is_exchange);
    let moment = async {
        scene.wechat.until_held().await;
        arm();
        scene.wechat.release();
        held.until_held().await;
    };
    scene.hang_up_at(moment).await;
    scene.until_abandoned().await;
    held.release();
    scene.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_anything_is_claimed_the_code_is_still_good() {
    played(async |scene| {
        scene.crypto.hold(|_| true);
        scene.hang_up_at(scene.crypto.until_held()).await;
        scene.until_abandoned().await;
        assert_eq!(scene.asked_wechat().await, 0);
        scene.crypto.release();
        scene.all_is_well().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_claim_is_written() {
    played(async |scene| {
        scene.redis.hold(is_change);
        gone_while_held(scene, &scene.redis).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_claim_is_written_and_nothing_is_sent() {
    played(async |scene| {
        scene.redis.hold_answer(is_change);
        gone_while_held(scene, &scene.redis).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_code_is_on_its_way_to_wechat() {
    played(async |scene| {
        scene.wechat.hold(is_exchange);
        gone_while_held(scene, &scene.wechat).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_wechats_answer_is_on_its_way() {
    played(async |scene| {
        scene.wechat.hold_answer(is_exchange);
        gone_while_held(scene, &scene.wechat).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_key_is_sealed() {
    played(async |scene| {
        gone_after_wechat(scene, &scene.crypto, || scene.crypto.hold(|_| true)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_key_is_sealed_and_nobody_is_registered() {
    played(async |scene| {
        gone_after_wechat(scene, &scene.crypto, || scene.crypto.hold_answer(|_| true)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_user_is_registered_and_no_session_is_kept() {
    played(async |scene| {
        gone_after_wechat(scene, &scene.redis, || scene.redis.hold(is_change)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_session_is_kept_and_nobody_knows() {
    played(async |scene| {
        gone_after_wechat(scene, &scene.redis, || scene.redis.hold_answer(is_change)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_outcome_is_noted() {
    played(async |scene| {
        let changes = AtomicUsize::default();
        let second = move |message: &[u8]| {
            is_change(message) && changes.fetch_add(1, Ordering::Relaxed) == 1
        };
        gone_after_wechat(scene, &scene.redis, || scene.redis.hold(second)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_answer_is_on_its_way() {
    played(async |scene| {
        scene.gateway.hold_answer(|_| true);
        scene.hang_up_at(scene.gateway.until_held()).await;
        scene.gateway.release();
        scene.all_is_well().await;
    })
    .await;
}
