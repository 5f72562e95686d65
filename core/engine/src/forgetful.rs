//! A network layer that remembers nothing from one start to the next, for private networks, whose
//! guards live for an hour: they must not take the place of the public network's guards in the
//! store. It does nothing else.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::watch;
use undertone_transport::{
    BoxStream, DialError, DialTarget, DoorConfig, DoorError, KeptState, NetworkStatus, OpenDoor,
    Transport,
};

/// The network layer inside, without its memory.
#[derive(Debug)]
pub struct Forgetful<T>(pub T);

impl<T: Transport> Transport for Forgetful<T> {
    fn dial(&self, target: DialTarget) -> BoxFuture<'_, Result<BoxStream, DialError>> {
        self.0.dial(target)
    }

    fn open_door(&self, config: DoorConfig) -> BoxFuture<'_, Result<OpenDoor, DoorError>> {
        self.0.open_door(config)
    }

    fn status(&self) -> watch::Receiver<NetworkStatus> {
        self.0.status()
    }

    fn set_dormant(&self, dormant: bool) {
        self.0.set_dormant(dormant);
    }

    fn network_changed(&self) {
        self.0.network_changed();
    }

    fn network_time(&self) -> Option<u64> {
        self.0.network_time()
    }

    fn shutdown(&self) -> BoxFuture<'_, KeptState> {
        async {
            self.0.shutdown().await;
            None
        }
        .boxed()
    }
}
