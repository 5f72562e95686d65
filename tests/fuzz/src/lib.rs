#![doc = include_str!("../README.md")]

mod dialer;
pub mod invitation;
pub mod link;
mod memory;
mod seeds;
pub mod wire;

pub use seeds::{Seed, check_and_write};
