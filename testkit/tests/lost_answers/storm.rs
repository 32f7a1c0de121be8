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

/// When to ask again of a service that did not say.
const PAUSE: Duration = Duration::from_secs(1);

/// Asks until there is an answer. A busy service says when to come back.
async fn refresh(phone: &Phone, token: &str) -> String {
    loop {
        let path = "/v1/session/refresh";
        let answer = phone.try_call("POST", path, Some(token), None).await;
        let pause = match answer {
            Ok(answer) if [503, 504].contains(&answer.status) => {
                let seconds = answer.header("retry-after").parse();
                seconds.map_or(PAUSE, Duration::from_secs)
            }
            Ok(answer) => return answer.expect(200).token(),
            Err(_) => PAUSE,
        };
        tokio::time::sleep(pause).await;
    }
}

/// One session's refresh: every tenth is sent twice, of every hundredth the answer is lost.
async fn one(stage: Arc<Stage>, number: usize, token: String) -> String {
    if number % 100 == 7 {
        let lost = Wire::refresh(&stage, &token).await.lose_any_answer().await;
        let found = refresh(&stage.phone, &token).await;
        assert!(lost.is_none_or(|lost| lost == found));
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
        tokens.push(stage.log_in_among_many(&format!("oStorm{number}")).await);
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
