//! `wxgate sessions`: what an operator may see and do of users' sessions.
mod calls;
mod shown;
mod table;

use std::{fmt, io::Write, process::ExitCode};

use clap::{Args, Subcommand};

use self::{
    calls::SessionService,
    shown::{Deed, Output, Shown},
};

/// See and end users' sessions, and keep users out.
///
/// Asks a running session-service, over gRPC. No token is ever shown.
#[derive(Debug, Args)]
pub(crate) struct Sessions {
    #[command(subcommand)]
    action: Action,
    /// Where session-service is.
    #[arg(
        long,
        global = true,
        value_name = "URL",
        default_value = "http://127.0.0.1:50051"
    )]
    session_service: String,
    /// Answer in JSON, for machines.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List a user's live sessions in every app, oldest first.
    List {
        #[command(flatten)]
        whom: Whom,
    },
    /// Show a user and who they are in each app; or one of their live sessions.
    Show {
        #[command(flatten)]
        whom: Whom,
        /// The session to show, by its id.
        session: Option<String>,
    },
    /// End one of a user's sessions.
    Revoke {
        #[command(flatten)]
        whom: Whom,
        /// The session to end, by its id.
        session: String,
    },
    /// End all of a user's sessions in every app, and logins that are under way.
    RevokeUser {
        #[command(flatten)]
        whom: Whom,
    },
    /// Keep a user out: end all their sessions, and refuse their logins until they are unblocked.
    Block {
        #[command(flatten)]
        whom: Whom,
    },
    /// Let a blocked user log in again; ended sessions stay ended.
    Unblock {
        #[command(flatten)]
        whom: Whom,
    },
}

/// Who is meant: --user, or --appid and --openid.
#[derive(Args)]
struct Whom {
    /// wxgate's id of the user, or one they had before a merge.
    #[arg(
        long,
        value_name = "ID",
        required_unless_present = "openid",
        conflicts_with_all = ["appid", "openid"]
    )]
    user: Option<String>,
    /// The mini-program that knows the user by --openid.
    #[arg(long, value_name = "APPID", requires = "openid")]
    appid: Option<String>,
    /// The user's id in that mini-program.
    #[arg(long, value_name = "OPENID", requires = "appid")]
    openid: Option<String>,
}

/// Who somebody is at WeChat is personal data.
impl fmt::Debug for Whom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Whom")
            .field("user", &self.user)
            .field("appid", &self.appid)
            .finish_non_exhaustive()
    }
}

impl Sessions {
    /// Does what the command line says.
    ///
    /// # Errors
    /// When session-service refuses, or does not answer.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let output = if self.json {
            Output::Json
        } else {
            Output::Text
        };
        let service = SessionService::at(&self.session_service)?;
        let shown = self.action.carry_out(&service).await?;
        // A reader that is gone is an error, not a panic.
        std::io::stdout().write_all(shown.spelt(output)?.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Action {
    async fn carry_out(self, service: &SessionService) -> anyhow::Result<Shown> {
        match self {
            Self::List { whom } => {
                let user = service.id_of(whom).await?;
                Ok(Shown::Sessions(service.sessions(&user).await?))
            }
            Self::Show {
                whom,
                session: None,
            } => Ok(Shown::user(service.user(whom).await?)),
            Self::Show {
                whom,
                session: Some(id),
            } => {
                let user = service.id_of(whom).await?;
                let session = service.session(&user, &id).await?;
                Ok(Shown::Session { user, session })
            }
            Self::Revoke { whom, session } => {
                let user = service.id_of(whom).await?;
                service.revoke(&user, &session).await?;
                Ok(Shown::Done(Deed::Revoke { session }, user))
            }
            Self::RevokeUser { whom } => {
                let user = service.id_of(whom).await?;
                service.revoke_user(&user).await?;
                Ok(Shown::Done(Deed::RevokeUser, user))
            }
            Self::Block { whom } => {
                let user = service.id_of(whom).await?;
                service.block(&user).await?;
                Ok(Shown::Done(Deed::Block, user))
            }
            Self::Unblock { whom } => {
                let user = service.id_of(whom).await?;
                service.unblock(&user).await?;
                Ok(Shown::Done(Deed::Unblock, user))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        sessions: Sessions,
    }

    #[test]
    fn an_openid_on_the_command_line_is_not_printed() {
        let line = "wxgate show --appid wx1 --openid oSECRET";
        let line = Line::try_parse_from(line.split(' ')).unwrap();
        let printed = format!("{line:?}");
        assert!(printed.contains("wx1"), "{printed}");
        assert!(!printed.contains("oSECRET"), "{printed}");
    }
}
