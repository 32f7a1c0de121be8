//! The HTTP edge of wxgate.
//!
//! Mini-programs log in and bring their sessions here, on the public port; proxies ask here who is
//! calling, on the internal one. The gateway holds nothing: it reads HTTP, asks session-service,
//! and spells the answer.
//!
//! `ports` says what it needs of others, `clients` gets that over gRPC, `error` names what can go
//! wrong, `http` speaks to the outside, `server` and `config` put it all together. Each knows only
//! those named before it.

mod clients;
mod config;
mod error;
mod http;
mod ports;
mod server;

pub use self::{
    clients::{Deadlines, GrpcSessions},
    config::{Config, GatewayConfig, Sockets},
    error::GatewayError,
    http::Limits,
    ports::{
        GivenPhone, Granted, Identity, ListedSession, LoggedIn, Login, OpenData, PhoneNumber,
        Profile, Session, SessionPort, SessionToken, User,
    },
    server::Server,
};
