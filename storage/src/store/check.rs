//! Checking all records of a large store bit by bit after it was opened: what the audit would take seconds for.
//!
//! Records are visited in the order of their keys and summed up. What commits change in the part that was visited is
//! taken into the sum by them ([`Tip::checked`](super::tip::Tip::checked)), so at the end it must be that of the tip,
//! as if all had been visited at one moment. If it is not, something was lost in silence, or something else is wrong,
//! say the memory of the machine: the store is closed, and the mark says that the next opening must look at all of it. That
//! one decides, and can be repeated.

use crate::store::audit::Found;
use crate::store::tip::Checked;
use crate::store::{ReadError, Store};

/// Records of one step where somebody waits for the whole.
const STEP: usize = 4_096;

impl Store {
    /// Visits at most so many records of those that opening left to be checked; commits wait meanwhile. Says whether all
    /// were visited, and then all of them are there in the right version. To be called until it says so, soon after
    /// opening; each record takes some microseconds. What was lost may until then read as if it never was there, but never
    /// what is in [`Slot::State`](crate::Slot::State) or [`Slot::Data`](crate::Slot::Data), which opening itself checks.
    ///
    /// # Errors
    /// [`ReadError::Damaged`]: a record is missing or an old version of it came back. The store is closed by it, and all of it is
    /// looked at when it is opened again: it does so only if everything is there. See [`ReadError`] for others.
    pub fn check(&self, records: usize) -> Result<bool, ReadError> {
        let mut writer = self.writer().map_err(|_| ReadError::Closed)?;
        let Some(checked) = writer.tip.checked else {
            return Ok(true);
        };
        let mut found = Found::default();
        let next = self
            .log
            .visit_some(&checked.until, records, |key, stored| {
                found.add(&self.keys, checked.is_shared, (key, stored))
            })?;
        let mut sum = checked.sum;
        sum.include(&found.sum);
        let mut foreign = self.foreign.lock().map_err(|_| ReadError::Closed)?;
        foreign.append(&mut found.foreign);
        if let Some(until) = next {
            writer.tip.checked = Some(Checked {
                sum,
                until,
                ..checked
            });
            return Ok(false);
        }
        if sum == writer.tip.all {
            writer.tip.checked = None;
            let foreign = std::mem::take(&mut *foreign);
            if !self.is_deniable() {
                self.drop_foreign(foreign)?;
            }
            return Ok(true);
        }
        if !checked.is_shared {
            // Once more, and only what is ours: telling takes longer, and few vaults have anything else.
            writer.tip.checked = Some(Checked {
                is_shared: true,
                ..Checked::default()
            });
            return Ok(false);
        }
        // With the writer held, so that no commit writes it after this.
        self.close();
        self.mark.suspect(&self.keys.mark, writer.tip.commits)?;
        self.mark.sync()?;
        Err(ReadError::Damaged)
    }

