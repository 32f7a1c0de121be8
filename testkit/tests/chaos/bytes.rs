//! What befalls bytes, of whatever protocol.
use std::{
    io::ErrorKind,
    time::{Duration, Instant},
};

use testkit::{ChaosProxy, End, Faults, Way};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::timeout,
};

use crate::bounded;

/// A while in which what is to pass would have passed.
const MOMENT: Duration = Duration::from_millis(100);

/// A server that answers each byte with the next one, and tells what it got.
struct Echo {
    proxy: ChaosProxy,
    got: UnboundedReceiver<u8>,
}

impl Echo {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (tell, got) = unbounded_channel();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(answer(stream, tell.clone()));
            }
        });
        let proxy = ChaosProxy::to(at).await;
        Self { proxy, got }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.proxy.at()).await.unwrap()
    }

    /// A connection through which an answer has come already.
    async fn proven(&self) -> TcpStream {
        let mut client = self.connect().await;
        assert_eq!(ask(&mut client, 1).await.unwrap(), 2);
        client
    }
}

async fn answer(mut stream: TcpStream, tell: UnboundedSender<u8>) {
    while let Ok(byte) = stream.read_u8().await {
        let _ = tell.send(byte);
        if stream.write_u8(byte + 1).await.is_err() {
            return;
        }
    }
}

async fn ask(client: &mut TcpStream, byte: u8) -> std::io::Result<u8> {
    client.write_u8(byte).await?;
    client.read_u8().await
}

#[tokio::test]
async fn a_healthy_network_passes_everything_and_counts_it() {
    bounded(async {
        let echo = Echo::start().await;
        let (mut one, _other) = (echo.proven().await, echo.proven().await);
        assert_eq!(ask(&mut one, 5).await.unwrap(), 6);
        let counted = echo.proxy.counted();
        assert_eq!((counted.connections, counted.open), (2, 2));
        assert_eq!((counted.request_bytes, counted.reply_bytes), (3, 3));
        drop(one);
        while echo.proxy.counted().open == 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(echo.proxy.counted().connections, 2);
    })
    .await;
}

#[tokio::test]
async fn replies_are_late_by_what_was_said() {
    bounded(async {
        let echo = Echo::start().await;
        let mut client = echo.proven().await;
        let (least, jitter) = (Duration::from_millis(50), Duration::from_millis(50));
        echo.proxy.set(Faults::jittery(least, jitter)).await;
        for byte in 0..5 {
            let asked = Instant::now();
            assert_eq!(ask(&mut client, byte).await.unwrap(), byte + 1);
            assert!(asked.elapsed() >= least, "{:?}", asked.elapsed());
        }
    })
    .await;
}

#[tokio::test]
async fn what_fell_into_a_hole_on_its_way_there_was_not_done() {
    bounded(async {
        let mut echo = Echo::start().await;
        let mut client = echo.proven().await;
        assert_eq!(echo.got.recv().await, Some(1));
        echo.proxy.set(Faults::hole(Way::Requests)).await;
        assert!(timeout(MOMENT, ask(&mut client, 7)).await.is_err());
        assert!(echo.got.is_empty());
        echo.proxy.heal().await;
        assert_eq!(client.read_u8().await.unwrap(), 8);
    })
    .await;
}

#[tokio::test]
async fn what_fell_into_a_hole_on_its_way_back_was_done() {
    bounded(async {
        let mut echo = Echo::start().await;
        let mut client = echo.proven().await;
        assert_eq!(echo.got.recv().await, Some(1));
        echo.proxy.set(Faults::hole(Way::Replies)).await;
        assert!(timeout(MOMENT, ask(&mut client, 7)).await.is_err());
        assert_eq!(echo.got.recv().await, Some(7));
        echo.proxy.heal().await;
        assert_eq!(client.read_u8().await.unwrap(), 8);
    })
    .await;
}

#[tokio::test]
async fn a_client_that_hangs_up_over_a_hole_is_no_longer_open() {
    bounded(async {
        let echo = Echo::start().await;
        let client = echo.proven().await;
        echo.proxy.set(Faults::hole(Way::Both)).await;
        drop(client);
        while echo.proxy.counted().open > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_connection_is_cut_after_so_many_bytes() {
    bounded(async {
        let echo = Echo::start().await;
        let mut client = echo.proven().await;
        echo.proxy
            .set(Faults::cut(Way::Replies, 2, End::Close))
            .await;
        assert_eq!(ask(&mut client, 1).await.unwrap(), 2);
        assert_eq!(ask(&mut client, 2).await.unwrap(), 3);
        let error = ask(&mut client, 3).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
        assert_eq!(echo.proxy.counted().open, 0);
    })
    .await;
}

#[tokio::test]
async fn a_lost_reply_was_done_all_the_same() {
    bounded(async {
        let mut echo = Echo::start().await;
        let mut client = echo.proven().await;
        assert_eq!(echo.got.recv().await, Some(1));
        echo.proxy.set(Faults::losing_replies()).await;
        let error = ask(&mut client, 7).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        assert_eq!(echo.got.recv().await, Some(7));
    })
    .await;
}

#[tokio::test]
async fn all_connections_are_reset_and_new_ones_are_well() {
    bounded(async {
        let echo = Echo::start().await;
        let mut both = [echo.proven().await, echo.proven().await];
        echo.proxy.reset_all();
        for client in &mut both {
            let error = client.read_u8().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        }
        echo.proven().await;
    })
    .await;
}

#[tokio::test]
async fn an_abandoned_connection_stays_silent_and_new_ones_are_well() {
    bounded(async {
        let echo = Echo::start().await;
        let mut client = echo.proven().await;
        echo.proxy.abandon_all();
        assert!(timeout(MOMENT, ask(&mut client, 7)).await.is_err());
        echo.proxy.heal().await;
        assert!(timeout(MOMENT, client.read_u8()).await.is_err());
        echo.proven().await;
    })
    .await;
}

#[tokio::test]
async fn new_connections_are_refused_and_old_ones_go_on() {
    bounded(async {
        let echo = Echo::start().await;
        let mut client = echo.proven().await;
        echo.proxy.set(Faults::refusing()).await;
        let error = TcpStream::connect(echo.proxy.at()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        assert_eq!(ask(&mut client, 7).await.unwrap(), 8);
        echo.proxy.heal().await;
        echo.proven().await;
    })
    .await;
}

#[tokio::test]
async fn connections_end_with_their_proxy() {
    bounded(async {
        let Echo { proxy, .. } = Echo::start().await;
        let at = proxy.at();
        let mut client = TcpStream::connect(at).await.unwrap();
        assert_eq!(ask(&mut client, 1).await.unwrap(), 2);
        drop(proxy);
        assert!(client.read_u8().await.is_err());
        while TcpStream::connect(at).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
