//! Whole engines on the in-memory network, in virtual time.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod backup;
mod clock;
mod erasing;
mod expiry;
mod faults;
mod health;
mod homes;
mod introductions;
mod life;
mod people;
mod place;
mod scenario;
mod search;
mod talk;
