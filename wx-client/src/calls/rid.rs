//! What WeChat knows of a call made earlier.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use secrecy::SecretString;
use serde::Deserialize;

use crate::{
    access_token::AccessToken,
    answer::{self, Payload},
    api::Api,
    client::WxClient,
    error::WxError,
    field::{self, Raw, value},
    garbage::Garbage,
    request::Request,
};

/// The longest address that is believed, in characters.
const IP_LIMIT: usize = 64;

/// A call as WeChat remembers it. Its URL and bodies hold what they held: tokens, openids, codes.
/// `Debug` does not show them.
pub struct PastCall {
    /// When it came in.
    pub invoked: SystemTime,
    /// How long WeChat took.
    pub cost: Duration,
    /// From which address.
    pub client_ip: String,
    /// Its URL with the query.
    pub url: SecretString,
    /// What was posted.
    pub body: SecretString,
    /// What was answered.
    pub answer: SecretString,
}

impl fmt::Debug for PastCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PastCall")
            .field("invoked", &self.invoked)
            .field("cost", &self.cost)
            .field("client_ip", &self.client_ip)
            .finish_non_exhaustive()
    }
}

impl WxClient {
    /// Looks up a call of the same account by its [`rid`](crate::Refusal::rid), up to seven days
    /// later. Calls below `/sns`, like a login, cannot be looked up.
    ///
    /// ```no_run
    /// use wx_client::{AccessToken, WxClient, WxError};
    ///
    /// # async fn example(wechat: WxClient, token: AccessToken) -> Result<(), WxError> {
    /// let call = wechat.look_up(&token, "617682e0-09059ac5-34a8e2ea").await?;
    /// println!("from {} within {} ms", call.client_ip, call.cost.as_millis());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`WxError::BadRequest`] for a rid that is not known, too old, or of another account (76001
    /// to 76004); others by what happened.
    pub async fn look_up(&self, token: &AccessToken, rid: &str) -> Result<PastCall, WxError> {
        self.call(Request::by(token, Api::LookUp).with("rid", rid))
            .await
    }
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    request: Raw<'a>,
}

#[derive(Deserialize)]
struct Call<'a> {
    #[serde(borrow)]
    invoke_time: Raw<'a>,
    #[serde(borrow)]
    cost_in_ms: Raw<'a>,
    #[serde(borrow)]
    client_ip: Raw<'a>,
    #[serde(borrow)]
    request_url: Raw<'a>,
    #[serde(borrow)]
    request_body: Raw<'a>,
    #[serde(borrow)]
    response_body: Raw<'a>,
}

impl Payload for PastCall {
    fn read(_: &Request, body: &[u8]) -> Result<Self, Garbage> {
        let fields: Fields<'_> = answer::object(body)?;
        let call: Call<'_> = field::object("request", fields.request)?;
        Ok(Self {
            invoked: field::moment("invoke_time", call.invoke_time)?,
            cost: Duration::from_millis(field::count("cost_in_ms", call.cost_in_ms)?),
            client_ip: field::text("client_ip", call.client_ip, IP_LIMIT)?,
            url: secret("request_url", call.request_url)?,
            body: secret("request_body", call.request_body)?,
            answer: secret("response_body", call.response_body)?,
        })
    }
}

fn secret(name: &'static str, raw: Raw<'_>) -> Result<SecretString, Garbage> {
    let text: String = field::read(name, raw, value)?;
    Ok(text.into())
}
