//! `GET /wxa/checksession` and `GET /wxa/resetusersessionkey`.

use serde::Serialize;
use service_kit::Timestamp;

use super::{access, json, refusal::Refusal, request::ApiRequest};
use crate::{
    errcode::Errcode,
    state::{FakeWechat, World, users::UserId},
};

/// The one `sig_method`.
const SIG_METHOD: &str = "hmac_sha256";

/// Who is asked about, and the proof of the `session_key` that is kept for them.
pub(super) struct Proof<'a> {
    pub(super) openid: &'a str,
    pub(super) signature: &'a str,
}

#[derive(Serialize)]
struct Reset<'a> {
    errcode: i64,
    errmsg: &'static str,
    openid: &'a str,
    session_key: String,
}

/// Whether the key is the user's. An openid of nobody, a dead key and another's are not told apart.
pub(super) fn check(fake: &FakeWechat, request: &ApiRequest) -> Result<String, Refusal> {
    request.must_be_get()?;
    let now = fake.now();
    let mut world = fake.world();
    let appid = access::by_token_counted(&mut world, request, now)?;
    let proof = Proof::of(request)?;
    let verdict = proof.judge(fake, &world, &UserId::new(&appid, proof.openid), now);
    verdict.map_err(|_| Errcode::INVALID_SIGNATURE)?;
    Ok(r#"{"errcode":0,"errmsg":"ok"}"#.to_owned())
}

/// A new key for the old one, which is dead at once. The new one lives no longer than it would have.
pub(super) fn reset(fake: &FakeWechat, request: &ApiRequest) -> Result<String, Refusal> {
    request.must_be_get()?;
    let now = fake.now();
    let mut world = fake.world();
    let appid = access::by_token_counted(&mut world, request, now)?;
    let proof = Proof::of(request)?;
    let id = UserId::new(&appid, proof.openid);
    proof.judge(fake, &world, &id, now)?;
    let user = world.users.get_mut(&id).ok_or(Errcode::SESSION_KEY_GONE)?;
    if !user.count_reset(now, fake.settings().resets_per_minute) {
        return Err(Errcode::MINUTE_QUOTA.into());
    }
    user.reset_key(now);
    Ok(json(&Reset {
        errcode: 0,
        errmsg: "ok",
        openid: proof.openid,
        session_key: user.key().text(),
    }))
}

impl<'a> Proof<'a> {
    pub(super) fn of(request: &'a ApiRequest) -> Result<Self, Errcode> {
        let query = &request.query;
        let openid = query.get("openid").ok_or(Errcode::INVALID_ARGS)?;
        let signature = query.get("signature").ok_or(Errcode::INVALID_ARGS)?;
        match query.get("sig_method") {
            Some(SIG_METHOD) => Ok(Self { openid, signature }),
            _ => Err(Errcode::INVALID_SIG_METHOD),
        }
    }

    /// Whether it was made with the key that is the user's now.
    pub(super) fn judge(
        &self,
        fake: &FakeWechat,
        world: &World,
        id: &UserId,
        now: Timestamp,
    ) -> Result<(), Errcode> {
        let user = world.users.get(id).ok_or(Errcode::SESSION_KEY_GONE)?;
        let key = user.live_key(now, fake.settings().key_life);
        let key = key.ok_or(Errcode::SESSION_KEY_GONE)?;
        (key.signature() == self.signature)
            .then_some(())
            .ok_or(Errcode::INVALID_SIGNATURE)
    }
}
