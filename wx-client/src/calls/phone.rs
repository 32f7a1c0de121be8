//! A phone code becomes a phone number.

use std::time::SystemTime;

use serde::Deserialize;
use serde_json::value::RawValue;

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

/// Longer than any phone number, in characters.
const NUMBER_LIMIT: usize = 32;
/// Longer than any country's code, in characters.
const COUNTRY_LIMIT: usize = 8;

/// A phone number that WeChat vouches for. It has no `Debug`: it is personal data.
///
/// ```compile_fail
/// fn show(_: &impl std::fmt::Debug) {}
/// fn leak(number: &wx_client::PhoneNumber) {
///     show(number);
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber {
    /// With the country's code in front if it is not of mainland China: up to 32 characters.
    pub phone_number: String,
    /// Without the country's code.
    pub pure_phone_number: String,
    /// The country's code, like `86`.
    pub country_code: String,
    /// Where and when the user gave it.
    pub watermark: Watermark,
}

/// Where and when WeChat made something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watermark {
    /// The app in which the user pressed the button.
    pub appid: String,
    /// When they did.
    pub timestamp: SystemTime,
}

impl WxClient {
    /// Exchanges the code of a phone number button for the number. A code can be exchanged once,
    /// up to five minutes after it was made. WeChat checks that the code is of the user `openid`.
    ///
    /// ```no_run
    /// use wx_client::{AccessToken, WxClient, WxError};
    ///
    /// # async fn example(wechat: WxClient, token: AccessToken) -> Result<(), WxError> {
    /// let code = "e31968a7f94cc5ee25fafc2aef2773f0bb8c3937b22520eb8ee345274d00c144";
    /// match wechat.phone_number(&token, code, "oGZUI0egBJY1zhBYw2KhdUfwVJJE").await {
    ///     Ok(number) => println!("a number of country {}", number.country_code),
    ///     Err(WxError::CodeRejected(_)) => println!("the user must press the button again"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`WxError`] by what happened. Unless [`WxError::nothing_was_sent`], the code may be spent.
    /// A number given in another app than the token's is [`Garbage::Foreign`].
    pub async fn phone_number(
        &self,
        token: &AccessToken,
        code: &str,
        openid: &str,
    ) -> Result<PhoneNumber, WxError> {
        let request = Request::by(token, Api::PhoneNumber)
            .hiding("code", code)
            .hiding("openid", openid);
        self.call(request).await
    }
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    phone_info: Raw<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PhoneInfo<'a> {
    #[serde(borrow)]
    phone_number: Raw<'a>,
    #[serde(borrow)]
    pure_phone_number: Raw<'a>,
    #[serde(borrow)]
    country_code: Raw<'a>,
    #[serde(borrow)]
    watermark: Raw<'a>,
}

#[derive(Deserialize)]
struct Mark<'a> {
    #[serde(borrow)]
    appid: Raw<'a>,
    #[serde(borrow)]
    timestamp: Raw<'a>,
}

impl Payload for PhoneNumber {
    fn read(request: &Request, body: &[u8]) -> Result<Self, Garbage> {
        let fields: Fields<'_> = answer::object(body)?;
        let info: PhoneInfo<'_> = field::object("phone_info", fields.phone_info)?;
        Ok(Self {
            phone_number: field::text("phoneNumber", info.phone_number, NUMBER_LIMIT)?,
            pure_phone_number: field::text(
                "purePhoneNumber",
                info.pure_phone_number,
                NUMBER_LIMIT,
            )?,
            country_code: field::read("countryCode", info.country_code, country_code)?,
            watermark: watermark(request, info.watermark)?,
        })
    }
}

/// Digits; older replies have a number for them.
fn country_code(raw: &RawValue) -> Option<String> {
    let number = || value::<u32>(raw).map(|number| number.to_string());
    let is_code = |code: &String| {
        (1..=COUNTRY_LIMIT).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit())
    };
    value(raw).or_else(number).filter(is_code)
}

fn watermark(request: &Request, raw: Raw<'_>) -> Result<Watermark, Garbage> {
    let mark: Mark<'_> = field::object("watermark", raw)?;
    let watermark = Watermark {
        appid: field::id("appid", mark.appid)?,
        timestamp: field::moment("timestamp", mark.timestamp)?,
    };
    if watermark.appid == request.appid {
        Ok(watermark)
    } else {
        Err(Garbage::Foreign("watermark"))
    }
}
