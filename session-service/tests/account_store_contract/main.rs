//! What every database of accounts and revocations must do, asked of each of them.
//!
//! To ask another database, implement [`Database`] for it and add a line below.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
mod accounts;
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
                    a_unionid_of_somebody_else_changes_nothing,
                    a_profile_changes_in_part,
                    a_profile_outlives_a_login,
                    nobody_has_an_unknown_id,
                    accounts_outlive_the_process,
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
