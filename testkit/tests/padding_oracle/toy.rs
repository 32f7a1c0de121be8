//! A decrypting service as many are: it says what was wrong, as often as it is asked.
use aes::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use serde_json::Value;

use super::attacker::{Block, Heard, Oracle};

/// Knows the key, and keeps no count.
pub(crate) struct Toy {
    pub(crate) key: Block,
    pub(crate) asked: usize,
}

impl Oracle for Toy {
    async fn ask(&mut self, before: Block, stolen: Block) -> Heard {
        self.asked += 1;
        let cipher = cbc::Decryptor::<aes::Aes128>::new(&self.key.into(), &before.into());
        let said = match cipher.decrypt_padded_vec::<Pkcs7>(&stolen) {
            Err(_) => "422 bad padding",
            Ok(text) if serde_json::from_slice::<Value>(&text).is_err() => "422 bad JSON",
            Ok(_) => "200",
        };
        Heard::Answer(said.to_owned())
    }
}
