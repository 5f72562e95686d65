//! One Arti client from its start to its retirement.
//!
//! A transport outlives its clients: when one is diagnosed dead, or the network changed, the next
//! takes over. Streams of the old one go on as long as their circuits do. Why and when is the
//! keeper's business, not decided here.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use arti_client::status::{BlockageKind, BootstrapStatus};
use arti_client::{DormantMode, TorClient};
use futures::StreamExt as _;
use rand::seq::SliceRandom as _;
use tokio::sync::watch;
use tor_linkspec::HasAddrs as _;
use tor_netdir::Timeliness;
use tor_rtcompat::PreferredRuntime;
use undertone_transport::NetworkStatus;

use crate::config;
use crate::dial::DescriptorKeys;
use crate::guards::{self, GuardStateError};
use crate::options::{TorOptions, TorState};
use crate::run_directory::make_private;
use crate::tasks::{ArtiRuntime, Scope, scoped_runtime};

/// How long to wait for files that the previous client is about to unlock. Arti's maximum.
const UNLOCK: Duration = arti_client::MAX_LOCAL_RESOURCE_TIMEOUT;
/// First and longest pause between attempts to bootstrap that failed as a whole.
const RETRY: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(60));
/// How many relays are tried when no guard is known yet.
const PROBES: usize = 3;

