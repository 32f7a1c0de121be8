//! Inside a service: which module may know which.
use std::{collections::HashMap, path::Path};

use crate::{code, paths::inside_the_crate, root, sources};

/// A module at the top of a service, those it may know (all listed before it), and the names of
/// crates that must not occur in it.
type Layer = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

/// Nothing of how the world is reached.
const PURE: &[&str] = &[
    "tonic", "wx_proto", "tokio", "redis", "sqlx", "axum", "reqwest", "hyper",
];

const SESSION: &[Layer] = &[
    ("domain", &[], PURE),
    (
        "store",
        &["domain"],
        &["tonic", "wx_proto", "axum", "reqwest"],
    ),
    ("ports", &["domain"], PURE),
    (
        "error",
        &["domain", "store", "ports"],
        &["tonic", "redis", "sqlx", "axum", "reqwest"],
    ),
    (
        "service",
        &["domain", "store", "ports", "error"],
        &["tonic", "wx_proto", "redis", "sqlx", "axum", "reqwest"],
    ),
    (
        "grpc",
        &["domain", "store", "error", "service"],
        &["redis", "sqlx", "axum", "reqwest"],
    ),
    ("clients", &["domain", "ports"], &["redis", "sqlx", "axum"]),
    (
        "config",
        &[
            "domain", "store", "ports", "error", "service", "grpc", "clients",
        ],
        &["axum"],
    ),
];

const CRYPTO: &[Layer] = &[
    ("domain", &[], PURE),
    ("error", &["domain"], &["tonic", "tokio"]),
    ("counters", &["domain"], PURE),
    (
        "service",
        &["domain", "error", "counters"],
        &["tonic", "wx_proto"],
    ),
    ("grpc", &["domain", "error", "service"], &[]),
    ("server", &["service", "grpc"], &[]),
    ("keys", &[], PURE),
    (
        "config",
        &["domain", "counters", "service", "server", "keys"],
        &[],
    ),
];

const GATEWAY: &[Layer] = &[
    ("ports", &[], &["tonic", "wx_proto", "axum"]),
    ("error", &[], &["tonic", "axum"]),
    ("clients", &["ports", "error"], &["axum"]),
    ("http", &["ports", "error"], &["tonic", "wx_proto::session"]),
    (
        "server",
        &["ports", "error", "http"],
        &["tonic", "wx_proto"],
    ),
    (
        "config",
        &["ports", "error", "clients", "http", "server"],
        &[],
    ),
];

const SERVICES: [(&str, &[Layer]); 3] = [
    ("session-service", SESSION),
    ("crypto-service", CRYPTO),
    ("auth-gateway", GATEWAY),
];

/// A service's source file: its code, and the module it is.
struct Source {
    at: String,
    code: String,
    module: Vec<String>,
}

/// All files of a service but `lib.rs` and `main.rs`, which may know everything.
fn modules(service: &str) -> Vec<Source> {
    let src = root().join(service).join("src");
    let files = sources(&src).into_iter();
    let tops = ["lib.rs", "main.rs"].map(|name| src.join(name));
    files
        .filter(|file| !tops.contains(file) && !file.ends_with("tests.rs"))
        .map(|file| Source {
            at: file.display().to_string(),
            code: code(&file),
            module: module(file.strip_prefix(&src).expect("it is below")),
        })
        .collect()
}

fn module(file: &Path) -> Vec<String> {
    let parts = file.with_extension("");
    parts
        .iter()
        .map(|part| part.to_str().expect("plain").to_owned())
        .collect()
}

/// What `lib.rs` shows under a shorter name, and the module each of them is from.
fn shown_at_the_root(service: &str) -> HashMap<String, String> {
    let lib = code(&root().join(service).join("src/lib.rs"));
    let shown = inside_the_crate(&lib, &[]).into_iter();
    shown
        .filter_map(|path| Some((path.last()?.clone(), path.first()?.clone())))
        .collect()
}

/// One module knows another of the same service.
struct Step {
    /// The file.
    at: String,
    from: String,
    to: String,
}

fn steps(service: &str, layers: &[Layer]) -> Vec<Step> {
    let shown = shown_at_the_root(service);
    let is_module = |name: &String| layers.iter().any(|layer| layer.0 == *name);
    let mut steps = Vec::new();
    for Source { at, code, module } in modules(service) {
        for path in inside_the_crate(&code, &module) {
            let first = path.first().filter(|name| is_module(name));
            let shown = path.first().and_then(|name| shown.get(name));
            let to = first.or(shown);
            steps.push(Step {
                at: at.clone(),
                from: module[0].clone(),
                to: to
                    .unwrap_or_else(|| panic!("{at}: {path:?} is in no module"))
                    .clone(),
            });
        }
    }
    steps.retain(|step| step.from != step.to);
    steps
}

#[test]
fn inner_layers_do_not_know_the_outer_ones() {
    for (service, layers) in SERVICES {
        for Step { at, from, to } in steps(service, layers) {
            let (_, known, _) = layer(layers, &from, &at);
            assert!(
                known.contains(&to.as_str()),
                "{at}: {from} must not know {to}"
            );
        }
    }
}

#[test]
fn every_module_has_its_place_in_one_direction() {
    for (service, layers) in SERVICES {
        for source in modules(service) {
            layer(layers, &source.module[0], &source.at);
        }
        for (index, (name, known, _)) in layers.iter().enumerate() {
            for inner in *known {
                let before = layers[..index].iter().any(|layer| layer.0 == *inner);
                assert!(before, "{service}: {inner} must come before {name}");
            }
        }
    }
}

#[test]
fn each_layer_does_without_the_crates_of_the_outer_ones() {
    for (service, layers) in SERVICES {
        for source in modules(service) {
            for name in layer(layers, &source.module[0], &source.at).2 {
                assert!(
                    !source.code.contains(name),
                    "{}: `{name}` must stay out",
                    source.at
                );
            }
        }
    }
}

fn layer(layers: &[Layer], module: &str, at: &str) -> Layer {
    let found = layers.iter().find(|layer| layer.0 == module);
    *found.unwrap_or_else(|| panic!("{at} has no place among the layers"))
}
