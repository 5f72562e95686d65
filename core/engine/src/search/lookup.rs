//! Looking words up: the heads of all conversations first, then parts, those with the latest messages
//! first, until nothing newer than what was found can come.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use undertone_protocol::ContactId;
use undertone_storage::Store;

use super::parts::{Directory, Head, KIND, Part, section_id};
use super::volume::{Bytes, Documents, Terms};
use super::words::Wanted;
use super::{Damaged, IndexError, SearchCursor, SearchHit};

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
    pub(super) fn run(
        mut self,
        contacts: impl Iterator<Item = ContactId>,
    ) -> Result<super::Page, IndexError> {
        let mut parts: Vec<(ContactId, Part)> = Vec::new();
        for contact in contacts {
            let Some(bytes) = Head::read(self.store, contact)? else {
                continue;
            };
            let head = Head::open(&bytes)?;
            self.search_newest(contact, &head)?;
            let may_have = head
                .catalogue
                .parts
                .into_iter()
                .filter(|part| self.reaches(part));
            parts.extend(may_have.map(|part| (contact, part)));
        }
        parts.sort_unstable_by_key(|(_, part)| Reverse(part.latest));
        for (contact, part) in parts {
            let is_full = self.best.len() > self.limit;
            if is_full
                && self
                    .best
                    .last()
                    .is_some_and(|worst| part.latest < worst.time.0)
            {
                break;
            }
            self.search_part(contact, &part)?;
        }
        Ok(self.page())
    }

    fn page(self) -> super::Page {
        let has_more = self.best.len() > self.limit;
        let found: Vec<_> = self.best.into_iter().take(self.limit).collect();
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

    /// Whether a part may hold what belongs on this page.
    fn reaches(&self, part: &Part) -> bool {
        let after = self.after.map_or(u64::MAX, |after| after.time.0);
        part.latest >= self.from && part.earliest < self.to && part.earliest <= after
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
        let directory = Directory::open(&section(0)?)?;
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
