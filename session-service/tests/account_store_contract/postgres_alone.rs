//! What only a server that several share, and that can be away, has to answer.
mod outages;
mod secrecy;
mod two_stores;
