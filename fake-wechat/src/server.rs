//! The fake on a socket.

use std::{io, net::SocketAddr, pin::pin, time::Duration};

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    state::FakeWechat,
    wire::{Wire, Wires},
};

/// Whoever has not sent a whole request, or not read the answer, this long after the end has begun never
/// will.
const GRACE: Duration = Duration::from_secs(1);

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The address can be reached from other machines, and nobody said that this is meant.
    #[error("{0} is no loopback address, and a fake without security is not for other machines")]
    NotLoopback(SocketAddr),
    /// The system refused it.
    #[error("cannot listen on {listen}")]
    Socket {
        /// The address asked for.
        listen: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Binds a socket for [`serve`]; one that other machines can reach only with `allow_remote`.
///
/// # Errors
///
/// When the address is not loopback and `allow_remote` is false, or the system refuses it.
pub async fn bind(listen: SocketAddr, allow_remote: bool) -> Result<TcpListener, BindError> {
    if !allow_remote && !listen.ip().to_canonical().is_loopback() {
        return Err(BindError::NotLoopback(listen));
    }
    TcpListener::bind(listen)
        .await
        .map_err(|source| BindError::Socket { listen, source })
}

/// Serves `fake` until `stopping` completes and the calls in hand are answered.
///
/// Planned delays, hanging calls and pushes end with `stopping`; a second later so does every connection
/// on which a request or an answer is unfinished. The same fake may be served again later.
///
/// # Errors
///
/// When the listener has no address, which a bound one has.
pub async fn serve(
    fake: FakeWechat,
    listener: TcpListener,
    stopping: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    tracing::info!(%address, "this is fake-wechat, not WeChat: invented users, no security");
    let stop = CancellationToken::new();
    let over = CancellationToken::new();
    let wires = Wires {
        listener,
        stopping: stop.clone(),
        over: over.clone(),
    };
    let service = fake.router().into_make_service_with_connect_info::<Wire>();
    let grace_over = async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    let stop = stop.clone();
    let stopped = async move {
        stopping.await;
        stop.cancel();
    };
    let serving = axum::serve(wires, service).with_graceful_shutdown(stopped);
    let mut serving = pin!(serving.into_future());
    tokio::select! {
        ended = &mut serving => return ended,
        () = grace_over => over.cancel(),
    }
    serving.await
}
