//! The one table of what an errcode means.
//!
//! It holds every errcode that our calls are documented or were seen to give, with WeChat's own
//! text. An errcode means the same whatever was asked, but for 40001.

use crate::{
    api::{Api, Proof},
    error::WxError,
    refusal::Refusal,
    remedy::Quota,
};

/// `system error`: WeChat is busy. Whether the code is spent is not documented.
const SYSTEM_ERROR: i64 = -1;

/// `invalid code`: older than five minutes, malformed, of another app, or of another kind.
const INVALID_CODE: i64 = 40029;
/// `code been used`: codes work once.
const CODE_USED: i64 = 40163;

/// `session_key is not existd or expired`.
const KEY_EXPIRED: i64 = 87007;
/// `invalid signature`: not made with the user's current `session_key`.
const INVALID_SIGNATURE: i64 = 87009;

/// `invalid access_token`.
const INVALID_TOKEN: i64 = 40014;
/// `access_token expired`.
const TOKEN_EXPIRED: i64 = 42001;

/// `code blocked`: WeChat judges the user to be of high risk.
const CODE_BLOCKED: i64 = 40226;

/// `invalid trade`: no such payment, or it is too old.
const INVALID_TRADE: i64 = 89300;

/// `reach max api daily quota limit`, formerly `api freq out of limit`.
const DAY_LIMIT: i64 = 45009;
/// `api minute-quota reach limit  mustslower  retry next minute`: 100 a minute for one user.
const MINUTE_LIMIT: i64 = 45011;
/// `forbid to clear quota because of reaching the limit`: ten times a month.
const CLEARING_LIMIT: i64 = 48006;

/// `invalid credential, access_token is invalid or not latest`: said of a wrong secret too.
const INVALID_CREDENTIAL: i64 = 40001;
/// `invalid appid`.
const INVALID_APPID: i64 = 40013;
/// `invalid appsecret`.
const INVALID_SECRET: i64 = 40125;
/// `invalid ip .. ipv6 .., not in whitelist`.
const IP_NOT_LISTED: i64 = 40164;
/// The owner froze the `AppSecret` in the console.
const SECRET_FROZEN: i64 = 40243;
/// `appid missing`: ours is configured empty.
const APPID_MISSING: i64 = 41002;
/// `appsecret missing`: ours is configured empty.
const SECRET_MISSING: i64 = 41004;
/// The client IP is not registered (signed calls).
const IP_NOT_REGISTERED: i64 = 45035;
/// `api unauthorized`: the account lacks this capability.
const API_UNAUTHORIZED: i64 = 48001;
/// `api forbidden`: withdrawn from the account by policy.
const API_FORBIDDEN: i64 = 48004;
/// The account's user is unauthorised.
const USER_UNAUTHORIZED: i64 = 50001;
/// `user limited`: the account is frozen or closed.
const USER_LIMITED: i64 = 50002;
/// The account may not call the token API.
const TOKEN_API_FORBIDDEN: i64 = 50004;
/// The account is frozen.
const ACCOUNT_FROZEN: i64 = 50007;
/// `component_appid missing`: the platform is configured empty.
const COMPONENT_APPID_MISSING: i64 = 41018;
/// The mini-program has not authorised the platform.
const COMPONENT_NOT_AUTHORIZED: i64 = 61003;
/// The client IP is not registered (component calls).
const COMPONENT_IP_NOT_REGISTERED: i64 = 61004;
/// The platform's ticket is over: the next one helps.
const TICKET_EXPIRED: i64 = 61005;
/// The platform's ticket is invalid: the next one helps.
const TICKET_INVALID: i64 = 61006;
/// The mini-program has not authorised the platform to make this call.
const API_NOT_AUTHORIZED: i64 = 61007;
/// The platform is invalid.
const COMPONENT_INVALID: i64 = 61011;
/// The platform's refresh token is invalid.
const REFRESH_TOKEN_INVALID: i64 = 61023;
/// `open not exists`: the app is not bound to an Open Platform account.
const APP_NOT_BOUND: i64 = 89002;
/// The IP waits for the administrator.
const IP_AWAITS_ADMIN: i64 = 89501;
/// The IP needs the administrator's confirmation.
const IP_NEEDS_ADMIN: i64 = 89503;
/// The administrator refused the IP twice: locked for 24 h.
const IP_REFUSED_TWICE: i64 = 89506;
/// The administrator refused the IP: locked for 1 h.
const IP_REFUSED: i64 = 89507;

