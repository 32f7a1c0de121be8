//! What every database of accounts and revocations must do, asked of each of them.
//!
//! To ask another database, implement [`Database`] for it and add a line below.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
mod accounts;
mod endings;
mod merge_races;
mod merges;
mod postgres_alone;
mod postgres_database;
mod revocations;
mod sqlite_file;

use std::time::Duration;

use session_service::store::{AccountStore, RevocationLog};

/// No rule takes longer, on whatever machine.
const PATIENCE: Duration = Duration::from_secs(30);

async fn bounded<T>(rule: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, rule)
        .await
        .expect("a rule is answered in time")
}

/// One empty database, which can be opened again and again.
pub(crate) trait Database {
    /// The store on it.
    type Store: AccountStore + RevocationLog;

    /// Opens the store anew; what earlier ones wrote is there.
    async fn open(&self) -> Self::Store;
}

/// Asks every rule of both suites of one database.
macro_rules! database_contract {
    ($name:ident, $database:expr) => {
        mod $name {
            mod accounts {
                database_contract!(@each accounts, $database;
                    first_sight_registers_and_second_finds,
                    racing_first_logins_make_one_account,
                    different_people_get_different_accounts,
                    a_unionid_links_a_second_app,
                    a_late_unionid_is_noted,
                    another_unionid_changes_nothing,
                    a_profile_changes_in_part,
                    a_profile_outlives_a_login,
                    a_phone_number_is_kept_until_another_comes,
                    nobody_has_an_unknown_id,
                    accounts_outlive_the_process,
                );
            }
            mod merges {
                database_contract!(@each merges, $database;
                    a_late_unionid_makes_one_account_of_two,
                    the_older_account_stays_whoever_logs_in,
                    a_merge_takes_over_what_the_older_lacks,
                    a_merge_takes_over_the_phone_number,
                    a_merge_loses_no_block,
                    earlier_former_ids_move_too,
                    a_former_id_is_as_good_as_the_present_one,
                    a_login_survives_its_own_merge,
                    a_login_survives_the_merge_of_another,
                    a_merge_saves_no_login_that_something_else_has_ended,
                );
            }
            mod merge_races {
                database_contract!(@each merge_races, $database;
                    logins_with_one_late_unionid_race_to_one_account,
                    logins_without_the_unionid_race_with_a_merge,
                    blocks_race_with_a_merge,
                    erasures_race_with_a_merge,
                );
            }
            mod endings {
                database_contract!(@each endings, $database;
                    a_kick_is_a_row_for_each_identity,
                    a_block_lasts_until_it_is_lifted,
                    a_block_is_not_repeated,
                    an_erased_person_is_new_again,
                    a_login_from_before_an_erasure_brings_nobody_back,
                    nobody_unknown_is_ended,
                    rows_of_all_kinds_commit_in_order,
                );
            }
            mod revocations {
                database_contract!(@each revocations, $database;
                    a_new_log_is_empty,
                    numbers_increase_with_each_row,
                    numbers_commit_in_order,
                    a_session_is_revoked_once,
                    racing_revocations_of_a_session_are_one,
                    a_user_may_be_revoked_again,
                    rows_are_read_from_a_number_on,
                    pruning_goes_by_number_and_by_no_clock,
                    no_number_is_given_out_twice,
                    revocations_outlive_the_process,
                );
            }
        }
    };
    (@each $suite:ident, $database:expr; $($rule:ident),* $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $rule() {
                let database = $database;
                crate::bounded(crate::$suite::$rule(&database)).await;
            }
        )*
    };
}

database_contract!(sqlite, crate::sqlite_file::SqliteFile::new());
database_contract!(
    postgres,
    crate::postgres_database::PostgresDatabase::new().await
);
