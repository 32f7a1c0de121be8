//! `wxgate`: everything at once.
use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    wxgate::cli::Cli::parse().run().await
}
