//! The golden vectors of wire version 1 (`tests/vectors/v1`), checked byte for byte in both
//! directions, and properties of every decoder over seeded random input.
//!
//! `UNDERTONE_WRITE_VECTORS=1 cargo test -p undertone-wire --test vectors` writes the vectors from
//! the samples in these modules and then fails. That is for a version that is not yet released; the
//! vectors of a released one never change.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod contents;
mod flights;
mod frames;
mod golden;
mod invitations;
mod keys;
mod messages;
mod properties;
mod sealed;
