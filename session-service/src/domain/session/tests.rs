//! Every transition of a session, at its boundary.
use super::*;

const LIMITS: Limits = Limits {
    ttl: Duration::from_mins(30),
    refresh_after: Duration::from_mins(20),
    absolute_ttl: Duration::from_hours(24),
    grace: Duration::from_secs(30),
    per_user: 10,
};
const T0: Timestamp = Timestamp::from_unix_seconds(1_000_000);
const LONG_AGO: Timestamp = Timestamp::from_unix_seconds(5);

fn at(seconds: u64) -> Timestamp {
    T0.plus(Duration::from_secs(seconds))
}

fn opened() -> Session {
    let opening = Opening {
        id: SessionId::from_bytes([1; 16]),
        tag: UserTag::from_bytes([2; 8]),
        appid: AppId::parse("wx1").unwrap(),
        openid: OpenId::new("o1".to_owned()),
        unionid: None,
        user_id: Uuid::nil(),
        former_ids: Vec::new(),
        since: 7,
        device: Device::default(),
    };
    Session::open(opening, 1, &LIMITS, T0)
}

fn token(generation: u32) -> Claims {
    Claims {
        generation,
        ..opened().claims()
    }
}

/// The record after refreshing the token of `generation`, which must change it.
fn refreshed(session: &Session, generation: u32, now: Timestamp) -> Session {
    match session.refresh(&token(generation), 1, &LIMITS, now) {
        Refreshed::Becomes(next) => next,
        other => panic!("{other:?}"),
    }
}

fn passes(session: &Session, generation: u32, now: Timestamp) -> bool {
    matches!(
        session.present(&token(generation), &LIMITS, now),
        Presented::Passes { .. }
    )
}

#[test]
fn whose_a_session_is_at_wechat_is_not_printed() {
    let session = Session {
        openid: OpenId::new("oSECRET".to_owned()),
        unionid: Some(UnionId::new("uSECRET".to_owned())),
        ..opened()
    };
    let printed = format!("{session:?}");
    assert!(!printed.contains("SECRET"), "{printed}");
}

#[test]
fn the_idle_limit_is_exact() {
    assert!(passes(&opened(), 0, at(1799)));
    assert!(!passes(&opened(), 0, at(1800)));
}

#[test]
fn no_chain_of_refreshes_passes_the_absolute_limit() {
    let (mut session, mut now) = (opened(), 0);
    while session.live_at(at(now)) {
        session = refreshed(&session, session.generation, at(now));
        assert!(session.expires_at <= at(86_400));
        now += 1200;
    }
    assert!((85_200..=87_600).contains(&now), "{now}");
}

#[test]
fn a_refresh_steps_once_and_its_successor_stands() {
    let next = refreshed(&opened(), 0, at(1200));
    assert_eq!((next.generation, next.presented), (1, false));
    assert_eq!(next.expires_at, at(3000));
    let again = next.refresh(&token(0), 1, &LIMITS, at(1229));
    assert_eq!(again, Refreshed::Stands(next.clone()));
    // The successor itself, shown for refreshing within the grace, is answered as it is.
    let shown = refreshed(&next, 1, at(1229));
    assert_eq!((shown.generation, shown.presented), (1, true));
    assert_eq!(
        shown.refresh(&token(1), 1, &LIMITS, at(1229)),
        Refreshed::Stands(shown.clone())
    );
    assert_eq!(refreshed(&shown, 1, at(1230)).generation, 2);
}

#[test]
fn a_login_may_be_refreshed_at_once() {
    assert_eq!(refreshed(&opened(), 0, at(0)).generation, 1);
}

#[test]
fn the_predecessor_passes_only_within_the_grace() {
    let next = refreshed(&opened(), 0, at(1200));
    assert!(passes(&next, 0, at(1229)));
    assert!(!passes(&next, 0, at(1230)));
    let Presented::Passes { until, .. } = next.present(&token(0), &LIMITS, at(1201)) else {
        panic!("within the grace");
    };
    assert_eq!(until, at(1230));
}

