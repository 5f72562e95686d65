//! Keeps the profiles of a home running: answers the control socket, does what was switched on (echo, accept
//! all), and ends in time when it is told to. It does not print and does not read a terminal.

mod automatic;
mod connection;
mod profiles;

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use undertone_engine::StopReason;

pub use self::automatic::Automatic;
use self::profiles::Change;
pub use self::profiles::{Profiles, WhichError};
use crate::control::socket::{BindError, Listener};
use crate::passphrase::Passphrase;
use crate::profile::{Household, StartError};

/// The most connections at the control socket at a time; more wait in the system's queue.
const MAX_CONNECTIONS: usize = 64;

/// How long closing the profile may take. The whole process ends in under five seconds.
const CLOSING: Duration = Duration::from_secs(4);

/// How long no connection is accepted after the system refused one (out of descriptors).
const BREATH: Duration = Duration::from_millis(200);

/// Why no profile runs.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// One was not unlocked.
    #[error(transparent)]
    Start(#[from] StartError),
    /// They cannot be driven.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Why a profile does not run any more.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No socket, so nothing was run.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// Signals cannot be heard, so nothing was run.
    #[error("signals cannot be handled")]
    Signals(#[source] std::io::Error),
    /// The disk refuses.
    #[error("the profile stopped because the disk refuses to store: is it full or read-only?")]
    Storage,
    /// Records were lost.
    #[error("the profile stopped because records of it are missing: restore it from an export")]
    Damaged,
    /// A broken invariant.
    #[error("the profile stopped because of an error in the program; nothing acknowledged is lost")]
    Bug,
    /// Not closed in time.
    #[error("the profile did not close within {} s", CLOSING.as_secs())]
    NotClosed,
}

/// Profiles that are ready to be driven.
#[derive(Debug)]
pub struct Daemon {
    profiles: Profiles,
    changes: mpsc::Receiver<Change>,
    listener: Listener,
    signals: Signals,
}

impl Daemon {
    /// Unlocks a profile for each passphrase, makes the control socket in the home and listens to signals. From now on commands wait
    /// in the socket's queue until [`Daemon::run`] answers them.
    ///
    /// # Errors
    /// See [`BeginError`]. What was unlocked is closed then.
    pub async fn new(
        household: Household,
        passphrases: Vec<Passphrase>,
        automatic: Automatic,
    ) -> Result<Self, BeginError> {
        let home = household.path().to_owned();
        let (profiles, changes) = Profiles::new(household, automatic);
        let begun = async {
            let signals = Signals::new().map_err(RunError::Signals)?;
            for passphrase in passphrases {
                profiles.unlock(passphrase).await?;
            }
            // Not before the home is ours.
            let listener = Listener::bind(&home).map_err(RunError::Bind)?;
            Ok((signals, listener))
        };
        match begun.await {
            Ok((signals, listener)) => Ok(Self {
                profiles,
                changes,
                listener,
                signals,
            }),
            Err(error) => {
                profiles.close().await;
                Err(error)
            }
        }
    }

    /// Runs until a signal, the command `stop`, or the end of the last profile, and closes those that are left.
    ///
    /// # Errors
    /// See [`RunError`]: why the first one stopped that did not have to.
    pub async fn run(self) -> Result<(), RunError> {
        let Self {
            profiles,
            changes,
            listener,
            signals,
        } = self;
        tracing::info!("the profile runs");
        let mut tasks = JoinSet::new();
        let result = serve(&profiles, changes, &listener, signals, &mut tasks).await;
        tracing::info!("the profile stops");
        // The socket goes first: who connects from now on hears that nothing runs.
        drop(listener);
        let closed = timeout(CLOSING, async {
            tasks.shutdown().await;
            profiles.close().await;
        });
        match closed.await {
            Ok(()) => result,
            Err(_) => result.and(Err(RunError::NotClosed)),
        }
    }
}

async fn serve(
    profiles: &Profiles,
    mut changes: mpsc::Receiver<Change>,
    listener: &Listener,
    mut signals: Signals,
    tasks: &mut JoinSet<()>,
) -> Result<(), RunError> {
    let (stop, mut stopped) = mpsc::channel(1);
    let mut result = Ok(());
    loop {
        tokio::select! {
            accepted = listener.accept(), if tasks.len() < MAX_CONNECTIONS => match accepted {
                Ok(stream) => {
                    tasks.spawn(connection::serve(stream, profiles.clone(), stop.clone()));
                }
                Err(error) => {
                    tracing::warn!(kind = ?error.kind(), "no connection at the control socket");
                    sleep(BREATH).await;
                }
            },
            Some(change) = changes.recv() => {
                if let Change::Ended(number, reason) = change {
                    // One that was locked is not there any more, and ends without a word unless it could not end in order.
                    let by_itself = profiles.remove(number).is_some();
                    if by_itself || reason.is_some() {
                        result = result.and(fault(reason));
                    }
                }
                if profiles.is_over() {
                    return result;
                }
            }
            Some(_) = tasks.join_next() => {}
            () = signals.next() => return result,
            Some(()) = stopped.recv() => return result,
        }
    }
}

/// Whether it is a failure that a profile ended by itself.
fn fault(reason: Option<StopReason>) -> Result<(), RunError> {
    let error = match reason {
        Some(StopReason::Storage) => RunError::Storage,
        Some(StopReason::Damaged) => RunError::Damaged,
        // An engine that is gone without a word is as wrong as one that says so.
        Some(StopReason::Bug) | None => RunError::Bug,
        // Nobody must start it again.
        Some(StopReason::Destroyed) => return Ok(()),
    };
    // Others may go on, and it is said at the end only.
    tracing::error!(%error, "a profile ended");
    Err(error)
}

/// The signals that end the process.
#[derive(Debug)]
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }
}
