//! The whole system as an oracle.
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use testkit::{Answer, Phone, Stage, counted};

use super::attacker::{BLOCK, Block, Heard, Oracle};

/// The user whose data is wanted; WeChat gives them the same `session_key` at every login.
pub(crate) const VICTIM: &str = "oMei";
pub(crate) const SESSION_KEY: Block = *b"a planted secret";

/// A stage on which that user has logged in, and what the attacker has of them.
pub(crate) struct Target {
    pub(crate) stage: Stage,
    pub(crate) token: String,
    /// IV and ciphertext, block by block.
    pub(crate) blocks: Vec<Block>,
}

impl Target {
    pub(crate) async fn on(stage: Stage) -> Self {
        let key = BASE64_STANDARD.encode(SESSION_KEY);
        let wish = json!({ "session_key": key, "phone": "13800000001" });
        stage.wechat.user(VICTIM, wish).await;
        let token = stage.log_in(VICTIM).await;
        let data = stage.wechat.open_data(VICTIM, "phone").await;
        stage.phone.decrypt(&token, &data).await.expect(200);
        let blocks = [bytes(&data["iv"]), bytes(&data["encryptedData"])].concat();
        let (blocks, _) = blocks.as_chunks::<BLOCK>();
        Self {
            stage,
            token,
            blocks: blocks.to_vec(),
        }
    }

    /// How often the cipher ran.
    pub(crate) fn executed(&self) -> u64 {
        counted(
            &self.stage.system.crypto.host,
            "wxgate_crypto_open_data_total",
        )
    }

    /// An attacker's line to it.
    pub(crate) fn line(&self) -> Line {
        Line {
            phone: self.stage.phone.clone(),
            token: self.token.clone(),
            answers: Vec::new(),
        }
    }
}

/// Asks the gateway, and keeps what was not a refusal to look.
pub(crate) struct Line {
    phone: Phone,
    pub(crate) token: String,
    pub(crate) answers: Vec<String>,
}

impl Oracle for Line {
    async fn ask(&mut self, before: Block, stolen: Block) -> Heard {
        let answer = self.phone.decrypt(&self.token, &data(before, stolen)).await;
        if answer.status == 429 {
            assert_eq!(answer.code(), "decrypt_budget_exhausted");
            return Heard::Refused;
        }
        let shown = shown(answer);
        self.answers.push(shown.clone());
        Heard::Answer(shown)
    }
}

/// The stolen block alone, behind one that the attacker made.
pub(crate) fn data(before: Block, stolen: Block) -> Value {
    let (iv, encrypted) = (
        BASE64_STANDARD.encode(before),
        BASE64_STANDARD.encode(stolen),
    );
    json!({ "iv": iv, "encryptedData": encrypted })
}

/// Everything of an answer that could depend on the data.
fn shown(mut answer: Answer) -> String {
    answer.body["trace_id"] = Value::Null;
    for varies in ["date", "x-request-id"] {
        answer.headers.remove(varies);
    }
    let (mut headers, body) = (answer.headers.iter().collect::<Vec<_>>(), answer.body);
    headers.sort_by_key(|(name, _)| name.as_str());
    format!("{} {headers:?} {body}", answer.status)
}

fn bytes(text: &Value) -> Vec<u8> {
    BASE64_STANDARD
        .decode(text.as_str().expect("text"))
        .expect("base64")
}
