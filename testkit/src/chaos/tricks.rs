//! A reply that is not the right one.
use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::oneshot::{self, Receiver, Sender},
    time::{Instant, sleep_until, timeout},
};

use super::{connection::Link, resp::Asked};

/// For how long a reply waits for another one to change places with.
const HOLD: Duration = Duration::from_millis(100);
/// How many replies are remembered.
const MEMORY: usize = 256;
/// What Redis says where there is nothing.
const NOTHING: &[u8] = b"$-1\r\n";

/// A reply that is not the right one.
#[derive(Clone, Debug)]
pub struct Trick {
    /// What it is instead.
    pub what: What,
    /// The command whose replies are meant, in capitals.
    pub command: &'static str,
    /// Of how many such replies one is meant, on all connections together.
    pub every: u64,
}

/// What a reply is instead of the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// This, in Redis' spelling: `"-LOADING wait\r\n"`.
    Said(&'static str),
    /// Nothing: the connection closes. What was asked is done.
    Lost,
    /// That of the next request on the same connection, which gets this one. Where there is no next
    /// request soon, it is only late.
    Next,
    /// That of a request on another connection, which gets this one. Where nobody else asks at the
    /// same time, it is only late.
    Other,
    /// An older one to the same command about another key, on whatever connection; never that there
    /// is nothing. Where there is none yet, the right one.
    Older,
}

/// What the tricks on all connections share.
#[derive(Default)]
pub(super) struct Tricks {
    turn: AtomicU64,
    remembered: Mutex<VecDeque<(Asked, Vec<u8>)>>,
    waiting: Mutex<Option<Waiting>>,
}

/// A reply that waits for one of another connection.
struct Waiting {
    reply: Vec<u8>,
    tell: Sender<Vec<u8>>,
}

/// The tricks on one connection.
pub(super) struct OnConnection<'a> {
    tricks: &'a Tricks,
    /// It waits until then for the next one.
    held: Option<(Vec<u8>, Instant)>,
}

impl Tricks {
    pub(super) fn on_connection(&self) -> OnConnection<'_> {
        OnConnection {
            tricks: self,
            held: None,
        }
    }

    fn is_next(&self, every: u64) -> bool {
        (self.turn.fetch_add(1, Ordering::SeqCst) + 1).is_multiple_of(every)
    }

    fn remember(&self, asked: &Asked, reply: &[u8]) {
        if reply == NOTHING {
            return;
        }
        let mut remembered = self.remembered.lock().unwrap();
        remembered.truncate(MEMORY - 1);
        remembered.push_front((asked.clone(), reply.to_vec()));
    }

    fn older(&self, asked: &Asked) -> Option<Vec<u8>> {
        let fits = |older: &&(Asked, Vec<u8>)| {
            older.0.command == asked.command && older.0.key != asked.key
        };
        let remembered = self.remembered.lock().unwrap();
        remembered.iter().find(fits).map(|(_, reply)| reply.clone())
    }

    async fn other(&self, reply: Vec<u8>) -> Option<Vec<u8>> {
        match self.meet(&reply) {
            Ok(other) => Some(other),
            Err(mut told) => match timeout(HOLD, &mut told).await {
                Ok(other) => other.ok(),
                Err(_) => self.leave(&mut told),
            },
        }
    }

    /// The reply that waits, whose place this one takes; otherwise this one waits.
    fn meet(&self, reply: &[u8]) -> Result<Vec<u8>, Receiver<Vec<u8>>> {
        let mut waiting = self.waiting.lock().unwrap();
        if let Some(other) = waiting.take()
            && other.tell.send(reply.to_vec()).is_ok()
        {
            return Ok(other.reply);
        }
        let (tell, told) = oneshot::channel();
        let reply = reply.to_vec();
        *waiting = Some(Waiting { reply, tell });
        Err(told)
    }

    /// Waits no longer; somebody may have come at the last moment.
    fn leave(&self, told: &mut Receiver<Vec<u8>>) -> Option<Vec<u8>> {
        let mut waiting = self.waiting.lock().unwrap();
        if let Ok(other) = told.try_recv() {
            return Some(other);
        }
        *waiting = None;
        None
    }
}

impl OnConnection<'_> {
    /// What goes to the client now that `reply` is there; nothing when the connection is to close.
    pub(super) async fn play(&mut self, reply: Vec<u8>, link: &Link<'_>) -> Option<Vec<Vec<u8>>> {
        let asked = link.asked.lock().unwrap().pop_front().unwrap_or_default();
        self.tricks.remember(&asked, &reply);
        if let Some((held, _)) = self.held.take() {
            link.shared.counters.tricked();
            return Some(vec![reply, held]);
        }
        let trick = link.shared.faults.borrow().faults.trick.clone();
        let meant = trick.filter(|t| t.command == asked.command && self.tricks.is_next(t.every));
        let instead = match meant.map(|trick| trick.what) {
            None => None,
            Some(What::Said(words)) => Some(words.as_bytes().to_vec()),
            Some(What::Older) => self.tricks.older(&asked),
            Some(What::Other) => self.tricks.other(reply.clone()).await,
            Some(What::Next) => {
                self.held = Some((reply, Instant::now() + HOLD));
                return Some(Vec::new());
            }
            Some(What::Lost) => {
                link.shared.counters.tricked();
                return None;
            }
        };
        if instead.is_some() {
            link.shared.counters.tricked();
        }
        Some(vec![instead.unwrap_or(reply)])
    }

    /// A reply that the next one did not come for.
    pub(super) async fn held_too_long(&mut self) -> Vec<u8> {
        let Some((_, until)) = &self.held else {
            return std::future::pending().await;
        };
        sleep_until(*until).await;
        self.held.take().map(|(reply, _)| reply).unwrap_or_default()
    }
}
