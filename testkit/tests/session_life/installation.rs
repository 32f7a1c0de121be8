//! The real service that lives are held against.
use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use deadpool_redis::redis::{self, aio::MultiplexedConnection};
use service_kit::{Clock, GrpcChannel};
use session_service::store::StoreKey;
use testkit::{Stage, counted};
use wx_proto::session::v1::session_service_client::SessionServiceClient;

use super::life::{ABSOLUTE_TTL, GRACE, PER_USER, REFRESH_AFTER, TTL};

/// One installation for many lives, each of a user of its own.
pub(crate) struct Installation {
    pub(crate) stage: Stage,
    pub(crate) client: SessionServiceClient<GrpcChannel>,
    users: AtomicU32,
    redis: Option<MultiplexedConnection>,
}

/// The settings that the reference has in mind.
pub(crate) fn settings(plan: &mut wxgate::Plan) {
    let session = &mut plan.session.session;
    session.ttl = TTL;
    session.refresh_after = REFRESH_AFTER;
    session.absolute_ttl = ABSOLUTE_TTL;
    session.grace = GRACE;
    session.per_user = PER_USER;
}

impl Installation {
    pub(crate) async fn new(stage: Stage) -> Self {
        let redis = match &stage.redis {
            Some(redis) => Some(redis.connect().await.expect("it runs")),
            None => None,
        };
        let url = format!("http://{}", stage.system.addresses.session);
        let channel = service_kit::connect(&url, Duration::from_secs(20)).expect("an address");
        Self {
            stage,
            client: SessionServiceClient::new(channel),
            users: AtomicU32::default(),
            redis,
        }
    }

    pub(crate) fn newcomer(&self) -> String {
        format!("oLife{}", self.users.fetch_add(1, Ordering::Relaxed))
    }

    /// Takes the ends of these keys away, where a real Redis would go by its own time.
    pub(crate) async fn persist(&self, keys: impl Iterator<Item = StoreKey>) {
        let Some(mut redis) = self.redis.clone() else {
            return;
        };
        let mut all = redis::pipe();
        all.cmd("PING").ignore(); // so that there is something to ask
        for key in keys {
            all.cmd("PERSIST").arg(key.as_str()).ignore();
        }
        let () = all.query_async(&mut redis).await.expect("it runs");
    }

    pub(crate) fn now(&self) -> service_kit::Timestamp {
        self.stage.clock.now()
    }

    /// The alarms so far: a copy of a token came back.
    pub(crate) fn thefts(&self) -> u64 {
        let host = &self.stage.system.session.host;
        let (alarms, ended) = (
            counted(host, "wxgate_token_reuse_total"),
            counted(host, r#"wxgate_revocations_total{reason="reuse"}"#),
        );
        assert_eq!(alarms, ended, "one alarm, one session ended");
        alarms
    }
}
