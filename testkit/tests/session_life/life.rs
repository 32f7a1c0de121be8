//! One user's sessions as the rules have it: what each step must be answered.
//!
//! Written from the rules, not from the code that it judges.
use std::{collections::BTreeSet, time::Duration};

use super::step::Step;

pub(crate) const TTL: Duration = Duration::from_mins(30);
pub(crate) const REFRESH_AFTER: Duration = Duration::from_mins(20);
pub(crate) const ABSOLUTE_TTL: Duration = Duration::from_mins(45);
pub(crate) const GRACE: Duration = Duration::from_secs(30);
/// Sessions a user may have.
pub(crate) const PER_USER: usize = 3;
/// How long a login's answer is repeated.
const REPEAT: Duration = Duration::from_secs(30);
/// How long a verification may be kept.
const GOOD_FOR: Duration = Duration::from_secs(30);

/// The token of a generation of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Token {
    pub(crate) session: usize,
    pub(crate) generation: u32,
}

/// What is stored of a session. Times count from the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) generation: u32,
    /// Whether this generation's token was ever shown.
    pub(crate) shown: bool,
    pub(crate) stepped: Duration,
    pub(crate) ends: Duration,
}

/// What a step must be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing is asked.
    Nothing,
    /// A token that lasts so long.
    Token { token: Token, lasts: Duration },
    /// Welcome: the session's record says so much, and the answer may be kept so long.
    Passes {
        generation: u32,
        ends: Duration,
        good_for: Duration,
    },
    /// These sessions.
    Listed(BTreeSet<usize>),
    /// It is done.
    Done,
    /// Its time is over, or its record is gone.
    Expired,
    /// It was ended.
    Revoked,
    /// Its record is gone, and all of its user's sessions were once ended: it may be called either.
    ExpiredOrRevoked,
    /// It is no session of theirs.
    NotFound,
    /// The login code was used.
    CodeUsed,
}

/// A user's sessions, at some moment.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    /// The shortest time before an end at which something may happen.
    pub(crate) nearest: Duration,
    pub(crate) now: Duration,
    /// When each session began.
    pub(crate) sessions: Vec<Duration>,
    /// What is stored of each.
    pub(crate) records: Vec<Option<Record>>,
    /// The sessions that were ended one by one: facts that no store forgets.
    pub(crate) ended: BTreeSet<usize>,
    /// The sessions before this one were ended by logging out everywhere.
    pub(crate) all_ended_before: usize,
    /// The tokens that somebody holds.
    pub(crate) held: Vec<Token>,
    /// A copy of the store.
    pub(crate) copy: Option<Vec<Option<Record>>>,
    /// How many copies of tokens were found out.
    pub(crate) thefts: u64,
    /// What the last step must be answered.
    pub(crate) outcome: Outcome,
}

/// An answer other than welcome.
type Refused = Outcome;

impl Life {
    pub(crate) fn new(nearest: Duration) -> Self {
        Self {
            nearest,
            now: Duration::ZERO,
            sessions: Vec::new(),
            records: Vec::new(),
            ended: BTreeSet::new(),
            all_ended_before: 0,
            held: Vec::new(),
            copy: None,
            thefts: 0,
            outcome: Outcome::Nothing,
        }
    }

    /// This life after one more step.
    pub(crate) fn after(mut self, step: &Step) -> Self {
        self.outcome = self.take(step).unwrap_or_else(|refused| refused);
        self
    }

    /// Whether the step can happen at all.
    pub(crate) fn allows(&self, step: &Step) -> bool {
        match step {
            Step::Verify(token)
            | Step::Refresh { token, .. }
            | Step::Logout(token)
            | Step::List(token)
            | Step::LogoutEverywhere(token) => self.held.contains(token),
            Step::Kick { with, whom } => self.held.contains(with) && *whom < self.sessions.len(),
            Step::WaitUntil { session, .. } => *session < self.sessions.len(),
            Step::LoginAgain => !self.sessions.is_empty(),
            Step::LoseWrites => self.copy.is_some(),
            Step::Login { .. } | Step::Copy | Step::Wait(_) => true,
        }
    }

    /// When a session ends whatever happens.
    pub(crate) fn absolute_end(&self, session: usize) -> Duration {
        self.sessions[session] + ABSOLUTE_TTL
    }

