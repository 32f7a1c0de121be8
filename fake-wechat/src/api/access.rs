//! Who may call: an app with its `AppSecret`, or with an `access_token`.

use secrecy::ExposeSecret as _;
use service_kit::Timestamp;

use super::{refusal::Refusal, request::ApiRequest};
use crate::{
    errcode::Errcode,
    settings::FakeApp,
    state::{FakeWechat, World},
};

/// The app of this appid, if the secret is its own.
pub(super) fn by_secret<'a>(
    fake: &'a FakeWechat,
    appid: Option<&str>,
    secret: Option<&str>,
) -> Result<&'a FakeApp, Errcode> {
    let appid = appid.ok_or(Errcode::APPID_MISSING)?;
    let app = fake.app(appid).ok_or(Errcode::INVALID_APPID)?;
    let secret = secret.ok_or(Errcode::APPSECRET_MISSING)?;
    let world = fake.world();
    let manners = world.apps.get(appid);
    let own = std::slice::from_ref(&app.secret);
    let mut right = manners.secrets.as_deref().unwrap_or(own).iter();
    if !right.any(|right| right.expose_secret() == secret) {
        Err(Errcode::INVALID_APPSECRET)
    } else if manners.frozen {
        Err(Errcode::APPSECRET_FROZEN)
    } else {
        Ok(app)
    }
}

/// As [`by_secret`], for the calls that give tokens: they keep to the app's list of addresses.
pub(super) fn by_secret_from_here<'a>(
    fake: &'a FakeWechat,
    request: &ApiRequest,
    appid: Option<&str>,
    secret: Option<&str>,
) -> Result<&'a FakeApp, Refusal> {
    let app = by_secret(fake, appid, secret)?;
    let world = fake.world();
    match world.apps.get(&app.appid).bars(request.from, fake.now()) {
        None => Ok(app),
        Some(Errcode::ADDRESS_NOT_ALLOWED) => Err(Refusal::foreign_address(request.from)),
        Some(errcode) => Err(errcode.into()),
    }
}

/// The app that the query's `access_token` belongs to. A token in the body is not seen.
pub(super) fn by_token(
    world: &World,
    request: &ApiRequest,
    now: Timestamp,
) -> Result<String, Errcode> {
    let token = request.query.get("access_token");
    let token = token.ok_or(Errcode::ACCESS_TOKEN_MISSING)?;
    world.tokens.judge(token, now).map(str::to_owned)
}

/// As [`by_token`], and counts the call.
pub(super) fn by_token_counted(
    world: &mut World,
    request: &ApiRequest,
    now: Timestamp,
) -> Result<String, Errcode> {
    let appid = by_token(world, request, now)?;
    world.quotas.count(&appid, &request.path, now)?;
    Ok(appid)
}
