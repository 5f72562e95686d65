//! The mark: how many commits there were, kept outside the log.
//!
//! sled, when it meets a damaged place near the end of its log, takes it for the torn end after a
//! power cut and silently goes back to what came before. For a ratchet that would mean using a
//! state twice. The mark tells the two apart: it is written after each commit has become
//! durable, so a log that ends before the mark has lost something.
//!
//! The mark is not flushed with each commit; a mark that is too old after a power cut only makes
//! the check weaker, never wrong. Its two places are written in turn, so a torn one leaves the other.
//!
//! It also says whether [a check](crate::Store::check) of the store found it damaged: then the next opening looks at all of it.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::home;
use crate::seal::{self, KEY, NONCE, TAG};

const PLACE: usize = 4096;
const USED: usize = NONCE + 8 + TAG;
const LABEL: &[u8] = b"undertone/1 storage mark\0";

/// What is added to the count of a store that is to be looked at whole. So many commits there never are.
const SUSPECT: u64 = 1 << 63;

/// What the mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marked {
    /// How many commits there were at least.
    pub(crate) commits: u64,
    /// What was there did not agree with what should be.
    pub(crate) is_suspect: bool,
}

/// The open file of the mark.
pub(crate) struct Mark {
    file: File,
}

impl Mark {
    /// Opens the file, or creates it filled with random bytes.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = home::private_file(path)?;
        if file.metadata()?.len() != 2 * PLACE as u64 {
            let mut noise = vec![0; 2 * PLACE];
            seal::fill_random(&mut noise)?;
            file.set_len(2 * PLACE as u64)?;
            home::write_at(&file, &noise, 0)?;
            file.sync_all()?;
        }
        Ok(Self { file })
    }

    /// What the place with the highest count says; `None` if neither can be read.
    pub(crate) fn read(&self, key: &[u8; KEY]) -> io::Result<Option<Marked>> {
        let mut highest = None;
        for place in [0, PLACE] {
            let mut bytes = [0; USED];
            home::read_at(&self.file, &mut bytes, place as u64)?;
            let (mut nonce, mut count, mut tag) = ([0; NONCE], [0; 8], [0; TAG]);
            nonce.copy_from_slice(&bytes[..NONCE]);
            count.copy_from_slice(&bytes[NONCE..NONCE + 8]);
            tag.copy_from_slice(&bytes[NONCE + 8..]);
            if seal::open(key, &nonce, LABEL, &mut count, &tag).is_ok() {
                highest = highest.max(Some(u64::from_be_bytes(count)));
            }
        }
        Ok(highest.map(|count| Marked {
            commits: count & !SUSPECT,
            is_suspect: count & SUSPECT != 0,
        }))
    }

    /// Writes that the store is to be looked at whole, until the same count is written without it.
    pub(crate) fn suspect(&self, key: &[u8; KEY], count: u64) -> io::Result<()> {
        self.write(key, count | SUSPECT)
    }

    /// Writes the count of commits; it becomes durable some time later.
    pub(crate) fn write(&self, key: &[u8; KEY], count: u64) -> io::Result<()> {
        let mut nonce = [0; NONCE];
        seal::fill_random(&mut nonce)?;
        let mut sealed = count.to_be_bytes();
        let tag = seal::seal(key, &nonce, LABEL, &mut sealed).map_err(io::Error::other)?;
        let mut bytes = [0; USED];
        bytes[..NONCE].copy_from_slice(&nonce);
        bytes[NONCE..NONCE + 8].copy_from_slice(&sealed);
        bytes[NONCE + 8..].copy_from_slice(&tag);
        home::write_at(&self.file, &bytes, (count % 2) * PLACE as u64)
    }

    /// Makes the mark durable.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_readable_count_is_found() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("mark");
        let key = [4; KEY];
        let mark = Mark::open(&path).unwrap();
        assert_eq!(mark.read(&key).unwrap(), None);
        let sure = |commits| {
            Some(Marked {
                commits,
                is_suspect: false,
            })
        };
        for count in 1..=5 {
            mark.write(&key, count).unwrap();
            assert_eq!(mark.read(&key).unwrap(), sure(count));
        }
        mark.suspect(&key, 5).unwrap();
        let suspect = Marked {
            commits: 5,
            is_suspect: true,
        };
        assert_eq!(mark.read(&key).unwrap(), Some(suspect));
        mark.write(&key, 5).unwrap();
        assert_eq!(mark.read(&key).unwrap(), sure(5));
        assert_eq!(mark.read(&[5; KEY]).unwrap(), None);
        drop(mark);
        // The place of the last count is torn: the one before is found.
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[PLACE + 30] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(Mark::open(&path).unwrap().read(&key).unwrap(), sure(4));
        // A file of another length is made anew.
        std::fs::write(&path, b"short").unwrap();
        assert_eq!(Mark::open(&path).unwrap().read(&key).unwrap(), None);
    }
}
