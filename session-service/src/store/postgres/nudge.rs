//! Word from other replicas that the log has grown.
use std::{convert::Infallible, sync::Arc, time::Duration};

use sqlx::{PgPool, postgres::PgListener};
use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;

/// Where PostgreSQL passes the word on, once the row's transaction has committed.
pub(super) const CHANNEL: &str = "wxgate_revocations";
/// After a lost connection, the next try. The poll of the log goes on meanwhile.
const PAUSE: Duration = Duration::from_millis(500);

/// Listens for as long as it lives.
pub(super) struct Nudges {
    heard: Arc<Notify>,
    _listening: AbortOnDropHandle<()>,
}

impl Nudges {
    pub(super) fn listen(pool: PgPool) -> Self {
        let heard = Arc::new(Notify::new());
        let listening = tokio::spawn(keep_listening(pool, heard.clone()));
        Self {
            heard,
            _listening: AbortOnDropHandle::new(listening),
        }
    }

    /// Waits for the next nudge; one that came since the last call counts.
    pub(super) async fn next(&self) {
        self.heard.notified().await;
    }
}

async fn keep_listening(pool: PgPool, heard: Arc<Notify>) {
    loop {
        let Err(error) = listen(&pool, &heard).await;
        tracing::debug!(
            error = service_kit::causes(&error),
            "nobody tells of new revocations: the log is read once a second"
        );
        tokio::time::sleep(PAUSE).await;
    }
}

/// Listens until the connection is lost.
async fn listen(pool: &PgPool, heard: &Notify) -> Result<Infallible, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // The first time, and after a break: what was said before was not heard.
        heard.notify_one();
        listener.try_recv().await?;
    }
}
