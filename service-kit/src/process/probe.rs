//! The health check of a container: our own binary asks, no curl needed.
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context;
use http::{Request, header::HOST};
use http_body_util::Empty;
use hyper::{body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(2);

/// Success when the process whose admin port is `admin` answers that it is ready.
pub(super) async fn ready(admin: SocketAddr) -> anyhow::Result<ExitCode> {
    let status = tokio::time::timeout(PATIENCE, ask(reachable(admin))).await;
    let status = status.context("no answer in time")??;
    println!("{status}");
    Ok(if status.is_success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A process that listens on every address is asked on loopback.
fn reachable(admin: SocketAddr) -> SocketAddr {
    let ip = if admin.ip().is_unspecified() {
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    } else {
        admin.ip()
    };
    SocketAddr::new(ip, admin.port())
}

async fn ask(admin: SocketAddr) -> anyhow::Result<http::StatusCode> {
    let stream = TcpStream::connect(admin).await.context("connecting")?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let asking = tokio::spawn(connection);
    let request = Request::get("/readyz")
        .header(HOST, "localhost")
        .body(Empty::<Bytes>::new())?;
    let status = sender.send_request(request).await?.status();
    asking.abort();
    Ok(status)
}
