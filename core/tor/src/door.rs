//! A door: an onion service that is relaunched when its client or its readers change, and that
//! takes its streams with it when it is dropped.
//!
//! The service itself is in `door/service.rs`, what arrives at it in `door/circuit.rs`. Who may
//! come in is decided above; this layer knows the descriptor's readers only.

mod circuit;
mod service;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use futures::StreamExt as _;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tor_hsservice::RendRequest;
use undertone_transport::{BoxStream, Door, DoorConfig, DoorError, DoorStatus, OpenDoor};
use undertone_wire::{OnionKey, X25519Public};

use crate::client::Current;
use crate::stream::Cuttable;
use service::Service;

pub(crate) use service::onion_key;

/// Most readers of one door: what a descriptor holds.
pub const MAX_READERS: usize =
    tor_hsservice::config::restricted_discovery::MAX_RESTRICTED_DISCOVERY_CLIENTS;
/// Most streams of a door that wait to be taken.
const MAX_WAITING: usize = 32;
/// Most streams of a door that are open.
const MAX_STREAMS: usize = 256;
/// Most rendezvous circuits of a door that are open.
const MAX_CIRCUITS: usize = 256;
/// Most rendezvous circuits of a door that are being built.
const MAX_BUILDING: usize = 32;
/// How long the circuits of a closed door stay, for the last words of its streams.
const FAREWELL: Duration = Duration::from_millis(300);
/// First and longest pause before a service that failed is launched again.
const RELAUNCH: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(120));

/// The time from the end of a door's service to the launch of its next one. A descriptor is newer
/// than another if its counter is higher, the counter is made of the time in seconds, and a
/// directory relay refuses what is not newer; Arti's next upload would be a minute later.
const QUIET: Duration = Duration::from_millis(1500);

/// The doors of a transport: one per onion key, and how each of them fares.
#[derive(Default)]
pub(crate) struct Doors {
    open: Mutex<HashMap<OnionKey, Weak<Shared>>>,
    /// When the last service of a door ended, for as long as that matters.
    ended: Mutex<HashMap<OnionKey, Instant>>,
    changed: Notify,
}

impl Doors {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<OnionKey, Weak<Shared>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resolves when a door's status changed since the last call.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    fn note_end(&self, key: OnionKey) {
        let now = Instant::now();
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.retain(|_, end| now - *end < QUIET);
        ended.insert(key, now);
    }

    /// Resolves when the next service of this door may be launched.
    async fn quiet(&self, key: OnionKey) {
        let end = {
            let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
            ended.get(&key).copied()
        };
        if let Some(end) = end {
            tokio::time::sleep_until(end + QUIET).await;
        }
    }

    /// True if there are doors and none of them can be reached.
    pub(crate) fn all_down(&self) -> bool {
        let doors = self.all();
        let down = |door: &Arc<Shared>| *door.status.borrow() == DoorStatus::Unreachable;
        !doors.is_empty() && doors.iter().all(down)
    }

    /// Closes every door and its streams.
    pub(crate) fn close_all(&self) {
        self.all().iter().for_each(|door| door.close());
    }

    fn all(&self) -> Vec<Arc<Shared>> {
        self.lock().values().filter_map(Weak::upgrade).collect()
    }
}

/// What the handle, the task and the streams of a door share.
struct Shared {
    key: OnionKey,
    doors: Arc<Doors>,
    closed: watch::Sender<bool>,
    status: watch::Sender<DoorStatus>,
    streams: Arc<Cuttable>,
    places: Arc<Semaphore>,
}

impl Shared {
    /// Streams end here and now; the service ends in the task, a moment later.
    fn close(&self) {
        self.closed.send_replace(true);
        self.streams.cut_all();
        self.set_status(DoorStatus::Closed);
        let mut open = self.doors.lock();
        // The same key may be open again by now.
        if open
            .get(&self.key)
            .is_some_and(|door| std::ptr::eq(door.as_ptr(), self))
        {
            open.remove(&self.key);
        }
    }

    fn set_status(&self, status: DoorStatus) {
        let changed = self.status.send_if_modified(|current| {
            let changed = *current != status && *current != DoorStatus::Closed;
            if changed {
                *current = status;
            }
            changed
        });
        if changed {
            self.doors.changed.notify_one();
        }
    }
}

/// The readers of a restricted door.
#[derive(Clone, Default, PartialEq, Eq)]
struct Readers {
    /// Sorted, each once.
    keys: Vec<X25519Public>,
    /// How often a reader was removed. A reader who was removed still knows the introduction
    /// points, so after each removal the service is launched anew with others.
    removals: u64,
}

impl Readers {
    fn new(keys: &[X25519Public]) -> Result<Self, DoorError> {
        let mut keys = keys.to_vec();
        keys.sort_unstable();
        keys.dedup();
        if keys.len() > MAX_READERS {
            return Err(DoorError::TooManyReaders(keys.len()));
        }
        Ok(Self { keys, removals: 0 })
    }

