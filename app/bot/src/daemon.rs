//! Keeps a profile running: answers the control socket, does what was switched on (echo, accept
//! all), and ends in time when it is told to. It does not print and does not read a terminal.

mod automatic;
mod connection;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use undertone_engine::{Engine, Event, EventStream, StopReason};

pub use self::automatic::Automatic;
use crate::control::socket::{BindError, Listener};

/// The most connections at the control socket at a time; more wait in the system's queue.
const MAX_CONNECTIONS: usize = 64;

/// How long closing the profile may take. The whole process ends in under five seconds.
const CLOSING: Duration = Duration::from_secs(4);

/// How long no connection is accepted after the system refused one (out of descriptors).
const BREATH: Duration = Duration::from_millis(200);

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

/// A profile that is ready to be driven.
#[derive(Debug)]
pub struct Daemon {
    engine: Arc<Engine>,
    events: EventStream,
    listener: Listener,
    signals: Signals,
    automatic: Automatic,
}

impl Daemon {
    /// Makes the control socket in `home` and listens to signals. From now on commands wait in
    /// the socket's queue until [`Daemon::run`] answers them.
    ///
    /// # Errors
    /// See [`RunError`]. The engine is closed then.
    pub async fn new(engine: Engine, home: &Path, automatic: Automatic) -> Result<Self, RunError> {
        let prepared = Signals::new()
            .map_err(RunError::Signals)
            .and_then(|signals| Ok((signals, Listener::bind(home)?)));
        match prepared {
            Ok((signals, listener)) => {
                let events = engine.events();
                Ok(Self {
                    engine: Arc::new(engine),
                    events,
                    listener,
                    signals,
                    automatic,
                })
            }
            Err(error) => {
                engine.shutdown().await;
                Err(error)
            }
        }
    }

    /// Runs until a signal, the command `stop`, or a fault, and closes the profile.
    ///
    /// # Errors
    /// See [`RunError`].
    pub async fn run(self) -> Result<(), RunError> {
        let Self {
            engine,
            events,
            listener,
            signals,
            automatic,
        } = self;
        tracing::info!("the profile runs");
        let mut tasks = JoinSet::new();
        if automatic != Automatic::default() {
            tasks.spawn(automatic::run(
                automatic,
                Arc::clone(&engine),
                engine.events(),
            ));
        }
        let result = serve(&engine, events, &listener, signals, &mut tasks).await;
        tracing::info!("the profile stops");
        // The socket goes first: who connects from now on hears that nothing runs.
        drop(listener);
        let closed = timeout(CLOSING, async {
            tasks.shutdown().await;
            // The tasks are gone, and with them every other handle.
            if let Some(engine) = Arc::into_inner(engine) {
                engine.shutdown().await;
            }
        });
        match closed.await {
            Ok(()) => result,
            Err(_) => result.and(Err(RunError::NotClosed)),
        }
    }
}

async fn serve(
    engine: &Arc<Engine>,
    mut events: EventStream,
    listener: &Listener,
    mut signals: Signals,
    tasks: &mut JoinSet<()>,
) -> Result<(), RunError> {
    let (stop, mut stopped) = mpsc::channel(1);
    loop {
        tokio::select! {
            accepted = listener.accept(), if tasks.len() < MAX_CONNECTIONS => match accepted {
                Ok(stream) => {
                    tasks.spawn(connection::serve(stream, Arc::clone(engine), stop.clone()));
                }
                Err(error) => {
                    tracing::warn!(kind = ?error.kind(), "no connection at the control socket");
                    sleep(BREATH).await;
                }
            },
            event = events.next() => match event {
                Some(Event::Stopped { reason: StopReason::Storage }) => {
                    return Err(RunError::Storage);
                }
                Some(Event::Stopped { reason: StopReason::Damaged }) => {
                    return Err(RunError::Damaged);
                }
                // An engine that is gone without a word is as wrong as one that says so.
                Some(Event::Stopped { reason: StopReason::Bug }) | None => {
                    return Err(RunError::Bug);
                }
                // Not a failure: nobody must start it again.
                Some(Event::Stopped { reason: StopReason::Destroyed }) => return Ok(()),
                Some(_) => {}
            },
            Some(_) = tasks.join_next() => {}
            () = signals.next() => return Ok(()),
            Some(()) = stopped.recv() => return Ok(()),
        }
    }
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
