//! What the process's environment must not change. Only another process can be given one: each
//! test runs a login of this very suite in a child.

use std::process::Command;

use crate::stub::Canary;

fn assert_logs_in(configure: impl FnOnce(&mut Command) -> &mut Command) {
    let mut suite = Command::new(std::env::current_exe().unwrap());
    suite.args(["--exact", "login::a_good_code_names_user_and_key"]);
    let child = configure(&mut suite).output().unwrap();
    let report = String::from_utf8(child.stdout).unwrap();
    assert!(
        child.status.success() && report.contains("1 passed"),
        "{report}"
    );
}

#[test]
fn proxies_of_the_environment_are_not_used() {
    let canary = Canary::new();
    let proxies = ["HTTP_PROXY", "http_proxy", "ALL_PROXY"].map(|name| (name, canary.url()));
    assert_logs_in(|suite| {
        suite
            .env_remove("NO_PROXY")
            .env_remove("no_proxy")
            .envs(proxies)
    });
    assert!(canary.is_untouched());
}

#[test]
fn a_plain_stand_in_needs_no_ca_certificates() {
    let nowhere = ["SSL_CERT_FILE", "SSL_CERT_DIR"].map(|name| (name, "/no/such/place"));
    assert_logs_in(|suite| suite.envs(nowhere));
}
