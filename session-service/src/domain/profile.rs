//! What users say of themselves: typed text, proof of nothing.
use url::Url;

use super::Malformed;

/// A nickname: at most 64 characters on one line, or empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nickname(String);

impl Nickname {
    /// Trims the text, and drops what is invisible: control characters and changes of direction.
    ///
    /// # Errors
    /// When more than 64 characters are left.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let visible: String = text.chars().filter(|&c| !invisible(c)).collect();
        let clean = visible.trim();
        if clean.chars().count() > 64 {
            return Err(Malformed::new("nickname", "is longer than 64 characters"));
        }
        Ok(Self(clean.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn invisible(c: char) -> bool {
    // Bidirectional controls (Unicode TR 9) let a name rewrite the line it stands in.
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{2028}' | '\u{2029}')
}

/// Where a user's picture is: an http(s) address of at most 512 bytes, or empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AvatarUrl(String);

impl AvatarUrl {
    /// Takes an address or nothing. It is never fetched from here.
    ///
    /// # Errors
    /// When the text is longer, or not an http(s) address with a host.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self(String::new()));
        }
        let fault = Malformed::new("avatar_url", "is not an http(s) address of up to 512 bytes");
        let url = Url::parse(text).map_err(|_| fault)?;
        if url.as_str().len() > 512 || !matches!(url.scheme(), "http" | "https") || !url.has_host()
        {
            return Err(fault);
        }
        Ok(Self(url.into()))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What of a profile changes; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// The new nickname.
    pub nickname: Option<Nickname>,
    /// The new picture.
    pub avatar_url: Option<AvatarUrl>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nickname_is_cleaned_of_the_invisible() {
        assert_eq!(
            Nickname::parse(" 阿\u{202e}梅\n\u{7}🙂 ").unwrap().as_str(),
            "阿梅🙂"
        );
        assert_eq!(Nickname::parse("").unwrap().as_str(), "");
        assert!(Nickname::parse(&"梅".repeat(64)).is_ok());
        assert!(Nickname::parse(&"梅".repeat(65)).is_err());
    }

    #[test]
    fn an_avatar_is_a_web_address_or_nothing() {
        assert!(AvatarUrl::parse("https://cdn.example/a.png").is_ok());
        assert_eq!(AvatarUrl::parse(" ").unwrap().as_str(), "");
        let long = format!("https://x/{}", "a".repeat(600));
        for bad in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "wxfile://tmp_1",
            "x",
            &long,
        ] {
            assert!(AvatarUrl::parse(bad).is_err(), "{bad}");
        }
    }
}
