//! Wire contracts shared by every service. Generated code only: no behaviour lives here.
//!
//! The comments in `proto/**/*.proto` are the documentation of the gRPC API. Messages that carry
//! a secret (a code, a token, a `session_key`) have no `Debug`: they cannot be printed by accident.

/// Reasons shared by all services.
pub mod common {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("wx.common.v1");
    }
}

/// The crypto contract.
pub mod crypto {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("wx.crypto.v1");
    }
}

/// The session contract.
pub mod session {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("wx.session.v1");
    }
}
