//! Signatures and the cipher of pushed messages.

use aes::cipher::{BlockModeEncrypt as _, KeyIvInit as _, block_padding::NoPadding};
use base64::{
    Engine as _, alphabet,
    engine::{GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use sha1::{Digest as _, Sha1};

use crate::random;

/// WeChat pads to this, not to the cipher's sixteen.
const BLOCK: usize = 32;
/// The 43rd character of a key may have bits to spare.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// The text is not 43 characters of base64.
#[derive(Debug, thiserror::Error)]
#[error("encoding_aes_key is not 43 characters of base64")]
pub(crate) struct MalformedAesKey;

/// The key of the console's push settings.
pub(crate) struct EncodingAesKey([u8; 32]);

impl EncodingAesKey {
    pub(crate) fn parse(text: &str) -> Result<Self, MalformedAesKey> {
        let bytes = LENIENT.decode(format!("{text}="));
        let bytes = bytes.map_err(|_| MalformedAesKey)?;
        bytes.try_into().map(Self).map_err(|_| MalformedAesKey)
    }

    /// AES-256-CBC over sixteen random characters, the length, the message and the appid.
    pub(super) fn seal(&self, message: &str, appid: &str, random: &str) -> String {
        let length = u32::try_from(message.len()).expect("an event is short");
        let mut plain = random.as_bytes().to_vec();
        plain.extend(length.to_be_bytes());
        plain.extend(message.as_bytes());
        plain.extend(appid.as_bytes());
        let padding = BLOCK - plain.len() % BLOCK;
        plain.extend(vec![u8::try_from(padding).expect("at most 32"); padding]);
        let iv: &[u8; 16] = self.0.first_chunk().expect("a key has 32 bytes");
        let cipher = cbc::Encryptor::<aes::Aes256>::new(&self.0.into(), iv.into());
        STANDARD.encode(cipher.encrypt_padded_vec::<NoPadding>(&plain))
    }
}

/// Hex of SHA-1 over the parts, sorted as bytes.
pub(super) fn signature(parts: &[&str]) -> String {
    let mut parts = parts.to_vec();
    parts.sort_unstable();
    random::hex(&Sha1::digest(parts.concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Samples of the official documentation.
    const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const APPID: &str = "wxba5fad812f8e6fb9";

    #[test]
    fn the_official_push_is_signed_as_published() {
        assert_eq!(
            signature(&["AAAAA", "1714037059", "486452656"]),
            "899cf89e464efb63f54ddac96b0a0a235f53aa78"
        );
    }

    #[test]
    fn the_official_message_is_sealed_and_signed_as_published() {
        let key = EncodingAesKey::parse(KEY).ok().unwrap();
        let sealed = key.seal(r#"{"demo_resp":"good luck"}"#, APPID, "707722b803182950");
        assert_eq!(
            sealed,
            "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
        );
        assert_eq!(
            signature(&["AAAAA", "1713424427", "415670741", &sealed]),
            "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"
        );
    }
}
