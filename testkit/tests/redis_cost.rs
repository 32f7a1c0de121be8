//! How many commands of Redis each call costs. docs/OPERATIONS.md tells the same numbers.
use std::time::Duration;

use testkit::{ChaosProxy, Stage, story};

/// How often a call is looked at: between two of them, a connection that was idle for a second is asked
/// whether it works.
const LOOKS: usize = 3;

/// What `call` sent to Redis.
async fn sent(proxy: &ChaosProxy, call: impl Future<Output = ()>) -> u64 {
    let before = proxy.counted().requests;
    call.await;
    proxy.counted().requests - before
}

#[tokio::test]
async fn a_verify_costs_one_command_and_everything_else_a_few() {
    story(async {
        let (stage, proxy) = Stage::on_bad_network(|_| {}).await;
        let (phone, mut least) = (&stage.phone, [u64::MAX; 5]);
        for user in 0..LOOKS {
            let code = stage.wechat.login_code(&format!("oMei{user}")).await;
            let mut token = String::new();
            let login = sent(&proxy, async {
                token = phone.login(&code).await.expect(200).token();
            });
            let login = login.await;
            let verify = async || drop(phone.verify(&token).await.expect(200));
            let first_use = sent(&proxy, verify()).await;
            let known = sent(&proxy, verify()).await;
            stage.wait(Duration::from_mins(20));
            let refresh = sent(&proxy, async {
                phone.refresh(&token).await.expect(200);
            });
            let refresh = refresh.await;
            let logout = sent(&proxy, async {
                phone.logout(&token).await.expect(204);
            });
            let costs = [login, first_use, known, refresh, logout.await];
            least = std::array::from_fn(|n| least[n].min(costs[n]));
        }
        let [login, first_use, known, refresh, logout] = least;
        assert_eq!(known, 1, "a verify is one GET");
        assert_eq!(first_use, 2, "a token's first use is noted");
        assert_eq!(refresh, 2, "a refresh reads and swaps");
        assert_eq!(
            logout, 3,
            "a logout deletes, reads, and writes the user's list"
        );
        assert_eq!(
            login, 7,
            "a login claims its code, reads and swaps, and settles the claim"
        );
        stage.end().await;
    })
    .await;
}
