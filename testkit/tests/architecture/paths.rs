//! The paths that a file of Rust names inside its own crate.
use std::{iter::Peekable, vec::IntoIter};

/// Every path in `code` that begins at the crate, spelt from the crate's root; `here` is the module
/// that the code is in. Groups are expanded: `use crate::{a::B, c::{D, E}}` names three.
///
/// # Panics
/// When a path leaves the crate.
pub(crate) fn inside_the_crate(code: &str, here: &[String]) -> Vec<Vec<String>> {
    let mut tokens = tokens(code).into_iter().peekable();
    let mut found = Vec::new();
    let mut before = String::new();
    while let Some(token) = tokens.next() {
        let begins = ["crate", "self", "super"].contains(&token.as_str()) && before != "::";
        if begins && tokens.peek().is_some_and(|next| next == "::") {
            expand(vec![token.clone()], &mut tokens, &mut found);
        }
        before = token;
    }
    found.iter().map(|path| from_root(path, here)).collect()
}

/// Follows `::` and groups behind `path`; each path's end is put into `found`.
fn expand(
    mut path: Vec<String>,
    tokens: &mut Peekable<IntoIter<String>>,
    found: &mut Vec<Vec<String>>,
) {
    while tokens.next_if(|token| token == "::").is_some() {
        if tokens.next_if(|token| token == "{").is_some() {
            return group(&path, tokens, found);
        }
        // A turbofish or a quoted type ends the path.
        let Some(name) = tokens.next_if(|token| is_name(token) || token == "*") else {
            break;
        };
        path.push(name);
    }
    found.push(path);
}

fn group(path: &[String], tokens: &mut Peekable<IntoIter<String>>, found: &mut Vec<Vec<String>>) {
    while let Some(token) = tokens.next() {
        match token.as_str() {
            "}" => return,
            "," => {}
            // `as other` gives another name to the same thing.
            "as" => drop(tokens.next()),
            _ => expand([path, &[token]].concat(), tokens, found),
        }
    }
}

/// `super::x` in module `a::b` is `a::x`.
fn from_root(path: &[String], here: &[String]) -> Vec<String> {
    let mut at: Vec<String> = here.to_vec();
    let mut rest = path.iter().peekable();
    if rest.next_if(|name| *name == "crate").is_some() {
        at.clear();
    }
    while let Some(step) = rest.next_if(|name| ["self", "super"].contains(&name.as_str())) {
        if step == "super" {
            at.pop()
                .unwrap_or_else(|| panic!("{path:?} leaves the crate"));
        }
    }
    at.extend(rest.filter(|name| *name != "self").cloned());
    at
}

/// Names, `::`, braces, commas and stars; every other character ends a path.
fn tokens(code: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("::") {
            2
        } else if is_name(&first.to_string()) {
            rest.find(|c: char| !is_name(&c.to_string()))
                .unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(length);
        if !token.trim().is_empty() {
            tokens.push(token.to_owned());
        }
        rest = after;
    }
    tokens
}

fn is_name(token: &str) -> bool {
    token.chars().all(|c| c.is_alphanumeric() || c == '_')
}

#[test]
fn a_path_is_seen_however_it_is_spelt() {
    let here = ["service".to_owned(), "login".to_owned()];
    for (code, expected) in [
        ("use crate::grpc::Grpc;", &["grpc::Grpc"][..]),
        (
            "use crate::{SessionError, domain::AppId};",
            &["SessionError", "domain::AppId"],
        ),
        (
            "use crate::{\n    domain::{A, b::{C, D as E}},\n    grpc,\n};",
            &["domain::A", "domain::b::C", "domain::b::D", "grpc"],
        ),
        ("use super::super::grpc;", &["grpc"]),
        (
            "use super::{Sessions, super::grpc::{self, Grpc}};",
            &["service::Sessions", "grpc", "grpc::Grpc"],
        ),
        ("use self::part::Part;", &["service::login::part::Part"]),
        ("use crate::store::*;", &["store::*"]),
        (
            "fn f(g: &crate::grpc::Grpc) { super::g::<u8>() }",
            &["grpc::Grpc", "service::g"],
        ),
        ("use tonic::{Status, codec}; self.x; fn f(self) {}", &[]),
    ] {
        let found = inside_the_crate(code, &here);
        let found: Vec<_> = found.iter().map(|path| path.join("::")).collect();
        assert_eq!(found, expected, "{code}");
    }
}
