//! What is asked of a database, as its spans are named: never with a value.
use std::fmt;

/// A group of statements that belong together: one of SQL's, or a transaction of several.
#[derive(Clone, Copy, Debug)]
pub(super) struct Statement {
    /// `db.collection.name`: the table that it is about.
    pub(super) table: &'static str,
    /// `db.operation.name`: what is done to it, in our words.
    pub(super) operation: &'static str,
}

/// The span's name: `sql`, then table and operation, as `sql accounts.find`.
impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sql {}.{}", self.table, self.operation)
    }
}

const fn accounts(operation: &'static str) -> Statement {
    let table = "accounts";
    Statement { table, operation }
}

const fn revocations(operation: &'static str) -> Statement {
    let table = "revocations";
    Statement { table, operation }
}

pub(super) const SIGN_IN: Statement = accounts("sign_in");
pub(super) const TRY_TO_WRITE: Statement = accounts("try_to_write");
pub(super) const FIND: Statement = accounts("find");
pub(super) const DOSSIER: Statement = accounts("dossier");
pub(super) const UPDATE_PROFILE: Statement = accounts("update_profile");
pub(super) const KEEP_PHONE: Statement = accounts("keep_phone");
pub(super) const END: Statement = accounts("end");
pub(super) const UNBLOCK: Statement = accounts("unblock");
pub(super) const APPEND: Statement = revocations("append");
pub(super) const AFTER: Statement = revocations("after");
pub(super) const PRUNE: Statement = revocations("prune");
