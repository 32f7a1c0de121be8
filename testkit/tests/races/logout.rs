//! SES-04: a logout is final, whatever is in flight.
use futures::future::join_all;
use testkit::{Phone, Stage};

/// Refreshes of one token that are in flight when it is logged out.
const IN_FLIGHT: usize = 8;

/// None of these tokens lets anybody in, nor is anything to be had for one.
pub(crate) async fn all_ended(phone: &Phone, tokens: impl IntoIterator<Item = &String>) {
    for token in tokens {
        let refused = (401, "session_revoked");
        assert_eq!(phone.session(token).await.problem(), refused);
        assert_eq!(phone.refresh(token).await.problem(), refused);
    }
}

/// Logs out, by a client that asks again when the service is busy.
async fn log_out(phone: &Phone, token: &str) {
    loop {
        let answer = phone.logout(token).await;
        if answer.status != 503 {
            answer.expect(204);
            return;
        }
    }
}

/// A logout races refreshes of the same token, `races` times.
pub(crate) async fn logouts_race_refreshes(stage: &Stage, races: usize) {
    let phone = &stage.phone;
    for race in 0..races {
        let token = stage.log_in_among_many(&format!("oMei{}", race % 50)).await;
        let refreshes = |many| join_all((0..many).map(|_| phone.refresh(&token)));
        // As many before it as after it, the split differs from race to race.
        let early = race % IN_FLIGHT;
        let (before, (), after) = tokio::join!(
            refreshes(early),
            log_out(phone, &token),
            refreshes(IN_FLIGHT - early)
        );
        let mut tokens = vec![token.clone()];
        for answer in before.into_iter().chain(after) {
            match answer.status {
                200 => tokens.push(answer.token()),
                _ => assert_eq!(answer.problem(), (401, "session_revoked")),
            }
        }
        all_ended(phone, &tokens).await;
        log_out(phone, &token).await;
    }
}
