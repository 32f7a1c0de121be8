//! A place on the way to a server where one message can be held.
use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

/// Messages are small: they come in one piece.
const PIECE: usize = 64 * 1024;

/// A server's stand-in that passes everything on. The next message that fits a description, or the
/// answer to it, is held until released; the other connections go on. Ends when dropped.
pub struct Turnstile {
    /// Where it listens.
    pub at: SocketAddr,
    gate: Arc<Gate>,
    _serving: AbortOnDropHandle<()>,
}

type Description = Box<dyn Fn(&[u8]) -> bool + Send>;

/// What of a message is held.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Question,
    Answer,
}

#[derive(Default)]
struct Gate {
    wanted: Mutex<Option<(Half, Description)>>,
    /// Set while something is held; whoever cancels it releases it.
    held: watch::Sender<Option<CancellationToken>>,
}

impl Turnstile {
    /// A turnstile before the server at `to`.
    pub async fn before(to: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (at, gate) = (listener.local_addr().unwrap(), Arc::<Gate>::default());
        let serving = tokio::spawn(serve(listener, to, gate.clone()));
        Self {
            at,
            gate,
            _serving: AbortOnDropHandle::new(serving),
        }
    }

    /// Holds the next message of which `description` is true, on its way to the server.
    pub fn hold(&self, description: impl Fn(&[u8]) -> bool + Send + 'static) {
        self.want(Half::Question, Box::new(description));
    }

    /// Lets the next message of which `description` is true pass, and holds the answer.
    pub fn hold_answer(&self, description: impl Fn(&[u8]) -> bool + Send + 'static) {
        self.want(Half::Answer, Box::new(description));
    }

    fn want(&self, half: Half, description: Description) {
        *self.gate.wanted.lock().unwrap() = Some((half, description));
    }

    /// Waits until something is held.
    pub async fn until_held(&self) {
        let mut held = self.gate.held.subscribe();
        held.wait_for(Option::is_some).await.unwrap();
    }

    /// Lets go of what is held.
    pub fn release(&self) {
        let held = self.gate.held.send_replace(None);
        held.expect("something is held").cancel();
    }
}

impl Gate {
    /// Which half of this message is to be held; it is asked once.
    fn holds(&self, message: &[u8]) -> Option<Half> {
        let mut wanted = self.wanted.lock().unwrap();
        wanted
            .take_if(|(_, fits)| fits(message))
            .map(|(half, _)| half)
    }

    async fn until_released(&self) {
        let released = CancellationToken::new();
        self.held.send_replace(Some(released.clone()));
        released.cancelled().await;
    }
}

async fn serve(listener: TcpListener, to: SocketAddr, gate: Arc<Gate>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let (client, _) = listener.accept().await.unwrap();
        connections.spawn(connect(client, to, gate.clone()));
    }
}

/// One connection; ends when either side does.
async fn connect(client: TcpStream, to: SocketAddr, gate: Arc<Gate>) {
    let Ok(server) = TcpStream::connect(to).await else {
        return;
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let ((from_client, to_client), (from_server, to_server)) =
        (client.into_split(), server.into_split());
    let answer_held = AtomicBool::default();
    tokio::select! {
        () = questions(from_client, to_server, &gate, &answer_held) => {}
        () = answers(from_server, to_client, &gate, &answer_held) => {}
    }
}

async fn questions(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    gate: &Gate,
    answer_held: &AtomicBool,
) {
    let mut piece = vec![0; PIECE];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        match gate.holds(&piece[..length]) {
            Some(Half::Question) => gate.until_released().await,
            Some(Half::Answer) => answer_held.store(true, Ordering::Release),
            None => {}
        }
        if to.write_all(&piece[..length]).await.is_err() {
            return;
        }
    }
}

async fn answers(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    gate: &Gate,
    answer_held: &AtomicBool,
) {
    let mut piece = vec![0; PIECE];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        if answer_held.swap(false, Ordering::AcqRel) {
            gate.until_released().await;
        }
        if to.write_all(&piece[..length]).await.is_err() {
            return;
        }
    }
}
