//! The crypto-service program.
use std::process::ExitCode;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    service_kit::run::<crypto_service::Config>().await
}
