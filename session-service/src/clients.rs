//! The ports, over gRPC.
mod crypto;

pub(crate) use self::crypto::GrpcCrypto;
