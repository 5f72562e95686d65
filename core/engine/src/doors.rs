//! Keeps the doors open that should be, and no others. What should be comes from the machine after
//! every step that changed it; the difference is made here.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use undertone_protocol::{DoorName, WantedDoor};
use undertone_transport::{Door, DoorConfig, DoorError, DoorSeed, DoorStatus, OpenDoor, Transport};
use undertone_wire::X25519Public;

use crate::actor::Message;

/// After a door could not be opened.
const RETRY: Duration = Duration::from_secs(5);

struct Running {
    readers: Option<Vec<X25519Public>>,
    door: Option<Box<dyn Door>>,
    status: DoorStatus,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The doors of a running profile.
pub(crate) struct Doors {
    transport: Arc<dyn Transport>,
    inbox: mpsc::Sender<Message>,
    running: BTreeMap<DoorName, Running>,
}

impl Doors {
    pub(crate) fn new(transport: Arc<dyn Transport>, inbox: mpsc::Sender<Message>) -> Self {
        Self {
            transport,
            inbox,
            running: BTreeMap::new(),
        }
    }

    /// Opens, changes and closes until the doors are those that are wanted. A door's name never
    /// gets another key, so names are enough to compare.
    pub(crate) fn reconcile(&mut self, wanted: Vec<WantedDoor>) {
        self.running
            .retain(|name, _| wanted.iter().any(|door| door.name == *name));
        for door in wanted {
            match self.running.get_mut(&door.name) {
                None => self.open(door),
                Some(running) if running.readers != door.readers => {
                    running.readers.clone_from(&door.readers);
                    if !running.apply_readers() {
                        // Open it anew with the right list.
                        self.running.remove(&door.name);
                        self.open(door);
                    }
                }
                Some(_) => {}
            }
        }
    }

    fn open(&mut self, wanted: WantedDoor) {
        let config = DoorConfig {
            seed: DoorSeed(*wanted.seed.as_bytes()),
            readers: wanted.readers.clone(),
        };
        let transport = Arc::clone(&self.transport);
        let inbox = self.inbox.clone();
        let task = tokio::spawn(serve(transport, config, wanted.name, inbox));
        let running = Running {
            readers: wanted.readers,
            door: None,
            status: DoorStatus::Opening,
            task,
        };
        self.running.insert(wanted.name, running);
    }

    /// The network layer opened it. A door that is not wanted any more is dropped at once.
    pub(crate) fn opened(&mut self, name: DoorName, door: Box<dyn Door>) {
        if let Some(running) = self.running.get_mut(&name) {
            running.door = Some(door);
            // A list that is refused now is refused again when it changes, and opened anew then.
            running.apply_readers();
        }
    }

    /// Takes in a new status; `true` when it became reachable by this.
    pub(crate) fn status_changed(&mut self, name: DoorName, status: DoorStatus) -> bool {
        self.running.get_mut(&name).is_some_and(|running| {
            let before = std::mem::replace(&mut running.status, status);
            status == DoorStatus::Published && before != DoorStatus::Published
        })
    }

    pub(crate) fn is_reachable(&self, name: DoorName) -> bool {
        self.running
            .get(&name)
            .is_some_and(|running| running.status == DoorStatus::Published)
    }

    /// How many are reachable, and how many there are.
    pub(crate) fn count(&self) -> (u32, u32) {
        let reachable = self
            .running
            .values()
            .filter(|running| running.status == DoorStatus::Published);
        (reachable.count() as u32, self.running.len() as u32)
    }
}

impl Running {
    /// The list may have changed while the door was being opened.
    fn apply_readers(&self) -> bool {
        let (Some(door), Some(readers)) = (&self.door, &self.readers) else {
            return true;
        };
        let applied = door.set_readers(readers);
        if let Err(error) = &applied {
            tracing::warn!(%error, "a door's readers could not be changed");
        }
        applied.is_ok()
    }
}

/// Opens a door, again and again if need be, and hands on what arrives at it.
async fn serve(
    transport: Arc<dyn Transport>,
    config: DoorConfig,
    name: DoorName,
    inbox: mpsc::Sender<Message>,
) {
    loop {
        match transport.open_door(config.clone()).await {
            Ok(OpenDoor { door, mut incoming }) => {
                let status = door.status();
                if inbox.send(Message::DoorOpened(name, door)).await.is_err() {
                    return;
                }
                let watching = watch_status(name, status, inbox.clone());
                let arriving = async {
                    while let Some(stream) = incoming.recv().await {
                        if inbox.send(Message::Arrived(name, stream)).await.is_err() {
                            return;
                        }
                    }
                };
                tokio::join!(arriving, watching);
            }
            Err(DoorError::ShutDown) => return,
            Err(error) => tracing::warn!(%error, "a door could not be opened"),
        }
        // Either the network layer refused, or it closed the door by itself: once more.
        tokio::time::sleep(RETRY).await;
    }
}

async fn watch_status(
    name: DoorName,
    mut status: watch::Receiver<DoorStatus>,
    inbox: mpsc::Sender<Message>,
) {
    loop {
        let now = *status.borrow_and_update();
        if inbox.send(Message::DoorStatus(name, now)).await.is_err()
            || now == DoorStatus::Closed
            || status.changed().await.is_err()
        {
            return;
        }
    }
}
