//! Spans, as they end, to the page.
use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::StatusCode,
    response::sse::{Event, KeepAlive, Sse},
};
use futures::{Stream, StreamExt, stream};
use telemetry::EndedSpan;
use tokio::sync::{
    OwnedSemaphorePermit,
    broadcast::{Receiver, error::RecvError},
};

use super::{Playground, outage::Watching};

/// A page that is gone shows when the next of these cannot be sent.
const SIGN_OF_LIFE: Duration = Duration::from_secs(4);

/// Pages that look on at once. Every one costs every request its part, also one that reads nothing.
pub(super) const SEATS: usize = 32;

/// Server-Sent Events, one a span; 503 when too many pages look on.
pub(super) async fn stream(
    State(playground): State<Playground>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, (StatusCode, &'static str)> {
    let full = (
        StatusCode::SERVICE_UNAVAILABLE,
        "too many pages look on: close some\n",
    );
    let seat = playground.seats.try_acquire_owned().map_err(|_| full)?;
    let watching = Watching::begin(&playground.outage);
    let spans = stream::unfold((playground.feed.watch(), watching, seat), next);
    let events = spans.filter_map(async |span| Event::default().json_data(&*span).ok());
    let stopping = playground.stopping.cancelled_owned();
    let events = events.map(Ok).take_until(stopping);
    let alive = KeepAlive::new().interval(SIGN_OF_LIFE);
    Ok(Sse::new(events).keep_alive(alive))
}

type Watched = (Receiver<Arc<EndedSpan>>, Watching, OwnedSemaphorePermit);

/// The next span; those that a slow page missed are skipped.
async fn next((mut spans, watching, seat): Watched) -> Option<(Arc<EndedSpan>, Watched)> {
    loop {
        match spans.recv().await {
            Ok(span) => return Some((span, (spans, watching, seat))),
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}