/// Why a client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The configuration is not valid.
    #[error("arti refused the configuration")]
    Config(#[from] tor_config::ConfigBuildError),
    /// The remembered state was refused.
    #[error(transparent)]
    Guards(#[from] GuardStateError),
    /// The file system refused.
    #[error("the directories of the tor client cannot be made")]
    Io(#[from] std::io::Error),
    /// Arti did not start.
    #[error("arti did not start")]
    Arti(#[from] arti_client::Error),
}

/// Installs the cryptography that TLS uses, unless the application did so before.
pub(crate) fn install_crypto_provider() {
    // An error says that there is one already, which is as good.
    let _already_there = rustls::crypto::ring::default_provider().install_default();
}

/// What a client says of itself and what it is told.
pub(crate) struct Signs {
    pub(crate) status: watch::Sender<NetworkStatus>,
    /// The application wants quiet.
    pub(crate) dormant: watch::Sender<bool>,
    /// No relay answers although there is cause to ask. Arti itself goes on calling itself ready.
    pub(crate) gone: watch::Sender<bool>,
}

/// A running client with what belongs to it.
pub(crate) struct Generation {
    client: Arc<TorClient<ArtiRuntime>>,
    runtime: PreferredRuntime,
    scope: Scope,
    state_dir: PathBuf,
    fallbacks: Vec<SocketAddr>,
    keys: DescriptorKeys,
    retired: watch::Sender<bool>,
    users: watch::Sender<usize>,
}

impl Generation {
    /// Makes a client with its state in the new directory `state_dir` and begins to bootstrap.
    pub(crate) async fn start(
        options: &TorOptions,
        runtime: &PreferredRuntime,
        (state_dir, cache_dir): (PathBuf, &Path),
        state: &TorState,
        signs: &Signs,
    ) -> Result<Arc<Self>, ClientError> {
        make_private(&state_dir)?;
        if !cache_dir.exists() {
            make_private(cache_dir)?;
        }
        guards::restore(state, &state_dir)?;
        let config = config::build(options, &state_dir, cache_dir)?;
        let fallbacks = config.dir_mgr_config()?;
        let fallbacks = fallbacks.fallbacks().iter().flat_map(|relay| relay.addrs());
        let scope = Scope::new();
        let client = TorClient::with_runtime(scoped_runtime(runtime, &scope))
            .config(config.clone())
            .local_resource_timeout(UNLOCK)
            .create_unbootstrapped_async()
            .await?;
        let generation = Arc::new(Self {
            client,
            runtime: runtime.clone(),
            scope,
            state_dir,
            fallbacks: fallbacks.collect(),
            keys: DescriptorKeys::default(),
            retired: watch::Sender::new(false),
            users: watch::Sender::new(0),
        });
        generation.bootstrap(signs)?;
        Ok(generation)
    }

    /// Brings the client's parts to life and follows it in the background until it retires.
    fn bootstrap(self: &Arc<Self>, signs: &Signs) -> Result<(), ClientError> {
        let client = Arc::clone(&self.client);
        let mut first = Box::pin(async move { client.bootstrap().await });
        // The first poll makes the parts that onion services are built on.
        let polled = futures::FutureExt::now_or_never(&mut first);
        let circuits = self.client.circmgr()?;
        let report = Report {
            events: self.client.bootstrap_events(),
            skew: circuits.skew_events(),
            status: signs.status.clone(),
            dormant: signs.dormant.subscribe(),
            gone: signs.gone.subscribe(),
        };
        let client = Arc::downgrade(&self.client);
        let again = async move {
            let mut pause = RETRY.0;
            let mut result = match polled {
                Some(result) => result,
                None => first.await,
            };
            while let Err(error) = result {
                tracing::info!(kind = ?arti_client::HasKind::kind(&error), "bootstrap failed");
                tokio::time::sleep(pause).await;
                pause = RETRY.1.min(pause * 2);
                let Some(client) = client.upgrade() else {
                    return;
                };
                result = client.bootstrap().await;
            }
        };
        self.until_retired(again);
        self.until_retired(report.run());
        Ok(())
    }

    fn until_retired(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut retired = self.retired.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                _ = retired.wait_for(|retired| *retired) => {}
                () = work => {}
            }
        });
    }

    pub(crate) fn client(&self) -> &TorClient<ArtiRuntime> {
        &self.client
    }

    /// The keys with which descriptors are opened at the moment.
    pub(crate) fn keys(&self) -> &DescriptorKeys {
        &self.keys
    }

    pub(crate) fn state_dir(&self) -> &Path {
        &self.state_dir
    }

    /// A runtime whose tasks end with `scope` instead of with this client.
    pub(crate) fn runtime_for(&self, scope: &Scope) -> ArtiRuntime {
        scoped_runtime(&self.runtime, scope)
    }

    /// What this client started.
    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    pub(crate) fn set_dormant(&self, dormant: bool) {
        self.client.set_dormant(if dormant {
            DormantMode::Soft
        } else {
            DormantMode::Normal
        });
    }

    /// Resolves when this client has a directory to dial with. Whether relays can be reached is
    /// left to Arti's attempts: what it says of the network is only as new as the last of them.
    pub(crate) async fn ready(&self) {
        let Ok(directory) = self.client.dirmgr() else {
            return;
        };
        // An error says that the client ends, which the dial will notice.
        let _ends = directory.wait_for_netdir(Timeliness::Timely).await;
    }

    /// When the present consensus began to hold, in seconds since 1970.
    pub(crate) fn consensus_time(&self) -> Option<u64> {
        let directory = self.client.dirmgr().ok()?;
        let consensus = directory.netdir(Timeliness::Timely).ok()?;
        let since = consensus
            .lifetime()
            .valid_after()
            .duration_since(UNIX_EPOCH);
        Some(since.ok()?.as_secs())
    }

    /// Resolves when this client is no longer the one to use.
    pub(crate) async fn retired(&self) {
        let mut retired = self.retired.subscribe();
        // An error says that the sender is gone, and with it the client.
        let _gone = retired.wait_for(|retired| *retired).await;
    }

    /// Tells everyone to let go of this client.
    pub(crate) fn retire(&self) {
        self.retired.send_replace(true);
    }

    /// Says that somebody uses this client until the value is dropped.
    pub(crate) fn use_it(self: &Arc<Self>) -> Use {
        self.users.send_modify(|users| *users += 1);
        Use(Arc::clone(self))
    }

    /// Waits until nobody uses this client, at most `limit`.
    pub(crate) async fn wait_unused(&self, limit: Duration) {
        let mut users = self.users.subscribe();
        let unused = users.wait_for(|users| *users == 0);
        if tokio::time::timeout(limit, unused).await.is_err() {
            tracing::warn!("a retired tor client is still in use");
        }
    }

    /// Relays whose answer says that there is a network: the guards, or before the first guard
    /// some of those that the first directory is fetched from.
    pub(crate) fn probe_addresses(&self) -> Vec<SocketAddr> {
        let mut addresses = guards::addresses(&self.state_dir);
        if addresses.is_empty() {
            addresses.clone_from(&self.fallbacks);
            addresses.shuffle(&mut rand::rng());
            addresses.truncate(PROBES);
        }
        addresses
    }
}

