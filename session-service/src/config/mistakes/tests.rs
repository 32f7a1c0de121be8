//! What an operator hears of a Redis that is set up wrong, is away, and is well again.
use std::{
    io,
    sync::{Mutex, PoisonError},
};

use serde_json::Value;
use service_kit::{Lifecycle, SystemClock};
use testkit::{RedisAccess, RedisServer, story};
use tokio::{net::TcpListener, sync::Semaphore};
use tracing::subscriber::DefaultGuard;

use super::*;
use crate::store::RedisSettings;

const WRONG: &str = "not-the-password";

/// The log of this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn kept() -> (Self, DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let lines = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(lines))
    }

    /// What was said of mistakes, in turn.
    fn told(&self) -> Vec<&'static str> {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = std::str::from_utf8(&log).unwrap().lines();
        lines.filter_map(event).collect()
    }
}

/// The mistake that a line tells of, or that there is none any more.
fn event(line: &str) -> Option<&'static str> {
    let says = |what: &str| line.contains(&format!("event=\"{what}\""));
    let names =
        |mistake: &RedisMistake| line.contains(&format!("mistake=\"{}\"", mistake.as_str()));
    if says("redis_mistake_over") {
        return Some("over");
    }
    let mistakes = [RedisMistake::WrongPassword, RedisMistake::NoRights];
    let told = mistakes.iter().find(|mistake| names(mistake));
    told.filter(|_| says("redis_mistake"))
        .map(|mistake| mistake.as_str())
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_mistake_is_told_once_and_over_when_redis_shows_none() {
    use RedisExamined::{CannotTell, Fine, Mistaken};
    const PASSWORD: RedisMistake = RedisMistake::WrongPassword;
    const RIGHTS: RedisMistake = RedisMistake::NoRights;
    let (log, _kept) = Log::kept();
    let readiness = Readiness::default();
    let mut told = Told::nothing(readiness.clone());
    let mut said = Vec::new();
    for (examined, complaint, news) in [
        (CannotTell, None, None),
        (Fine, None, None),
        (Mistaken(PASSWORD), Some(PASSWORD), Some("wrong_password")),
        (Mistaken(PASSWORD), Some(PASSWORD), None),
        (CannotTell, Some(PASSWORD), None),
        (Mistaken(RIGHTS), Some(RIGHTS), Some("no_rights")),
        (CannotTell, Some(RIGHTS), None),
        (Fine, None, Some("over")),
        (CannotTell, None, None),
        (Fine, None, None),
        (Mistaken(RIGHTS), Some(RIGHTS), Some("no_rights")),
    ] {
        told.hear(examined);
        said.extend(news);
        let complaint = complaint.map(|mistake| mistake.to_string());
        assert_eq!(readiness.complaints().get("redis"), complaint.as_ref());
        assert_eq!(log.told(), said, "after {examined:?}");
    }
}

/// A service's watch over its Redis, in a time of its own.
struct Watch {
    host: Host,
    readyz: String,
    passed: Arc<Semaphore>,
}

impl Watch {
    async fn over(store: &Arc<RedisStore>) -> Self {
        let host = Host::new(Lifecycle::default(), Arc::new(SystemClock));
        let admin = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let readyz = format!("http://{}/readyz", admin.local_addr().unwrap());
        host.serve_admin(admin);
        let passed = Arc::new(Semaphore::new(0));
        let watch = passed.clone();
        let pause = move || {
            let passed = watch.clone();
            async move { passed.acquire().await.unwrap().forget() }
        };
        tell_again_after(pause, store, &host).await;
        Self {
            host,
            readyz,
            passed,
        }
    }

    /// Lets two pauses end: the second one begins when the first look was told.
    async fn look(&self) {
        self.passed.add_permits(2);
        while self.passed.available_permits() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn complaint(&self) -> Option<String> {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = http.get(&self.readyz).send().await.unwrap();
        let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        let complaint = body["complaints"]["redis"].as_str();
        complaint.map(str::to_owned)
    }
}

#[tokio::test]
async fn a_complaint_outlives_an_outage_and_ends_with_the_mistake() {
    story(async {
        let (log, _kept) = Log::kept();
        let mut redis = RedisServer::with(&RedisAccess::password()).await;
        let url = format!("redis://:{WRONG}@127.0.0.1:{}", redis.port());
        let store = RedisStore::new(&RedisSettings::at(&url)).unwrap();
        let watch = Watch::over(&Arc::new(store)).await;
        let complaint = Some(RedisMistake::WrongPassword.to_string());
        assert_eq!(watch.complaint().await, complaint);
        redis.kill();
        watch.look().await;
        assert_eq!(watch.complaint().await, complaint);
        redis.revive().await;
        watch.look().await;
        assert_eq!(watch.complaint().await, complaint);
        assert_eq!(log.told(), ["wrong_password"]);
        redis.configure("requirepass", WRONG).await;
        watch.look().await;
        assert_eq!(watch.complaint().await, None);
        assert_eq!(log.told(), ["wrong_password", "over"]);
        watch.host.lifecycle.stopping().cancel();
    })
    .await;
}
