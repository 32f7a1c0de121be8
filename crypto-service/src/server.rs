//! Serving on sockets that are already open.
use service_kit::{GrpcBind, GrpcServing, Host};
use tokio::net::TcpListener;
use tonic::service::Routes;
use wx_proto::crypto::v1::crypto_service_server::{CryptoServiceServer, SERVICE_NAME};

use crate::{grpc::Grpc, service::SessionKeys};

/// The largest request, in bytes; what WeChat encrypts is a few kilobytes.
const MAX_REQUEST: usize = 128 * 1024;

/// Where this service is reached.
#[derive(Debug)]
pub struct Sockets {
    /// gRPC, for session-service alone.
    pub grpc: GrpcBind,
    /// `/livez`, `/readyz`, `/metrics`.
    pub admin: TcpListener,
}

/// Serves `keys` until `host` stops.
pub(crate) fn serve(keys: SessionKeys, sockets: Sockets, host: &Host) {
    let service = CryptoServiceServer::new(Grpc(keys)).max_decoding_message_size(MAX_REQUEST);
    let serving = GrpcServing::new(Routes::new(service), host.clone()).named(SERVICE_NAME);
    host.lifecycle.spawn("grpc", serving.run(sockets.grpc));
    host.serve_admin(sockets.admin);
}
