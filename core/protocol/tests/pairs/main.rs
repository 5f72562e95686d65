//! Whole machines against each other in virtual time, over a network that cuts, delays, half-closes
//! and lets programs crash at any commit.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod attacks;
mod budgets;
mod circles;
mod confirmation;
mod crashes;
mod faults;
mod introductions;
mod liars;
mod life;
mod links;
mod notes;
mod records;
mod recovery;
mod restore;
mod seeds;
mod sessions;
mod talk;
mod world;
