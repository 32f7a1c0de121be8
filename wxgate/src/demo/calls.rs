//! The walk's HTTP calls, each shown with its answer.
use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, ensure};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;

use super::page::{self, note, shorten};

/// Speaks as the mini-program, as a proxy, and as the fake WeChat's user.
pub(super) struct Client {
    http: reqwest::Client,
    public: SocketAddr,
    internal: SocketAddr,
    fake: SocketAddr,
}

/// An answer, already shown.
pub(super) struct Answer {
    status: u16,
    body: Value,
}

impl Answer {
    /// The body, if the status is the one that the walk expects.
    pub(super) fn expect(self, status: u16) -> anyhow::Result<Value> {
        let code = self.body["code"].as_str().unwrap_or_default();
        ensure!(
            self.status == status,
            "expected {status}, got {} {code}",
            self.status
        );
        Ok(self.body)
    }
}

impl Client {
    pub(super) fn new(
        public: SocketAddr,
        internal: SocketAddr,
        fake: SocketAddr,
    ) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(10))
            .build()?;
        Ok(Self {
            http,
            public,
            internal,
            fake,
        })
    }

    /// Asks the fake WeChat's control API; not shown, as no such call exists in real life.
    pub(super) async fn fake(
        &self,
        method: &str,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<Value> {
        let request = self.request(method, self.fake, path)?.json(body);
        let answer = request.send().await?.error_for_status()?;
        answer.json().await.context("the fake answers in JSON")
    }

    pub(super) async fn public(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let mut request = self.request(method, self.public, path)?;
        note(&format!("→ {method} http://{}{path}", self.public));
        if let Some(token) = token {
            request = request.bearer_auth(token);
            note(&format!("  Authorization: Bearer {}", page::token(token)));
        }
        if let Some(body) = body {
            request = request.json(body);
            note(&format!("  {}", shorten(body)));
        }
        show(request.send().await?).await
    }

    pub(super) async fn internal(&self, path: &str, token: &str) -> anyhow::Result<Answer> {
        note(&format!(
            "→ GET http://{}{path}   with the client's Authorization header",
            self.internal
        ));
        let answer = self
            .request("GET", self.internal, path)?
            .bearer_auth(token)
            .send()
            .await?;
        for name in ["x-wx-openid", "x-wx-appid", "x-wx-user-id"] {
            let value = answer
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok());
            note(&format!("  {name}: {}", value.unwrap_or_default()));
        }
        show(answer).await
    }

    fn request(
        &self,
        method: &str,
        host: SocketAddr,
        path: &str,
    ) -> anyhow::Result<RequestBuilder> {
        Ok(self.http.request(
            Method::from_bytes(method.as_bytes())?,
            format!("http://{host}{path}"),
        ))
    }
}

async fn show(answer: Response) -> anyhow::Result<Answer> {
    let status = answer.status();
    let text = answer.text().await?;
    let body: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
    note(&format!("← {status}"));
    if !body.is_null() {
        note(&format!("  {}", shorten(&body)));
    }
    Ok(Answer {
        status: status.as_u16(),
        body,
    })
}