    fn take(&mut self, step: &Step) -> Result<Outcome, Refused> {
        match step {
            Step::Login { lost } => Ok(self.log_in(*lost)),
            Step::LoginAgain => self.log_in_again(),
            Step::Verify(token) => self.verify(*token),
            Step::Refresh { token, lost } => self.refresh(*token, *lost),
            Step::Logout(token) => Ok(self.end(token.session)),
            Step::Kick { with, whom } => self.kick(*with, *whom),
            Step::List(token) => self.list(*token),
            Step::LogoutEverywhere(token) => self.end_all(*token),
            Step::Copy => {
                self.copy = Some(self.records.clone());
                Ok(Outcome::Nothing)
            }
            Step::LoseWrites => Ok(self.lose_writes()),
            Step::Wait(time) => Ok(self.wait_until(self.now + *time)),
            Step::WaitUntil {
                session,
                edge,
                around,
            } => Ok(self.wait_until(around.of(self.end_of(*session, *edge), self.nearest))),
        }
    }

    fn log_in(&mut self, lost: bool) -> Outcome {
        self.make_room();
        let session = self.sessions.len();
        self.sessions.push(self.now);
        self.records.push(Some(self.step(session, 0)));
        let token = Token {
            session,
            generation: 0,
        };
        self.give(token, lost)
    }

    /// The oldest go until there is room for one more.
    fn make_room(&mut self) {
        let live = |life: &Self, session: &usize| life.found(*session).is_some();
        let mut kept: Vec<_> = (0..self.sessions.len())
            .filter(|session| live(self, session))
            .collect();
        while kept.len() >= PER_USER {
            self.records[kept.remove(0)] = None;
        }
    }

    /// The session as it is by now: its first token may have had a successor.
    fn log_in_again(&mut self) -> Result<Outcome, Refused> {
        let session = self.sessions.len() - 1;
        let in_time = self.now < self.sessions[session] + REPEAT;
        let record = self.found(session).filter(|_| !self.revoked(session));
        let Some(Record { generation, .. }) = record.filter(|_| in_time) else {
            return Err(Outcome::CodeUsed);
        };
        let token = Token {
            session,
            generation,
        };
        Ok(self.give(token, false))
    }

    fn verify(&mut self, token: Token) -> Result<Outcome, Refused> {
        let record = self.standing(token.session)?;
        let until = if token.generation >= record.generation {
            self.show(token, record).ends
        } else if token.generation + 1 == record.generation && self.in_grace(&record) {
            (record.stepped + GRACE).min(record.ends)
        } else {
            return Err(Outcome::Expired);
        };
        let record = self.standing(token.session)?;
        Ok(Outcome::Passes {
            generation: record.generation,
            ends: record.ends,
            good_for: until.saturating_sub(self.now).min(GOOD_FOR),
        })
    }

    /// The token of a session's generation is seen, or one that the store should have known.
    fn show(&mut self, token: Token, record: Record) -> Record {
        let shown = if token.generation > record.generation {
            self.step(token.session, token.generation)
        } else {
            record
        };
        let shown = Record {
            shown: true,
            ..shown
        };
        self.records[token.session] = Some(shown);
        shown
    }

    fn refresh(&mut self, token: Token, lost: bool) -> Result<Outcome, Refused> {
        let record = self.standing(token.session)?;
        let behind = record.generation.saturating_sub(token.generation);
        let settled = record.generation > 0 && self.in_grace(&record);
        let granted = match behind {
            0 if token.generation > record.generation || settled => {
                self.show(token, record);
                token.generation
            }
            0 => {
                let next = self.step(token.session, record.generation + 1);
                self.records[token.session] = Some(next);
                next.generation
            }
            1 if self.in_grace(&record) || !record.shown => record.generation,
            _ => {
                self.end(token.session);
                self.thefts += 1;
                return Err(Outcome::Revoked);
            }
        };
        let token = Token {
            generation: granted,
            ..token
        };
        Ok(self.give(token, lost))
    }

    fn end(&mut self, session: usize) -> Outcome {
        self.ended.insert(session);
        self.records[session] = None;
        Outcome::Done
    }

    fn kick(&mut self, with: Token, whom: usize) -> Result<Outcome, Refused> {
        self.verify(with)?;
        if !self.listed().contains(&whom) {
            return Err(Outcome::NotFound);
        }
        Ok(self.end(whom))
    }

    fn list(&mut self, token: Token) -> Result<Outcome, Refused> {
        self.verify(token)?;
        Ok(Outcome::Listed(self.listed()))
    }

    fn end_all(&mut self, token: Token) -> Result<Outcome, Refused> {
        self.verify(token)?;
        self.all_ended_before = self.sessions.len();
        self.records.fill(None);
        Ok(Outcome::Done)
    }

    fn lose_writes(&mut self) -> Outcome {
        let mut kept = self.copy.clone().unwrap_or_default();
        kept.resize(self.sessions.len(), None);
        self.records = kept;
        Outcome::Nothing
    }

    fn wait_until(&mut self, moment: Duration) -> Outcome {
        self.now = self.now.max(moment);
        Outcome::Nothing
    }
}
