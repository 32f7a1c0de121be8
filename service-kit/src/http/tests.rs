//! What clients that are slow, silent or many can do to the others.
use std::{
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
};

use axum::routing::get;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    task::JoinHandle,
    time::timeout,
};

use super::*;

/// Nothing takes longer, however slow the machine.
const PATIENCE: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_millis(150);
const FOREVER: Duration = Duration::from_hours(1);

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
const HALF: &[u8] = b"GET / HTTP/1.1\r\nhos";

/// A server that counts its requests and answers with their number.
struct Serving {
    address: SocketAddr,
    stopping: CancellationToken,
    task: JoinHandle<()>,
}

impl Serving {
    async fn start(limits: Limits) -> Self {
        let counter = Arc::new(AtomicUsize::new(1));
        let count = move || format!("{:04}", counter.fetch_add(1, Ordering::SeqCst));
        let router = Router::new()
            .route("/", get(async move || count()))
            .route("/large", get(async || vec![b'x'; 4 << 20]));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stopping) = (listener.local_addr().unwrap(), CancellationToken::new());
        let task = tokio::spawn(serve_within(limits, listener, router, stopping.clone()));
        Self {
            address,
            stopping,
            task,
        }
    }

    async fn connect(&self, opening: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(opening).await.unwrap();
        stream
    }

    async fn drained(self) {
        self.stopping.cancel();
        timeout(PATIENCE, self.task)
            .await
            .expect("drained in time")
            .unwrap();
    }
}

/// The number in the next answer on `stream`.
async fn answer(stream: &mut TcpStream) -> usize {
    let mut seen = Vec::new();
    let reading = async {
        loop {
            let read = stream.read_buf(&mut seen).await.unwrap();
            assert_ne!(read, 0, "closed before the answer");
            if let Some(number) = number(&seen) {
                return number;
            }
        }
    };
    timeout(PATIENCE, reading).await.expect("an answer in time")
}

fn number(answer: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(answer).unwrap();
    let (_, body) = text.split_once("\r\n\r\n")?;
    (body.len() == 4).then(|| body.parse().unwrap())
}

async fn closed(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    let reading = timeout(PATIENCE, stream.read_to_end(&mut rest));
    // A reset is an end, too.
    let _ = reading.await.expect("closed in time");
}

#[tokio::test]
async fn whoever_sends_no_request_is_closed() {
    let limits = Limits {
        headers: SHORT,
        ..Limits::default()
    };
    let serving = Serving::start(limits).await;
    let mut slow = Vec::new();
    for opening in [b"".as_slice(), b"PRI * HTTP/2", HALF] {
        slow.push(serving.connect(opening).await);
    }
    let mut served = serving.connect(REQUEST).await;
    assert_eq!(answer(&mut served).await, 1);
    slow.push(served); // and says nothing more
    for stream in &mut slow {
        closed(stream).await;
    }
    assert_eq!(answer(&mut serving.connect(REQUEST).await).await, 2);
}

#[tokio::test]
async fn beyond_the_cap_a_connection_waits_for_another_to_end() {
    let serving = Serving::start(Limits {
        headers: FOREVER,
        connections: 1,
        ..Limits::default()
    })
    .await;
    let mut first = serving.connect(REQUEST).await;
    assert_eq!(answer(&mut first).await, 1);
    let mut second = serving.connect(REQUEST).await;
    for number in 2..=50 {
        first.write_all(REQUEST).await.unwrap();
        assert_eq!(answer(&mut first).await, number);
    }
    drop(first);
    assert_eq!(answer(&mut second).await, 51);
}

#[tokio::test]
async fn whoever_reads_no_answer_is_closed() {
    let serving = Serving::start(Limits {
        headers: FOREVER,
        connections: 1,
        unread: SHORT,
    })
    .await;
    // Asks for far more than the buffers between us hold, and reads nothing.
    let mut deaf = serving.connect(b"").await;
    let large = b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n";
    for _ in 0..16 {
        deaf.write_all(large).await.unwrap();
    }
    let mut next = serving.connect(REQUEST).await;
    assert_eq!(answer(&mut next).await, 1, "the only place is free again");
    drop(deaf);
}

#[tokio::test]
async fn silent_and_idle_clients_do_not_hold_up_the_end() {
    let serving = Serving::start(Limits {
        headers: FOREVER,
        ..Limits::default()
    })
    .await;
    let mut silent = serving.connect(b"").await;
    let mut idle = serving.connect(REQUEST).await;
    assert_eq!(answer(&mut idle).await, 1); // so both are accepted
    serving.drained().await;
    closed(&mut silent).await;
    closed(&mut idle).await;
}

#[tokio::test]
async fn half_a_request_holds_up_the_end_no_longer_than_its_deadline() {
    let limits = Limits {
        headers: SHORT,
        ..Limits::default()
    };
    let serving = Serving::start(limits).await;
    let mut half = serving.connect(HALF).await;
    let mut whole = serving.connect(REQUEST).await;
    assert_eq!(answer(&mut whole).await, 1); // so both are accepted
    serving.drained().await;
    closed(&mut half).await;
}
