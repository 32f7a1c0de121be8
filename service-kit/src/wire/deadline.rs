//! An end to every call: a layer that answers `DEADLINE_EXCEEDED`.
//!
//! tonic's own sits outside all layers of ours, which then see no answer but a call let go.
use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http::{HeaderMap, Request, Response};
use tonic::{Status, body::Body};
use tower::{Layer, Service};

/// tonic obeys `grpc-timeout` as well. We are this much earlier, so that the answer is ours.
const AHEAD: Duration = Duration::from_millis(2);

/// Ends each call after this long, or when the caller's `grpc-timeout` is over.
#[derive(Clone, Copy, Debug)]
pub(super) struct DeadlineLayer(pub(super) Duration);

impl<S> Layer<S> for DeadlineLayer {
    type Service = Deadline<S>;

    fn layer(&self, inner: S) -> Deadline<S> {
        let longest = self.0;
        Deadline { inner, longest }
    }
}

/// The service [`DeadlineLayer`] makes.
#[derive(Clone, Debug)]
pub(super) struct Deadline<S> {
    inner: S,
    longest: Duration,
}

impl<S, B> Service<Request<B>> for Deadline<S>
where
    S: Service<Request<B>, Response = Response<Body>>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let asked = asked(request.headers()).map(|asked| asked.saturating_sub(AHEAD));
        let allowed = asked.map_or(self.longest, |asked| asked.min(self.longest));
        let answer = tokio::time::timeout(allowed, self.inner.call(request));
        Box::pin(async move {
            let late = |_| Ok(Status::deadline_exceeded("the call took too long").into_http());
            answer.await.unwrap_or_else(late)
        })
    }
}

/// How long the caller waits: up to eight digits and a unit.
fn asked(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(count * 3600),
        "M" => Duration::from_secs(count * 60),
        "S" => Duration::from_secs(count),
        "m" => Duration::from_millis(count),
        "u" => Duration::from_micros(count),
        "n" => Duration::from_nanos(count),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Duration> {
        let headers = HeaderMap::from_iter([(
            http::HeaderName::from_static("grpc-timeout"),
            text.parse().unwrap(),
        )]);
        asked(&headers)
    }

    #[test]
    fn a_callers_patience_is_read_in_every_unit() {
        for (text, seconds) in [("2H", 7200), ("3M", 180), ("99999999S", 99_999_999)] {
            assert_eq!(read(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(read("4m"), Some(Duration::from_millis(4)));
        assert_eq!(read("5u"), Some(Duration::from_micros(5)));
        assert_eq!(read("6n"), Some(Duration::from_nanos(6)));
    }

    #[test]
    fn a_malformed_patience_is_nobodys_deadline() {
        for text in [
            "",
            "S",
            "5",
            "-1S",
            "+1S",
            "1.5S",
            "100000000S",
            "1s ago",
            "1h",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(asked(&HeaderMap::new()), None);
    }
}
