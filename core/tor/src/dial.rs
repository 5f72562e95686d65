//! Dialling a door: isolation, the key that opens its descriptor, and what an error means.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use arti_client::isolation::IsolationHelper;
use arti_client::{DataStream, ErrorKind, HasKind as _, StreamPrefs};
use safelog::DisplayRedacted as _;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{Notify, watch};
use tor_config::BoolOrAuto;
use tor_hscrypto::pk::{HsClientDescEncSecretKey, HsId};
use tor_keymgr::KeystoreSelector;
use tor_llcrypto::pk::curve25519::StaticSecret;
use undertone_transport::{BoxStream, DialError, DialTarget, Isolation, NetworkStatus};
use undertone_wire::{OnionKey, X25519Secret};

use crate::VIRTUAL_PORT;
use crate::client::Generation;

/// How often, and after which pause, a dial is repeated that came before Arti was quite ready.
const PAUSES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// Our isolation as Arti's: circuits are shared by equal tokens alone, and only within one epoch
/// of [`Circuits`].
#[derive(Clone, Debug, PartialEq, Eq)]
struct ContactIsolation {
    token: Isolation,
    epoch: u64,
}

impl IsolationHelper for ContactIsolation {
    fn compatible_same_type(&self, other: &Self) -> bool {
        self == other
    }

    fn join_same_type(&self, other: &Self) -> Option<Self> {
        self.compatible_same_type(other).then(|| self.clone())
    }
}

/// Opens one stream over `generation`. The caller sets the deadline.
pub(crate) async fn dial(
    generation: &Generation,
    target: &DialTarget,
    circuits: &Arc<Circuits>,
    status: &watch::Sender<NetworkStatus>,
) -> Result<BoxStream, DialError> {
    generation.ready().await;
    let key = target.descriptor_key.as_ref();
    let _lease = generation
        .keys()
        .lease(generation, target.door, key)
        .await?;
    loop {
        let circuit = circuits.enter(target.door, target.isolation);
        match connect(generation, target.door, circuit.isolation()).await {
            Ok(stream) => {
                return Ok(Box::new(DialledStream {
                    stream,
                    _circuit: circuit,
                }));
            }
            Err(kind) => {
                tracing::debug!(?kind, shared = circuit.shared, "dialling failed");
                circuits.leave_for_good(&circuit);
                let error = dial_error(kind, *status.borrow());
                let of_the_circuit = matches!(
                    error,
                    DialError::Other | DialError::RendezvousTimedOut | DialError::Refused
                );
                if !(circuit.shared && of_the_circuit) {
                    return Err(error);
                }
                // The circuit of another stream may be dead without knowing: once more on a new
                // one, which is not shared.
            }
        }
    }
}

