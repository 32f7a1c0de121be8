//! WeChat's `access_token`s: one for each app, fetched by one replica, used by all.
use std::time::Duration;

use service_kit::ServiceError;
use wx_client::{AccessToken, Api, App, GrantedToken, Quota, Renewal, WxError};

use super::{ROUNDS, Sessions, hold::new_holder};
use crate::{
    SessionError,
    domain::{AppId, CurrentToken, Lease, Step},
    store::{Change, Read, StoreError},
};

/// How often a waiting caller looks for the next token.
const LOOK: Duration = Duration::from_millis(50);
/// How much longer than a lease it looks.
const LONGER: Duration = Duration::from_secs(2);

/// A token in use. Where WeChat refuses it another one takes its place: once.
pub(super) struct InUse {
    appid: AppId,
    pub(super) token: AccessToken,
    replaced: bool,
}

/// What the one who fetches needs.
struct Holder {
    appid: AppId,
    app: App,
    lease: Lease,
    /// A token that WeChat does not take any more.
    refused: Option<AccessToken>,
}

impl Sessions {
    /// The `access_token` of an app, or of the first one. `refused` is one that WeChat did not take: it
    /// is handed out no more, if it still is the one that is.
    ///
    /// # Errors
    /// When no such app is served, WeChat gives no token, or gives the refused one again, or the
    /// session store cannot tell.
    pub async fn access_token(
        &self,
        appid: Option<&AppId>,
        refused: Option<&AccessToken>,
    ) -> Result<CurrentToken, SessionError> {
        let (appid, app) = self.apps.find(appid)?;
        let looks = (self.token_lease + LONGER).as_millis() / LOOK.as_millis();
        for _ in 0..looks {
            let (token, lease) = self.records.access_token(&appid).await?;
            let holder = |lease| Holder {
                appid: appid.clone(),
                app: app.clone(),
                lease,
                refused: refused.cloned(),
            };
            match Step::of(
                token.value.as_ref(),
                lease.value.as_ref(),
                refused,
                self.now(),
            ) {
                Step::Take(current) => return Ok(current),
                Step::TakeAndRenew(current) => {
                    if let Ok(Some(lease)) = self.take(&appid, &lease, Change::default()).await {
                        self.renew_behind(holder(lease));
                    }
                    return Ok(current);
                }
                Step::Fetch => {
                    let drop = Change::default().delete(&token);
                    if let Some(lease) = self.take(&appid, &lease, drop).await? {
                        if token.is_foreign() {
                            tracing::warn!(
                                event = "foreign_token_replaced",
                                appid = appid.as_str(),
                                "the access_token in the session store was sealed with other keys: another is fetched"
                            );
                        }
                        let (sessions, holder) = (self.clone(), holder(lease));
                        let fetching = async move { sessions.fetch(&holder).await };
                        return self.to_the_end(fetching).await;
                    }
                }
                Step::Wait => tokio::time::sleep(LOOK).await,
                Step::Refused(reason) => return Err(SessionError::no_token_before(reason)),
            }
        }
        Err(SessionError::StillUnderWay)
    }

    /// A token for a question of our own.
    pub(super) async fn token_for(&self, appid: &AppId) -> Result<InUse, SessionError> {
        let current = self.access_token(Some(appid), None).await?;
        Ok(InUse {
            appid: appid.clone(),
            token: current.token,
            replaced: false,
        })
    }

    /// Whether the question should be asked again, with the token that is in use now.
    pub(super) async fn replaced(
        &self,
        in_use: &mut InUse,
        error: &SessionError,
    ) -> Result<bool, SessionError> {
        let refused = matches!(error, SessionError::WeChat(WxError::TokenRejected(_)));
        if !refused || in_use.replaced {
            return Ok(false);
        }
        let next = self.access_token(Some(&in_use.appid), Some(&in_use.token));
        in_use.token = next.await?.token;
        in_use.replaced = true;
        Ok(true)
    }

