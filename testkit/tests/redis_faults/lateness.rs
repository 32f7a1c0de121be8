//! DEP-05, as often as asked for: a Redis that is slow.
use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use testkit::{ChaosProxy, Crowd, Faults, Stage};

use super::silence::TIMEOUT;

/// Connections at most.
pub(crate) const CONNECTIONS: usize = 4;
/// Users who ask.
const USERS: usize = 4;

/// What became of some questions.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Load {
    /// Answers.
    pub(crate) right: usize,
    /// Answers that we could not tell.
    pub(crate) shed: usize,
    /// The longest time until an answer, of either kind.
    pub(crate) longest: Duration,
    /// How long all of it took.
    pub(crate) took: Duration,
}

impl Load {
    /// How many answers in a hundred that the connections could have given while replies were this late.
    pub(crate) fn percent_of_capacity(&self, delay: Duration) -> f64 {
        let each = self.took.div_duration_f64(delay);
        let could = each * f64::from(u32::try_from(CONNECTIONS).unwrap_or(u32::MAX));
        100.0 * f64::from(u32::try_from(self.right).unwrap_or(u32::MAX)) / could
    }
}

/// A system with few connections to a Redis that is slow.
pub(crate) struct Slowed {
    stage: Stage,
    proxy: ChaosProxy,
    crowd: Crowd,
}

impl Slowed {
    pub(crate) async fn start() -> Self {
        let (stage, proxy) = Box::pin(Stage::on_bad_network(|plan| {
            let redis = plan.session.redis.as_mut().expect("on Redis");
            (redis.timeout, redis.connections) = (TIMEOUT, CONNECTIONS);
        }))
        .await;
        let crowd = Crowd::gather(&stage, USERS).await;
        Self {
            stage,
            proxy,
            crowd,
        }
    }

    /// From now on every reply is this late.
    pub(crate) async fn slow_down(&self, delay: Duration) {
        self.proxy.set(Faults::late(delay)).await;
    }

    /// Asks so often, so many at a time.
    pub(crate) async fn load(&self, asks: usize, at_once: usize) -> Load {
        let began = Instant::now();
        let asked = stream::iter(0..asks).map(|n| async move {
            let asked = Instant::now();
            (self.crowd.ask(n).await, asked.elapsed())
        });
        let heard: Vec<_> = asked.buffer_unordered(at_once).collect().await;
        let open = usize::try_from(self.proxy.counted().open).unwrap_or(usize::MAX);
        assert!(open <= CONNECTIONS, "{open} connections");
        let right = heard.iter().filter(|(told, _)| *told).count();
        Load {
            right,
            shed: asks - right,
            took: began.elapsed(),
            longest: heard
                .iter()
                .map(|(_, took)| *took)
                .max()
                .unwrap_or_default(),
        }
    }

    /// How long it takes until all are told, now that Redis is quick.
    pub(crate) async fn recover(&self) -> Duration {
        self.proxy.heal().await;
        let healed = Instant::now();
        while self.load(USERS, 1).await.shed > 0 {
            tokio::task::yield_now().await;
        }
        healed.elapsed()
    }

    pub(crate) async fn end(self) {
        self.stage.end().await;
    }
}
