//! `POST /wxa/business/checkencryptedmsg`: did WeChat encrypt this phone number?

use serde::{Deserialize, Serialize};

use super::{access, json, refusal::Refusal, request::ApiRequest};
use crate::{errcode::Errcode, state::FakeWechat};

#[derive(Deserialize)]
struct Wanted {
    encrypted_msg_hash: String,
}

/// The spelling is WeChat's own.
#[derive(Serialize)]
struct Answer {
    errcode: i64,
    errmsg: &'static str,
    vaild: bool,
    create_time: u64,
}

pub(super) fn answer(fake: &FakeWechat, request: &ApiRequest) -> Result<String, Refusal> {
    request.must_be_post()?;
    let now = fake.now();
    let mut world = fake.world();
    let appid = access::by_token_counted(&mut world, request, now)?;
    let Wanted { encrypted_msg_hash } = request.json()?;
    if !is_hash(&encrypted_msg_hash) {
        return Err(Errcode::INVALID_ARGS.into());
    }
    let made = world.messages.made(&appid, &encrypted_msg_hash, now);
    let made = made.ok_or(Errcode::NO_SUCH_DATA)?;
    Ok(json(&Answer {
        errcode: 0,
        errmsg: "ok",
        vaild: true,
        create_time: made.unix_seconds(),
    }))
}

/// Lower-case hex of 32 bytes.
fn is_hash(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
