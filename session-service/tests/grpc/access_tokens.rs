//! One `access_token` for each app, whoever asks.
use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use fake_wechat::DEFAULT_APPID;
use futures::future::join_all;
use serde_json::json;
use service_kit::{Key, ManualClock, Timestamp};
use session_service::{
    domain::{AppId, Lease},
    store::{
        Change, Expect, MemoryStore, Records, Seal, SessionStore, StoreError, StoreKey, Swap, Write,
    },
};
use wx_proto::common::v1::ErrorReason;

use crate::{
    edge::reason,
    on_every_store,
    system::{OTHER_APPID, Store, System},
};

const TOKEN_PATH: &str = "/cgi-bin/stable_token";
/// WeChat's tokens live two hours; the next one is fetched in the last five minutes.
const UNTIL_DUE: Duration = Duration::from_mins(115);

on_every_store!(
    many_callers_cost_one_question,
    the_next_token_comes_before_the_old_one_ends,
    a_living_token_is_handed_out_while_wechat_is_away,
    a_refused_token_is_replaced_once,
    a_token_that_was_replaced_meanwhile_costs_nothing,
    the_very_token_that_was_refused_is_an_error,
    a_failure_is_told_to_all_and_asked_about_once,
    each_app_has_its_own_token,
    a_login_needs_no_token,
    a_refused_address_is_an_alarm,
    many_refused_addresses_are_counted_together,
);

async fn made(system: &System) -> u64 {
    system.wechat.tokens_made(DEFAULT_APPID).await.0
}

