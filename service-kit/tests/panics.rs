//! What a panic leaves in the log.
use std::process::{Command, Output};

use serde_json::Value;
use telemetry::{Config, LogFormat};

/// Runs one of the tests below, alone in a process of its own, for what that writes.
fn run(name: &str) -> Output {
    let here = std::env::current_exe().expect("this program has a path");
    let mut child = Command::new(here);
    child.args(["--exact", name, "--ignored", "--nocapture"]);
    child.output().expect("this program starts")
}

#[test]
#[ignore = "the process that the test below looks at"]
fn panics_with_a_json_log() {
    let config = Config {
        log: LogFormat::Json,
        ..Config::default()
    };
    let _guard = telemetry::init("test", &config).unwrap();
    let _ = std::panic::catch_unwind(|| panic!("number {} broke", 7));
}

#[test]
fn a_panic_is_one_event_of_a_json_log() {
    let output = run("panics_with_a_json_log");
    assert!(output.status.success());
    let stderr = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<&str> = stderr.lines().collect();
    let [line] = lines[..] else {
        panic!("not one line: {stderr}");
    };
    let event: Value = serde_json::from_str(line).expect("JSON");
    assert_eq!(event["level"], "ERROR");
    assert_eq!(event["message"], "panicked");
    assert_eq!(event["panic"], "number 7 broke");
    let location = event["location"].as_str().expect("a place");
    assert!(location.contains("tests/panics.rs:"), "{location}");
}
