//! Sealed keys: bound to their owner, never the same twice.
use std::sync::LazyLock;

use crypto_service::domain::{Owner, Rejected, SessionKey, Vault};
use proptest::prelude::*;
use service_kit::{KeyRing, RemoteError};
use wx_proto::common::v1::ErrorReason;

use super::harness::{APPID, MASTER_A, MASTER_B, OPENID, Server, key};

#[tokio::test]
async fn a_key_that_wechat_would_not_send_is_refused() {
    let server = Server::start().await;
    let keys = [
        "",
        "?",
        "AQEB",
        "AQEBAQEBAQEBAQEBAQEBAQ",
        "AQEBAQEBAQEBAQEBAQEBAR==",
    ];
    for session_key in keys {
        let refused = server.seal_for((APPID, OPENID), session_key).await;
        let refused = RemoteError::from(refused.err().unwrap());
        assert_eq!(
            refused.reason,
            ErrorReason::InvalidRequest,
            "{session_key:?}"
        );
        assert_eq!(refused.message, "session_key is not base64 of 16 bytes");
    }
    for owner in [("", OPENID), (APPID, "")] {
        let refused = server.seal_for(owner, &key(1)).await.err().unwrap();
        assert_eq!(
            RemoteError::from(refused).reason,
            ErrorReason::InvalidRequest
        );
    }
    assert_eq!(server.count("crypto_seals_total"), Some(0));
    server.stop().await;
}

#[tokio::test]
async fn two_seals_of_a_key_differ_but_their_fingerprints_do_not() {
    let server = Server::start().await;
    let seal = async |owner, byte| server.seal_for(owner, &key(byte)).await.ok().unwrap();
    let one = seal((APPID, OPENID), 1).await;
    let again = seal((APPID, OPENID), 1).await;
    assert_ne!(one.sealed, again.sealed);
    assert_eq!(one.fingerprint, again.fingerprint);
    assert_eq!(one.fingerprint.len(), 16);
    for (owner, byte) in [
        ((APPID, OPENID), 2),
        (("wx1", OPENID), 1),
        ((APPID, "o"), 1),
    ] {
        assert_ne!(one.fingerprint, seal(owner, byte).await.fingerprint);
    }
    assert_eq!(server.count("crypto_seals_total"), Some(5));
    server.stop().await;
}

static VAULT: LazyLock<Vault> = LazyLock::new(|| vault(&format!("1 {MASTER_A},3 {MASTER_B}")));

fn vault(ring: &str) -> Vault {
    Vault::new(&KeyRing::parse(ring).unwrap())
}

fn owner(appid: &str, openid: &str) -> Owner {
    Owner::parse(appid.to_owned(), openid.to_owned()).unwrap()
}

fn refused(sealed: &[u8], owner: &Owner) -> bool {
    VAULT.unseal(sealed, owner).err() == Some(Rejected::Unsealable)
}

#[test]
fn every_changed_bit_and_every_cut_is_refused() {
    let (vault, owner) = (&*VAULT, owner(APPID, OPENID));
    let sealed = vault.seal(&SessionKey::parse(&key(7)).unwrap(), &owner, [9; 24]);
    assert!(vault.unseal(&sealed, &owner).is_ok());
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(refused(&changed, &owner), "bit {bit}");
    }
    for length in 0..sealed.len() {
        assert!(refused(&sealed[..length], &owner), "cut to {length}");
    }
    assert!(refused(&[sealed.as_slice(), &[0]].concat(), &owner));
}

#[test]
fn a_blob_under_another_number_of_the_same_key_is_refused() {
    // One key, two numbers: only the associated data tells them apart.
    let vault = vault(&format!("1 {MASTER_A},3 {MASTER_A}"));
    let owner = owner(APPID, OPENID);
    let mut sealed = vault.seal(&SessionKey::parse(&key(7)).unwrap(), &owner, [9; 24]);
    assert_eq!(sealed[1], 1);
    sealed[1] = 3;
    assert!(vault.unseal(&sealed, &owner).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_sealed_key_opens_for_its_owner_alone(
        ids in ("[a-z0-9]{1,20}", "[a-z0-9]{1,20}"),
        others in ("[a-z0-9]{1,20}", "[a-z0-9]{1,20}"),
        (byte, nonce) in (any::<u8>(), any::<[u8; 24]>()),
        (place, mask) in (0..58_usize, 1..=u8::MAX),
    ) {
        let mine = owner(&ids.0, &ids.1);
        let text = key(byte);
        let sealed = VAULT.seal(&SessionKey::parse(&text).unwrap(), &mine, nonce);
        prop_assert_eq!(sealed.len(), 58);
        let unsealed = VAULT.unseal(&sealed, &mine).unwrap();
        prop_assert_eq!(unsealed.sign(""), SessionKey::parse(&text).unwrap().sign(""));

        let whole = format!("{}{}", ids.0, ids.1);
        for split in (1..whole.len()).filter(|split| *split != ids.0.len()) {
            prop_assert!(refused(&sealed, &owner(&whole[..split], &whole[split..])));
        }
        for (appid, openid) in [(&others.0, &ids.1), (&ids.0, &others.1), (&ids.1, &ids.0)] {
            let same = (appid, openid) == (&ids.0, &ids.1);
            prop_assert_eq!(refused(&sealed, &owner(appid, openid)), !same);
        }
        let mut changed = sealed;
        changed[place] ^= mask;
        prop_assert!(refused(&changed, &mine));
    }
}
