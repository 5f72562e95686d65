//! The handle that the engine holds.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::Instant;
use tor_rtcompat::PreferredRuntime;
use undertone_transport::{
    BoxStream, DialError, DialTarget, DoorConfig, DoorError, DoorSeed, KeptState, NetworkStatus,
    OpenDoor, Transport,
};
use undertone_wire::OnionKey;

use crate::client::{ClientError, Current, Signs, install_crypto_provider};
use crate::dial::{self, Circuits, unready};
use crate::door::{self, Doors};
use crate::guards::GuardStateError;
use crate::keeper::{Board, DialReport, Keeper};
use crate::options::{TorOptions, TorState};
use crate::run_directory::{RunDirectory, RunDirectoryError};

/// Reports of dials that wait for the keeper. More are dropped: it needs a trend, not a count.
const REPORTS: usize = 64;

/// Why a transport did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It must be started inside a tokio runtime.
    #[error("there is no tokio runtime")]
    Runtime(#[source] std::io::Error),
    /// There is no place for the files of the run.
    #[error(transparent)]
    Directory(#[from] RunDirectoryError),
    /// The remembered state was refused. Starting without it means new guards, which only the
    /// person can decide.
    #[error(transparent)]
    State(#[from] GuardStateError),
    /// The client did not start.
    #[error(transparent)]
    Client(ClientError),
}

impl From<ClientError> for StartError {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Guards(error) => Self::State(error),
            other => Self::Client(other),
        }
    }
}

/// The Tor network as a [`Transport`], by an Arti client inside this process.
///
/// Dropping it ends everything in the background; [`TorTransport::shutdown`] waits for that.
pub struct TorTransport {
    dial_deadline: Duration,
    run_directory: PathBuf,
    board: Arc<Board>,
    circuits: Arc<Circuits>,
    dials: mpsc::Sender<DialReport>,
    stop: Mutex<Option<oneshot::Sender<oneshot::Sender<()>>>>,
}

impl std::fmt::Debug for TorTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TorTransport({:?})", *self.board.signs.status.borrow())
    }
}

impl TorTransport {
    /// Starts an Arti client and returns while it connects; [`Transport::status`] tells how far
    /// it is, and dials and doors wait for it.
    ///
    /// # Errors
    /// When directories, remembered state or configuration are unusable. A network that cannot
    /// be reached is a status, not an error.
    pub async fn start(options: TorOptions) -> Result<Self, StartError> {
        install_crypto_provider();
        let runtime = PreferredRuntime::current().map_err(StartError::Runtime)?;
        let directory = RunDirectory::create(&options.private_dir)?;
        let board = Arc::new(Board {
            signs: Signs {
                status: watch::Sender::new(NetworkStatus::Bootstrapping(0)),
                dormant: watch::Sender::new(false),
                gone: watch::Sender::new(false),
            },
            guards: watch::Sender::new(options.state.clone()),
            generation: watch::Sender::new(Current::Replacing),
            changed: Notify::new(),
            doors: Arc::new(Doors::default()),
        });
        let (dials, reports) = mpsc::channel(REPORTS);
        let (stop, stopped) = oneshot::channel();
        let run_directory = directory.path().to_owned();
        let dial_deadline = options.dial_deadline;
        let keeper = Keeper::start(
            options,
            runtime,
            directory,
            Arc::clone(&board),
            reports,
            stopped,
        )
        .await?;
        tokio::spawn(keeper.run());
        Ok(Self {
            dial_deadline,
            run_directory,
            board,
            circuits: Arc::default(),
            dials,
            stop: Mutex::new(Some(stop)),
        })
    }

    /// The public onion key of the door that `seed` opens.
    #[must_use]
    pub fn onion_key(seed: &DoorSeed) -> OnionKey {
        door::onion_key(seed)
    }

    /// The directory of this run, which is deleted at its end. For checks of what lies there.
    #[must_use]
    pub fn run_directory(&self) -> &Path {
        &self.run_directory
    }

    /// What to seal and to hand to the next start in [`TorOptions::state`]. Looked at once a
    /// minute and at the end.
    #[must_use]
    pub fn guard_state(&self) -> watch::Receiver<TorState> {
        self.board.guards.subscribe()
    }

    /// Closes all doors and streams, ends the client, deletes the files of the run and returns
    /// what is to be remembered. Takes less than two seconds.
    ///
    /// Dials and doors are refused from then on. A second call returns at once.
    pub async fn shutdown(&self) -> TorState {
        let (done, ended) = oneshot::channel();
        let stop = self
            .stop
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if stop.is_some_and(|stop| stop.send(done).is_ok()) {
            // An error says that the keeper ended otherwise, with its runtime.
            let _ended = ended.await;
        }
        self.board.guards.borrow().clone()
    }

    async fn dial_until_deadline(&self, target: DialTarget) -> Result<BoxStream, DialError> {
        let deadline = Instant::now() + self.dial_deadline;
        // A dial wakes a sleeping client.
        self.set_dormant(false);
        let result = tokio::time::timeout_at(deadline, self.dial_now(&target))
            .await
            .unwrap_or_else(|_elapsed| {
                Err(unready(*self.board.signs.status.borrow()).unwrap_or(DialError::TimedOut))
            });
        let report = match &result {
            Ok(_) | Err(DialError::NoDescriptor | DialError::NotAdmitted | DialError::Refused) => {
                Some(DialReport::Reached)
            }
            Err(DialError::NoNetwork | DialError::TimedOut) => Some(DialReport::Failed),
            Err(_) => None,
        };
        if let Some(report) = report {
            let _dropped_if_full = self.dials.try_send(report);
        }
        result
    }

    async fn dial_now(&self, target: &DialTarget) -> Result<BoxStream, DialError> {
        let mut generations = self.board.generation.subscribe();
        loop {
            let generation = Current::wait(&mut generations)
                .await
                .ok_or(DialError::NoNetwork)?;
            tokio::select! {
                result = dial::dial(&generation, target, &self.circuits, &self.board.signs.status) => {
                    return result;
                }
                // The client was replaced meanwhile: once more with the new one.
                () = generation.retired() => {}
            }
        }
    }
}

impl Transport for TorTransport {
    fn dial(&self, target: DialTarget) -> BoxFuture<'_, Result<BoxStream, DialError>> {
        self.dial_until_deadline(target).boxed()
    }

    fn open_door(&self, config: DoorConfig) -> BoxFuture<'_, Result<OpenDoor, DoorError>> {
        door::open(config, &self.board.doors, self.board.generation.subscribe()).boxed()
    }

    fn status(&self) -> watch::Receiver<NetworkStatus> {
        self.board.signs.status.subscribe()
    }

    fn set_dormant(&self, dormant: bool) {
        self.board.signs.dormant.send_if_modified(|current| {
            let changed = *current != dormant;
            *current = dormant;
            changed
        });
    }

    fn network_time(&self) -> Option<u64> {
        self.board.generation.borrow().running()?.consensus_time()
    }

    fn network_changed(&self) {
        self.board.changed.notify_one();
    }

    fn kept_state(&self) -> Option<watch::Receiver<KeptState>> {
        let mut guards = self.board.guards.subscribe();
        let (kept, receiver) = watch::channel(None);
        // Ends with the client, or when nobody listens any more.
        tokio::spawn(async move {
            while guards.changed().await.is_ok() {
                let state = guards.borrow_and_update().guards.clone();
                if kept.send(state).is_err() {
                    return;
                }
            }
        });
        Some(receiver)
    }

    fn shutdown(&self) -> BoxFuture<'_, KeptState> {
        async { Self::shutdown(self).await.guards }.boxed()
    }
}
