//! What a `redis-server` is told by its configuration file.
use std::{path::Path, time::Duration};

use super::RedisAccess;

/// For how long a node of a Cluster must be silent to be taken for down.
pub(super) const NODE_TIMEOUT: Duration = Duration::from_millis(1500);

/// What a server is.
#[derive(Clone)]
pub(super) enum Role {
    /// It keeps records.
    Data,
    /// It keeps records, as a node of a Cluster.
    ClusterNode,
    /// It watches those who keep records: the lines say whom.
    Sentinel(Vec<String>),
}

/// How one server is to be run.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) access: RedisAccess,
    pub(super) role: Role,
    /// Lines of `redis.conf` of this server alone.
    pub(super) more: Vec<String>,
}

impl Settings {
    pub(super) fn new(access: &RedisAccess, role: Role) -> Self {
        Self {
            access: access.clone(),
            role,
            more: Vec::new(),
        }
    }

    pub(super) fn is_sentinel(&self) -> bool {
        matches!(self.role, Role::Sentinel(_))
    }

    pub(super) fn has_bus(&self) -> bool {
        matches!(self.role, Role::ClusterNode)
    }

    /// `redis.conf`. The server may rewrite it: so it remembers, when revived, what it had become.
    pub(super) fn file(&self, port: u16, folder: &Path) -> String {
        let mut lines = self.access.lines(port);
        lines.push("bind 127.0.0.1".to_owned());
        lines.push(format!("dir \"{}\"", folder.display()));
        match &self.role {
            Role::Data => lines.extend(self.data()),
            Role::ClusterNode => {
                lines.extend(self.data());
                lines.extend(self.cluster());
            }
            Role::Sentinel(watch) => lines.extend(watch.clone()),
        }
        lines.extend(self.more.clone());
        lines.join("\n")
    }

    /// In memory alone, and ready for a replica at once.
    fn data(&self) -> Vec<String> {
        let mut lines = ["save \"\"", "appendonly no", "repl-diskless-sync-delay 0"]
            .map(str::to_owned)
            .to_vec();
        if let Some(password) = self.access.owner_password() {
            lines.push(format!("masterauth \"{password}\""));
        }
        lines
    }

    fn cluster(&self) -> Vec<String> {
        let bus = if self.access.certificates().is_some() {
            "yes"
        } else {
            "no"
        };
        vec![
            "cluster-enabled yes".to_owned(),
            format!("cluster-node-timeout {}", NODE_TIMEOUT.as_millis()),
            format!("tls-cluster {bus}"),
            // Users of the other shards go on while one has no master.
            "cluster-require-full-coverage no".to_owned(),
            // A master that gave its slots away stays one, and can be given others.
            "cluster-allow-replica-migration no".to_owned(),
        ]
    }
}
