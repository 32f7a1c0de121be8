//! A way out for a network that has no direct one.

use std::fmt;

use url::Url;

/// An HTTP proxy. To a WeChat at `https` it only passes bytes on; at plain `http` it sees all of
/// them. `Debug` does not show its password.
///
/// ```
/// use wx_client::Proxy;
///
/// let proxy: Proxy = "http://me:word@proxy.example:3128".parse()?;
/// assert_eq!(format!("{proxy:?}"), "Proxy(\"proxy.example:3128\")");
/// # Ok::<(), wx_client::UnfitProxy>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy(Url);

/// Not the address of a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a proxy is http:// or https://, a host, and no more than a port, a user and a password")]
pub struct UnfitProxy;

impl Proxy {
    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

impl std::str::FromStr for Proxy {
    type Err = UnfitProxy;

    fn from_str(text: &str) -> Result<Self, UnfitProxy> {
        let url = Url::parse(text).map_err(|_| UnfitProxy)?;
        let is_fit = matches!(url.scheme(), "http" | "https")
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none();
        is_fit.then_some(Self(url)).ok_or(UnfitProxy)
    }
}

impl<'de> serde::Deserialize<'de> for Proxy {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.0.host_str().unwrap_or_default();
        let port = self.0.port_or_known_default().unwrap_or_default();
        f.debug_tuple("Proxy")
            .field(&format!("{host}:{port}"))
            .finish()
    }
}
