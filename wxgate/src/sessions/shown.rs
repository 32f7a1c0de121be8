//! What the operator sees: text for people, JSON for machines.
use anyhow::Context;
use serde::Serialize;
use wx_proto::session::v1::{AppUser, GetUserResponse, ListedSession, User};

use super::table::{aligned, harmless};

/// How it is spelt.
#[derive(Clone, Copy)]
pub(super) enum Output {
    Text,
    Json,
}

/// What came of a call.
pub(super) enum Shown {
    Sessions(Vec<ListedSession>),
    Session {
        user: String,
        session: ListedSession,
    },
    User(Box<GetUserResponse>),
    /// What was done, and to whom.
    Done(Deed, String),
}

/// What an operator did.
pub(super) enum Deed {
    Revoke { session: String },
    RevokeUser,
    Block,
    Unblock,
}

#[derive(Serialize)]
struct SessionJson {
    id: String,
    appid: String,
    device: String,
    issued_at: String,
    last_used_at: String,
    expires_at: String,
}

#[derive(Serialize)]
struct UserJson {
    id: String,
    nickname: String,
    avatar_url: String,
    created_at: String,
    last_login_at: String,
    blocked_at: Option<String>,
    unionid: Option<String>,
    former_ids: Vec<String>,
    identities: Vec<IdentityJson>,
}

#[derive(Serialize)]
struct IdentityJson {
    appid: String,
    openid: String,
}

#[derive(Serialize)]
struct DoneJson<'a> {
    done: &'static str,
    user_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<&'a str>,
}

impl Shown {
    pub(super) fn user(found: GetUserResponse) -> Self {
        Self::User(Box::new(found))
    }

    /// Ends with a line break.
    pub(super) fn spelt(self, output: Output) -> anyhow::Result<String> {
        match (self, output) {
            (Self::Sessions(sessions), Output::Text) => Ok(session_table(sessions)?),
            (Self::Sessions(sessions), Output::Json) => {
                let sessions = sessions.into_iter().map(SessionJson::try_from);
                json(&sessions.collect::<anyhow::Result<Vec<_>>>()?)
            }
            (Self::Session { user, session }, Output::Text) => session_lines(user, session),
            (Self::Session { session, .. }, Output::Json) => json(&SessionJson::try_from(session)?),
            (Self::User(found), Output::Text) => Ok(user_lines(UserJson::try_from(*found)?)),
            (Self::User(found), Output::Json) => json(&UserJson::try_from(*found)?),
            (Self::Done(deed, user), Output::Text) => Ok(deed.told(&user)),
            (Self::Done(deed, user), Output::Json) => json(&deed.json(&user)),
        }
    }
}

impl Deed {
    fn told(&self, user: &str) -> String {
        match self {
            Self::Revoke { session } => format!("session {session} of user {user} has ended\n"),
            Self::RevokeUser => format!("all sessions of user {user} have ended\n"),
            Self::Block => format!("user {user} is blocked; all their sessions have ended\n"),
            Self::Unblock => format!("user {user} may log in again\n"),
        }
    }

    fn json<'a>(&'a self, user: &'a str) -> DoneJson<'a> {
        let (done, session_id) = match self {
            Self::Revoke { session } => ("revoke", Some(session.as_str())),
            Self::RevokeUser => ("revoke-user", None),
            Self::Block => ("block", None),
            Self::Unblock => ("unblock", None),
        };
        DoneJson {
            done,
            user_id: user,
            session_id,
        }
    }
}

impl TryFrom<ListedSession> for SessionJson {
    type Error = anyhow::Error;

    fn try_from(session: ListedSession) -> anyhow::Result<Self> {
        Ok(Self {
            id: session.session_id,
            appid: session.appid,
            device: session.device,
            issued_at: moment(session.issued_at)?,
            last_used_at: moment(session.last_used_at)?,
            expires_at: moment(session.expires_at)?,
        })
    }
}

impl TryFrom<GetUserResponse> for UserJson {
    type Error = anyhow::Error;

    fn try_from(found: GetUserResponse) -> anyhow::Result<Self> {
        let User {
            id,
            nickname,
            avatar_url,
            created_at,
            last_login_at,
            profile_required: _,
        } = found
            .user
            .context("session-service answered without a user")?;
        let identity = |AppUser { appid, openid }| IdentityJson { appid, openid };
        Ok(Self {
            id,
            nickname,
            avatar_url,
            created_at: moment(created_at)?,
            last_login_at: moment(last_login_at)?,
            blocked_at: found.blocked_at.map(|at| moment(Some(at))).transpose()?,
            unionid: (!found.unionid.is_empty()).then_some(found.unionid),
            former_ids: found.former_ids,
            identities: found.identities.into_iter().map(identity).collect(),
        })
    }
}

fn session_table(sessions: Vec<ListedSession>) -> anyhow::Result<String> {
    if sessions.is_empty() {
        return Ok("no live sessions\n".to_owned());
    }
    let head = ["SESSION", "APP", "BEGAN", "LAST USED", "ENDS", "DEVICE"];
    let mut lines = vec![head.map(str::to_owned).to_vec()];
    for session in sessions {
        let session = SessionJson::try_from(session)?;
        let device = harmless(&session.device);
        lines.push(vec![
            session.id,
            session.appid,
            session.issued_at,
            session.last_used_at,
            session.expires_at,
            device,
        ]);
    }
    Ok(aligned(&lines))
}

fn session_lines(user: String, session: ListedSession) -> anyhow::Result<String> {
    let session = SessionJson::try_from(session)?;
    let device = harmless(&session.device);
    Ok(described([
        ("session", session.id),
        ("user", user),
        ("app", session.appid),
        ("began", session.issued_at),
        ("last used", session.last_used_at),
        ("ends", session.expires_at),
        ("device", device),
    ]))
}

fn user_lines(user: UserJson) -> String {
    let blocked = user
        .blocked_at
        .map_or("no".to_owned(), |at| format!("since {at}"));
    let former = user.former_ids.into_iter().map(|id| ("former id", id));
    let there = |identity: IdentityJson| {
        let IdentityJson { appid, openid } = identity;
        ("in app", format!("{appid} as {openid}"))
    };
    let lines = [
        ("user", user.id),
        ("nickname", harmless(&user.nickname)),
        ("picture", harmless(&user.avatar_url)),
        ("first seen", user.created_at),
        ("last login", user.last_login_at),
        ("blocked", blocked),
        ("unionid", user.unionid.unwrap_or_default()),
    ];
    let identities = user.identities.into_iter().map(there);
    described(lines.into_iter().chain(former).chain(identities))
}

/// What is empty is left out.
fn described(lines: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let lines = lines.into_iter().filter(|(_, value)| !value.is_empty());
    let lines: Vec<_> = lines
        .map(|(name, value)| vec![name.to_owned(), value])
        .collect();
    aligned(&lines)
}

fn json(value: &impl Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

/// To the second.
fn moment(at: Option<prost_types::Timestamp>) -> anyhow::Result<String> {
    let at = at.context("session-service answered without a time")?;
    Ok(jiff::Timestamp::from_second(at.seconds)?.to_string())
}