/// Asks until another token than `old` is handed out.
async fn next_after(system: &System, old: &str) -> String {
    loop {
        let token = system.access_token("").await.unwrap();
        if token != old {
            return token;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn many_callers_cost_one_question(store: Store) {
    let system = System::start(store).await;
    let askers = (0..200).map(|_| system.access_token(DEFAULT_APPID));
    let tokens = join_all(askers).await;
    let first = tokens[0].as_ref().unwrap();
    assert!(tokens.iter().all(|token| token.as_ref() == Ok(first)));
    assert_eq!(system.wechat.tokens_made(DEFAULT_APPID).await, (1, 1));
    let series =
        format!(r#"wechat_calls_total{{appid="{DEFAULT_APPID}",api="stable_token",outcome="ok"}}"#);
    assert_eq!(system.count(&series), 1);
}

async fn the_next_token_comes_before_the_old_one_ends(store: Store) {
    let system = System::start(store).await;
    let first = system.access_token("").await.unwrap();
    system.pass_almost(UNTIL_DUE);
    assert_eq!(system.access_token("").await.unwrap(), first);
    assert_eq!(made(&system).await, 1);
    system.pass(Duration::from_secs(1));
    // Whoever asks now waits for nothing.
    system
        .wechat
        .spoil_at(TOKEN_PATH, json!({ "delay_ms": 1000 }))
        .await;
    let askers = (0..50).map(|_| system.access_token(""));
    for token in join_all(askers).await {
        assert_eq!(token.unwrap(), first);
    }
    let next = next_after(&system, &first).await;
    assert_eq!(made(&system).await, 2);
    system.pass(Duration::from_mins(10));
    assert_eq!(system.access_token("").await.unwrap(), next);
}

async fn a_living_token_is_handed_out_while_wechat_is_away(store: Store) {
    let system = System::start(store).await;
    let first = system.access_token("").await.unwrap();
    system.pass(UNTIL_DUE);
    let away = json!([{ "path": TOKEN_PATH, "errcode": -1 }]);
    system.wechat.faults(away).await;
    for _ in 0..20 {
        assert_eq!(system.access_token("").await.unwrap(), first);
    }
    system.pass(Duration::from_mins(6));
    let refused = reason(system.access_token("").await);
    assert_eq!(refused, ErrorReason::WechatUnavailable);
    system.wechat.no_faults().await;
    system.pass(Duration::from_secs(10));
    assert_ne!(next_after(&system, &first).await, first);
}

async fn a_refused_token_is_replaced_once(store: Store) {
    let system = System::start(store).await;
    for errcode in [40001, 40014, 42001] {
        let (dead, before) = (system.access_token("").await.unwrap(), made(&system).await);
        system
            .wechat
            .end_tokens(json!({ "errcode": errcode }))
            .await;
        let askers = (0..50).map(|_| system.access_token_after("", &dead));
        let next = join_all(askers).await;
        let first = next[0].as_ref().unwrap();
        assert_ne!(*first, dead, "{errcode}");
        assert!(next.iter().all(|token| token.as_ref() == Ok(first)));
        assert_eq!(made(&system).await, before + 1, "{errcode}");
    }
}

/// As after keys were lost, or with another installation on the same Redis.
#[tokio::test(flavor = "multi_thread")]
async fn what_other_keys_sealed_counts_as_absent_and_is_replaced_by_one() {
    crate::bounded(async {
        let mut system = System::start(Store::Redis).await;
        for name in ["token", "lease"] {
            let key = format!("wxg:{{at:{DEFAULT_APPID}}}:{name}");
            let foreign = ["SET", &key, "\u{2}sealed with other keys", "PX", "7200000"];
            let () = system.redis().ask(&foreign).await.unwrap();
        }
        let askers = (0..100).map(|_| system.access_token(DEFAULT_APPID));
        let tokens = join_all(askers).await;
        let first = tokens[0].as_ref().unwrap();
        assert!(tokens.iter().all(|token| token.as_ref() == Ok(first)));
        assert_eq!(system.wechat.tokens_made(DEFAULT_APPID).await, (1, 1));
        let alarm = r#"session_store_failures_total{reason="foreign_record"}"#;
        let alarms = system.count(alarm);
        assert!(alarms > 0, "somebody should know");
        assert_eq!(&system.access_token(DEFAULT_APPID).await.unwrap(), first);
        assert_eq!(system.count(alarm), alarms, "nothing foreign is left");
    })
    .await;
}

/// A store where somebody writes between a look that is doubted and the next one.
struct Busy {
    store: MemoryStore,
    writes: Swap,
}

#[async_trait]
impl SessionStore for Busy {
    async fn get(&self, keys: &[StoreKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        self.store.get(keys).await
    }

    async fn swap(&self, swaps: &[Swap]) -> Result<bool, StoreError> {
        self.store.swap(swaps).await
    }

    fn system(&self) -> &'static str {
        self.store.system()
    }

    async fn distrust(&self) {
        let swap = std::slice::from_ref(&self.writes);
        assert!(self.store.swap(swap).await.unwrap());
    }

    async fn dump(&self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.store.dump().await
    }
}

const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);
const LEASE: Lease = Lease {
    holder: [7; 8],
    until: NOW,
    failed: None,
};

fn records(store: impl SessionStore) -> Records {
    Records::new(Arc::new(store), Seal::derive(&Key::from_bytes([9; 32])))
}

fn memory() -> MemoryStore {
    MemoryStore::new(Arc::new(ManualClock::at(NOW)))
}

/// [`LEASE`], as a peer with our keys writes it.
async fn sealed_lease(appid: &AppId) -> Vec<u8> {
    let peer = records(memory());
    let (_, lease) = peer.access_token(appid).await.unwrap();
    let change = Change::default().put(&lease, &LEASE, UNTIL_DUE);
    assert!(peer.commit(change).await.unwrap());
    peer.dump().await.unwrap().remove(0).1
}

fn put(key: &StoreKey, bytes: &[u8]) -> Swap {
    Swap {
        key: key.clone(),
        expect: Expect::Anything,
        write: Write::Put(bytes.to_vec(), UNTIL_DUE),
    }
}

#[tokio::test]
async fn a_lease_that_a_peer_takes_meanwhile_does_not_make_a_foreign_token_an_error() {
    let appid = AppId::parse(DEFAULT_APPID).unwrap();
    let [token, lease] = [StoreKey::access_token(&appid), StoreKey::lease(&appid)];
    let foreign = put(&token, b"\x02sealed with other keys");
    let renewal = put(&lease, &sealed_lease(&appid).await);
    let changed = put(&token, b"\x02another question's answer");
    for (writes, is_error) in [(renewal, false), (changed, true)] {
        let store = memory();
        let kept = store.swap(std::slice::from_ref(&foreign)).await;
        assert!(kept.unwrap());
        match records(Busy { store, writes }).access_token(&appid).await {
            Ok((found, lease)) => {
                assert!(!is_error && found.is_foreign());
                assert_eq!(lease.value, Some(LEASE));
            }
            Err(StoreError::Foreign(key)) => assert!(is_error && key == token, "{key}"),
            Err(error) => panic!("{error}"),
        }
    }
}

async fn a_token_that_was_replaced_meanwhile_costs_nothing(store: Store) {
    let system = System::start(store).await;
    let current = system.access_token("").await.unwrap();
    let token = system.access_token_after("", "90_an_older_one").await;
    assert_eq!(token.unwrap(), current);
    assert_eq!(made(&system).await, 1);
}

async fn the_very_token_that_was_refused_is_an_error(store: Store) {
    let system = System::start(store).await;
    let openid = system.newcomer().await;
    let token = system.log_in(&openid).await;
    let dead = system.access_token("").await.unwrap();
    system
        .wechat
        .end_tokens(json!({ "still_given": true }))
        .await;
    let again = reason(system.access_token_after("", &dead).await);
    assert_eq!(again, ErrorReason::WechatUnavailable);
    let asked = system.wechat.asked_at(TOKEN_PATH).await;
    assert_eq!(asked, 2, "asked once more, and not by force");
    // Nobody loops: neither those who complain, nor a call of our own.
    for _ in 0..10 {
        let again = reason(system.access_token_after("", &dead).await);
        assert_eq!(again, ErrorReason::WechatUnavailable);
    }
    let refused = reason(system.check_key(&token).await);
    assert_eq!(refused, ErrorReason::WechatUnavailable);
    assert_eq!(system.wechat.asked_at(TOKEN_PATH).await, asked);
    assert_eq!(system.wechat.asked_at("/wxa/checksession").await, 1);
}

async fn a_failure_is_told_to_all_and_asked_about_once(store: Store) {
    let system = System::start(store).await;
    for (errcode, expected) in [
        (-1, ErrorReason::WechatUnavailable),
        (40125, ErrorReason::WechatMisconfigured),
        (40001, ErrorReason::WechatMisconfigured),
        (45011, ErrorReason::RateLimited),
        (45009, ErrorReason::RateLimited),
        (99_999, ErrorReason::WechatBadAnswer),
    ] {
        let before = system.wechat.asked_at(TOKEN_PATH).await;
        let fault = json!([{ "path": TOKEN_PATH, "errcode": errcode, "delay_ms": 100 }]);
        system.wechat.faults(fault).await;
        let askers = (0..50).map(|_| system.access_token(""));
        for refused in join_all(askers).await {
            assert_eq!(reason(refused), expected, "{errcode}");
        }
        let asked = system.wechat.asked_at(TOKEN_PATH).await - before;
        assert!((1..=3).contains(&asked), "{errcode}: asked {asked} times");
        system.wechat.no_faults().await;
        system.pass(Duration::from_mins(11));
    }
    system.access_token("").await.unwrap();
}

async fn each_app_has_its_own_token(store: Store) {
    let system = System::start(store).await;
    let one = system.access_token(DEFAULT_APPID).await.unwrap();
    let other = system.access_token(OTHER_APPID).await.unwrap();
    assert_ne!(one, other);
    // What one app complains of is no other's.
    let foreign = system.access_token_after(OTHER_APPID, &one).await;
    assert_eq!(foreign.unwrap(), other);
    assert_eq!(system.access_token("").await.unwrap(), one);
    let unknown = reason(system.access_token("wx-unknown").await);
    assert_eq!(unknown, ErrorReason::InvalidRequest);
}

async fn a_login_needs_no_token(store: Store) {
    let system = System::start(store).await;
    let away = json!([{ "path": TOKEN_PATH, "reset": "before" }]);
    system.wechat.faults(away).await;
    system.token().await;
    assert_eq!(system.wechat.asked_at(TOKEN_PATH).await, 0);
}

/// How often this address was refused.
fn refused(system: &System, address: &str) -> u64 {
    let labels = format!(r#"appid="{DEFAULT_APPID}",address="{address}""#);
    system.count(&format!("wechat_address_refused_total{{{labels}}}"))
}

/// WeChat refuses our address with these words.
async fn refuse(system: &System, errcode: i64, errmsg: &str) {
    let body = json!({ "errcode": errcode, "errmsg": errmsg }).to_string();
    let fault = json!([{ "path": TOKEN_PATH, "body": body }]);
    system.wechat.faults(fault).await;
    let refused = reason(system.access_token("").await);
    assert_eq!(refused, ErrorReason::WechatMisconfigured, "{errcode}");
    system.pass(Duration::from_mins(1));
}

async fn a_refused_address_is_an_alarm(store: Store) {
    let system = System::start(store).await;
    let listed = "invalid ip 36.44.1.202 ipv6 ::ffff:36.44.1.202, not in whitelist rid: 5f-6a-7b";
    for (errcode, errmsg, address) in [
        (40164, listed, "36.44.1.202"),
        (
            89501,
            "ip :: awaits the administrator (2001:db8::7)",
            "2001:db8::7",
        ),
        (
            89503,
            "this ip awaits the administrator of 1.2.3",
            "unknown",
        ),
        (
            89506,
            "the ip, 36.44.1.203. It was refused twice",
            "36.44.1.203",
        ),
        (89507, "this ip was refused: 36.44.1.999", "unknown"),
    ] {
        let before = refused(&system, address);
        refuse(&system, errcode, errmsg).await;
        assert_eq!(refused(&system, address), before + 1, "{errcode}");
    }
    system.wechat.no_faults().await;
    system.token().await;
}

async fn many_refused_addresses_are_counted_together(store: Store) {
    let system = System::start(store).await;
    for last in 1..=10 {
        refuse(
            &system,
            40164,
            &format!("invalid ip 36.44.1.{last}, not in whitelist"),
        )
        .await;
    }
    refuse(&system, 40164, "invalid ip 36.44.1.1, not in whitelist").await;
    assert_eq!(refused(&system, "36.44.1.1"), 2);
    assert_eq!(refused(&system, "36.44.1.8"), 1);
    assert_eq!(refused(&system, "36.44.1.9"), 0);
    assert_eq!(refused(&system, "other"), 2);
}
