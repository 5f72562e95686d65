//! What can be said of a home without a passphrase: who has it open, which files are missing or disagree. For
//! programs that explain what is wrong. It repairs nothing and looks into no log.
//!
//! Whether a vault is in use cannot be told, so what is found may concern one that nobody uses.

use std::fs;
use std::io;

use crate::header::Headers;
use crate::home::{self, Home, VAULTS};
use crate::keys;

/// What was found in a home. Numbers count vaults, of which there are four.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Examination {
    /// There are no vaults: no profile was made here.
    pub is_empty: bool,
    /// A store of the home is open, in this process or another one. The rest was not looked at: it may be in the middle of
    /// being written.
    pub in_use: bool,
    /// The two copies of a header disagree, or one is missing. The next opening by that profile's passphrase repairs it.
    pub uneven_headers: u8,
    /// Both copies of a header are missing: no passphrase opens that vault any more.
    pub lost_headers: u8,
    /// One copy of a key file is missing or has an impossible length. The next opening repairs it.
    pub uneven_keys: u8,
    /// Both copies are.
    pub lost_keys: u8,
    /// There is no log.
    pub lost_logs: u8,
}

impl Examination {
    /// Whether nothing was found that has to be repaired, or is beyond repair.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let Self {
            is_empty,
            in_use: _,
            uneven_headers,
            lost_headers,
            uneven_keys,
            lost_keys,
            lost_logs,
        } = *self;
        !is_empty && uneven_headers + lost_headers + uneven_keys + lost_keys + lost_logs == 0
    }
}

impl Home {
    /// Looks at the files of all vaults, without a passphrase. For a moment it takes the lock of the home, so that a program that
    /// starts just then is refused with [`InUse`](crate::OpenError::InUse).
    ///
    /// # Errors
    /// The file system's.
    pub fn examine(&self) -> io::Result<Examination> {
        let mut found = Examination::default();
        if !self.holds_store() {
            found.is_empty = true;
            return Ok(found);
        }
        if self.entered().is_some() {
            found.in_use = true;
            return Ok(found);
        }
        let Some(_residence) = self.enter()? else {
            found.in_use = true;
            return Ok(found);
        };
        let vaults = std::array::from_fn(|number| home::vault_paths(self.path(), number));
        for copies in Headers::read(&vaults)?.pairs() {
            match copies {
                [None, None] => found.lost_headers += 1,
                [one, other] => found.uneven_headers += u8::from(one != other),
            }
        }
        for paths in &vaults {
            let good = paths.keys().map(|path| {
                let length = fs::metadata(path).map(|found| found.len());
                length.is_ok_and(|length| {
                    (1..=keys::LARGEST).contains(&length)
                        && length.is_multiple_of(keys::STEP as u64)
                })
            });
            match good {
                [true, true] => {}
                [false, false] => found.lost_keys += 1,
                _ => found.uneven_keys += 1,
            }
            found.lost_logs += u8::from(!paths.log().is_dir() && !paths.old_log().is_dir());
        }
        debug_assert!(usize::from(found.lost_logs) <= VAULTS);
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::KdfParameters;
    use crate::store::Store;

    #[test]
    fn what_is_missing_is_found_without_a_passphrase() {
        let place = tempfile::tempdir().unwrap();
        let home = Home::create(place.path().join("home")).unwrap();
        assert!(home.examine().unwrap().is_empty);
        let store = Store::create(&home, b"x", KdfParameters::testing()).unwrap();
        assert!(home.examine().unwrap().in_use);
        let other = Home::open(home.path()).unwrap();
        assert!(other.examine().unwrap().in_use);
        store.lock().unwrap();
        let whole = home.examine().unwrap();
        assert!(whole.is_whole() && !whole.in_use, "{whole:?}");

        let vault = |number| home::vault_paths(home.path(), number);
        let [header, _] = vault(0).headers();
        let mut bytes = fs::read(&header).unwrap();
        bytes[100] ^= 1;
        fs::write(&header, bytes).unwrap();
        for path in vault(1).headers() {
            fs::remove_file(path).unwrap();
        }
        fs::write(&vault(2).keys()[1], b"short").unwrap();
        for path in vault(3).keys() {
            fs::remove_file(path).unwrap();
        }
        fs::remove_dir_all(vault(3).log()).unwrap();
        let found = home.examine().unwrap();
        let expected = Examination {
            uneven_headers: 1,
            lost_headers: 1,
            uneven_keys: 1,
            lost_keys: 1,
            lost_logs: 1,
            ..Examination::default()
        };
        assert_eq!(found, expected);
        assert!(!found.is_whole());
    }
}
