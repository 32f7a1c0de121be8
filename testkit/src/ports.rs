//! Where programs of a test's own listen.
use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::{LazyLock, Mutex, PoisonError},
};

/// Ports below those that operating systems give to outgoing connections: none of these takes one while
/// a test keeps the server behind it down.
const QUIET: std::ops::Range<u16> = 12_000..22_000;
/// What this process has given out: a program that is only starting does not hold its port yet.
static GIVEN: LazyLock<Mutex<HashSet<u16>>> = LazyLock::new(Mutex::default);
/// How far above its port a node of a Redis Cluster speaks with the others.
const TO_BUS: u16 = 10_000;

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
        let [public, internal, session, crypto, fake, a, b, c] =
            std::array::from_fn(|_| SocketAddr::from((Ipv4Addr::LOCALHOST, free_port())));
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

    /// Where each service tells what it has counted.
    #[must_use]
    pub fn metrics(&self) -> [String; 3] {
        self.admin.map(|at| format!("http://{at}/metrics"))
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    quiet_port(is_free)
}

/// A port that was free a moment ago, and so was the one at which a node of a Redis Cluster speaks with
/// the others.
pub(crate) fn free_port_with_bus() -> u16 {
    quiet_port(|port| is_free(port) && is_free(port + TO_BUS))
}

/// Tests that run at the same time begin to look at different places.
fn quiet_port(fits: impl Fn(u16) -> bool) -> u16 {
    let begin = RandomState::new().hash_one("a place to begin");
    let count = QUIET.len();
    let begin = usize::try_from(begin % 10_000).unwrap_or_default();
    let mut ports = QUIET.cycle().skip(begin).take(count);
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    ports
        .find(|port| fits(*port) && given.insert(*port))
        .expect("some port is free")
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}
