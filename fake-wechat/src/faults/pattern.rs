//! Which paths a fault spoils.

/// A path, `*`, or what paths begin with before a `*`.
#[derive(Clone)]
pub(super) struct Pattern {
    beginning: String,
    /// More may follow.
    open: bool,
}

impl Pattern {
    /// None if WeChat has no such path.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (beginning, open) = match text.strip_suffix('*') {
            Some(beginning) => (beginning, true),
            None => (text, false),
        };
        let is_path = beginning.starts_with('/') || (beginning.is_empty() && open);
        let is_ours = beginning.starts_with("/_fake");
        (is_path && !is_ours && !beginning.contains('*')).then(|| Self {
            beginning: beginning.to_owned(),
            open,
        })
    }

    pub(super) fn matches(&self, path: &str) -> bool {
        if self.open {
            path.starts_with(&self.beginning)
        } else {
            path == self.beginning
        }
    }
}
