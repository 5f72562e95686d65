//! What the store does with its [journal]: it makes commits durable there, and at opening gives the log
//! what that lacks.
//!
//! Only the owner of a vault reads or writes its journal. What other profiles write into the log for cover goes there directly;
//! it touches no record of the owner, so commits that wait in the journal still fit when the owner comes back.

use std::sync::atomic::Ordering;

use crate::journal::{Entry, Found, Journal};
use crate::log::{Log, Weight};
use crate::seal::VaultKeys;
use crate::store::plan::{self, Plan};
use crate::store::{CommitError, OpenError, Store, Writer};

impl Store {
    /// Makes a plan durable. After an error in the log it is unknown what is, so the store is closed.
    pub(super) fn apply(&self, writer: &mut Writer, plan: Plan<'_>) -> Result<(), CommitError> {
        let Some(planned) = plan.finish()? else {
            return Ok(());
        };
        let number = planned.tip.commits;
        let weight = Weight {
            records: planned.shape.len(),
            bytes: planned.bytes,
        };
        self.applying.fetch_add(1, Ordering::AcqRel);
        let changes = (planned.batch, planned.entry, weight);
        let done = self.make_durable(&mut writer.journal, number, changes);
        self.applying.fetch_add(1, Ordering::AcqRel);
        let marked = |after_flush| {
            self.mark.write(&self.keys.mark, number)?;
            Ok(after_flush)
        };
        let after_flush = done.and_then(marked).inspect_err(|_| self.close())?;
        writer.tip = planned.tip;
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.count(1, planned.bytes);
        self.note((planned.shape, after_flush), planned.bytes);
        Ok(())
    }

    /// Makes the commit of a number durable and applies it to the log. Says whether the log was flushed between
    /// the batch before and this one.
    fn make_durable(
        &self,
        journal: &mut Journal,
        number: u64,
        (batch, entry, weight): (sled::Batch, Entry, Weight),
    ) -> Result<bool, CommitError> {
        let Some(sealed) = entry.seal(&self.keys, number)? else {
            // sled may write several segments for it: what came before must not wait for a flush meanwhile.
            self.log.settle()?;
            return Ok(self.log.apply(batch)?);
        };
        if !journal.has_room(&sealed, |ticket| self.log.is_durable(ticket)) {
            self.log.settle()?;
            // Now nothing in it is needed.
            journal.has_room(&sealed, |ticket| self.log.is_durable(ticket));
        }
        // Both at once. The log may be ahead of the journal, never the other way round when this returns.
        let pending = self.log.begin(batch, weight)?;
        journal.append(&sealed, pending.ticket)?;
        Ok(pending.wait()?)
    }
}

/// Gives the log what the journal has and the log has not, and makes it durable. The log may have been opened before, for
/// cover, and not be on disk yet.
pub(super) fn replay(keys: &VaultKeys, journal: &Journal, log: &Log) -> Result<Found, OpenError> {
    let found = journal.read(keys);
    let mut last = plan::read_tip(keys, log)?.commits;
    let mut count = 0_u64;
    while let Some(number) = last.checked_add(1)
        && let Some(commit) = found.commit(keys, number)
    {
        let weight = Weight {
            records: commit.records,
            bytes: commit.bytes as u64,
        };
        log.begin(commit.batch, weight)?.wait()?;
        last = number;
        count += 1;
    }
    log.settle()?;
    if count > 0 {
        tracing::info!(count, "commits of the journal were given to the log");
    }
    // One above may be torn: it was not acknowledged, or the mark knows of it. More than one are not written at once.
    if found.highest() > last.checked_add(1) {
        tracing::error!("the journal has a commit, and a commit before it is missing");
        return Err(OpenError::DamagedRecords);
    }
    Ok(found)
}