/// The client to use now.
pub(crate) enum Current {
    /// None at the moment; the next is being made.
    Replacing,
    /// This one.
    Running(Arc<Generation>),
    /// None any more.
    Closed,
}

impl Current {
    pub(crate) fn running(&self) -> Option<&Arc<Generation>> {
        match self {
            Self::Running(generation) => Some(generation),
            Self::Replacing | Self::Closed => None,
        }
    }

    /// Waits for a client, if one is being replaced. `None` when there will be none.
    pub(crate) async fn wait(current: &mut watch::Receiver<Self>) -> Option<Use> {
        let found = current
            .wait_for(|current| !matches!(current, Self::Replacing))
            .await
            .ok()?;
        found.running().map(Generation::use_it)
    }
}

/// A client in use.
pub(crate) struct Use(Arc<Generation>);

impl std::ops::Deref for Use {
    type Target = Arc<Generation>;

    fn deref(&self) -> &Arc<Generation> {
        &self.0
    }
}

impl Drop for Use {
    fn drop(&mut self) {
        self.0.users.send_modify(|users| *users -= 1);
    }
}

/// Turns what Arti reports into our status.
struct Report {
    events: arti_client::status::BootstrapEvents,
    skew: tor_guardmgr::ClockSkewEvents,
    status: watch::Sender<NetworkStatus>,
    dormant: watch::Receiver<bool>,
    gone: watch::Receiver<bool>,
}

impl Report {
    async fn run(mut self) {
        let mut last = BootstrapStatus::default();
        let mut skewed = false;
        loop {
            let dormant = *self.dormant.borrow_and_update();
            let now = match (dormant, *self.gone.borrow_and_update()) {
                (true, _) => NetworkStatus::Dormant,
                (false, true) => NetworkStatus::NoNetwork,
                (false, false) => network_status(&last, skewed),
            };
            self.status.send_if_modified(|status| {
                let changed = *status != now;
                *status = now;
                changed
            });
            tokio::select! {
                event = self.events.next() => match event {
                    Some(event) => last = event,
                    None => return,
                },
                estimate = self.skew.next() => match estimate {
                    Some(estimate) => skewed = estimate.is_some_and(|skew| skew.noteworthy()),
                    None => return,
                },
                changed = self.dormant.changed() => if changed.is_err() {
                    return;
                },
                changed = self.gone.changed() => if changed.is_err() {
                    return;
                },
            }
        }
    }
}

/// Our word for Arti's state. A skewed clock is named only while it stands in the way.
fn network_status(status: &BootstrapStatus, skewed: bool) -> NetworkStatus {
    let percent = percent(status.as_frac());
    match status.blocked().map(|blockage| blockage.kind()) {
        Some(BlockageKind::ClockSkewed) => NetworkStatus::WrongClock,
        None if status.ready_for_traffic() => NetworkStatus::Ready,
        _ if skewed => NetworkStatus::WrongClock,
        None => NetworkStatus::Bootstrapping(percent),
        Some(BlockageKind::Disabled) => NetworkStatus::Dormant,
        Some(BlockageKind::Offline | BlockageKind::CantReachTor) => NetworkStatus::NoNetwork,
        Some(_) => NetworkStatus::Stuck(percent),
    }
}

fn percent(fraction: f32) -> u8 {
    // In range by the clamp, so nothing is cut off or changes its sign.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let percent = (fraction.clamp(0.0, 1.0) * 100.0) as u8;
    percent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_has_not_begun_is_not_ready() {
        let fresh = BootstrapStatus::default();
        assert!(!fresh.ready_for_traffic());
        assert_eq!(network_status(&fresh, true), NetworkStatus::WrongClock);
        assert!(!matches!(
            network_status(&fresh, false),
            NetworkStatus::Ready | NetworkStatus::WrongClock
        ));
    }

    #[test]
    fn percentages_stay_in_range() {
        assert_eq!(percent(-1.0), 0);
        assert_eq!(percent(0.5), 50);
        assert_eq!(percent(2.0), 100);
        assert_eq!(percent(f32::NAN), 0);
    }
}