    /// Takes over `next`'s keys and notes whether somebody lost their place.
    fn replace(&mut self, next: Self) -> bool {
        if self.keys == next.keys {
            return false;
        }
        let lost = self.keys.iter().any(|key| !next.keys.contains(key));
        self.removals += u64::from(lost);
        self.keys = next.keys;
        true
    }
}

/// The caller's handle of a door.
struct TorDoor {
    shared: Arc<Shared>,
    readers: Option<watch::Sender<Readers>>,
}

impl Door for TorDoor {
    fn set_readers(&self, readers: &[X25519Public]) -> Result<(), DoorError> {
        let sender = self.readers.as_ref().ok_or(DoorError::Refused)?;
        if *self.shared.closed.borrow() {
            return Err(DoorError::ShutDown);
        }
        let next = Readers::new(readers)?;
        sender.send_if_modified(|current| current.replace(next));
        Ok(())
    }

    fn status(&self) -> watch::Receiver<DoorStatus> {
        self.shared.status.subscribe()
    }
}

impl Drop for TorDoor {
    fn drop(&mut self) {
        self.shared.close();
    }
}

/// Opens a door on whatever client is current, now and later.
pub(crate) async fn open(
    config: DoorConfig,
    doors: &Arc<Doors>,
    generations: watch::Receiver<Current>,
) -> Result<OpenDoor, DoorError> {
    let readers = config.readers.as_deref().map(Readers::new).transpose()?;
    let key = onion_key(&config.seed);
    let shared = Arc::new(Shared {
        key,
        doors: Arc::clone(doors),
        closed: watch::Sender::new(false),
        status: watch::Sender::new(DoorStatus::Opening),
        streams: Arc::new(Cuttable::new()),
        places: Arc::new(Semaphore::new(MAX_STREAMS)),
    });
    {
        let mut open = doors.lock();
        if open.contains_key(&key) {
            return Err(DoorError::AlreadyOpen);
        }
        open.insert(key, Arc::downgrade(&shared));
    }
    let readers = readers.map(watch::Sender::new);
    let door = TorDoor {
        shared: Arc::clone(&shared),
        readers: readers.clone(),
    };
    let (incoming, receiver) = mpsc::channel(MAX_WAITING);
    let mut task = Keep {
        seed: config.seed,
        shared,
        readers: readers.map(|sender| sender.subscribe()),
        generations,
        incoming,
        circuits: JoinSet::new(),
        building: Arc::new(Semaphore::new(MAX_BUILDING)),
    };
    // The first launch is waited for, so that a refusal reaches the caller. An error drops `door`,
    // which takes it off the list again.
    let service = task.launch().await?;
    tokio::spawn(task.run(service));
    Ok(OpenDoor {
        door: Box::new(door),
        incoming: receiver,
    })
}

/// The task that keeps a door open.
struct Keep {
    seed: undertone_transport::DoorSeed,
    shared: Arc<Shared>,
    readers: Option<watch::Receiver<Readers>>,
    generations: watch::Receiver<Current>,
    incoming: mpsc::Sender<BoxStream>,
    circuits: JoinSet<()>,
    building: Arc<Semaphore>,
}

/// Why a service no longer serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Closed,
    /// Another client, or a reader was removed: launch anew at once.
    Outdated,
    /// Arti gave up: launch anew after a pause.
    Failed,
}

