//! The rules. Each takes one empty store.
mod basics;
mod life;
mod races;

pub(crate) use self::{basics::*, life::*, races::*};
