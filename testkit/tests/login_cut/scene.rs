//! A login that can be stopped at every step on its way.
use std::time::Duration;

use session_service::config::{DatabaseSettings, RedisConfig};
use tempfile::TempDir;
use testkit::{Answer, Phone, Replica, Stage, Turnstile, counted, story};

pub(crate) const USER: &str = "oMei";
/// The client's word for its wx.login.
const NONCE: &str = "mine";
const PAUSE: Duration = Duration::from_millis(2);
/// Longer than anything is held.
const PATIENT: Duration = Duration::from_secs(20);

/// A session-service, and a turnstile before each of those it asks, and before its gateway.
pub(crate) struct Scene {
    pub(crate) redis: Turnstile,
    pub(crate) crypto: Turnstile,
    pub(crate) wechat: Turnstile,
    pub(crate) gateway: Turnstile,
    pub(crate) code: String,
    stage: Stage,
    replica: Replica,
    phone: Phone,
    _users: TempDir,
}

/// Plays `scene`; the user has a login code that nobody has used.
pub(crate) async fn played(scene: impl AsyncFnOnce(&Scene)) {
    story(Box::pin(async {
        let set = Scene::set().await;
        scene(&set).await;
        set.replica.end().await;
        set.stage.end().await;
    }))
    .await;
}

impl Scene {
    async fn set() -> Self {
        let stage = Stage::on_redis().await;
        let at = stage.system.addresses;
        let store = stage.redis.as_ref().expect("on redis").address();
        let redis = Turnstile::before(store).await;
        let crypto = Turnstile::before(at.crypto).await;
        let wechat = Turnstile::before(at.fake.expect("a fake")).await;
        let users = tempfile::tempdir().expect("a folder");
        let replica = Replica::of(&stage, stage.clock.clone(), |config| {
            config.redis = Some(RedisConfig {
                timeout: PATIENT,
                ..RedisConfig::at(&format!("redis://{}/", redis.at))
            });
            // A SQLite file is for one service; the stage's own has the other.
            let file = users.path().join("users.db");
            config.database = DatabaseSettings::at(&format!("sqlite:{}", file.display()));
            config.session_service.crypto_service = format!("http://{}", crypto.at);
            config.wechat.base_url = format!("http://{}/", wechat.at).parse().expect("a URL");
            config.wechat.timeout = PATIENT;
        })
        .await;
        let gateway = Turnstile::before(replica.phone.public()).await;
        Self {
            phone: Phone::new(gateway.at, gateway.at),
            code: stage.wechat.login_code(USER).await,
            redis,
            crypto,
            wechat,
            gateway,
            replica,
            stage,
            _users: users,
        }
    }

    /// The client asks, or asks again.
    pub(crate) async fn ask(&self) -> Answer {
        self.phone.login_as(&self.code, NONCE).await
    }

    /// The client asks, and is gone when `moment` has come; the gateway and the service have noticed.
    pub(crate) async fn hang_up_at(&self, moment: impl Future<Output = ()>) {
        let (phone, code) = (self.phone.clone(), self.code.clone());
        let hasty = tokio::spawn(async move { phone.login_as(&code, NONCE).await });
        moment.await;
        hasty.abort();
        assert!(hasty.await.is_err(), "it was still waiting");
    }

    /// Waits until the service has noticed that its caller is gone.
    pub(crate) async fn until_abandoned(&self) {
        let series = "wxgate_rpc_server_duration_seconds_count\
            {route=\"wx.session.v1.SessionService/Login\",outcome=\"abandoned\"}";
        while counted(&self.replica.session, series) == 0 {
            tokio::time::sleep(PAUSE).await;
        }
    }

    pub(crate) async fn asked_wechat(&self) -> usize {
        self.stage.wechat.asked_about(&self.code).await
    }

    /// The client asks again and has one whole session, for one question to WeChat.
    pub(crate) async fn all_is_well(&self) {
        let again = self.ask().await.expect(200);
        assert_eq!(self.asked_wechat().await, 1);
        assert_eq!(again.body["user"]["is_new"], true);
        self.one_session(&again.token()).await;
        let code = self.stage.wechat.login_code(USER).await;
        let next = self.phone.login(&code).await.expect(200);
        assert_eq!(next.body["user"]["is_new"], false);
        assert_eq!(next.body["user"]["id"], again.body["user"]["id"]);
    }

    /// It lets in, it is on the list, its data opens, and there is no other.
    async fn one_session(&self, token: &str) {
        self.phone.session(token).await.expect(200);
        let list = self
            .phone
            .call("GET", "/v1/sessions", Some(token), None)
            .await;
        let list = list.expect(200).body["sessions"].clone();
        assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
        let kept = self.stage.system.records.dump().await.expect("it runs");
        let sessions = kept.iter().filter(|(key, _)| key.contains(":s:")).count();
        assert_eq!(sessions, 1);
        let data = self.stage.wechat.open_data(USER, "phone").await;
        self.phone.decrypt(token, &data).await.expect(200);
    }
}

/// Whether a message to Redis is a change.
pub(crate) fn is_change(message: &[u8]) -> bool {
    holds(message, b"EVAL")
}

/// Whether a message to WeChat asks what a code is worth.
pub(crate) fn is_exchange(message: &[u8]) -> bool {
    holds(message, b"/sns/jscode2session")
}

fn holds(message: &[u8], word: &[u8]) -> bool {
    message.windows(word.len()).any(|at| at == word)
}
