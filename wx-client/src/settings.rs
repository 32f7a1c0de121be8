//! Where WeChat is, and how long it may take.

use std::{num::NonZeroU32, time::Duration};

use url::Url;

use crate::{error::Cause, proxy::Proxy};

/// Where WeChat is found and how long to wait for it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the paths of WeChat's API are appended to: `http` or `https`, without user, query or
    /// fragment. Plain `http` shows the `AppSecret` to the network: it is for a stand-in only.
    pub base_url: Url,
    /// The longest wait for a connection: name, TCP and TLS together.
    pub connect_timeout: Duration,
    /// The longest wait for a whole call with all its attempts, from the first look-up to the last
    /// byte of the answer.
    pub timeout: Duration,
    /// A proxy for all calls. None is taken from the environment.
    pub proxy: Option<Proxy>,
    /// How many attempts of one kind may be made for one app each second; more are
    /// [`WxError::Throttled`](crate::WxError::Throttled).
    pub calls_per_second: NonZeroU32,
    /// How many attempts of one kind may fail for one app within ten seconds. At more, if they are
    /// half of all, WeChat is left alone: one attempt a second shows when it is well again, others
    /// are [`WxError::CircuitOpen`](crate::WxError::CircuitOpen).
    pub failures_tolerated: u32,
}

impl Default for Settings {
    /// The real WeChat without a proxy; 1 s to connect, 3 s for a call; 1000 attempts a second, and
    /// 20 failures.
    fn default() -> Self {
        Self {
            base_url: Url::parse("https://api.weixin.qq.com/").expect("the constant is a URL"),
            connect_timeout: Duration::from_secs(1),
            timeout: Duration::from_secs(3),
            proxy: None,
            calls_per_second: NonZeroU32::new(1000).expect("the constant is not zero"),
            failures_tolerated: 20,
        }
    }
}

/// The base address, if it is fit to be one.
pub(crate) fn base(url: Url) -> Result<Url, BuildError> {
    if is_bare(&url) && !url.cannot_be_a_base() {
        Ok(url)
    } else {
        Err(BuildError::BaseUrl)
    }
}

fn is_bare(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
}

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The base URL is not a bare web address.
    #[error("the base URL must be http or https, without user, query or fragment")]
    BaseUrl,
    /// The HTTP client cannot be set up; for `https`, the system may have no CA certificates.
    #[error("the HTTP client cannot be set up")]
    Http(#[source] Cause),
}
