//! A Tor client that outlives the engines on it: an engine that ends would end it too.

use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::sync::watch;
use undertone_tor::TorTransport;
use undertone_transport::{
    BoxStream, DialError, DialTarget, DoorConfig, DoorError, KeptState, NetworkStatus, OpenDoor,
    Transport,
};

/// The client of a station, lent to an engine.
pub(crate) struct Lasting(pub(crate) Arc<TorTransport>);

impl Transport for Lasting {
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

    fn kept_state(&self) -> Option<watch::Receiver<KeptState>> {
        self.0.kept_state()
    }

    fn network_time(&self) -> Option<u64> {
        self.0.network_time()
    }

    /// Does not end the client.
    fn shutdown(&self) -> BoxFuture<'_, KeptState> {
        Box::pin(async { None })
    }
}
