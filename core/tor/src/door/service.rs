//! One launch of an onion service, with keys, state and tasks of its own.
//!
//! Built on tor-hsservice below `TorClient`, because each launch gets its own key store in memory
//! and its own state directory: the onion key leaves memory with the door, no name of a door
//! exists, and a door can be opened again at once.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use data_encoding::HEXLOWER;
use fs_mistrust::Mistrust;
use futures::StreamExt as _;
use tor_config::Reconfigure;
use tor_config_path::CfgPathResolver;
use tor_hscrypto::pk::{HsClientDescEncKey, HsIdKey, HsIdKeypair};
use tor_hsservice::RunningOnionService;
use tor_hsservice::config::OnionServiceConfigBuilder;
use tor_hsservice::status::{OnionServiceStatus, OnionServiceStatusStream, Problem, State};
use tor_hsservice::{HsIdKeypairSpecifier, HsNickname, OnionService, OnionServiceConfig};
use tor_keymgr::{ArtiEphemeralKeystore, KeyMgrBuilder, KeystoreSelector};
use tor_llcrypto::pk::{curve25519, ed25519};
use tor_netdir::NetDirProvider;
use tor_persist::state_dir::StateDirectory;
use undertone_transport::{DoorSeed, DoorStatus};
use undertone_wire::OnionKey;

use super::{Readers, Requests};
use crate::client::Use;
use crate::run_directory::make_private;
use crate::tasks::Scope;

/// What Arti calls every service. The name stays in this process, each has its own directory.
const NICKNAME: &str = "door";
/// Most streams on one rendezvous circuit; a circuit that asks for more is closed.
const MAX_STREAMS_PER_CIRCUIT: u32 = 16;
/// How long to wait for the parts of a service that was ended.
const GRACE: Duration = Duration::from_secs(1);

