//! The gateway, ready to be served.
use std::sync::Arc;

use axum::Router;
use service_kit::{Host, http};
use tokio::net::TcpListener;

use crate::{
    http::{Limits, Surfaces},
    ports::SessionPort,
};

/// The gateway's two surfaces. It lacks nothing but sockets.
pub struct Server(Surfaces);

impl Server {
    /// A gateway that asks `sessions`, keeps to `limits`, and counts at `host`.
    #[must_use]
    pub fn new(sessions: Arc<dyn SessionPort>, limits: &Limits, host: &Host) -> Self {
        Self(Surfaces::new(sessions, limits, host))
    }

    /// Serves other routes on the port for mini-programs.
    #[must_use]
    pub fn beside(mut self, routes: Router) -> Self {
        // What is not theirs is the gateway's to answer, and to refuse.
        self.0.public = routes.fallback_service(self.0.public);
        self
    }

    /// What mini-programs may ask.
    pub fn public(&self) -> Router {
        self.0.public.clone()
    }

    /// What proxies may ask.
    pub fn internal(&self) -> Router {
        self.0.internal.clone()
    }

    /// Serves both surfaces until `host` stops.
    pub fn serve(self, public: TcpListener, internal: TcpListener, host: &Host) {
        let Surfaces {
            public: outside,
            internal: inside,
        } = self.0;
        for (name, listener, router) in [
            ("public http", public, outside),
            ("internal http", internal, inside),
        ] {
            let stopping = host.lifecycle.stopping();
            let serving = http::serve(listener, router, stopping);
            host.lifecycle.spawn(name, serving);
        }
    }
}