    /// Checks all that opening left to be checked. To be called before everything is read to be kept elsewhere.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn check_all(&self) -> Result<(), ReadError> {
        while !self.check(STEP)? {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::change::{ChangeSet, Kind, Slot};
    use crate::home::Home;
    use crate::record;
    use crate::schema;
    use crate::seal::DataKey;
    use crate::store::OpenError;

    fn key() -> DataKey {
        DataKey::from_bytes([5; 32])
    }

    fn open(home: &Home) -> Result<Store, OpenError> {
        Store::open_as(home, key(), schema::CURRENT)
    }

    fn message(number: u32, version: u8) -> ChangeSet {
        let mut set = ChangeSet::new();
        let slot = Slot::Conversation {
            conversation: [1; 16],
            day: 40,
        };
        let value = Zeroizing::new(vec![version; 30]);
        set.put(Kind::Message, &number.to_be_bytes(), slot, value);
        set
    }

    /// A store that is not checked whole when it is opened.
    fn large() -> (tempfile::TempDir, Home, Store) {
        let place = tempfile::tempdir().unwrap();
        let home = Home::create(place.path().join("profile")).unwrap();
        let store = Store::build(&home, key(), schema::CURRENT).unwrap();
        let mut set = ChangeSet::new();
        for number in 0..2_000_u32 {
            set.extend(message(number, 0));
        }
        for number in 0..50_u8 {
            let slot = [Slot::State, Slot::Data][usize::from(number % 2)];
            set.put(
                Kind::Ratchet,
                &[number],
                slot,
                Zeroizing::new(vec![number; 900]),
            );
        }
        store.commit(set).unwrap();
        drop(store);
        let store = open(&home).unwrap();
        assert!(store.writer().unwrap().tip.checked.is_some());
        (place, home, store)
    }

    fn piece(store: &Store, kind: Kind, id: &[u8]) -> crate::record::RecordKey {
        record::piece_key(&store.keys.index, kind.number(), 0, id)
    }

    /// What sled does when it loses something: nobody is told.
    fn lose(store: &Store, key: &crate::record::RecordKey, other: Option<sled::IVec>) {
        let mut batch = sled::Batch::default();
        match other {
            Some(stored) => batch.insert(key, stored),
            None => batch.remove(key),
        }
        store.log.apply(batch).unwrap();
    }

    #[test]
    fn a_whole_store_is_found_whole_whatever_is_stored_meanwhile() {
        let (_place, home, store) = large();
        let mut steps = 0;
        while !store.check(100).unwrap() {
            steps += 1;
            // Changed, new and deleted ones, before and behind the place where the check is.
            for number in [steps, 1_000 + steps, 5_000 + steps] {
                store.commit(message(number, 1)).unwrap();
            }
            let mut set = ChangeSet::new();
            set.delete(Kind::Message, &(1_500 + steps).to_be_bytes());
            store.commit(set).unwrap();
            if steps % 7 == 0 {
                store.rotate_state_key().unwrap();
                store
                    .reseal(Slot::Conversation {
                        conversation: [1; 16],
                        day: 40,
                    })
                    .unwrap();
            }
        }
        assert!(steps >= 20);
        assert!(store.check(1).unwrap());
        drop(store);
        open(&home).unwrap().check_all().unwrap();
    }

    #[test]
    fn what_was_lost_or_came_back_is_found_and_keeps_the_store_shut() {
        for is_old_version in [false, true] {
            let (_place, home, store) = large();
            let key = piece(&store, Kind::Message, &77_u32.to_be_bytes());
            let before = store.log.get(&key).unwrap();
            store.commit(message(77, 1)).unwrap();
            lose(&store, &key, before.filter(|_| is_old_version));
            drop(store);
            let store = open(&home).unwrap();
            store.commit(message(9_000, 0)).unwrap();
            // Also if what is left of it is replaced before the check comes there.
            if is_old_version {
                store.commit(message(77, 2)).unwrap();
            }
            assert!(matches!(store.check_all(), Err(ReadError::Damaged)));
            assert!(store.commit(message(9_001, 0)).is_err());
            drop(store);
            assert!(matches!(open(&home), Err(OpenError::DamagedRecords)));
        }
    }

    /// Whatever made a check fail: what is on the disk decides.
    #[test]
    fn a_whole_store_opens_again_after_a_check_that_was_wrong() {
        let (_place, home, store) = large();
        store.commit(message(9_000, 0)).unwrap();
        let mut sum = store.writer().unwrap().tip.all;
        sum.records += 1;
        store.writer().unwrap().tip.checked = Some(Checked {
            sum,
            is_shared: true,
            ..Checked::default()
        });
        assert!(matches!(store.check_all(), Err(ReadError::Damaged)));
        assert!(store.commit(message(9_001, 0)).is_err());
        drop(store);
        // Looked at whole, however large it is.
        let store = open(&home).unwrap();
        assert!(store.writer().unwrap().tip.checked.is_none());
        store.commit(message(9_001, 0)).unwrap();
        drop(store);
        // And once is enough.
        let store = open(&home).unwrap();
        assert!(store.writer().unwrap().tip.checked.is_some());
        store.check_all().unwrap();
    }

    #[test]
    fn of_state_and_data_nothing_is_lost_unseen_at_opening() {
        for (id, is_old_version) in [(6_u8, false), (6, true), (7, false), (7, true)] {
            let (_place, home, store) = large();
            let key = piece(&store, Kind::Ratchet, &[id]);
            let before = store.log.get(&key).unwrap();
            let slot = [Slot::State, Slot::Data][usize::from(id % 2)];
            let mut set = ChangeSet::new();
            set.put(Kind::Ratchet, &[id], slot, Zeroizing::new(vec![0; 900]));
            store.commit(set).unwrap();
            lose(&store, &key, before.filter(|_| is_old_version));
            drop(store);
            assert!(matches!(open(&home), Err(OpenError::DamagedRecords)));
        }
    }

    /// Records of other profiles are told from lost ones, and dropped.
    #[test]
    fn foreign_records_are_dropped_at_the_end() {
        let (_place, home, store) = large();
        let mut batch = sled::Batch::default();
        for number in 0..300_u32 {
            let mut noise = vec![0; 512];
            crate::seal::fill_random(&mut noise).unwrap();
            let name = crate::seal::mac(&store.keys.cover, "test", &[&number.to_be_bytes()]);
            batch.insert(&name, noise);
        }
        store.log.apply(batch).unwrap();
        drop(store);
        let count = |store: &Store| {
            let mut count = 0_u64;
            store
                .log
                .visit(|_, _| {
                    count += 1;
                    Ok::<_, ReadError>(())
                })
                .unwrap();
            count
        };
        let store = open(&home).unwrap();
        let before = count(&store);
        store.check_all().unwrap();
        assert_eq!(count(&store), before - 300);
        drop(store);
        let store = open(&home).unwrap();
        store.check_all().unwrap();
        assert_eq!(count(&store), before - 300);
    }
}