/// `invalid grant_type`.
const INVALID_GRANT_TYPE: i64 = 40002;
/// `invalid url`: the path is misspelt.
const INVALID_URL: i64 = 40066;
/// `invalid openid`: of another app.
const INVALID_OPENID: i64 = 40003;
/// `invalid args`.
const INVALID_ARGS: i64 = 40097;
/// `access_token missing`.
const TOKEN_MISSING: i64 = 41001;
/// `missing code`: the code was empty.
const CODE_MISSING: i64 = 41008;
/// `require GET method`.
const REQUIRE_GET: i64 = 43001;
/// `require POST method`.
const REQUIRE_POST: i64 = 43002;
/// `require https`.
const REQUIRE_HTTPS: i64 = 43003;
/// `empty post data`.
const EMPTY_BODY: i64 = 44002;
/// `data format error`: not JSON, or a field is missing.
const BAD_FORMAT: i64 = 47001;
/// `invalid sig_method`.
const INVALID_SIG_METHOD: i64 = 87008;
/// The rid cannot be looked up: unknown, too old, of another account, or of a call below `/sns`.
const RID: [i64; 6] = [76001, 76002, 76003, 76004, 76021, 76022];

/// The error that a refusal amounts to.
pub(crate) fn error(api: Api, refusal: Refusal) -> WxError {
    let errcode = refusal.errcode;
    if errcode == INVALID_CREDENTIAL && api.proof() == Proof::Secret {
        return WxError::Misconfigured(refusal);
    }
    if is_misconfiguration(errcode) {
        return WxError::Misconfigured(refusal);
    }
    if is_malformed_request(errcode) {
        return WxError::BadRequest(refusal);
    }
    match errcode {
        SYSTEM_ERROR => WxError::Busy(refusal),
        INVALID_CODE | CODE_USED => WxError::CodeRejected(refusal),
        KEY_EXPIRED | INVALID_SIGNATURE => WxError::KeyStale(refusal),
        INVALID_CREDENTIAL | INVALID_TOKEN | TOKEN_EXPIRED => WxError::TokenRejected(refusal),
        CODE_BLOCKED => WxError::UserBlocked(refusal),
        INVALID_TRADE => WxError::TradeRejected(refusal),
        DAY_LIMIT => rate_limited(Quota::PerDay, refusal),
        MINUTE_LIMIT => rate_limited(Quota::PerMinute, refusal),
        CLEARING_LIMIT => rate_limited(Quota::PerMonth, refusal),
        _ => WxError::UnknownErrcode(refusal),
    }
}

/// Whether an operator must act: on the account, its secret, or its list of IP addresses.
fn is_misconfiguration(errcode: i64) -> bool {
    matches!(
        errcode,
        INVALID_APPID
            | INVALID_SECRET
            | IP_NOT_LISTED
            | SECRET_FROZEN
            | APPID_MISSING
            | SECRET_MISSING
            | IP_NOT_REGISTERED
            | API_UNAUTHORIZED
            | API_FORBIDDEN
            | USER_UNAUTHORIZED
            | USER_LIMITED
            | TOKEN_API_FORBIDDEN
            | ACCOUNT_FROZEN
            | COMPONENT_APPID_MISSING
            | COMPONENT_NOT_AUTHORIZED
            | COMPONENT_IP_NOT_REGISTERED
            | TICKET_EXPIRED
            | TICKET_INVALID
            | API_NOT_AUTHORIZED
            | COMPONENT_INVALID
            | REFRESH_TOKEN_INVALID
            | APP_NOT_BOUND
            | IP_AWAITS_ADMIN
            | IP_NEEDS_ADMIN
            | IP_REFUSED_TWICE
            | IP_REFUSED
    )
}

/// Whether what was sent could not be right.
fn is_malformed_request(errcode: i64) -> bool {
    matches!(
        errcode,
        INVALID_GRANT_TYPE
            | INVALID_URL
            | INVALID_OPENID
            | INVALID_ARGS
            | TOKEN_MISSING
            | CODE_MISSING
            | REQUIRE_GET
            | REQUIRE_POST
            | REQUIRE_HTTPS
            | EMPTY_BODY
            | BAD_FORMAT
            | INVALID_SIG_METHOD
    ) || RID.contains(&errcode)
}

fn rate_limited(quota: Quota, refusal: Refusal) -> WxError {
    WxError::RateLimited { quota, refusal }
}
