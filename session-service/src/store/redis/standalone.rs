//! One server.
use std::sync::Arc;

use async_trait::async_trait;

use super::{
    address::Host,
    node::Node,
    route::{Next, Route},
    trouble::{Away, Trouble},
};
use crate::store::StoreKey;

/// One server: nobody else could be asked.
pub(super) struct Standalone(pub(super) Arc<Node>);

#[async_trait]
impl Route for Standalone {
    async fn node(&self, _: &StoreKey) -> Result<Arc<Node>, Trouble> {
        Ok(self.0.clone())
    }

    fn node_at(&self, _: &Host) -> Result<Arc<Node>, Trouble> {
        Ok(self.0.clone())
    }

    fn after(&self, _: &StoreKey, node: &Arc<Node>, trouble: &Trouble, harmless: bool) -> Next {
        match trouble {
            // A server that has just restarted has closed every connection.
            Trouble::Away(Away::Broken(_)) => {
                node.forget_idle();
                if harmless { Next::Again } else { Next::GiveUp }
            }
            // Where one connection leads nowhere, the others may not either: each would cost one asker
            // a time-out.
            Trouble::Away(Away::Silent) => {
                node.forget_idle();
                Next::GiveUp
            }
            _ => Next::GiveUp,
        }
    }

    async fn masters(&self) -> Result<Vec<Arc<Node>>, Trouble> {
        Ok(vec![self.0.clone()])
    }
}
