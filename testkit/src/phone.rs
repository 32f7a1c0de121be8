//! The mini-program's side.
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::Method;
use serde_json::{Value, json};

use crate::Answer;

/// Speaks to the gateway as a mini-program does, and remembers every answer. Cheap to clone.
#[derive(Clone)]
pub struct Phone {
    http: reqwest::Client,
    public: SocketAddr,
    internal: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Phone {
    /// A phone for the gateway with these ports.
    #[must_use]
    pub fn new(public: SocketAddr, internal: SocketAddr) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        Self {
            http,
            public,
            internal,
            heard: Arc::default(),
        }
    }

    /// Where the gateway's public port is.
    #[must_use]
    pub const fn public(&self) -> SocketAddr {
        self.public
    }

    /// Calls the public port.
    pub async fn call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> Answer {
        self.try_call(method, path, token, body).await.unwrap()
    }

    /// Calls the public port; the gateway may be gone.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn try_call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> Result<Answer, reqwest::Error> {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self
            .http
            .request(method, format!("http://{}{path}", self.public));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        Ok(self.hear(Answer::read(request.send().await?).await))
    }

    /// `POST /v1/login`.
    pub async fn login(&self, code: &str) -> Answer {
        self.call("POST", "/v1/login", None, Some(json!({ "code": code })))
            .await
    }

    /// `POST /v1/login` with the client's own word for this `wx.login`.
    pub async fn login_as(&self, code: &str, nonce: &str) -> Answer {
        let body = json!({ "code": code, "nonce": nonce });
        self.call("POST", "/v1/login", None, Some(body)).await
    }

    /// `GET /v1/session`.
    pub async fn session(&self, token: &str) -> Answer {
        self.call("GET", "/v1/session", Some(token), None).await
    }

    /// `POST /v1/session/refresh`.
    pub async fn refresh(&self, token: &str) -> Answer {
        self.call("POST", "/v1/session/refresh", Some(token), None)
            .await
    }

    /// `DELETE /v1/session`.
    pub async fn logout(&self, token: &str) -> Answer {
        self.call("DELETE", "/v1/session", Some(token), None).await
    }

    /// `POST /v1/open-data/decrypt` with what WeChat's client gave.
    pub async fn decrypt(&self, token: &str, data: &Value) -> Answer {
        self.call(
            "POST",
            "/v1/open-data/decrypt",
            Some(token),
            Some(data.clone()),
        )
        .await
    }

    /// `POST /v1/phone-number` with the button's code.
    pub async fn phone_number(&self, token: &str, code: &str) -> Answer {
        let body = json!({ "code": code });
        self.call("POST", "/v1/phone-number", Some(token), Some(body))
            .await
    }

    /// `GET /verify` on the internal port, as a proxy asks it.
    pub async fn verify(&self, token: &str) -> Answer {
        let request = self
            .http
            .get(format!("http://{}/verify", self.internal))
            .bearer_auth(token);
        self.hear(Answer::read(request.send().await.unwrap()).await)
    }

    /// Everything that was ever answered, headers included.
    #[must_use]
    pub fn heard(&self) -> String {
        self.heard.lock().unwrap().join("\n")
    }

    fn hear(&self, answer: Answer) -> Answer {
        let line = format!("{} {:?} {}", answer.status, answer.headers, answer.text);
        self.heard.lock().unwrap().push(line);
        answer
    }
}
