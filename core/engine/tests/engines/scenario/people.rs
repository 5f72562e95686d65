//! People with a home, a clock and a disk of their own, whose programs start, stop and crash.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use tokio::time::Instant;
use undertone_engine::backup::{self, Import};
use undertone_engine::progress::Progress;
use undertone_engine::{
    Clock, Command, CommandError, ContactId, Engine, EngineOptions, Event, Reply, StartError,
    StopReason,
};
use undertone_storage::{DataKey, Home, KdfParameters, Store};
use undertone_transport::memory::{MemoryNetwork, NodeId};
use undertone_wire::OnionKey;

use super::disk::TestDisk;
use super::model::Known;
use super::wire::{Watched, Wire};

const KEY: [u8; 32] = [7; 32];
const PASSPHRASE: &[u8] = b"of the export";
/// Older copies, when they are started again, are computers of their own.
const OLDER: [(&str, &str); 4] = [
    ("Amal", "Amal's older"),
    ("Noor", "Noor's older"),
    ("Sami", "Sami's older"),
    ("Dalal", "Dalal's older"),
];

/// What someone exported, and what was known then.
pub(crate) struct Exported {
    bytes: Vec<u8>,
    doors: BTreeMap<ContactId, OnionKey>,
    pub(crate) known: Known,
}

/// Runs with the virtual time and can be set. Whether it can tell a sleep from being set is the
/// person's luck.
pub(crate) struct Skewed {
    start: Instant,
    offset: AtomicI64,
    /// The highest offset that there was.
    highest: AtomicI64,
    counts_sleep: bool,
}

/// All clocks begin here, seconds since 1970.
const EPOCH: u64 = 1_800_000_000;

impl Skewed {
    pub(crate) fn set_by(&self, seconds: i64) {
        let before = self.offset.fetch_add(seconds, Ordering::Relaxed);
        self.highest.fetch_max(before + seconds, Ordering::Relaxed);
    }

    /// The latest time that it may have shown.
    pub(crate) fn latest(&self) -> u64 {
        let highest = self.highest.load(Ordering::Relaxed);
        (EPOCH + self.start.elapsed().as_secs()).saturating_add_signed(highest)
    }
}

struct PersonsClock(Arc<Skewed>);

impl Clock for PersonsClock {
    fn wall(&self) -> u64 {
        let offset = self.0.offset.load(Ordering::Relaxed);
        (EPOCH + self.0.start.elapsed().as_secs()).saturating_add_signed(offset)
    }

    fn since_boot(&self) -> Option<Duration> {
        self.0.counts_sleep.then(|| self.0.start.elapsed())
    }
}

/// What an application was told.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) events: Vec<Event>,
    pub(crate) stopped: Option<StopReason>,
}

pub(crate) struct Person {
    pub(crate) name: &'static str,
    pub(crate) node: NodeId,
    pub(crate) clock: Arc<Skewed>,
    pub(crate) disk: Arc<TestDisk>,
    pub(crate) wire: Arc<Wire>,
    pub(crate) heard: Arc<Mutex<Heard>>,
    /// When a stopped program is started again.
    pub(crate) starts_at: Option<Instant>,
    engine: Option<Engine>,
    network: MemoryNetwork,
    home: PathBuf,
    /// The last export, and whether the next life begins with it.
    pub(crate) exported: Option<Exported>,
    restores: bool,
    /// The home of the copy that was replaced.
    older: Option<PathBuf>,
    seed: u64,
    lives: u64,
}

/// What asking a program came to.
pub(crate) enum Answer {
    Reply(Box<Reply>),
    Refused(CommandError),
    /// It is not running, or ended meanwhile: whether it took the command in is unknown.
    Gone,
}

impl Person {
    pub(crate) async fn create(
        name: &'static str,
        network: &MemoryNetwork,
        home: PathBuf,
        seed: u64,
        skew: (i64, bool),
    ) -> Self {
        let node = network.node(name).id();
        let mut person = Self {
            name,
            node,
            clock: Arc::new(Skewed {
                start: Instant::now(),
                offset: AtomicI64::new(skew.0),
                highest: AtomicI64::new(skew.0),
                counts_sleep: skew.1,
            }),
            disk: TestDisk::new(network.clone(), node),
            wire: Arc::default(),
            heard: Arc::default(),
            starts_at: None,
            engine: None,
            network: network.clone(),
            home,
            exported: None,
            restores: false,
            older: None,
            seed,
            lives: 0,
        };
        let home = Home::create(&person.home).expect("a home");
        let store = Store::create_with_key(&home, &DataKey::from_bytes(KEY)).expect("a store");
        let options = person.options(store);
        let engine = Engine::create(options, name).await.expect("an engine");
        person.run(engine);
        person
    }

    pub(crate) fn is_running(&self) -> bool {
        self.engine.is_some()
    }

