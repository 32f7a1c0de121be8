//! What users have paid.

use std::time::Duration;

use serde::Serialize;
use service_kit::Timestamp;

use super::users::UserId;
use crate::random;

/// For so long a payment tells the payer's unionid.
const REMEMBERED: Duration = Duration::from_mins(5);

/// By what WeChat Pay and the shop know a payment.
#[derive(Clone, Serialize)]
pub(crate) struct Numbers {
    pub(crate) transaction_id: String,
    pub(crate) mch_id: String,
    pub(crate) out_trade_no: String,
}

struct Payment {
    payer: UserId,
    numbers: Numbers,
    made: Timestamp,
}

/// The payments of the last minutes.
#[derive(Default)]
pub(crate) struct Payments(Vec<Payment>);

impl Payments {
    pub(crate) fn make(&mut self, payer: UserId, now: Timestamp) -> Numbers {
        self.0.retain(|payment| payment.lives(now));
        let numbers = Numbers {
            transaction_id: random::digits::<28>(),
            mch_id: random::digits::<10>(),
            out_trade_no: random::digits::<20>(),
        };
        self.0.push(Payment {
            payer,
            numbers: numbers.clone(),
            made: now,
        });
        numbers
    }

    /// Whether this user has lately made a payment that `meant` knows again.
    pub(crate) fn paid(
        &self,
        payer: &UserId,
        now: Timestamp,
        meant: impl Fn(&Numbers) -> bool,
    ) -> bool {
        self.0
            .iter()
            .any(|payment| payment.payer == *payer && payment.lives(now) && meant(&payment.numbers))
    }
}

impl Payment {
    fn lives(&self, now: Timestamp) -> bool {
        now.since(self.made) <= REMEMBERED
    }
}
