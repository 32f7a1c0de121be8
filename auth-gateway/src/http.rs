//! The HTTP surfaces: routes, and the layers around them.
mod bearer;
mod docs;
mod erase;
mod field;
mod json;
mod login;
mod open_data;
mod openapi;
mod phone_number;
mod problem;
mod profile;
mod request_id;
mod session;
mod sessions;
mod strip;
mod surface;
mod user;
mod verify;

pub use self::surface::Limits;

use std::{sync::Arc, time::Duration};

use axum::{Router, error_handling::HandleErrorLayer, routing::any};
use service_kit::Host;
use telemetry::{ServerLayer, TraceStart};
use tower::{ServiceBuilder, limit::GlobalConcurrencyLimitLayer};
use tower_http::limit::RequestBodyLimitLayer;
use utoipa_axum::{router::OpenApiRouter, routes};

use self::{strip::Strip, surface::Surface};
use crate::ports::SessionPort;

/// What every handler needs.
#[derive(Clone)]
pub(crate) struct Gateway {
    pub(crate) sessions: Arc<dyn SessionPort>,
    pub(crate) body_timeout: Duration,
}

/// The surface for mini-programs, and the one for proxies.
pub(crate) struct Surfaces {
    pub(crate) public: Router,
    pub(crate) internal: Router,
}

impl Surfaces {
    pub(crate) fn new(sessions: Arc<dyn SessionPort>, limits: &Limits, host: &Host) -> Self {
        let body_timeout = limits.body_timeout;
        let gateway = Gateway {
            sessions,
            body_timeout,
        };
        let strip = Strip::new(&host.metrics);
        let outside = Surface {
            observe: ServerLayer::new(surface::HTTP, TraceStart::Anew, &host.metrics),
            strip: strip.at("public"),
            clock: host.clock.clone(),
            spell: problem::spell,
            limits: limits.clone(),
        };
        let inside = Surface {
            observe: ServerLayer::new(surface::HTTP, TraceStart::Continue, &host.metrics),
            strip: strip.at("internal"),
            clock: host.clock.clone(),
            spell: verify::spell,
            limits: limits.clone(),
        };
        Self {
            public: outside.around(public_routes(gateway.clone(), limits)),
            internal: inside.around(internal_routes(gateway)),
        }
    }
}

fn public_routes(gateway: Gateway, limits: &Limits) -> Router {
    // A share of their own: whoever waits for WeChat takes no place from those who do not.
    let share = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(surface::shed))
        .load_shed()
        .layer(GlobalConcurrencyLimitLayer::new(limits.concurrent_logins));
    let logins = OpenApiRouter::new()
        .routes(routes!(login::log_in))
        .routes(routes!(phone_number::find))
        .layer(share);
    let small = OpenApiRouter::new()
        .merge(logins)
        .routes(routes!(session::refresh))
        .routes(routes!(session::show, session::log_out))
        .routes(routes!(sessions::list, sessions::end_all))
        .routes(routes!(sessions::end))
        .routes(routes!(profile::update))
        .routes(routes!(erase::erase))
        .layer(RequestBodyLimitLayer::new(limits.body_bytes));
    let large = OpenApiRouter::new()
        .routes(routes!(open_data::decrypt))
        .layer(RequestBodyLimitLayer::new(limits.open_data_bytes));
    let (routes, api) = openapi::described()
        .merge(small)
        .merge(large)
        .with_state(gateway)
        .split_for_parts();
    routes.merge(docs::routes(openapi::finished(api)))
}

fn internal_routes(gateway: Gateway) -> Router {
    Router::new()
        .route("/verify", any(verify::verify))
        .with_state(gateway)
}
