//! The handle that an application holds.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt as _;
use rand::CryptoRng;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::task::JoinHandle;
use undertone_protocol::{LoadError, Profile, Refusal};
use undertone_storage::{ChangeSet, CommitError, EraseError, Kind, ReadError, Store};
use undertone_transport::{KeptState, Transport};

use crate::actor::{Actor, KEPT, Message};
use crate::clock::{Clock, SystemClock, Time};
use crate::conversations::Conversations;
use crate::disk::{Disk, Fuse};
use crate::health::Health;
use crate::language::{Command, CommandError, Event, Reply, StopReason};
use crate::records::{add, name};
use crate::search;

/// Frames and reports that wait for the actor. A full inbox slows the streams down.
const INBOX: usize = 1_024;
/// Events that wait for a slow listener; older ones are counted and dropped.
const EVENTS: usize = 4_096;

/// What an engine is made of.
pub struct EngineOptions {
    /// The opened store of the profile.
    pub store: Store,
    /// The network.
    pub transport: Arc<dyn Transport>,
    /// The wall clock.
    pub clock: Box<dyn Clock>,
    /// Randomness, for tests that replay a seed; the system's otherwise.
    pub rng: Box<dyn CryptoRng + Send>,
    /// What a test puts between the engine and its store.
    #[cfg(feature = "faults")]
    pub disk: Option<Arc<dyn crate::disk::DiskFaults>>,
}

impl EngineOptions {
    /// The computer's clock and randomness.
    #[must_use]
    pub fn new(store: Store, transport: Arc<dyn Transport>) -> Self {
        Self {
            store,
            transport,
            clock: Box::new(SystemClock),
            rng: Box::new(rand::make_rng::<rand::rngs::StdRng>()),
            #[cfg(feature = "faults")]
            disk: None,
        }
    }
}

impl std::fmt::Debug for EngineOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EngineOptions(..)")
    }
}

/// Why an engine does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store holds no profile, or damaged records.
    #[error(transparent)]
    Load(#[from] LoadError<ReadError>),
    /// The store refuses to write.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The store refuses to renew its keys.
    #[error(transparent)]
    Erase(#[from] EraseError),
    /// The nickname cannot be.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is a profile already.
    #[error("the store holds a profile already")]
    Exists,
    /// The work on the store was broken off: the program is ending.
    #[error("the program is ending")]
    Ending,
}

/// What the network layer of the last run wanted to find again, to be handed to the next one before
/// the engine starts.
///
/// # Errors
/// The store refuses to read.
pub fn kept_state(store: &Store) -> Result<KeptState, ReadError> {
    store.get(Kind::Guards, KEPT)
}

/// A running profile. Dropping it ends the profile as a crash would: nothing acknowledged is
/// lost, but nothing is said to the peers either. [`Self::shutdown`] is the orderly way.
pub struct Engine {
    inbox: mpsc::Sender<Message>,
    events: broadcast::Sender<Event>,
    actor: JoinHandle<()>,
    fuse: Fuse,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine(..)")
    }
}

impl Engine {
    /// Starts the profile that the store holds.
    ///
    /// # Errors
    /// See [`StartError`]; nothing was changed.
    pub async fn start(options: EngineOptions) -> Result<Self, StartError> {
        let EngineOptions { store, .. } = &options;
        let profile = Profile::load(|key| {
            let (kind, id) = name(key);
            store.get(kind, &id)
        })?;
        Self::launch(options, profile).await
    }

