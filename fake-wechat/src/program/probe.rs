//! The health check of a container: our own binary asks, no curl needed.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// Not among the calls that a fake notes: those are WeChat's own.
const QUESTION: &[u8] = b"GET /_fake/health HTTP/1.0\r\n\r\n";
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the fake that listens on `address` answers that it serves.
pub(super) async fn serving(address: SocketAddr) -> io::Result<()> {
    let answer = timeout(PATIENCE, ask(reachable(address))).await??;
    if answer.starts_with(b"HTTP/1.0 200 ") {
        Ok(())
    } else {
        Err(io::Error::other("somebody answers, but no fake does"))
    }
}

/// A fake that listens on every address is asked on loopback.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    address
}

async fn ask(address: SocketAddr) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(QUESTION).await?;
    let mut answer = Vec::new();
    stream.take(1024).read_to_end(&mut answer).await?;
    Ok(answer)
}
