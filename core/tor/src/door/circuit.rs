//! What arrives at a door: a rendezvous, then streams on its circuit.
//!
//! Anyone who can read the descriptor comes this far, so everything is counted: circuits being
//! built, circuits, streams, streams waiting, and the time that a circuit may be idle.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::BoxStream as Streams;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tor_cell::relaycell::msg::{Connected, End, EndReason};
use tor_hsservice::{RendRequest, StreamRequest};
use tor_proto::stream::IncomingStreamRequest;
use undertone_transport::BoxStream;

use super::Readers;
use crate::VIRTUAL_PORT;
use crate::stream::Cuttable;

/// How long a rendezvous may take.
const BUILD: Duration = Duration::from_secs(60);
/// How long a circuit may stay without a stream.
const IDLE: Duration = Duration::from_secs(120);
/// How long a stream's acceptance may take, which is a matter of queueing one cell.
const ACCEPT: Duration = Duration::from_secs(30);

/// What a circuit needs of its door.
pub(super) struct Visit {
    pub(super) streams: Arc<Cuttable>,
    pub(super) places: Arc<Semaphore>,
    pub(super) incoming: mpsc::Sender<BoxStream>,
    pub(super) readers: Option<watch::Receiver<Readers>>,
    /// The removals before this circuit was built.
    pub(super) removals: u64,
}

/// Completes a rendezvous and serves its circuit. `place` is given back in between.
pub(super) async fn run(request: RendRequest, place: OwnedSemaphorePermit, visit: Visit) {
    match tokio::time::timeout(BUILD, request.accept()).await {
        Ok(Ok(circuit)) => {
            drop(place);
            serve(circuit.boxed(), visit).await;
        }
        // The other side's matter, or the network's.
        Ok(Err(error)) => {
            let kind = arti_client::HasKind::kind(&error);
            tracing::debug!(?kind, "a rendezvous failed");
        }
        Err(_elapsed) => tracing::debug!("a rendezvous took too long"),
    }
}

/// Hands the streams of one circuit to the application until the circuit ends.
async fn serve(mut circuit: Streams<'static, StreamRequest>, visit: Visit) {
    // One token a stream of this circuit; all back means that it is idle.
    let open = Arc::new(());
    let mut idle_since_last_look = false;
    loop {
        match tokio::time::timeout(IDLE, circuit.next()).await {
            Ok(Some(request)) => {
                idle_since_last_look = false;
                if !visit.admit(request, &open).await {
                    return;
                }
            }
            Ok(None) => return,
            Err(_elapsed) => {
                let idle = Arc::strong_count(&open) == 1;
                if idle && idle_since_last_look {
                    return;
                }
                idle_since_last_look = idle;
            }
        }
    }
}

impl Visit {
    /// Takes one stream or refuses it. False: the circuit was closed.
    async fn admit(&self, request: StreamRequest, open: &Arc<()>) -> bool {
        let ours = match request.request() {
            IncomingStreamRequest::Begin(begin) => begin.port() == VIRTUAL_PORT,
            _ => false,
        };
        // A circuit from before a removal may be that of the one who was removed.
        if !ours || self.outdated() {
            // As C Tor does for an unknown port.
            let closed = request.shutdown_circuit();
            tracing::debug!(ours, ok = closed.is_ok(), "a rendezvous circuit was closed");
            return false;
        }
        let place = Arc::clone(&self.places).try_acquire_owned();
        let (Ok(permit), Ok(place)) = (self.incoming.try_reserve(), place) else {
            tracing::debug!("a stream was refused: too many");
            let end = End::new_with_reason(EndReason::DONE);
            let _circuit_gone = tokio::time::timeout(ACCEPT, request.reject(end)).await;
            return true;
        };
        let accepted = request.accept(Connected::new_empty());
        let Ok(Ok(stream)) = tokio::time::timeout(ACCEPT, accepted).await else {
            return true;
        };
        match self.streams.add(stream, place) {
            Some(stream) => permit.send(Box::new(stream.counted(Arc::clone(open)))),
            None => return false,
        }
        true
    }

    fn outdated(&self) -> bool {
        self.readers
            .as_ref()
            .is_some_and(|readers| readers.borrow().removals != self.removals)
    }
}
