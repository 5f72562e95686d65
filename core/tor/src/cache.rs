//! Which client of this process keeps the network's directory in which place. Arti's clients would share such a place: one of them
//! loads the directory, and the others read what that one's guards gave it. Two profiles of one program must have nothing in
//! common, so only one client at a time has the place; the others load the directory by their own guards, into memory.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

static TAKEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// The right of one client to a place. Given back when it is dropped.
#[derive(Debug)]
pub(crate) struct CachePlace(PathBuf);

impl CachePlace {
    /// Takes a place. `None`: another client of this process has it.
    pub(crate) fn take(path: &Path) -> Option<Self> {
        taken()
            .insert(path.to_owned())
            .then(|| Self(path.to_owned()))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for CachePlace {
    fn drop(&mut self) {
        taken().remove(&self.0);
    }
}

fn taken() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_belongs_to_one_client_at_a_time() {
        let (one, other) = (Path::new("/unused/one"), Path::new("/unused/other"));
        let held = CachePlace::take(one).expect("free");
        assert_eq!(held.path(), one);
        assert!(CachePlace::take(one).is_none());
        assert!(CachePlace::take(other).is_some());
        drop(held);
        assert!(CachePlace::take(one).is_some());
    }
}
