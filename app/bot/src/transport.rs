//! Transports for special occasions: one that reaches nobody, for making a profile, and one that
//! remembers nothing, for private networks. Neither does anything of its own.

use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};
use tokio::sync::watch;
use undertone_tor::TorTransport;
use undertone_transport::{
    BoxStream, DialError, DialTarget, DoorConfig, DoorError, KeptState, NetworkStatus, OpenDoor,
    Transport,
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

/// Tor over a private network, whose guards live for an hour: they must not take the place of the
/// public network's guards in the store.
#[derive(Debug)]
pub(crate) struct Forgetful(pub(crate) TorTransport);

impl Transport for Forgetful {
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

    fn shutdown(&self) -> BoxFuture<'_, KeptState> {
        async {
            Transport::shutdown(&self.0).await;
            None
        }
        .boxed()
    }
}