/// Why a service was not launched.
#[derive(Debug, thiserror::Error)]
pub(super) enum LaunchError {
    #[error("arti refused the door's configuration")]
    Config(#[from] tor_config::ConfigBuildError),
    #[error("the reader's name was refused")]
    Slug(#[from] tor_persist::slug::BadSlug),
    #[error("the service's name was refused")]
    Nickname(#[from] tor_hsservice::InvalidNickname),
    #[error("the key store was refused")]
    KeyMgr(#[from] tor_keymgr::KeyMgrBuilderError),
    #[error("the onion key was refused")]
    Key(#[from] tor_keymgr::Error),
    #[error("the door's directory cannot be made")]
    Io(#[from] std::io::Error),
    #[error("the door's directory was refused")]
    State(#[from] Box<tor_persist::Error>),
    #[error("the tor client is not running")]
    Client(#[from] arti_client::Error),
    #[error("arti did not launch the service")]
    Launch(#[from] Box<tor_hsservice::StartupError>),
    #[error("arti refused the door's new configuration")]
    Reconfigure(#[from] tor_config::ReconfigureError),
    #[error("arti calls the service disabled")]
    Disabled,
}

/// The onion key pair of a seed, as RFC 8032 derives it.
fn key_pair(seed: &DoorSeed) -> HsIdKeypair {
    let pair = ed25519::Keypair::from_bytes(&seed.0);
    HsIdKeypair::from(ed25519::ExpandedKeypair::from(&pair))
}

/// The public onion key of a door's seed.
pub(crate) fn onion_key(seed: &DoorSeed) -> OnionKey {
    OnionKey::from_bytes(*HsIdKey::from(&key_pair(seed)).id().as_ref())
}

/// A running service.
pub(super) struct Service {
    /// Dropping it stops the service.
    running: Arc<RunningOnionService>,
    pub(super) requests: Requests,
    pub(super) status: OnionServiceStatusStream,
    pub(super) generation: Use,
    /// Whether Arti orders what waits by proof of work.
    pub(super) queues_by_effort: bool,
    readers: Option<Readers>,
    decoy: HsClientDescEncKey,
    files: Files,
}

/// The tasks and the directory of a service: both end with this value.
struct Files {
    scope: Scope,
    directory: PathBuf,
}

impl Drop for Files {
    fn drop(&mut self) {
        self.scope.end();
        if let Err(error) = fs::remove_dir_all(&self.directory) {
            tracing::debug!(kind = ?error.kind(), "a door's directory stays until the end");
        }
    }
}

impl Service {
    pub(super) fn launch(
        generation: Use,
        seed: &DoorSeed,
        readers: Option<Readers>,
    ) -> Result<Self, LaunchError> {
        let keys = ArtiEphemeralKeystore::new("memory".to_owned());
        let keys = KeyMgrBuilder::default()
            .primary_store(Box::new(keys))
            .build()?;
        let name = HsNickname::new(NICKNAME.to_owned())?;
        let specifier = HsIdKeypairSpecifier::new(name);
        keys.insert(key_pair(seed), &specifier, KeystoreSelector::Primary, false)?;

        let decoy = decoy();
        let config = configure(readers.as_ref(), &decoy)?;
        let random = HEXLOWER.encode(&rand::random::<[u8; 8]>());
        let files = Files {
            scope: Scope::new(),
            directory: generation.state_dir().join(format!("door-{random}")),
        };
        make_private(&files.directory)?;
        // The directory is ours and closed to others, as its parents were checked to be.
        let mistrust = Mistrust::new();
        let state = StateDirectory::new(&files.directory, &mistrust).map_err(Box::new)?;
        let client = generation.client();
        let directory: Arc<dyn NetDirProvider> = client.dirmgr()?;
        let queues_by_effort = *config.enable_pow();
        let (running, requests) = OnionService::builder()
            .config(config)
            .keymgr(Arc::new(keys))
            .state_dir(state)
            .build()
            .map_err(Box::new)?
            .launch(
                generation.runtime_for(&files.scope),
                directory,
                client.hs_circ_pool()?,
                Arc::new(CfgPathResolver::default()),
            )
            .map_err(Box::new)?
            .ok_or(LaunchError::Disabled)?;
        Ok(Self {
            status: running.status_events(),
            running,
            requests: requests.boxed(),
            generation,
            queues_by_effort,
            readers,
            decoy,
            files,
        })
    }

    /// Whether `next` can be had without launching anew: nobody was removed.
    pub(super) fn admits_by_update(&self, next: &Readers) -> bool {
        self.readers_removed() == next.removals
    }

    /// How many removals the service's readers went through before it was launched.
    pub(super) fn readers_removed(&self) -> u64 {
        self.readers.as_ref().map_or(0, |readers| readers.removals)
    }

    /// Publishes a descriptor for more readers.
    pub(super) fn update(&mut self, readers: Readers) -> Result<(), LaunchError> {
        let config = configure(Some(&readers), &self.decoy)?;
        self.running
            .reconfigure(config, Reconfigure::AllOrNothing)?;
        self.readers = Some(readers);
        Ok(())
    }

    /// Stops the service, waits until its introduction circuits are gone and gives back its client.
    pub(super) async fn close(self) -> Use {
        let Self {
            running,
            requests,
            status,
            generation,
            files,
            ..
        } = self;
        drop((running, requests, status));
        // Not waited for: some of its tasks and threads never end by themselves. Its introduction
        // circuits close as the tasks that own them are dropped.
        files.scope.end();
        if !files.scope.wait_idle(GRACE).await {
            tracing::warn!("a part of a closed onion service is still running");
        }
        drop(files);
        generation
    }
}

/// A reader that nobody is: a public key drawn at random, whose secret was never made.
fn decoy() -> HsClientDescEncKey {
    let bytes: [u8; 32] = rand::random();
    HsClientDescEncKey::from(curve25519::PublicKey::from(bytes))
}

fn configure(
    readers: Option<&Readers>,
    decoy: &HsClientDescEncKey,
) -> Result<OnionServiceConfig, LaunchError> {
    let mut builder = OnionServiceConfigBuilder::default();
    builder
        .nickname(HsNickname::new(NICKNAME.to_owned())?)
        .max_concurrent_streams_per_circuit(MAX_STREAMS_PER_CIRCUIT);
    if let Some(readers) = readers {
        let restricted = builder.restricted_discovery();
        restricted.enabled(true);
        let list = restricted.static_keys().access();
        for (index, key) in readers.keys.iter().enumerate() {
            let key = curve25519::PublicKey::from(*key.as_bytes());
            let name = format!("reader-{index}").parse()?;
            list.push((name, HsClientDescEncKey::from(key)));
        }
        if readers.keys.is_empty() {
            // Arti refuses an enabled list without entries.
            list.push(("nobody".parse()?, decoy.clone()));
        }
    } else {
        // Only readers can flood a restricted door; everyone can flood this one.
        builder.enable_pow(cfg!(feature = "onion-pow"));
    }
    Ok(builder.build()?)
}

/// Our word for Arti's. `before` is what we said last.
pub(super) fn door_status(status: &OnionServiceStatus, before: DoorStatus) -> DoorStatus {
    let upload_failed = matches!(status.current_problem(), Some(Problem::DescriptorUpload(_)));
    translate(status.state(), upload_failed, before)
}

fn translate(state: State, upload_failed: bool, before: DoorStatus) -> DoorStatus {
    match state {
        State::Running | State::DegradedReachable => DoorStatus::Published,
        // Also said, without any failure, while the network has a single time period: then the
        // descriptor is wherever it can be.
        State::DegradedUnreachable if !upload_failed => DoorStatus::Published,
        // Said before each further upload too, while the last descriptor still stands.
        State::Shutdown | State::Bootstrapping => before,
        // Said at the start too, until there are enough introduction points.
        _ if before == DoorStatus::Opening => DoorStatus::Opening,
        _ => DoorStatus::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use safelog::DisplayRedacted as _;
    use undertone_wire::X25519Public;

    /// RFC 8032, section 7.1, test 1.
    const SEED: [u8; 32] = [
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c,
        0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae,
        0x7f, 0x60,
    ];
    const PUBLIC: [u8; 32] = [
        0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07,
        0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07,
        0x51, 0x1a,
    ];

    #[test]
    fn the_onion_key_is_the_seed_s_ed25519_key() {
        assert_eq!(onion_key(&DoorSeed(SEED)).as_bytes(), &PUBLIC);
    }

    #[test]
    fn arti_s_address_holds_the_same_key() {
        let address = HsIdKey::from(&key_pair(&DoorSeed(SEED))).id();
        let text = address.display_unredacted().to_string();
        let (label, _) = text.split_once('.').expect("an onion address");
        let bytes = data_encoding::BASE32_NOPAD
            .decode(label.to_uppercase().as_bytes())
            .expect("base32");
        assert_eq!(bytes[..32], PUBLIC);
        assert_eq!(bytes[34], 3, "version 3");
    }

    #[test]
    fn a_restricted_door_is_never_open_to_all() {
        let readers = |keys: &[u8]| Readers {
            keys: keys
                .iter()
                .map(|byte| X25519Public::from_bytes([*byte; 32]).expect("ordinary key"))
                .collect(),
            removals: 0,
        };
        for (keys, count) in [(&[][..], 1), (&[9], 1), (&[9, 10], 2)] {
            let config = configure(Some(&readers(keys)), &decoy()).expect("valid");
            let restricted = config.restricted_discovery();
            assert!(*restricted.enabled());
            assert_eq!(restricted.static_keys().as_ref().len(), count);
            assert!(!*config.enable_pow());
        }
        let open = configure(None, &decoy()).expect("valid");
        assert!(!*open.restricted_discovery().enabled());
        assert_eq!(*open.enable_pow(), cfg!(feature = "onion-pow"));
        assert_ne!(decoy(), decoy());
    }

    #[test]
    fn states_are_translated() {
        use DoorStatus::{Opening, Published, Unreachable};
        for (state, failed, before, after) in [
            (State::Bootstrapping, false, Opening, Opening),
            (State::Recovering, false, Opening, Opening),
            (State::Running, false, Opening, Published),
            (State::DegradedUnreachable, false, Opening, Published),
            (State::DegradedUnreachable, true, Published, Unreachable),
            (State::Bootstrapping, false, Published, Published),
            (State::Recovering, false, Published, Unreachable),
            (State::Broken, false, Published, Unreachable),
            (State::Bootstrapping, false, Unreachable, Unreachable),
            (State::Running, false, Unreachable, Published),
        ] {
            assert_eq!(translate(state, failed, before), after, "{state:?}");
        }
    }
}