#[test]
fn a_lost_answer_is_given_again_while_its_successor_was_never_seen() {
    let next = refreshed(&opened(), 0, at(1200));
    assert_eq!(
        next.refresh(&token(0), 1, &LIMITS, at(1800)),
        Refreshed::Stands(next.clone())
    );
}

#[test]
fn an_old_token_after_its_successor_was_seen_is_a_copy() {
    let next = refreshed(&opened(), 0, at(1200));
    let Presented::Passes {
        becomes: Some(seen),
        ..
    } = next.present(&token(1), &LIMITS, at(1201))
    else {
        panic!("the first use is noted");
    };
    assert!(seen.presented);
    assert_eq!(
        seen.refresh(&token(0), 1, &LIMITS, at(1229)),
        Refreshed::Stands(*seen.clone())
    );
    assert_eq!(
        seen.refresh(&token(0), 1, &LIMITS, at(1230)),
        Refreshed::Reused
    );
}

#[test]
fn a_token_two_generations_old_is_a_copy_at_any_time() {
    let two = refreshed(&refreshed(&opened(), 0, at(100)), 1, at(200));
    assert_eq!(
        two.refresh(&token(0), 1, &LIMITS, at(200)),
        Refreshed::Reused
    );
    assert!(!passes(&two, 0, at(200)));
}

#[test]
fn a_second_use_changes_nothing() {
    let Presented::Passes {
        becomes: Some(seen),
        ..
    } = opened().present(&token(0), &LIMITS, at(1))
    else {
        panic!("the first use is noted");
    };
    let again = seen.present(&token(0), &LIMITS, at(2));
    assert_eq!(
        again,
        Presented::Passes {
            until: at(1800),
            becomes: None
        }
    );
}

#[test]
fn a_token_ahead_of_its_record_steps_it_up() {
    let Presented::Passes {
        becomes: Some(ahead),
        ..
    } = opened().present(&token(3), &LIMITS, at(60))
    else {
        panic!("a genuine token passes");
    };
    assert_eq!(
        (ahead.generation, ahead.presented, ahead.expires_at),
        (3, true, at(1860))
    );
    assert!(
        !passes(&opened(), 3, at(1800)),
        "within its own limits only"
    );
}

#[test]
fn an_expired_session_refreshes_no_more() {
    let gone = opened().refresh(&token(0), 1, &LIMITS, at(1800));
    assert_eq!(gone, Refreshed::Expired);
}

#[test]
fn the_new_generation_names_the_key_that_signs_it() {
    let Refreshed::Becomes(next) = opened().refresh(&token(0), 2, &LIMITS, at(1)) else {
        panic!("a step");
    };
    assert_eq!(next.claims().key, 2);
}

#[test]
fn a_clock_put_back_moves_the_absolute_end_back_with_it() {
    let session = refreshed(&opened(), 0, T0.plus(LIMITS.refresh_after));
    let left = session.absolute_expires_at.since(session.stepped_at);
    let stepped = refreshed(&session, 1, LONG_AGO);
    assert_eq!(stepped.absolute_expires_at, LONG_AGO.plus(left));
    assert_eq!(stepped.expires_at, LONG_AGO.plus(LIMITS.ttl));
    assert!(
        !stepped.live_at(T0),
        "when it is put right again, it is over"
    );
}

#[test]
fn a_clock_put_back_ends_every_grace() {
    let session = refreshed(&opened(), 0, T0.plus(LIMITS.refresh_after));
    let slow = Timestamp::from_unix_millis(session.stepped_at.unix_millis() - 1000);
    assert!(passes(&session, 0, slow), "clocks differ a little");
    assert!(!passes(&session, 0, LONG_AGO));
    assert_eq!(refreshed(&session, 1, LONG_AGO).generation, 2);
}
