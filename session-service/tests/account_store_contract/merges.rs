//! The rules of merging: one person, one account.
use service_kit::Timestamp;
use session_service::{
    domain::{Ending, Reason, Revocation, SealedPhone, Subject, UnionId},
    store::{AccountStore, Dossier, Ended, RevocationLog, Seen, SignedIn, Whom},
};
use uuid::Uuid;

use crate::{
    Database,
    accounts::{NOW, end_of_rows, identity, number, profile, seen, sign_in, sign_in_since, tag},
    endings::end,
    revocations::all,
};

async fn dossier(store: &impl AccountStore, id: Uuid) -> Dossier {
    let found = store.dossier(&Whom::Account(id)).await.unwrap();
    found.expect("somebody has this id")
}

/// Two people, as far as anybody knows: the older one in `wxa`, the younger one in `wxb`.
async fn two(store: &(impl AccountStore + RevocationLog)) -> (Uuid, Uuid) {
    let older = sign_in(store, seen("wxa", "oa", None)).await;
    let younger = sign_in(store, seen("wxb", "ob", None)).await;
    (older.account.id, younger.account.id)
}

/// They turn out to be one: the unionid arrives in one app after the other.
async fn merge(store: &(impl AccountStore + RevocationLog)) -> SignedIn {
    sign_in(store, seen("wxa", "oa", Some("u1"))).await;
    sign_in(store, seen("wxb", "ob", Some("u1"))).await
}

fn reasons(ended: &[Ended]) -> Vec<(Reason, Subject)> {
    let reason = |ended: &Ended| (ended.reason, ended.row.subject);
    ended.iter().map(reason).collect()
}

pub(crate) async fn a_late_unionid_makes_one_account_of_two(database: &impl Database) {
    let store = database.open().await;
    let (older, younger) = two(&store).await;
    let merged = merge(&store).await;
    assert!(!merged.is_new);
    assert_eq!(merged.account.id, older);
    assert_eq!(merged.account.former_ids, [younger]);
    assert_eq!(
        merged.account.unionid.as_ref().map(UnionId::as_str),
        Some("u1")
    );
    let ob = Subject::User(tag(&seen("wxb", "ob", None)));
    assert_eq!(reasons(&merged.ended), [(Reason::Merge, ob)]);
    assert_eq!(all(&store).await, [merged.ended[0].row]);
    assert_eq!(merged.ended[0].row.expires_at, end_of_rows());
    let known = dossier(&store, older).await;
    assert_eq!(known.account, merged.account);
    assert_eq!(
        known.identities,
        [identity("wxa", "oa"), identity("wxb", "ob")]
    );
    drop(store);
    let store = database.open().await;
    assert_eq!(dossier(&store, older).await, known, "it lasts");
    let again = sign_in(&store, seen("wxb", "ob", Some("u1"))).await;
    assert_eq!((again.account, again.ended), (merged.account, vec![]));
}

pub(crate) async fn the_older_account_stays_whoever_logs_in(database: &impl Database) {
    let store = database.open().await;
    let (older, younger) = two(&store).await;
    // The younger one has the unionid first, and a third app besides.
    sign_in(&store, seen("wxb", "ob", Some("u1"))).await;
    let third = sign_in(&store, seen("wxc", "oc", Some("u1"))).await;
    assert_eq!(third.account.id, younger);
    let merged = sign_in(&store, seen("wxa", "oa", Some("u1"))).await;
    assert_eq!(merged.account.id, older);
    assert_eq!(merged.account.former_ids, [younger]);
    let moved = [seen("wxb", "ob", None), seen("wxc", "oc", None)];
    let expected = moved
        .each_ref()
        .map(|seen| (Reason::Merge, Subject::User(tag(seen))));
    assert_eq!(reasons(&merged.ended), expected);
    assert_eq!(
        merged.since, 0,
        "a login of the older one is none of theirs"
    );
    for seen in moved {
        assert_eq!(sign_in(&store, seen).await.account.id, older);
    }
}

pub(crate) async fn a_merge_takes_over_what_the_older_lacks(database: &impl Database) {
    let store = database.open().await;
    let (older, younger) = two(&store).await;
    let picture = "https://cdn.example/young.png";
    let young = profile(Some("young Mei"), Some(picture));
    store.update_profile(younger, &young).await.unwrap();
    let old = profile(Some("Mei"), None);
    store.update_profile(older, &old).await.unwrap();
    let account = merge(&store).await.account;
    assert_eq!(account.nickname, "Mei");
    assert_eq!(account.avatar_url, picture);
    assert_eq!(store.account(older).await.unwrap(), Some(account));
}

pub(crate) async fn a_merge_takes_over_the_phone_number(database: &impl Database) {
    let store = database.open().await;
    let (older, younger) = two(&store).await;
    let phone = SealedPhone::new(b"young".to_vec());
    assert!(store.keep_phone(younger, None, &phone).await.unwrap());
    let account = merge(&store).await.account;
    assert_eq!(account.phone.as_ref(), Some(&phone));
    assert_eq!(store.account(older).await.unwrap(), Some(account));
    // The younger one's id is as good as the present one.
    let next = SealedPhone::new(b"next".to_vec());
    let kept = store.keep_phone(younger, Some(&phone), &next).await;
    assert!(kept.unwrap());
    let account = store.account(older).await.unwrap().unwrap();
    assert_eq!(account.phone, Some(next));
}

