//! Schema 1.
//!
//! Files: the header (`header-1`, `header-2`), the key file (`keys-1`, `keys-2`), the mark and the log,
//! in the forms that the modules of the same names describe; labels of derived keys as in
//! `seal`; kinds 1 to 15 as in [`Kind`](crate::Kind); buckets 256 · 2ⁿ bytes up to 1 MiB. The
//! meaning of identifiers and values is the caller's.
//!
//! | Date | Change |
//! |---|---|
//! | 2026-11-21 | first form |
//! | 2026-11-21 | four vaults under `vaults`; headers share salt and cost and name the vaults they wipe; key file: deniable mode, random bytes after the sealed part |
//!
//! Until the first release this form may change, with a line above; from then on it is
//! frozen and a change is schema 2.

/// The number of this schema.
pub(crate) const VERSION: u32 = 1;
