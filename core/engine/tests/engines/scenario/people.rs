//! People with a home, a clock and a disk of their own, whose programs start, stop and crash.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use tokio::time::Instant;
use undertone_engine::{
    Clock, Command, CommandError, Engine, EngineOptions, Event, Reply, StartError, StopReason,
};
use undertone_storage::{DataKey, Home, Store};
use undertone_transport::memory::{MemoryNetwork, NodeId};

use super::disk::TestDisk;
use super::wire::{Watched, Wire};

const KEY: [u8; 32] = [7; 32];

/// Runs with the virtual time and can be set. Whether it can tell a sleep from being set is the
/// person's luck.
pub(crate) struct Skewed {
    start: Instant,
    offset: AtomicI64,
    counts_sleep: bool,
}

impl Skewed {
    pub(crate) fn set_by(&self, seconds: i64) {
        self.offset.fetch_add(seconds, Ordering::Relaxed);
    }
}

struct PersonsClock(Arc<Skewed>);

impl Clock for PersonsClock {
    fn wall(&self) -> u64 {
        let offset = self.0.offset.load(Ordering::Relaxed);
        (1_800_000_000 + self.0.start.elapsed().as_secs()).saturating_add_signed(offset)
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
                counts_sleep: skew.1,
            }),
            disk: TestDisk::new(network.clone(), node),
            wire: Arc::default(),
            heard: Arc::default(),
            starts_at: None,
            engine: None,
            network: network.clone(),
            home,
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

    /// Starts the program. `false`: the disk does not let it.
    pub(crate) async fn start(&mut self) -> bool {
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
