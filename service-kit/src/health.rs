//! Whether this process should be sent work.
use std::{collections::BTreeMap, sync::Arc};

use tokio::sync::watch;

/// The gates that must be open before this process is ready. Cheap to clone.
///
/// Liveness depends on nothing. Readiness is lost for good when draining begins.
#[derive(Clone, Debug)]
pub struct Readiness(Arc<watch::Sender<Gates>>);

#[derive(Clone, Debug, Default)]
struct Gates {
    open: BTreeMap<&'static str, bool>,
    complaints: BTreeMap<&'static str, String>,
    draining: bool,
}

impl Gates {
    fn ready(&self) -> bool {
        !self.draining && self.open.values().all(|open| *open)
    }
}

impl Default for Readiness {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Gates::default())))
    }
}

impl Readiness {
    /// Adds a gate, closed for now.
    #[must_use]
    pub fn gate(&self, name: &'static str) -> Gate {
        let gate = Gate {
            name,
            readiness: self.clone(),
        };
        gate.set(false);
        gate
    }

    /// Whether every gate is open and draining has not begun.
    #[must_use]
    pub fn ready(&self) -> bool {
        self.0.borrow().ready()
    }

    /// Each gate, and whether it is open.
    #[must_use]
    pub fn gates(&self) -> BTreeMap<&'static str, bool> {
        self.0.borrow().open.clone()
    }

    /// Says what is wrong with something this process needs, or that nothing is any more. An operator
    /// sees it; readiness stays as it is.
    pub fn complain(&self, of: &'static str, what: Option<String>) {
        self.0.send_modify(|gates| {
            match what {
                Some(what) => gates.complaints.insert(of, what),
                None => gates.complaints.remove(of),
            };
        });
    }

    /// What is wrong, with what.
    #[must_use]
    pub fn complaints(&self) -> BTreeMap<&'static str, String> {
        self.0.borrow().complaints.clone()
    }

    /// From now on this process takes no new work.
    pub fn drain(&self) {
        self.0.send_modify(|gates| gates.draining = true);
    }

    /// Each change to come, beginning with the present state.
    pub(crate) fn changes(&self) -> Changes {
        let mut gates = self.0.subscribe();
        gates.mark_changed();
        Changes(gates)
    }
}

/// Changes of readiness, as they come.
#[derive(Debug)]
pub(crate) struct Changes(watch::Receiver<Gates>);

impl Changes {
    /// The next state; nothing once the last handle is gone.
    pub(crate) async fn next(&mut self) -> Option<bool> {
        self.0.changed().await.ok()?;
        Some(self.0.borrow_and_update().ready())
    }
}

/// One condition of being ready.
#[derive(Clone, Debug)]
pub struct Gate {
    name: &'static str,
    readiness: Readiness,
}

impl Gate {
    /// Opens or closes the gate.
    pub fn set(&self, open: bool) {
        self.readiness
            .0
            .send_if_modified(|gates| gates.open.insert(self.name, open) != Some(open));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_only_while_every_gate_is_open() {
        let readiness = Readiness::default();
        let (one, other) = (readiness.gate("one"), readiness.gate("other"));
        one.set(true);
        assert!(!readiness.ready());
        other.set(true);
        assert!(readiness.ready());
        one.set(false);
        assert!(!readiness.ready());
    }

    #[test]
    fn a_complaint_is_told_and_closes_no_gate() {
        let readiness = Readiness::default();
        readiness.complain("redis", Some("it wants a password".to_owned()));
        assert_eq!(readiness.complaints()["redis"], "it wants a password");
        assert!(readiness.ready());
        readiness.complain("redis", None);
        assert!(readiness.complaints().is_empty());
    }

    #[test]
    fn draining_cannot_be_undone_by_a_gate() {
        let readiness = Readiness::default();
        readiness.drain();
        readiness.gate("late").set(true);
        assert!(!readiness.ready());
    }
}
