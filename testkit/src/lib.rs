//! The whole product, for tests: real HTTP, real gRPC, real Redis, real PostgreSQL. Only WeChat is a fake.
//!
//! A [`Stage`] is everything in one process, on a clock that the test moves. A [`Fleet`] is the three
//! real programs with their configuration files, which can be killed. [`Phone`] speaks as the
//! mini-program, [`Wechat`] plays the user in the fake WeChat, [`Collector`] receives spans over OTLP.
//! [`RedisServer`], [`RedisSentinel`] and [`RedisCluster`] are Redis as it is run in production; any of
//! their nodes can be killed, stopped and brought back. A [`ChaosProxy`] is a network that fails;
//! a [`Replica`] is a second machine of a stage, a [`Turnstile`] holds one message on its way.
#![expect(
    clippy::missing_panics_doc,
    reason = "a test may panic, and so may what serves it"
)]
#![expect(
    clippy::unwrap_used,
    reason = "a test may panic, and so may what serves it"
)]

mod answer;
mod chaos;
mod collector;
mod counted;
mod crowd;
mod findings;
mod fleet;
mod journal;
mod on_every_store;
mod phone;
mod ports;
mod postgres_server;
mod program;
mod redis;
mod replica;
mod secrets;
mod stage;
mod store_load;
mod timed;
mod turnstile;
mod wechat;

pub use self::{
    answer::Answer,
    chaos::{ChaosProxy, Counted, Cut, Delay, End, Faults, Trick, Way, What},
    collector::{Collector, Seen},
    counted::counted,
    crowd::Crowd,
    findings::found,
    fleet::Fleet,
    journal::{Journal, Load},
    phone::Phone,
    ports::Ports,
    postgres_server::PostgresServer,
    program::Program,
    redis::{RedisAccess, RedisCluster, RedisSentinel, RedisServer, RedisTls, SlotMove},
    replica::Replica,
    secrets::spellings,
    stage::{Stage, impatient, long_story, story, story_within},
    store_load::{Noticed, StoreLoad},
    timed::{assert_in_time, timed},
    turnstile::Turnstile,
    wechat::Wechat,
};
