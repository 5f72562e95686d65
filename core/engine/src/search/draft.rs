//! The index of one conversation while it is changed: the newest messages in its head, older ones in
//! parts that are put together as they become many.

use std::collections::{BTreeMap, BTreeSet};

use undertone_protocol::ContactId;
use undertone_storage::{ChangeSet, Store};

use super::parts::{self, Catalogue, Directory, Head, KIND, Part, section_id, slot};
use super::volume::{Bytes, Volume};
use super::{Damaged, IndexError, Words};

/// The newest messages leave the head for a part when they weigh so much: the head is written with each
/// message.
const HEAD: usize = 2_000;
/// A part is put together with the one before it while that one weighs less than this many times as much,
const GROWTH: u64 = 4;
/// both together weigh no more than this (twice as much for every so many parts, so that the catalogue in the
/// head stays short whatever is said),
const HEAVIEST: u64 = 256 * 1024;
const PARTS: usize = 256;
const DOUBLINGS: usize = 5;
/// and span no more numbers than this: a bitmap of them fits into a chunk.
const WIDEST: u64 = 16 * 1024;
/// A directory of at most so many bytes stands in the head, and of all together so many: the head is written with each
/// message.
const SHORT: usize = 200;
const IN_HEAD: usize = 1_200;

/// A conversation's index in the making.
pub(super) struct Draft<'a> {
    store: &'a Store,
    contact: ContactId,
    catalogue: Catalogue,
    newest: Volume,
    /// Sections that are written or, `None`, deleted.
    sections: BTreeMap<(u64, u16), Option<Bytes>>,
    is_changed: bool,
}

impl<'a> Draft<'a> {
    /// What is stored, or an empty index.
    pub(super) fn open(store: &'a Store, contact: ContactId) -> Result<Self, IndexError> {
        let mut draft = Self {
            store,
            contact,
            catalogue: Catalogue::default(),
            newest: Volume::default(),
            sections: BTreeMap::new(),
            is_changed: false,
        };
        if let Some(bytes) = Head::read(store, contact)? {
            let head = Head::open(&bytes)?;
            draft.newest.unpack_documents(head.documents)?;
            let base = draft.newest.numbers().map_or(0, |(first, _)| first);
            draft.newest.unpack_terms(base, head.terms)?;
            draft.catalogue = head.catalogue;
        }
        Ok(draft)
    }

    /// The lowest number that is not in the index yet.
    pub(super) fn next(&self) -> u64 {
        self.catalogue.next
    }

    /// All messages below this number are in the index, or hold no words.
    pub(super) fn set_next(&mut self, next: u64) {
        self.is_changed |= next > self.catalogue.next;
        self.catalogue.next = self.catalogue.next.max(next);
    }

    /// What messages say now, by their numbers; `None`: nothing any more.
    pub(super) fn say(&mut self, mut said: BTreeMap<u64, Option<Words>>) -> Result<(), IndexError> {
        let highest = said.last_key_value().map_or(0, |(number, _)| *number);
        let parts = &self.catalogue.parts;
        let last = parts.last().map(|part| part.last);
        let newest = match last.and_then(|last| last.checked_add(1)) {
            Some(first) => said.split_off(&first),
            None if last.is_some() => BTreeMap::new(),
            None => std::mem::take(&mut said),
        };
        // From the last one on, so that places stay what they are when a part becomes empty.
        for place in (0..self.catalogue.parts.len()).rev() {
            let before = place
                .checked_sub(1)
                .and_then(|place| self.catalogue.parts.get(place))
                .map_or(0, |part| part.last.saturating_add(1));
            let here = said.split_off(&before);
            if !here.is_empty() {
                self.say_in_part(place, here)?;
            }
        }
        self.say_newest(newest)?;
        self.set_next(highest.saturating_add(1));
        Ok(())
    }

    fn say_newest(&mut self, mut said: BTreeMap<u64, Option<Words>>) -> Result<(), IndexError> {
        // What may stand among the newest already is put back before they become a part: numbers of parts do not
        // overlap.
        let last = self.newest.numbers().map_or(0, |(_, last)| last);
        let later = said.split_off(&last.saturating_add(1));
        let numbers = said.keys().copied().collect();
        let mut before = self.newest.take_out(&numbers);
        for (number, words) in said {
            self.is_changed |= before.remove(&number) != words;
            if let Some(words) = words {
                self.newest.add(number, &words);
            }
        }
        for (number, words) in later {
            if self.newest.weight() > HEAD {
                self.close_newest()?;
            }
            if let Some(words) = words {
                self.is_changed = true;
                self.newest.add(number, &words);
            }
        }
        if self.newest.weight() > HEAD {
            self.close_newest()?;
        }
        Ok(())
    }

