//! What can happen to a user's sessions.
use std::time::Duration;

use proptest::{prelude::*, sample::select};

use super::life::{Life, TTL, Token};

/// One thing that happens.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// The user logs in; the answer may be lost on its way.
    Login { lost: bool },
    /// The client sends the last login's code again, with the same nonce.
    LoginAgain,
    /// Somebody shows a token.
    Verify(Token),
    /// Somebody refreshes a token; the answer may be lost on its way.
    Refresh { token: Token, lost: bool },
    /// Somebody logs a token out.
    Logout(Token),
    /// Somebody ends the session number `whom` of their own.
    Kick { with: Token, whom: usize },
    /// Somebody looks at the list of their sessions.
    List(Token),
    /// Somebody logs out everywhere.
    LogoutEverywhere(Token),
    /// A copy of the store is made.
    Copy,
    /// The store has lost all that was written since the copy.
    LoseWrites,
    /// Time goes by.
    Wait(Duration),
    /// Time goes by, until shortly before or after something ends.
    WaitUntil {
        session: usize,
        edge: Edge,
        around: Around,
    },
}

/// What ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Edge {
    Grace,
    Idle,
    Absolute,
}

/// How near to the end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Around {
    SecondBefore,
    JustBefore,
    Exactly,
    SecondAfter,
}

impl Around {
    /// That moment, for something that ends at `end`; `nearest` is just before.
    pub(crate) fn of(self, end: Duration, nearest: Duration) -> Duration {
        let second = Duration::from_secs(1);
        match self {
            Self::SecondBefore => end.saturating_sub(nearest.max(second)),
            Self::JustBefore => end.saturating_sub(nearest),
            Self::Exactly => end,
            Self::SecondAfter => end + second,
        }
    }
}

/// What may happen next in this life.
pub(crate) fn next(life: &Life) -> BoxedStrategy<Step> {
    let anywhere = prop_oneof![
        3 => any::<bool>().prop_map(|lost| Step::Login { lost }),
        2 => Just(Step::Copy),
        5 => pause().prop_map(Step::Wait),
    ];
    let mut steps = vec![(4, anywhere.boxed())];
    if let Some((often, tokens)) = tokens(life) {
        steps.push((often, with_a_token(tokens, life.sessions.len()).boxed()));
    }
    if !life.sessions.is_empty() {
        steps.push((1, Just(Step::LoginAgain).boxed()));
        steps.push((3, until(life.sessions.len()).boxed()));
    }
    if life.copy.is_some() {
        steps.push((1, Just(Step::LoseWrites).boxed()));
    }
    prop::strategy::Union::new_weighted(steps).boxed()
}

/// Any token that somebody holds, and how often one is shown; most often it is one that an honest client
/// would show.
fn tokens(life: &Life) -> Option<(u32, BoxedStrategy<Token>)> {
    if life.held.is_empty() {
        return None;
    }
    let any = select(life.held.clone());
    let recent = |token: &Token| {
        let record = life.standing(token.session);
        record.is_ok_and(|record| token.generation + 1 >= record.generation)
    };
    let honest: Vec<_> = life.held.iter().copied().filter(recent).collect();
    Some(if honest.is_empty() {
        (2, any.boxed())
    } else {
        let token = prop_oneof![16 => select(honest), 1 => any];
        (16, token.boxed())
    })
}

fn with_a_token(token: BoxedStrategy<Token>, sessions: usize) -> impl Strategy<Value = Step> {
    let answered = (token.clone(), any::<bool>());
    let kick = (token.clone(), 0..sessions);
    prop_oneof![
        8 => token.clone().prop_map(Step::Verify),
        14 => answered.prop_map(|(token, lost)| Step::Refresh { token, lost }),
        1 => token.clone().prop_map(Step::Logout),
        1 => kick.prop_map(|(with, whom)| Step::Kick { with, whom }),
        1 => token.clone().prop_map(Step::List),
        1 => token.prop_map(Step::LogoutEverywhere),
    ]
}

fn pause() -> impl Strategy<Value = Duration> {
    let minutes = (1..25_u64).prop_map(Duration::from_mins);
    prop_oneof![
        6 => (1..40_u64).prop_map(Duration::from_secs),
        6 => minutes,
        1 => Just(TTL),
    ]
}

fn until(sessions: usize) -> impl Strategy<Value = Step> {
    let edge = prop_oneof![
        7 => Just(Edge::Grace),
        2 => Just(Edge::Idle),
        1 => Just(Edge::Absolute),
    ];
    let around = select(vec![
        Around::SecondBefore,
        Around::JustBefore,
        Around::Exactly,
        Around::SecondAfter,
    ]);
    (0..sessions, edge, around).prop_map(|(session, edge, around)| Step::WaitUntil {
        session,
        edge,
        around,
    })
}
