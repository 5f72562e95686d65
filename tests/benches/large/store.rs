//! What storing one message costs, beside what it is made of: the engine's own change sets are looked at on their way
//! into the store, and the same bytes are written to bare sled and to redb right after.

use std::fs::{self, File};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use undertone_engine::{Command, DiskFaults, Engine, EngineOptions, Reply};
use undertone_protocol::Changes;
use undertone_storage::{ChangeSet, CommitError, DataKey, FreeSpace, Home, Kind, Slot, Store};

use crate::figures::Table;
use crate::times::Times;
use crate::{KEY, build, timed};

const ROUNDS: usize = 300;
/// Conversations that have a day of today first: the keys of a new day are not what is measured.
const TALKING: usize = 20;
const TABLE: redb::TableDefinition<'_, &[u8], &[u8]> = redb::TableDefinition::new("records");

/// A record as it was stored.
type Record = (Kind, Vec<u8>, Slot, Vec<u8>);

/// Stands between the engine and its store, and looks.
#[derive(Default)]
struct Watcher {
    last: Mutex<Option<Commit>>,
}

struct Commit {
    took: Duration,
    records: Vec<Record>,
    sealed: u64,
}

impl DiskFaults for Watcher {
    fn step(&self, _: &Changes) {}

    fn commit<'a>(
        &'a self,
        store: &'a Store,
        set: ChangeSet,
    ) -> BoxFuture<'a, Result<(), CommitError>> {
        let names: Vec<_> = set
            .slots()
            .map(|(kind, id, slot)| (kind, id.to_vec(), slot))
            .collect();
        let before = store.statistics().bytes;
        let (took, done) = timed(|| store.commit(set));
        let sealed = store.statistics().bytes - before;
        let records = names.into_iter().map(|(kind, id, slot)| {
            let value = store.get(kind, &id).unwrap().unwrap();
            (kind, id, slot, value.to_vec())
        });
        let commit = Commit {
            took,
            records: records.collect(),
            sealed,
        };
        *self.last.lock().unwrap() = Some(commit);
        async { done }.boxed()
    }

    fn free_space(&self) -> Option<FreeSpace> {
        None
    }

    fn renew(&self) -> BoxFuture<'_, Result<(), CommitError>> {
        async { Ok(()) }.boxed()
    }
}

/// The bare stores.
struct Bare {
    sled: sled::Db,
    log: File,
    redb: redb::Database,
    /// The sealed store, small and without an index.
    plain: Store,
}

impl Bare {
    fn new(place: &Path) -> Self {
        let sled = sled::Config::new()
            .path(place.join("sled"))
            .flush_every_ms(None)
            .open()
            .unwrap();
        let home = Home::create(place.join("plain")).unwrap();
        Self {
            sled,
            log: File::open(place.join("sled/db")).unwrap(),
            redb: redb::Database::create(place.join("redb")).unwrap(),
            plain: Store::create_with_key(&home, &DataKey::from_bytes(KEY)).unwrap(),
        }
    }

    fn insert(&self, records: &[Record]) {
        let mut batch = sled::Batch::default();
        for (_, id, _, value) in records {
            batch.insert(id.as_slice(), value.as_slice());
        }
        self.sled.apply_batch(batch).unwrap();
        self.sled.flush().unwrap();
    }

    fn insert_durably(&self, records: &[Record]) {
        self.insert(records);
        self.log.sync_data().unwrap();
    }

    fn insert_redb(&self, records: &[Record]) {
        let transaction = self.redb.begin_write().unwrap();
        {
            let mut table = transaction.open_table(TABLE).unwrap();
            for (_, id, _, value) in records {
                table.insert(id.as_slice(), value.as_slice()).unwrap();
            }
        }
        transaction.commit().unwrap();
    }

    fn insert_plain(&self, records: &[Record]) {
        let mut set = ChangeSet::new();
        for (kind, id, slot, value) in records {
            if *kind != Kind::Search {
                set.put(*kind, id, *slot, zeroize::Zeroizing::new(value.clone()));
            }
        }
        self.plain.commit(set).unwrap();
    }
}

/// One of each in every round, so that all of them meet the same disk.
pub(crate) fn costs(place: &Path, messages: u64) {
    // The profile stays as it is for the next run.
    let other = tempfile::tempdir_in(place.parent().unwrap()).unwrap();
    copy(place, &other.path().join("profile"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let watcher = Arc::new(Watcher::default());
    let mut options = EngineOptions::new(
        build::open(&other.path().join("profile")),
        Arc::new(build::lonely()),
    );
    options.disk = Some(Arc::<Watcher>::clone(&watcher));
    let engine = runtime.block_on(Engine::start(options)).unwrap();
    let bare = Bare::new(other.path());
    let contacts = build::contacts();
    let mut sent = Vec::new();
    let mut times: [Vec<Duration>; 6] = Default::default();
    let (mut values, mut sealed, mut index) = (0, 0, 0);
    for round in 0..ROUNDS + TALKING {
        let words: Vec<_> = (0..8)
            .map(|place| build::word(((round * 31 + place * 7) % 2_000) as u64))
            .collect();
        let command = Command::Send {
            contact: contacts[round % TALKING],
            text: words.join(" "),
            reply_to: None,
        };
        let start = Instant::now();
        let Ok(Reply::Message(_)) = runtime.block_on(engine.run(command)) else {
            panic!("not sent");
        };
        let whole = start.elapsed();
        let commit = watcher.last.lock().unwrap().take().unwrap();
        let records = commit.records;
        let took = [
            whole,
            commit.took,
            timed(|| bare.insert_plain(&records)).0,
            timed(|| bare.insert(&records)).0,
            timed(|| bare.insert_durably(&records)).0,
            timed(|| bare.insert_redb(&records)).0,
        ];
        if round >= TALKING {
            for (times, took) in times.iter_mut().zip(took) {
                times.push(took);
            }
            let size = |record: &Record| record.3.len() as u64;
            values += records.iter().map(size).sum::<u64>();
            let of_index = records.iter().filter(|record| record.0 == Kind::Search);
            index += of_index.map(size).sum::<u64>();
            sealed += commit.sealed;
            sent.push(records.len());
        }
    }
    runtime.block_on(engine.shutdown());
    let names = [
        format!("from the command to the answer, in a profile of {messages}"),
        "of it: the commit, sealed, with the search index".to_owned(),
        "a commit in a small sealed store, without the index".to_owned(),
        "bare sled, same values: batch, flush (no real flush)".to_owned(),
        "bare sled, same values: batch, flush, fdatasync".to_owned(),
        "redb, same values: durable commit".to_owned(),
    ];
    let mut table = Table::new();
    for (name, times) in names.iter().zip(times) {
        table.times(name, &Times::new(times));
    }
    let rounds = sent.len() as u64;
    let records = sent.iter().sum::<usize>() as u64 / rounds;
    table.add("records of a message", records, "records", sent.len(), "");
    table.add("their values", values / rounds, "bytes", sent.len(), "");
    table.add(
        "of them for the index",
        index / rounds,
        "bytes",
        sent.len(),
        "",
    );
    table.add(
        "sealed and padded",
        sealed / rounds,
        "bytes",
        sent.len(),
        "",
    );
    table.print();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(path, target).unwrap();
        }
    }
}
