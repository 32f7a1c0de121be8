//! What every session store must do, asked of each of them.
//!
//! To ask another store, make a [`Subject`] of it and add a line below.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
mod redis_alone;
mod subject;
mod suite;

use std::time::Duration;

use self::subject::Subject;

/// No rule takes longer, on whatever machine.
const PATIENCE: Duration = Duration::from_secs(30);

async fn bounded<T>(rule: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, rule)
        .await
        .expect("a rule is answered in time")
}

/// Asks every rule of the suite of one store.
macro_rules! session_store_contract {
    ($store:ident, $subject:expr) => {
        mod $store {
            session_store_contract!(@each $subject;
                an_empty_store_has_nothing,
                several_keys_are_answered_in_their_order,
                what_is_put_is_there,
                a_later_put_replaces_an_earlier_one,
                absence_is_expected_exactly,
                bytes_are_expected_exactly,
                anything_may_be_expected,
                a_swap_of_several_keys_happens_whole,
                one_failed_expectation_writes_nothing,
                a_swap_deletes_what_it_says,
                deleting_nothing_is_no_failure,
                bytes_of_every_value_survive,
                a_large_record_survives,
                keys_of_different_users_are_apart,
                a_dump_shows_everything,
                a_record_is_gone_after_its_life,
                a_record_put_again_lives_anew,
                an_ended_record_counts_as_absent,
                one_of_many_swaps_wins_each_round,
                no_update_is_lost_among_many,
                racing_swaps_of_several_keys_stay_whole,
            );
        }
    };
    (@each $subject:expr; $($rule:ident),* $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $rule() {
                let subject = $subject;
                crate::bounded(crate::suite::$rule(&subject)).await;
            }
        )*
    };
}

session_store_contract!(memory, crate::Subject::memory());
session_store_contract!(redis, crate::Subject::redis().await);
