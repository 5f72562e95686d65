//! Puts a profile together: home, store, Tor and engine. The only file that knows how they are
//! started; everything else speaks [`Command`](undertone_engine::Command).

pub mod backup;
pub mod vaults;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use undertone_engine::{Engine, Forgetful, OpenHome, UnlockError, Unlocked};
use undertone_storage::ReadError;
use undertone_tor::{Network, NetworkFile, NetworkFileError, TorOptions, TorTransport};
use undertone_transport::Transport;

use crate::passphrase::Passphrase;
use crate::transport::Offline;

/// The directory in the home that keeps the Tor network's public directory between starts.
const TOR_CACHE: &str = "tor-cache";

/// Why a profile was not made or not opened.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The home was not made or not unlocked.
    #[error(transparent)]
    Unlock(#[from] UnlockError),
    /// The network file is unusable.
    #[error(transparent)]
    Network(#[from] NetworkFileError),
    /// Tor cannot be started.
    #[error(transparent)]
    Tor(#[from] undertone_tor::StartError),
    /// The engine refuses what the store holds.
    #[error(transparent)]
    Engine(#[from] undertone_engine::StartError),
    /// The store does not tell the network's state.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A thread of ours failed.
    #[error("the passphrase could not be worked on")]
    Thread(#[from] tokio::task::JoinError),
}

/// Where a profile is looked for when no place is named.
#[must_use]
pub fn default_home() -> Option<PathBuf> {
    let absolute = |name| {
        let path = PathBuf::from(std::env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let data = absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")));
    Some(data?.join("undertone"))
}

/// The network that a file describes, or the public one.
///
/// # Errors
/// [`StartError::Network`].
pub fn network(file: Option<&Path>) -> Result<Network, StartError> {
    match file {
        Some(file) => Ok(Network::Private(NetworkFile::read(file)?)),
        None => Ok(Network::Public),
    }
}

/// Makes a profile. Nothing is sent; the network is not even started.
///
/// # Errors
/// See [`StartError`]. After one that came too late to leave no trace, the same call made again
/// with the same passphrase goes on.
pub async fn create(home: &Path, nickname: &str, passphrase: Passphrase) -> Result<(), StartError> {
    let home = home.to_owned();
    let place = blocking(move || Unlocked::create(&home, &passphrase)).await??;
    let offline = Arc::new(Offline::default());
    place.start_new(offline, nickname).await?.shutdown().await;
    Ok(())
}

/// Opens a profile and starts it on a network. For several of one home see [`Household`].
///
/// # Errors
/// See [`StartError`].
pub async fn open(
    home: &Path,
    network: Network,
    passphrase: Passphrase,
) -> Result<Engine, StartError> {
    Household::new(home, network).open(passphrase).await
}

/// A home whose profiles this process may run beside each other, and the network that they run on. Each gets a Tor client of its own,
/// with its own guards and circuits. Clones are the same.
#[derive(Clone, Debug)]
pub struct Household {
    home: OpenHome,
    network: Network,
}

impl Household {
    /// Nothing is touched yet.
    #[must_use]
    pub fn new(home: &Path, network: Network) -> Self {
        Self {
            home: OpenHome::at(home),
            network,
        }
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.home.path()
    }

    /// Opens the profile that a passphrase opens, beside those that run, and starts it.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn open(&self, passphrase: Passphrase) -> Result<Engine, StartError> {
        let home = self.home.clone();
        let unlocked = blocking(move || home.unlock(&passphrase)).await??;
        let public = self.network == Network::Public;
        let mut options = TorOptions::new(self.network.clone(), self.path().to_owned());
        if public {
            options.state.guards = unlocked.kept_state()?;
            options.cache_dir = Some(self.path().join(TOR_CACHE));
        }
        let transport = TorTransport::start(options).await?;
        let transport: Arc<dyn Transport> = if public {
            Arc::new(transport)
        } else {
            Arc::new(Forgetful(transport))
        };
        match unlocked.start(Arc::clone(&transport)).await {
            Ok(engine) => Ok(engine),
            Err(error) => {
                transport.shutdown().await;
                Err(error.into())
            }
        }
    }
}

/// Works on passphrases on a thread that may wait, because each takes most of a second.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, tokio::task::JoinError> {
    tokio::task::spawn_blocking(work).await
}

fn slices(passphrases: &[Passphrase]) -> Vec<&[u8]> {
    passphrases.iter().map(|one| one.as_slice()).collect()
}
