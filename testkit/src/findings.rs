//! What the long checks found: lines for docs/RELIABILITY.md, written by `scripts/soak`.
use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};

/// Notes that `check` (`SES-06`) was made as `how` says, and what came out: a figure, not a verdict.
///
/// A test notes what it found after its assertions: what is noted has passed.
pub fn found(check: &str, how: &str, figure: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/soak/findings.tsv");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let mut file = File::options()
        .create(true)
        .append(true)
        .open(file)
        .unwrap();
    // One write: tests that end together do not mix their lines.
    let line = format!("{check}\t{how}\t{figure}\n");
    file.write_all(line.as_bytes()).unwrap();
    println!("{check}: {how}: {figure}");
}
