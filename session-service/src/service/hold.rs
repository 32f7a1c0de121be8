//! Taking what only one caller at a time may hold: a code, a lease.
use super::Sessions;
use crate::store::{Change, StoreError};

/// Tells one holder from every other.
///
/// # Errors
/// When the operating system gives no randomness.
pub(super) fn new_holder() -> Result<[u8; 8], StoreError> {
    let mut holder = [0; 8];
    getrandom::fill(&mut holder)?;
    Ok(holder)
}

impl Sessions {
    /// Does `change`, which takes something; answers whether it is ours now. Where the store does not
    /// say, it may have been written all the same: then `written` finds it, and it is ours to use.
    ///
    /// # Errors
    /// When the store does not say, and nothing was found.
    pub(super) async fn take_hold(
        &self,
        change: Change,
        written: impl Future<Output = Result<bool, StoreError>> + Send,
    ) -> Result<bool, StoreError> {
        match self.records.commit(change).await {
            Ok(ours) => Ok(ours),
            Err(error) => match written.await {
                Ok(true) => Ok(true),
                _ => Err(error),
            },
        }
    }
}
