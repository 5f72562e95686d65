//! A place where engines live: homes on the disk, a network in memory, a clock that follows the
//! virtual time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use tempfile::TempDir;
use tokio::time::{Instant, timeout};
use undertone_engine::{
    Clock, Command, ContactId, ContactView, DiskFaults, Engine, EngineOptions, Event, EventStream,
    MessageView, Reply, Stage,
};
use undertone_storage::{DataKey, Home, Store};
use undertone_transport::memory::{MemoryNetwork, MemoryOptions, MemoryTransport};
use undertone_transport::{DoorSeed, Transport};
use undertone_wire::{OnionKey, X25519Public, X25519Secret};

/// Longer than anything an honest network needs.
const DEADLINE: Duration = Duration::from_secs(1_800);

fn onion_key(seed: &DoorSeed) -> OnionKey {
    undertone_protocol::DoorSeed::from_bytes(seed.0).onion_key()
}

fn reader_key(secret: &X25519Secret) -> X25519Public {
    undertone_protocol::public_of(secret).expect("ordinary key")
}

/// Follows tokio's time, which stands still until all wait.
struct VirtualClock {
    start: Instant,
    hands: Arc<Hands>,
}

/// What a test does to the clocks of one computer, in seconds.
#[derive(Default)]
pub(crate) struct Hands {
    slept: AtomicU64,
    set: AtomicI64,
}

impl Hands {
    /// The computer sleeps: time passes, and the monotonic clock does not notice.
    pub(crate) fn sleep(&self, seconds: u64) {
        self.slept.fetch_add(seconds, Ordering::Relaxed);
    }

