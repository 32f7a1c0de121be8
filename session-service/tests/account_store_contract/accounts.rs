//! The rules of accounts.
use std::{collections::HashSet, sync::Arc, time::Duration};

use futures::future::join_all;
use service_kit::{Key, Timestamp};
use session_service::{
    domain::{
        Account, AppId, AvatarUrl, Identity, Nickname, OpenId, ProfileChange, SealedPhone, TagKey,
        UnionId, UserTag,
    },
    store::{AccountStore, RevocationLog, Seen, SignedIn, Terms, Whom},
};

use uuid::Uuid;

use crate::Database;

pub(crate) const NOW: Timestamp = Timestamp::from_unix_millis(1_800_000_000_123);

fn later() -> Timestamp {
    NOW.plus(Duration::from_millis(86_400_456))
}

pub(crate) fn seen(appid: &str, openid: &str, unionid: Option<&str>) -> Seen {
    Seen {
        appid: AppId::parse(appid).unwrap(),
        openid: OpenId::new(openid.to_owned()),
        unionid: unionid.map(|id| UnionId::new(id.to_owned())),
    }
}

pub(crate) fn tags() -> TagKey {
    TagKey::derive(&Key::from_bytes([7; 32]))
}

/// In store keys and rows.
pub(crate) fn tag(seen: &Seen) -> UserTag {
    tags().tag(&seen.appid, &seen.openid)
}

pub(crate) fn identity(appid: &str, openid: &str) -> Identity {
    let Seen { appid, openid, .. } = seen(appid, openid, None);
    Identity { appid, openid }
}

/// When the rows of a test may go.
pub(crate) fn end_of_rows() -> Timestamp {
    NOW.plus(Duration::from_hours(1))
}

/// A login that began when the log had come to `since`.
pub(crate) async fn sign_in_since(
    store: &impl AccountStore,
    seen: &Seen,
    since: u64,
    now: Timestamp,
) -> Option<SignedIn> {
    let tags = tags();
    let terms = Terms {
        tags: &tags,
        now,
        rows_until: end_of_rows(),
    };
    store.sign_in(seen, since, terms).await.unwrap()
}

/// How far the log has come.
pub(crate) async fn number(log: &impl RevocationLog) -> u64 {
    log.after(u64::MAX).await.unwrap().1
}

async fn sign_in_at(
    store: &(impl AccountStore + RevocationLog),
    seen: Seen,
    now: Timestamp,
) -> SignedIn {
    let since = number(store).await;
    let signed_in = sign_in_since(store, &seen, since, now).await;
    signed_in.expect("nobody is erased meanwhile")
}

/// A login that begins now.
pub(crate) async fn sign_in(store: &(impl AccountStore + RevocationLog), seen: Seen) -> SignedIn {
    sign_in_at(store, seen, NOW).await
}

pub(crate) fn profile(nickname: Option<&str>, avatar_url: Option<&str>) -> ProfileChange {
    ProfileChange {
        nickname: nickname.map(|text| Nickname::parse(text).unwrap()),
        avatar_url: avatar_url.map(|text| AvatarUrl::parse(text).unwrap()),
    }
}

pub(crate) async fn first_sight_registers_and_second_finds(database: &impl Database) {
    let store = database.open().await;
    let first = sign_in(&store, seen("wxa", "o1", None)).await;
    let id = first.account.id;
    assert!(first.is_new);
    assert_eq!(id.get_version_num(), 7);
    let registered = Account {
        id,
        former_ids: Vec::new(),
        unionid: None,
        nickname: String::new(),
        avatar_url: String::new(),
        phone: None,
        blocked_at: None,
        created_at: NOW,
        last_login_at: NOW,
    };
    assert_eq!(first.account, registered);
    let second = sign_in_at(&store, seen("wxa", "o1", None), later()).await;
    let expected = SignedIn {
        is_new: false,
        since: 0,
        ended: Vec::new(),
        account: Account {
            last_login_at: later(),
            ..registered
        },
    };
    assert_eq!(second, expected);
    assert_eq!(store.account(id).await.unwrap(), Some(expected.account));
}

