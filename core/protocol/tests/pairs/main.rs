//! Whole machines against each other in virtual time, over a network that cuts, delays, half-closes
//! and lets programs crash at any commit.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod attacks;
mod circles;
mod faults;
mod introductions;
mod liars;
mod life;
mod notes;
mod recovery;
mod restore;
mod sessions;
mod talk;
mod world;