/// A crash is a copy of all files of an open store: nothing flushes by itself within an hour in these tests.
#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use tempfile::TempDir;
    use zeroize::Zeroizing;

    use super::*;
    use crate::change::{ChangeSet, Kind, Slot};
    use crate::home::{self, Home};
    use crate::journal::{BLOCK, SIZE};
    use crate::schema;
    use crate::seal::{self, DataKey};

    const SLOTS: [Slot; 3] = [
        Slot::State,
        Slot::Data,
        Slot::Conversation {
            conversation: [1; 16],
            day: 40,
        },
    ];

    fn key() -> DataKey {
        DataKey::from_bytes([8; 32])
    }

    fn keys() -> VaultKeys {
        VaultKeys::derive(&key()).unwrap()
    }

    fn open(home: &Home) -> Result<Store, OpenError> {
        Store::open_as(home, key(), schema::CURRENT)
    }

    fn is_refused(home: &Home) -> bool {
        match open(home) {
            Err(OpenError::DamagedRecords) => true,
            Err(error) => panic!("{error:?}"),
            Ok(_) => false,
        }
    }

    fn new() -> (TempDir, Home, Store) {
        let place = tempfile::tempdir().unwrap();
        let home = Home::create(place.path().join("profile")).unwrap();
        let store = Store::build(&home, key(), schema::CURRENT).unwrap();
        (place, home, store)
    }

    fn copy_all(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let target = to.join(entry.file_name());
            if entry.path().is_dir() {
                copy_all(&entry.path(), &target);
            } else {
                fs::copy(entry.path(), target).unwrap();
            }
        }
    }

    /// What a program that is killed now leaves.
    fn crash(home: &Home) -> (TempDir, Home) {
        let place = tempfile::tempdir().unwrap();
        let copy = Home::create(place.path().join("profile")).unwrap();
        copy_all(home.path(), copy.path());
        (place, copy)
    }

    /// The same if sled has written nothing since `before`. It sometimes writes by itself.
    fn crash_without_log(home: &Home, before: &Home) -> (TempDir, Home) {
        let (place, copy) = crash(home);
        fs::remove_dir_all(copy.vault().log()).unwrap();
        copy_all(&before.vault().log(), &copy.vault().log());
        (place, copy)
    }

    fn noise(path: &Path) {
        let mut noise = vec![0; usize::try_from(fs::metadata(path).unwrap().len()).unwrap()];
        seal::fill_random(&mut noise).unwrap();
        fs::write(path, noise).unwrap();
    }

    /// The same number in a record of each slot, and one record that goes again.
    fn numbered(number: u64, size: usize) -> ChangeSet {
        let mut set = ChangeSet::new();
        let mut value = number.to_be_bytes().to_vec();
        value.resize(8 + size, 3);
        for slot in SLOTS {
            let id = if slot == Slot::State { b"a" } else { b"b" };
            let kind = [Kind::Ratchet, Kind::Message][usize::from(matches!(slot, Slot::Data))];
            set.put(kind, id, slot, Zeroizing::new(value.clone()));
        }
        let id = number.to_be_bytes();
        set.put(
            Kind::Outbox,
            &id,
            Slot::State,
            Zeroizing::new(value[..8].to_vec()),
        );
        if let Some(before) = number.checked_sub(1) {
            set.delete(Kind::Outbox, &before.to_be_bytes());
        }
        set
    }

    fn commit(store: &Store, number: u64) {
        let size = usize::try_from(number * 7_919 % 6_000).unwrap();
        store.commit(numbered(number, size)).unwrap();
    }

    /// The last set, of which all must be there and of others nothing.
    fn last(store: &Store) -> u64 {
        let number = |kind, id: &[u8]| {
            let value = store.get(kind, id).unwrap();
            value.map_or(0, |value| u64::from_be_bytes(*value.first_chunk().unwrap()))
        };
        let last = number(Kind::Ratchet, b"a");
        assert_eq!(number(Kind::Message, b"b"), last);
        assert_eq!(number(Kind::Ratchet, b"b"), last);
        let mut found = Vec::new();
        store
            .scan(Kind::Outbox, |id, _, _| found.push(id.to_vec()))
            .unwrap();
        let expected: Vec<_> = (last > 0)
            .then(|| last.to_be_bytes().to_vec())
            .into_iter()
            .collect();
        assert_eq!(found, expected);
        last
    }

    #[test]
    fn what_only_the_journal_has_is_there_after_a_crash() {
        let (_place, home, store) = new();
        let mut lacked = 0;
        for number in 1..=30 {
            commit(&store, number);
            let (_copy, copy) = crash(&home);
            assert_eq!(last(&open(&copy).unwrap()), number);
            // And again: it is in the log now.
            noise(&copy.vault().journal());
            assert_eq!(last(&open(&copy).unwrap()), number);
            // The controls: without the journal it is not there, and the mark knows; without that it is lost.
            let (_copy, copy) = crash(&home);
            noise(&copy.vault().journal());
            if is_refused(&copy) {
                noise(&copy.vault().mark());
                assert!(last(&open(&copy).unwrap()) < number);
                lacked += 1;
            }
        }
        assert!(lacked > 20, "{lacked}");
        // A store that is closed, in order or not, has everything in its log.
        drop(store);
        noise(&home.vault().journal());
        assert_eq!(last(&open(&home).unwrap()), 30);
    }

    /// Each state of the log with each state of journal and mark that a crash may leave beside it, many of which none leaves.
    #[test]
    fn any_log_fits_any_journal_or_is_refused() {
        let (_place, home, store) = new();
        let paths = home.vault();
        let place = tempfile::tempdir().unwrap();
        let (mut logs, mut beside) = (Vec::new(), Vec::new());
        for number in 1..=24_u64 {
            commit(&store, number);
            if number % 5 == 0 {
                store.log.settle().unwrap();
                let log = place.path().join(number.to_string());
                copy_all(&paths.log(), &log);
                logs.push((number, log));
            }
            let read = |path: &Path| fs::read(path).unwrap();
            beside.push((number, read(&paths.journal()), read(&paths.mark())));
        }
        let (mut whole, mut refused) = (0, 0);
        for (written, log) in &logs {
            for (number, journal, mark) in &beside {
                let (_copy, copy) = crash(&home);
                let paths = copy.vault();
                fs::remove_dir_all(paths.log()).unwrap();
                copy_all(log, &paths.log());
                fs::write(paths.journal(), journal).unwrap();
                fs::write(paths.mark(), mark).unwrap();
                match open(&copy) {
                    Ok(store) => {
                        assert_eq!(last(&store), *number.max(written));
                        whole += 1;
                    }
                    Err(OpenError::DamagedRecords) => {
                        // Only if something in between was overwritten meanwhile.
                        assert!(number - written > 5, "{written} {number}");
                        refused += 1;
                    }
                    Err(error) => panic!("{error:?}"),
                }
            }
        }
        println!("{whole} whole, {refused} refused");
        assert!(whole > 60);
    }

    #[test]
    fn a_torn_entry_is_as_if_it_was_never_written() {
        let (_place, home, store) = new();
        let paths = home.vault();
        store.commit(numbered(1, 5_000)).unwrap();
        let read = || [paths.journal(), paths.mark()].map(|path| fs::read(path).unwrap());
        let (_image, image) = crash(&home);
        let [before, mark_before] = read();
        store.commit(numbered(2, 5_000)).unwrap();
        let [after, mark_after] = read();
        let changed: Vec<_> = (0..before.len() / 512)
            .filter(|sector| {
                let range = sector * 512..(sector + 1) * 512;
                before[range.clone()] != after[range]
            })
            .collect();
        assert!(changed.len() > 40 && changed.len() % 8 == 0);
        // The first sectors, the last ones, every other one; all of them at the end.
        let count = changed.len();
        let parts = (0..=count).step_by(3).chain([count]).flat_map(|some| {
            let (front, back) = (changed[..some].to_vec(), changed[some..].to_vec());
            let other = changed
                .iter()
                .copied()
                .filter(|sector| sector % 2 == some % 2);
            [front, back, other.collect()]
        });
        for part in parts {
            let mut journal = before.clone();
            for sector in &part {
                let range = sector * 512..(sector + 1) * 512;
                journal[range.clone()].copy_from_slice(&after[range]);
            }
            let (_copy, copy) = crash(&image);
            let copied = copy.vault();
            fs::write(copied.journal(), &journal).unwrap();
            let expected = if part.len() == count { 2 } else { 1 };
            fs::write(copied.mark(), &mark_after).unwrap();
            assert_eq!(is_refused(&copy), expected == 1, "the mark knows of it");
            let (_copy, copy) = crash(&image);
            let copied = copy.vault();
            fs::write(copied.journal(), &journal).unwrap();
            fs::write(copied.mark(), &mark_before).unwrap();
            let store = open(&copy).unwrap();
            assert_eq!(last(&store), expected);
            // What was torn is not in the way of what gets its number now.
            for number in expected + 1..expected + 4 {
                store.commit(numbered(number, 5_000)).unwrap();
                let (_again, again) = crash(&copy);
                assert_eq!(last(&open(&again).unwrap()), number);
            }
        }
    }

    /// The blocks that were written between two states of the journal.
    fn written(before: &[u8], after: &[u8]) -> Vec<usize> {
        let blocks = before.chunks(BLOCK).zip(after.chunks(BLOCK)).enumerate();
        blocks
            .filter(|(_, (before, after))| before != after)
            .map(|(block, _)| block)
            .collect()
    }

    #[test]
    fn damage_is_refused_unless_it_is_in_what_nobody_needs() {
        let (_place, home, store) = new();
        let journal = home.vault().journal();
        let mut states = vec![fs::read(&journal).unwrap()];
        let (_before, before) = crash(&home);
        for number in 1..=3 {
            store.commit(numbered(number, 500)).unwrap();
            states.push(fs::read(&journal).unwrap());
        }
        let damages: [fn(&mut [u8]); 4] = [
            |block| block[3] ^= 1,
            |block| block[BLOCK - 1] ^= 0x80,
            |block| block.fill(0),
            |block| block[..512].fill(0xFF),
        ];
        let hit = |block: usize, damage: fn(&mut [u8])| {
            let (place, copy) = crash_without_log(&home, &before);
            let mut bytes = states[3].clone();
            damage(&mut bytes[block * BLOCK..(block + 1) * BLOCK]);
            fs::write(copy.vault().journal(), bytes).unwrap();
            (place, copy)
        };
        for entry in 0..3 {
            for block in written(&states[entry], &states[entry + 1]) {
                for (way, damage) in damages.into_iter().enumerate() {
                    let (_copy, copy) = hit(block, damage);
                    assert!(is_refused(&copy), "entry {entry} block {block} way {way}");
                    // It stays so, and nothing was overwritten that could help.
                    assert!(is_refused(&copy), "entry {entry}");
                    fs::write(copy.vault().journal(), &states[3]).unwrap();
                    assert_eq!(last(&open(&copy).unwrap()), 3);
                    // Without the mark as well, but for the last entry, which looks as if it was torn.
                    let (_copy, copy) = hit(block, damage);
                    noise(&copy.vault().mark());
                    if entry < 2 {
                        assert!(is_refused(&copy), "entry {entry}");
                    } else {
                        assert_eq!(last(&open(&copy).unwrap()), 2);
                    }
                }
            }
        }
        let used = written(&states[0], &states[3]);
        for block in (0..256).filter(|block| !used.contains(block)).step_by(17) {
            let (_copy, copy) = hit(block, damages[2]);
            assert_eq!(last(&open(&copy).unwrap()), 3);
        }
    }

    #[test]
    fn a_file_that_is_missing_or_has_another_length_is_made_whole_or_missed() {
        let (_place, home, store) = new();
        let (_before, before) = crash(&home);
        (1..=3).for_each(|number| store.commit(numbered(number, 900)).unwrap());
        let changes: [fn(&Path); 5] = [
            |path| fs::remove_file(path).unwrap(),
            |path| fs::write(path, b"").unwrap(),
            |path| fs::write(path, vec![0; usize::try_from(SIZE).unwrap()]).unwrap(),
            |path| {
                let file = fs::File::options().write(true).open(path).unwrap();
                file.set_len(BLOCK as u64 + 100).unwrap();
            },
            |path| fs::write(path, vec![7; 3 << 20]).unwrap(),
        ];
        for (way, change) in changes.into_iter().enumerate() {
            let (_copy, copy) = crash_without_log(&home, &before);
            let whole = fs::read(copy.vault().journal()).unwrap();
            change(&copy.vault().journal());
            assert!(is_refused(&copy), "way {way}");
            assert_eq!(fs::metadata(copy.vault().journal()).unwrap().len(), SIZE);
            fs::write(copy.vault().journal(), whole).unwrap();
            assert_eq!(last(&open(&copy).unwrap()), 3);
            // Nothing in it is needed any more.
            change(&copy.vault().journal());
            let store = open(&copy).unwrap();
            assert_eq!(last(&store), 3);
            commit(&store, 4);
            let (_again, again) = crash(&copy);
            assert_eq!(last(&open(&again).unwrap()), 4);
            let bytes = fs::read(again.vault().journal()).unwrap();
            assert_eq!(bytes.len() as u64, SIZE);
        }
        // A longer one loses only what no entry was ever in.
        let (_copy, copy) = crash_without_log(&home, &before);
        let mut bytes = fs::read(copy.vault().journal()).unwrap();
        bytes.resize(bytes.len() + 5_000, 1);
        fs::write(copy.vault().journal(), bytes).unwrap();
        assert_eq!(last(&open(&copy).unwrap()), 3);
    }

    /// Several times round, with entries of all sizes, some too large, and flushes where they come.
    #[test]
    fn it_goes_round_and_round() {
        let (_place, home, store) = new();
        let mut written = 0;
        for number in 1..=400_u64 {
            let size = match number % 50 {
                0 => 200_000,
                of => usize::try_from(of * 700).unwrap(),
            };
            store.commit(numbered(number, size)).unwrap();
            written += 3 * size;
            if number % 40 == 7 {
                store.log.settle().unwrap();
            }
            if number % 9 == 0 {
                let (_copy, copy) = crash(&home);
                assert_eq!(last(&open(&copy).unwrap()), number);
            }
        }
        assert!(written as u64 > 4 * SIZE);
        let statistics = store.statistics();
        assert!(statistics.fsyncs > statistics.commits);
        assert_eq!(statistics.commits, 400);
    }

    /// Nothing is written over before the log has it, although nothing is flushed in between.
    #[test]
    fn what_is_needed_is_never_written_over() {
        let (_place, home, _) = new();
        let path = home.vault().journal();
        let keys = keys();
        let mut journal = Journal::open(&path).unwrap();
        let mut log = Log::open(&home.path().join("other")).unwrap();
        let (mut number, mut first) = (0, 1);
        for round in 0..300_usize {
            let mut entry = Entry::default();
            let records = 1 + round * 31 % 28;
            (0..records).for_each(|record| {
                entry.put(&[u8::try_from(record).unwrap(); 32], &vec![1; 4_096]);
            });
            let sealed = entry.seal(&keys, number + 1).unwrap().unwrap();
            if !journal.has_room(&sealed, |ticket| log.is_durable(ticket)) {
                log.settle().unwrap();
                first = number + 1;
                assert!(journal.has_room(&sealed, |ticket| log.is_durable(ticket)));
            }
            let pending = log.begin(sled::Batch::default(), Weight::default());
            let pending = pending.unwrap();
            journal.append(&sealed, pending.ticket).unwrap();
            pending.wait().unwrap();
            number += 1;
            let found = journal.read(&keys);
            assert_eq!(found.highest(), Some(number));
            for needed in first..=number {
                assert!(
                    found.commit(&keys, needed).is_some(),
                    "{needed} of {number}"
                );
            }
            if round == 150 {
                drop(journal);
                drop(log);
                journal = Journal::open(&path).unwrap();
                log = Log::open(&home.path().join("other")).unwrap();
                first = number + 1;
            }
        }
        assert!(first > 1, "it was full several times");
    }

    #[test]
    fn a_journal_that_cannot_be_written_closes_the_store() {
        let (_place, home, store) = new();
        commit(&store, 1);
        store
            .writer()
            .unwrap()
            .journal
            .cannot_be_written(&home.vault().journal());
        let failed = store.commit(numbered(2, 10));
        assert!(matches!(failed, Err(CommitError::Io(_))), "{failed:?}");
        assert!(matches!(
            store.commit(numbered(3, 10)),
            Err(CommitError::Closed)
        ));
        assert!(store.get(Kind::Ratchet, b"a").is_err());
        let (_copy, copy) = crash(&home);
        assert_eq!(last(&open(&copy).unwrap()), 1);
        drop(store);
        // It was never acknowledged: it may be there, as a whole.
        assert!([1, 2].contains(&last(&open(&home).unwrap())));
    }

    /// The log lacks commits of a profile whose program was killed, and another profile writes its cover into it, fills it up
    /// and writes it anew.
    #[cfg(debug_assertions)]
    #[test]
    fn cover_for_others_leaves_what_waits_in_a_journal() {
        use crate::header::KdfParameters;
        let place = tempfile::tempdir().unwrap();
        let home = Home::create(place.path().join("profile")).unwrap();
        let cost = KdfParameters::testing();
        let one = Store::create(&home, b"one", cost).unwrap();
        let other = one.create_beside(b"other", cost).unwrap();
        for store in [one, other] {
            store.set_deniable(true).unwrap();
            store.lock().unwrap();
        }
        let other = Store::open(&home, b"other").unwrap();
        let number = other.claim.number();
        let (_before, before) = crash(&home);
        (1..=6).for_each(|number| commit(&other, number));
        let paths = |home: &Home| home::vault_paths(home.path(), number);
        for way in 0..3 {
            let (_copy, copy) = crash(&home);
            // sled sometimes writes by itself.
            fs::remove_dir_all(paths(&copy).log()).unwrap();
            copy_all(&paths(&before).log(), &paths(&copy).log());
            let db = || fs::read(paths(&copy).log().join("db")).unwrap();
            let before = db();
            if way == 1 {
                crate::store::audit::rewrite(&paths(&copy)).unwrap();
            }
            if way == 2 {
                noise(&paths(&copy).journal());
            }
            let journal = fs::read(paths(&copy).journal()).unwrap();
            let one = Store::open(&copy, b"one").unwrap();
            (1..=40).for_each(|number| commit(&one, number));
            assert_eq!(one.cover().unwrap().vaults, 3);
            one.lock().unwrap();
            assert_ne!(db(), before);
            assert!(fs::read(paths(&copy).journal()).unwrap() == journal);
            match Store::open(&copy, b"other") {
                Ok(other) => {
                    assert!(way < 2, "the control: the log alone lacks something");
                    assert_eq!(last(&other), 6);
                    other.check_all().unwrap();
                    other.lock().unwrap();
                }
                Err(OpenError::DamagedRecords) => assert_eq!(way, 2),
                Err(error) => panic!("{error:?}"),
            }
        }
    }

    /// Two profiles at once, one of which is closed while the other keeps its log open: it is opened again over a log that
    /// is not on disk yet.
    #[cfg(debug_assertions)]
    #[test]
    fn a_log_that_stayed_open_for_cover_is_flushed_before_the_journal_is_used_again() {
        use crate::header::KdfParameters;
        let place = tempfile::tempdir().unwrap();
        let home = Home::create(place.path().join("profile")).unwrap();
        let cost = KdfParameters::testing();
        let one = Store::create(&home, b"one", cost).unwrap();
        let mut other = one.create_beside(b"other", cost).unwrap();
        one.set_deniable(true).unwrap();
        for number in 1..=20 {
            commit(&other, number);
            let (_copy, copy) = crash(&home);
            assert_eq!(last(&Store::open(&copy, b"other").unwrap()), number);
            drop(other);
            other = Store::open(&home, b"other").unwrap();
            noise(&home::vault_paths(home.path(), other.claim.number()).journal());
            let (_copy, copy) = crash(&home);
            assert_eq!(last(&Store::open(&copy, b"other").unwrap()), number);
        }
    }

    /// What a home of before looks like: without journals. One that opens it gets them for all vaults.
    #[cfg(debug_assertions)]
    #[test]
    fn a_home_without_journals_gets_them() {
        use crate::header::KdfParameters;
        let place = tempfile::tempdir().unwrap();
        let home = Home::create(place.path().join("profile")).unwrap();
        let store = Store::create(&home, b"one", KdfParameters::testing()).unwrap();
        commit(&store, 1);
        drop(store);
        let journals = (0..4).map(|vault| home::vault_paths(home.path(), vault).journal());
        let journals: Vec<_> = journals.collect();
        for path in &journals {
            assert_eq!(fs::metadata(path).unwrap().len(), SIZE);
            fs::remove_file(path).unwrap();
        }
        assert_eq!(last(&Store::open(&home, b"one").unwrap()), 1);
        for path in &journals {
            let bytes = fs::read(path).unwrap();
            assert_eq!(bytes.len() as u64, SIZE);
            // Random bytes: no value is much more frequent than the others. Six standard deviations are 384.
            let mut counts = [0_u32; 256];
            bytes
                .iter()
                .for_each(|byte| counts[usize::from(*byte)] += 1);
            assert!(counts.iter().all(|count| (3_700..=4_500).contains(count)));
        }
    }
}