    /// Every life has a randomness of its own.
    fn options(&mut self, store: Store) -> EngineOptions {
        self.lives += 1;
        self.disk.begin();
        self.heard.lock().unwrap().stopped = None;
        let watched = Watched {
            inner: self.network.node(self.name),
            wire: Arc::clone(&self.wire),
        };
        let mut options = EngineOptions::new(store, Arc::new(watched));
        options.clock = Box::new(PersonsClock(Arc::clone(&self.clock)));
        let seed = self.name.bytes().fold(self.seed, |seed, byte| {
            seed.wrapping_mul(31).wrapping_add(byte.into())
        });
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        rng.set_stream(self.lives);
        options.rng = Box::new(rng);
        options.disk = Some(Arc::clone(&self.disk) as _);
        options
    }

    fn run(&mut self, engine: Engine) {
        let mut events = engine.events();
        let heard = Arc::clone(&self.heard);
        tokio::spawn(async move {
            while let Some(event) = events.next().await {
                let mut heard = heard.lock().unwrap();
                if let Event::Stopped { reason } = event {
                    heard.stopped = Some(reason);
                }
                heard.events.push(event);
            }
        });
        self.engine = Some(engine);
        self.starts_at = None;
    }

    /// Ends the program in order and exports. `false`: it did not end in order.
    pub(crate) async fn export(&mut self, known: Known) -> bool {
        self.stop().await;
        if self.disk.is_dead() || self.disk.failed() {
            return false;
        }
        let home = Home::open(&self.home).expect("a home");
        let store = Store::open_with_key(&home, &DataKey::from_bytes(KEY)).expect("a store");
        let cost = KdfParameters::testing();
        let (bytes, _) = backup::export(&store, Vec::new(), PASSPHRASE, cost, &Progress::default())
            .expect("an export");
        store.lock().expect("closed");
        self.exported = Some(Exported {
            bytes,
            doors: self.disk.keys.doors(),
            known,
        });
        true
    }

    /// The next life goes on with what was exported, in a home of its own.
    pub(crate) fn restore(&mut self) {
        self.restores = true;
    }

    fn import(&mut self) {
        let Some(exported) = self.exported.take() else {
            return;
        };
        let path = self.home.with_extension("restored");
        let home = Home::create(&path).expect("a home");
        let wall = self.clock.latest();
        let import =
            Import::open(Cursor::new(exported.bytes), PASSPHRASE, wall).expect("an import");
        let store = Store::create_with_key(&home, &DataKey::from_bytes(KEY)).expect("a store");
        import.into_store(&store, wall).expect("imported");
        store.lock().expect("closed");
        self.older = Some(std::mem::replace(&mut self.home, path));
        self.disk.keys.restored(exported.doors);
        // What the other copy said last is not this one's.
        self.heard = Arc::default();
    }

    /// The copy that was replaced, as a program on a computer of its own with the same clock.
    pub(crate) fn older(&self) -> Option<Self> {
        let home = self.older.clone()?;
        let (_, name) = OLDER.iter().find(|(name, _)| *name == self.name)?;
        let node = self.network.node(name).id();
        Some(Self {
            name,
            node,
            clock: Arc::clone(&self.clock),
            disk: TestDisk::new(self.network.clone(), node),
            wire: Arc::default(),
            heard: Arc::default(),
            starts_at: None,
            engine: None,
            network: self.network.clone(),
            home,
            exported: None,
            restores: false,
            older: None,
            seed: self.seed,
            lives: 0,
        })
    }

    /// Starts the program. `false`: the disk does not let it.
    pub(crate) async fn start(&mut self) -> bool {
        if std::mem::take(&mut self.restores) {
            self.import();
        }
        let home = Home::open(&self.home).expect("a home");
        let store = Store::open_with_key(&home, &DataKey::from_bytes(KEY)).expect("a store");
        let options = self.options(store);
        match Engine::start(options).await {
            Ok(engine) => {
                self.run(engine);
                true
            }
            Err(StartError::Erase(_) | StartError::Commit(_)) => false,
            Err(error) => panic!("{} does not start: {error}", self.name),
        }
    }

    /// The program is gone without a word. It takes a moment until its store is free.
    pub(crate) fn kill(&mut self) {
        self.engine = None;
        self.network.crash(self.node);
    }

    /// An orderly end, unless it dies at a commit on the way there.
    pub(crate) async fn stop(&mut self) {
        let Some(engine) = self.engine.take() else {
            return;
        };
        tokio::select! {
            biased;
            () = engine.shutdown() => {}
            () = self.disk.died() => {}
        }
    }

    pub(crate) async fn ask(&self, command: Command) -> Answer {
        let Some(engine) = &self.engine else {
            return Answer::Gone;
        };
        let answer = tokio::select! {
            biased;
            answer = engine.run(command) => answer,
            () = self.disk.died() => Err(CommandError::Closed),
        };
        match answer {
            Ok(reply) => Answer::Reply(Box::new(reply)),
            Err(CommandError::Closed) => Answer::Gone,
            Err(error) => Answer::Refused(error),
        }
    }
}