    fn say_in_part(
        &mut self,
        place: usize,
        said: BTreeMap<u64, Option<Words>>,
    ) -> Result<(), IndexError> {
        let Some(part) = self.catalogue.parts.get(place).cloned() else {
            return Ok(());
        };
        let mut volume = self.load(&part)?;
        let numbers: BTreeSet<u64> = said.keys().copied().collect();
        let mut before = volume.take_out(&numbers);
        let mut is_changed = false;
        for (number, words) in said {
            is_changed |= before.remove(&number) != words;
            if let Some(words) = words {
                volume.add(number, &words);
            }
        }
        if !is_changed {
            return Ok(());
        }
        self.is_changed = true;
        self.delete(&part);
        match self.store_part(&volume)? {
            Some(part) => self.catalogue.parts[place] = part,
            None => {
                self.catalogue.parts.remove(place);
            }
        }
        Ok(())
    }

    /// The newest messages become a part, with earlier parts that are not much larger.
    fn close_newest(&mut self) -> Result<(), IndexError> {
        let mut volume = std::mem::take(&mut self.newest);
        let heaviest = HEAVIEST << (self.catalogue.parts.len() / PARTS).min(DOUBLINGS);
        while let Some(part) = self.catalogue.parts.last().cloned() {
            let weight = volume.weight() as u64;
            let span = volume.numbers().map_or(0, |(_, last)| last - part.first);
            if part.weight >= weight * GROWTH || part.weight + weight > heaviest || span >= WIDEST {
                break;
            }
            volume.absorb(self.load(&part)?);
            self.delete(&part);
            self.catalogue.parts.pop();
        }
        let part = self.store_part(&volume)?;
        self.catalogue.parts.extend(part);
        Ok(())
    }

    fn load(&self, part: &Part) -> Result<Volume, IndexError> {
        parts::unpack(part, |section| {
            let key = (part.name, section);
            let found = match self.sections.get(&key) {
                Some(written) => written.clone(),
                None => {
                    let id = section_id(self.contact, part.name, section);
                    self.store.get(KIND, &id)?
                }
            };
            found.ok_or(IndexError::Damaged)
        })
    }

    fn delete(&mut self, part: &Part) {
        for section in 0..part.sections {
            self.sections.insert((part.name, section), None);
        }
    }

    fn store_part(&mut self, volume: &Volume) -> Result<Option<Part>, IndexError> {
        let (Some((first, last)), Some((earliest, latest))) = (volume.numbers(), volume.times())
        else {
            return Ok(None);
        };
        let (directory, sections) = Directory::pack(volume)?;
        let in_head = self.catalogue.parts.iter();
        let in_head = in_head.filter_map(|part| part.directory.as_ref());
        let room = IN_HEAD.saturating_sub(in_head.map(Directory::weight).sum());
        let is_short = directory.weight() <= room.min(SHORT);
        let name = self.catalogue.next_part;
        self.catalogue.next_part += 1;
        let part = Part {
            name,
            first,
            last,
            earliest,
            latest,
            weight: volume.weight() as u64,
            sections: u16::try_from(sections.len()).map_err(|_| Damaged)?,
            directory: is_short.then_some(directory),
        };
        for (section, bytes) in (0..).zip(sections).skip(usize::from(is_short)) {
            self.sections.insert((name, section), Some(bytes));
        }
        Ok(Some(part))
    }

    /// Puts the changes into a change set, if there are any.
    pub(super) fn finish(self, set: &mut ChangeSet) -> Result<(), Damaged> {
        if !self.is_changed {
            return Ok(());
        }
        let slot = slot(self.contact);
        let head = Head::pack(&self.catalogue, &self.newest)?;
        set.put(KIND, self.contact.as_bytes(), slot, head);
        for ((part, section), bytes) in self.sections {
            let id = section_id(self.contact, part, section);
            match bytes {
                Some(bytes) => set.put(KIND, &id, slot, bytes),
                None => set.delete(KIND, &id),
            };
        }
        Ok(())
    }
}
