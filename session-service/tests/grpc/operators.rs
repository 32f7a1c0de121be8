//! What an operator does: to users whom they name, without a token of theirs.
use std::time::Duration;

use prost::Message;
use serde_json::json;
use wx_proto::{
    common::v1::ErrorReason,
    session::v1::{
        AppUser, BlockUserRequest, EraseUserRequest, GetUserRequest, ListSessionsRequest,
        ListedSession, LoginRequest, LoginResponse, RevokeSessionRequest, RevokeUserRequest,
        UnblockUserRequest, erase_user_request, get_user_request::Who, list_sessions_request,
        revoke_session_request, revoke_user_request,
    },
};

use crate::{
    edge::{Answer, answer, reason},
    on_every_store,
    system::{OTHER_APPID, Store, System},
};

on_every_store!(
    an_operator_sees_a_user_in_every_app,
    an_operator_ends_one_session,
    an_operator_ends_all_sessions_in_every_app,
);

/// Nobody's id.
const UNKNOWN: &str = "0190b5a0-0000-7000-8000-000000000001";

impl System {
    /// Logs the user of this openid in, in the other app; they have this unionid, or none.
    pub(crate) async fn log_in_elsewhere(
        &self,
        openid: &str,
        unionid: Option<&str>,
    ) -> LoginResponse {
        let who = json!({ "appid": OTHER_APPID, "unionid": unionid });
        self.wechat.put_user(openid, who).await;
        let who = json!({ "appid": OTHER_APPID, "openid": openid });
        let request = LoginRequest {
            code: self.wechat.code_of(who).await,
            appid: OTHER_APPID.to_owned(),
            ..LoginRequest::default()
        };
        self.login_with(request).await.unwrap()
    }

    /// Logs the user of this openid in; they have this unionid, or none.
    pub(crate) async fn log_in_as(&self, openid: &str, unionid: Option<&str>) -> LoginResponse {
        let who = json!({ "unionid": unionid });
        self.wechat.put_user(openid, who).await;
        let code = self.wechat.code(openid).await;
        self.login(&code).await.unwrap()
    }

    pub(crate) async fn list_of(&self, user: &str) -> Answer<Vec<ListedSession>> {
        let whose = list_sessions_request::Whose::UserId(user.to_owned());
        self.list(whose).await
    }

    pub(crate) async fn list(
        &self,
        whose: list_sessions_request::Whose,
    ) -> Answer<Vec<ListedSession>> {
        let whose = Some(whose);
        let request = ListSessionsRequest { whose };
        let listed = self.client.clone().list_sessions(request).await;
        answer(listed).map(|listed| listed.sessions)
    }

    async fn kick(&self, user: &str, session: &str) -> Answer<()> {
        let whose = Some(revoke_session_request::Whose::UserId(user.to_owned()));
        let request = RevokeSessionRequest {
            whose,
            session_id: session.to_owned(),
        };
        answer(self.client.clone().revoke_session(request).await).map(drop)
    }

    pub(crate) async fn end_all(&self, whose: revoke_user_request::Whose) -> Answer<()> {
        let whose = Some(whose);
        let request = RevokeUserRequest { whose };
        answer(self.client.clone().revoke_user(request).await).map(drop)
    }

    pub(crate) async fn end_all_of(&self, user: &str) -> Answer<()> {
        let whose = revoke_user_request::Whose::UserId(user.to_owned());
        self.end_all(whose).await
    }

    pub(crate) async fn block(&self, user: &str) -> Answer<()> {
        let user_id = user.to_owned();
        let request = BlockUserRequest { user_id };
        answer(self.client.clone().block_user(request).await).map(drop)
    }

    pub(crate) async fn unblock(&self, user: &str) -> Answer<()> {
        let user_id = user.to_owned();
        let request = UnblockUserRequest { user_id };
        answer(self.client.clone().unblock_user(request).await).map(drop)
    }

    pub(crate) async fn erase(&self, whose: erase_user_request::Whose) -> Answer<()> {
        let whose = Some(whose);
        answer(
            self.client
                .clone()
                .erase_user(EraseUserRequest { whose })
                .await,
        )
        .map(drop)
    }

    /// The user erases themselves.
    pub(crate) async fn erase_me(&self, token: &str) -> Answer<()> {
        self.erase(erase_user_request::Whose::SessionRd(token.to_owned()))
            .await
    }

    /// An operator erases the user.
    pub(crate) async fn erase_user(&self, user: &str) -> Answer<()> {
        self.erase(erase_user_request::Whose::UserId(user.to_owned()))
            .await
    }

    pub(crate) async fn assert_revoked(&self, tokens: &[&str]) {
        for token in tokens {
            for refused in [
                reason(self.verify(token).await),
                reason(self.refresh(token).await),
            ] {
                assert_eq!(refused, ErrorReason::SessionRevoked);
            }
        }
    }
}

/// A person who is logged in in two apps: their id, and a token of each.
pub(crate) async fn in_two_apps(system: &System) -> (String, String, String) {
    let one = system.log_in_as("oMei", Some("uMei")).await;
    system.pass(Duration::from_secs(1));
    let other = system.log_in_elsewhere("oMeiToo", Some("uMei")).await;
    let id = one.user.unwrap().id;
    assert_eq!(other.user.unwrap().id, id);
    (id, one.session_rd, other.session_rd)
}

