//! The control API under `/_fake/`: the phone, the user and the bad day.

mod access_tokens;
mod apps;
mod asked;
mod calls;
mod change;
mod codes;
mod components;
mod faults;
mod keys;
mod open_data;
mod payments;
mod pushes;
mod refusal;
mod users;

use axum::{
    Router,
    routing::{get, post, put},
};

use self::refusal::Refusal;
use crate::state::{FakeWechat, World, users::UserId};

/// The routes, to be nested.
pub(crate) fn router(fake: &FakeWechat) -> Router {
    Router::new()
        .route("/users/{openid}", put(users::put))
        .route("/login-code", post(codes::login))
        .route("/phone-code", post(codes::phone))
        .route("/plugin-code", post(codes::plugin))
        .route("/payment", post(payments::make))
        .route("/component", post(components::make))
        .route("/push", post(pushes::push))
        .route("/open-data", post(open_data::make))
        .route("/rotate-session-key", post(keys::rotate))
        .route("/expire-session-key", post(keys::expire))
        .route("/expire-access-token", post(access_tokens::expire))
        .route("/access-tokens", get(access_tokens::list))
        .route("/apps/{appid}", put(apps::put))
        .route("/quotas", put(apps::limit))
        .route(
            "/faults",
            get(faults::list).put(faults::plan).delete(faults::clear),
        )
        .route("/calls", get(calls::list).delete(calls::clear))
        .route("/health", get(async || "ok\n"))
        .fallback(async || Refusal::NoSuchCall)
        .method_not_allowed_fallback(async || Refusal::WrongMethod)
        .with_state(fake.clone())
}

/// The user meant by `openid`, and by `appid` where two apps have the same one.
fn known_user(
    fake: &FakeWechat,
    world: &World,
    appid: Option<&str>,
    openid: &str,
) -> Result<UserId, Refusal> {
    known_app(fake, appid)?;
    let found = fake.locate(&world.users, appid, openid);
    found.ok_or_else(|| Refusal::NoSuchUser(openid.to_owned()))
}

/// The appid given, if the fake knows it, or that of the first app.
fn known_app<'a>(fake: &'a FakeWechat, appid: Option<&str>) -> Result<&'a str, Refusal> {
    let Some(appid) = appid else {
        return Ok(&fake.first_app().appid);
    };
    let app = fake
        .app(appid)
        .ok_or_else(|| Refusal::NoSuchApp(appid.to_owned()))?;
    Ok(&app.appid)
}
