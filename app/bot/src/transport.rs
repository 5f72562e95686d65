//! A transport for a special occasion: it reaches nobody, for making a profile.

use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};
use tokio::sync::watch;
use undertone_transport::{
    BoxStream, DialError, DialTarget, DoorConfig, DoorError, NetworkStatus, OpenDoor, Transport,
};

/// Reaches nobody, and nobody reaches it: making a profile touches no network and waits for none.
#[derive(Debug)]
pub(crate) struct Offline {
    status: watch::Sender<NetworkStatus>,
}

impl Default for Offline {
    fn default() -> Self {
        Self {
            status: watch::Sender::new(NetworkStatus::Dormant),
        }
    }
}

impl Transport for Offline {
    fn dial(&self, _: DialTarget) -> BoxFuture<'_, Result<BoxStream, DialError>> {
        ready(Err(DialError::NoNetwork)).boxed()
    }

    fn open_door(&self, _: DoorConfig) -> BoxFuture<'_, Result<OpenDoor, DoorError>> {
        ready(Err(DoorError::ShutDown)).boxed()
    }

    fn status(&self) -> watch::Receiver<NetworkStatus> {
        self.status.subscribe()
    }

    fn set_dormant(&self, _: bool) {}

    fn network_changed(&self) {}
}