async fn an_operator_sees_a_user_in_every_app(store: Store) {
    let system = System::start(store).await;
    let (id, one, other) = in_two_apps(&system).await;
    let listed = system.list_of(&id).await.unwrap();
    let apps: Vec<_> = listed.iter().map(|listed| listed.appid.as_str()).collect();
    assert_eq!(apps, [fake_wechat::DEFAULT_APPID, OTHER_APPID]);
    for (listed, token) in listed.iter().zip([&one, &other]) {
        let verified = system.verify(token).await.unwrap();
        assert_eq!(listed.session_id, verified.session_id);
        assert!(!listed.current, "nobody asked with it");
    }
    let mine = list_sessions_request::Whose::SessionRd(other);
    let mine = system.list(mine).await.unwrap();
    assert_eq!(mine.len(), 1, "a user sees the app they are in");
    assert_eq!(
        (mine[0].appid.as_str(), mine[0].current),
        (OTHER_APPID, true)
    );
    let who = AppUser {
        appid: OTHER_APPID.to_owned(),
        openid: "oMeiToo".to_owned(),
    };
    let known = system.known(Who::Identity(who.clone())).await.unwrap();
    assert!(known == system.known(Who::UserId(id.clone())).await.unwrap());
    assert_eq!(known.user.unwrap().id, id);
    assert_eq!(known.unionid, "uMei");
    assert_eq!(known.identities.len(), 2);
    assert!(known.identities.contains(&who));
    assert_eq!((known.former_ids, known.blocked_at), (vec![], None));
}

async fn an_operator_ends_one_session(store: Store) {
    let system = System::start(store).await;
    let (id, one, other) = in_two_apps(&system).await;
    let session = system.verify(&other).await.unwrap().session_id;
    let stranger = system.log_in_as("oLi", None).await;
    let foreign = system
        .verify(&stranger.session_rd)
        .await
        .unwrap()
        .session_id;
    for wrong in [foreign.as_str(), "", &"0".repeat(32)] {
        let refused = reason(system.kick(&id, wrong).await);
        assert_eq!(refused, ErrorReason::NotFound, "{wrong}");
    }
    system.kick(&id, &session).await.unwrap();
    system.assert_revoked(&[&other]).await;
    system.verify(&one).await.unwrap();
    system.verify(&stranger.session_rd).await.unwrap();
    let again = reason(system.kick(&id, &session).await);
    assert_eq!(
        again,
        ErrorReason::NotFound,
        "it is none of theirs any more"
    );
    let kicked = system.count(r#"revocations_total{reason="operator_kick"}"#);
    assert_eq!(kicked, 1);
}

async fn an_operator_ends_all_sessions_in_every_app(store: Store) {
    let system = System::start(store).await;
    let (id, one, other) = in_two_apps(&system).await;
    let stranger = system.token().await;
    system.end_all_of(&id).await.unwrap();
    system.assert_revoked(&[&one, &other]).await;
    system.verify(&stranger).await.unwrap();
    assert_eq!(system.list_of(&id).await.unwrap(), []);
    let kicked = system.count(r#"revocations_total{reason="operator_kick"}"#);
    assert_eq!(kicked, 2, "a row for each app");
    let next = system.log_in("oMei").await;
    system.verify(&next).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_nobody_is_not_found() {
    crate::bounded(async {
        let system = System::start(Store::Memory).await;
        for (id, expected) in [
            (UNKNOWN, ErrorReason::NotFound),
            ("not-a-uuid", ErrorReason::InvalidRequest),
            ("", ErrorReason::InvalidRequest),
        ] {
            let session = "0".repeat(32);
            let refused = [
                reason(system.list_of(id).await),
                reason(system.kick(id, &session).await),
                reason(system.end_all_of(id).await),
                reason(system.block(id).await),
                reason(system.unblock(id).await),
                reason(system.erase_user(id).await),
            ];
            assert_eq!(refused, [expected; 6], "{id}");
        }
        let stranger = AppUser {
            appid: OTHER_APPID.to_owned(),
            openid: "oNobody".to_owned(),
        };
        let refused = reason(system.known(Who::Identity(stranger)).await);
        assert_eq!(refused, ErrorReason::NotFound);
        let malformed = AppUser::default();
        let refused = reason(system.known(Who::Identity(malformed)).await);
        assert_eq!(refused, ErrorReason::InvalidRequest);
    })
    .await;
}

/// What callers send who know nothing of operators.
#[test]
fn the_bytes_of_older_callers_mean_what_they_meant() {
    let field_1 = b"\x0a\x03wxs".as_slice();
    let session_rd = "wxs".to_owned();
    let list = ListSessionsRequest::decode(field_1).unwrap();
    let holder = list_sessions_request::Whose::SessionRd(session_rd.clone());
    assert!(list.whose == Some(holder));
    let all = RevokeUserRequest::decode(field_1).unwrap();
    let holder = revoke_user_request::Whose::SessionRd(session_rd.clone());
    assert!(all.whose == Some(holder));
    let one = RevokeSessionRequest::decode(b"\x0a\x03wxs\x12\x02id".as_slice()).unwrap();
    let holder = revoke_session_request::Whose::SessionRd(session_rd);
    assert!(one.whose == Some(holder) && one.session_id == "id");
    let user = GetUserRequest::decode(field_1).unwrap();
    assert_eq!(user.who, Some(Who::UserId("wxs".to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_names_nobody_is_no_operators() {
    crate::bounded(async {
        let system = System::start(Store::Memory).await;
        system.token().await;
        let mut client = system.client.clone();
        let refused = [
            reason(answer(
                client.list_sessions(ListSessionsRequest::default()).await,
            )),
            reason(answer(
                client.revoke_user(RevokeUserRequest::default()).await,
            )),
            reason(answer(client.erase_user(EraseUserRequest::default()).await)),
        ];
        assert_eq!(refused, [ErrorReason::SessionInvalid; 3]);
    })
    .await;
}
