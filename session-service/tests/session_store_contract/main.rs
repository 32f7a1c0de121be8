//! What every session store must do, asked of each of them.
//!
//! To ask another store, make a [`Subject`] of it and add a line below.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
mod failover;
mod redis_alone;
mod subject;
mod suite;
mod zoo;

use std::time::Duration;

use self::subject::Subject;

/// No rule takes longer, on whatever machine.
const PATIENCE: Duration = Duration::from_mins(2);

async fn bounded<T>(rule: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, rule)
        .await
        .expect("a rule is answered in time")
}

/// Names every rule of the suite to a macro.
macro_rules! every_rule {
    ($then:ident!($($with:tt)*)) => {
        $then!($($with)*;
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
            a_token_and_its_lease_change_together,
            one_of_many_takes_a_lease,
            a_lease_that_nobody_gives_back_ends,
            apps_share_no_token,
        );
    };
}

/// A test for each rule, with a store of its own.
macro_rules! each_alone {
    ($subject:expr; $($rule:ident),* $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $rule() {
                let subject = $subject;
                crate::bounded(crate::suite::$rule(&subject)).await;
            }
        )*
    };
}

/// One rule after the other: what keeps the records takes long to start.
macro_rules! all_in_turn {
    ($zoo:expr; $($rule:ident),* $(,)?) => {
        #[tokio::test(flavor = "multi_thread")]
        async fn every_rule_holds() {
            let zoo = crate::bounded($zoo).await;
            $(
                println!(stringify!($rule));
                zoo.clear().await;
                crate::bounded(crate::suite::$rule(&zoo.subject)).await;
            )*
        }
    };
}

mod memory {
    every_rule!(each_alone!(crate::Subject::memory()));
}
mod redis {
    every_rule!(each_alone!(crate::Subject::redis().await));
}
mod redis_with_least_rights_over_tls {
    use testkit::RedisAccess;

    every_rule!(all_in_turn!(crate::zoo::alone(
        RedisAccess::least_rights().with_client_certificates()
    )));
}
mod redis_sentinel {
    use testkit::RedisAccess;

    every_rule!(all_in_turn!(crate::zoo::sentinel(
        RedisAccess::least_rights().guarding_sentinels()
    )));
}
mod redis_sentinel_over_tls {
    use testkit::RedisAccess;

    every_rule!(all_in_turn!(crate::zoo::sentinel(
        RedisAccess::password().with_tls()
    )));
}
mod redis_cluster {
    use testkit::RedisAccess;

    every_rule!(all_in_turn!(crate::zoo::cluster(
        RedisAccess::least_rights()
    )));
}
mod redis_cluster_over_tls {
    use testkit::RedisAccess;

    every_rule!(all_in_turn!(crate::zoo::cluster(
        RedisAccess::password().with_tls()
    )));
}
