//! Slots move from one master to another.
use deadpool_redis::redis::{self, Cmd, aio::MultiplexedConnection};

use super::{RedisCluster, view::View};

/// Milliseconds that a batch of keys may take to the other node.
const PATIENCE: usize = 5_000;
/// Keys that go together.
const BATCH: usize = 100;
/// Orders that are sent together.
const ORDERS: usize = 1_000;

/// Slots that are on the move: both nodes know, and keys go over when told.
///
/// Until then the old node serves the keys it has, answers `ASK` for others, and `TRYAGAIN` to a question
/// about keys of which it has only some. The new one serves those whom `ASKING` sent.
#[must_use = "a slot whose move is not finished belongs to two nodes"]
pub struct SlotMove<'a> {
    cluster: &'a RedisCluster,
    slots: Vec<u16>,
    from: Line,
    to: Line,
    others: Vec<Line>,
}

/// A master, and a connection to it.
struct Line {
    node: usize,
    connection: MultiplexedConnection,
}

impl RedisCluster {
    /// Begins to move slots from the master `from`, which serves them, to the master `to`.
    pub async fn begin_move(&self, slots: &[u16], from: usize, to: usize) -> SlotMove<'_> {
        let view = View::of(&self.nodes[from]).await.unwrap();
        let mut others = Vec::new();
        for id in view.masters() {
            let node = self.node(id);
            if node != from && node != to {
                others.push(Line::to(self, node).await);
            }
        }
        let mut moving = SlotMove {
            cluster: self,
            slots: slots.to_vec(),
            from: Line::to(self, from).await,
            to: Line::to(self, to).await,
            others,
        };
        moving.announce().await;
        moving
    }

    /// Moves a slot with its keys to the master `to`, in one go.
    pub async fn move_slot(&self, slot: u16, to: usize) {
        let from = self.owner_of_slot(slot).await;
        self.begin_move(&[slot], from, to).await.complete().await;
    }

    /// Moves every slot of one master to another, with its keys: first all are announced, then all
    /// keys go, then all slots are given. Waits until every node knows.
    pub async fn move_all(&self, from: usize, to: usize) {
        let slots = self.slots_of(from).await;
        self.begin_move(&slots, from, to).await.complete().await;
        self.until_whole().await;
    }

    /// The slots that a master serves, as itself knows them.
    pub async fn slots_of(&self, master: usize) -> Vec<u16> {
        let view = View::of(&self.nodes[master]).await.unwrap();
        view.slots_of(&self.ids[master])
    }
}

impl SlotMove<'_> {
    /// Moves at most `count` keys; answers how many went: fewer only when none is left.
    pub async fn move_keys(&mut self, count: usize) -> usize {
        let mut moved = 0;
        for slot in self.slots.clone() {
            while moved < count {
                let keys = self.keys_of(slot, BATCH.min(count - moved)).await;
                if keys.is_empty() {
                    break;
                }
                self.migrate(&keys).await;
                moved += keys.len();
            }
        }
        moved
    }

    /// Gives the slots, empty by now at their old node, to the new one, and tells every master.
    pub async fn finish(mut self) {
        let new = self.cluster.ids[self.to.node].clone();
        // The new one first: were it the last to know, the two would send clients to and fro.
        let lines = [&mut self.to, &mut self.from];
        for line in lines.into_iter().chain(&mut self.others) {
            line.set_slots(&self.slots, "NODE", &new).await;
        }
    }

    /// Moves what is left, and finishes.
    pub async fn complete(mut self) {
        self.move_keys(usize::MAX).await;
        self.finish().await;
    }

    /// The new one first: sent there by the old one, a client must find it prepared.
    async fn announce(&mut self) {
        let ids = &self.cluster.ids;
        let (old, new) = (&ids[self.from.node], &ids[self.to.node]);
        self.to.set_slots(&self.slots, "IMPORTING", old).await;
        self.from.set_slots(&self.slots, "MIGRATING", new).await;
    }

    async fn keys_of(&mut self, slot: u16, count: usize) -> Vec<String> {
        let mut question = redis::cmd("CLUSTER");
        question.arg("GETKEYSINSLOT").arg(slot).arg(count);
        self.from.ask(&question).await
    }

    async fn migrate(&mut self, keys: &[String]) {
        let target = &self.cluster.nodes[self.to.node];
        let mut order = redis::cmd("MIGRATE");
        order.arg("127.0.0.1").arg(target.port()).arg("");
        order.arg(0).arg(PATIENCE);
        if let Some(password) = target.access().owner_password() {
            order.arg("AUTH").arg(password);
        }
        order.arg("KEYS").arg(keys);
        // `NOKEY` where a client deleted them meanwhile.
        let _: String = self.from.ask(&order).await;
    }
}

impl Line {
    async fn to(cluster: &RedisCluster, node: usize) -> Self {
        let connection = cluster.nodes[node].connect().await.unwrap();
        Self { node, connection }
    }

    async fn ask<T: redis::FromRedisValue>(&mut self, command: &Cmd) -> T {
        command.query_async(&mut self.connection).await.unwrap()
    }

    async fn set_slots(&mut self, slots: &[u16], what: &str, id: &str) {
        for slots in slots.chunks(ORDERS) {
            let mut orders = redis::pipe();
            for slot in slots {
                let order = orders.cmd("CLUSTER").arg("SETSLOT");
                order.arg(slot).arg(what).arg(id).ignore();
            }
            let () = orders.query_async(&mut self.connection).await.unwrap();
        }
    }
}
