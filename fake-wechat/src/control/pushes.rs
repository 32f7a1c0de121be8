//! `POST /_fake/push`.

use std::time::Duration;

use axum::{Json, extract::State};
use reqwest::{Client, Response, redirect::Policy};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Refusal, asked::Asked, known_user};
use crate::{
    push::{EncodingAesKey, Event, Push, Twist, Wish},
    state::FakeWechat,
    wire::Wire,
};

/// WeChat waits no longer for an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// No answer to WeChat is longer.
const BODY_BYTES: usize = 64 * 1024;

/// What shall be pushed, and where to; without `url` it is only made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Delivery {
    appid: Option<String>,
    openid: String,
    event: Event,
    revoke_info: Option<String>,
    twist: Option<Twist>,
    token: String,
    encoding_aes_key: Option<String>,
    url: Option<Url>,
    /// How often the same is sent.
    #[serde(default = "once")]
    times: u8,
}

fn once() -> u8 {
    1
}

#[derive(Serialize)]
pub(super) struct Made {
    #[serde(flatten)]
    push: Push,
    answers: Vec<Heard>,
}

/// What the server answered, or why nothing was heard of it.
#[derive(Serialize)]
#[serde(untagged)]
enum Heard {
    Answer { status: u16, body: String },
    Failure { error: String },
}

impl Heard {
    fn stopped() -> Self {
        let error = "the fake stopped before an answer came".to_owned();
        Self::Failure { error }
    }
}

pub(super) async fn push(
    State(fake): State<FakeWechat>,
    wire: Wire,
    Asked(delivery): Asked<Delivery>,
) -> Result<Json<Made>, Refusal> {
    let push = delivery.make(&fake)?;
    let mut answers = Vec::new();
    if let Some(url) = &delivery.url {
        for _ in 0..delivery.times {
            answers.push(tokio::select! {
                heard = send(url, &push) => heard,
                () = wire.stopped() => Heard::stopped(),
            });
        }
    }
    Ok(Json(Made { push, answers }))
}

impl Delivery {
    fn make(&self, fake: &FakeWechat) -> Result<Push, Refusal> {
        let key = self.encoding_aes_key.as_deref();
        let key = key.map(EncodingAesKey::parse).transpose()?;
        let world = fake.world();
        let subject = known_user(fake, &world, self.appid.as_deref(), &self.openid)?;
        let wish = Wish {
            subject: &subject,
            event: self.event,
            revoke_info: self.revoke_info.as_deref(),
            twist: self.twist,
            token: &self.token,
            key: key.as_ref(),
        };
        Ok(Push::make(&wish, fake.now()))
    }
}

async fn send(url: &Url, push: &Push) -> Heard {
    match post(url, push).await {
        Ok(answer) => answer,
        Err(error) => Heard::Failure {
            error: error.to_string(),
        },
    }
}

async fn post(url: &Url, push: &Push) -> reqwest::Result<Heard> {
    let mut url = url.clone();
    let own = url.query().map_or(String::new(), |own| format!("{own}&"));
    url.set_query(Some(&format!("{own}{}", push.query)));
    let client = Client::builder().no_proxy().redirect(Policy::none());
    let request = client.timeout(PATIENCE).build()?.post(url);
    let request = request.header("content-type", "application/json");
    let answer = request.body(push.body.clone()).send().await?;
    let status = answer.status().as_u16();
    let body = beginning(answer).await?;
    Ok(Heard::Answer { status, body })
}

/// As much of an answer as anybody looks at.
async fn beginning(mut answer: Response) -> reqwest::Result<String> {
    let mut read = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        read.extend_from_slice(&chunk);
        if read.len() > BODY_BYTES {
            read.truncate(BODY_BYTES);
            break;
        }
    }
    Ok(String::from_utf8_lossy(&read).into_owned())
}
