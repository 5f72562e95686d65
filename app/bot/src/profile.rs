//! Puts a profile together: home, store, Tor and engine. The only file that knows how they are
//! started; everything else speaks [`Command`](undertone_engine::Command).

pub mod backup;
pub mod vaults;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use undertone_engine::{Engine, Forgetful, UnlockError, Unlocked};
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

/// Opens a profile and starts it on a network.
///
/// # Errors
/// See [`StartError`].
pub async fn open(
    home: &Path,
    network: Network,
    passphrase: Passphrase,
) -> Result<Engine, StartError> {
    let place = home.to_owned();
    let unlocked = blocking(move || Unlocked::open(&place, &passphrase)).await??;

    let public = network == Network::Public;
    let mut options = TorOptions::new(network, home.to_owned());
    if public {
        options.state.guards = unlocked.kept_state()?;
        options.cache_dir = Some(home.join(TOR_CACHE));
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

/// Works on passphrases on a thread that may wait, because each takes most of a second.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, tokio::task::JoinError> {
    tokio::task::spawn_blocking(work).await
}

fn slices(passphrases: &[Passphrase]) -> Vec<&[u8]> {
    passphrases.iter().map(|one| one.as_slice()).collect()
}
