//! Phone numbers: what WeChat says of them, and one question per code.
use std::{fmt, time::Duration};

use serde::Deserialize;
use service_kit::Timestamp;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{AppId, Malformed};

/// How long the answer to a code is remembered: as long as WeChat's codes live.
pub const PHONE_LIFE: Duration = Duration::from_mins(5);
/// A holder that has not finished after this long has vanished: the longest way is a token that another
/// replica fetches, one of our own, the code, a new token and the code once more.
const HOLD: Duration = Duration::from_mins(1);
/// Clocks differ a little. A claim that ends further ahead was made before the clock was put back.
const SKEW: Duration = Duration::from_secs(30);

/// A code of the phone-number button. Single use, and paid for; never printed.
pub struct PhoneCode(Zeroizing<String>);

impl PhoneCode {
    /// Takes 1 to 128 letters, digits, `-` and `_`: a superset of what WeChat issues.
    ///
    /// # Errors
    /// When the text is anything else: WeChat never made it, so WeChat is not asked.
    pub fn parse(text: String) -> Result<Self, Malformed> {
        let text = Zeroizing::new(text);
        let plain = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
        if (1..=128).contains(&text.len()) && text.bytes().all(plain) {
            return Ok(Self(text));
        }
        Err(Malformed::new(
            "code",
            "is not a code of the phone-number button",
        ))
    }

    /// What stands for the code of this app where it must be remembered.
    #[must_use]
    pub fn fingerprint(&self, appid: &AppId) -> [u8; 16] {
        let digest = Sha256::new()
            .chain_update(b"phone\0")
            .chain_update(appid.as_str())
            .chain_update([0]) // no appid contains it
            .chain_update(self.0.as_bytes())
            .finalize();
        std::array::from_fn(|i| digest[i])
    }

    /// The code, for WeChat alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PhoneCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneCode(..)")
    }
}

/// A phone number as WeChat writes it. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber {
    /// With the country's prefix, where that is not mainland China.
    pub number: String,
    /// Never with a prefix.
    pub pure: String,
    /// Digits: 86.
    pub country: String,
    /// Whether WeChat itself vouched for it.
    pub verified: bool,
}

impl PhoneNumber {
    /// The number in what WeChat encrypted; nothing when that is no phone number. Nobody vouches for it.
    #[must_use]
    pub fn opened(json: &str) -> Option<Self> {
        let Opened {
            phone_number: number,
            pure_phone_number: pure,
            country_code,
        } = serde_json::from_str(json).ok()?;
        let country = match country_code {
            Country::Text(text) => text,
            Country::Number(number) => number.to_string(),
        };
        let short = |text: &String| (1..=32).contains(&text.len());
        let found = Self {
            number,
            pure,
            country,
            verified: false,
        };
        let are_short = short(&found.number) && short(&found.pure) && short(&found.country);
        are_short.then_some(found)
    }
}

/// The fields that matter of a decrypted phone number.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    phone_number: String,
    pure_phone_number: String,
    country_code: Country,
}

/// Digits; older pages print a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Country {
    Text(String),
    Number(u32),
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(..)")
    }
}

/// A phone number that is kept on an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPhone {
    /// The number.
    pub phone: PhoneNumber,
    /// Since when.
    pub obtained_at: Timestamp,
}

impl KeptPhone {
    /// Whether `later` takes this one's place: what the client may have tampered with displaces nothing
    /// that WeChat vouched for.
    #[must_use]
    pub const fn yields_to(&self, later: &PhoneNumber) -> bool {
        later.verified || !self.phone.verified
    }
}

/// A kept phone number as an account holds it: only this service can open it. In front of what is sealed,
/// one byte says whether WeChat vouched for it: a merge must know, and opens nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedPhone(Vec<u8>);

impl SealedPhone {
    /// What an account holds.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The number that was sealed into `sealed`.
    #[must_use]
    pub fn of(sealed: &[u8], verified: bool) -> Self {
        Self([&[u8::from(verified)], sealed].concat())
    }

    /// What is sealed.
    #[must_use]
    pub fn sealed(&self) -> &[u8] {
        self.0.get(1..).unwrap_or_default()
    }

    /// Whether WeChat vouched for the number.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.0.first() == Some(&1)
    }

    /// All of it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SealedPhone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedPhone(..)")
    }
}

/// What is known of a code of the phone-number button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneClaim {
    /// Random: tells this claim from every other.
    pub holder: [u8; 8],
    /// How far it has come.
    pub progress: PhoneProgress,
}

/// How far the question about a code has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhoneProgress {
    /// Somebody asks WeChat, until then at the latest.
    InFlight {
        /// After this anybody may ask again.
        until: Timestamp,
    },
    /// WeChat gave the number.
    Done {
        /// The number.
        phone: PhoneNumber,
        /// When.
        at: Timestamp,
    },
}

