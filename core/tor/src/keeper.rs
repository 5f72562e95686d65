//! The task that owns the Arti client of a transport: it replaces the client when the network
//! changed or the client is diagnosed dead, hands out what is to be remembered, and cleans up.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::MissedTickBehavior;
use tor_rtcompat::PreferredRuntime;
use undertone_transport::NetworkStatus;

use crate::cache::CachePlace;
use crate::client::{ClientError, Current, Generation, Signs};
use crate::diagnosis::{Diagnosis, PROBE_EVERY};
use crate::door::Doors;
use crate::guards;
use crate::options::{TorOptions, TorState};
use crate::run_directory::RunDirectory;
use crate::tasks::Scope;

/// How long one look for the network may take.
const PROBE: Duration = Duration::from_secs(4);
/// How often Arti's memory of guards is looked at.
const CAPTURE_EVERY: Duration = Duration::from_secs(60);
/// How long the doors have to let go of a client that retires.
const LET_GO: Duration = Duration::from_secs(3);
/// How long Arti has to write its guards down when a client is dropped.
const FLUSH: Duration = Duration::from_millis(500);
/// The same at the end, and how long the doors have, of two seconds in all.
const LAST: Duration = Duration::from_millis(800);
/// At most one replacement in this time, however often the network changes.
const SETTLE: Duration = Duration::from_secs(5);

/// What a dial says about the client.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DialReport {
    /// It got as far as the directory of doors.
    Reached,
    /// It failed on our side.
    Failed,
}

/// What the transport's handle and the keeper share.
pub(crate) struct Board {
    pub(crate) signs: Signs,
    pub(crate) guards: watch::Sender<TorState>,
    pub(crate) generation: watch::Sender<Current>,
    pub(crate) changed: Notify,
    pub(crate) doors: Arc<Doors>,
}

impl Board {
    fn say_gone(&self, gone: bool) {
        self.signs.gone.send_if_modified(|current| {
            let changed = *current != gone;
            *current = gone;
            changed
        });
    }
}

/// See the module.
pub(crate) struct Keeper {
    options: TorOptions,
    runtime: PreferredRuntime,
    board: Arc<Board>,
    dials: mpsc::Receiver<DialReport>,
    stop: oneshot::Receiver<oneshot::Sender<()>>,
    /// Everything that clients started and that may still run.
    scopes: Scopes,
    number: u64,
    started: Instant,
    /// The place of the network's directory, if no other client of this process has it.
    cache: Option<CachePlace>,
    // Last, so that it is deleted after everything that uses it.
    directory: RunDirectory,
}

#[derive(Default)]
struct Scopes(Vec<Scope>);

impl Drop for Scopes {
    fn drop(&mut self) {
        // When the application's runtime ends without a shutdown: Arti's threads would otherwise
        // use its clock after its end, which panics.
        self.0.iter().for_each(Scope::end);
    }
}

impl Keeper {
    /// Starts the first client.
    pub(crate) async fn start(
        options: TorOptions,
        runtime: PreferredRuntime,
        directory: RunDirectory,
        board: Arc<Board>,
        dials: mpsc::Receiver<DialReport>,
        stop: oneshot::Receiver<oneshot::Sender<()>>,
    ) -> Result<Self, ClientError> {
        let cache = options.cache_dir.as_deref().and_then(CachePlace::take);
        let mut keeper = Self {
            options,
            runtime,
            board,
            dials,
            stop,
            scopes: Scopes::default(),
            number: 0,
            started: Instant::now(),
            cache,
            directory,
        };
        keeper.start_client().await?;
        Ok(keeper)
    }

    async fn start_client(&mut self) -> Result<(), ClientError> {
        self.number += 1;
        let state_dir = self
            .directory
            .path()
            .join(format!("client-{}", self.number));
        let own_cache = self.directory.path().join("cache");
        let cache_dir = self.cache.as_ref().map_or(&*own_cache, CachePlace::path);
        let state = self.board.guards.borrow().clone();
        let generation = Generation::start(
            &self.options,
            &self.runtime,
            (state_dir, cache_dir),
            &state,
            &self.board.signs,
        )
        .await?;
        generation.set_dormant(*self.board.signs.dormant.borrow());
        self.scopes.0.push(generation.scope().clone());
        self.started = Instant::now();
        self.board
            .generation
            .send_replace(Current::Running(generation));
        Ok(())
    }

    /// Runs until the transport is shut down or dropped.
    pub(crate) async fn run(mut self) {
        let mut diagnosis = Diagnosis::new();
        let mut status = self.board.signs.status.subscribe();
        let mut dormant = self.board.signs.dormant.subscribe();
        let mut capture = tokio::time::interval(CAPTURE_EVERY);
        let mut probe = tokio::time::interval(PROBE_EVERY);
        capture.set_missed_tick_behavior(MissedTickBehavior::Delay);
        probe.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let board = Arc::clone(&self.board);
        let done = loop {
            let troubled = diagnosis.troubled(Instant::now());
            if !troubled {
                board.say_gone(false);
            }
            let mut replace = false;
            tokio::select! {
                done = &mut self.stop => break done.ok(),
                report = self.dials.recv() => match report {
                    Some(DialReport::Reached) => diagnosis.dial_reached(),
                    Some(DialReport::Failed) => diagnosis.dial_failed(Instant::now()),
                    None => break None,
                },
                () = board.doors.changed() => {
                    diagnosis.doors(Instant::now(), board.doors.all_down());
                }
                _ = status.changed() => {
                    let blocked = is_blocked(*status.borrow_and_update());
                    diagnosis.client(Instant::now(), blocked);
                }
                _ = dormant.changed() => {
                    let sleep = *dormant.borrow_and_update();
                    if let Some(generation) = board.generation.borrow().running() {
                        generation.set_dormant(sleep);
                    }
                }
                _ = capture.tick() => self.capture(),
                () = network_changed(&board, self.started) => replace = true,
                reachable = next_probe(&mut probe, &board), if troubled => {
                    board.say_gone(!reachable);
                    replace = diagnosis.probed(Instant::now(), reachable);
                    if replace {
                        tracing::info!("the network is there and the tor client fails: replacing it");
                        diagnosis.replaced(Instant::now());
                    }
                }
            }
            if replace {
                self.replace().await;
            }
        };
        self.end(done).await;
    }

