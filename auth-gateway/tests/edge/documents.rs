//! The API's own description.
use std::collections::BTreeSet;

use serde_json::Value;

use super::script::SESSION;
use super::support::{Edge, every_operation, plain};

async fn description(edge: &Edge) -> Value {
    let answer = edge.send(plain("GET /openapi.json")).await;
    assert_eq!(answer.header("content-type"), "application/json");
    answer.json()
}

fn described(api: &Value) -> BTreeSet<String> {
    let paths = api["paths"].as_object().unwrap().iter();
    let calls = paths.flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    calls.collect()
}

#[tokio::test]
async fn the_description_lists_exactly_what_is_served() {
    let edge = Edge::start();
    let described = described(&description(&edge).await);
    let known = every_operation();
    let known: BTreeSet<_> = known
        .iter()
        .map(|request| format!("{} {}", request.method(), request.uri()).replace(SESSION, "{id}"))
        .collect();
    assert_eq!(described, known);
    for call in &described {
        let path = call.split_once(' ').unwrap().1;
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
            let call = format!("{method} {path}");
            let asked = call.replace("{id}", SESSION);
            let served = edge.send(plain(&asked)).await.status != 405;
            assert_eq!(served, described.contains(&call), "{call}");
        }
    }
}

#[tokio::test]
async fn every_operation_tells_its_refusals_and_its_token() {
    let edge = Edge::start();
    let api = description(&edge).await;
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let call = format!("{method} {path}");
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.contains_key("503"), "{call}");
            for (status, response) in responses
                .iter()
                .filter(|(status, _)| *status >= &"400".to_owned())
            {
                let problem = &response["content"]["application/problem+json"];
                assert_eq!(
                    problem["schema"]["$ref"], "#/components/schemas/Problem",
                    "{call}"
                );
                for (code, example) in problem["examples"].as_object().unwrap() {
                    assert_eq!(&example["value"]["code"], code, "{call}");
                    assert_eq!(example["value"]["status"].to_string(), *status, "{call}");
                }
            }
            let open = path == "/v1/login";
            assert_eq!(operation["security"].is_null(), open, "{call}");
            assert!(operation["operationId"].is_string() && operation["summary"].is_string());
        }
    }
    assert_eq!(
        api["components"]["securitySchemes"]["session_rd"]["scheme"],
        "bearer"
    );
}

#[tokio::test]
async fn every_reference_in_the_description_leads_somewhere() {
    let edge = Edge::start();
    let api = description(&edge).await;
    let text = api.to_string();
    let references: Vec<_> = text.split(r##""$ref":"#"##).skip(1).collect();
    assert!(references.len() > 10, "{}", references.len());
    for rest in references {
        let pointer = rest.split('"').next().unwrap();
        assert!(api.pointer(pointer).is_some(), "{pointer}");
    }
}

#[tokio::test]
async fn field_names_are_those_on_the_wire() {
    let edge = Edge::start();
    let schemas = description(&edge).await["components"]["schemas"].take();
    let properties = |name: &str| -> Vec<String> {
        let found = schemas[name]["properties"].as_object().expect(name);
        found.keys().cloned().collect()
    };
    assert_eq!(
        properties("Problem"),
        ["code", "detail", "status", "title", "trace_id", "type"]
    );
    assert_eq!(
        properties("DecryptRequest"),
        ["encryptedData", "iv", "rawData", "signature"]
    );
}

/// The addresses in `text` that a browser would fetch from elsewhere.
fn foreign(text: &str) -> Vec<&str> {
    let loads = [
        "src=\"",
        "href=\"",
        "url(",
        "@import \"",
        "url: \"",
        "\"url\": \"",
    ];
    let addresses = loads.iter().flat_map(|load| {
        let rest = text.split(load).skip(1);
        rest.map(|rest| rest.split(['"', ')']).next().unwrap())
    });
    let elsewhere = ["http:", "https:", "//"];
    addresses
        .filter(|address| elsewhere.iter().any(|start| address.starts_with(start)))
        .collect()
}

#[tokio::test]
async fn the_pages_load_nothing_from_elsewhere() {
    let edge = Edge::start();
    let moved = edge.send(plain("GET /docs")).await;
    assert_eq!(
        (moved.status.as_u16(), moved.header("location")),
        (303, "/docs/")
    );
    for page in [
        "/docs/",
        "/docs/index.css",
        "/docs/swagger-ui.css",
        "/docs/swagger-initializer.js",
    ] {
        let answer = edge.send(plain(&format!("GET {page}"))).await;
        assert_eq!(answer.status, 200, "{page}");
        assert_eq!(foreign(&answer.text), [""; 0], "{page}");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'self';"), "{policy}");
        assert!(!policy.contains("http"), "{policy}");
    }
    let start = edge
        .send(plain("GET /docs/swagger-initializer.js"))
        .await
        .text;
    assert!(start.contains(r#""validatorUrl": "none""#), "{start}");
    assert!(
        start.contains("/openapi.json") && !start.contains("http"),
        "{start}"
    );
    assert_eq!(
        edge.send(plain("GET /docs/nothing.js")).await.refusal().0,
        404
    );
}

#[tokio::test]
async fn the_description_points_nowhere_else() {
    let edge = Edge::start();
    let text = description(&edge).await.to_string();
    let foreign: Vec<_> = text
        .split("http")
        .skip(1)
        .filter(|rest| rest.starts_with("://") || rest.starts_with("s://"))
        .collect();
    assert!(
        foreign
            .iter()
            .all(|rest| rest.starts_with("s://example.com/")),
        "{foreign:?}"
    );
}

#[tokio::test]
async fn every_page_has_the_scripts_it_asks_for() {
    let edge = Edge::start();
    let page = edge.send(plain("GET /docs/")).await.text;
    let mut found = 0;
    for load in ["src=\"", "href=\""] {
        for rest in page.split(load).skip(1) {
            let name = rest.split('"').next().unwrap().trim_start_matches("./");
            let answer = edge.send(plain(&format!("GET /docs/{name}"))).await;
            assert_eq!(answer.status, 200, "{name}");
            found += 1;
        }
    }
    assert_eq!(found, 7);
}