/// Logs all of `people` in at once; answers what each was told.
pub(crate) async fn at_once(
    store: Arc<impl AccountStore + RevocationLog>,
    people: Vec<Seen>,
) -> Vec<SignedIn> {
    let login = |seen: Seen| {
        let store = store.clone();
        tokio::spawn(async move { sign_in(&*store, seen).await })
    };
    let told = join_all(people.into_iter().map(login)).await;
    told.into_iter().map(Result::unwrap).collect()
}

pub(crate) async fn racing_first_logins_make_one_account(database: &impl Database) {
    let store = Arc::new(database.open().await);
    let told = at_once(store, vec![seen("wxa", "o1", Some("u1")); 100]).await;
    let ids: HashSet<_> = told.iter().map(|told| told.account.id).collect();
    assert_eq!((told.len(), ids.len()), (100, 1));
    assert_eq!(told.iter().filter(|told| told.is_new).count(), 1);
}

pub(crate) async fn different_people_get_different_accounts(database: &impl Database) {
    let store = Arc::new(database.open().await);
    let mut people: Vec<_> = (0..20)
        .map(|n| seen("wxa", &format!("o{n}"), None))
        .collect();
    people.push(seen("wxb", "o1", None)); // the same openid in another app is somebody else
    people.push(seen("wxa", "O1", None));
    let told = at_once(store, people).await;
    let ids: HashSet<_> = told.iter().map(|told| told.account.id).collect();
    assert_eq!(ids.len(), 22);
    assert!(told.iter().all(|told| told.is_new));
}

pub(crate) async fn a_unionid_links_a_second_app(database: &impl Database) {
    let store = database.open().await;
    let first = sign_in(&store, seen("wxa", "oa", Some("u1"))).await;
    let second = sign_in(&store, seen("wxb", "ob", Some("u1"))).await;
    assert!(first.is_new && !second.is_new);
    assert_eq!(second.account.id, first.account.id);
    let without = sign_in(&store, seen("wxb", "ob", None)).await;
    assert_eq!(without.account.id, first.account.id, "the link lasts");
    let other = sign_in(&store, seen("wxb", "oc", Some("u2"))).await;
    assert!(other.is_new);
}

pub(crate) async fn a_late_unionid_is_noted(database: &impl Database) {
    let store = database.open().await;
    let first = sign_in(&store, seen("wxa", "oa", None)).await;
    let late = sign_in(&store, seen("wxa", "oa", Some("u1"))).await;
    assert_eq!(late.account.id, first.account.id);
    assert_eq!(
        late.account.unionid.as_ref().map(UnionId::as_str),
        Some("u1")
    );
    let again = sign_in(&store, seen("wxa", "oa", None)).await;
    assert_eq!(
        again.account.unionid.as_ref().map(UnionId::as_str),
        Some("u1"),
        "it stays"
    );
    let elsewhere = sign_in(&store, seen("wxb", "ob", Some("u1"))).await;
    assert_eq!(elsewhere.account.id, first.account.id);
}

pub(crate) async fn another_unionid_changes_nothing(database: &impl Database) {
    let store = database.open().await;
    let owner = sign_in(&store, seen("wxa", "oa", Some("u1"))).await;
    let other = sign_in(&store, seen("wxb", "ob", Some("u2"))).await;
    let late = sign_in(&store, seen("wxb", "ob", Some("u1"))).await;
    assert!(!late.is_new);
    assert_eq!(late.account, other.account);
    let owner_now = store.account(owner.account.id).await.unwrap();
    assert_eq!(owner_now.unwrap(), owner.account);
}

