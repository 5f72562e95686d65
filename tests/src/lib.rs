//! What the tests of several crates share. It exists so that a scenario, a bench and the demo run
//! against the same private Tor network.
//!
//! Inside is [`tornet`], a Tor network on loopback made of Debian's `tor`. No test is in here:
//! those are in `tests/tests/`. No program that is shipped depends on this crate.

pub mod tornet;
