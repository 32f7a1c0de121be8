//! The service as its callers see it: real gRPC, a real crypto-service, a stand-in for WeChat.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod crypto;
mod edge;
mod system;
mod wechat;

mod access_tokens;
mod endings;
mod login;
mod logout;
mod merges;
mod open_data;
mod operators;
mod outages;
mod phone;
mod postgres;
mod races;
mod redis_says;
mod refresh;
mod session_keys;
mod users;
mod verify;
mod wechat_errors;

use std::time::Duration;

/// No story takes longer, on whatever machine.
const PATIENCE: Duration = Duration::from_mins(1);

async fn bounded<T>(story: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, story)
        .await
        .expect("a story ends in time")
}

/// Tells each story of this module once with sessions in memory, and once with sessions in Redis.
macro_rules! on_every_store {
    ($($story:ident),* $(,)?) => {
        mod memory { crate::on_every_store!(@each Memory; $($story),*); }
        mod redis { crate::on_every_store!(@each Redis; $($story),*); }
    };
    (@each $store:ident; $($story:ident),*) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $story() {
                crate::bounded(super::$story(crate::system::Store::$store)).await;
            }
        )*
    };
}
pub(crate) use on_every_store;
