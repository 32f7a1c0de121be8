//! Published and derived vectors, each answered as it says.
use crypto_service::domain::{Encrypted, Envelope, OpenData, Rejected, SessionKey};
use serde::Deserialize;
use serde_json::Value;
use service_kit::Timestamp;
use wx_proto::crypto::v1::{OpenDataRequest, VerifyRawDataRequest};

use super::harness::{APPID, MADE, OPENID, Server, seen};

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    kind: String,
    outcome: String,
    input: Value,
    expected: Value,
}

impl Vector {
    fn of(kind: &str) -> Vec<Self> {
        let file: File = serde_json::from_str(include_str!("../vectors.json")).unwrap();
        let mut vectors = file.vectors;
        vectors.retain(|vector| vector.kind == kind);
        vectors
    }

    fn input(&self, name: &str) -> String {
        self.input[name].as_str().unwrap().to_owned()
    }

    fn reject(&self) -> Option<&str> {
        self.expected["reject"].as_str()
    }

    /// The user the data is about: as the data itself says, where it may be believed.
    fn openid(&self) -> String {
        let plaintext = self.expected["plaintext"].as_str().unwrap_or("{}");
        let data: Value = serde_json::from_str(plaintext).unwrap();
        data["openId"].as_str().unwrap_or(OPENID).to_owned()
    }

    fn made(&self) -> Timestamp {
        let seconds = self.expected["watermark"]["timestamp"].as_u64();
        Timestamp::from_unix_seconds(seconds.unwrap_or(MADE))
    }

    fn encrypted(&self) -> Encrypted {
        Encrypted {
            data: self.input("encryptedData"),
            iv: self.input("iv"),
        }
    }

    /// Opened up to JSON, without any rule about its content.
    fn open(&self) -> Result<OpenData, Rejected> {
        let key = SessionKey::parse(&self.input("session_key"))?;
        Envelope::parse(&self.encrypted())?.open(&key)
    }

    fn request(&self, appid: &str, sealed: Vec<u8>) -> OpenDataRequest {
        OpenDataRequest {
            appid: appid.to_owned(),
            openid: self.openid(),
            ring: vec![sealed],
            encrypted_data: self.input("encryptedData"),
            iv: self.input("iv"),
        }
    }
}

#[test]
fn every_vector_is_where_it_is_looked_for() {
    assert_eq!(Vector::of("opendata_decrypt").len(), 18);
    assert_eq!(Vector::of("rawdata_signature").len(), 5);
    assert_eq!(Vector::of("session_key_hmac").len(), 5);
}

#[test]
fn each_vector_has_its_precise_reason_inside() {
    for vector in Vector::of("opendata_decrypt") {
        let opened = vector.open().and_then(|data| {
            let appid = vector.input["appid"].as_str();
            appid.map_or(Ok(()), |appid| data.check_appid(appid))?;
            Ok(data.into_json())
        });
        let id = &vector.id;
        match (vector.outcome.as_str(), opened) {
            ("accept", Ok(json)) => assert_eq!(json, vector.expected["plaintext"], "{id}"),
            ("reject", Err(rejected)) => {
                assert_eq!(Some(rejected.reason()), vector.reject(), "{id}");
            }
            // Every check of form passes: only the session's openid tells.
            ("accept-but-forged", Ok(json)) => {
                let data: Value = serde_json::from_str(&json).unwrap();
                assert_eq!(data["openId"], vector.expected["openId"], "{id}");
            }
            (outcome, opened) => panic!("{id}: {outcome}, but {opened:?}"),
        }
    }
}

#[tokio::test]
async fn each_vector_is_answered_over_grpc_as_it_says() {
    let server = Server::start().await;
    let mut refusals = Vec::new();
    for vector in Vector::of("opendata_decrypt") {
        // Without an appid there is no such call: that vector ends with the test above.
        let Some(appid) = vector.input["appid"].as_str() else {
            continue;
        };
        server.clock.set(vector.made());
        let (owner, openid) = (vector.input("session_key"), vector.openid());
        let sealed = server.seal_for((appid, &openid), &owner).await;
        let request = vector.request(appid, sealed.ok().unwrap().sealed);
        match server.open(request).await {
            Ok(json) => {
                assert_eq!(vector.outcome, "accept", "{}", vector.id);
                assert_eq!(json, vector.expected["plaintext"], "{}", vector.id);
            }
            Err(status) => {
                assert_ne!(vector.outcome, "accept", "{}", vector.id);
                let reason = vector.reject().unwrap_or("openid_mismatch").to_owned();
                refusals.push((reason, seen(&status)));
            }
        }
    }
    assert_eq!((refusals.len(), server.opened("ok")), (14, 3));
    for (reason, answer) in &refusals {
        let alike = refusals.iter().filter(|(other, _)| other == reason).count();
        assert_eq!(server.opened(reason), alike as u64, "{reason}");
        assert_eq!(answer, &refusals[0].1, "{reason}");
    }
    assert_eq!(server.opened("openid_mismatch"), 1);
    server.stop().await;
}

#[tokio::test]
async fn raw_data_vectors_are_answered_over_grpc_as_they_say() {
    let server = Server::start().await;
    for vector in Vector::of("rawdata_signature") {
        let request = VerifyRawDataRequest {
            appid: APPID.to_owned(),
            openid: OPENID.to_owned(),
            ring: vec![server.seal(&vector.input("session_key")).await],
            raw_data: vector.input("rawData"),
            signature: vector.input("signature"),
        };
        let verified = server.verify(request).await.is_ok();
        assert_eq!(verified, vector.outcome == "accept", "{}", vector.id);
        assert_eq!(vector.expected["match"], verified, "{}", vector.id);
    }
    server.stop().await;
}

#[test]
fn messages_are_signed_as_wechat_does() {
    for vector in Vector::of("session_key_hmac") {
        let key = SessionKey::parse(&vector.input("session_key")).unwrap();
        let signature = key.sign(&vector.input("message"));
        assert_eq!(signature, vector.expected["computed"], "{}", vector.id);
        let matches = signature == vector.input("signature");
        assert_eq!(matches, vector.outcome == "accept", "{}", vector.id);
    }
}
