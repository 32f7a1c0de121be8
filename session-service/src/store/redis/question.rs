//! Asking until somebody answers, or the time is over.
use std::time::Duration;

use deadpool_redis::redis::{Cmd, FromRedisValue};
use futures::future::try_join_all;
use tokio::time::{Instant, sleep, timeout_at};

use super::{
    RedisStore,
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
    /// What is absent logs a user out: only a master is believed, as one that steps down may have
    /// emptied itself to follow the new one.
    pub(super) names_something_absent: fn(&T) -> bool,
}

impl RedisStore {
    /// Asks the server that answers for the key, and whoever it says instead, until the time is over.
    pub(super) async fn ask<T: FromRedisValue>(
        &self,
        question: &Question<'_, T>,
    ) -> Result<T, StoreError> {
        let Question { key, harmless, .. } = *question;
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
                Ok(node) => match self.ask_at(&node, question, asking, deadline).await {
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
                Next::GiveUp => return Err(trouble.into()),
                Next::At(host) if tries < AT_ONCE => sent_to = Some(host),
                Next::Again if tries < AT_ONCE => {}
                _ if Instant::now() + pause >= deadline => return Err(trouble.into()),
                _ => {
                    sleep(pause).await;
                    pause *= 2;
                }
            }
        }
    }

    async fn ask_at<T: FromRedisValue>(
        &self,
        node: &Node,
        question: &Question<'_, T>,
        asking: bool,
        deadline: Instant,
    ) -> Result<T, Trouble> {
        let answer = node.ask(question.command, asking, deadline).await?;
        if self.route.masters_step_down() && (question.names_something_absent)(&answer) {
            node.prove_master(deadline).await?;
        }
        Ok(answer)
    }

    /// Asks every server that keeps records.
    pub(super) async fn ask_all<T: FromRedisValue>(
        &self,
        command: &Cmd,
    ) -> Result<Vec<T>, StoreError> {
        let masters = self.route.masters().await?;
        let deadline = Instant::now() + self.timeout;
        let asked = masters
            .iter()
            .map(|node| node.ask(command, false, deadline));
        Ok(try_join_all(asked).await?)
    }
}
