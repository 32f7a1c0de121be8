//! WeChat's cipher and signature.

use aes::cipher::{BlockModeEncrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use crate::{random, session_key::SessionKey, settings::MessageHash};

/// AES-128-CBC with PKCS#7 padding, as base64.
pub(super) fn encrypt(plaintext: &str, key: &SessionKey, iv: &[u8; 16]) -> String {
    let cipher = cbc::Encryptor::<aes::Aes128>::new(key.bytes().into(), iv.into());
    base64(&cipher.encrypt_padded_vec::<Pkcs7>(plaintext.as_bytes()))
}

/// Hex of SHA-256 over a base64 text, or over the bytes it stands for.
pub(super) fn hash(text: &str, over: MessageHash) -> String {
    let hash = match over {
        MessageHash::Text => Sha256::digest(text),
        MessageHash::Bytes => Sha256::digest(STANDARD.decode(text).unwrap_or_default()),
    };
    random::hex(&hash)
}

/// Hex of SHA-1 over rawData and the *text* of the key, with nothing between.
pub(super) fn signature(raw_data: &str, key: &SessionKey) -> String {
    let hash = Sha1::new().chain_update(raw_data).chain_update(key.text());
    random::hex(&hash.finalize())
}

pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Samples of the official documentation.
    const RAW_DATA: &str = r#"{"nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou","province":"Guangdong","country":"CN","avatarUrl":"http://wx.qlogo.cn/mmopen/vi_32/1vZvI39NWFQ9XM4LtQpFrQJ1xlgZxx3w7bQxKARol6503Iuswjjn6nIGBiaycAjAtpujxyzYsrztuuICqIM5ibXQ/0"}"#;
    const USER_INFO: &str = r#"{"openId":"oGZUI0egBJY1zhBYw2KhdUfwVJJE","nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou","province":"Guangdong","country":"CN","avatarUrl":"http://wx.qlogo.cn/mmopen/vi_32/aSKcBBPpibyKNicHNTMM0qJVh8Kjgiak2AHWr8MHM4WgMEm7GFhsf8OYrySdbvAMvTsw3mo8ibKicsnfN5pRjl1p8HQ/0","unionId":"ocMvos6NjeKLIBqg5Mr9QjxrP1FA","watermark":{"timestamp":1477314187,"appid":"wx4f4bc4dec97d474b"}}"#;
    const ENCRYPTED: &str = "CiyLU1Aw2KjvrjMdj8YKliAjtP4gsMZMQmRzooG2xrDcvSnxIMXFufNstNGTyaGS9uT5geRa0W4oTOb1WT7fJlAC+oNPdbB+3hVbJSRgv+4lGOETKUQz6OYStslQ142dNCuabNPGBzlooOmB231qMM85d2/fV6ChevvXvQP8Hkue1poOFtnEtpyxVLW1zAo6/1Xx1COxFvrc2d7UL/lmHInNlxuacJXwu0fjpXfz/YqYzBIBzD6WUfTIF9GRHpOn/Hz7saL8xz+W//FRAUid1OksQaQx4CMs8LOddcQhULW4ucetDf96JcR3g0gfRK4PC7E/r7Z6xNrXd2UIeorGj5Ef7b1pJAYB6Y5anaHqZ9J6nKEBvB4DnNLIVWSgARns/8wR2SiRS7MNACwTyrGvt9ts8p12PKFdlqYTopNHR1Vf7XjfhQlVsAJdNiKdYmYVoKlaRv85IfVunYzO0IKXsyl7JCUjCpoG20f0a04COwfneQAGGwd5oa+T8yO5hzuyDb/XcxxmK01EpqOyuxINew==";

    #[test]
    fn the_official_raw_data_is_signed_as_published() {
        let key = SessionKey::parse("HyVFkGl5F5OQWJZZaNzBBg==").ok().unwrap();
        assert_eq!(
            signature(RAW_DATA, &key),
            "75e81ceda165f4ffa64f4068af58c64b8f54b88c"
        );
    }

    #[test]
    fn the_official_user_info_is_sealed_as_published() {
        let key = SessionKey::parse("tiihtNczf5v6AKRyjwEUhQ==").ok().unwrap();
        let iv = STANDARD
            .decode("r7BXXKkLb8qrSNn05n0qiA==")
            .unwrap()
            .try_into()
            .unwrap();
        assert_eq!(encrypt(USER_INFO, &key, &iv), ENCRYPTED);
    }
}
