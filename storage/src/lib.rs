#![doc = include_str!("../README.md")]
//!
//! This file only names the modules and what of them is public.

mod calendar;
mod change;
mod header;
mod home;
#[cfg(feature = "inspection")]
pub mod inspection;
mod keys;
mod log;
mod mark;
mod record;
mod schema;
mod seal;
mod store;

pub use calendar::Day;
pub use change::{ChangeSet, Kind, MAX_ID, MAX_VALUE, Slot};
pub use header::{KdfParameters, WeakParameters};
pub use home::{Home, HomeError};
pub use seal::DataKey;
pub use store::{CommitError, CreateError, EraseError, OpenError, ReadError, Statistics, Store};
