//! gRPC: parse, call, spell out.
mod convert;

use service_kit::to_status;
use tonic::{Request, Response, Status};
use wx_proto::crypto::v1::{
    OpenDataRequest, OpenDataResponse, SealSessionKeyRequest, SealSessionKeyResponse,
    SignWithSessionKeyRequest, SignWithSessionKeyResponse, VerifyRawDataRequest,
    VerifyRawDataResponse, crypto_service_server::CryptoService,
};

use self::convert::{Open, Seal, Sign, Verify};
use crate::{error::CryptoError, service::SessionKeys};

/// The gRPC face of [`SessionKeys`].
pub(crate) struct Grpc(pub(crate) SessionKeys);

#[tonic::async_trait]
impl CryptoService for Grpc {
    async fn seal_session_key(
        &self,
        request: Request<SealSessionKeyRequest>,
    ) -> Result<Response<SealSessionKeyResponse>, Status> {
        answer(self.seal(request.into_inner()))
    }

    async fn open_data(
        &self,
        request: Request<OpenDataRequest>,
    ) -> Result<Response<OpenDataResponse>, Status> {
        answer(self.open(request.into_inner()))
    }

    async fn verify_raw_data(
        &self,
        request: Request<VerifyRawDataRequest>,
    ) -> Result<Response<VerifyRawDataResponse>, Status> {
        answer(self.verify(request.into_inner()))
    }

    async fn sign_with_session_key(
        &self,
        request: Request<SignWithSessionKeyRequest>,
    ) -> Result<Response<SignWithSessionKeyResponse>, Status> {
        answer(self.sign(request.into_inner()))
    }
}

impl Grpc {
    fn seal(&self, request: SealSessionKeyRequest) -> Result<SealSessionKeyResponse, CryptoError> {
        let Seal { owner, key } = request.try_into()?;
        Ok(self.0.seal(&owner, &key)?.into())
    }

    fn open(&self, request: OpenDataRequest) -> Result<OpenDataResponse, CryptoError> {
        let Open { owner, ring, data } = request.try_into()?;
        let json = self.0.open(&owner, &ring, &data)?;
        Ok(OpenDataResponse { json })
    }

    fn verify(&self, request: VerifyRawDataRequest) -> Result<VerifyRawDataResponse, CryptoError> {
        let Verify { owner, ring, raw } = request.try_into()?;
        self.0.verify(&owner, &ring, &raw)?;
        Ok(VerifyRawDataResponse {})
    }

    fn sign(
        &self,
        request: SignWithSessionKeyRequest,
    ) -> Result<SignWithSessionKeyResponse, CryptoError> {
        let Sign {
            owner,
            sealed,
            message,
        } = request.try_into()?;
        let signature = self.0.sign(&owner, &sealed, &message)?;
        Ok(SignWithSessionKeyResponse { signature })
    }
}

fn answer<T>(result: Result<T, CryptoError>) -> Result<Response<T>, Status> {
    result.map(Response::new).map_err(|error| to_status(&error))
}
