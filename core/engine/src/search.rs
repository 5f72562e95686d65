//! Search over the messages of a profile: words, prefixes, a contact, a span of time.
//!
//! **Where the index lies.** Each conversation has an index of its own: a head with the words of its
//! newest messages and a catalogue, and parts with those of older ones. All its records lie in one slot, beside
//! the slots of the conversation's days, under a day that never comes. So:
//!
//! - Who erases the conversation destroys that key with the others, and nothing of the index can be read
//!   any more.
//! - Who deletes a message, or changes it, takes words out of records that lie in the log, where older
//!   versions of them can still be read. So the index is sealed again together with the message's day: its slot
//!   stands in the same list, which the engine writes with the deletion and works off before it answers, or at the
//!   next start. Who destroys the key of a day must therefore *also* delete that day's messages record by record.
//!
//! Why not the slots of the days, where words would die with the messages by themselves? A search that
//! finds nothing must look into every slot. Of a million messages with 500 people in three years there are some 18,000
//! months and 15,000 days that are no months yet: 33,000 records, which take half a second to read, where this
//! index takes two thousand. Filters in memory would be quick once they were made, but not at the first search.
//!
//! **How it grows.** A new message rewrites the head, about 2 KB, in its own change set. When the head is full
//! it becomes a part, and takes up the part before if that is less than four times as heavy, and so on up to
//! 256 KiB (more where there are hundreds of parts): a conversation of 2,000 messages has two or three parts, one
//! of 100,000 about ten, and each word is written some eight times in its life. A text of 64 KiB becomes a part at
//! once, so that no head is ever much longer, whatever a peer sends.
//!
//! **Where it is missing**, because a profile is older than it, it is built in bits while the profile runs (see
//! [`build`]); what comes meanwhile waits for its turn. A damaged index is erased and built anew: messages never
//! depend on it.
//!
//! **How it is read.** Nothing is kept in memory. A search reads the heads, then those parts that may
//! hold something newer than what was found: of each one chunk of 4 KB, and its directory, unless that stands in the head. Up to four threads share
//! the conversations. The order is the time of a message, newest first. A search may go on while messages are
//! stored; when a part that it wants was put together with others meanwhile, it begins again.
//!
//! It does not know edits, deletions and replies as such: what a message's record says is in the index.

mod build;
mod draft;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod lookup;
mod parts;
#[cfg(test)]
mod tests;
mod volume;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use undertone_protocol::{ContactId, MAX_PAGE, StoredMessage};
use undertone_storage::{ChangeSet, CommitError, EraseError, ReadError, Store};
use zeroize::Zeroizing;

pub(crate) use self::build::{Builder, step};
use self::draft::Draft;
use self::lookup::Lookup;
pub(crate) use self::parts::NEVER;
use self::words::Term;

/// How often a search begins again because the index changed under it. It takes dozens of messages to
/// change a part, and milliseconds to look into all of them.
const ATTEMPTS: usize = 20;

/// What is looked for.
#[derive(Clone, PartialEq, Eq)]
pub struct Query {
    /// Words that must all be there. One with a star behind it, and one that ends the text, may be the
    /// beginning of a word. At most 1,024 bytes and 32 words.
    pub text: String,
    /// Only messages with this contact.
    pub contact: Option<ContactId>,
    /// Not before this time, seconds since 1970.
    pub from: Option<u64>,
    /// Before this time, seconds since 1970.
    pub to: Option<u64>,
    /// Where the page before ended.
    pub before: Option<SearchCursor>,
    /// At most this many hits, 1 to 1,000.
    pub limit: u32,
}

impl std::fmt::Debug for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Query(..)")
    }
}

/// Where a page of hits ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchCursor {
    /// The last hit's time, seconds since 1970.
    pub time: u64,
    /// Its contact.
    pub contact: ContactId,
    /// Its number in the conversation.
    pub number: u64,
}

/// A message that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchHit {
    /// The conversation.
    pub contact: ContactId,
    /// The message's number in it.
    pub number: u64,
}

/// A page of hits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Newest first.
    pub hits: Vec<SearchHit>,
    /// Where to go on, if there are more.
    pub more: Option<SearchCursor>,
}

/// Why a query cannot be looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum QueryError {
    /// Nothing but spaces and signs.
    #[error("there is no word to look for")]
    NoWords,
    /// More than 1,024 bytes or 32 words.
    #[error("a search can have 32 words and 1024 bytes")]
    TooLong,
}

/// Why a search has no result.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The query is at fault.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The store refuses to read, or the index is damaged.
    #[error(transparent)]
    Store(#[from] ReadError),
    /// So many messages came meanwhile that the index was never the same for a moment.
    #[error("too many messages are coming in at this moment: search again")]
    Busy,
}

/// A record of the index that says nothing sensible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a record of the search index is damaged")]
struct Damaged;

