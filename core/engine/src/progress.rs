//! How far work is that takes long: exports, imports, what comes before a profile runs. The work notes it as it goes, in one
//! number, and whoever shows it looks as often as it draws: nothing waits for anybody and nothing piles up.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};

/// What is being done. Percentages are 0 to 99 and never fall while one thing is done; where there is none, nothing
/// can be known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Doing {
    /// A key is made of a passphrase and the store is opened.
    #[default]
    Key,
    /// The store is checked: that it lacks nothing.
    Checking,
    /// An export is written; of the records of the store.
    Writing(u8),
    /// An export is read and verified, twice over; of its bytes.
    Reading(u8),
    /// What was verified is stored; of the bytes of the export.
    Storing(u8),
    /// The network layer starts.
    Network,
    /// The profile starts: what is needed at once is read.
    Profile,
}

/// How far something is. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<AtomicU16>);

impl Progress {
    /// What is being done now.
    #[must_use]
    pub fn now(&self) -> Doing {
        let [stage, percent] = self.0.load(Ordering::Relaxed).to_be_bytes();
        match stage {
            1 => Doing::Checking,
            2 => Doing::Writing(percent),
            3 => Doing::Reading(percent),
            4 => Doing::Storing(percent),
            5 => Doing::Network,
            6 => Doing::Profile,
            _ => Doing::Key,
        }
    }

    /// Says what is being done from now on.
    pub fn set(&self, doing: Doing) {
        let (stage, percent) = match doing {
            Doing::Key => (0, 0),
            Doing::Checking => (1, 0),
            Doing::Writing(percent) => (2, percent),
            Doing::Reading(percent) => (3, percent),
            Doing::Storing(percent) => (4, percent),
            Doing::Network => (5, 0),
            Doing::Profile => (6, 0),
        };
        let now = u16::from_be_bytes([stage, percent.min(99)]);
        self.0.store(now, Ordering::Relaxed);
    }
}

/// `done` of `all` in hundredths, 99 at most.
pub(crate) fn percent(done: u64, all: u64) -> u8 {
    let percent = u128::from(done) * 100 / u128::from(all.max(1));
    u8::try_from(percent.min(99)).unwrap_or(99)
}

/// How much of a file was read, as part of what is read altogether. Clones are the same.
#[derive(Clone)]
pub(crate) struct Watch(Arc<Watching>);

struct Watching {
    progress: Progress,
    length: u64,
    done: AtomicU64,
    is_storing: AtomicBool,
}

/// What is read before the key is made, at most: one buffer.
const FRONT: u64 = 8 << 10;

impl Watch {
    /// A file of `length` bytes that is read twice, which is [`Doing::Reading`]; while its first bytes are read, a key is
    /// made.
    pub(crate) fn new(length: u64, progress: &Progress) -> Self {
        progress.set(Doing::Key);
        Self(Arc::new(Watching {
            progress: progress.clone(),
            length,
            done: AtomicU64::new(0),
            is_storing: AtomicBool::new(false),
        }))
    }

    /// From now on it is read once more, which is [`Doing::Storing`].
    pub(crate) fn store(&self) {
        self.0.is_storing.store(true, Ordering::Relaxed);
        self.0.done.store(0, Ordering::Relaxed);
        self.0.progress.set(Doing::Storing(0));
    }

    /// The file, read through this.
    pub(crate) fn over<R>(&self, file: R) -> Watched<R> {
        let watch = self.clone();
        Watched { file, watch }
    }

    fn add(&self, count: usize) {
        let Watching { progress, done, .. } = &*self.0;
        let before = done.fetch_add(count as u64, Ordering::Relaxed);
        let done = before.saturating_add(count as u64);
        if self.0.is_storing.load(Ordering::Relaxed) {
            progress.set(Doing::Storing(percent(done, self.0.length)));
        } else if done > FRONT {
            let all = self.0.length.saturating_mul(2);
            progress.set(Doing::Reading(percent(done, all)));
        }
    }
}

/// A file that is watched.
pub(crate) struct Watched<R> {
    file: R,
    watch: Watch,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(into)?;
        self.watch.add(count);
        Ok(count)
    }
}

impl<R: Seek> Seek for Watched<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn what_is_said_is_heard() {
        let progress = Progress::default();
        assert_eq!(progress.now(), Doing::Key);
        for doing in [
            Doing::Checking,
            Doing::Writing(7),
            Doing::Reading(0),
            Doing::Storing(99),
            Doing::Network,
            Doing::Profile,
            Doing::Key,
        ] {
            progress.clone().set(doing);
            assert_eq!(progress.now(), doing);
        }
        progress.set(Doing::Writing(100));
        assert_eq!(progress.now(), Doing::Writing(99));
    }

    #[test]
    fn a_file_that_is_read_twice_and_once_more_never_goes_back() {
        let length = 1 << 20;
        let progress = Progress::default();
        let watch = Watch::new(length as u64, &progress);
        let mut file = watch.over(Cursor::new(vec![7; length]));
        let mut part = vec![0; 4 << 10];
        file.read_exact(&mut part).expect("read");
        assert_eq!(progress.now(), Doing::Key);
        let mut before = 0;
        for _ in 0..2 {
            file.seek(SeekFrom::Start(0)).expect("sought");
            while file.read(&mut part).expect("read") > 0 {
                if let Doing::Reading(now) = progress.now() {
                    assert!(now >= before);
                    before = now;
                }
            }
        }
        assert_eq!(before, 99);
        watch.store();
        assert_eq!(progress.now(), Doing::Storing(0));
        file.seek(SeekFrom::Start(0)).expect("sought");
        file.read_exact(&mut vec![0; length / 2]).expect("read");
        assert_eq!(progress.now(), Doing::Storing(50));
        assert_eq!(
            (percent(1, 0), percent(5, 4), percent(0, u64::MAX)),
            (99, 99, 0)
        );
    }
}
