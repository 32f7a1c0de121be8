//! gRPC over pipes inside one process.
use std::{io, pin::Pin};

use hyper_util::rt::TokioIo;
use tokio::{io::DuplexStream, sync::mpsc};
use tonic::transport::{Channel, Endpoint, Uri};

const PIPE_BYTES: usize = 64 * 1024;

type Dialled = Pin<Box<dyn Future<Output = io::Result<TokioIo<DuplexStream>>> + Send>>;

/// The accepting end, and a channel that makes a fresh pipe per connection, so that it can reconnect.
pub(super) fn pipe() -> (mpsc::Receiver<DuplexStream>, Channel) {
    let (dial, accept) = mpsc::channel(16);
    let connector = tower::service_fn(move |_: Uri| -> Dialled {
        let dial = dial.clone();
        Box::pin(async move {
            let (ours, theirs) = tokio::io::duplex(PIPE_BYTES);
            dial.send(theirs).await.map_err(io::Error::other)?;
            Ok(TokioIo::new(ours))
        })
    });
    let channel = Endpoint::from_static("http://in-process").connect_with_connector_lazy(connector);
    (accept, channel)
}