async fn connect(
    generation: &Generation,
    door: OnionKey,
    isolation: ContactIsolation,
) -> Result<DataStream, ErrorKind> {
    let mut preferences = StreamPrefs::new();
    preferences
        .connect_to_onion_services(BoolOrAuto::Explicit(true))
        .set_isolation(isolation);
    let address = HsId::from(*door.as_bytes())
        .display_unredacted()
        .to_string();
    let mut pauses = 0;
    loop {
        let dialled = generation
            .client()
            .connect_with_prefs((address.as_str(), VIRTUAL_PORT), &preferences)
            .await;
        match dialled {
            Ok(stream) => return Ok(stream),
            // For a moment after the directory is there, Arti's choice of vanguards is not, and
            // nothing tells when it is.
            Err(error) if error.kind() == ErrorKind::BootstrapRequired && pauses < PAUSES => {
                pauses += 1;
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(error.kind()),
        }
    }
}

/// Which circuits a dial may share.
///
/// Arti gives a dial the circuit of an earlier one with equal isolation, also if no stream is on
/// it any more and its other end is gone without a word, as after a peer's computer went to sleep:
/// then each dial times out until the relays notice. So a circuit is shared with streams that are
/// open now, and otherwise the epoch, a part of the isolation, is a new one.
#[derive(Default)]
pub(crate) struct Circuits(Mutex<Epochs>);

#[derive(Default)]
struct Epochs {
    latest: u64,
    open: HashMap<(OnionKey, Isolation), Epoch>,
}

#[derive(Clone, Copy)]
struct Epoch {
    number: u64,
    streams: usize,
}

impl Circuits {
    fn enter(self: &Arc<Self>, door: OnionKey, token: Isolation) -> Circuit {
        let mut epochs = self.lock();
        let latest = epochs.latest + 1;
        let epoch = epochs.open.entry((door, token)).or_insert(Epoch {
            number: latest,
            streams: 0,
        });
        epoch.streams += 1;
        let Epoch { number, streams } = *epoch;
        epochs.latest = latest.max(number);
        Circuit {
            circuits: Arc::clone(self),
            door,
            token,
            epoch: number,
            shared: streams > 1,
        }
    }

    /// Later dials get another circuit than this one.
    fn leave_for_good(&self, circuit: &Circuit) {
        let mut epochs = self.lock();
        let place = (circuit.door, circuit.token);
        if epochs
            .open
            .get(&place)
            .is_some_and(|epoch| epoch.number == circuit.epoch)
        {
            epochs.open.remove(&place);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Epochs> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream's place on a circuit, open or being dialled.
struct Circuit {
    circuits: Arc<Circuits>,
    door: OnionKey,
    token: Isolation,
    epoch: u64,
    shared: bool,
}

impl Circuit {
    fn isolation(&self) -> ContactIsolation {
        ContactIsolation {
            token: self.token,
            epoch: self.epoch,
        }
    }
}

impl Drop for Circuit {
    fn drop(&mut self) {
        let mut epochs = self.circuits.lock();
        let place = (self.door, self.token);
        let last = match epochs.open.get_mut(&place) {
            Some(epoch) if epoch.number == self.epoch => {
                epoch.streams -= 1;
                epoch.streams == 0
            }
            _ => false,
        };
        if last {
            epochs.open.remove(&place);
        }
    }
}

/// A dialled stream, which holds its place on its circuit.
struct DialledStream {
    stream: DataStream,
    _circuit: Circuit,
}

impl AsyncRead for DialledStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for DialledStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// What Arti's kind of error means to whoever dialled.
fn dial_error(kind: ErrorKind, status: NetworkStatus) -> DialError {
    use ErrorKind as K;
    match kind {
        K::OnionServiceNotFound => DialError::NoDescriptor,
        K::OnionServiceMissingClientAuth | K::OnionServiceWrongClientAuth => DialError::NotAdmitted,
        K::OnionServiceConnectionFailed
        | K::OnionServiceNotRunning
        | K::OnionServiceProtocolViolation => DialError::IntroductionFailed,
        K::RemoteNetworkTimeout => DialError::RendezvousTimedOut,
        K::RemoteConnectionRefused
        | K::RemoteStreamClosed
        | K::RemoteStreamReset
        | K::RemoteStreamError
        | K::ExitPolicyRejected => DialError::Refused,
        K::ClockSkew => DialError::WrongClock,
        K::TorNetworkTimeout | K::ExitTimeout => DialError::TimedOut,
        K::BootstrapRequired
        | K::DirectoryExpired
        | K::TorDirectoryError
        | K::TorDirectoryUnusable => unready(status).unwrap_or(DialError::NoNetwork),
        K::TorAccessFailed
        | K::LocalNetworkError
        | K::NoPath
        | K::TransientFailure
        | K::ReactorShuttingDown
        | K::ArtiShuttingDown => match status {
            NetworkStatus::WrongClock => DialError::WrongClock,
            _ => DialError::NoNetwork,
        },
        _ => DialError::Other,
    }
}

/// Why nothing can be dialled at the moment, if the network's status says so.
pub(crate) fn unready(status: NetworkStatus) -> Option<DialError> {
    match status {
        NetworkStatus::Ready | NetworkStatus::Dormant => None,
        NetworkStatus::Bootstrapping(percent) | NetworkStatus::Stuck(percent) => {
            Some(DialError::Bootstrapping(percent))
        }
        NetworkStatus::NoNetwork => Some(DialError::NoNetwork),
        NetworkStatus::WrongClock => Some(DialError::WrongClock),
    }
}

/// The descriptor keys that are in Arti's key store now.
///
/// Arti looks a key up by the door's address, so two dials of one door with different keys would
/// disturb each other: the second waits. Dials with the same key go in parallel. A key leaves the
/// store with its last dial.
#[derive(Default)]
pub(crate) struct DescriptorKeys {
    leases: Mutex<HashMap<OnionKey, Lease>>,
    returned: Notify,
}

struct Lease {
    key: Option<X25519Secret>,
    dials: usize,
}

impl DescriptorKeys {
    async fn lease<'a>(
        &'a self,
        generation: &'a Generation,
        door: OnionKey,
        key: Option<&X25519Secret>,
    ) -> Result<DescriptorKey<'a>, DialError> {
        loop {
            let returned = self.returned.notified();
            tokio::pin!(returned);
            // Enabled before the look, so that a key returned in between wakes us.
            returned.as_mut().enable();
            if self.try_lease(generation, door, key)? {
                return Ok(DescriptorKey { generation, door });
            }
            returned.await;
        }
    }

    /// True if the key is in the store now, false if another one is.
    fn try_lease(
        &self,
        generation: &Generation,
        door: OnionKey,
        key: Option<&X25519Secret>,
    ) -> Result<bool, DialError> {
        let mut leases = self.lock();
        if let Some(lease) = leases.get_mut(&door) {
            let same = lease.key.as_ref() == key;
            lease.dials += usize::from(same);
            return Ok(same);
        }
        if let Some(key) = key {
            let secret = HsClientDescEncSecretKey::from(StaticSecret::from(*key.as_bytes()));
            generation
                .client()
                .insert_service_discovery_key(
                    KeystoreSelector::Primary,
                    HsId::from(*door.as_bytes()),
                    secret,
                )
                .map_err(|error| {
                    tracing::error!(kind = ?error.kind(), "a descriptor key was refused");
                    DialError::Other
                })?;
        }
        let lease = Lease {
            key: key.cloned(),
            dials: 1,
        };
        leases.insert(door, lease);
        Ok(true)
    }

    fn give_back(&self, generation: &Generation, door: OnionKey) {
        let mut leases = self.lock();
        let Some(lease) = leases.get_mut(&door) else {
            return;
        };
        lease.dials -= 1;
        if lease.dials > 0 {
            return;
        }
        let had_key = lease.key.is_some();
        leases.remove(&door);
        if had_key {
            let removed = generation.client().remove_service_discovery_key(
                KeystoreSelector::Primary,
                HsId::from(*door.as_bytes()),
            );
            if let Err(error) = removed {
                tracing::error!(kind = ?error.kind(), "a descriptor key was not removed");
            }
        }
        drop(leases);
        self.returned.notify_waiters();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<OnionKey, Lease>> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A key in the store for the length of one dial.
struct DescriptorKey<'a> {
    generation: &'a Generation,
    door: OnionKey,
}

impl Drop for DescriptorKey<'_> {
    fn drop(&mut self) {
        self.generation.keys().give_back(self.generation, self.door);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arti_client::isolation::Isolation as ArtiIsolation;

    #[test]
    fn kinds_become_reasons() {
        let ready = NetworkStatus::Ready;
        for (kind, reason) in [
            (ErrorKind::OnionServiceNotFound, DialError::NoDescriptor),
            (
                ErrorKind::OnionServiceWrongClientAuth,
                DialError::NotAdmitted,
            ),
            (
                ErrorKind::OnionServiceMissingClientAuth,
                DialError::NotAdmitted,
            ),
            (
                ErrorKind::OnionServiceConnectionFailed,
                DialError::IntroductionFailed,
            ),
            (
                ErrorKind::RemoteNetworkTimeout,
                DialError::RendezvousTimedOut,
            ),
            (ErrorKind::RemoteStreamClosed, DialError::Refused),
            (ErrorKind::TorNetworkTimeout, DialError::TimedOut),
            (ErrorKind::TorAccessFailed, DialError::NoNetwork),
            (ErrorKind::ClockSkew, DialError::WrongClock),
            (ErrorKind::Internal, DialError::Other),
        ] {
            assert_eq!(dial_error(kind, ready), reason);
        }
        let start = NetworkStatus::Bootstrapping(40);
        let early = dial_error(ErrorKind::BootstrapRequired, start);
        assert_eq!(early, DialError::Bootstrapping(40));
        let clock = dial_error(ErrorKind::TorAccessFailed, NetworkStatus::WrongClock);
        assert_eq!(clock, DialError::WrongClock);
    }

    fn isolation(token: u8, epoch: u64) -> ContactIsolation {
        ContactIsolation {
            token: Isolation([token; 16]),
            epoch,
        }
    }

    #[test]
    fn circuits_are_shared_by_equal_tokens_alone() {
        let a = isolation(1, 1);
        assert!(a.compatible(&a.clone()) && a.join(&a.clone()).is_some());
        for b in [isolation(2, 1), isolation(1, 2)] {
            assert!(!a.compatible(&b) && b.join(&a).is_none());
        }
        assert!(!a.compatible(&arti_client::IsolationToken::no_isolation()));
    }

    #[test]
    fn a_circuit_is_shared_while_a_stream_is_open_on_it() {
        let circuits = Arc::new(Circuits::default());
        let door = OnionKey::from_bytes([1; 32]);
        let enter = |token: u8| circuits.enter(door, Isolation([token; 16]));
        let first = enter(1);
        let second = enter(1);
        assert!(!first.shared && second.shared);
        assert_eq!(first.isolation(), second.isolation());
        assert!(!first.isolation().compatible(&enter(2).isolation()));
        let old = first.isolation();
        drop(first);
        assert_eq!(enter(1).isolation(), old, "the second is still open");
        drop(second);
        assert_ne!(enter(1).isolation(), old, "nobody is left");

        let dead = enter(1);
        circuits.leave_for_good(&dead);
        let next = enter(1);
        assert!(!next.shared && next.isolation() != dead.isolation());
        drop(dead);
        assert_eq!(enter(1).isolation(), next.isolation());
        drop(next);
        assert!(circuits.lock().open.is_empty());
    }
}
