//! The rules. Each takes one empty store.
mod basics;
mod life;
mod races;
mod tokens;

pub(crate) use self::{basics::*, life::*, races::*, tokens::*};
