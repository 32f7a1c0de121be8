//! `[redis]` as an operator would write it.
use session_service::config::{RedisConfig, RedisTopology};

use super::{RedisAccess, RedisCluster, RedisSentinel, RedisServer};

impl RedisServer {
    /// What session-service is told of this server.
    #[must_use]
    pub fn config(&self) -> RedisConfig {
        config(RedisTopology::Standalone, &[self], self.access())
    }
}

impl RedisSentinel {
    /// What session-service is told: where the sentinels are, and whom the servers let in.
    #[must_use]
    pub fn config(&self) -> RedisConfig {
        let access = self.nodes[0].access();
        let sentinels: Vec<_> = self.sentinels.iter().collect();
        let password = access.of_sentinels().owner_password();
        RedisConfig {
            master: Some(Self::MASTER_NAME.to_owned()),
            sentinel_password: password.map(Into::into),
            ..config(RedisTopology::Sentinel, &sentinels, access)
        }
    }
}

impl RedisCluster {
    /// What session-service is told: where the nodes are.
    #[must_use]
    pub fn config(&self) -> RedisConfig {
        let nodes: Vec<_> = self.nodes.iter().collect();
        config(RedisTopology::Cluster, &nodes, self.nodes[0].access())
    }
}

fn config(topology: RedisTopology, servers: &[&RedisServer], access: &RedisAccess) -> RedisConfig {
    let hosts = servers
        .iter()
        .map(|server| format!("127.0.0.1:{}", server.port()));
    let hosts: Vec<_> = hosts.collect();
    let url = access.url(servers[0].port());
    let files = access.certificates();
    RedisConfig {
        topology,
        ca_file: files.map(super::RedisTls::authority),
        cert_file: files.map(super::RedisTls::client_certificate),
        key_file: files.map(super::RedisTls::client_key),
        ..RedisConfig::at(&url.replace(&hosts[0], &hosts.join(",")))
    }
}
