//! Where a server listens.
use std::{io, net::SocketAddr};

use serde::Deserialize;
use tokio::net::TcpListener;

/// One listener's section of the configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// The address, such as `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// Whether plaintext may leave this machine. Only for networks that nobody else is on.
    #[serde(default)]
    pub insecure_plaintext: bool,
}

/// Why a listener was not opened.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Others could read along.
    #[error(
        "{0} is not loopback: without TLS, this listener's section must say insecure_plaintext = true"
    )]
    Plaintext(SocketAddr),
    /// The address is taken or not ours.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
}

impl Listen {
    /// Plaintext on the loopback address.
    #[must_use]
    pub fn loopback(port: u16) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], port)),
            insecure_plaintext: false,
        }
    }

    /// Opens the socket, so that its port is known before anything is served.
    ///
    /// # Errors
    /// When the address is not loopback and plaintext was not asked for, or cannot be bound.
    pub async fn bind(&self) -> Result<TcpListener, ListenError> {
        let address = self.listen;
        if !address.ip().is_loopback() && !self.insecure_plaintext {
            return Err(ListenError::Plaintext(address));
        }
        TcpListener::bind(address)
            .await
            .map_err(|source| ListenError::Bind { address, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn plaintext_to_the_world_must_be_asked_for() {
        let mut listen = Listen {
            listen: "0.0.0.0:0".parse().unwrap(),
            insecure_plaintext: false,
        };
        assert!(matches!(
            listen.bind().await,
            Err(ListenError::Plaintext(_))
        ));
        listen.insecure_plaintext = true;
        assert!(listen.bind().await.is_ok());
    }

    #[tokio::test]
    async fn a_taken_port_is_named() {
        let first = Listen::loopback(0).bind().await.unwrap();
        let taken = first.local_addr().unwrap();
        let error = Listen::loopback(taken.port()).bind().await.unwrap_err();
        assert!(error.to_string().contains(&taken.to_string()), "{error}");
    }
}
