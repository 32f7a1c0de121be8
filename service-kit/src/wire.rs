//! Where a gRPC server listens and how its clients reach it.
mod deadline;
mod memory;
mod serve;

pub use self::serve::GrpcServing;

use std::{net::SocketAddr, time::Duration};

use telemetry::{ClientLayer, ClientTrace};
use tokio::{io::DuplexStream, net::TcpListener, sync::mpsc};
use tonic::transport::{Channel, Endpoint};
use tower::Layer;

/// A connection that is not there after this long is not coming.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The way to a service of ours: traced, and connected when first used.
pub type GrpcChannel = ClientTrace<Channel>;

/// Where a gRPC server takes its connections from.
#[derive(Debug)]
pub enum GrpcBind {
    /// A socket, already bound (so the caller knows its port).
    Tcp(TcpListener),
    /// This process itself: nothing touches the network.
    Memory(mpsc::Receiver<DuplexStream>),
}

impl GrpcBind {
    /// The socket's address; nothing for a pipe.
    #[must_use]
    pub fn local_addr(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(listener) => listener.local_addr().ok(),
            Self::Memory(_) => None,
        }
    }

    /// An in-process server address and the channel that reaches it.
    #[must_use]
    pub fn memory() -> (Self, GrpcChannel) {
        let (accept, channel) = memory::pipe();
        (Self::Memory(accept), ClientLayer.layer(channel))
    }
}

/// A channel to the service at `url`, such as `http://127.0.0.1:50051`.
///
/// It connects when first used and again whenever the connection is lost, so a service may start
/// after its callers. `deadline` bounds every call.
///
/// # Errors
/// When `url` is not `http://host:port`. `https` is refused: nothing here speaks TLS yet, and who writes
/// it believes otherwise.
pub fn connect(url: &str, deadline: Duration) -> anyhow::Result<GrpcChannel> {
    let plain = url
        .strip_prefix("http://")
        .is_some_and(|rest| !rest.contains('@'));
    anyhow::ensure!(
        plain,
        "the address is not http://host:port; nothing here speaks TLS yet"
    );
    let channel = Endpoint::from_shared(url.to_owned())?
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(deadline)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(Duration::from_secs(10))
        .keep_alive_timeout(Duration::from_secs(3))
        .connect_lazy();
    Ok(ClientLayer.layer(channel))
}
