//! WeChat's error codes, their texts and the tail that names a request.

use serde::Serialize;
use service_kit::Timestamp;

use crate::random;

/// A number that WeChat answers instead of what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Errcode(pub(crate) i64);

impl Errcode {
    pub(crate) const INVALID_GRANT_TYPE: Self = Self(40002);
    pub(crate) const INVALID_APPID: Self = Self(40013);
    pub(crate) const INVALID_CODE: Self = Self(40029);
    pub(crate) const INVALID_URL: Self = Self(40066);
    pub(crate) const INVALID_APPSECRET: Self = Self(40125);
    pub(crate) const CODE_BEEN_USED: Self = Self(40163);
    pub(crate) const CODE_BLOCKED: Self = Self(40226);
    pub(crate) const APPID_MISSING: Self = Self(41002);
    pub(crate) const APPSECRET_MISSING: Self = Self(41004);
    pub(crate) const MISSING_CODE: Self = Self(41008);
    pub(crate) const MINUTE_QUOTA: Self = Self(45011);

    /// The text that WeChat gives with the code.
    pub(crate) fn text(self) -> &'static str {
        TEXTS
            .iter()
            .find(|(code, _)| *code == self.0)
            .map_or("unknown error", |(_, text)| text)
    }

    /// The body of the answer to a call of `path` at `now`.
    pub(crate) fn body(self, path: &str, now: Timestamp) -> String {
        let errmsg = format!("{}{}", self.text(), rid_tail(path, now));
        let body = Refusal {
            errcode: self.0,
            errmsg,
        };
        serde_json::to_string(&body).expect("a number and a text are JSON")
    }
}

#[derive(Serialize)]
struct Refusal {
    errcode: i64,
    errmsg: String,
}

/// ` rid: <time>-<random>-<random>`, each eight hex digits; only `/sns` has a comma before it.
fn rid_tail(path: &str, now: Timestamp) -> String {
    let comma = if path.starts_with("/sns/") { "," } else { "" };
    let seconds = now.unix_seconds() & 0xffff_ffff;
    format!(
        "{comma} rid: {seconds:08x}-{}-{}",
        random::hex(&random::bytes::<4>()),
        random::hex(&random::bytes::<4>())
    )
}

/// The spelling is WeChat's own, double blanks and all.
const TEXTS: &[(i64, &str)] = &[
    (-1, "system error"),
    (0, "ok"),
    (1, "data not exit"),
    (
        40001,
        "invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r",
    ),
    (40002, "invalid grant_type"),
    (40003, "invalid openid"),
    (40013, "invalid appid"),
    (40014, "invalid access_token"),
    (40029, "invalid code"),
    (40066, "invalid url"),
    (40097, "invalid args"),
    (40125, "invalid appsecret"),
    (40163, "code been used"),
    (
        40164,
        "invalid ip 36.44.1.202 ipv6 ::ffff:36.44.1.202, not in whitelist",
    ),
    (40226, "code blocked"),
    (40243, "appsecret is frozen"),
    (41001, "access_token missing"),
    (41002, "appid missing"),
    (41004, "appsecret missing"),
    (41008, "missing code"),
    (42001, "access_token expired"),
    (44002, "empty post data"),
    (45009, "reach max api daily quota limit"),
    (
        45011,
        "api minute-quota reach limit  mustslower  retry next minute",
    ),
    (47001, "data format error"),
    (48001, "api unauthorized"),
    (48004, "api forbidden"),
    (48006, "forbid to clear quota because of reaching the limit"),
    (50002, "user limited"),
    (87007, "session_key is not existd or expired"),
    (87008, "invalid sig_method"),
    (87009, "invalid signature"),
    (89002, "open not exists"),
    (89300, "invalid trade"),
];

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_millis(1_724_289_297_000);

    #[test]
    fn sns_has_a_comma_before_the_rid() {
        let body = Errcode::INVALID_CODE.body("/sns/jscode2session", NOW);
        assert!(
            body.starts_with(r#"{"errcode":40029,"errmsg":"invalid code, rid: 66c69111-"#),
            "{body}"
        );
        assert_eq!(body.len(), 74);
    }

    #[test]
    fn other_paths_have_no_comma_before_the_rid() {
        let body = Errcode(45009).body("/cgi-bin/token", NOW);
        assert!(body.contains("daily quota limit rid: 66c69111-"), "{body}");
        assert_eq!(body.len(), 92);
    }
}
