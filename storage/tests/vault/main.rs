//! The store as a caller sees it, and as the file system, a thief and a power cut see it.
// The lints' exception for tests does not reach functions that tests share.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod beside;
mod copies;
mod crash;
mod damage;
mod decoy;
mod deniable;
mod exports;
mod fixture;
mod opening;
mod profiles;
mod records;
mod secrecy;
