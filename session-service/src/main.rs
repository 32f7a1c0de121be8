//! The session service, on its own.
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    service_kit::run::<session_service::Config>().await
}
