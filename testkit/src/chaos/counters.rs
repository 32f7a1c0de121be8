//! What has passed.
use std::sync::atomic::{AtomicU64, Ordering};

use super::Way;

/// What has passed through a proxy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Connections ever made.
    pub connections: u64,
    /// Those that the client still holds, and the proxy has not ended.
    pub open: u64,
    /// Requests that arrived from clients, where they are Redis'.
    pub requests: u64,
    /// Bytes that went to the server.
    pub request_bytes: u64,
    /// Bytes that went to clients.
    pub reply_bytes: u64,
    /// Tricks that were played.
    pub tricks: u64,
}

#[derive(Default)]
pub(super) struct Counters {
    connections: AtomicU64,
    ended: AtomicU64,
    requests: AtomicU64,
    request_bytes: AtomicU64,
    reply_bytes: AtomicU64,
    tricks: AtomicU64,
}

/// A connection that is open; no longer when dropped.
pub(super) struct Open<'a>(&'a Counters);

impl Counters {
    pub(super) fn so_far(&self) -> Counted {
        let of = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        // Read first: what ended was open before.
        let ended = of(&self.ended);
        let connections = of(&self.connections);
        Counted {
            connections,
            open: connections - ended,
            requests: of(&self.requests),
            request_bytes: of(&self.request_bytes),
            reply_bytes: of(&self.reply_bytes),
            tricks: of(&self.tricks),
        }
    }

    pub(super) fn opened(&self) -> Open<'_> {
        add(&self.connections, 1);
        Open(self)
    }

    pub(super) fn asked(&self) {
        add(&self.requests, 1);
    }

    pub(super) fn passed(&self, way: Way, bytes: usize) {
        let counter = match way {
            Way::Requests => &self.request_bytes,
            Way::Replies | Way::Both => &self.reply_bytes,
        };
        add(counter, bytes);
    }

    pub(super) fn tricked(&self) {
        add(&self.tricks, 1);
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        add(&self.0.ended, 1);
    }
}

fn add(counter: &AtomicU64, count: usize) {
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    counter.fetch_add(count, Ordering::SeqCst);
}
