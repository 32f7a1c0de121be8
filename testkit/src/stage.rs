//! Everything in one process, on a clock that the test moves.
use std::{pin::Pin, sync::Arc, time::Duration};

use deadpool_redis::redis::AsyncCommands;
use service_kit::{Host, Lifecycle, ManualClock, Timestamp};
use session_service::config::RedisConfig;
use tempfile::TempDir;
use wxgate::{Plan, System};

use crate::{Answer, ChaosProxy, Phone, RedisServer, Wechat};

/// When stories begin.
const BEGINNING: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);
/// Before a phone that was told to asks again.
const PAUSE: Duration = Duration::from_millis(50);
/// How long a stage waits for its own parts.
const CALM: Duration = Duration::from_secs(9);
/// How often one user logs in within a story, at most.
const CROWD: u32 = 100_000;
/// No story takes longer.
const PATIENCE: Duration = Duration::from_mins(2);
/// No long check takes longer.
const LONG_PATIENCE: Duration = Duration::from_hours(1);

/// The whole system in this process.
pub struct Stage {
    /// What runs.
    pub system: Box<System>,
    /// The time of all services.
    pub clock: Arc<ManualClock>,
    /// A mini-program.
    pub phone: Phone,
    /// The fake WeChat's users.
    pub wechat: Wechat,
    /// Redis, where sessions are kept there.
    pub redis: Option<RedisServer>,
    restarted: Lifecycle,
    _dir: TempDir,
}

/// A story under way. Boxed: stages are large, and a story holds several things of their size.
type Story<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Runs a story, bounded in time.
pub fn story<'a>(story: impl Future<Output = ()> + 'a) -> Story<'a> {
    story_within(PATIENCE, story)
}

/// Runs a story that may take this long.
pub fn story_within<'a>(patience: Duration, story: impl Future<Output = ()> + 'a) -> Story<'a> {
    Box::pin(async move {
        tokio::time::timeout(patience, story)
            .await
            .expect("the story ends in time");
    })
}

/// Runs a long check, bounded in time.
pub async fn long_story(story: impl Future<Output = ()>) {
    tokio::time::timeout(LONG_PATIENCE, story)
        .await
        .expect("the check ends in time");
}

/// Waits for session-service and Redis as long as a machine may need that stood still for a moment: stages do
/// so unless told otherwise. WeChat, SQL and crypto-service are waited for as in production.
fn patient(plan: &mut Plan) {
    let deadlines = &mut plan.gateway.gateway.deadlines;
    (deadlines.login, deadlines.session, deadlines.other) = (CALM, CALM, CALM);
    if let Some(redis) = &mut plan.session.redis {
        redis.timeout = CALM / 2;
    }
}

/// A minute in which WeChat counts logins lasts as long as the story's clock stands still.
fn crowded(plan: &mut Plan) {
    if let Some(fake) = &mut plan.fake {
        fake.settings.calls_per_minute = CROWD;
    }
}

/// Waits no longer than in production, for stories of who gives up first.
pub fn impatient(plan: &mut Plan) {
    let _patient = std::mem::take(&mut plan.gateway.gateway.deadlines); // leaves the default
    if let Some(redis) = &mut plan.session.redis {
        redis.timeout = RedisConfig::at("redis://127.0.0.1/").timeout;
    }
}

impl Stage {
    /// Sessions in memory.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// Sessions in memory; the settings as `change` leaves them.
    pub async fn with(change: impl FnOnce(&mut Plan)) -> Self {
        Box::pin(Self::build(None, None, change)).await
    }

    /// Sessions in a Redis of this stage's own.
    pub async fn on_redis() -> Self {
        Self::on_redis_with(|_| {}).await
    }

    /// Sessions in a Redis of this stage's own; the settings as `change` leaves them.
    pub async fn on_redis_with(change: impl FnOnce(&mut Plan)) -> Self {
        Self::on(RedisServer::start().await, change).await
    }

    /// Sessions in this Redis; the settings as `change` leaves them.
    pub async fn on(redis: RedisServer, change: impl FnOnce(&mut Plan)) -> Self {
        let there = Some(RedisConfig::at(&redis.url()));
        Box::pin(Self::build(Some(redis), there, change)).await
    }

