#![doc = include_str!("../README.md")]

pub mod content;
mod dialer;
pub mod export;
pub mod invitation;
pub mod link;
mod memory;
mod pair;
pub mod picture;
pub mod records;
mod seeds;
pub mod storage;
pub mod wire;

pub use seeds::{Seed, check_and_write};
