//! The reference, as proptest wants it.
use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;

use super::{
    life::Life,
    step::{self, Step},
};

pub(crate) struct Reference;

impl ReferenceStateMachine for Reference {
    type State = Life;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Life> {
        Just(Life::new()).boxed()
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
