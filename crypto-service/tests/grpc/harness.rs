//! One running service and its caller.
use std::{sync::Arc, time::Duration};

use aes::{
    Aes128,
    cipher::{BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use crypto_service::{Config, Sockets};
use service_kit::{GrpcBind, GrpcChannel, Host, Lifecycle, ManualClock, Timestamp};
use tokio::net::TcpListener;
use tonic::{Code, Status};
use wx_proto::crypto::v1::{
    OpenDataRequest, SealSessionKeyRequest, SealSessionKeyResponse, SignWithSessionKeyRequest,
    VerifyRawDataRequest, crypto_service_client::CryptoServiceClient,
};

pub(crate) const APPID: &str = "wx4f4bc4dec97d474b";
pub(crate) const OPENID: &str = "oGZUI0egBJY1zhBYw2KhdUfwVJJE";
/// The time of the official sample's watermark, in seconds.
pub(crate) const MADE: u64 = 1_477_314_187;
pub(crate) const MASTER_A: &str = "qgECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
pub(crate) const MASTER_B: &str = "uwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

pub(crate) struct Server {
    pub(crate) clock: Arc<ManualClock>,
    client: CryptoServiceClient<GrpcChannel>,
    host: Host,
}

impl Server {
    /// A service with one master key, at the time of the official sample.
    pub(crate) async fn start() -> Self {
        Self::with_keys(&format!("1 {MASTER_A}")).await
    }

    pub(crate) async fn with_keys(master_keys: &str) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_unix_seconds(MADE)));
        let host = Host::new(Lifecycle::default(), clock.clone());
        let (grpc, channel) = GrpcBind::memory();
        let admin = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sockets = Sockets { grpc, admin };
        let text = format!("[crypto]\nmaster_keys = \"{master_keys}\"");
        let config: Config = service_kit::config::parse(&text).unwrap();
        config.start_on(sockets, host.clone()).await.unwrap();
        Self {
            clock,
            client: CryptoServiceClient::new(channel),
            host,
        }
    }

    /// How often something was counted, once it is known at all: `crypto_seals_total`.
    pub(crate) fn count(&self, series: &str) -> Option<u64> {
        let text = self.host.metrics.encode();
        let series = format!("wxgate_{series} ");
        let count = text.lines().find_map(|line| line.strip_prefix(&series))?;
        Some(count.parse().unwrap())
    }

    /// How often data was opened, or refused for that reason.
    pub(crate) fn opened(&self, outcome: &str) -> u64 {
        let series = format!("crypto_open_data_total{{outcome=\"{outcome}\"}}");
        self.count(&series).unwrap_or(0)
    }

    pub(crate) async fn seal_for(
        &self,
        (appid, openid): (&str, &str),
        session_key: &str,
    ) -> Result<SealSessionKeyResponse, Status> {
        let request = SealSessionKeyRequest {
            appid: appid.to_owned(),
            openid: openid.to_owned(),
            session_key: session_key.to_owned(),
        };
        let answer = self.client.clone().seal_session_key(request).await;
        answer.map(tonic::Response::into_inner)
    }

    /// A key of the usual user, sealed.
    pub(crate) async fn seal(&self, session_key: &str) -> Vec<u8> {
        let sealed = self.seal_for((APPID, OPENID), session_key).await;
        sealed.ok().unwrap().sealed
    }

    pub(crate) async fn open(&self, request: OpenDataRequest) -> Result<String, Status> {
        let answer = self.client.clone().open_data(request).await;
        answer.map(|answer| answer.into_inner().json)
    }

    pub(crate) async fn verify(&self, request: VerifyRawDataRequest) -> Result<(), Status> {
        let answer = self.client.clone().verify_raw_data(request).await;
        answer.map(|_| ())
    }

    /// Signs `message` with a sealed key of the usual user.
    pub(crate) async fn sign(&self, sealed: Vec<u8>, message: &str) -> Result<String, Status> {
        let request = SignWithSessionKeyRequest {
            appid: APPID.to_owned(),
            openid: OPENID.to_owned(),
            sealed,
            message: message.to_owned(),
        };
        let answer = self.client.clone().sign_with_session_key(request).await;
        answer.map(|answer| answer.into_inner().signature)
    }

    /// Ends the service, and fails when a task of it does not end.
    pub(crate) async fn stop(self) {
        drop(self.client);
        let stopped = self.host.lifecycle.stop();
        tokio::time::timeout(Duration::from_secs(5), stopped)
            .await
            .expect("the service stops in time");
    }
}

/// All that a refused caller sees, but for the time of day.
pub(crate) fn seen(status: &Status) -> (Code, String, Vec<u8>, String) {
    let mut headers = status.metadata().clone();
    headers.remove("date");
    let (message, details) = (status.message().to_owned(), status.details().to_vec());
    (status.code(), message, details, format!("{headers:?}"))
}

/// A key that tests use: sixteen times the same byte.
pub(crate) fn key(byte: u8) -> String {
    BASE64_STANDARD.encode([byte; 16])
}

/// What WeChat would hand the usual user under [`key`]`(byte)`, to be opened with `ring`.
pub(crate) fn ask(byte: u8, plaintext: &[u8], ring: Vec<Vec<u8>>) -> OpenDataRequest {
    let iv = [0x24; 16];
    let cipher = cbc::Encryptor::<Aes128>::new(&[byte; 16].into(), &iv.into());
    let mut data = plaintext.to_vec();
    data.resize(plaintext.len() + 16, 0);
    let data = cipher.encrypt_padded::<Pkcs7>(&mut data, plaintext.len());
    OpenDataRequest {
        appid: APPID.to_owned(),
        openid: OPENID.to_owned(),
        ring,
        encrypted_data: BASE64_STANDARD.encode(data.unwrap()),
        iv: BASE64_STANDARD.encode(iv),
    }
}

/// Good data for the usual user, made at the time of the official sample.
pub(crate) fn good() -> String {
    format!(r#"{{"openId":"{OPENID}","watermark":{{"timestamp":{MADE},"appid":"{APPID}"}}}}"#)
}
