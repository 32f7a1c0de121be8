//! The unionid of a user who has just paid.

use std::fmt;

use serde::Deserialize;

use crate::{
    access_token::AccessToken,
    answer::{self, Payload},
    api::Api,
    client::WxClient,
    error::WxError,
    field::{self, Raw},
    garbage::Garbage,
    request::Request,
};

/// Which payment. `Debug` shows no number of it.
#[derive(Clone, PartialEq, Eq)]
pub enum Payment {
    /// By WeChat Pay's number.
    Transaction(String),
    /// By the merchant and the merchant's own number.
    Order {
        /// The merchant's id.
        mch_id: String,
        /// The merchant's number.
        out_trade_no: String,
    },
}

impl fmt::Debug for Payment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Transaction(_) => "Transaction(..)",
            Self::Order { .. } => "Order { .. }",
        })
    }
}

impl WxClient {
    /// The unionid of a user who paid within the last five minutes. Of no use where
    /// [`code_to_session`](WxClient::code_to_session) gives one already: the app must be bound to
    /// a WeChat Open Platform account either way.
    ///
    /// ```no_run
    /// use wx_client::{AccessToken, Payment, WxClient, WxError};
    ///
    /// # async fn example(wechat: WxClient, token: AccessToken) -> Result<(), WxError> {
    /// let payment = Payment::Transaction("4200001234202611250000000001".to_owned());
    /// let unionid = wechat
    ///     .paid_unionid(&token, "oGZUI0egBJY1zhBYw2KhdUfwVJJE", &payment)
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`WxError::TradeRejected`] if there is no such payment; [`WxError::Misconfigured`] if the
    /// app is not bound (89002); others by what happened.
    pub async fn paid_unionid(
        &self,
        token: &AccessToken,
        openid: &str,
        payment: &Payment,
    ) -> Result<String, WxError> {
        let request = Request::by(token, Api::PaidUnionid).hiding("openid", openid);
        let request = match payment {
            Payment::Transaction(id) => request.hiding("transaction_id", id),
            Payment::Order {
                mch_id,
                out_trade_no,
            } => request
                .with("mch_id", mch_id)
                .hiding("out_trade_no", out_trade_no),
        };
        let Unionid(unionid) = self.call(request).await?;
        Ok(unionid)
    }
}

pub(crate) struct Unionid(String);

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    unionid: Raw<'a>,
}

impl Payload for Unionid {
    fn read(_: &Request, body: &[u8]) -> Result<Self, Garbage> {
        let fields: Fields<'_> = answer::object(body)?;
        field::id("unionid", fields.unionid).map(Self)
    }
}
