//! Asking until somebody answers, or the time is over.
use std::{sync::Arc, time::Duration};

use deadpool_redis::redis::{Cmd, FromRedisValue, ServerErrorKind};
use futures::future::try_join_all;
use tokio::time::{Instant, sleep, timeout_at};

use super::{
    RedisMistake, RedisStore,
    node::Node,
    route::Next,
    trouble::{Away, Trouble},
};
use crate::store::{StoreError, StoreKey};

/// Before a question is asked again; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// Redirections are followed at once, but not for ever: two nodes may send us to each other.
const AT_ONCE: u32 = 4;

/// A question about the records of one slot.
pub(super) struct Question<'a, T> {
    pub(super) key: &'a StoreKey,
    pub(super) command: &'a Cmd,
    /// Nothing changes if it is answered twice.
    pub(super) harmless: bool,
    /// Whether an answer is to be doubted: absence looks the same whatever went wrong.
    pub(super) is_doubtful: fn(&T) -> bool,
}

impl RedisStore {
    /// Asks the server that answers for the key, and whoever it says instead, until the time is over.
    pub(super) async fn ask<T: FromRedisValue>(
        &self,
        question: &Question<'_, T>,
    ) -> Result<T, StoreError> {
        let Question {
            key,
            command,
            harmless,
            is_doubtful,
        } = *question;
        let deadline = Instant::now() + self.timeout;
        let (mut sent_to, mut pause, mut tries) = (None, FIRST_PAUSE, 0);
        loop {
            let asking = sent_to.is_some();
            let found = timeout_at(deadline, async {
                match sent_to.take() {
                    Some(host) => self.route.node_at(&host),
                    None => self.route.node(key).await,
                }
            });
            let node = found
                .await
                .map_err(|_| StoreError::RedisAway(Away::Silent))?;
            let (trouble, next) = match node {
                Ok(node) => match node.ask(command, is_doubtful, asking, deadline).await {
                    Ok(answer) => return Ok(answer),
                    Err(trouble) => {
                        let next = self.route.after(key, &node, &trouble, harmless);
                        (trouble, next)
                    }
                },
                Err(trouble) => (trouble, Next::Later),
            };
            tries += 1;
            match next {
                Next::GiveUp => return Err(self.failure(trouble)),
                Next::At(host) if tries < AT_ONCE => sent_to = Some(host),
                Next::Again if tries < AT_ONCE => {}
                _ if Instant::now() + pause >= deadline => {
                    return Err(self.failure(trouble));
                }
                _ => {
                    sleep(pause).await;
                    pause *= 2;
                }
            }
        }
    }

    /// Only nodes of a Cluster send us elsewhere.
    fn failure(&self, trouble: Trouble) -> StoreError {
        match trouble.says() {
            Some(ServerErrorKind::Moved | ServerErrorKind::Ask) if !self.is_cluster => {
                StoreError::RedisMistaken(RedisMistake::IsCluster)
            }
            _ => trouble.into(),
        }
    }

    /// Every server that keeps records, if that is known in time.
    pub(super) async fn masters(&self) -> Result<Vec<Arc<Node>>, StoreError> {
        let found = timeout_at(Instant::now() + self.timeout, self.route.masters()).await;
        Ok(found.map_err(|_| StoreError::RedisAway(Away::Silent))??)
    }

    /// Asks every server that keeps records.
    pub(super) async fn ask_all<T: FromRedisValue>(
        &self,
        command: &Cmd,
    ) -> Result<Vec<T>, StoreError> {
        let masters = self.masters().await?;
        let deadline = Instant::now() + self.timeout;
        let asked = masters
            .iter()
            .map(|node| node.ask_plainly(command, deadline));
        Ok(try_join_all(asked).await?)
    }
}
