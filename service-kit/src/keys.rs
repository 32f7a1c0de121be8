//! Keys of our own: numbered, several at a time, so that they can be replaced without a break.
use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// 256 bits; wiped when dropped, never printed.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; 32]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

impl Key {
    /// A fresh key from the operating system's generator.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// The key made of `bytes`.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// One byte, 32 times: a placeholder that nobody replaced.
    fn is_weak(&self) -> bool {
        let [first, rest @ ..] = &self.0;
        rest.iter().all(|byte| byte == first)
    }

    /// The key's bytes, for the cipher that needs them.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Why a text is no key ring.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    /// There is no key in it.
    #[error("there is no key in it")]
    Empty,
    /// A line is not `<number> <base64 of 32 bytes>`.
    #[error("line {0} is not `<number> <base64 of 32 bytes>`")]
    Line(usize),
    /// The number stands for two keys, or is not 0 to 15.
    #[error("key number {0} is used twice, or is not 0 to 15")]
    Number(u8),
    /// The key is no secret: one byte, 32 times.
    #[error("key {0} is one byte, repeated")]
    Weak(u8),
}

/// Numbered keys: one makes new things, the others still open old ones.
///
/// The text form is one key a line, `<number> <base64 of 32 bytes>`; the first line is the active
/// key. To replace a key: append the new line everywhere, then move it to the top everywhere, then
/// drop the old line when nothing it made is alive. Numbers go from 0 to 15 and may be used again.
#[derive(Clone, Debug)]
pub struct KeyRing(Vec<(u8, Key)>);

impl KeyRing {
    /// A ring of one fresh key.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn generate() -> Result<Self, getrandom::Error> {
        Ok(Self(vec![(1, Key::generate()?)]))
    }

    /// Reads the text form; lines may also be separated by commas, and `#` starts a comment.
    ///
    /// # Errors
    /// When a line is malformed, a number is out of range or repeated, a key is one byte repeated,
    /// or nothing is there.
    pub fn parse(text: &str) -> Result<Self, KeyRingError> {
        let mut keys: Vec<(u8, Key)> = Vec::new();
        for (index, line) in text.split(['\n', ',']).enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let (number, key) = parse_line(line).ok_or(KeyRingError::Line(index + 1))?;
            if number > 15 || keys.iter().any(|(taken, _)| *taken == number) {
                return Err(KeyRingError::Number(number));
            }
            if key.is_weak() {
                return Err(KeyRingError::Weak(number));
            }
            keys.push((number, key));
        }
        if keys.is_empty() {
            Err(KeyRingError::Empty)
        } else {
            Ok(Self(keys))
        }
    }

    /// The number and key that make new things.
    #[must_use]
    pub fn active(&self) -> (u8, &Key) {
        let (number, key) = self.0.first().expect("a ring is never empty");
        (*number, key)
    }

    /// How many keys there are.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a ring is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The key with this number, active or old.
    #[must_use]
    pub fn get(&self, number: u8) -> Option<&Key> {
        self.0
            .iter()
            .find(|(known, _)| *known == number)
            .map(|(_, key)| key)
    }

    /// The text form, wiped when dropped.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let lines = self
            .0
            .iter()
            .map(|(number, key)| format!("{number} {}\n", BASE64_STANDARD.encode(key.expose())));
        Zeroizing::new(lines.collect())
    }
}

fn parse_line(line: &str) -> Option<(u8, Key)> {
    let (number, key) = line.split_once(char::is_whitespace)?;
    let bytes = Zeroizing::new(BASE64_STANDARD.decode(key.trim()).ok()?);
    Some((number.parse().ok()?, Key(bytes.as_slice().try_into().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    #[test]
    fn a_ring_survives_its_text_form() {
        let ring = KeyRing::generate().unwrap();
        let again = KeyRing::parse(&ring.to_text()).unwrap();
        assert_eq!(ring.active(), again.active());
    }

    #[test]
    fn the_first_line_is_active_and_the_rest_still_open() {
        let other = Key::generate().unwrap();
        let text = format!(
            "7 {A}\n# old\n3 {}\n",
            BASE64_STANDARD.encode(other.expose())
        );
        let ring = KeyRing::parse(&text).unwrap();
        assert_eq!(ring.active().0, 7);
        assert_eq!(ring.get(3), Some(&other));
        assert_eq!(ring.get(4), None);
    }

    #[test]
    fn malformed_rings_are_refused() {
        assert_eq!(KeyRing::parse("# none\n").unwrap_err(), KeyRingError::Empty);
        assert_eq!(
            KeyRing::parse("1 c2hvcnQ=").unwrap_err(),
            KeyRingError::Line(1)
        );
        assert_eq!(
            KeyRing::parse(&format!("16 {A}")).unwrap_err(),
            KeyRingError::Number(16)
        );
        let twice = format!("1 {A},1 {A}");
        assert_eq!(KeyRing::parse(&twice).unwrap_err(), KeyRingError::Number(1));
    }

    #[test]
    fn only_a_repeated_byte_is_weak() {
        for byte in [0, 7, 255] {
            let text = |bytes| format!("1 {A},2 {}", BASE64_STANDARD.encode(bytes));
            let mut bytes = [byte; 32];
            let refused = KeyRing::parse(&text(bytes)).unwrap_err();
            assert_eq!(refused, KeyRingError::Weak(2));
            bytes[31] ^= 1;
            assert!(KeyRing::parse(&text(bytes)).is_ok());
        }
    }

    #[test]
    fn a_key_never_shows_itself() {
        assert_eq!(format!("{:?}", Key::from_bytes([7; 32])), "Key(..)");
    }
}
