//! The playground: a page that plays a phone, and shows what the services do meanwhile.
//!
//! Only `wxgate dev` serves it, and only over a fake WeChat and to this machine: whoever sees the page can
//! make users and faults.
mod assets;
mod fake;
mod outage;
mod trace;
mod visitor;

pub(crate) use self::outage::{Outage, Switched};

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    middleware,
    routing::{any, get},
};
use serde::{Deserialize, Serialize};
use telemetry::SpanFeed;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// What the page asks, it asks here; what a mini-program asks, it asks the gateway.
#[derive(Clone)]
pub(crate) struct Playground {
    feed: SpanFeed,
    outage: Outage,
    fake: SocketAddr,
    about: About,
    http: reqwest::Client,
    stopping: CancellationToken,
    seats: Arc<Semaphore>,
}

/// What the page should know before it begins.
#[derive(Clone, Serialize)]
struct About {
    appid: String,
    store: &'static str,
    wechat: &'static str,
    version: &'static str,
}

/// Where the playground gets what it shows.
pub(crate) struct Sources {
    /// Spans, as they end.
    pub(crate) feed: SpanFeed,
    /// The switch of the session store.
    pub(crate) outage: Outage,
    /// Where the fake WeChat listens.
    pub(crate) fake: SocketAddr,
    /// The mini-program that is played.
    pub(crate) appid: String,
    /// Where sessions are kept: `memory` or `redis`.
    pub(crate) store: &'static str,
    /// Ends the streams.
    pub(crate) stopping: CancellationToken,
}

/// Faults that the page may cause beside those of WeChat.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Store {
    down: bool,
}

impl Playground {
    pub(crate) fn new(sources: Sources) -> anyhow::Result<Self> {
        let Sources {
            feed,
            outage,
            fake,
            appid,
            store,
            stopping,
        } = sources;
        let about = About {
            appid,
            store,
            wechat: "fake",
            version: env!("CARGO_PKG_VERSION"),
        };
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self {
            feed,
            outage,
            fake,
            about,
            http,
            stopping,
            seats: Arc::new(Semaphore::new(trace::SEATS)),
        })
    }

    pub(crate) fn routes(self) -> Router {
        let asked = Router::new()
            .route("/config", get(about))
            .route("/store", get(store).put(switch))
            .route("/trace", get(trace::stream))
            .route("/fake/{*rest}", any(fake::pass_on))
            .layer(DefaultBodyLimit::max(fake::BODY_BYTES))
            .layer(middleware::from_fn(visitor::own_page_only))
            .with_state(self);
        Router::new()
            .route("/playground", get(assets::index))
            .route("/playground/{*path}", get(assets::file))
            .nest("/playground", asked)
    }
}

async fn about(State(playground): State<Playground>) -> Json<About> {
    Json(playground.about)
}

async fn store(State(playground): State<Playground>) -> Json<Store> {
    let down = playground.outage.is_on();
    Json(Store { down })
}

async fn switch(State(playground): State<Playground>, Json(store): Json<Store>) -> StatusCode {
    playground.outage.set(store.down);
    StatusCode::NO_CONTENT
}