/// Why the index was not read or changed.
#[derive(Debug)]
enum IndexError {
    Store(ReadError),
    Damaged,
    /// A section that a head named is not there any more.
    Stale,
}

impl From<ReadError> for IndexError {
    fn from(error: ReadError) -> Self {
        Self::Store(error)
    }
}

impl From<Damaged> for IndexError {
    fn from(Damaged: Damaged) -> Self {
        Self::Damaged
    }
}

impl From<Damaged> for ReadError {
    fn from(Damaged: Damaged) -> Self {
        Self::Damaged
    }
}

impl From<IndexError> for ReadError {
    fn from(error: IndexError) -> Self {
        match error {
            IndexError::Store(error) => error,
            IndexError::Damaged | IndexError::Stale => Self::Damaged,
        }
    }
}

/// The words of one message.
#[derive(PartialEq, Eq)]
pub(crate) struct Words {
    /// When it was written, seconds since 1970.
    time: u64,
    terms: BTreeSet<Term>,
}

impl Words {
    /// The words of a message's record; `None` if it has none.
    fn of(record: &[u8]) -> Option<Self> {
        let message = StoredMessage::decode(record)?;
        let text = Zeroizing::new(message.words()?.text);
        let terms = words::terms_of(&text);
        (!terms.is_empty()).then_some(Self {
            time: message.time,
            terms,
        })
    }
}

/// A message that a change set stores or deletes.
pub(crate) struct Said {
    pub(crate) contact: ContactId,
    pub(crate) number: u64,
    /// `None`: it is deleted.
    pub(crate) record: Option<Zeroizing<Vec<u8>>>,
    /// The index of its conversation is being built; messages that this did not come to are left to it.
    pub(crate) is_built_later: bool,
}

/// Adds what messages say from then on to a change set. Gives the conversations whose index was damaged and has
/// to be built anew. There must be one caller at a time, who commits the set before the next call.
///
/// Words that were taken out can still be read in the store's files until [`NEVER`], the day of the index, is
/// sealed again.
///
/// # Errors
/// As [`Store::get`], and as [`Store::erase`] if an index was damaged.
pub(crate) fn update(
    store: &Store,
    set: &mut ChangeSet,
    said: Vec<Said>,
) -> Result<Vec<ContactId>, CommitError> {
    let mut conversations: BTreeMap<ContactId, (bool, Numbered)> = BTreeMap::new();
    for one in said {
        let (is_built_later, all) = conversations.entry(one.contact).or_default();
        *is_built_later |= one.is_built_later;
        all.insert(one.number, one.record);
    }
    let mut damaged = Vec::new();
    for (contact, (is_built_later, said)) in conversations {
        match update_one(store, contact, is_built_later, said) {
            Ok(draft) => draft.finish(set).map_err(ReadError::from)?,
            Err(IndexError::Store(error)) => return Err(error.into()),
            Err(IndexError::Damaged | IndexError::Stale) => {
                forget(store, contact)?;
                damaged.push(contact);
            }
        }
    }
    Ok(damaged)
}

/// Records of messages by their numbers; `None`: deleted.
type Numbered = BTreeMap<u64, Option<Zeroizing<Vec<u8>>>>;

fn update_one(
    store: &Store,
    contact: ContactId,
    is_built_later: bool,
    mut said: Numbered,
) -> Result<Draft<'_>, IndexError> {
    let mut draft = Draft::open(store, contact)?;
    if is_built_later {
        said.split_off(&draft.next());
    }
    let words = |record: Option<Zeroizing<Vec<u8>>>| record.and_then(|record| Words::of(&record));
    let said = said
        .into_iter()
        .map(|(number, record)| (number, words(record)));
    draft.say(said.collect())?;
    Ok(draft)
}

/// Erases an index that says nothing sensible. What it is made of is still there.
fn forget(store: &Store, contact: ContactId) -> Result<(), CommitError> {
    tracing::warn!("the search index of a conversation has another form; it is built anew");
    let erased = store.erase(parts::slot(contact));
    erased.map_err(|EraseError(error)| error)
}

/// Looks a query up in the conversations with some contacts. It blocks on the disk, and may go on beside
/// commits.
///
/// # Errors
/// See [`SearchError`].
pub(crate) fn search(
    store: &Store,
    contacts: &[ContactId],
    query: &Query,
) -> Result<Page, SearchError> {
    let wanted = words::wanted(&query.text)?;
    let limit = query.limit.clamp(1, MAX_PAGE) as usize;
    let contacts = contacts.iter().copied();
    let contacts: Vec<_> = contacts
        .filter(|id| query.contact.is_none_or(|only| only == *id))
        .collect();
    for _ in 0..ATTEMPTS {
        match Lookup::new(store, &wanted, query, limit).run(&contacts) {
            Err(IndexError::Stale) => {}
            other => return Ok(other.map_err(ReadError::from)?),
        }
    }
    Err(SearchError::Busy)
}
