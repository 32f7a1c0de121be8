//! The walk's steps, in their order.
use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::{
    calls::Client,
    kept::{self, Secrets},
    page::{self, heading},
};
use crate::system::System;

/// The demo's user, in the fake WeChat.
const OPENID: &str = "oDemoUser0000000000000000001";
const PHONE: &str = "13800000001";

/// One user's walk through a running system.
pub(super) struct Walk {
    client: Client,
}

impl Walk {
    pub(super) fn new(system: &System) -> anyhow::Result<Self> {
        let at = &system.addresses;
        let fake = at.fake.context("the demo runs on the fake WeChat")?;
        let client = Client::new(at.public, at.internal, fake)?;
        Ok(Self { client })
    }

    /// Steps 1 and 2; answers the token.
    pub(super) async fn log_in(&self) -> anyhow::Result<String> {
        heading(
            1,
            "The mini-program calls wx.login(); WeChat gives it a code.",
        );
        let code = self.wx_login().await?;
        page::note(&format!("code = {}", page::shorten(&code)));

        heading(
            2,
            "It sends the code to wxgate, which asks WeChat, registers the user, opens a session.",
        );
        let body = json!({ "code": code, "device": "demo phone" });
        let login = self
            .client
            .public("POST", "/v1/login", None, Some(&body))
            .await?
            .expect(200)?;
        token(&login)
    }

    async fn wx_login(&self) -> anyhow::Result<Value> {
        let user = json!({ "phone": PHONE, "nickname": "阿梅" });
        self.client.fake("PUT", &user_path(), &user).await?;
        let whose = json!({ "openid": OPENID });
        let mut answer = self
            .client
            .fake("POST", "/_fake/login-code", &whose)
            .await?;
        Ok(answer["code"].take())
    }

    /// Steps 3 and 4.
    pub(super) async fn be_recognised(&self, token: &str) -> anyhow::Result<()> {
        heading(
            3,
            "Each request carries session_rd. wxgate knows who it is.",
        );
        self.client
            .public("GET", "/v1/session", Some(token), None)
            .await?
            .expect(200)?;

        heading(
            4,
            "A proxy or business service asks the internal port: who is calling?",
        );
        self.client.internal("/verify", token).await?.expect(200)?;
        Ok(())
    }

    /// Step 5: only the button's code travels, as from every phone of today.
    pub(super) async fn share_phone_number(&self, token: &str) -> anyhow::Result<()> {
        heading(
            5,
            "The user taps \"share my phone number\": WeChat gives a code, and tells wxgate the number for it.",
        );
        let whose = json!({ "openid": OPENID });
        let tap = self
            .client
            .fake("POST", "/_fake/phone-code", &whose)
            .await?;
        let number = self
            .client
            .public("POST", "/v1/phone-number", Some(token), Some(&tap))
            .await?
            .expect(200)?;
        ensure!(
            number["purePhoneNumber"] == PHONE && number["verified"] == true,
            "the phone number came out wrong"
        );
        Ok(())
    }

    /// Step 6.
    pub(super) async fn share_steps(&self, token: &str) -> anyhow::Result<()> {
        heading(
            6,
            "It calls wx.getWeRunData(): WeChat encrypts the steps the user walked, wxgate opens them.",
        );
        let data = json!({ "openid": OPENID, "kind": "we_run" });
        let sealed = self.client.fake("POST", "/_fake/open-data", &data).await?;
        let opened = self
            .client
            .public("POST", "/v1/open-data/decrypt", Some(token), Some(&sealed))
            .await?
            .expect(200)?;
        ensure!(
            opened["data"]["stepInfoList"].is_array(),
            "the steps came out wrong"
        );
        Ok(())
    }

    /// Step 7; answers the successor.
    pub(super) async fn refresh(&self, first: &str) -> anyhow::Result<String> {
        heading(
            7,
            "Twenty minutes later (the demo does not wait) it refreshes: a successor replaces the token.",
        );
        let refreshed = self
            .client
            .public("POST", "/v1/session/refresh", Some(first), None)
            .await?
            .expect(200)?;
        token(&refreshed)
    }

    /// Step 8.
    pub(super) async fn log_out(&self, token: &str) -> anyhow::Result<()> {
        heading(
            8,
            "The user logs out. The token is worth nothing from then on.",
        );
        for (method, status) in [("DELETE", 204), ("GET", 401)] {
            self.client
                .public(method, "/v1/session", Some(token), None)
                .await?
                .expect(status)?;
        }
        Ok(())
    }

    /// Step 9: what was kept while the user was logged in.
    pub(super) async fn look_at(
        &self,
        kept_in: &str,
        kept: &[(String, Vec<u8>)],
        tokens: [String; 2],
    ) -> anyhow::Result<()> {
        heading(
            9,
            &format!("What {kept_in} held while the user was logged in: sealed records."),
        );
        let user = self.client.fake("PUT", &user_path(), &json!({})).await?;
        let session_key = user["session_key"]
            .as_str()
            .context("the fake tells its keys")?
            .to_owned();
        let secrets = Secrets {
            session_key,
            tokens,
            openid: OPENID.to_owned(),
            phone: PHONE.to_owned(),
        };
        kept::show(kept, &secrets)
    }
}

fn user_path() -> String {
    format!("/_fake/users/{OPENID}")
}

fn token(answer: &Value) -> anyhow::Result<String> {
    Ok(answer["session_rd"]
        .as_str()
        .context("no session_rd in the answer")?
        .to_owned())
}
