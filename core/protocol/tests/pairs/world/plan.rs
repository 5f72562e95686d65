//! What is to become of one commit out of all that the machines of a world make: a crash before or after it, or a program
//! that leaves it out.

use std::collections::{BTreeMap, BTreeSet};

use undertone_protocol::{Change, ContactId, Purpose, RecordKey, Step};

use super::{Store, store};
use crate::records::{bytes_of, differ, number_of};

/// The kind of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Profile,
    Invitation,
    Relation,
    Ratchet,
    Outbox,
    Message,
}

impl Class {
    fn of(key: RecordKey) -> Self {
        match key {
            RecordKey::Profile => Self::Profile,
            RecordKey::Invitation(_) => Self::Invitation,
            RecordKey::Relation(_) => Self::Relation,
            RecordKey::Ratchet(_) => Self::Ratchet,
            RecordKey::Outbox(..) => Self::Outbox,
            RecordKey::Message(..) => Self::Message,
        }
    }
}

/// What becomes of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The program crashes before it.
    CrashBefore,
    /// It is durable, and nothing leaves before the program crashes.
    CrashAfter,
    /// A bug: all leaves as if it were durable, and it is not; then the program crashes.
    LeftOut(Frames),
    /// The same with the records of one kind alone.
    Without(Class, Frames),
}

/// Where the frames of a program go that crashes with a bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frames {
    /// They left before the crash, and arrive.
    Arrive,
    /// The crash took them along.
    Vanish,
}

/// One commit: who made it, in the middle of what, and the records that it writes and removes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Commit {
    pub(crate) node: usize,
    pub(crate) during: &'static str,
    pub(crate) cause: &'static str,
    pub(crate) written: BTreeSet<Class>,
    pub(crate) removed: BTreeSet<Class>,
    /// It writes one record, a ratchet, in which the keys of the seal alone are not as they were.
    pub(crate) is_seal_alone: bool,
}

impl std::fmt::Display for Commit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} at {}:", self.during, self.cause, self.node)?;
        self.written
            .iter()
            .try_for_each(|class| write!(f, " +{class:?}"))?;
        self.removed
            .iter()
            .try_for_each(|class| write!(f, " -{class:?}"))
    }
}

/// Counts the commits and carries one fate out. Nothing is counted before it was begun.
#[derive(Default)]
pub(crate) struct Plan {
    pub(crate) counts: bool,
    pub(crate) commits: Vec<Commit>,
    /// The number of a commit, and what becomes of it.
    pub(crate) fate: Option<(usize, Fate)>,
    /// In the middle of what the world is.
    pub(crate) during: &'static str,
    pub(crate) cause: &'static str,
    /// Each Olm ciphertext by its sender, its receiver and its sequence, and each dial counter likewise.
    ciphertexts: BTreeMap<(usize, ContactId, u64), Vec<u8>>,
    /// The ratchets that each program wrote last.
    ratchets: BTreeMap<(usize, ContactId), Vec<u8>>,
    counters: BTreeSet<(usize, usize, u64)>,
    /// What was used for two things.
    pub(crate) reused: Option<String>,
}

impl Plan {
    /// What becomes of a step.
    pub(super) fn fate(&mut self, node: usize, step: &Step) -> Option<Fate> {
        if !self.counts || (step.changes().is_empty() && step.annotations().is_empty()) {
            return None;
        }
        let (mut written, mut removed) = (BTreeSet::new(), BTreeSet::new());
        for change in step.changes().iter() {
            match change {
                Change::Put(key, ..) => written.insert(Class::of(key)),
                Change::Delete(key) => removed.insert(Class::of(key)),
            };
        }
        if !step.annotations().is_empty() {
            written.insert(Class::Message);
        }
        let is_seal_alone = self.is_seal_alone(node, step);
        let number = self.commits.len();
        self.commits.push(Commit {
            node,
            during: self.during,
            cause: self.cause,
            written,
            removed,
            is_seal_alone,
        });
        let fate = self.fate.filter(|(at, _)| *at == number);
        let fate = fate.map(|(_, fate)| fate);
        if fate != Some(Fate::CrashBefore) {
            self.note_ciphertexts(node, step);
        }
        fate
    }

    fn is_seal_alone(&mut self, node: usize, step: &Step) -> bool {
        let mut is_alone = step.annotations().is_empty();
        let mut changed = Vec::new();
        for change in step.changes().iter() {
            let Change::Put(RecordKey::Ratchet(contact), _, record) = change else {
                is_alone = false;
                continue;
            };
            match self.ratchets.insert((node, contact), record.to_vec()) {
                Some(before) => changed.extend(differ(&before, record)),
                None => is_alone = false,
            }
        }
        is_alone && changed == ["seal"]
    }

    /// One sequence of one session is one key: it may seal one message, however often that is transmitted. (Nothing here
    /// begins a session anew, where sequences are encrypted again under other keys.)
    fn note_ciphertexts(&mut self, node: usize, step: &Step) {
        for change in step.changes().iter() {
            let Change::Put(RecordKey::Outbox(contact, _), _, record) = change else {
                continue;
            };
            let (Some(olm), Some(sequence)) =
                (bytes_of(record, "olm"), number_of(record, "sequence"))
            else {
                continue;
            };
            let key = (node, contact, sequence);
            let known = self.ciphertexts.entry(key).or_insert_with(|| olm.clone());
            if *known != olm {
                self.reused = Some(format!("{node} used its message key {sequence} twice"));
            }
        }
    }

    /// A dial counter leaves once (D3.7).
    pub(super) fn note_dial(&mut self, node: usize, other: Option<usize>, frames: &[Vec<u8>]) {
        let (true, "a dial", Some(other)) = (self.counts, self.cause, other) else {
            return;
        };
        // One version, and the purpose, before the nonce.
        if let Some([1, 1, purpose, nonce @ ..]) = frames.first().map(Vec::as_slice)
            && *purpose == Purpose::Chat as u8
            && let Some(counter) = nonce.first_chunk()
            && !self
                .counters
                .insert((node, other, u64::from_be_bytes(*counter)))
        {
            self.reused = Some(format!("{node} used a dial counter twice"));
        }
    }

    /// Whether its commit has come.
    pub(crate) fn is_over(&self) -> bool {
        self.fate.is_none_or(|(at, _)| at < self.commits.len())
    }
}

impl Fate {
    pub(super) const fn is_bug(self) -> bool {
        matches!(self, Self::LeftOut(_) | Self::Without(..))
    }

    pub(super) const fn loses_frames(self) -> bool {
        matches!(
            self,
            Self::LeftOut(Frames::Vanish) | Self::Without(_, Frames::Vanish)
        )
    }

    /// Stores what this fate lets be stored.
    pub(super) fn store(self, kept: &mut Store, step: &Step) {
        let before = match self {
            Self::CrashBefore | Self::LeftOut(_) => return,
            Self::CrashAfter => return store(kept, step),
            Self::Without(..) => kept.clone(),
        };
        store(kept, step);
        let Self::Without(class, _) = self else {
            return;
        };
        kept.retain(|key, _| Class::of(*key) != class);
        let earlier: BTreeMap<_, _> = before
            .into_iter()
            .filter(|(key, _)| Class::of(*key) == class)
            .collect();
        kept.extend(earlier);
    }
}
