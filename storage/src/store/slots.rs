//! Destroying keys: rotation, erasure, sealing again, merging days into months.
//!
//! All of it has the same shape: first the key file says what is going to happen, then the
//! records follow, then the key file forgets the old key. Whatever interrupts it, the key file tells the
//! next opening what is left to do.

use std::sync::atomic::Ordering;

use crate::calendar::{self, Day};
use crate::change::Slot;
use crate::home::VAULTS;
use crate::keys::{Purpose, Ring, SlotNumber};
use crate::store::lists;
use crate::store::plan::Plan;
use crate::store::{CommitError, EraseError, Store, Writer};

/// Records are sealed again in batches of about this many bytes.
const BATCH: u64 = 4 << 20;

/// The records of a slot go to another, or away; and in how many lists they are.
type Move = (SlotNumber, Option<SlotNumber>, u8);

impl Store {
    /// Gives [`Slot::State`] a new key: all its records are sealed again and the old key is
    /// overwritten, so that earlier states cannot be read any more with anything on disk and the
    /// passphrase. To be called after opening, every 15 minutes of use, and by [`lock`](Self::lock).
    ///
    /// # Errors
    /// See [`EraseError`].
    pub fn rotate_state_key(&self) -> Result<(), EraseError> {
        self.reseal(Slot::State)
    }

    /// Gives a slot a new key: what is in it stays, what was deleted or replaced before can no longer be
    /// read. The way to delete one message: commit the deletion, then seal its day again.
    ///
    /// # Errors
    /// See [`EraseError`].
    pub fn reseal(&self, slot: Slot) -> Result<(), EraseError> {
        self.reseal_all(&[slot])
    }

    /// Does the same with several slots, which costs little more than one of them.
    ///
    /// # Errors
    /// See [`EraseError`].
    pub fn reseal_all(&self, slots: &[Slot]) -> Result<(), EraseError> {
        let mut writer = self.writer()?;
        let mut ring = self.ring()?.clone();
        let mut purposes: Vec<_> = slots.iter().map(|slot| ring.purpose_of(*slot)).collect();
        // Days of one month are one slot.
        purposes.sort_unstable();
        purposes.dedup();
        purposes.retain(|purpose| ring.live(*purpose).is_some());
        if purposes.is_empty() {
            return Ok(());
        }
        for purpose in purposes {
            let old = ring.live(purpose).ok_or(CommitError::Damaged)?;
            let new = ring.add(purpose).map_err(CommitError::Io)?;
            ring.retire(old, new);
        }
        self.adopt(ring)?;
        Ok(self.finish_retiring(&mut writer)?)
    }

    /// Destroys a slot's key and then deletes its records. When it returns, nothing of them can be read
    /// any more with anything on disk and the passphrase. A merged day is erased with its whole month.
    ///
    /// # Errors
    /// See [`EraseError`].
    pub fn erase(&self, slot: Slot) -> Result<(), EraseError> {
        self.erase_where(|ring, purpose| ring.purpose_of(slot) == purpose)
    }

    /// Destroys all keys of a conversation and then deletes its records, as [`erase`](Self::erase) does.
    /// Only what was stored in slots of the conversation is erased, not what speaks of it elsewhere.
    ///
    /// # Errors
    /// See [`EraseError`].
    pub fn erase_conversation(&self, conversation: [u8; 16]) -> Result<(), EraseError> {
        self.erase_where(|_, purpose| match purpose {
            Purpose::Day {
                conversation: of, ..
            }
            | Purpose::Month {
                conversation: of, ..
            } => of == conversation,
            Purpose::Data | Purpose::State => false,
        })
    }

    /// Merges the days of all conversations that are more than 30 days before `today` into months:
    /// their records are sealed again under one key a month and the keys of the days are overwritten.
    /// Days only go forward: a `today` before one given earlier changes nothing.
    ///
    /// # Errors
    /// See [`EraseError`].
    pub fn merge_days(&self, today: Day) -> Result<(), EraseError> {
        let Some(last) = today.checked_sub(calendar::DAYS_KEPT + 1) else {
            return Ok(());
        };
        let mut writer = self.writer()?;
        let mut ring = self.ring()?.clone();
        let merged: Vec<_> = ring
            .entries()
            .filter_map(|(number, entry)| match entry.purpose {
                Purpose::Day { conversation, day } if day <= last => Some((
                    number,
                    Purpose::Month {
                        conversation,
                        month: calendar::month_of(day),
                    },
                )),
                _ => None,
            })
            .collect();
        if merged.is_empty() {
            return Ok(());
        }
        for (number, month) in merged {
            let into = match ring.live(month) {
                Some(into) => into,
                None => ring.add(month).map_err(CommitError::Io)?,
            };
            ring.retire(number, into);
        }
        ring.merged_through = ring.merged_through.max(Some(last));
        self.adopt(ring)?;
        Ok(self.finish_retiring(&mut writer)?)
    }