    /// Sessions in a Redis that is somebody else's; the settings as `change` leaves them.
    pub async fn at(redis: RedisConfig, change: impl FnOnce(&mut Plan)) -> Self {
        Box::pin(Self::build(None, Some(redis), change)).await
    }

    /// Sessions in a Redis of this stage's own, behind a network that fails as told; the settings as
    /// `change` leaves them.
    pub async fn on_bad_network(change: impl FnOnce(&mut Plan)) -> (Self, ChaosProxy) {
        let redis = RedisServer::start().await;
        let proxy = ChaosProxy::to_redis(&redis).await;
        let there = RedisConfig::at(&redis.access().url(proxy.port()));
        let stage = Box::pin(Self::build(Some(redis), Some(there), change));
        (stage.await, proxy)
    }

    async fn build(
        redis: Option<RedisServer>,
        there: Option<RedisConfig>,
        change: impl FnOnce(&mut Plan),
    ) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(BEGINNING));
        let mut plan = Plan::embedded(dir.path()).unwrap();
        // The story's clock jumps; the log of revocations is read in real time.
        plan.session.revocations.max_lag = Duration::from_hours(24 * 365);
        plan.session.redis = there;
        patient(&mut plan);
        crowded(&mut plan);
        change(&mut plan);
        let system = Box::pin(System::start(plan, clock.clone())).await;
        let system = Box::new(system.unwrap());
        let addresses = system.addresses;
        Self {
            phone: Phone::new(addresses.public, addresses.internal),
            wechat: Wechat::new(addresses.fake.unwrap()),
            system,
            clock,
            redis,
            restarted: Lifecycle::default(),
            _dir: dir,
        }
    }

    /// Logs a user in, as their phone would; answers the token.
    pub async fn log_in(&self, openid: &str) -> String {
        let code = self.wechat.login_code(openid).await;
        self.phone.login(&code).await.expect(200).token()
    }

    /// As [`Stage::log_in`], of one among many: a busy service says so, and the phone calls wx.login again.
    pub async fn log_in_among_many(&self, openid: &str) -> String {
        self.log_in_despite(openid, |answer| answer.status == 503)
            .await
    }

    /// As [`Stage::log_in_among_many`], of one that a logout everywhere may overtake.
    pub async fn log_in_amid_logouts(&self, openid: &str) -> String {
        let overtaken =
            |answer: &Answer| answer.status == 401 && answer.code() == "login_code_rejected";
        self.log_in_despite(openid, |answer| answer.status == 503 || overtaken(answer))
            .await
    }

    async fn log_in_despite(&self, openid: &str, harmless: impl Fn(&Answer) -> bool) -> String {
        loop {
            let code = self.wechat.login_code(openid).await;
            let answer = self.phone.login(&code).await;
            if !harmless(&answer) {
                return answer.expect(200).token();
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Lets time pass.
    pub fn wait(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// Puts records back into Redis as they were: a store that lost a write, or was restored.
    pub async fn restore(&self, kept: Vec<(String, Vec<u8>)>) {
        let redis = self.redis.as_ref().expect("a stage on Redis");
        let mut redis = redis.connect().await.unwrap();
        for (key, value) in kept {
            let () = redis.set(key, value).await.unwrap();
        }
    }

    /// Ends crypto-service alone.
    pub async fn crypto_away(&self) {
        self.system.crypto.host.lifecycle.stop().await;
    }

    /// Starts crypto-service again, where it was.
    pub async fn crypto_back(&self) {
        let config = self.system.crypto.config.clone();
        let host = Host::new(self.restarted.clone(), self.clock.clone());
        let sockets = config.bind().await.unwrap();
        config.start_on(sockets, host).await.unwrap();
    }

    /// Ends the fake WeChat alone: nobody listens where it was.
    pub async fn wechat_away(&self) {
        self.system.fake.as_ref().unwrap().lifecycle.stop().await;
    }

    /// Starts the fake WeChat again, where it was, with its users.
    pub async fn wechat_back(&self) {
        let fake = self.system.fake.as_ref().unwrap();
        let listener = fake_wechat::bind(fake.at, false).await.unwrap();
        fake.serve(listener, &self.restarted);
    }

    /// Ends everything.
    pub async fn end(self) {
        self.system.stop().await;
        self.restarted.stop().await;
    }
}
