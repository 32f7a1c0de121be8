//! The rules of what ends all sessions of an account.
use std::sync::Arc;

use futures::future::join_all;
use session_service::{
    domain::{Ending, Subject},
    store::{AccountStore, Ended, RevocationLog, Terms, Whom},
};
use uuid::Uuid;

use crate::{
    Database,
    accounts::{NOW, end_of_rows, identity, number, seen, sign_in, sign_in_since, tag, tags},
    revocations::{all, append, follow, session},
};

pub(crate) async fn end(store: &impl AccountStore, id: Uuid, ending: Ending) -> Option<Vec<Ended>> {
    let tags = tags();
    let terms = Terms {
        tags: &tags,
        now: NOW,
        rows_until: end_of_rows(),
    };
    store.end(id, ending, terms).await.unwrap()
}

/// One person in two apps.
async fn person(store: &(impl AccountStore + RevocationLog)) -> Uuid {
    let one = sign_in(store, seen("wxa", "oa", Some("u1"))).await;
    sign_in(store, seen("wxb", "ob", Some("u1"))).await;
    one.account.id
}

fn subjects() -> [Subject; 2] {
    [seen("wxa", "oa", None), seen("wxb", "ob", None)].map(|seen| Subject::User(tag(&seen)))
}

pub(crate) async fn a_kick_is_a_row_for_each_identity(database: &impl Database) {
    let store = database.open().await;
    sign_in(&store, seen("wxa", "bystander", None)).await;
    let id = person(&store).await;
    let before = store.account(id).await.unwrap();
    for turn in [1, 2] {
        let ended = end(&store, id, Ending::Kick).await.unwrap();
        let written = ended.iter().map(|ended| ended.row.subject);
        assert_eq!(written.collect::<Vec<_>>(), subjects());
        assert!(
            ended
                .iter()
                .all(|ended| ended.reason == Ending::Kick.reason())
        );
        let rows = all(&store).await;
        assert_eq!(rows.len(), 2 * turn, "operators may say it again");
        assert!(ended.iter().all(|ended| rows.contains(&ended.row)));
        assert_eq!(number(&store).await, rows.last().unwrap().number);
    }
    assert_eq!(store.account(id).await.unwrap(), before);
}

pub(crate) async fn a_block_lasts_until_it_is_lifted(database: &impl Database) {
    let store = database.open().await;
    let id = person(&store).await;
    assert_eq!(end(&store, id, Ending::Block).await.unwrap().len(), 2);
    let login = sign_in(&store, seen("wxb", "ob", None)).await;
    assert_eq!(login.account.blocked_at, Some(NOW));
    drop(store);
    let store = database.open().await;
    let blocked = store.account(id).await.unwrap().unwrap();
    assert_eq!(blocked.blocked_at, Some(NOW));
    for _ in 0..2 {
        assert!(store.unblock(id).await.unwrap());
        assert_eq!(store.account(id).await.unwrap().unwrap().blocked_at, None);
    }
    assert_eq!(all(&store).await.len(), 2, "what has ended stays ended");
}

pub(crate) async fn a_block_is_not_repeated(database: &impl Database) {
    let store = database.open().await;
    let id = person(&store).await;
    end(&store, id, Ending::Block).await.unwrap();
    let before = all(&store).await;
    assert_eq!(end(&store, id, Ending::Block).await, Some(vec![]));
    assert_eq!(all(&store).await, before);
    assert!(store.unblock(id).await.unwrap());
    assert_eq!(end(&store, id, Ending::Block).await.unwrap().len(), 2);
}

pub(crate) async fn an_erased_person_is_new_again(database: &impl Database) {
    let store = database.open().await;
    let bystander = sign_in(&store, seen("wxa", "bystander", None)).await;
    let id = person(&store).await;
    let ended = end(&store, id, Ending::Erase).await.unwrap();
    let written = ended.iter().map(|ended| ended.row.subject);
    assert_eq!(written.collect::<Vec<_>>(), subjects());
    assert_eq!(store.account(id).await.unwrap(), None);
    for (appid, openid) in [("wxa", "oa"), ("wxb", "ob")] {
        let whom = Whom::Identity(identity(appid, openid));
        assert_eq!(store.dossier(&whom).await.unwrap(), None);
    }
    assert_eq!(end(&store, id, Ending::Erase).await, None);
    let next = sign_in(&store, seen("wxa", "oa", Some("u1"))).await;
    assert!(next.is_new);
    assert_ne!(next.account.id, id);
    let again = sign_in(&store, seen("wxb", "ob", Some("u1"))).await;
    assert_eq!((again.is_new, again.account.id), (false, next.account.id));
    let still = store.account(bystander.account.id).await.unwrap();
    assert_eq!(still, Some(bystander.account));
}

pub(crate) async fn a_login_from_before_an_erasure_brings_nobody_back(database: &impl Database) {
    let store = database.open().await;
    let id = person(&store).await;
    let since = number(&store).await;
    let ended = end(&store, id, Ending::Erase).await.unwrap();
    for (appid, openid) in [("wxa", "oa"), ("wxb", "ob")] {
        for unionid in [None, Some("u1")] {
            let login = seen(appid, openid, unionid);
            assert_eq!(sign_in_since(&store, &login, since, NOW).await, None);
        }
    }
    let next = sign_in(&store, seen("wxa", "oa", None)).await;
    assert!(next.is_new, "nobody was registered");
    // They are back of their own will; a login from before is still one from before.
    let late = sign_in_since(&store, &seen("wxa", "oa", None), since, NOW).await;
    let late = late.unwrap();
    assert_eq!(late.account.id, next.account.id);
    assert_eq!(late.since, since);
    assert!(
        ended[0].row.number > since,
        "which its session does not survive"
    );
}

pub(crate) async fn nobody_unknown_is_ended(database: &impl Database) {
    let store = database.open().await;
    let unknown = Uuid::now_v7();
    for ending in [Ending::Kick, Ending::Block, Ending::Erase] {
        assert_eq!(end(&store, unknown, ending).await, None);
    }
    assert!(!store.unblock(unknown).await.unwrap());
    assert_eq!(all(&store).await, []);
}

pub(crate) async fn rows_of_all_kinds_commit_in_order(database: &impl Database) {
    let store = Arc::new(database.open().await);
    let id = person(&*store).await;
    let follower = tokio::spawn(follow(store.clone(), 75));
    let kick = |_| {
        let store = store.clone();
        tokio::spawn(async move { end(&*store, id, Ending::Kick).await.unwrap().len() })
    };
    let write = |n| {
        let store = store.clone();
        tokio::spawn(async move { usize::from(append(&*store, session(n)).await.fresh) })
    };
    let tasks = (0..25).flat_map(|n| [kick(n), write(n)]);
    let written = join_all(tasks).await.into_iter().map(Result::unwrap);
    assert_eq!(written.sum::<usize>(), 75);
    let rows = follower.await.unwrap();
    assert!(rows.is_sorted_by(|one, next| one.number < next.number));
    assert_eq!(rows, all(&*store).await);
}
