//! An ordinary engine inside the test whose network layer is watched: what a modified client could
//! learn, because it is what the unmodified one was told, and how its dials went.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use undertone_engine::{Engine, EngineOptions};
use undertone_storage::{DataKey, Home, Store};
use undertone_tor::TorTransport;
use undertone_transport::{
    BoxStream, DialError, DialTarget, DoorConfig, DoorError, NetworkStatus, OpenDoor, Transport,
};
use undertone_wire::OnionKey;

use super::lab::{LIMIT, Lab};
use super::party::Party;

/// The guests' stores are opened by it, without a passphrase.
pub(crate) const STORE_KEY: [u8; 32] = [7; 32];

/// One finished dial.
#[derive(Clone)]
pub(crate) struct Dial {
    pub(crate) target: DialTarget,
    pub(crate) took: Duration,
    /// `None`: it led to a stream.
    pub(crate) error: Option<DialError>,
}

/// Passes everything on and remembers it.
pub(crate) struct Spy {
    inner: TorTransport,
    dials: Mutex<Vec<Dial>>,
    /// How many dials were finished.
    count: watch::Sender<usize>,
    doors: Mutex<Vec<OnionKey>>,
}

impl Spy {
    pub(crate) fn dials(&self) -> Vec<Dial> {
        self.dials.lock().expect("not poisoned").clone()
    }

    pub(crate) fn count(&self) -> watch::Receiver<usize> {
        self.count.subscribe()
    }

    /// The addresses of all doors that were ever opened.
    pub(crate) fn doors(&self) -> Vec<OnionKey> {
        self.doors.lock().expect("not poisoned").clone()
    }
}

impl Transport for Spy {
    fn dial(&self, target: DialTarget) -> BoxFuture<'_, Result<BoxStream, DialError>> {
        async move {
            let began = Instant::now();
            let result = self.inner.dial(target.clone()).await;
            let dial = Dial {
                target,
                took: began.elapsed(),
                error: result.as_ref().err().copied(),
            };
            self.dials.lock().expect("not poisoned").push(dial);
            self.count.send_modify(|count| *count += 1);
            result
        }
        .boxed()
    }

    fn open_door(&self, config: DoorConfig) -> BoxFuture<'_, Result<OpenDoor, DoorError>> {
        let key = TorTransport::onion_key(&config.seed);
        self.doors.lock().expect("not poisoned").push(key);
        self.inner.open_door(config)
    }

    fn status(&self) -> watch::Receiver<NetworkStatus> {
        self.inner.status()
    }

    fn set_dormant(&self, dormant: bool) {
        self.inner.set_dormant(dormant);
    }

    fn network_changed(&self) {
        self.inner.network_changed();
    }
}

pub(crate) struct Guest {
    pub(crate) party: Party,
    pub(crate) spy: Arc<Spy>,
    home: PathBuf,
    /// The dials before the last start.
    dials_before: usize,
}

impl Guest {
    pub(crate) async fn create(lab: &Lab, name: &str) -> Self {
        let path = lab.path(name);
        let home = Home::create(&path).expect("a home");
        let store = Store::create_with_key(&home, &key()).expect("a store");
        let spy = Arc::new(Spy {
            inner: lab.transport().await,
            dials: Mutex::default(),
            count: watch::Sender::new(0),
            doors: Mutex::default(),
        });
        let options = EngineOptions::new(store, Arc::clone(&spy) as Arc<dyn Transport>);
        let engine = Engine::create(options, name).await.expect("an engine");
        Self {
            party: Party::of_engine(name, engine),
            spy,
            home: path,
            dials_before: 0,
        }
    }

    /// Ends the engine and starts it again on the same network layer: it dials everyone anew.
    pub(crate) async fn restart(self) -> Self {
        let name = self.party.name.clone();
        self.party.shutdown().await;
        let dials_before = self.spy.dials().len();
        let home = Home::open(&self.home).expect("a home");
        let store = Store::open_with_key(&home, &key()).expect("a store");
        let shared = Arc::clone(&self.spy) as Arc<dyn Transport>;
        let engine = Engine::start(EngineOptions::new(store, shared)).await;
        Self {
            party: Party::of_engine(&name, engine.expect("an engine")),
            dials_before,
            ..self
        }
    }

    /// Ends the profile as the program does.
    pub(crate) async fn shutdown(self) {
        self.party.shutdown().await;
        self.spy.inner.shutdown().await;
    }

    /// How it dials the one of these contact doors that it dials first since its last start.
    /// `None`: any, where it has one contact.
    pub(crate) async fn contact_door(&self, doors: Option<&[OnionKey]>) -> DialTarget {
        let mut count = self.spy.count.subscribe();
        let found = timeout(LIMIT, async {
            loop {
                count.borrow_and_update();
                let dials = self.spy.dials();
                let fits = |dial: &&Dial| {
                    let restricted = dial.target.descriptor_key.is_some();
                    restricted && doors.is_none_or(|doors| doors.contains(&dial.target.door))
                };
                if let Some(dial) = dials[self.dials_before..].iter().find(fits) {
                    return dial.target.clone();
                }
                count.changed().await.expect("the spy lives");
            }
        });
        found.await.expect("a dial to a contact")
    }
}

fn key() -> DataKey {
    DataKey::from_bytes(STORE_KEY)
}