pub(crate) async fn a_merge_loses_no_block(database: &impl Database) {
    for blocked in 0..4 {
        let (appid, unionid) = (format!("wx{blocked}"), format!("u{blocked}"));
        let store = database.open().await;
        let one = seen(&appid, "oa", None);
        let other = seen(&appid, "ob", None);
        let ids = [
            sign_in(&store, one.clone()).await.account.id,
            sign_in(&store, other.clone()).await.account.id,
        ];
        for (place, id) in ids.into_iter().enumerate() {
            if blocked & (1 << place) != 0 {
                end(&store, id, Ending::Block).await.unwrap();
            }
        }
        sign_in(&store, seen(&appid, "oa", Some(&unionid))).await;
        let merged = sign_in(&store, seen(&appid, "ob", Some(&unionid))).await;
        assert_eq!(merged.account.blocked_at.is_some(), blocked != 0);
        // The older one's sessions were alive until now, when only the younger one was blocked.
        let mut expected = vec![(Reason::Merge, Subject::User(tag(&other)))];
        expected.extend((blocked == 2).then(|| (Reason::Block, Subject::User(tag(&one)))));
        assert_eq!(reasons(&merged.ended), expected, "{blocked}");
    }
}

pub(crate) async fn earlier_former_ids_move_too(database: &impl Database) {
    let store = database.open().await;
    let first = sign_in(&store, seen("wxa", "oa", None)).await.account.id;
    let second = sign_in(&store, seen("wxb", "ob", None)).await.account.id;
    let third = sign_in(&store, seen("wxc", "oc", Some("u1"))).await;
    let third = third.account.id;
    let pair = sign_in(&store, seen("wxb", "ob", Some("u1"))).await.account;
    assert_eq!((pair.id, pair.former_ids), (second, vec![third]));
    let all = sign_in(&store, seen("wxa", "oa", Some("u1"))).await;
    assert_eq!(all.account.id, first);
    assert_eq!(all.account.former_ids, [second, third]);
    assert_eq!(all.ended.len(), 2);
    for id in [first, second, third] {
        assert_eq!(dossier(&store, id).await.account, all.account);
    }
}

pub(crate) async fn a_former_id_is_as_good_as_the_present_one(database: &impl Database) {
    let store = database.open().await;
    let (older, former) = two(&store).await;
    merge(&store).await;
    let change = profile(Some("Mei"), None);
    let changed = store.update_profile(former, &change).await.unwrap();
    assert_eq!(store.account(former).await.unwrap(), changed);
    assert_eq!(changed.unwrap().id, older);
    let ended = end(&store, former, Ending::Block).await.unwrap();
    assert_eq!(ended.len(), 2, "one row for each identity");
    let blocked = store.account(older).await.unwrap().unwrap();
    assert_eq!(blocked.blocked_at, Some(NOW));
    assert!(store.unblock(former).await.unwrap());
    assert_eq!(end(&store, former, Ending::Erase).await.unwrap().len(), 2);
    for id in [older, former] {
        assert_eq!(store.account(id).await.unwrap(), None);
    }
}

/// A login that begins now, and ends the account of another app's.
async fn merging(store: &(impl AccountStore + RevocationLog), since: u64, seen: &Seen) -> SignedIn {
    let signed_in = sign_in_since(store, seen, since, NOW).await;
    signed_in.expect("nobody is erased")
}

pub(crate) async fn a_login_survives_its_own_merge(database: &impl Database) {
    let store = database.open().await;
    two(&store).await;
    sign_in(&store, seen("wxa", "oa", Some("u1"))).await;
    let since = number(&store).await;
    let login = merging(&store, since, &seen("wxb", "ob", Some("u1"))).await;
    assert_eq!(login.since, login.ended[0].row.number);
    // From now on there is nothing to survive.
    let next = sign_in(&store, seen("wxb", "ob", Some("u1"))).await;
    assert_eq!(next.since, login.since);
}

pub(crate) async fn a_login_survives_the_merge_of_another(database: &impl Database) {
    let store = database.open().await;
    let (older, _) = two(&store).await;
    let since = number(&store).await;
    let merged = merge(&store).await;
    for unionid in [None, Some("u1")] {
        let login = merging(&store, since, &seen("wxb", "ob", unionid)).await;
        assert_eq!(login.account.id, older);
        assert_eq!(login.since, merged.ended[0].row.number);
        assert_eq!(login.ended, []);
    }
}

pub(crate) async fn a_merge_saves_no_login_that_something_else_has_ended(database: &impl Database) {
    let store = database.open().await;
    let (_, younger) = two(&store).await;
    sign_in(&store, seen("wxa", "oa", Some("u1"))).await;
    let (since, login) = (number(&store).await, seen("wxb", "ob", Some("u1")));
    let everywhere = Revocation {
        subject: Subject::User(tag(&login)),
        reason: Reason::LogoutEverywhere,
        expires_at: Timestamp::from_unix_millis(NOW.unix_millis() + 1),
    };
    store.append(&everywhere, NOW).await.unwrap();
    let merged = merging(&store, since, &login).await;
    assert_eq!(merged.account.former_ids, [younger]);
    assert_eq!(merged.since, since);
    assert!(merged.ended[0].row.number > since + 1);
    let later = merging(&store, since, &login).await;
    assert_eq!(later.since, since, "the merge is over, and it still counts");
}