    /// The wall clock is set forward or back.
    pub(crate) fn set(&self, seconds: i64) {
        self.set.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for VirtualClock {
    fn wall(&self) -> u64 {
        let passed = self.start.elapsed().as_secs() + self.hands.slept.load(Ordering::Relaxed);
        (1_800_000_000 + passed).saturating_add_signed(self.hands.set.load(Ordering::Relaxed))
    }

    fn since_boot(&self) -> Option<Duration> {
        let slept = Duration::from_secs(self.hands.slept.load(Ordering::Relaxed));
        Some(self.start.elapsed() + slept)
    }
}

pub(crate) struct Place {
    pub(crate) network: MemoryNetwork,
    directory: TempDir,
    start: Instant,
    seed: u64,
    hands: Mutex<BTreeMap<String, Arc<Hands>>>,
}

pub(crate) struct Person {
    name: String,
    pub(crate) transport: MemoryTransport,
    pub(crate) engine: Engine,
    events: EventStream,
}

impl Place {
    pub(crate) fn new(seed: u64) -> Self {
        let options = MemoryOptions::new(seed, onion_key, reader_key);
        Self {
            network: MemoryNetwork::new(options),
            directory: tempfile::tempdir().expect("a temporary directory"),
            start: Instant::now(),
            seed,
            hands: Mutex::default(),
        }
    }

    /// The clocks of someone's computer.
    pub(crate) fn hands(&self, name: &str) -> Arc<Hands> {
        let mut hands = self.hands.lock().expect("not poisoned");
        Arc::clone(hands.entry(name.to_owned()).or_default())
    }

    fn options(&self, name: &str, store: Store) -> (EngineOptions, MemoryTransport) {
        let transport = self.network.node(name);
        let shared: Arc<dyn Transport> = Arc::new(transport.clone());
        let mut options = EngineOptions::new(store, shared);
        options.clock = Box::new(VirtualClock {
            start: self.start,
            hands: self.hands(name),
        });
        let seed = name.bytes().fold(self.seed, |s, b| s * 31 + u64::from(b));
        options.rng = Box::new(ChaCha20Rng::seed_from_u64(seed));
        (options, transport)
    }

    pub(crate) async fn create(&self, name: &str) -> Person {
        let home = Home::create(self.directory.path().join(name)).expect("a home");
        let store = Store::create_with_key(&home, &DataKey::from_bytes([7; 32])).expect("a store");
        self.create_in(name, store, None).await
    }

    /// A profile in a store that the test made, perhaps with something between it and the engine.
    pub(crate) async fn create_in(
        &self,
        name: &str,
        store: Store,
        disk: Option<Arc<dyn DiskFaults>>,
    ) -> Person {
        let (mut options, transport) = self.options(name, store);
        options.disk = disk;
        let engine = Engine::create(options, name).await.expect("an engine");
        Person {
            name: name.to_owned(),
            transport,
            events: engine.events(),
            engine,
        }
    }

    /// The store of a profile that does not run.
    pub(crate) fn store(&self, name: &str) -> Store {
        let home = Home::open(self.home(name)).expect("a home");
        Store::open_with_key(&home, &DataKey::from_bytes([7; 32])).expect("a store")
    }

    pub(crate) fn home(&self, name: &str) -> std::path::PathBuf {
        self.directory.path().join(name)
    }

    /// Starts a profile that was shut down or crashed.
    pub(crate) async fn start(&self, name: &str) -> Person {
        let home = Home::open(self.directory.path().join(name)).expect("a home");
        let store = Store::open_with_key(&home, &DataKey::from_bytes([7; 32])).expect("a store");
        self.start_in(name, store).await
    }

    /// The same in a store that the test opened.
    pub(crate) async fn start_in(&self, name: &str, store: Store) -> Person {
        let (options, transport) = self.options(name, store);
        let engine = Engine::start(options).await.expect("an engine");
        Person {
            name: name.to_owned(),
            transport,
            events: engine.events(),
            engine,
        }
    }
}

impl Person {
    pub(crate) async fn run(&self, command: Command) -> Reply {
        let shown = format!("{command:?}");
        match self.engine.run(command).await {
            Ok(reply) => reply,
            Err(error) => panic!("{}: {shown}: {error}", self.name),
        }
    }

    /// Waits for an event that fits.
    pub(crate) async fn hear<T>(&mut self, mut fits: impl FnMut(Event) -> Option<T>) -> T {
        let name = &self.name;
        let events = &mut self.events;
        let found = timeout(DEADLINE, async {
            loop {
                let event = events.next().await.expect("the engine runs");
                if let Some(found) = fits(event) {
                    return found;
                }
            }
        });
        found
            .await
            .unwrap_or_else(|_| panic!("{name} waited in vain"))
    }

    pub(crate) async fn hear_stage(&mut self, contact: ContactId, stage: Stage) {
        if self.contact(contact).await.stage == stage {
            return;
        }
        self.hear(|event| match event {
            Event::ContactChanged { contact: view } if view.id == contact => {
                (view.stage == stage).then_some(())
            }
            _ => None,
        })
        .await;
    }

    pub(crate) async fn invite(&self) -> String {
        let command = Command::Invite {
            one_time: true,
            expires_after: None,
        };
        match self.run(command).await {
            Reply::Invitation(view) => view.text,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn contacts(&self) -> Vec<ContactView> {
        match self.run(Command::Contacts).await {
            Reply::Contacts { contacts } => contacts,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn contact(&self, id: ContactId) -> ContactView {
        let contacts = self.contacts().await;
        contacts
            .into_iter()
            .find(|contact| contact.id == id)
            .expect("a known contact")
    }

    pub(crate) async fn send(&self, contact: ContactId, text: &str) -> MessageView {
        let command = Command::Send {
            contact,
            text: text.to_owned(),
            reply_to: None,
        };
        match self.run(command).await {
            Reply::Message(view) => view,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn history(&self, contact: ContactId) -> Vec<MessageView> {
        let command = Command::History {
            contact,
            before: None,
            after: None,
            limit: 1_000,
        };
        match self.run(command).await {
            Reply::Messages { messages } => messages,
            other => panic!("{other:?}"),
        }
    }
}

/// Makes two people contacts; gives how each names the other.
pub(crate) async fn befriend(a: &mut Person, b: &mut Person) -> (ContactId, ContactId) {
    let command = Command::AddContact {
        invitation: b.invite().await,
        pet_name: None,
        greeting: "hello".to_owned(),
    };
    let Reply::Contact(at_a) = a.run(command).await else {
        panic!("no contact");
    };
    let at_b = b
        .hear(|event| match event {
            Event::RequestReceived { contact } => Some(*contact),
            _ => None,
        })
        .await;
    assert_eq!(at_b.greeting.as_deref(), Some("hello"));
    b.run(Command::Accept {
        contact: at_b.id,
        pet_name: None,
    })
    .await;
    a.hear_stage(at_a.id, Stage::Accepted).await;
    b.hear_stage(at_b.id, Stage::Accepted).await;
    (at_a.id, at_b.id)
}
