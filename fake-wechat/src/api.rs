//! The paths that WeChat has.

mod access;
pub(crate) mod answer;
mod caller;
mod component;
mod encrypt_key;
mod encrypted_msg;
mod jscode2session;
mod paid_unionid;
mod phone_number;
mod plugin_open_pid;
mod query;
mod quota;
mod record;
pub(crate) mod refusal;
pub(crate) mod request;
mod rid_info;
mod session_keys;
mod stable_token;
mod token;

use axum::{
    Router,
    extract::{Request, State},
    response::Response,
};
use serde::Serialize;

use self::{refusal::Refusal, request::ApiRequest};
use crate::{
    errcode::Errcode,
    faults::{self, Fault},
    rid,
    state::{FakeWechat, calls::Call},
    wire::Wire,
};

/// What answers a path: with the body of a success, or a refusal.
type Handler = fn(&FakeWechat, &ApiRequest) -> Result<String, Refusal>;

/// Longer values are kept cut to this many characters.
const MOST_KEPT: usize = 256;
/// Of more names than this the rest is left out.
const MOST_NAMES: usize = 32;

/// Every path and verb comes through here: which are none of WeChat's is for WeChat to say.
pub(crate) fn router(fake: &FakeWechat) -> Router {
    Router::new().fallback(serve).with_state(fake.clone())
}

fn handler_of(path: &str) -> Option<Handler> {
    Some(match path {
        "/sns/jscode2session" => jscode2session::answer,
        "/sns/component/jscode2session" => component::answer,
        "/cgi-bin/token" => token::answer,
        "/cgi-bin/stable_token" => stable_token::answer,
        "/cgi-bin/clear_quota" => quota::clear,
        "/cgi-bin/clear_quota/v2" => quota::clear_by_secret,
        "/cgi-bin/openapi/quota/clear" => quota::clear_one,
        "/cgi-bin/openapi/quota/get" => quota::get,
        "/cgi-bin/openapi/rid/get" => rid_info::answer,
        "/wxa/checksession" => session_keys::check,
        "/wxa/resetusersessionkey" => session_keys::reset,
        "/wxa/getpaidunionid" => paid_unionid::answer,
        "/wxa/getpluginopenpid" => plugin_open_pid::answer,
        "/wxa/business/checkencryptedmsg" => encrypted_msg::answer,
        "/wxa/business/getuserencryptkey" => encrypt_key::answer,
        "/wxa/business/getuserphonenumber" => phone_number::answer,
        _ => return None,
    })
}

fn is_known(path: &str) -> bool {
    handler_of(path).is_some()
}

fn unknown_path(_: &FakeWechat, _: &ApiRequest) -> Result<String, Refusal> {
    Err(Errcode::INVALID_URL.into())
}

/// Notes the call, then carries it out or plays the fault that was planned for it.
async fn serve(State(fake): State<FakeWechat>, request: Request) -> Response {
    let wire = Wire::of(&request);
    let request = ApiRequest::read(request, &wire).await;
    match note(&fake, &request) {
        None => carry_out(&fake, &request),
        Some(fault) => faults::play(fault, &fake, &request, wire).await,
    }
}

/// The true answer.
pub(crate) fn carry_out(fake: &FakeWechat, request: &ApiRequest) -> Response {
    let handler = handler_of(&request.path).unwrap_or(unknown_path);
    match handler(fake, request) {
        Ok(body) => answer::plain(body),
        Err(refusal) => refuse(fake, request, &refusal),
    }
}

/// A refusal in WeChat's form, with the id of this request in it.
pub(crate) fn refuse(fake: &FakeWechat, request: &ApiRequest, refusal: &Refusal) -> Response {
    let now = fake.now();
    let rid = rid::new(now);
    let body = refusal.body(&request.path, &rid);
    let mut world = fake.world();
    let call = record::of(&world, request, &body, now);
    world.refused.record(rid, call);
    answer::plain(body)
}

/// The body of a success.
fn json(success: &impl Serialize) -> String {
    serde_json::to_string(success).expect("texts and numbers are JSON")
}

fn note(fake: &FakeWechat, request: &ApiRequest) -> Option<Fault> {
    let at = fake.now().unix_millis();
    let mut world = fake.world();
    let call = call_of(request, caller::appid(&world, request), at);
    world.calls.record(call);
    world.faults.take(&request.path)
}

fn call_of(request: &ApiRequest, appid: Option<&str>, at: u64) -> Call {
    let names = |names: &mut dyn Iterator<Item = &str>| -> Vec<String> {
        names.take(MOST_NAMES).map(shortened).collect()
    };
    Call {
        method: request.method.to_string(),
        path: shortened(&request.path),
        appid: appid.map(shortened),
        js_code: request.query.get("js_code").map(shortened),
        parameters: names(&mut request.query.names()),
        members: names(&mut request.members()),
        headers: names(&mut request.headers.iter().map(String::as_str)),
        at,
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(MOST_KEPT).collect()
}
