//! The program's `health`, as a container's health check runs it.

use std::net::SocketAddr;

use axum::Router;
use clap::Parser as _;
use fake_wechat::program::{Args, ProgramError};
use tokio::net::TcpListener;

use crate::support::Running;

async fn health(listen: SocketAddr) -> Result<(), ProgramError> {
    let listen = listen.to_string();
    let line = ["fake-wechat", "--listen", &listen, "health"];
    Args::try_parse_from(line).unwrap().run().await
}

#[tokio::test]
async fn a_serving_fake_is_healthy() {
    let fake = Running::start().await;
    health(fake.address).await.unwrap();
}

#[tokio::test]
async fn a_fake_on_every_address_is_asked_on_loopback() {
    let fake = Running::start().await;
    let everywhere = SocketAddr::from(([0, 0, 0, 0], fake.address.port()));
    health(everywhere).await.unwrap();
}

#[tokio::test]
async fn a_health_check_is_no_call_of_wechat() {
    let fake = Running::start().await;
    health(fake.address).await.unwrap();
    assert_eq!(fake.calls().await, Vec::<serde_json::Value>::new());
}

#[tokio::test]
async fn nobody_listening_is_unhealthy() {
    let fake = Running::start().await;
    fake.stop().await;
    let error = health(fake.address).await.unwrap_err();
    assert!(error.to_string().contains(&fake.address.to_string()));
}

#[tokio::test]
async fn another_server_in_its_place_is_unhealthy() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new()).await });
    assert!(health(address).await.is_err());
}
