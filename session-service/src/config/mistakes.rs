//! A Redis that is there and not what the settings say: said aloud, at once and as long as it is so.
#[cfg(test)]
mod tests;

use std::{convert::Infallible, sync::Arc, time::Duration};

use service_kit::{Host, Readiness};

use crate::store::{RedisExamined, RedisMistake, RedisStore};

/// Passwords and rights change while it runs.
const ASK_AGAIN: Duration = Duration::from_secs(20);

/// Tells what is wrong with Redis, in the log and at `/readyz`, now and whenever it changes. It closes no
/// gate: an operator may be about to mend it, and a restart would not.
pub(super) async fn tell_mistakes(store: &Arc<RedisStore>, host: &Host) {
    tell_again_after(|| tokio::time::sleep(ASK_AGAIN), store, host).await;
}

async fn tell_again_after<Pause>(
    mut pause: impl FnMut() -> Pause + Send + 'static,
    store: &Arc<RedisStore>,
    host: &Host,
) where
    Pause: Future<Output = ()> + Send + 'static,
{
    let mut told = Told::nothing(host.readiness.clone());
    told.hear(store.examine().await);
    let (store, stopping) = (store.clone(), host.lifecycle.stopping());
    host.lifecycle.spawn("redis mistakes", async move {
        let watch = async {
            loop {
                pause().await;
                told.hear(store.examine().await);
            }
        };
        stopping.run_until_cancelled(watch).await.unwrap_or(());
        Ok::<_, Infallible>(())
    });
}

/// What was said last.
struct Told {
    mistake: Option<RedisMistake>,
    readiness: Readiness,
}

impl Told {
    const fn nothing(readiness: Readiness) -> Self {
        Self {
            mistake: None,
            readiness,
        }
    }

    /// A Redis that is away has mended nothing.
    fn hear(&mut self, examined: RedisExamined) {
        match examined {
            RedisExamined::Fine => self.tell(None),
            RedisExamined::Mistaken(mistake) => self.tell(Some(mistake)),
            RedisExamined::CannotTell => {}
        }
    }

    fn tell(&mut self, mistake: Option<RedisMistake>) {
        if self.mistake == mistake {
            return;
        }
        self.mistake = mistake;
        self.readiness
            .complain("redis", mistake.map(|mistake| mistake.to_string()));
        if let Some(mistake) = mistake {
            tracing::error!(
                event = "redis_mistake",
                mistake = mistake.as_str(),
                "Redis is set up wrong: {mistake}"
            );
        } else {
            tracing::info!(
                event = "redis_mistake_over",
                "Redis shows no mistake any more"
            );
        }
    }
}
