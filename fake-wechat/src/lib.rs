//! A faithful stand-in for WeChat's server API (`api.weixin.qq.com`).
//!
//! It speaks WeChat's real paths with their quirks, and beside them a control
//! API under `/_fake/` that plays the phone, the user and the bad day: it makes
//! users and login codes, encrypts open data, rotates keys and plans faults.
//! Everything in it is invented and lives in memory; nothing in it is secure.
//!
//! # The control API
//!
//! JSON in, JSON out; what goes wrong is a 400 or 404 with `{"error": <why>}`. Beside `openid` each
//! body may hold `appid`; left out, it is the first app that has such a user.
//!
//! | call | body | answer |
//! | --- | --- | --- |
//! | `PUT /_fake/users/{openid}` | `{appid?, unionid?, session_key?, phone?, country_code?, nickname?, blocked?}` | the user. What is left out stays, or is invented; `unionid: null` is none. A planted `session_key` stays until rotated by the call below |
//! | `POST /_fake/login-code` | `{appid?, openid?}` | `{code, openid}`, of a new user when `openid` is left out. May rotate the `session_key` |
//! | `POST /_fake/phone-code` | `{openid}` | `{code}` |
//! | `POST /_fake/plugin-code` | `{openid}` | `{code}`, as `wx.pluginLogin` gives it |
//! | `POST /_fake/payment` | `{openid}` | `{transaction_id, mch_id, out_trade_no}` of a payment just made |
//! | `POST /_fake/component` | `{component_appid?, authorised?}` | `{component_appid, component_access_token, expires_in}` of a third-party platform that may call for the apps listed, or for all |
//! | `POST /_fake/open-data` | `{openid, kind, timestamp?}`; kind is `user_info`, `user_profile`, `phone`, `we_run`, `share`, `group` or `single_chat` | `{encryptedData, iv, rawData?, signature?}` under the current key |
//! | `POST /_fake/rotate-session-key` | `{openid}` | 204 |
//! | `POST /_fake/expire-session-key` | `{openid}` | 204: WeChat knows the current key no longer |
//! | `POST /_fake/expire-access-token` | `{appid?, family?, errcode?, still_given?}`; family is `plain` (`/cgi-bin/token`) or `stable`, left out both; errcode is 42001 when left out | 204: the living tokens are refused from now on, and the next call makes another; with `still_given: true` a stable one goes on being given |
//! | `GET /_fake/access-tokens` | | `[{appid, family, asked, made}]`: calls answered with a token, and tokens made for them |
//! | `PUT /_fake/apps/{appid}` | `{bound?, frozen?, secrets?, allowed_ips?, confirmation?}`: without `bound` there are no unionids; `frozen` is the `AppSecret`; `secrets` are right in its place, two while it is changed; confirmation is `pending`, `refused`, `refused_twice` or null | the app |
//! | `PUT /_fake/quotas` | `{"<path>": {per_minute?, per_day?}}` | 204 |
//! | `POST /_fake/push` | `{openid, event, token, encoding_aes_key?, revoke_info?, twist?, url?, times?}`; event is `user_info_modified`, `user_authorization_revoke` or `user_authorization_cancellation`; twist is `wrong_signature`, `stray_blanks` or `no_openid` | `{query, body, answers}`: an event as WeChat pushes it, sent to `url` if there is one |
//! | `PUT /_fake/faults` | a list, see below: it replaces the plan | 204 |
//! | `GET /_fake/faults` | | the list: what is left of the plan, with the `times` that are left |
//! | `DELETE /_fake/faults` | | 204 |
//! | `GET /_fake/calls` | | `[{method, path, appid?, js_code?, parameters, members?, headers, at}]`: the latest 10,000 calls of WeChat's paths, oldest first; names alone of parameters, members of the body and headers, `at` in Unix milliseconds |
//! | `DELETE /_fake/calls` | | 204 |
//! | `GET /_fake/health` | | 200 |
//!
//! # WeChat's paths
//!
//! `/sns/jscode2session`, `/sns/component/jscode2session`, `/cgi-bin/token`, `/cgi-bin/stable_token`,
//! `/cgi-bin/clear_quota`, `/cgi-bin/clear_quota/v2`, `/cgi-bin/openapi/quota/clear`,
//! `/cgi-bin/openapi/quota/get`, `/cgi-bin/openapi/rid/get`, `/wxa/checksession`,
//! `/wxa/resetusersessionkey`, `/wxa/getpaidunionid`, `/wxa/getpluginopenpid`,
//! `/wxa/business/checkencryptedmsg`, `/wxa/business/getuserencryptkey`,
//! `/wxa/business/getuserphonenumber`. Any other is 40066.
//!
//! # Faults
//!
//! A fault is `{path, times?, delay_ms?, consume?}` and at most one effect. The path may be `*`, or end with
//! one: `/wxa/*`. A call meets the first fault of its path that is not used up. The delay comes first, then the call is carried out if the
//! effect needs its answer. With `consume: true` the call is carried out at once, its code used up,
//! and then come delay and effect.
//!
//! | effect | what the caller sees |
//! | --- | --- |
//! | none | the true answer, late |
//! | `errcode: -1` | a refusal with this number |
//! | `status: 502` | this status with a proxy's HTML page |
//! | `garbage: "<name>"` | 200, or `status`, with a body that is no answer: `html`, `empty`, `truncated`, `huge`, `not_json`, `not_utf8`, `wrong_types`, `no_payload`, and of a login `short_key`, `no_key`, `no_openid` |
//! | `body: "<text>"` | 200, or `status`, with this body |
//! | `redirect: "<address>"` | 302 to there |
//! | `reset: "before"` | TCP RST, "connection reset by peer", not a byte of an answer; the code is still good |
//! | `reset: "after"` | the same, but the code is used up: the answer was lost |
//! | `hang: true` | nothing; when the server stops, a reset |
//! | `twist: "<name>"` | the true answer in another dress: `string_errcode`, `errcode_zero`, `json_content_type`, `unknown_fields`, `bom`, `hint_no_rid` and `hint_and_rid` (an errmsg of older times), `drip` (a byte a second), `cut_short` (half, then the connection closes), or `stall` (half, then nothing) |
//!
//! # Inside
//!
//! `settings` and `state` hold the world, `api` answers as WeChat would,
//! `faults` spoils those answers, `control` is the API beside, `push` makes
//! events, `server` puts them on a socket.

mod api;
mod control;
mod errcode;
mod faults;
mod open_data;
pub mod program;
mod push;
mod random;
mod rid;
mod server;
mod session_key;
mod settings;
mod state;
mod wire;

pub use server::{BindError, bind, serve};
pub use settings::{DEFAULT_APPID, DEFAULT_SECRET, FakeApp, MalformedApp, MessageHash, Settings};
pub use state::{FakeWechat, quotas::Limit};
