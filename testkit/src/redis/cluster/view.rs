//! What one node knows of the Cluster.
use deadpool_redis::redis::RedisResult;

use crate::redis::RedisServer;

/// All slots there are.
const SLOTS: usize = 16_384;

/// `CLUSTER NODES`, read.
pub(super) struct View(Vec<Node>);

/// The first and the last of some slots in a row.
type Range = (u16, u16);
/// A node, whose replica it is, and what it serves.
type Fact<'a> = (&'a str, &'a str, &'a [Range]);

struct Node {
    id: String,
    flags: Vec<String>,
    /// Whose replica it is; `-` for a master.
    master: String,
    epoch: u64,
    slots: Vec<Range>,
}

impl View {
    pub(super) async fn of(node: &RedisServer) -> RedisResult<Self> {
        let lines: String = node.ask(&["CLUSTER", "NODES"]).await?;
        Ok(Self(lines.lines().map(Node::parse).collect()))
    }

    /// The epoch and the name of the node that serves a slot.
    pub(super) fn owner(&self, slot: u16) -> Option<(u64, String)> {
        let serves = |node: &&Node| {
            node.slots
                .iter()
                .any(|(from, to)| (*from..=*to).contains(&slot))
        };
        let owner = self.0.iter().find(serves)?;
        Some((owner.epoch, owner.id.clone()))
    }

    pub(super) fn slots_of(&self, id: &str) -> Vec<u16> {
        let ranges = self.0.iter().filter(|node| node.id == id);
        let ranges = ranges.flat_map(|node| &node.slots);
        ranges.flat_map(|(from, to)| *from..=*to).collect()
    }

    pub(super) fn is_master(&self, id: &str) -> bool {
        let it = self.0.iter().find(|node| node.id == id);
        it.is_some_and(|node| node.is("master"))
    }

    pub(super) fn replicas_of(&self, id: &str) -> impl Iterator<Item = &str> {
        let of = self.0.iter().filter(move |node| node.master == id);
        of.map(|node| node.id.as_str())
    }

    pub(super) fn masters(&self) -> impl Iterator<Item = &str> {
        let masters = self.0.iter().filter(|node| node.is("master"));
        masters.map(|node| node.id.as_str())
    }

    /// Whether this many nodes are known, and none is a stranger still.
    pub(super) fn knows(&self, nodes: usize) -> bool {
        self.0.len() == nodes && !self.0.iter().any(|node| node.is("handshake"))
    }

    /// Whether nobody is suspected, all slots are served and each replica has a master.
    pub(super) fn is_whole(&self) -> bool {
        let well = |node: &Node| {
            let known = ["fail", "fail?", "handshake", "noaddr"]
                .iter()
                .all(|flag| !node.is(flag));
            known && (node.is("master") || self.is_master(&node.master))
        };
        let ranges = self.0.iter().flat_map(|node| &node.slots);
        let slots: usize = ranges.map(|(from, to)| usize::from(to - from) + 1).sum();
        self.0.iter().all(well) && slots == SLOTS
    }

    /// Whether the other view has the same owners and the same masters of replicas.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        self.facts() == other.facts()
    }

    fn facts(&self) -> Vec<Fact<'_>> {
        let facts = self
            .0
            .iter()
            .map(|node| (&*node.id, &*node.master, &*node.slots));
        let mut facts: Vec<_> = facts.collect();
        facts.sort_unstable();
        facts
    }
}

impl Node {
    /// `<id> <address> <flags> <master> <ping sent> <pong received> <epoch> <link> <slot> ...`
    fn parse(line: &str) -> Self {
        let words: Vec<_> = line.split(' ').collect();
        let [id, _, flags, master, _, _, epoch, _, ref slots @ ..] = words[..] else {
            panic!("not a line of CLUSTER NODES: {line}");
        };
        Self {
            id: id.to_owned(),
            flags: flags.split(',').map(str::to_owned).collect(),
            master: master.to_owned(),
            epoch: epoch.parse().unwrap(),
            slots: slots.iter().filter_map(|slots| range(slots)).collect(),
        }
    }

    fn is(&self, flag: &str) -> bool {
        self.flags.iter().any(|own| own == flag)
    }
}

/// `7`, `7-9`. A slot on the move, `[7->-id]`, stands among the others as well.
fn range(slots: &str) -> Option<Range> {
    let (from, to) = slots.split_once('-').unwrap_or((slots, slots));
    Some((from.parse().ok()?, to.parse().ok()?))
}

/// Whether a node finds the Cluster in order, and follows its master if it is a replica.
pub(super) async fn is_well(node: &RedisServer) -> RedisResult<bool> {
    let cluster: String = node.ask(&["CLUSTER", "INFO"]).await?;
    let replication: String = node.ask(&["INFO", "replication"]).await?;
    let follows =
        replication.contains("role:master") || replication.contains("master_link_status:up");
    Ok(cluster.contains("cluster_state:ok") && follows)
}
