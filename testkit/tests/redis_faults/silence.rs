//! DEP-05, as often as asked for: a Redis that is not there, or there and silent.
use std::time::{Duration, Instant};

use futures::future::join_all;
use testkit::{Answer, ChaosProxy, Crowd, Faults, Stage, Way, assert_in_time};

/// What one question to Redis may take.
pub(crate) const TIMEOUT: Duration = Duration::from_millis(500);
/// Users who ask; so many connections are open at first.
const USERS: usize = 6;
/// By when all is well again once Redis is back.
pub(crate) const RETURN: Duration = Duration::from_secs(2);

/// What befalls Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The network refuses, and resets what there is.
    Refused,
    /// The process is gone.
    Killed,
    /// The process stands still.
    Stopped,
    /// Nothing passes.
    Hole,
    /// Requests pass and are done, replies do not.
    NoReplies,
    /// Replies would pass, requests do not.
    NoRequests,
    /// Connections that there are lead nowhere any more; new ones are well.
    HalfOpen,
}

impl Fault {
    /// By when everybody must have been told that we cannot tell.
    pub(crate) fn limit(self) -> Duration {
        match self {
            Self::Refused | Self::Killed => Duration::from_millis(100),
            _ => TIMEOUT + Duration::from_millis(50),
        }
    }
}

/// The longest times that were seen.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Longest {
    /// Until an answer that we could not tell.
    pub(crate) answer: Duration,
    /// Until everybody was told of themselves again.
    pub(crate) recovery: Duration,
}

/// A system whose Redis is away now and then.
pub(crate) struct Shaken {
    stage: Stage,
    proxy: ChaosProxy,
    crowd: Crowd,
}

impl Shaken {
    pub(crate) async fn start() -> Self {
        let (stage, proxy) = Box::pin(Stage::on_bad_network(|plan| {
            let redis = plan.session.redis.as_mut().expect("on Redis");
            redis.timeout = TIMEOUT;
        }))
        .await;
        let crowd = Crowd::gather(&stage, USERS).await;
        Self {
            stage,
            proxy,
            crowd,
        }
    }

    /// Redis goes away in this manner and comes back. Who asks meanwhile is told that we cannot tell.
    pub(crate) async fn shake(&mut self, fault: Fault) -> Longest {
        self.warm_up().await;
        let kept = self.stage.system.records.dump().await.expect("it runs");
        self.away(fault).await;
        let mut longest = Longest::default();
        if fault != Fault::HalfOpen {
            longest.answer = self.ask_in_vain().await;
        }
        self.back(fault).await;
        if fault == Fault::Killed {
            self.stage.restore(kept).await;
        }
        let returned = Instant::now();
        while !self.all_told(&mut longest.answer).await {
            tokio::task::yield_now().await;
        }
        longest.recovery = returned.elapsed();
        longest
    }

    pub(crate) async fn end(self) {
        self.stage.end().await;
    }

    /// Everybody at once: so some connections are open, and fresh.
    async fn warm_up(&self) {
        let asked = join_all((0..USERS).map(|n| self.crowd.ask(n))).await;
        assert_in_time(asked.iter().all(|told| *told), &asked);
    }

    async fn away(&mut self, fault: Fault) {
        let redis = self.stage.redis.as_mut().expect("on Redis");
        match fault {
            Fault::Refused => {
                self.proxy.set(Faults::refusing()).await;
                self.proxy.reset_all();
            }
            Fault::Killed => redis.kill(),
            Fault::Stopped => redis.pause().await,
            Fault::Hole => self.proxy.set(Faults::hole(Way::Both)).await,
            Fault::NoReplies => self.proxy.set(Faults::hole(Way::Replies)).await,
            Fault::NoRequests => self.proxy.set(Faults::hole(Way::Requests)).await,
            Fault::HalfOpen => self.proxy.abandon_all(),
        }
    }

    async fn back(&mut self, fault: Fault) {
        let redis = self.stage.redis.as_mut().expect("on Redis");
        match fault {
            Fault::Killed => redis.revive().await,
            Fault::Stopped => redis.resume(),
            _ => self.proxy.heal().await,
        }
    }

    /// Each call that needs Redis, one after the other; answers the longest time that one took.
    async fn ask_in_vain(&self) -> Duration {
        let code = self.stage.wechat.login_code("oNewcomer").await;
        let (phone, token) = (&self.stage.phone, self.crowd.token(0));
        let times = [
            in_vain(phone.session(token)).await,
            in_vain(phone.verify(token)).await,
            in_vain(phone.refresh(token)).await,
            in_vain(phone.login(&code)).await,
        ];
        times.into_iter().max().unwrap_or_default()
    }

    /// Asks for everybody, one after the other; notes the longest time until a refusal.
    async fn all_told(&self, longest: &mut Duration) -> bool {
        let mut all = true;
        for n in 0..USERS {
            let asked = Instant::now();
            if !self.crowd.ask(n).await {
                all = false;
                *longest = asked.elapsed().max(*longest);
            }
        }
        all
    }
}

/// How long it took to say that we cannot tell.
async fn in_vain(asking: impl Future<Output = Answer>) -> Duration {
    let asked = Instant::now();
    let answer = asking.await;
    let took = asked.elapsed();
    assert_eq!(answer.problem(), (503, "store_unavailable"));
    took
}
