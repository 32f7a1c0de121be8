//! The reference, as proptest wants it.
use std::time::Duration;

use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;

use super::{
    life::Life,
    step::{self, Step},
};

/// Something may happen up to so many milliseconds before an end.
pub(crate) struct Reference<const NEAREST: u64>;

impl<const NEAREST: u64> ReferenceStateMachine for Reference<NEAREST> {
    type State = Life;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Life> {
        Just(Life::new(Duration::from_millis(NEAREST))).boxed()
    }

    fn transitions(life: &Life) -> BoxedStrategy<Step> {
        step::next(life)
    }

    fn apply(life: Life, step: &Step) -> Life {
        life.after(step)
    }

    fn preconditions(life: &Life, step: &Step) -> bool {
        life.allows(step)
    }
}