    fn erase_where(&self, which: impl Fn(&Ring, Purpose) -> bool) -> Result<(), EraseError> {
        let mut writer = self.writer()?;
        let mut ring = self.ring()?.clone();
        let doomed: Vec<_> = ring
            .entries()
            .filter(|(_, entry)| which(&ring, entry.purpose))
            .map(|(number, _)| number)
            .collect();
        if doomed.is_empty() {
            return Ok(());
        }
        for number in doomed {
            ring.erase(number);
        }
        self.adopt(ring)?;
        Ok(self.finish_erasing(&mut writer)?)
    }

    /// Makes a ring durable and then the one in use. After an error the store is closed, because
    /// either ring may be on disk.
    pub(super) fn adopt(&self, mut ring: Ring) -> Result<(), CommitError> {
        let residence = self.claim.residence();
        let written = {
            let _files = residence.files();
            // Looked at with the files held: what was destroyed stays destroyed.
            if self.claim.is_destroyed() {
                return Err(CommitError::Closed);
            }
            if self.is_deniable() {
                ring.write_among(&residence.vaults(), self.claim.number(), &self.keys.ring)
            } else {
                ring.write(&self.claim.paths(), &self.keys.ring)
            }
        };
        let size = match written {
            Ok(size) => size,
            // Found before anything was written.
            Err(crate::keys::KeysError::Full) => return Err(CommitError::KeysFull),
            Err(error) => {
                self.close();
                return Err(error.into());
            }
        };
        // All key files have one size in deniable mode, and three in four of them are not one's own.
        let vaults = if self.is_deniable() { VAULTS as u64 } else { 1 };
        self.count(2 * vaults, size / vaults);
        self.cover_bytes
            .fetch_add(size - size / vaults, Ordering::Relaxed);
        *self.ring.write().map_err(|_| CommitError::Closed)? = ring;
        Ok(())
    }

    /// Seals again what retiring slots still hold, then forgets their keys.
    pub(super) fn finish_retiring(&self, writer: &mut Writer) -> Result<(), CommitError> {
        let retiring: Vec<_> = self
            .ring()?
            .entries()
            .filter_map(|(number, entry)| Some((number, entry.retiring_into?, entry.purpose)))
            .collect();
        if retiring.is_empty() {
            return Ok(());
        }
        self.empty_slots(
            writer,
            retiring
                .iter()
                .map(|(from, into, purpose)| (*from, Some(*into), purpose.lists())),
        )?;
        let mut ring = self.ring()?.clone();
        for (number, ..) in retiring {
            ring.remove(number);
        }
        self.adopt(ring)
    }

    /// Deletes what erased slots still hold, then forgets that they were.
    pub(super) fn finish_erasing(&self, writer: &mut Writer) -> Result<(), CommitError> {
        let erased: Vec<_> = self.ring()?.erased().collect();
        if erased.is_empty() {
            return Ok(());
        }
        self.empty_slots(
            writer,
            erased
                .into_iter()
                .map(|(number, lists)| (number, None, lists)),
        )?;
        let mut ring = self.ring()?.clone();
        ring.forget_erased();
        self.adopt(ring)
    }

    /// Moves the records of slots to others, or deletes them, in batches of bounded size.
    fn empty_slots(
        &self,
        writer: &mut Writer,
        slots: impl Iterator<Item = Move>,
    ) -> Result<(), CommitError> {
        let ring = self.ring()?;
        let mut plan = Plan::new(&self.keys, &self.log, &ring, writer.tip);
        for (from, into, lists) in slots {
            for list in 0..lists {
                for key in lists::read_all(&self.keys, &self.log, from, list)? {
                    match into {
                        Some(into) => plan.move_piece(&key, from, into)?,
                        None => {
                            plan.delete_piece(&key)?;
                        }
                    }
                    if plan.bytes() > BATCH {
                        self.apply(writer, plan)?;
                        plan = Plan::new(&self.keys, &self.log, &ring, writer.tip);
                    }
                }
                plan.forget_list(from, list)?;
            }
        }
        self.apply(writer, plan)
    }
}