/// What a caller with a code does now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhoneStep {
    /// Asks WeChat.
    Ask,
    /// Waits for whoever asks.
    Wait,
    /// Gets the same answer.
    Again(PhoneNumber),
}

impl PhoneClaim {
    /// A claim that begins now.
    #[must_use]
    pub fn begin(holder: [u8; 8], now: Timestamp) -> Self {
        let until = now.plus(HOLD);
        Self {
            holder,
            progress: PhoneProgress::InFlight { until },
        }
    }

    /// The claim, once WeChat gave the number.
    #[must_use]
    pub fn done(&self, phone: PhoneNumber, at: Timestamp) -> Self {
        Self {
            holder: self.holder,
            progress: PhoneProgress::Done { phone, at },
        }
    }

    /// Whether WeChat gave the number.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        matches!(self.progress, PhoneProgress::Done { .. })
    }

    /// What another caller of the same user with the same code does. Where a holder has vanished the
    /// code may still be good; if it is not, WeChat says so.
    #[must_use]
    pub fn step(&self, now: Timestamp) -> PhoneStep {
        match &self.progress {
            PhoneProgress::InFlight { until }
                if now < *until && until.since(now) <= HOLD + SKEW =>
            {
                PhoneStep::Wait
            }
            PhoneProgress::Done { phone, at } if now.since(*at) < PHONE_LIFE => {
                PhoneStep::Again(phone.clone())
            }
            _ => PhoneStep::Ask,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_000_000);

    fn phone(verified: bool) -> PhoneNumber {
        PhoneNumber {
            number: "13800138000".to_owned(),
            pure: "13800138000".to_owned(),
            country: "86".to_owned(),
            verified,
        }
    }

    fn after(seconds: u64) -> Timestamp {
        NOW.plus(Duration::from_secs(seconds))
    }

    #[test]
    fn a_number_is_found_in_what_was_encrypted() {
        let opened = |country: &str| {
            let text =
                r#"{"phoneNumber":"13800138000","purePhoneNumber":"13800138000","countryCode":"#;
            PhoneNumber::opened(&format!("{text}{country},\"watermark\":{{}}}}"))
        };
        assert_eq!(opened("\"86\""), Some(phone(false)));
        assert_eq!(opened("86"), Some(phone(false)));
        assert_eq!(opened("\"\""), None);
        assert_eq!(PhoneNumber::opened(r#"{"nickName":"Band"}"#), None);
    }

    #[test]
    fn the_same_answer_is_given_for_five_minutes() {
        let claim = PhoneClaim::begin([1; 8], NOW);
        assert_eq!(claim.step(after(59)), PhoneStep::Wait);
        assert_eq!(claim.step(after(60)), PhoneStep::Ask);
        let done = claim.done(phone(true), NOW);
        assert_eq!(done.step(after(299)), PhoneStep::Again(phone(true)));
        assert_eq!(done.step(after(300)), PhoneStep::Ask);
    }

    #[test]
    fn a_replica_whose_clock_is_behind_waits_too() {
        let claim = PhoneClaim::begin([1; 8], after(29));
        assert_eq!(claim.step(NOW), PhoneStep::Wait);
        let put_back = PhoneClaim::begin([1; 8], after(31));
        assert_eq!(put_back.step(NOW), PhoneStep::Ask);
    }

    #[test]
    fn what_wechat_vouched_for_yields_only_to_its_like() {
        let kept = |verified| KeptPhone {
            phone: phone(verified),
            obtained_at: NOW,
        };
        assert!(kept(true).yields_to(&phone(true)));
        assert!(!kept(true).yields_to(&phone(false)));
        assert!(kept(false).yields_to(&phone(false)));
        assert!(kept(false).yields_to(&phone(true)));
    }

    #[test]
    fn a_number_and_a_code_never_show_themselves() {
        let code = PhoneCode::parse("hunter2".to_owned()).unwrap();
        let shown = format!("{code:?} {:?}", phone(true));
        assert!(
            !shown.contains("hunter2") && !shown.contains("138"),
            "{shown}"
        );
    }

    #[test]
    fn a_code_of_hostile_shape_goes_nowhere() {
        for bad in ["", "x&access_token=y", "a b", "\"", &"x".repeat(129)] {
            assert!(PhoneCode::parse(bad.to_owned()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_codes_fingerprint_is_its_own_in_each_app() {
        let [a, b] = ["wxa", "wxb"].map(|app| AppId::parse(app).unwrap());
        let code = |text: &str| PhoneCode::parse(text.to_owned()).unwrap();
        assert_eq!(code("c").fingerprint(&a), code("c").fingerprint(&a));
        assert_ne!(code("c").fingerprint(&a), code("c").fingerprint(&b));
        assert_ne!(code("c").fingerprint(&a), code("d").fingerprint(&a));
    }
}
