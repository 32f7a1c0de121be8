//! Everybody refreshes at once, on a bad network.
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::join_all;
use testkit::{Phone, Stage};

use super::{
    honest::{GRACE, thefts},
    wire::Wire,
};

/// A busy service asks to be asked again; honest clients do.
const PAUSE: Duration = Duration::from_millis(50);

async fn refresh(phone: &Phone, token: &str) -> String {
    loop {
        let answer = phone.refresh(token).await;
        if answer.status != 503 {
            return answer.expect(200).token();
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// One session's refresh: every tenth is sent twice, of every hundredth the answer is lost.
async fn one(stage: Arc<Stage>, number: usize, token: String) -> String {
    if number % 100 == 7 {
        let lost = Wire::refresh(&stage, &token).await.lose_the_answer().await;
        let found = refresh(&stage.phone, &token).await;
        assert_eq!(found, lost);
        return found;
    }
    if number % 10 == 3 {
        let twice = [refresh(&stage.phone, &token), refresh(&stage.phone, &token)];
        let twice = join_all(twice).await;
        assert_eq!(twice[0], twice[1]);
    }
    refresh(&stage.phone, &token).await
}

/// `sessions` refresh, spread evenly over `time`; none of them ends. Answers how long it took.
pub(crate) async fn storm(stage: Stage, sessions: usize, time: Duration) -> Duration {
    let stage = Arc::new(stage);
    let mut tokens = Vec::new();
    for number in 0..sessions {
        tokens.push(stage.log_in(&format!("oStorm{number}")).await);
    }
    stage.wait(GRACE);
    let (began, each) = (
        Instant::now(),
        time / u32::try_from(sessions).expect("not so many"),
    );
    let mut asked = Vec::new();
    let mut pace = tokio::time::interval(each);
    for (number, token) in tokens.into_iter().enumerate() {
        pace.tick().await;
        asked.push(tokio::spawn(one(stage.clone(), number, token)));
    }
    let answered = join_all(asked).await;
    let took = began.elapsed();
    stage.wait(GRACE);
    for token in answered {
        let token = token.expect("nobody was thrown out");
        stage.phone.session(&token).await.expect(200);
        refresh(&stage.phone, &token).await;
    }
    assert_eq!(thefts(&stage), 0);
    Arc::into_inner(stage).expect("all are done").end().await;
    took
}
