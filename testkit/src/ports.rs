//! Where programs of a test's own listen.
use std::net::{SocketAddr, TcpListener};

/// An address of loopback for every listener there is.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    /// auth-gateway, for mini-programs.
    pub public: SocketAddr,
    /// auth-gateway, for proxies.
    pub internal: SocketAddr,
    /// gRPC of session-service.
    pub session: SocketAddr,
    /// gRPC of crypto-service.
    pub crypto: SocketAddr,
    /// fake-wechat.
    pub fake: SocketAddr,
    /// Probes and metrics of auth-gateway, session-service and crypto-service.
    pub admin: [SocketAddr; 3],
}

impl Ports {
    /// Ports that were free a moment ago.
    #[must_use]
    pub fn free() -> Self {
        let held: [TcpListener; 8] =
            std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").unwrap());
        let [public, internal, session, crypto, fake, a, b, c] =
            held.map(|listener| listener.local_addr().unwrap());
        Self {
            public,
            internal,
            session,
            crypto,
            fake,
            admin: [a, b, c],
        }
    }

    /// The tables of `wxgate.toml` that put each service there, and tell each where the next one is.
    #[must_use]
    pub fn settings(&self) -> String {
        let Self {
            public,
            internal,
            session,
            crypto,
            admin: [a, b, c],
            ..
        } = self;
        format!(
            r#"
[gateway]
session_service = "http://{session}"
public = {{ listen = "{public}" }}
internal = {{ listen = "{internal}" }}
admin = {{ listen = "{a}" }}
[session_service]
crypto_service = "http://{crypto}"
grpc = {{ listen = "{session}" }}
admin = {{ listen = "{b}" }}
[crypto_service]
grpc = {{ listen = "{crypto}" }}
admin = {{ listen = "{c}" }}
"#
        )
    }

    /// Where each service says whether it is ready.
    #[must_use]
    pub fn readiness(&self) -> [String; 3] {
        self.admin.map(|at| format!("http://{at}/readyz"))
    }
}
