//! What was read goes out: late, not at all, or not whole.
use tokio::{
    io::AsyncWriteExt,
    net::tcp::WriteHalf,
    sync::{
        mpsc::{self, UnboundedReceiver, UnboundedSender},
        watch,
    },
    time::{Instant, sleep_until},
};

use super::{End, Way, connection::Link, faults::Current};

/// Some bytes, and when they are to go out.
pub(super) struct Parcel {
    pub(super) due: Instant,
    pub(super) bytes: Vec<u8>,
}

/// Passes what `reading` puts into its queue; answers how the connection is to end.
pub(super) async fn pass<R: Future<Output = ()>>(
    way: Way,
    to: WriteHalf<'_>,
    link: &Link<'_>,
    reading: impl FnOnce(UnboundedSender<Parcel>) -> R,
) -> End {
    let (queue, waiting) = mpsc::unbounded_channel();
    let reading = reading(queue);
    let read = async {
        reading.await;
        // What was read is still to be delivered.
        std::future::pending().await
    };
    let mut delivery = Delivery {
        way,
        link,
        faults: link.shared.faults.subscribe(),
        version: 0,
        passed: 0,
    };
    tokio::select! {
        end = delivery.run(waiting, to) => end,
        never = read => never,
    }
}

struct Delivery<'a, 'b> {
    way: Way,
    link: &'a Link<'b>,
    faults: watch::Receiver<Current>,
    /// The faults under which bytes were counted.
    version: u64,
    passed: usize,
}

impl Delivery<'_, '_> {
    async fn run(&mut self, mut waiting: UnboundedReceiver<Parcel>, mut to: WriteHalf<'_>) -> End {
        while let Some(Parcel { due, bytes }) = waiting.recv().await {
            sleep_until(due).await;
            self.until_no_hole().await;
            let (passing, end) = self.cut(&bytes);
            if to.write_all(passing).await.is_err() {
                return End::Close;
            }
            self.link.shared.counters.passed(self.way, passing.len());
            if let Some(end) = end {
                return end;
            }
        }
        self.until_no_hole().await;
        End::Close
    }

    async fn until_no_hole(&mut self) {
        let way = self.way;
        let passes = |current: &Current| !current.faults.hole.is_some_and(|hole| hole.covers(way));
        let passes = self.faults.wait_for(passes).await;
        passes.expect("a connection holds what its proxy's connections share");
    }

    /// What still passes of some bytes, and how the connection ends then, if it does.
    fn cut<'c>(&mut self, bytes: &'c [u8]) -> (&'c [u8], Option<End>) {
        let current = self.faults.borrow();
        if current.version != self.version {
            (self.version, self.passed) = (current.version, 0);
        }
        let cut = current.faults.cut.filter(|cut| cut.way.covers(self.way));
        let room = cut.map_or(usize::MAX, |cut| cut.after.saturating_sub(self.passed));
        let passing = &bytes[..room.min(bytes.len())];
        self.passed += passing.len();
        (
            passing,
            cut.filter(|_| passing.len() < bytes.len())
                .map(|cut| cut.end),
        )
    }
}
