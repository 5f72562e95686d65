#![doc = include_str!("../README.md")]
//!
//! This file only names the modules and what of them is public.

mod calendar;
mod change;
mod disk;
mod examination;
mod export;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod header;
mod home;
#[cfg(feature = "inspection")]
pub mod inspection;
mod journal;
mod keys;
mod log;
mod mark;
mod record;
mod residence;
mod schema;
mod seal;
mod store;

pub use calendar::Day;
pub use change::{ChangeSet, Kind, MAX_ID, MAX_VALUE, Slot};
pub use disk::{
    FreeSpace, FreeSpaceError, NEARLY_FULL_BYTES, NEARLY_FULL_PART, NEVER_NEARLY_FULL_BYTES,
    free_space,
};
pub use examination::Examination;
pub use export::{
    EXPORT_MAX_FILE, EXPORT_MAX_RECORD, EXPORT_VERSION, ExportReadError, ExportReader,
    ExportRecord, ExportWriteError, ExportWriter,
};
pub use header::{KdfParameters, WeakParameters};
pub use home::{Home, HomeError};
pub use seal::DataKey;
pub use store::{
    CommitError, CoverCost, CoverError, CreateError, DestroyError, EraseError, OpenError,
    ReadError, Statistics, Store, VaultId,
};
