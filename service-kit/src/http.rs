//! Serving HTTP so that slow clients cannot hold it up.
//!
//! `axum::serve` has no time limit for request headers, so the accept loop is ours, on hyper. It
//! speaks HTTP/1.1 only: that is what proxies speak to what is behind them, and telling HTTP/2
//! apart would mean to read a stranger's first bytes without a time limit.
use std::{io, sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;

#[cfg(test)]
mod tests;

/// Header bytes beyond this are refused.
const HEADER_BYTES: usize = 16 * 1024;
/// After a failed `accept` (no file descriptors left), the next try waits this long.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What clients of one listener may take.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// From when a connection could send a request until all headers of it are there. So a
    /// connection that says nothing, half a request, or nothing more ends after this long.
    headers: Duration,
    /// Open connections; the next one waits in the kernel's queue until one ends.
    connections: usize,
    /// A client that does not read its answer for this long has gone.
    unread: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            headers: Duration::from_secs(5),
            connections: 10_000,
            unread: Duration::from_secs(10),
        }
    }
}

/// Serves `router` on `listener` until `stopping`, then lets requests in flight finish.
///
/// # Errors
/// Never today; the type leaves room for listeners that can fail for good.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stopping: CancellationToken,
) -> io::Result<()> {
    serve_within(Limits::default(), listener, router, stopping).await;
    Ok(())
}

async fn serve_within(
    limits: Limits,
    listener: TcpListener,
    router: Router,
    stopping: CancellationToken,
) {
    let server = Server {
        builder: connections(limits),
        unread: limits.unread,
        graceful: GracefulShutdown::new(),
        router,
    };
    let slots = Arc::new(Semaphore::new(limits.connections));
    while let Some((stream, slot)) = stopping.run_until_cancelled(next(&listener, &slots)).await {
        server.spawn(stream, slot);
    }
    drop(listener);
    server.graceful.shutdown().await;
}

/// The next connection, once there is room for it.
async fn next(listener: &TcpListener, slots: &Arc<Semaphore>) -> (TcpStream, OwnedSemaphorePermit) {
    let slot = slots.clone().acquire_owned().await;
    let slot = slot.expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, slot),
            Err(error) => {
                tracing::warn!(%error, "accepting a connection failed");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn connections(limits: Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.headers)
        .max_buf_size(HEADER_BYTES);
    builder
}

struct Server {
    builder: http1::Builder,
    unread: Duration,
    graceful: GracefulShutdown,
    router: Router,
}

impl Server {
    fn spawn(&self, stream: TcpStream, slot: OwnedSemaphorePermit) {
        // Answers are small: waiting to fill a packet only adds delay. A failure changes nothing else.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(self.router.clone());
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.unread));
        let stream = TokioIo::new(Box::pin(stream));
        let connection = self.builder.serve_connection(stream, service);
        let connection = self.graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
            drop(slot);
        });
    }
}
