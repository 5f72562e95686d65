//! How much room the file system of a home has. Commits fail when it is full, and nothing warns before.

use std::io;
use std::path::Path;

use crate::home::Home;

/// Below so many free bytes a disk is nearly full, whatever its size: a log that is written anew and key files of
/// several profiles fit in.
pub const NEARLY_FULL_BYTES: u64 = 512 << 20;

/// A disk with less than one part in so many free is nearly full…
pub const NEARLY_FULL_PART: u64 = 50;

/// …unless so many bytes are free, which a messenger does not fill within days.
pub const NEVER_NEARLY_FULL_BYTES: u64 = 4 << 30;

/// Below so many free bytes nothing should be taken in any more: what is left is for the owner, who reads, deletes and
/// exports.
pub const FULL_BYTES: u64 = 128 << 20;

/// The room of a file system, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreeSpace {
    /// What this user may still write.
    pub available: u64,
    /// The size of the file system.
    pub total: u64,
}

impl FreeSpace {
    /// Whether to warn: less than [`NEARLY_FULL_BYTES`] is available, or less than one part in [`NEARLY_FULL_PART`] of
    /// the whole and less than [`NEVER_NEARLY_FULL_BYTES`].
    #[must_use]
    pub fn is_nearly_full(self) -> bool {
        self.available < NEARLY_FULL_BYTES
            || (self.available < NEVER_NEARLY_FULL_BYTES
                && self.available < self.total / NEARLY_FULL_PART)
    }

    /// Whether to take nothing in any more: less than [`FULL_BYTES`] is available.
    #[must_use]
    pub const fn is_full(self) -> bool {
        self.available < FULL_BYTES
    }
}

/// Why the room is not known.
#[derive(Debug, thiserror::Error)]
#[error("the file system does not say how much room it has: {0}")]
pub struct FreeSpaceError(#[from] pub io::Error);

/// The room of the file system that a home lies in. Quotas are counted as far as the operating system counts them.
///
/// # Errors
/// See [`FreeSpaceError`].
pub fn free_space(home: &Home) -> Result<FreeSpace, FreeSpaceError> {
    free_space_at(home.path())
}

pub(crate) fn free_space_at(path: &Path) -> Result<FreeSpace, FreeSpaceError> {
    let found = fs4::statvfs(path)?;
    Ok(FreeSpace {
        available: found.available_space(),
        total: found.total_space(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    #[test]
    fn a_disk_is_nearly_full_by_bytes_and_by_parts() {
        let is = |available, total| FreeSpace { available, total }.is_nearly_full();
        assert!(is(0, 0) && is(0, 100 * GIB));
        assert!(is(NEARLY_FULL_BYTES - 1, 2 * GIB));
        assert!(!is(NEARLY_FULL_BYTES, 2 * GIB));
        // One part in fifty of 100 GiB is 2 GiB.
        assert!(is(2 * GIB - 1, 100 * GIB));
        assert!(!is(2 * GIB, 100 * GIB));
        assert!(is(4 * GIB - 1, 1_000 * GIB));
        assert!(!is(4 * GIB, 1_000 * GIB));
        let is_full = |available| {
            FreeSpace {
                available,
                total: GIB,
            }
            .is_full()
        };
        assert!(is_full(FULL_BYTES - 1) && !is_full(FULL_BYTES));
    }

    #[test]
    fn the_file_system_is_asked() {
        let place = tempfile::tempdir().unwrap();
        let home = Home::create(place.path().join("profile")).unwrap();
        let found = free_space(&home).unwrap();
        assert!(found.total > 0 && found.available <= found.total);
        std::fs::remove_dir(home.path()).unwrap();
        assert!(free_space(&home).is_err());
    }
}
