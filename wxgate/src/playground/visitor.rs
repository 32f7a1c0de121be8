//! Who may ask: the page itself, and programs of this machine.
use axum::{
    extract::Request,
    http::{
        HeaderMap, StatusCode,
        header::{HOST, ORIGIN},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

/// What a browser says of the page that asks: no page can keep it from that, nor change it.
const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Refuses what a browser asks on behalf of another page. Such a page may have another origin, or a name
/// of its own that leads to this machine; what it asks for as a picture has no `Origin`.
pub(super) async fn own_page_only(request: Request, next: Next) -> Response {
    if is_own(request.headers()) {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

fn is_own(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(HOST.as_str()).unwrap_or_default();
    let same_origin = text(ORIGIN.as_str()).is_none_or(|origin| origin == format!("http://{host}"));
    // `none`: the user typed the address. `same-site` is any port of this machine.
    let by_itself = text(SEC_FETCH_SITE).is_none_or(|site| matches!(site, "same-origin" | "none"));
    is_this_machine(host) && same_origin && by_itself
}

fn is_this_machine(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|c| c.is_ascii_digit()) {
            name
        } else {
            host
        }
    });
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        is_own(&headers)
    }

    #[test]
    fn the_page_itself_and_programs_of_this_machine_may_ask() {
        assert!(asks("127.0.0.1:8080", None));
        assert!(asks("127.0.0.1:8080", Some("http://127.0.0.1:8080")));
        assert!(asks("localhost:8080", Some("http://localhost:8080")));
        assert!(asks("[::1]:8080", None) && asks("localhost", None));
    }

    #[test]
    fn a_browser_says_whose_page_asks() {
        let asks_from = |site: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, "127.0.0.1:8080".parse().unwrap());
            headers.insert(SEC_FETCH_SITE, site.parse().unwrap());
            is_own(&headers)
        };
        assert!(asks_from("same-origin") && asks_from("none"));
        for other in ["cross-site", "same-site", "", "?"] {
            assert!(!asks_from(other), "{other}");
        }
    }

    #[test]
    fn no_other_page_may_ask() {
        assert!(!asks("127.0.0.1:8080", Some("https://evil.example")));
        assert!(!asks("127.0.0.1:8080", Some("http://127.0.0.1:9000")));
        assert!(!asks("127.0.0.1:8080", Some("null")));
        assert!(!asks("evil.example:8080", Some("http://evil.example:8080")));
        assert!(!asks("evil.example", None) && !asks("", None));
    }
}
