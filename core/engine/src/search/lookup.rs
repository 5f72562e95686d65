//! Looking words up: the heads of all conversations first, then parts, those with the latest messages
//! first, until nothing newer than what was found can come. Many conversations are shared out among threads.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use undertone_protocol::ContactId;
use undertone_storage::Store;

use super::parts::{Head, KIND, Part, section_id};
use super::volume::{Bytes, Documents, Terms};
use super::words::Wanted;
use super::{Damaged, IndexError, SearchCursor, SearchHit};

/// Threads of one search, at most,
const THREADS: usize = 4;
/// and for how many conversations there is one more.
const SHARE: usize = 64;

/// A message that was found, in the order of pages: newest first, then by contact, then by number from
/// the highest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ranked {
    time: Reverse<u64>,
    contact: ContactId,
    number: Reverse<u64>,
}

impl From<SearchCursor> for Ranked {
    fn from(cursor: SearchCursor) -> Self {
        Self {
            time: Reverse(cursor.time),
            contact: cursor.contact,
            number: Reverse(cursor.number),
        }
    }
}

/// What is looked for, and what was found so far.
#[derive(Clone)]
pub(super) struct Lookup<'a> {
    store: &'a Store,
    wanted: &'a [Wanted],
    from: u64,
    to: u64,
    after: Option<Ranked>,
    limit: usize,
    /// At most one more than the limit: whether there are more.
    best: BTreeSet<Ranked>,
}

impl<'a> Lookup<'a> {
    pub(super) fn new(
        store: &'a Store,
        wanted: &'a [Wanted],
        query: &super::Query,
        limit: usize,
    ) -> Self {
        Self {
            store,
            wanted,
            from: query.from.unwrap_or(0),
            to: query.to.unwrap_or(u64::MAX),
            after: query.before.map(Ranked::from),
            limit,
            best: BTreeSet::new(),
        }
    }

