//! What can be wrong with a connection.
use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use super::Trick;

/// Which of the two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the client to the server.
    Requests,
    /// From the server to the client.
    Replies,
    /// Both.
    Both,
}

impl Way {
    /// Whether what is said of `self` is said of `way`.
    pub(super) fn covers(self, way: Self) -> bool {
        self == Self::Both || self == way
    }
}

/// How late what passes is.
#[derive(Clone, Copy, Debug)]
pub struct Delay {
    /// In which way.
    pub way: Way,
    /// At least.
    pub least: Duration,
    /// By chance up to this much more; the order is kept.
    pub jitter: Duration,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// In good order.
    Close,
    /// By a reset: whatever was under way is lost.
    Reset,
}

/// When a connection ends.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// In which way bytes are counted, on each connection.
    pub way: Way,
    /// How many bytes still pass. When one more arrives, the connection ends.
    pub after: usize,
    /// How it ends, on both sides.
    pub end: End,
}

/// What a proxy does to what passes. None of it by default.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// New connections are refused; those that there are go on.
    pub refuse: bool,
    /// What passes is late.
    pub delay: Option<Delay>,
    /// Nothing passes this way, not even that the other side hung up. When healed it passes, late.
    pub hole: Option<Way>,
    /// Connections end.
    pub cut: Option<Cut>,
    /// A reply is not the right one.
    pub trick: Option<Trick>,
}

impl Faults {
    /// New connections are refused; those that there are go on.
    #[must_use]
    pub fn refusing() -> Self {
        Self {
            refuse: true,
            ..Self::default()
        }
    }

    /// Every reply is this late.
    #[must_use]
    pub fn late(least: Duration) -> Self {
        Self::jittery(least, Duration::ZERO)
    }

    /// Every reply is at least this late, and by chance up to `jitter` more.
    #[must_use]
    pub fn jittery(least: Duration, jitter: Duration) -> Self {
        Self {
            delay: Some(Delay {
                way: Way::Replies,
                least,
                jitter,
            }),
            ..Self::default()
        }
    }

    /// Nothing passes this way, and nobody is told.
    #[must_use]
    pub fn hole(way: Way) -> Self {
        Self {
            hole: Some(way),
            ..Self::default()
        }
    }

    /// Connections end once `after` bytes have passed this way.
    #[must_use]
    pub fn cut(way: Way, after: usize, end: End) -> Self {
        Self {
            cut: Some(Cut { way, after, end }),
            ..Self::default()
        }
    }

    /// What was asked is done, and the connection ends in place of the answer.
    #[must_use]
    pub fn losing_replies() -> Self {
        Self::cut(Way::Replies, 0, End::Reset)
    }

    /// A reply is not the right one.
    #[must_use]
    pub fn trick(trick: Trick) -> Self {
        Self {
            trick: Some(trick),
            ..Self::default()
        }
    }

    /// How late something is that passes now.
    pub(super) fn lateness(&self, way: Way) -> Duration {
        let delay = self.delay.filter(|delay| delay.way.covers(way));
        delay.map_or(Duration::ZERO, |delay| {
            delay.least + delay.jitter.mul_f64(chance())
        })
    }
}

/// The faults of the moment.
#[derive(Debug, Default)]
pub(super) struct Current {
    pub(super) faults: Faults,
    /// How often they were set.
    pub(super) version: u64,
}

impl Current {
    pub(super) fn set(&mut self, faults: Faults) {
        self.faults = faults;
        self.version += 1;
    }
}

/// From 0 to 1.
fn chance() -> f64 {
    let bits = RandomState::new().hash_one("a throw of dice");
    f64::from(u32::try_from(bits >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}
