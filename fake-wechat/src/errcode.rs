//! WeChat's error codes and their texts.

/// A number that WeChat answers instead of what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Errcode(pub(crate) i64);

impl Errcode {
    pub(crate) const NO_SUCH_DATA: Self = Self(1);
    pub(crate) const PLUGIN_NO_OPENPID: Self = Self(1007);
    pub(crate) const PLUGIN_BAD_JSON: Self = Self(1022);
    pub(crate) const INVALID_CREDENTIAL: Self = Self(40001);
    pub(crate) const INVALID_GRANT_TYPE: Self = Self(40002);
    pub(crate) const INVALID_OPENID: Self = Self(40003);
    pub(crate) const INVALID_APPID: Self = Self(40013);
    pub(crate) const INVALID_ACCESS_TOKEN: Self = Self(40014);
    pub(crate) const INVALID_CODE: Self = Self(40029);
    pub(crate) const INVALID_URL: Self = Self(40066);
    pub(crate) const INVALID_ARGS: Self = Self(40097);
    pub(crate) const INVALID_APPSECRET: Self = Self(40125);
    pub(crate) const CODE_BEEN_USED: Self = Self(40163);
    pub(crate) const ADDRESS_NOT_ALLOWED: Self = Self(40164);
    pub(crate) const CODE_BLOCKED: Self = Self(40226);
    pub(crate) const APPSECRET_FROZEN: Self = Self(40243);
    pub(crate) const ACCESS_TOKEN_MISSING: Self = Self(41001);
    pub(crate) const APPID_MISSING: Self = Self(41002);
    pub(crate) const APPSECRET_MISSING: Self = Self(41004);
    pub(crate) const MISSING_CODE: Self = Self(41008);
    pub(crate) const COMPONENT_APPID_MISSING: Self = Self(41018);
    pub(crate) const ACCESS_TOKEN_EXPIRED: Self = Self(42001);
    pub(crate) const REQUIRE_GET: Self = Self(43001);
    pub(crate) const REQUIRE_POST: Self = Self(43002);
    pub(crate) const EMPTY_POST_DATA: Self = Self(44002);
    pub(crate) const DAY_QUOTA: Self = Self(45009);
    pub(crate) const MINUTE_QUOTA: Self = Self(45011);
    pub(crate) const DATA_FORMAT: Self = Self(47001);
    pub(crate) const CLEARED_TOO_OFTEN: Self = Self(48006);
    pub(crate) const NOT_AUTHORISED: Self = Self(61003);
    pub(crate) const INVALID_COMPONENT: Self = Self(61011);
    pub(crate) const NO_SUCH_RID: Self = Self(76001);
    pub(crate) const MALFORMED_RID: Self = Self(76002);
    pub(crate) const FOREIGN_RID: Self = Self(76003);
    pub(crate) const NO_SUCH_PATH: Self = Self(76021);
    pub(crate) const NOT_FOR_SNS: Self = Self(76022);
    pub(crate) const SESSION_KEY_GONE: Self = Self(87007);
    pub(crate) const INVALID_SIG_METHOD: Self = Self(87008);
    pub(crate) const INVALID_SIGNATURE: Self = Self(87009);
    pub(crate) const OPEN_NOT_EXISTS: Self = Self(89002);
    pub(crate) const INVALID_TRADE: Self = Self(89300);
    pub(crate) const ADDRESS_UNCONFIRMED: Self = Self(89503);
    pub(crate) const ADDRESS_REFUSED_TWICE: Self = Self(89506);
    pub(crate) const ADDRESS_REFUSED: Self = Self(89507);

    /// The text that WeChat gives with the code.
    pub(crate) fn text(self) -> &'static str {
        TEXTS
            .iter()
            .find(|(code, _)| *code == self.0)
            .map_or("unknown error", |(_, text)| text)
    }
}

/// The spelling is WeChat's own, double blanks and all.
const TEXTS: &[(i64, &str)] = &[
    (-1, "system error"),
    (0, "ok"),
    (1, "data not exit"),
    // Those of getpluginopenpid come without a text.
    (1007, ""),
    (1022, ""),
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
    (40226, "code blocked"),
    (40243, "appsecret is frozen"),
    (41001, "access_token missing"),
    (41002, "appid missing"),
    (41004, "appsecret missing"),
    (41008, "missing code"),
    (41018, "component_appid missing"),
    (42001, "access_token expired"),
    (43001, "require GET method"),
    (43002, "require POST method"),
    (43003, "require https"),
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
    (61003, "component is not authorized by this account"),
    (61011, "invalid component"),
    (76001, "rid not found"),
    (76002, "rid error"),
    (76003, "no permission"),
    (76021, "cgi_path not found"),
    (76022, "could not use this cgi_path, no permission"),
    (87007, "session_key is not existd or expired"),
    (87008, "invalid sig_method"),
    (87009, "invalid signature"),
    (89002, "open not exists"),
    (89300, "invalid trade"),
    // No capture of these three is known: the texts are invented.
    (89503, "this ip awaits the administrator's confirmation"),
    (
        89506,
        "this ip was refused twice by the administrator, retry in 24 hours",
    ),
    (
        89507,
        "this ip was refused by the administrator, retry in 1 hour",
    ),
];