    /// Makes a profile in an empty store and starts it.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn create(mut options: EngineOptions, nickname: &str) -> Result<Self, StartError> {
        let (kind, id) = name(undertone_protocol::RecordKey::Profile);
        if options
            .store
            .get(kind, &id)
            .map_err(LoadError::Store)?
            .is_some()
        {
            return Err(StartError::Exists);
        }
        let now = undertone_protocol::Now {
            monotonic: std::time::Duration::ZERO,
            wall: options.clock.wall(),
        };
        let (profile, step) = Profile::create(nickname, now, &mut *options.rng)?;
        let mut set = ChangeSet::new();
        add(&mut set, step.changes());
        options.store.commit(set)?;
        let effects = step.committed();
        debug_assert!(effects.is_empty());
        Self::launch(options, profile).await
    }

    async fn launch(options: EngineOptions, profile: Profile) -> Result<Self, StartError> {
        let store = Disk::new(options.store);
        #[cfg(feature = "faults")]
        let store = store.with_faults(options.disk);
        let today = (options.clock.wall() / 86_400) as u32;
        // Whoever copied the files before today's start cannot read what is written from now on.
        store.renew(today).await.ok_or(StartError::Ending)??;
        let (inbox, messages) = mpsc::channel(INBOX);
        let (events, _) = broadcast::channel(EVENTS);
        let conversations = Conversations::load(&profile, &store).map_err(LoadError::Store)?;
        let bounds: Vec<_> = profile
            .contacts()
            .map(|state| (state.id, conversations.begin(state.id), state.next_message))
            .collect();
        let index = store.work(move |store| search::Builder::survey(store, bounds.into_iter()));
        let index = index.await.ok_or(StartError::Ending)??;
        let health = Health::load(&store, options.clock.wall()).map_err(LoadError::Store)?;
        let fuse = store.fuse();
        let alarm = inbox.downgrade();
        store.on_destroyed(move || {
            // An actor whose inbox is full finds out by itself: its store takes nothing more.
            if let Some(inbox) = alarm.upgrade() {
                let _ = inbox.try_send(Message::Destroyed);
            }
        });
        let actor = Actor::new(
            profile,
            (conversations, index, health),
            store,
            options.transport,
            Time::new(options.clock),
            options.rng,
            (inbox.clone(), messages),
            events.clone(),
        );
        Ok(Self {
            inbox,
            actor: tokio::spawn(watched(actor, events.clone())),
            events,
            fuse,
        })
    }

    /// Runs a command; the reply comes when it is durable.
    ///
    /// # Errors
    /// Why it was not done.
    pub async fn run(&self, command: Command) -> Result<Reply, CommandError> {
        if command == Command::Destroy {
            return self.destroy().await;
        }
        let (reply, answer) = oneshot::channel();
        self.inbox
            .send(Message::Command(command, reply))
            .await
            .map_err(|_| CommandError::Closed)?;
        answer.await.unwrap_or(Err(CommandError::Closed))
    }

    /// Destroys without waiting for what the actor is busy with, be it a slow disk.
    async fn destroy(&self) -> Result<Reply, CommandError> {
        let done = self.fuse.blow().await.ok_or(CommandError::Closed)?;
        // An actor whose inbox is full finds out by itself: its store takes nothing more.
        let _ = self.inbox.try_send(Message::Destroyed);
        done.map(|()| Reply::Done).map_err(|error| {
            tracing::error!(%error, "not everything was destroyed");
            CommandError::NotDestroyed
        })
    }

    /// Events from now on.
    #[must_use]
    pub fn events(&self) -> EventStream {
        EventStream {
            receiver: self.events.subscribe(),
        }
    }

    /// Commits, closes doors and links, renews the state key and closes the store. Commands that come later are refused, whoever
    /// holds this handle as well.
    pub async fn close(&self) {
        let (done, finished) = oneshot::channel();
        if self.inbox.send(Message::Shutdown(done)).await.is_ok() {
            // An actor that stopped by itself drops the sender.
            let _ = finished.await;
        }
    }

    /// The same, and the end of the profile's own task.
    pub async fn shutdown(mut self) {
        self.close().await;
        // An actor that panicked has nothing more to close.
        let _ = (&mut self.actor).await;
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.actor.abort();
    }
}

/// Runs the actor, and tells of its end if it panics: it cannot do so itself, and listeners would wait for ever.
async fn watched(actor: Actor, events: broadcast::Sender<Event>) {
    // What it held is gone by then, so nobody sees what it left half done.
    let ended = AssertUnwindSafe(actor.run()).catch_unwind().await;
    if ended.is_err() {
        // What it panicked with may quote what people wrote.
        tracing::error!("the engine panicked");
        // Nobody may be listening.
        let _ = events.send(Event::Stopped {
            reason: StopReason::Bug,
        });
    }
}

/// Events in order.
pub struct EventStream {
    receiver: broadcast::Receiver<Event>,
}

impl std::fmt::Debug for EventStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EventStream(..)")
    }
}

impl EventStream {
    /// The next one; `None` when the engine is closed. A listener that was too slow hears
    /// [`Event::Missed`].
    pub async fn next(&mut self) -> Option<Event> {
        match self.receiver.recv().await {
            Ok(event) => Some(event),
            Err(broadcast::error::RecvError::Lagged(count)) => Some(Event::Missed { count }),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}
