//! `POST /cgi-bin/stable_token`: the same `access_token` until its last five minutes.

use serde::Deserialize;

use super::{access, refusal::Refusal, request::ApiRequest, token};
use crate::{errcode::Errcode, state::FakeWechat};

/// Texts are texts and `force_refresh` is a boolean: `"true"` is a mistake.
#[derive(Deserialize)]
struct Wanted {
    grant_type: Option<String>,
    appid: Option<String>,
    secret: Option<String>,
    #[serde(default)]
    force_refresh: bool,
}

pub(super) fn answer(fake: &FakeWechat, request: &ApiRequest) -> Result<String, Refusal> {
    request.must_be_post()?;
    let wanted: Wanted = request.json()?;
    if wanted.grant_type.as_deref() != Some(token::GRANT_TYPE) {
        return Err(Errcode::INVALID_GRANT_TYPE.into());
    }
    let (appid, secret) = (
        present(wanted.appid.as_deref()),
        present(wanted.secret.as_deref()),
    );
    let app = access::by_secret_from_here(fake, request, appid, secret)?;
    let now = fake.now();
    let mut world = fake.world();
    world.quotas.count(&app.appid, &request.path, now)?;
    let given = if wanted.force_refresh {
        world.tokens.forced(&app.appid, now)?
    } else {
        world.tokens.stable(&app.appid, now)
    };
    Ok(token::body(given))
}

/// An empty text is as good as none.
fn present(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}
