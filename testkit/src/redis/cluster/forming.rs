//! Six servers become a Cluster.
use super::view::View;
use crate::redis::{
    RedisServer,
    waiting::{Waiting, if_awake},
};

/// The slots of the three masters.
const SLOTS: [(&str, &str); 3] = [("0", "5460"), ("5461", "10922"), ("10923", "16383")];

/// Introduces the nodes to each other and gives each its part; answers their names.
pub(super) async fn form(nodes: &[RedisServer]) -> Vec<String> {
    let mut ids = Vec::new();
    for node in nodes {
        ids.push(node.ask::<String>(&["CLUSTER", "MYID"]).await.unwrap());
    }
    for (n, (node, (from, to))) in nodes.iter().zip(SLOTS).enumerate() {
        order(node, &["CLUSTER", "ADDSLOTSRANGE", from, to]).await;
        // Of two masters with the same epoch one would have to take another.
        order(node, &["CLUSTER", "SET-CONFIG-EPOCH", &(n + 1).to_string()]).await;
    }
    introduce(nodes).await;
    for (replica, id) in nodes.iter().skip(SLOTS.len()).zip(&ids) {
        order(replica, &["CLUSTER", "REPLICATE", id]).await;
    }
    ids
}

/// Everybody to everybody: gossip would take its time.
async fn introduce(nodes: &[RedisServer]) {
    for (n, node) in nodes.iter().enumerate() {
        for other in &nodes[n + 1..] {
            let port = other.port().to_string();
            order(node, &["CLUSTER", "MEET", "127.0.0.1", &port]).await;
        }
    }
    let waiting = Waiting::until("every node knows every node");
    for node in nodes {
        while !if_awake(View::of(node))
            .await
            .is_some_and(|view| view.knows(nodes.len()))
        {
            waiting.pause().await;
        }
    }
}

async fn order(node: &RedisServer, words: &[&str]) {
    let () = node.ask(words).await.unwrap();
}
