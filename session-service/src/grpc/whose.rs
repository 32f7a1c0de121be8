//! Who is meant: the holder of a token, or a user whom an operator names.
use uuid::Uuid;
use wx_proto::session::v1::{
    AppUser, CheckSessionKeyRequest, EraseUserRequest, GetUserRequest, ListSessionsRequest,
    ResetSessionKeyRequest, RevokeSessionRequest, RevokeUserRequest, check_session_key_request,
    erase_user_request, get_user_request::Who, list_sessions_request, reset_session_key_request,
    revoke_session_request, revoke_user_request,
};

use crate::{
    domain::{AppId, Identity, Malformed, OpenId},
    service::KeyOf,
    store::Whom,
};

/// Whose sessions or account a call is about.
pub(super) enum Whose {
    /// Whoever holds this token.
    Holder(String),
    /// The user with this id.
    User(Uuid),
}

/// Our id of a user.
pub(super) fn user_id(text: &str) -> Result<Uuid, Malformed> {
    Uuid::parse_str(text).map_err(|_| Malformed {
        field: "user_id",
        fault: "is not a UUID",
    })
}

pub(super) fn whom(GetUserRequest { who }: GetUserRequest) -> Result<Whom, Malformed> {
    match who {
        None => user_id("").map(Whom::Account),
        Some(Who::UserId(id)) => user_id(&id).map(Whom::Account),
        Some(Who::Identity(user)) => identity(user).map(Whom::Identity),
    }
}

fn identity(AppUser { appid, openid }: AppUser) -> Result<Identity, Malformed> {
    Ok(Identity {
        appid: AppId::parse(&appid)?,
        openid: OpenId::new(openid),
    })
}

/// Both requests have their own enum for the same choice. Nobody named is an empty token.
macro_rules! key_of {
    ($($request:ident: $choice:ident),* $(,)?) => {
        $(
            impl TryFrom<$request> for KeyOf {
                type Error = Malformed;

                fn try_from(request: $request) -> Result<Self, Malformed> {
                    match request.whose {
                        None => Ok(Self::Holder(String::new())),
                        Some($choice::Whose::SessionRd(token)) => Ok(Self::Holder(token)),
                        Some($choice::Whose::Identity(user)) => identity(user).map(Self::User),
                    }
                }
            }
        )*
    };
}

key_of!(
    CheckSessionKeyRequest: check_session_key_request,
    ResetSessionKeyRequest: reset_session_key_request,
);

/// Each of these requests has its own enum for the same choice. Nobody named is an empty token.
macro_rules! whose {
    ($($request:ident: $choice:ident),* $(,)?) => {
        $(
            impl TryFrom<$request> for Whose {
                type Error = Malformed;

                fn try_from(request: $request) -> Result<Self, Malformed> {
                    match request.whose {
                        None => Ok(Self::Holder(String::new())),
                        Some($choice::Whose::SessionRd(token)) => Ok(Self::Holder(token)),
                        Some($choice::Whose::UserId(id)) => user_id(&id).map(Self::User),
                    }
                }
            }
        )*
    };
}

whose!(
    ListSessionsRequest: list_sessions_request,
    RevokeSessionRequest: revoke_session_request,
    RevokeUserRequest: revoke_user_request,
    EraseUserRequest: erase_user_request,
);
