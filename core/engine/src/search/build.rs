//! Building the index of conversations that were there before it, or whose index has another form: bit by bit,
//! each bit one commit, while the profile is in use. It knows which conversations are behind and how far it came;
//! the engine says when the next bit is due.

use std::collections::{BTreeMap, BTreeSet};

use undertone_protocol::{ContactId, RecordKey};
use undertone_storage::{ChangeSet, CommitError, Store};

use super::draft::Draft;
use super::parts::Head;
use super::{IndexError, Words, forget};
use crate::records::name;

/// Messages that are taken in at once,
const MESSAGES: u64 = 512;
/// fewer if their records have so many bytes already.
const BYTES: usize = 256 * 1024;

/// Conversations whose index is behind.
#[derive(Default)]
pub(crate) struct Builder {
    /// With the number at which each begins.
    behind: BTreeMap<ContactId, u64>,
    /// Those that were damaged in this run,
    damaged: BTreeSet<ContactId>,
    /// and again after that: left alone until the next start.
    given_up: BTreeSet<ContactId>,
    /// Messages that were looked at since the start,
    done: u64,
    /// and that there were to be looked at.
    all: u64,
}

/// What one step of building did.
pub(crate) enum Built {
    /// The index holds everything below this number.
    UpTo(u64),
    /// It was damaged and is erased.
    Damaged,
}

impl Builder {
    /// Looks which conversations are behind: of each the number of its first message and of its next
    /// one. To be called before anything is stored.
    ///
    /// # Errors
    /// As [`Store::get`]; as [`Store::erase`], if an index has another form.
    pub(crate) fn survey(
        store: &Store,
        conversations: impl Iterator<Item = (ContactId, u64, u64)>,
    ) -> Result<Self, CommitError> {
        let mut builder = Self::default();
        for (contact, begin, next) in conversations {
            let known = match Head::read(store, contact)?.as_deref() {
                Some(head) => match Head::open(head) {
                    Ok(head) => head.catalogue.next,
                    Err(super::Damaged) => {
                        forget(store, contact)?;
                        0
                    }
                },
                None => 0,
            };
            let begin = begin.max(known);
            if begin < next {
                builder.behind.insert(contact, begin);
                builder.all += next - begin;
            }
        }
        Ok(builder)
    }

    /// Whether a conversation is to be built; then [`super::update`] leaves what is not in the index.
    pub(crate) fn is_behind(&self, contact: ContactId) -> bool {
        self.behind.contains_key(&contact) || self.given_up.contains(&contact)
    }

    /// What the next step is about: a conversation, and where to begin. `None`: nothing is behind.
    pub(crate) fn next(&self) -> Option<(ContactId, u64)> {
        let (contact, begin) = self.behind.first_key_value()?;
        Some((*contact, *begin))
    }

    /// How far it has come, in hundredths, at most 99. `None`: nothing is behind.
    pub(crate) fn percent(&self) -> Option<u8> {
        let percent = self.done.saturating_mul(100).checked_div(self.all);
        // Messages that came meanwhile are looked at too.
        let percent = percent.and_then(|percent| u8::try_from(percent).ok());
        self.next().map(|_| percent.unwrap_or(99).min(99))
    }

    /// Notes what a step did; given are the numbers of the conversation's first and next message.
    pub(crate) fn stepped(&mut self, contact: ContactId, built: &Built, (first, next): (u64, u64)) {
        let Some(begin) = self.behind.get_mut(&contact) else {
            return;
        };
        match built {
            Built::UpTo(number) => {
                self.done += number.saturating_sub(*begin);
                *begin = *number;
                if *number >= next {
                    self.behind.remove(&contact);
                }
            }
            Built::Damaged => self.damaged(contact, first, next),
        }
    }

    /// An index was damaged and is erased: it is built anew, once in a run.
    pub(crate) fn damaged(&mut self, contact: ContactId, begin: u64, next: u64) {
        self.behind.remove(&contact);
        if !self.damaged.insert(contact) {
            self.given_up.insert(contact);
        } else if begin < next {
            self.behind.insert(contact, begin);
            self.all += next - begin;
        }
    }
}

/// Adds the next messages of a conversation to a change set: those that are stored and not in the index, from
/// number `begin` on.
///
/// # Errors
/// As [`super::update`].
pub(crate) fn step(
    store: &Store,
    set: &mut ChangeSet,
    contact: ContactId,
    (begin, next): (u64, u64),
) -> Result<Built, CommitError> {
    match try_step(store, set, contact, (begin, next)) {
        Ok(number) => Ok(Built::UpTo(number)),
        Err(IndexError::Store(error)) => Err(error.into()),
        Err(IndexError::Damaged | IndexError::Stale) => {
            forget(store, contact)?;
            Ok(Built::Damaged)
        }
    }
}

fn try_step(
    store: &Store,
    set: &mut ChangeSet,
    contact: ContactId,
    (begin, next): (u64, u64),
) -> Result<u64, IndexError> {
    let mut draft = Draft::open(store, contact)?;
    let begin = draft.next().max(begin).max(1);
    let (mut number, mut bytes, mut said) = (begin, 0, BTreeMap::new());
    while number < next && number - begin < MESSAGES && bytes < BYTES {
        let (kind, id) = name(RecordKey::Message(contact, number));
        if let Some(record) = store.get(kind, &id)? {
            bytes += record.len();
            if let Some(words) = Words::of(&record) {
                said.insert(number, Some(words));
            }
        }
        number += 1;
    }
    draft.say(said)?;
    draft.set_next(number);
    draft.finish(set)?;
    Ok(number)
}