    /// Puts a new client in the place of the current one.
    async fn replace(&mut self) {
        self.retire(LET_GO, FLUSH).await;
        self.scopes.0.retain(|scope| !scope.is_idle());
        if let Err(error) = self.start_client().await {
            // Memory or disk are full, most likely. The next try is due as after a network change.
            tracing::error!(%error, "a tor client was not started");
            self.started = Instant::now();
            self.board
                .signs
                .status
                .send_replace(NetworkStatus::Stuck(0));
            self.board.changed.notify_one();
        }
    }

    /// Ends the current client, its doors first. Running streams go on as long as they can.
    async fn retire(&mut self, let_go: Duration, flush: Duration) {
        let Current::Running(generation) = self.board.generation.send_replace(Current::Replacing)
        else {
            return;
        };
        generation.retire();
        generation.wait_unused(let_go).await;
        let state_dir = generation.state_dir().to_owned();
        drop(generation);
        // Arti writes when the last of its tasks lets go of the client, and says so to nobody.
        let written = async {
            let before = guards::capture(&state_dir).ok();
            while guards::capture(&state_dir).ok() == before {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let _unchanged = tokio::time::timeout(flush, written).await;
        self.publish(guards::capture(&state_dir));
    }

    /// Hands out the guards if they are others than before.
    fn capture(&self) {
        let state_dir = self
            .board
            .generation
            .borrow()
            .running()
            .map(|generation| generation.state_dir().to_owned());
        if let Some(state_dir) = state_dir {
            self.publish(guards::capture(&state_dir));
        }
    }

    fn publish(&self, captured: Result<TorState, guards::GuardStateError>) {
        match captured {
            Ok(state) if state.guards.is_some() => {
                self.board.guards.send_if_modified(|current| {
                    let changed = *current != state;
                    if changed {
                        *current = state;
                    }
                    changed
                });
            }
            Ok(_nothing_yet) => {}
            Err(error) => tracing::warn!(%error, "the guards were not captured"),
        }
    }

    async fn end(mut self, done: Option<oneshot::Sender<()>>) {
        let state_dir = self
            .board
            .generation
            .borrow()
            .running()
            .map(|generation| generation.state_dir().to_owned());
        self.board.doors.close_all();
        let last = self.board.generation.send_replace(Current::Closed);
        if let Current::Running(generation) = last {
            generation.retire();
            generation.wait_unused(LAST).await;
        }
        for scope in &self.scopes.0 {
            scope.end();
        }
        let idle = self.scopes.0.iter().map(|scope| scope.wait_idle(LAST));
        futures::future::join_all(idle).await;
        if let Some(state_dir) = state_dir {
            self.publish(guards::capture(&state_dir));
        }
        self.board.signs.status.send_replace(NetworkStatus::Dormant);
        self.scopes.0.clear();
        drop(self);
        if let Some(done) = done {
            let _nobody_waits = done.send(());
        }
    }
}

/// Resolves when the network changed, but not right after a client was started.
async fn network_changed(board: &Board, started: Instant) {
    board.changed.notified().await;
    tokio::time::sleep_until((started + SETTLE).into()).await;
}

/// Whether a client in this state may need help.
fn is_blocked(status: NetworkStatus) -> bool {
    matches!(status, NetworkStatus::NoNetwork | NetworkStatus::Stuck(_))
}

/// Waits for the next look, and takes it: is there a relay that answers?
async fn next_probe(probe: &mut tokio::time::Interval, board: &Board) -> bool {
    probe.tick().await;
    let addresses = board
        .generation
        .borrow()
        .running()
        .map(|generation| generation.probe_addresses())
        .unwrap_or_default();
    any_answers(&addresses).await
}

/// Whether one of `addresses` takes a TCP connection. Nothing is sent.
async fn any_answers(addresses: &[SocketAddr]) -> bool {
    let looks = addresses.iter().map(|address| {
        Box::pin(async move {
            match tokio::time::timeout(PROBE, tokio::net::TcpStream::connect(address)).await {
                Ok(Ok(_connection)) => Ok(()),
                _ => Err(()),
            }
        })
    });
    if addresses.is_empty() {
        return false;
    }
    futures::future::select_ok(looks).await.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_relay_that_answers_is_enough() {
        let bind = || tokio::net::TcpListener::bind("127.0.0.1:0");
        let there = bind().await.expect("bound");
        let gone = bind().await.expect("bound");
        let address = there.local_addr().expect("bound");
        let empty = gone.local_addr().expect("bound");
        drop(gone);
        assert!(any_answers(&[empty, address]).await);
        assert!(!any_answers(&[empty]).await);
        assert!(!any_answers(&[]).await);
    }
}
