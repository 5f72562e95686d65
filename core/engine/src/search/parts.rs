//! The records of the index: their names, their slot, what is in them.
//!
//! ```text
//! head        of a conversation       contact (16)
//! section     of a part               contact (16), part (8), section (2); integers big-endian
//!
//! head        form (1), catalogue, documents and terms of the newest messages; each with its length
//! section 0   postcard of the directory, then one section for each block of documents, then the chunks
//! ```
//!
//! A short directory stands in the catalogue instead: of most conversations a search then reads the head and one chunk of
//! each part, which is what takes its time.
//!
//! A part never changes: who changes its content writes another one under a new name and deletes
//! this one, in one change set. So whoever finds a section finds the right one.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use undertone_protocol::ContactId;
use undertone_storage::{Kind, ReadError, Slot, Store};
use zeroize::Zeroizing;

use super::volume::{Bytes, Volume, put_bytes, take_bytes};
use super::{Damaged, IndexError};

pub(super) const KIND: Kind = Kind::Search;
/// 2 since short directories stand in the head: an index of an older form is built anew.
const FORM: u8 = 2;
/// What is stored as one chunk: with the identifier and the seal it fills one piece of the store.
pub(super) const CHUNK: usize = 3_990;
/// The day of the index's slot: it never comes, so it is never merged into a month.
pub(crate) const NEVER: u32 = u32::MAX;

/// The slot of a conversation's index.
pub(super) const fn slot(contact: ContactId) -> Slot {
    Slot::Conversation {
        conversation: *contact.as_bytes(),
        day: NEVER,
    }
}

pub(super) fn section_id(contact: ContactId, part: u64, section: u16) -> Vec<u8> {
    let (part, section) = (part.to_be_bytes(), section.to_be_bytes());
    [contact.as_bytes().as_slice(), &part, &section].concat()
}

/// What a conversation's index consists of.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Catalogue {
    /// All messages below this number are in the index.
    pub(super) next: u64,
    pub(super) next_part: u64,
    /// In the order of numbers, which do not overlap.
    pub(super) parts: Vec<Part>,
}

/// One part: the words of successive messages.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) name: u64,
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) earliest: u64,
    pub(super) latest: u64,
    pub(super) weight: u64,
    pub(super) sections: u16,
    /// `None`: it is section 0.
    pub(super) directory: Option<Directory>,
}

impl Part {
    /// Its directory; `section` reads a section.
    pub(super) fn directory(
        &self,
        section: impl FnOnce(u16) -> Result<Bytes, IndexError>,
    ) -> Result<Cow<'_, Directory>, IndexError> {
        match &self.directory {
            Some(directory) => Ok(Cow::Borrowed(directory)),
            None => Ok(Cow::Owned(Directory::open(&section(0)?)?)),
        }
    }
}

/// An opened head.
pub(super) struct Head<'a> {
    pub(super) catalogue: Catalogue,
    pub(super) documents: &'a [u8],
    pub(super) terms: &'a [u8],
}

impl<'a> Head<'a> {
    pub(super) fn read(store: &Store, contact: ContactId) -> Result<Option<Bytes>, ReadError> {
        store.get(KIND, contact.as_bytes())
    }

    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Damaged> {
        let (form, mut rest) = bytes.split_first().ok_or(Damaged)?;
        if *form != FORM {
            return Err(Damaged);
        }
        let catalogue = take_bytes(&mut rest)?;
        Ok(Self {
            catalogue: postcard::from_bytes(catalogue).map_err(|_| Damaged)?,
            documents: take_bytes(&mut rest)?,
            terms: take_bytes(&mut rest)?,
        })
    }

    pub(super) fn pack(catalogue: &Catalogue, newest: &Volume) -> Result<Bytes, Damaged> {
        let catalogue = postcard::to_stdvec(catalogue).map_err(|_| Damaged)?;
        let room = catalogue.len() + newest.weight() + 64;
        let mut bytes = Zeroizing::new(Vec::with_capacity(room));
        bytes.push(FORM);
        put_bytes(&mut bytes, &catalogue);
        let documents = newest.pack_documents(usize::MAX).pop();
        put_bytes(
            &mut bytes,
            &documents.map(|(_, all)| all).unwrap_or_default(),
        );
        let terms = newest.pack_terms(usize::MAX).pop();
        put_bytes(&mut bytes, &terms.map(|(_, all)| all).unwrap_or_default());
        Ok(bytes)
    }
}

/// Where things stand in a part.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Directory {
    /// The first number of each block of documents.
    blocks: Vec<u64>,
    /// For each chunk what none of its terms is below, and all terms before are.
    separators: Vec<Vec<u8>>,
}

impl Directory {
    pub(super) fn open(bytes: &[u8]) -> Result<Self, Damaged> {
        postcard::from_bytes(bytes).map_err(|_| Damaged)
    }

    /// About how many bytes it takes.
    pub(super) fn weight(&self) -> usize {
        let separators = self.separators.iter().map(|separator| separator.len() + 1);
        3 * self.blocks.len() + separators.sum::<usize>()
    }

    /// The directory and the sections of a part, of which it is the first.
    pub(super) fn pack(volume: &Volume) -> Result<(Self, Vec<Bytes>), Damaged> {
        let (blocks, documents): (Vec<_>, Vec<_>) =
            volume.pack_documents(BLOCK).into_iter().unzip();
        let (separators, chunks): (Vec<_>, Vec<_>) = volume.pack_terms(CHUNK).into_iter().unzip();
        let directory = Self { blocks, separators };
        let packed = postcard::to_stdvec(&directory).map_err(|_| Damaged)?;
        let mut sections = vec![Zeroizing::new(packed)];
        sections.extend(documents);
        sections.extend(chunks);
        Ok((directory, sections))
    }

    pub(super) fn block_sections(&self) -> std::ops::Range<u16> {
        1..1 + self.blocks.len() as u16
    }

    pub(super) fn chunk_sections(&self) -> std::ops::Range<u16> {
        let first = 1 + self.blocks.len() as u16;
        first..first + self.separators.len() as u16
    }

    /// The section of the block that a number stands in.
    pub(super) fn block_of(&self, number: u64) -> u16 {
        let blocks = self.blocks.partition_point(|first| *first <= number);
        blocks.max(1) as u16
    }

    /// The sections of the chunks in which a term, or terms that begin with it, may stand.
    pub(super) fn chunks_of(&self, term: &[u8], is_prefix: bool) -> std::ops::Range<u16> {
        let below = |separator: &Vec<u8>| separator.as_slice() <= term;
        let begins = |separator: &Vec<u8>| below(separator) || separator.starts_with(term);
        let end = if is_prefix {
            self.separators.partition_point(begins)
        } else {
            self.separators.partition_point(below)
        };
        let first = self.separators.partition_point(below).saturating_sub(1);
        let sections = self.chunk_sections().start;
        sections + first as u16..sections + end as u16
    }
}

/// Documents in one block of a part.
const BLOCK: usize = 1024;

/// Reads a part whole.
pub(super) fn unpack(
    part: &Part,
    mut section: impl FnMut(u16) -> Result<Bytes, IndexError>,
) -> Result<Volume, IndexError> {
    let directory = part.directory(&mut section)?;
    let mut volume = Volume::default();
    for number in directory.block_sections() {
        volume.unpack_documents(&section(number)?)?;
    }
    for number in directory.chunk_sections() {
        volume.unpack_terms(part.first, &section(number)?)?;
    }
    Ok(volume)
}
