//! A request sent by hand, which can be left at any moment.
use std::{net::SocketAddr, time::Duration};

use testkit::Stage;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// A connection to the gateway's public port.
pub(crate) struct Wire(TcpStream);

impl Wire {
    pub(crate) async fn to(stage: &Stage) -> Self {
        let at: SocketAddr = stage.system.addresses.public;
        Self(TcpStream::connect(at).await.expect("the gateway listens"))
    }

    /// Sends a refresh of `token`.
    pub(crate) async fn refresh(stage: &Stage, token: &str) -> Self {
        let mut wire = Self::to(stage).await;
        wire.say(&format!(
            "POST /v1/session/refresh HTTP/1.1\r\nHost: wxgate\r\n\
             Authorization: Bearer {token}\r\nContent-Length: 0\r\n\r\n"
        ))
        .await;
        wire
    }

    pub(crate) async fn say(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.expect("it listens");
    }

    /// What is answered, to the end of the object in it.
    pub(crate) async fn hear(&mut self) -> String {
        let mut heard = Vec::new();
        while !heard.ends_with(b"}") {
            let more = self.0.read_buf(&mut heard).await.expect("it answers");
            assert_ne!(more, 0, "hung up on: {}", String::from_utf8_lossy(&heard));
        }
        String::from_utf8_lossy(&heard).into_owned()
    }

    /// The answer comes, but the client is gone; gives the token in it, which nobody knows.
    pub(crate) async fn lose_the_answer(self) -> String {
        self.lose_any_answer().await.expect("a successor")
    }

    /// As [`Wire::lose_the_answer`], of a service that may be too busy to give one.
    pub(crate) async fn lose_any_answer(mut self) -> Option<String> {
        let heard = self.hear().await;
        self.hang_up();
        let (_, rest) = heard.split_once(r#""session_rd":""#)?;
        Some(rest[..64].to_owned())
    }

    /// The client is gone after so long, wherever the request is by then.
    pub(crate) async fn leave_after(mut self, moment: Duration) {
        let _ = timeout(moment, self.hear()).await;
        self.hang_up();
    }

    fn hang_up(self) {
        // At once, as a phone that loses its network: nothing that is under way is waited for.
        self.0.set_zero_linger().expect("it is open");
    }
}
