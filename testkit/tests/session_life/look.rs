//! What can be seen of a life at one moment.
use std::{collections::BTreeSet, time::Duration};

use super::{
    life::{GRACE, Life, Outcome, Record, TTL, Token},
    step::Edge,
};

impl Life {
    pub(super) fn revoked(&self, session: usize) -> bool {
        session < self.all_ended_before || self.ended.contains(&session)
    }

    /// The record of a session that is within its limits.
    pub(super) fn found(&self, session: usize) -> Option<Record> {
        self.records[session].filter(|record| self.now < record.ends)
    }

    /// The record of a session that neither time nor anybody has ended.
    pub(super) fn standing(&self, session: usize) -> Result<Record, Outcome> {
        if self.revoked(session) {
            return Err(Outcome::Revoked);
        }
        self.found(session).ok_or(if self.all_ended_before == 0 {
            Outcome::Expired
        } else {
            Outcome::ExpiredOrRevoked
        })
    }

    pub(super) fn in_grace(&self, record: &Record) -> bool {
        self.now < record.stepped + GRACE
    }

    /// What the store holds once this generation is made, now.
    pub(super) fn step(&self, session: usize, generation: u32) -> Record {
        Record {
            generation,
            shown: false,
            stepped: self.now,
            ends: (self.now + TTL).min(self.absolute_end(session)),
        }
    }

    /// The sessions on the user's list: ended ones are not on it, even if the store has their records again.
    pub(super) fn listed(&self) -> BTreeSet<usize> {
        (0..self.sessions.len())
            .filter(|session| !self.revoked(*session) && self.found(*session).is_some())
            .collect()
    }

    /// A token is the answer; unless that is lost, somebody holds it from now on.
    pub(super) fn give(&mut self, token: Token, lost: bool) -> Outcome {
        if !lost && !self.held.contains(&token) {
            self.held.push(token);
        }
        let record = self.records[token.session].expect("a token of a session that is stored");
        Outcome::Token {
            token,
            lasts: record.ends.saturating_sub(self.now),
        }
    }

    pub(super) fn end_of(&self, session: usize, edge: Edge) -> Duration {
        match (edge, self.records[session]) {
            (Edge::Grace, Some(record)) => record.stepped + GRACE,
            (Edge::Idle, Some(record)) => record.ends,
            (Edge::Absolute, _) | (_, None) => self.absolute_end(session),
        }
    }
}
