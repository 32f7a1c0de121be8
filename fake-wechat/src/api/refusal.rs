//! Why a call is not answered as asked.

use std::{borrow::Cow, net::IpAddr};

use serde::Serialize;

use super::request::ApiRequest;
use crate::{errcode::Errcode, rid};

/// An errcode, and the text that goes with it.
pub(crate) struct Refusal {
    errcode: Errcode,
    text: Cow<'static, str>,
}

impl Refusal {
    /// The caller's address is not on the app's list; the text names it, as an operator needs it.
    pub(super) fn foreign_address(address: IpAddr) -> Self {
        let (v4, v6) = match address {
            IpAddr::V4(v4) => (address, v4.to_ipv6_mapped()),
            IpAddr::V6(v6) => (address, v6),
        };
        let text = format!("invalid ip {v4} ipv6 {v6}, not in whitelist");
        Self {
            errcode: Errcode::ADDRESS_NOT_ALLOWED,
            text: text.into(),
        }
    }

    /// One that somebody has planned for this call.
    pub(crate) fn planned(errcode: Errcode, request: &ApiRequest) -> Self {
        if errcode == Errcode::ADDRESS_NOT_ALLOWED {
            Self::foreign_address(request.from)
        } else {
            errcode.into()
        }
    }

    /// The body of the answer to a call of `path`.
    pub(super) fn body(&self, path: &str, rid: &str) -> String {
        let errmsg = format!("{}{}", self.text, rid::tail(path, rid));
        super::json(&Body {
            errcode: self.errcode.0,
            errmsg,
        })
    }
}

impl From<Errcode> for Refusal {
    fn from(errcode: Errcode) -> Self {
        let text = Cow::Borrowed(errcode.text());
        Self { errcode, text }
    }
}

#[derive(Serialize)]
struct Body {
    errcode: i64,
    errmsg: String,
}

#[cfg(test)]
mod tests {
    use service_kit::Timestamp;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_millis(1_724_289_297_000);

    fn body(errcode: i64, path: &str) -> String {
        Refusal::from(Errcode(errcode)).body(path, &rid::new(NOW))
    }

    #[test]
    fn sns_has_a_comma_before_the_rid() {
        let body = body(40029, "/sns/jscode2session");
        assert!(
            body.starts_with(r#"{"errcode":40029,"errmsg":"invalid code, rid: 66c69111-"#),
            "{body}"
        );
        assert_eq!(body.len(), 74);
    }

    #[test]
    fn other_paths_have_no_comma_before_the_rid() {
        let body = body(45009, "/cgi-bin/token");
        assert!(body.contains("daily quota limit rid: 66c69111-"), "{body}");
        assert_eq!(body.len(), 92);
    }
}
