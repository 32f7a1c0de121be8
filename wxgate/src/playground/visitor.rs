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

/// Refuses what a browser asks on behalf of another page. Such a page may have another origin, or a name
/// of its own that leads to this machine.
pub(super) async fn own_page_only(request: Request, next: Next) -> Response {
    if is_own(request.headers()) {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

fn is_own(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(HOST).unwrap_or_default();
    let same_origin = match text(ORIGIN) {
        Some(origin) => origin == format!("http://{host}"),
        None => true,
    };
    is_this_machine(host) && same_origin
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
    fn no_other_page_may_ask() {
        assert!(!asks("127.0.0.1:8080", Some("https://evil.example")));
        assert!(!asks("127.0.0.1:8080", Some("http://127.0.0.1:9000")));
        assert!(!asks("127.0.0.1:8080", Some("null")));
        assert!(!asks("evil.example:8080", Some("http://evil.example:8080")));
        assert!(!asks("evil.example", None) && !asks("", None));
    }
}
