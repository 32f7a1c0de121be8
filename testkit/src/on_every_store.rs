//! The same story, wherever sessions are kept.

/// Tells each story, a function of a [`Stage`](crate::Stage), once with sessions in memory and once with
/// sessions in Redis.
#[macro_export]
macro_rules! on_every_store {
    ($($story:ident),* $(,)?) => {
        mod memory { $crate::on_every_store!(@each $crate::Stage::start(); $($story),*); }
        mod redis { $crate::on_every_store!(@each $crate::Stage::on_redis(); $($story),*); }
    };
    (@each $stage:expr; $($story:ident),*) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $story() {
                $crate::story(Box::pin(async { super::$story($stage.await).await })).await;
            }
        )*
    };
}
