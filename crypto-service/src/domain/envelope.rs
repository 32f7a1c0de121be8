//! What WeChat's client API hands over: `encryptedData` and `iv`.
use aes::{
    Aes128,
    cipher::{BlockModeDecrypt, KeyIvInit, block_padding::NoPadding},
};

use super::{
    Field, OpenData, Rejected, SessionKey,
    encoding::from_base64,
    padding::{self, BLOCK},
};

/// `encryptedData` and `iv` as they came.
pub struct Encrypted {
    /// Standard base64 of the ciphertext.
    pub data: String,
    /// Standard base64 of 16 bytes.
    pub iv: String,
}

/// Ciphertext that has the right form.
pub struct Envelope {
    iv: [u8; BLOCK],
    ciphertext: Vec<u8>,
}

impl Envelope {
    /// Reads the text forms.
    ///
    /// # Errors
    /// When base64 or a length is wrong, `iv` first.
    pub fn parse(encrypted: &Encrypted) -> Result<Self, Rejected> {
        let iv = from_base64(Field::Iv, &encrypted.iv)?;
        let iv = iv.as_slice().try_into();
        let iv = iv.map_err(|_| Rejected::BadLength(Field::Iv))?;
        let ciphertext = from_base64(Field::EncryptedData, &encrypted.data)?.to_vec();
        if ciphertext.is_empty() || !ciphertext.len().is_multiple_of(BLOCK) {
            return Err(Rejected::BadLength(Field::EncryptedData));
        }
        Ok(Self { iv, ciphertext })
    }

    /// Decrypts and reads one JSON object. Nothing vouches for its content yet: whoever chose the
    /// `iv` chose the first 16 bytes of it.
    ///
    /// A wrong padding changes nothing about the work that is done, only its result.
    ///
    /// # Errors
    /// When padding, UTF-8 or JSON is wrong, in this order.
    pub fn open(&self, key: &SessionKey) -> Result<OpenData, Rejected> {
        let mut text = self.decrypt(key)?;
        let block = text.last_chunk();
        let block = block.ok_or(Rejected::BadLength(Field::EncryptedData))?;
        let (length, right) = padding::measure(block);
        text.truncate(text.len() - length);
        let read = OpenData::read(text);
        if bool::from(right) {
            read
        } else {
            Err(Rejected::BadPadding)
        }
    }

    fn decrypt(&self, key: &SessionKey) -> Result<Vec<u8>, Rejected> {
        let mut text = self.ciphertext.clone();
        cbc::Decryptor::<Aes128>::new(key.bytes().into(), &self.iv.into())
            .decrypt_padded::<NoPadding>(&mut text)
            .map_err(|_| Rejected::BadLength(Field::EncryptedData))?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IV: &str = "r7BXXKkLb8qrSNn05n0qiA==";

    fn refused(data: &str, iv: &str) -> Option<Rejected> {
        let (data, iv) = (data.to_owned(), iv.to_owned());
        Envelope::parse(&Encrypted { data, iv }).err()
    }

    #[test]
    fn the_iv_is_one_block() {
        assert_eq!(refused(IV, IV), None);
        let (short, long) = ("r7BXXKkLb8qrSNn05n0q", "r7BXXKkLb8qrSNn05n0qiAcH");
        assert_eq!(refused(IV, short), Some(Rejected::BadLength(Field::Iv)));
        assert_eq!(refused(IV, long), Some(Rejected::BadLength(Field::Iv)));
    }

    #[test]
    fn the_ciphertext_is_whole_blocks() {
        let bad_length = Some(Rejected::BadLength(Field::EncryptedData));
        for data in ["", "r7BXXKkLb8qrSNn05n0q", "r7BXXKkLb8qrSNn05n0qiAcH"] {
            assert_eq!(refused(data, IV), bad_length, "{data:?}");
        }
    }

    #[test]
    fn the_iv_is_looked_at_first() {
        assert_eq!(refused("", "?"), Some(Rejected::BadBase64(Field::Iv)));
        let bad_base64 = Some(Rejected::BadBase64(Field::EncryptedData));
        assert_eq!(refused("?", IV), bad_base64);
    }
}