    /// Fetches the next token while the old one is handed out.
    fn renew_behind(&self, holder: Holder) {
        use tracing::Instrument;
        let sessions = self.clone();
        let renewing = async move {
            // Whatever went wrong is logged and noted; the old token still lives.
            let _ = sessions.fetch(&holder).await;
        };
        self.tasks.spawn(renewing.in_current_span());
    }

    /// Takes the lease, together with `change`; nothing when somebody was faster.
    async fn take(
        &self,
        appid: &AppId,
        read: &Read<Lease>,
        change: Change,
    ) -> Result<Option<Lease>, StoreError> {
        let lease = Lease::begin(new_holder()?, self.token_lease, self.now());
        let change = change.put(read, &lease, self.token_lease);
        let written = async {
            let (_, found) = self.records.access_token(appid).await?;
            Ok(found.value == Some(lease))
        };
        let ours = self.take_hold(change, written).await?;
        Ok(ours.then_some(lease))
    }

    async fn fetch(&self, holder: &Holder) -> Result<CurrentToken, SessionError> {
        let Holder {
            appid,
            app,
            lease,
            refused,
        } = holder;
        let answer = self.wechat.stable_token(app, Renewal::WhenDue).await;
        let granted = match self.asked(appid, Api::StableToken, answer) {
            Ok(granted) => granted,
            Err(error) => {
                self.settle_lease(appid, lease, None, Some(&error)).await;
                return Err(error);
            }
        };
        let GrantedToken {
            access_token,
            expires_in,
        } = granted;
        let next = CurrentToken {
            token: access_token,
            expires_at: self.now().plus(expires_in),
        };
        let again = (refused.as_ref() == Some(&next.token)).then_some(SessionError::SameToken);
        self.settle_lease(appid, lease, Some((&next, expires_in)), again.as_ref())
            .await;
        again.map_or(Ok(next), Err)
    }

    /// Notes what came of a lease. Should the store be away, the lease ends by itself, and the token in
    /// hand is as good as any.
    async fn settle_lease(
        &self,
        appid: &AppId,
        ours: &Lease,
        next: Option<(&CurrentToken, Duration)>,
        error: Option<&SessionError>,
    ) {
        for _ in 0..ROUNDS {
            match self.try_settle_lease(appid, ours, next, error).await {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(
                        error = service_kit::causes(&error),
                        "what came of asking for an access_token was not noted"
                    );
                    return;
                }
            }
        }
    }

    /// False when something changed meanwhile. Whoever was late has no lease any more, and writes
    /// nothing.
    async fn try_settle_lease(
        &self,
        appid: &AppId,
        ours: &Lease,
        next: Option<(&CurrentToken, Duration)>,
        error: Option<&SessionError>,
    ) -> Result<bool, StoreError> {
        let (token, lease) = self.records.access_token(appid).await?;
        if lease.value.is_none_or(|lease| lease.holder != ours.holder) {
            return Ok(true);
        }
        let mut change = Change::default();
        if let Some((next, life)) = next {
            change = change.put(&token, next, life);
        }
        change = match error {
            None => change.delete(&lease),
            Some(error) => {
                let (reason, pause) = (error.reason().into(), pause(error));
                let failed = ours.failed(reason, pause, self.now());
                change.put(&lease, &failed, pause)
            }
        };
        self.records.commit(change).await
    }
}

/// Before anybody asks WeChat for a token again after a failure.
fn pause(error: &SessionError) -> Duration {
    let SessionError::WeChat(error) = error else {
        return Duration::from_secs(10);
    };
    match error {
        WxError::RateLimited {
            quota: Quota::PerMinute,
            ..
        } => Duration::from_mins(1),
        WxError::RateLimited { .. } => Duration::from_mins(10),
        WxError::Misconfigured(_) | WxError::BadRequest(_) => Duration::from_secs(10),
        _ => Duration::from_secs(2),
    }
}
