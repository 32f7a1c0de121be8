//! Which server answers for a key, and what to do when it does not.
use std::sync::Arc;

use async_trait::async_trait;

use super::{address::Host, node::Node, trouble::Trouble};
use crate::store::StoreKey;

/// What to do about a trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing: the asker hears of it.
    GiveUp,
    /// Ask again at once: it is known better now where.
    Again,
    /// Ask again a little later: things are about to change.
    Later,
    /// Ask this server, this once: the slot is on its way there.
    At(Host),
}

/// Knows the servers.
#[async_trait]
pub(super) trait Route: Send + Sync + 'static {
    /// The server that answers for `key`.
    async fn node(&self, key: &StoreKey) -> Result<Arc<Node>, Trouble>;

    /// The server at `host`.
    fn node_at(&self, host: &Host) -> Result<Arc<Node>, Trouble>;

    /// Learns from a trouble that `node` had with a question about `key`. `harmless`: the question may
    /// be asked again even if it was answered.
    fn after(&self, key: &StoreKey, node: &Arc<Node>, trouble: &Trouble, harmless: bool) -> Next;

    /// Every server that keeps records of its own.
    async fn masters(&self) -> Result<Vec<Arc<Node>>, Trouble>;
}