    /// Goes through the conversations.
    pub(super) fn run(self, contacts: &[ContactId]) -> Result<super::Page, IndexError> {
        let limit = self.limit;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = threads.min(THREADS).min(1 + contacts.len() / SHARE);
        let best = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads)
                .map(|first| {
                    let other = self.clone();
                    scope.spawn(move || other.find(contacts, first, threads))
                })
                .collect();
            let mut best = self.clone().find(contacts, 0, threads)?;
            for other in others {
                best.extend(other.join().map_err(|_| IndexError::Damaged)??);
            }
            Ok::<_, IndexError>(best)
        })?;
        Ok(page(best, limit))
    }

    /// Goes through one conversation of each `step`.
    fn find(
        mut self,
        contacts: &[ContactId],
        first: usize,
        step: usize,
    ) -> Result<BTreeSet<Ranked>, IndexError> {
        let mut parts: Vec<(u64, ContactId, Part)> = Vec::new();
        for contact in contacts.iter().skip(first).step_by(step).copied() {
            let Some(bytes) = Head::read(self.store, contact)? else {
                continue;
            };
            let head = Head::open(&bytes)?;
            self.search_newest(contact, &head)?;
            let may_have = head.catalogue.parts.into_iter();
            parts.extend(may_have.filter_map(|part| Some((self.reach(&part)?, contact, part))));
        }
        parts.sort_unstable_by_key(|(latest, ..)| Reverse(*latest));
        for (latest, contact, part) in parts {
            let is_full = self.best.len() > self.limit;
            if is_full && self.best.last().is_some_and(|worst| latest < worst.time.0) {
                break;
            }
            self.search_part(contact, &part)?;
        }
        Ok(self.best)
    }

    /// The latest time that something of a part can have which belongs on this page; `None`: nothing of it does.
    fn reach(&self, part: &Part) -> Option<u64> {
        let after = self.after.map_or(u64::MAX, |after| after.time.0);
        let end = self.to.checked_sub(1)?.min(after);
        (part.latest >= self.from && part.earliest <= end).then(|| part.latest.min(end))
    }

    fn offer(&mut self, contact: ContactId, number: u64, time: u64) {
        let hit = Ranked {
            time: Reverse(time),
            contact,
            number: Reverse(number),
        };
        let is_in_time = self.from <= time && time < self.to;
        if is_in_time && self.after.is_none_or(|after| hit > after) {
            self.best.insert(hit);
            if self.best.len() > self.limit + 1 {
                self.best.pop_last();
            }
        }
    }

    /// The newest messages of a conversation stand in its head.
    fn search_newest(&mut self, contact: ContactId, head: &Head<'_>) -> Result<(), IndexError> {
        let Some(first) = Documents::new(head.documents).next() else {
            return Ok(());
        };
        let (base, _) = first?;
        let mut found: Option<Vec<u64>> = None;
        for wanted in self.wanted {
            let mut numbers = Vec::new();
            find(wanted, base, head.terms, &mut numbers)?;
            if narrow(&mut found, numbers) {
                return Ok(());
            }
        }
        self.offer_documents(contact, head.documents, &found.unwrap_or_default())
    }

    fn search_part(&mut self, contact: ContactId, part: &Part) -> Result<(), IndexError> {
        let store = self.store;
        let section = |number: u16| -> Result<Bytes, IndexError> {
            let id = section_id(contact, part.name, number);
            // The part was put together with others while this search went on.
            store.get(KIND, &id)?.ok_or(IndexError::Stale)
        };
        let directory = part.directory(section)?;
        let mut found: Option<Vec<u64>> = None;
        for wanted in self.wanted {
            let mut numbers = Vec::new();
            for chunk in directory.chunks_of(wanted.term.as_bytes(), wanted.is_prefix) {
                find(wanted, part.first, &section(chunk)?, &mut numbers)?;
            }
            if narrow(&mut found, numbers) {
                return Ok(());
            }
        }
        let found = found.unwrap_or_default();
        for numbers in
            found.chunk_by(|one, other| directory.block_of(*one) == directory.block_of(*other))
        {
            let block = section(
                numbers
                    .first()
                    .map_or(0, |first| directory.block_of(*first)),
            )?;
            self.offer_documents(contact, &block, numbers)?;
        }
        Ok(())
    }

    /// Offers those documents of a block that were found.
    fn offer_documents(
        &mut self,
        contact: ContactId,
        block: &[u8],
        found: &[u64],
    ) -> Result<(), IndexError> {
        let mut found = found.iter().peekable();
        for document in Documents::new(block) {
            let (number, time) = document?;
            if found.next_if(|wanted| **wanted == number).is_some() {
                self.offer(contact, number, time);
            }
        }
        // Each posting has its document.
        match found.next() {
            None => Ok(()),
            Some(_) => Err(IndexError::Damaged),
        }
    }
}

/// The first of what was found; there can be more than fit.
fn page(best: BTreeSet<Ranked>, limit: usize) -> super::Page {
    let has_more = best.len() > limit;
    let found: Vec<_> = best.into_iter().take(limit).collect();
    let more = found.last().filter(|_| has_more).map(|last| SearchCursor {
        time: last.time.0,
        contact: last.contact,
        number: last.number.0,
    });
    let hits = found.iter().map(|hit| SearchHit {
        contact: hit.contact,
        number: hit.number.0,
    });
    super::Page {
        hits: hits.collect(),
        more,
    }
}

/// Adds the messages of a chunk that have what is wanted.
fn find(wanted: &Wanted, base: u64, chunk: &[u8], out: &mut Vec<u64>) -> Result<(), Damaged> {
    let term = wanted.term.as_bytes();
    let mut terms = Terms::new(base, chunk);
    while let Some(postings) = terms.next()? {
        let here = terms.term();
        if here == term || wanted.is_prefix && here.starts_with(term) {
            postings.numbers(out)?;
        } else if here > term {
            break;
        }
    }
    Ok(())
}

/// Keeps what was found before and now; `true`: nothing is left.
fn narrow(found: &mut Option<Vec<u64>>, mut numbers: Vec<u64>) -> bool {
    numbers.sort_unstable();
    numbers.dedup();
    let kept = match found.take() {
        None => numbers,
        Some(mut before) => {
            before.retain(|number| numbers.binary_search(number).is_ok());
            before
        }
    };
    let is_over = kept.is_empty();
    *found = Some(kept);
    is_over
}
