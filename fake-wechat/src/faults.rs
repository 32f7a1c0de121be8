//! Planned misbehaviour: what is to go wrong, for which path, how often.

mod garbage;
mod pattern;
mod play;
mod sample;
mod spec;
mod twist;

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderValue, StatusCode};

use self::{garbage::Garbage, pattern::Pattern, twist::Twist};
pub(crate) use self::{
    play::play,
    spec::{FaultError, FaultSpec},
};
use crate::errcode::Errcode;

/// One planned fault.
#[derive(Clone)]
pub(crate) struct Fault {
    /// As it was asked for.
    spec: Arc<FaultSpec>,
    paths: Pattern,
    /// How many more calls it spoils; none means all.
    left: Option<u32>,
    delay: Duration,
    /// The call is carried out first, its code used up; the caller learns of it only what `effect` leaves.
    consume: bool,
    effect: Effect,
}

/// What becomes of the answer.
#[derive(Clone)]
enum Effect {
    /// It is given as it is, only late.
    None,
    Errcode(Errcode),
    /// A page in its place.
    Page {
        status: StatusCode,
        garbage: Garbage,
    },
    Redirect(HeaderValue),
    /// The connection is reset.
    Reset,
    /// Nothing comes, until the caller gives up or the server stops.
    Hang,
    /// It is given, changed.
    Twist(Twist),
}

impl Effect {
    /// Whether the call must be carried out to have something to give.
    fn needs_answer(&self) -> bool {
        matches!(self, Self::None | Self::Twist(_))
    }
}

/// The plan, in order: a call gets the first fault of its path that is not used up.
#[derive(Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    /// Replaces the plan.
    pub(crate) fn plan(&mut self, faults: Vec<Fault>) {
        self.0 = faults;
    }

    /// What is left of the plan, to be planned again.
    pub(crate) fn list(&self) -> Vec<FaultSpec> {
        let left = self.0.iter().filter(|fault| fault.left != Some(0));
        left.map(|fault| fault.spec.with_times(fault.left))
            .collect()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The fault for a call of `path`, if there is one left; it counts as used.
    pub(crate) fn take(&mut self, path: &str) -> Option<Fault> {
        let fault = self
            .0
            .iter_mut()
            .find(|fault| fault.paths.matches(path) && fault.left != Some(0))?;
        fault.left = fault.left.map(|left| left - 1);
        Some(fault.clone())
    }
}
