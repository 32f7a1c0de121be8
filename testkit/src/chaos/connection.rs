//! One connection, both ways.
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use tokio::{
    io::AsyncReadExt,
    net::{TcpStream, tcp::ReadHalf},
    sync::{mpsc::UnboundedSender, watch},
    time::Instant,
};

use super::{
    End, Shared, Way,
    counters::Open,
    delivery::{self, Parcel},
    resp::{self, Asked},
};

/// What befalls all connections at once.
#[derive(Clone, Copy, Debug)]
pub(super) enum Blow {
    Reset,
    Abandon,
}

/// What both ways of a connection know.
pub(super) struct Link<'a> {
    pub(super) shared: &'a Shared,
    /// What was asked and not yet answered, where it is Redis.
    pub(super) asked: Mutex<VecDeque<Asked>>,
    /// Until the client hangs up.
    open: Mutex<Option<Open<'a>>>,
}

pub(super) async fn serve(mut client: TcpStream, shared: Arc<Shared>) {
    let mut blow = shared.blow.subscribe();
    let open = shared.counters.opened();
    let Ok(mut server) = TcpStream::connect(shared.target).await else {
        return reset(&client);
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let link = Link {
        shared: &shared,
        asked: Mutex::default(),
        open: Mutex::new(Some(open)),
    };
    let ended = tokio::select! {
        end = both_ways(&mut client, &mut server, &link) => Some(end),
        blow = next(&mut blow) => match blow {
            Blow::Reset => Some(End::Reset),
            Blow::Abandon => None,
        },
    };
    match ended {
        Some(End::Close) => {}
        Some(End::Reset) => {
            reset(&client);
            reset(&server);
        }
        None => until_hung_up(&mut client).await,
    }
}

async fn both_ways(client: &mut TcpStream, server: &mut TcpStream, link: &Link<'_>) -> End {
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let requests = delivery::pass(Way::Requests, to_server, link, |queue| {
        requests(from_client, queue, link)
    });
    let replies = delivery::pass(Way::Replies, to_client, link, |queue| {
        replies(from_server, queue, link)
    });
    tokio::select! {
        end = requests => end,
        end = replies => end,
    }
}

/// Reads requests until the client hangs up.
async fn requests(mut client: ReadHalf<'_>, queue: UnboundedSender<Parcel>, link: &Link<'_>) {
    let mut bytes = Vec::new();
    while client.read_buf(&mut bytes).await.is_ok_and(|read| read > 0) {
        for request in link.messages(&mut bytes) {
            if link.shared.speaks_redis {
                link.shared.counters.asked();
                let asked = resp::asked(&request);
                link.asked.lock().unwrap().push_back(asked);
            }
            link.send(&queue, Way::Requests, request);
        }
    }
    link.open.lock().unwrap().take();
}

/// Reads replies until the server hangs up, or a trick ends it.
async fn replies(mut server: ReadHalf<'_>, queue: UnboundedSender<Parcel>, link: &Link<'_>) {
    let (mut bytes, mut tricks) = (Vec::new(), link.shared.tricks.on_connection());
    loop {
        let read = tokio::select! {
            read = server.read_buf(&mut bytes) => read,
            held = tricks.held_too_long() => {
                link.send(&queue, Way::Replies, held);
                continue;
            }
        };
        if !read.is_ok_and(|read| read > 0) {
            return;
        }
        for reply in link.messages(&mut bytes) {
            let Some(replies) = tricks.play(reply, link).await else {
                return;
            };
            for reply in replies {
                link.send(&queue, Way::Replies, reply);
            }
        }
    }
}

impl Link<'_> {
    /// What has arrived whole: of Redis messages, otherwise everything.
    fn messages(&self, bytes: &mut Vec<u8>) -> Vec<Vec<u8>> {
        if !self.shared.speaks_redis {
            return vec![std::mem::take(bytes)];
        }
        let mut messages = Vec::new();
        while let Some(length) = resp::length(bytes) {
            messages.push(bytes.drain(..length).collect());
        }
        messages
    }

    fn send(&self, queue: &UnboundedSender<Parcel>, way: Way, bytes: Vec<u8>) {
        let due = Instant::now() + self.shared.faults.borrow().faults.lateness(way);
        // Nobody delivers any more once the connection has ended.
        let _ = queue.send(Parcel { due, bytes });
    }
}

/// The next blow; none ever once the proxy is gone.
async fn next(blow: &mut watch::Receiver<Option<Blow>>) -> Blow {
    while blow.changed().await.is_ok() {
        if let Some(blow) = *blow.borrow() {
            return blow;
        }
    }
    std::future::pending().await
}

/// The client believes in the connection until it hangs up itself.
async fn until_hung_up(client: &mut TcpStream) {
    let mut unheard = [0; 1024];
    while client.read(&mut unheard).await.is_ok_and(|read| read > 0) {}
}

/// Once dropped, it ends by a reset.
fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}
