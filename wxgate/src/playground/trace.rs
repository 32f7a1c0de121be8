//! Spans, as they end, to the page.
use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use futures::{Stream, StreamExt, stream};
use telemetry::EndedSpan;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::{Playground, outage::Watching};

/// A page that is gone shows when the next of these cannot be sent.
const SIGN_OF_LIFE: Duration = Duration::from_secs(4);

/// Server-Sent Events, one a span.
pub(super) async fn stream(
    State(playground): State<Playground>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let watching = Watching::begin(&playground.outage);
    let spans = stream::unfold((playground.feed.watch(), watching), next);
    let events = spans.filter_map(async |span| Event::default().json_data(&*span).ok());
    let stopping = playground.stopping.cancelled_owned();
    let events = events.map(Ok).take_until(stopping);
    Sse::new(events).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE))
}

type Watched = (Receiver<Arc<EndedSpan>>, Watching);

/// The next span; those that a slow page missed are skipped.
async fn next((mut spans, watching): Watched) -> Option<(Arc<EndedSpan>, Watched)> {
    loop {
        match spans.recv().await {
            Ok(span) => return Some((span, (spans, watching))),
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}
