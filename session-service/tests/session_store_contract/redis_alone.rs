//! What only a store on the network must do: bad days, and strangers who read along.
mod bad_days;
mod mistakes;
mod sealed;
