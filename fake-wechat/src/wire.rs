//! Connections that a handler can cut.
//!
//! A planned reset must look like the network's: the socket is closed with no time to linger, the
//! kernel sends RST, and the caller sees "connection reset by peer" without a byte of an answer. So ends,
//! too, what is unfinished when the server's time is over.

use std::{
    convert::Infallible,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::{ConnectInfo, FromRequestParts, Request, connect_info::Connected},
    http::{Extensions, request::Parts},
    response::Response,
    serve::{IncomingStream, Listener},
};
use futures::stream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time,
};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// A handler's hold on the connection its request came over.
#[derive(Clone, Default)]
pub(crate) struct Wire {
    peer: Option<SocketAddr>,
    cut: Arc<AtomicBool>,
    stopping: CancellationToken,
}

impl Wire {
    /// The wire of a request; one that leads nowhere if the request came over no socket of ours.
    pub(crate) fn of(request: &Request) -> Self {
        Self::among(request.extensions())
    }

    fn among(extensions: &Extensions) -> Self {
        let info = extensions.get::<ConnectInfo<Self>>();
        info.map(|ConnectInfo(wire)| wire.clone())
            .unwrap_or_default()
    }

    /// The caller's address; loopback if the request came over no socket of ours.
    pub(crate) fn peer(&self) -> IpAddr {
        let loopback = IpAddr::from(Ipv4Addr::LOCALHOST);
        self.peer.map_or(loopback, |peer| peer.ip().to_canonical())
    }

    /// Waits, but not beyond the server's end.
    pub(crate) async fn pause(&self, length: Duration) {
        if !length.is_zero() {
            let _ = time::timeout(length, self.stopping.cancelled()).await; // either end will do
        }
    }

    /// Waits until the server stops.
    pub(crate) async fn stopped(&self) {
        self.stopping.cancelled().await;
    }

    /// Says nothing until the server stops, then cuts.
    pub(crate) async fn hang(&self) -> Response {
        self.stopped().await;
        self.cut()
    }

    /// Resets the connection. The answer it gives never gets out whole.
    pub(crate) fn cut(&self) -> Response {
        self.cut.store(true, Ordering::Release);
        let broken = stream::once(async {
            Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionReset))
        });
        Response::new(Body::from_stream(broken))
    }
}

impl<S: Sync> FromRequestParts<S> for Wire {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::among(&parts.extensions))
    }
}

impl Connected<IncomingStream<'_, Wires>> for Wire {
    fn connect_info(stream: IncomingStream<'_, Wires>) -> Self {
        stream.io().wire.clone()
    }
}

/// A listener whose connections can be cut.
pub(crate) struct Wires {
    pub(crate) listener: TcpListener,
    pub(crate) stopping: CancellationToken,
    /// After this, nothing is read or written any more.
    pub(crate) over: CancellationToken,
}

impl Listener for Wires {
    type Io = Socket;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Socket, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let wire = Wire {
            peer: Some(address),
            cut: Arc::default(),
            stopping: self.stopping.clone(),
        };
        let over = Box::pin(self.over.clone().cancelled_owned());
        let socket = Socket { stream, wire, over };
        (socket, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A socket that writes nothing more once it is cut.
pub(crate) struct Socket {
    stream: TcpStream,
    wire: Wire,
    /// Wakes whoever waits for the other side.
    over: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Socket {
    fn is_cut(&self) -> bool {
        self.wire.cut.load(Ordering::Acquire)
    }

    fn open(&mut self, cx: &mut Context<'_>) -> io::Result<Pin<&mut TcpStream>> {
        if !self.is_cut() && self.over.as_mut().poll(cx).is_ready() {
            self.wire.cut.store(true, Ordering::Release);
        }
        if self.is_cut() {
            Err(io::ErrorKind::ConnectionReset.into())
        } else {
            Ok(Pin::new(&mut self.stream))
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.is_cut() {
            let _ = self.stream.set_zero_linger(); // a socket that is gone already needs no reset
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.open(cx)?.poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.open(cx)?.poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.open(cx)?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.open(cx)?.poll_shutdown(cx)
    }
}
