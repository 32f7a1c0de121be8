//! Every setting of this service, and [`Config::start_on`], which acts on them.
mod build;
mod database;
mod eviction;
mod life;
mod mistakes;
mod places;
mod redis;
mod reload;
mod users;

pub use self::{
    build::Sockets,
    database::DatabaseSettings,
    life::{RevocationSettings, SessionSettings},
    places::{AppSettings, CheckBy, KeySettings, ServiceSettings, WechatSettings},
    redis::{RedisConfig, RedisTopology},
    users::UserSettings,
};

use serde::Deserialize;

/// The settings of session-service.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Where it listens and whom it asks.
    pub session_service: ServiceSettings,
    /// How long sessions last.
    pub session: SessionSettings,
    /// How revocations are followed.
    pub revocations: RevocationSettings,
    /// What users are asked for.
    pub users: UserSettings,
    /// What signs tokens and names users.
    pub keys: KeySettings,
    /// Where sessions are kept; left out: in memory.
    pub redis: Option<RedisConfig>,
    /// Where users are kept.
    pub database: DatabaseSettings,
    /// Where WeChat is.
    pub wechat: WechatSettings,
    /// The mini-programs; the first one is meant when a login names none.
    pub apps: Vec<AppSettings>,
    /// How it logs and traces.
    pub telemetry: telemetry::Config,
}
