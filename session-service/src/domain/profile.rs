//! What users say of themselves: typed text, proof of nothing.
use url::Url;

use super::Malformed;

/// A nickname: at most 64 characters on one line, or empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nickname(String);

impl Nickname {
    /// Drops what no name needs: control characters, changes of direction, other invisible marks.
    /// What joins visible characters (an emoji of several, Persian letters) stays between them; a name
    /// that shows nothing is none.
    ///
    /// # Errors
    /// When more than 64 characters are left.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let kept: String = text.chars().filter(|&c| !is_stray(c)).collect();
        let clean = kept
            .trim_start_matches(|c| is_blank(c) || is_part(c))
            .trim_end_matches(|c| is_blank(c) || is_joiner(c));
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

/// What has no business in a name. Changes of direction (Unicode TR 9) let it rewrite the line it
/// stands in.
fn is_stray(c: char) -> bool {
    let direction = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}');
    let line = matches!(c, '\u{2028}' | '\u{2029}');
    let invisible = matches!(c, '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e001f}');
    // The last two of every plane, and 32 more.
    let no_character = u32::from(c) & 0xfffe == 0xfffe || matches!(c, '\u{fdd0}'..='\u{fdef}');
    c.is_control() || direction || line || invisible || no_character
}

/// What takes room and shows nothing: spaces, and letters that only fill.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}'
        )
}

/// What shows nothing by itself, but changes the character before it: joiners, variation selectors,
/// the tags of a flag.
fn is_part(c: char) -> bool {
    is_joiner(c)
        || matches!(c, '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0020}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Where a user's picture is: an http(s) address of at most 512 bytes, or empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AvatarUrl(String);

impl AvatarUrl {
    /// Takes an address or nothing. It is never fetched from here.
    ///
    /// # Errors
    /// When the text is longer, not an http(s) address with a host, or has a user or password in it.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self(String::new()));
        }
        let fault = Malformed::new("avatar_url", "is not an http(s) address of up to 512 bytes");
        let url = Url::parse(text).map_err(|_| fault)?;
        let of_the_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        let anonymous = url.username().is_empty() && url.password().is_none();
        if !of_the_web || !anonymous || url.as_str().len() > 512 {
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
mod tests;