pub(crate) async fn a_profile_changes_in_part(database: &impl Database) {
    let store = database.open().await;
    let id = sign_in(&store, seen("wxa", "oa", None)).await.account.id;
    let bystander = sign_in(&store, seen("wxa", "ob", None)).await.account;
    let change = async |nickname, avatar| {
        let change = profile(nickname, avatar);
        let account = store.update_profile(id, &change).await.unwrap().unwrap();
        assert_eq!(store.account(id).await.unwrap(), Some(account.clone()));
        (account.nickname, account.avatar_url)
    };
    let both = |nickname: &str, avatar: &str| (nickname.to_owned(), avatar.to_owned());
    let picture = "https://cdn.example/a.png";
    assert_eq!(change(Some("阿梅🙂"), None).await, both("阿梅🙂", ""));
    assert_eq!(change(None, Some(picture)).await, both("阿梅🙂", picture));
    assert_eq!(change(None, None).await, both("阿梅🙂", picture));
    assert_eq!(change(Some(""), None).await, both("", picture));
    let unchanged = store.account(bystander.id).await.unwrap();
    assert_eq!(unchanged, Some(bystander));
}

pub(crate) async fn a_profile_outlives_a_login(database: &impl Database) {
    let store = database.open().await;
    let id = sign_in(&store, seen("wxa", "oa", None)).await.account.id;
    let change = profile(Some("Mei"), Some("https://cdn.example/a.png"));
    let changed = store.update_profile(id, &change).await.unwrap().unwrap();
    assert_eq!(
        sign_in(&store, seen("wxa", "oa", None)).await.account,
        changed
    );
}

pub(crate) async fn nobody_has_an_unknown_id(database: &impl Database) {
    let store = database.open().await;
    let known = sign_in(&store, seen("wxa", "oa", None)).await.account;
    let unknown = uuid::Uuid::now_v7();
    assert_eq!(store.account(unknown).await.unwrap(), None);
    for whom in [
        Whom::Account(unknown),
        Whom::Identity(identity("wxa", "ob")),
        Whom::Identity(identity("wxb", "oa")),
    ] {
        assert_eq!(store.dossier(&whom).await.unwrap(), None);
    }
    let change = profile(Some("ghost"), None);
    assert_eq!(store.update_profile(unknown, &change).await.unwrap(), None);
    assert_eq!(store.account(known.id).await.unwrap(), Some(known));
}

pub(crate) async fn accounts_outlive_the_process(database: &impl Database) {
    let store = database.open().await;
    let id = sign_in(&store, seen("wxa", "oa", Some("u1")))
        .await
        .account
        .id;
    let change = profile(Some("Mei"), None);
    let before = store.update_profile(id, &change).await.unwrap();
    drop(store);
    let store = database.open().await;
    assert_eq!(store.account(id).await.unwrap(), before);
    assert!(!sign_in(&store, seen("wxa", "oa", None)).await.is_new);
}

pub(crate) async fn a_phone_number_is_kept_until_another_comes(database: &impl Database) {
    let store = database.open().await;
    let id = sign_in(&store, seen("wxa", "o1", None)).await.account.id;
    let mut before = None;
    for bytes in [&b"first\0\xff"[..], b"second"] {
        let phone = SealedPhone::new(bytes.to_vec());
        let kept = store.keep_phone(id, before.as_ref(), &phone).await;
        assert!(kept.unwrap());
        before = Some(phone.clone());
        let again = sign_in(&store, seen("wxa", "o1", None)).await.account;
        assert_eq!(again.phone.as_ref(), Some(&phone));
        let reopened = database.open().await;
        let account = reopened.account(id).await.unwrap().unwrap();
        assert_eq!(account.phone, Some(phone));
    }
    let phone = SealedPhone::new(vec![1]);
    let nobodys = store.keep_phone(Uuid::nil(), None, &phone).await;
    assert!(!nobodys.unwrap());
    // Another number came meanwhile.
    for outdated in [None, Some(&phone)] {
        assert!(!store.keep_phone(id, outdated, &phone).await.unwrap());
    }
}
