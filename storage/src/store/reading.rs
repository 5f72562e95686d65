//! Reading records beside commits: what is seen is before a commit or after it, never in the middle of one.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use zeroize::Zeroizing;

use super::plan;
use super::slots::slot_of;
use super::{OpenError, ReadError, Store};
use crate::change::{Kind, Slot};
use crate::keys::Purpose;
use crate::record::{self, RecordKey};
use crate::schema;

impl Store {
    /// Reads one record; `None` if there is none or its slot was erased.
    ///
    /// Beside a commit in another thread this is the record before or after it, in the latter case perhaps a
    /// moment before it is durable.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn get(&self, kind: Kind, id: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, ReadError> {
        match self.read(&record::piece_key(&self.keys.index, kind.number(), 0, id))? {
            Some((_, found)) if found.id == id => Ok(Some(found.value)),
            Some(_) => Err(ReadError::Damaged),
            None => Ok(None),
        }
    }

    /// Visits all records of a kind, in no order. It reads the whole store: for exports and migrations.
    /// Records that are committed meanwhile may be visited or not.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn scan(
        &self,
        kind: Kind,
        visitor: impl FnMut(&[u8], Slot, &[u8]),
    ) -> Result<(), ReadError> {
        self.scan_and_tell(kind, visitor, |_, _| {})
    }

    /// The same; `told` hears of how many records were looked at, of how many, whatever their kind. Beside commits
    /// the first can become greater than the second.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn scan_and_tell(
        &self,
        kind: Kind,
        mut visitor: impl FnMut(&[u8], Slot, &[u8]),
        mut told: impl FnMut(u64, u64),
    ) -> Result<(), ReadError> {
        let before = self.calm_count()?;
        let all = before.map_or(0, |(_, records)| records + 1);
        let (mut own, mut foreign) = (0, 0);
        self.log.visit(|key, stored| {
            let key: &RecordKey = key.try_into().map_err(|_| ReadError::Damaged)?;
            // What another profile left here for cover opens with no key of ours.
            let Ok(head) = record::open_head(&self.keys.outer, stored) else {
                foreign += 1;
                return Ok(());
            };
            own += 1;
            if all > 0 {
                told(own, all);
            }
            if (head.kind, head.piece) == (kind.number(), 0)
                && let Some((purpose, found)) = self.read(key)?
            {
                visitor(&found.id, slot_of(purpose), &found.value);
            }
            Ok::<_, ReadError>(())
        })?;
        // If something was passed over, what was seen must be everything. The tip itself is not counted.
        let is_short = before.is_some_and(|(_, records)| own != records + 1);
        if foreign > 0 && is_short && self.calm_count()? == before {
            return Err(ReadError::Damaged);
        }
        Ok(())
    }

    /// How many batches were applied and how many records there are; `None` while a batch is being applied.
    fn calm_count(&self) -> Result<Option<(u64, u64)>, ReadError> {
        let applied = self.applying.load(Ordering::Acquire);
        let records = {
            let writer = self.writer.lock().map_err(|_| ReadError::Closed)?;
            writer.tip.all.records
        };
        let is_calm = applied.is_multiple_of(2) && self.applying.load(Ordering::Acquire) == applied;
        Ok(is_calm.then_some((applied, records)))
    }

    /// Reads the record whose first piece has this key. Pieces are read one by one, so a commit may come in
    /// between; then it is read again while no commit can.
    fn read(&self, key: &RecordKey) -> Result<Option<(Purpose, record::Assembly)>, ReadError> {
        let before = self.applying.load(Ordering::Acquire);
        let first_try = self.read_once(key);
        let is_calm = before.is_multiple_of(2) && self.applying.load(Ordering::Acquire) == before;
        let is_single = |found: &Option<(_, record::Assembly)>| {
            found.as_ref().is_none_or(|(_, found)| found.is_single)
        };
        if is_calm || first_try.as_ref().is_ok_and(is_single) {
            return first_try;
        }
        let _writer = self.writer.lock().map_err(|_| ReadError::Closed)?;
        self.read_once(key)
    }

    fn read_once(&self, key: &RecordKey) -> Result<Option<(Purpose, record::Assembly)>, ReadError> {
        // Held over the reading, so that no key goes away in between.
        let ring = self.ring()?;
        let Some(stored) = self.log.get(key)? else {
            return Ok(None);
        };
        let head = record::open_head(&self.keys.outer, &stored)?;
        let Some(entry) = ring.entry(head.slot) else {
            return if ring.is_erased(head.slot) {
                Ok(None)
            } else {
                Err(ReadError::Damaged)
            };
        };
        let slot_key = |slot| ring.entry(slot).map(|entry| &entry.key);
        let found = plan::assemble(&self.keys, &self.log, slot_key, (head, key, &stored))?;
        Ok(Some((entry.purpose, found)))
    }

    pub(crate) fn records_of(
        &self,
        kind: Kind,
    ) -> Result<BTreeMap<Vec<u8>, schema::Record>, OpenError> {
        let mut records = BTreeMap::new();
        self.scan(kind, |id, slot, value| {
            let value = Zeroizing::new(value.to_vec());
            records.insert(id.to_vec(), schema::Record { slot, value });
        })?;
        Ok(records)
    }
}
