//! Whose a key is.
use super::Malformed;

/// Bytes of the longest id; WeChat's have 18 and 28.
const LONGEST: usize = 128;

/// The user of one mini-program. Keys are sealed for exactly one.
pub struct Owner {
    appid: String,
    openid: String,
}

impl Owner {
    /// The user `openid` of the mini-program `appid`.
    ///
    /// # Errors
    /// When one of them is empty or longer than 128 bytes.
    pub fn parse(appid: String, openid: String) -> Result<Self, Malformed> {
        for (name, id) in [("appid", &appid), ("openid", &openid)] {
            if id.is_empty() || id.len() > LONGEST {
                return Err(Malformed::Id(name));
            }
        }
        Ok(Self { appid, openid })
    }

    /// The mini-program.
    #[must_use]
    pub fn appid(&self) -> &str {
        &self.appid
    }

    /// The user.
    #[must_use]
    pub fn openid(&self) -> &str {
        &self.openid
    }

    /// Both ids in bytes that no other pair of ids gives: each is preceded by its length.
    pub(super) fn encoding(&self) -> Vec<u8> {
        let ids = [&self.appid, &self.openid];
        ids.into_iter()
            .flat_map(|id| {
                (id.len() as u64)
                    .to_be_bytes()
                    .into_iter()
                    .chain(id.bytes())
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(appid: &str, openid: &str) -> Result<Owner, Malformed> {
        Owner::parse(appid.to_owned(), openid.to_owned())
    }

    #[test]
    fn ids_are_neither_empty_nor_endless() {
        let (longest, longer) = ("x".repeat(128), "x".repeat(129));
        assert!(owner("wx1", &longest).is_ok());
        assert_eq!(owner("", "o").err(), Some(Malformed::Id("appid")));
        assert_eq!(owner("wx1", "").err(), Some(Malformed::Id("openid")));
        assert_eq!(owner("wx1", &longer).err(), Some(Malformed::Id("openid")));
    }

    #[test]
    fn ids_that_share_their_letters_stay_apart() {
        let encoding = |appid, openid| owner(appid, openid).unwrap().encoding();
        assert_ne!(encoding("wx1", "2o"), encoding("wx12", "o"));
        // Not even text that looks like a length may blur the border.
        let (long, late) = ("a\0\0\0\0\0\0\0\0b", "b\0\0\0\0\0\0\0\0c");
        assert_ne!(encoding(long, "c"), encoding("a", late));
    }
}
