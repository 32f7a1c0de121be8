//! Redis as it is run in production: alone, under Sentinel, as a Cluster; open or locked, with TLS.
mod access;
mod cluster;
mod config;
mod process;
mod sentinel;
mod server;
mod settings;
mod tls;
mod waiting;

pub use self::{
    access::RedisAccess,
    cluster::{RedisCluster, SlotMove},
    sentinel::RedisSentinel,
    server::RedisServer,
    tls::RedisTls,
};
