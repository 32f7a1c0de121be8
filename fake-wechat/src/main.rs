//! Starts a fake WeChat.

use clap::Parser as _;
use fake_wechat::program::Args;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().init();
    Ok(Args::parse().run().await?)
}
