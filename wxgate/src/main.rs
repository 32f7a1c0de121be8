//! `wxgate`: everything at once.
use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    wxgate::cli::Cli::parse()
        .run()
        .await
        .unwrap_or_else(|error| {
            eprintln!("wxgate: {error:#}");
            ExitCode::FAILURE
        })
}
