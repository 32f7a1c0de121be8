//! The crypto-service program.
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    service_kit::run::<crypto_service::Config>().await
}