/// What is left to do after an interruption is done at the next opening. The interruption is made by
/// doing the first of the three steps alone.
/// The slot a caller would name for this purpose today.
pub(super) fn slot_of(purpose: Purpose) -> Slot {
    match purpose {
        Purpose::Data => Slot::Data,
        Purpose::State => Slot::State,
        Purpose::Day { conversation, day } => Slot::Conversation { conversation, day },
        Purpose::Month {
            conversation,
            month,
        } => Slot::Conversation {
            conversation,
            day: calendar::first_day_of(month),
        },
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::change::{ChangeSet, Kind};
    use crate::home::Home;
    use crate::schema;
    use crate::seal::DataKey;
    use crate::store::plan;

    const DAY: Slot = Slot::Conversation {
        conversation: [1; 16],
        day: 40,
    };

    fn key() -> DataKey {
        DataKey::from_bytes([3; 32])
    }

    fn open(home: &Home) -> Store {
        Store::open_as(home, key(), schema::CURRENT).unwrap()
    }

    fn with_records() -> (tempfile::TempDir, Home, Store) {
        let place = tempfile::tempdir().unwrap();
        let home = Home::create(place.path().join("profile")).unwrap();
        let store = Store::build(&home, key(), schema::CURRENT).unwrap();
        let mut set = ChangeSet::new();
        for number in 0..30_u8 {
            let value = Zeroizing::new(vec![number; 10 + 500 * usize::from(number)]);
            set.put(Kind::Message, &[number], DAY, value);
        }
        store.commit(set).unwrap();
        (place, home, store)
    }

    fn count(store: &Store) -> usize {
        let mut count = 0;
        store
            .scan(Kind::Message, |id, _, value| {
                assert_eq!(value, vec![id[0]; 10 + 500 * usize::from(id[0])]);
                assert_eq!(
                    store.get(Kind::Message, id).unwrap().unwrap().as_slice(),
                    value
                );
                count += 1;
            })
            .unwrap();
        count
    }

    /// More than any list takes: on one day, in a month together, after sealing again. In tests a list holds 64 pieces
    /// and a day begins with 16 of them.
    #[test]
    fn no_slot_is_ever_full() {
        let place = tempfile::tempdir().unwrap();
        let home = Home::create(place.path().join("profile")).unwrap();
        let store = Store::build(&home, key(), schema::CURRENT).unwrap();
        let conversation = [1; 16];
        let slot = |day| Slot::Conversation { conversation, day };
        let id = |day: u32, number: u16| [&day.to_be_bytes()[..], &number.to_be_bytes()].concat();
        for day in [40, 41] {
            for part in 0..4_u16 {
                let mut set = ChangeSet::new();
                for number in 700 * part..700 * (part + 1) {
                    let value = Zeroizing::new(number.to_be_bytes().to_vec());
                    set.put(Kind::Message, &id(day, number), slot(day), value);
                }
                store.commit(set).unwrap();
            }
        }
        let count = |store: &Store| {
            let mut count = 0;
            let visit = |id: &[u8], _, value: &[u8]| {
                assert_eq!(&id[4..], value);
                count += 1;
            };
            store.scan(Kind::Message, visit).unwrap();
            count
        };
        let is_split = |store: &Store| {
            let ring = store.ring().unwrap();
            ring.entries().any(|(number, entry)| {
                let root = lists::Place::root(number, 0).id();
                let bytes = plan::structure(&store.keys, &store.log, &root).unwrap();
                entry.purpose.lists() == 16 && bytes.is_some_and(|bytes| bytes.len() == 1)
            })
        };
        // Otherwise nothing is shown here.
        assert!(is_split(&store));
        assert_eq!(count(&store), 5_600);
        store.reseal(slot(40)).unwrap();
        assert_eq!(count(&store), 5_600);
        drop(store);
        let store = open(&home);
        store.merge_days(90).unwrap();
        let mut set = ChangeSet::new();
        (0..2_800).for_each(|number| {
            set.delete(Kind::Message, &id(40, number));
        });
        store.commit(set).unwrap();
        assert_eq!(count(&store), 2_800);
        assert_eq!(store.ring().unwrap().entries().count(), 1, "the month");
        drop(store);
        let store = open(&home);
        assert_eq!(count(&store), 2_800);
        store.erase_conversation(conversation).unwrap();
        assert_eq!(count(&store), 0);
        // Nothing of the lists is left, nor of how they were split.
        assert_eq!(store.writer().unwrap().tip.all.records, 1);
        drop(store);
        assert_eq!(count(&open(&home)), 0);
    }

    #[test]
    fn an_interrupted_erasure_ends_at_the_next_opening() {
        let (_place, home, store) = with_records();
        let mut ring = store.ring().unwrap().clone();
        let number = ring.live(ring.purpose_of(DAY)).unwrap();
        ring.erase(number);
        store.adopt(ring).unwrap();
        // The key is gone, the records are not: they read as if they were.
        assert!(store.get(Kind::Message, &[3]).unwrap().is_none());
        assert_eq!(count(&store), 0);
        let records = store.writer().unwrap().tip.all.records;
        assert!(records > 30);
        drop(store);
        let store = open(&home);
        assert_eq!(store.ring().unwrap().erased().count(), 0);
        // What is left is the number of the schema.
        assert_eq!(store.writer().unwrap().tip.all.records, 1);
        assert_eq!(count(&store), 0);
    }

    #[test]
    fn an_interrupted_sealing_ends_at_the_next_opening() {
        let (_place, home, store) = with_records();
        let mut ring = store.ring().unwrap().clone();
        let purpose = ring.purpose_of(DAY);
        let old = ring.live(purpose).unwrap();
        let new = ring.add(purpose).unwrap();
        ring.retire(old, new);
        store.adopt(ring).unwrap();
        assert_eq!(count(&store), 30);
        // Half of the records follow, and one is stored anew in between.
        let half =
            (0..8).flat_map(|list| lists::read_all(&store.keys, &store.log, old, list).unwrap());
        let half: Vec<_> = half.collect();
        assert!(!half.is_empty());
        {
            let mut writer = store.writer().unwrap();
            let ring = store.ring().unwrap();
            let mut plan = Plan::new(&store.keys, &store.log, &ring, writer.tip);
            half.iter()
                .for_each(|key| plan.move_piece(key, old, new).unwrap());
            store.apply(&mut writer, plan).unwrap();
        }
        assert_eq!(count(&store), 30);
        drop(store);
        let store = open(&home);
        assert_eq!(count(&store), 30);
        let ring = store.ring().unwrap();
        assert!(ring.entry(old).is_none());
        assert_eq!(ring.live(purpose), Some(new));
        assert_eq!(ring.entries().count(), 1);
    }

    #[test]
    fn an_interrupted_merge_ends_at_the_next_opening() {
        let (_place, home, store) = with_records();
        let mut ring = store.ring().unwrap().clone();
        let day = ring.live(ring.purpose_of(DAY)).unwrap();
        let month = Purpose::Month {
            conversation: [1; 16],
            month: calendar::month_of(40),
        };
        let into = ring.add(month).unwrap();
        ring.retire(day, into);
        ring.merged_through = Some(40);
        store.adopt(ring).unwrap();
        drop(store);
        let store = open(&home);
        assert_eq!(count(&store), 30);
        let ring = store.ring().unwrap();
        assert!(ring.entry(day).is_none());
        assert!(ring.purpose_of(DAY) == month && ring.live(month) == Some(into));
    }

    #[test]
    fn a_purpose_has_one_live_slot() {
        let (_place, _home, store) = with_records();
        let mut ring = store.ring().unwrap().clone();
        let purpose = ring.purpose_of(DAY);
        let first = ring.live(purpose).unwrap();
        let second = ring.add(purpose).unwrap();
        assert_ne!(first, second);
        assert_eq!(ring.live(purpose), Some(second));
        ring.retire(first, second);
        assert_eq!(ring.live(purpose), Some(second));
        ring.erase(second);
        assert_eq!(ring.live(purpose), None);
        assert!(ring.is_erased(second) && ring.entry(second).is_none());
    }
}
