//! How a user is shown to themselves. Never an openid.
use serde::Serialize;
use utoipa::ToSchema;

use crate::ports::User;

/// A user, as they are.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(super) struct UserBody {
    /// wxgate's id of the user: a UUID. It changes only when two accounts turn out to be one person's.
    #[schema(example = "0192f1c0-7b1e-7c3a-9f00-3a5b6c7d8e9f")]
    id: String,
    /// What they call themselves; empty until they say.
    #[schema(example = "小梅")]
    nickname: String,
    /// Where their picture is; empty until they say.
    #[schema(example = "https://example.com/mei.png")]
    avatar_url: String,
    /// Whether the app should ask for a nickname now.
    profile_required: bool,
}

impl From<User> for UserBody {
    fn from(user: User) -> Self {
        let User {
            id,
            nickname,
            avatar_url,
            profile_required,
        } = user;
        Self {
            id,
            nickname,
            avatar_url,
            profile_required,
        }
    }
}
