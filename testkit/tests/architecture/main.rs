//! Who may know whom.
mod layers;
mod paths;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A crate, and what must occur nowhere in it.
const OUTSIDE: [(&str, &[&str]); 2] = [
    (
        "crypto-service/src",
        &[
            "reqwest",
            "sqlx",
            "redis",
            "TcpStream",
            "hyper_util",
            "service_kit::connect",
        ],
    ),
    ("wx-client/src", &["wx_proto", "service_kit", "telemetry::"]),
];

/// A crate, and which of ours it may depend on.
const BETWEEN: [(&str, &[&str]); 10] = [
    ("proto", &[]),
    ("telemetry", &[]),
    ("wx-client", &[]),
    ("service-kit", &["telemetry", "wx-proto"]),
    ("fake-wechat", &["service-kit"]),
    ("crypto-service", &["service-kit", "telemetry", "wx-proto"]),
    (
        "session-service",
        &["service-kit", "telemetry", "wx-client", "wx-proto"],
    ),
    ("auth-gateway", &["service-kit", "telemetry", "wx-proto"]),
    (
        "wxgate",
        &[
            "auth-gateway",
            "crypto-service",
            "fake-wechat",
            "service-kit",
            "session-service",
            "telemetry",
            "wx-proto",
        ],
    ),
    (
        "testkit",
        &["fake-wechat", "service-kit", "session-service", "wxgate"],
    ),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).unwrap_or_else(|_| panic!("{} exists", path.display()));
    entries
        .flat_map(|entry| sources(&entry.expect("readable").path()))
        .collect()
}

/// The code of a file without whole lines of comment, and without the tests at its end.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("readable");
    let production = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = production
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn no_way_out_is_in_the_crates_that_need_none() {
    for (place, forbidden) in OUTSIDE {
        for file in sources(&root().join(place)) {
            let code = code(&file);
            for name in forbidden {
                assert!(
                    !code.contains(name),
                    "{}: `{name}` must stay out",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn services_meet_only_in_the_contracts() {
    let ours: BTreeSet<String> = BETWEEN
        .iter()
        .map(|(folder, _)| folder.replace("proto", "wx-proto"))
        .collect();
    for (folder, allowed) in BETWEEN {
        let manifest =
            fs::read_to_string(root().join(folder).join("Cargo.toml")).expect("readable");
        let manifest: toml::Table = manifest.parse().expect("a manifest");
        let Some(dependencies) = manifest.get("dependencies").and_then(toml::Value::as_table)
        else {
            continue;
        };
        for name in dependencies.keys().filter(|name| ours.contains(*name)) {
            assert!(
                allowed.contains(&name.as_str()),
                "{folder} must not depend on {name}"
            );
        }
    }
}

#[test]
fn every_crate_keeps_the_house_lints() {
    for (folder, _) in BETWEEN.iter().filter(|(folder, _)| *folder != "proto") {
        let manifest =
            fs::read_to_string(root().join(folder).join("Cargo.toml")).expect("readable");
        assert!(manifest.contains("[lints]\nworkspace = true"), "{folder}");
    }
}

#[test]
fn mains_stay_tiny_and_files_small() {
    for (folder, _) in BETWEEN {
        for file in sources(&root().join(folder).join("src")) {
            let lines = fs::read_to_string(&file).expect("readable").lines().count();
            let limit = if file.ends_with("src/main.rs") {
                25
            } else {
                400
            };
            assert!(lines <= limit, "{} has {lines} lines", file.display());
        }
    }
}

#[test]
fn one_tls_provider_is_in_the_whole_tree() {
    let tree = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--workspace",
            "--locked",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let tree = String::from_utf8(tree.stdout).expect("text");
    let built = |name: &str| {
        tree.lines()
            .any(|line| line.starts_with(&format!("{name} v")))
    };
    assert!(built("aws-lc-rs"));
    for other in ["ring", "openssl-sys", "native-tls"] {
        assert!(!built(other), "{other}");
    }
}
