//! The pages about the fake name all that it has.

use std::{fs, path::Path};

use clap::CommandFactory as _;
use fake_wechat::program::Args;

use crate::fault_paths::PATHS;

fn read(path: &str) -> String {
    let crate_root = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(crate_root.join(path)).unwrap()
}

/// The texts that stand between these two in a source.
fn between<'a>(source: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    let parts = source.split(before).skip(1);
    parts
        .map(|part| part.split(after).next().unwrap())
        .collect()
}

#[test]
fn every_path_control_call_and_flag_is_on_both_pages() {
    let control = read("src/control.rs");
    let calls = between(&control, ".route(\"", "\"");
    assert!(calls.len() > 15, "{calls:?}");
    let calls = calls.into_iter().map(|call| format!("/_fake{call}"));
    let command = Args::command();
    let flags = command.get_arguments().filter_map(clap::Arg::get_long);
    let flags = flags.filter(|flag| !["help", "version"].contains(flag));
    let names: Vec<String> = calls
        .chain(PATHS.map(str::to_owned))
        .chain(flags.map(|flag| format!("--{flag}")))
        .collect();
    for page in ["../docs/fake-wechat.md", "../docs/fake-wechat.zh-CN.md"] {
        let text = read(page);
        for name in &names {
            assert!(text.contains(name), "{page} does not name {name}");
        }
    }
}

#[tokio::test]
async fn every_twist_and_garbage_on_the_page_can_be_planned() {
    let fake = crate::support::Running::start().await;
    let page = read("../docs/fake-wechat.md");
    for kind in ["twist", "garbage"] {
        let row = between(&page, &format!("| `{kind}: \"<name>\"` |"), "\n")[0];
        let names = between(row, "`", "`");
        let names = names.iter().filter(|name| {
            !name.trim().is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        });
        let names: Vec<_> = names.filter(|name| **name != "status").collect();
        assert!(names.len() > 9, "{names:?}");
        for name in names {
            fake.plan(serde_json::json!([{ "path": "*", kind: name }]))
                .await;
        }
    }
}
