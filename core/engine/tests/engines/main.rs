//! Whole engines on the in-memory network, in virtual time.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod faults;
mod life;
mod place;
