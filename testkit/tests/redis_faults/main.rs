//! A Redis that answers wrongly, late or not at all, as the mini-program sees it.
mod lateness;
mod mixed_replies;
mod mixups;
mod outages;
mod silence;