impl Keep {
    async fn run(mut self, first: Service) {
        let mut closed = self.shared.closed.subscribe();
        let mut next = Ok(first);
        let mut pause = RELAUNCH.0;
        loop {
            let ended = match next {
                Ok(service) => self.serve(service).await,
                Err(DoorError::ShutDown) => Ended::Closed,
                Err(_refused) => Ended::Failed,
            };
            match ended {
                Ended::Closed => break,
                Ended::Outdated => pause = RELAUNCH.0,
                Ended::Failed => {
                    self.shared.set_status(DoorStatus::Unreachable);
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        _ = closed.wait_for(|closed| *closed) => break,
                    }
                    pause = RELAUNCH.1.min(pause * 2);
                }
            }
            next = tokio::select! {
                launched = self.launch() => launched,
                _ = closed.wait_for(|closed| *closed) => break,
            };
        }
        // The transport may end before the door's handle is dropped.
        self.shared.close();
    }

    /// Launches the service on the current client, waiting for one if there is none right now.
    async fn launch(&mut self) -> Result<Service, DoorError> {
        self.shared.doors.quiet(self.shared.key).await;
        let generation = Current::wait(&mut self.generations)
            .await
            .ok_or(DoorError::ShutDown)?;
        let readers = self
            .readers
            .as_mut()
            .map(|readers| readers.borrow_and_update().clone());
        Service::launch(generation, &self.seed, readers).map_err(|error| {
            tracing::error!(%error, "an onion service was not launched");
            DoorError::Refused
        })
    }

    /// Serves until something changes that needs another service.
    async fn serve(&mut self, mut service: Service) -> Ended {
        let mut closed = self.shared.closed.subscribe();
        let ended = loop {
            let room = self.circuits.len() < MAX_CIRCUITS;
            tokio::select! {
                biased;
                _ = closed.wait_for(|closed| *closed) => break Ended::Closed,
                () = service.generation.retired() => break Ended::Outdated,
                changed = changed(self.readers.as_mut()) => match changed {
                    Some(readers) if service.admits_by_update(&readers) => {
                        if let Err(error) = service.update(readers) {
                            tracing::error!(%error, "the readers of a door were not updated");
                            break Ended::Outdated;
                        }
                    }
                    Some(_) => break Ended::Outdated,
                    None => break Ended::Closed,
                },
                Some(status) = service.status.next() => {
                    let before = *self.shared.status.borrow();
                    self.shared.set_status(service::door_status(&status, before));
                }
                Some(_ended) = self.circuits.join_next() => {}
                next = next_request(&mut service.requests, &self.building, service.queues_by_effort), if room || !service.queues_by_effort => {
                    match next {
                        Some((request, Some(place))) if room => {
                            let visit = self.visit(service.readers_removed());
                            self.circuits.spawn(circuit::run(request, place, visit));
                        }
                        Some(_flood) => tracing::debug!("a rendezvous request was dropped"),
                        None => break Ended::Failed,
                    }
                }
            }
        };
        // Rendezvous that have begun go on without the service, unless the door is closed.
        let generation = service.close().await;
        self.shared.doors.note_end(self.shared.key);
        if ended == Ended::Closed {
            // The streams were cut, and the word of it must leave before the circuits go: relays
            // may take long to pass on that a circuit is gone.
            tokio::time::sleep(FAREWELL).await;
            self.circuits.shutdown().await;
        }
        drop(generation);
        ended
    }

    fn visit(&self, removals: u64) -> circuit::Visit {
        circuit::Visit {
            streams: Arc::clone(&self.shared.streams),
            places: Arc::clone(&self.shared.places),
            incoming: self.incoming.clone(),
            readers: self.readers.clone(),
            removals,
        }
    }
}

/// The next request and the place to build its circuit at, if there is one. Where Arti queues by
/// effort, a request is taken only when there is a place: more taken would be more unordered.
/// Elsewhere the queue must be kept short, and what has no place is dropped by the caller.
async fn next_request(
    requests: &mut Requests,
    building: &Arc<Semaphore>,
    queues_by_effort: bool,
) -> Option<(RendRequest, Option<OwnedSemaphorePermit>)> {
    let place = if queues_by_effort {
        Arc::clone(building).acquire_owned().await.ok()
    } else {
        None
    };
    let request = requests.next().await?;
    let place = place.or_else(|| Arc::clone(building).try_acquire_owned().ok());
    Some((request, place))
}

/// The readers when they changed; for ever pending without a list; `None` without a handle.
async fn changed(readers: Option<&mut watch::Receiver<Readers>>) -> Option<Readers> {
    match readers {
        None => std::future::pending().await,
        Some(readers) => match readers.changed().await {
            Ok(()) => Some(readers.borrow_and_update().clone()),
            Err(_) => None,
        },
    }
}

/// What a door accepts from Arti.
type Requests = futures::stream::BoxStream<'static, RendRequest>;

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> X25519Public {
        X25519Public::from_bytes([byte; 32]).expect("ordinary key")
    }

    #[test]
    fn removals_are_counted_and_additions_are_not() {
        let mut readers = Readers::new(&[key(9), key(8), key(9)]).expect("few");
        assert_eq!(readers.keys.len(), 2);
        assert!(!readers.replace(Readers::new(&[key(8), key(9)]).expect("few")));
        assert!(readers.replace(Readers::new(&[key(8), key(9), key(10)]).expect("few")));
        assert_eq!(readers.removals, 0);
        assert!(readers.replace(Readers::new(&[key(10)]).expect("few")));
        assert_eq!(readers.removals, 1);
        assert!(readers.replace(Readers::new(&[]).expect("few")));
        assert_eq!(readers.removals, 2);
    }

    #[test]
    fn too_many_readers_are_refused() {
        let many: Vec<_> = (0..=MAX_READERS)
            .map(|index| {
                let mut bytes = [7; 32];
                bytes[..8].copy_from_slice(&index.to_le_bytes());
                X25519Public::from_bytes(bytes).expect("ordinary key")
            })
            .collect();
        assert!(Readers::new(&many[1..]).is_ok());
        assert_eq!(
            Readers::new(&many).err(),
            Some(DoorError::TooManyReaders(MAX_READERS + 1))
        );
    }
}
