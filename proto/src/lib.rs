//! Wire contracts shared by every service. Generated code, and no behaviour but how it is printed.
//!
//! The comments in `proto/**/*.proto` are the documentation of the gRPC API. Messages that carry
//! a secret (a code, a token, a `session_key`) have no `Debug`: they cannot be printed by accident. Those that say who somebody is at WeChat do not print it.

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

        use std::fmt;

        /// The app alone: who somebody is at WeChat is personal data.
        impl fmt::Debug for AppUser {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct("AppUser")
                    .field("appid", &self.appid)
                    .finish_non_exhaustive()
            }
        }

        /// Our id and the app alone: who somebody is at WeChat is personal data.
        impl fmt::Debug for Identity {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct("Identity")
                    .field("user_id", &self.user_id)
                    .field("appid", &self.appid)
                    .finish_non_exhaustive()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::session::v1::{AppUser, Identity, VerifyResponse};

    #[test]
    fn who_somebody_is_at_wechat_is_not_printed() {
        let [openid, unionid] = ["oPRIVATE", "uPRIVATE"].map(str::to_owned);
        let user = AppUser {
            openid: openid.clone(),
            ..AppUser::default()
        };
        let identity = Identity {
            user_id: "ours".to_owned(),
            openid,
            unionid,
            ..Identity::default()
        };
        let verified = VerifyResponse {
            identity: Some(identity),
            ..VerifyResponse::default()
        };
        let printed = format!("{user:?} {verified:?}");
        assert!(printed.contains("ours"), "{printed}");
        assert!(!printed.contains("PRIVATE"), "{printed}");
    }
}
