//! Where the profile lies and how it reaches the network: everything that has to happen before there
//! is an engine. It keeps no passphrase longer than it takes to use it.

use std::path::PathBuf;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use undertone_engine::progress::{Doing, Progress};
use undertone_engine::{
    CopyError, Forgetful, KeptState, OpenHome, StartError, Transport, UnlockError, Unlocked,
    VaultError, holds_profile,
};
use undertone_tor::{Network, TorOptions, TorTransport};

use crate::bridge::Running;
use crate::secret::Secret;

/// The directory in the home that keeps the Tor network's public directory between starts.
const TOR_CACHE: &str = "tor-cache";

/// Why there is no network layer.
#[derive(Debug, thiserror::Error)]
#[error("the network layer did not start")]
pub struct NoTransport;

type Connect =
    dyn Fn(KeptState) -> BoxFuture<'static, Result<Arc<dyn Transport>, NoTransport>> + Send + Sync;

/// Why a profile was not made or not unlocked, in the classes that people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenFailure {
    /// Nothing opens with it.
    Passphrase,
    /// Another program has it.
    InUse,
    /// It is unlocked in this window.
    AlreadyOpen,
    /// There is one already.
    Exists,
    /// The directory cannot be used.
    Home,
    /// What lies there cannot be read.
    Damaged,
    /// The new passphrase opens something already.
    Taken,
    /// The export does not open, or is damaged.
    Export,
    /// The file of an export cannot be used.
    File,
    /// There is such a file.
    FileExists,
    /// The name cannot be.
    Name,
    /// Tor cannot be started.
    Network,
}

impl OpenFailure {
    /// The sentence about it.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Passphrase => "failure-passphrase",
            Self::InUse => "failure-in-use",
            Self::AlreadyOpen => "failure-already-open",
            Self::Exists => "failure-exists",
            Self::Home => "failure-home",
            Self::Damaged => "failure-damaged",
            Self::Taken => "failure-taken",
            Self::Export => "failure-export",
            Self::File => "failure-file",
            Self::FileExists => "failure-file-exists",
            Self::Name => "failure-name",
            Self::Network => "failure-network",
        }
    }
}

impl From<UnlockError> for OpenFailure {
    fn from(error: UnlockError) -> Self {
        match error {
            UnlockError::Passphrase => Self::Passphrase,
            UnlockError::InUse => Self::InUse,
            UnlockError::AlreadyOpen => Self::AlreadyOpen,
            UnlockError::Exists => Self::Exists,
            other => {
                tracing::error!(error = %other, "the home was not unlocked");
                match other {
                    UnlockError::Open(_) => Self::Damaged,
                    _ => Self::Home,
                }
            }
        }
    }
}

impl From<StartError> for OpenFailure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Refused(_) => Self::Name,
            StartError::Exists => Self::Exists,
            other => {
                tracing::error!(error = %other, "the engine did not start");
                Self::Damaged
            }
        }
    }
}

impl From<VaultError> for OpenFailure {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Unlock(error) => error.into(),
            VaultError::Taken => Self::Taken,
            other => {
                tracing::error!(error = %other, "the profiles were not changed");
                Self::Home
            }
        }
    }
}

impl From<CopyError> for OpenFailure {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Unlock(error) => error.into(),
            CopyError::Vault(error) => error.into(),
            CopyError::FileExists => Self::FileExists,
            CopyError::Import(_) => Self::Export,
            other => {
                tracing::error!(error = %other, "the profile was not copied");
                Self::File
            }
        }
    }
}

/// The place of the profiles, which this program holds as long as one of them is unlocked. Each gets a network layer of its own.
#[derive(Clone)]
pub struct Place {
    home: OpenHome,
    connect: Arc<Connect>,
    progress: Progress,
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Place(..)")
    }
}

impl Place {
    /// A home, and a network layer of the caller's.
    pub fn new(
        home: PathBuf,
        connect: impl Fn(KeptState) -> BoxFuture<'static, Result<Arc<dyn Transport>, NoTransport>>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self {
            home: OpenHome::at(home),
            connect: Arc::new(connect),
            progress: Progress::default(),
        }
    }

    /// How far is what takes long here.
    #[must_use]
    pub const fn progress(&self) -> &Progress {
        &self.progress
    }

    /// A home on a Tor network.
    #[must_use]
    pub fn tor(home: PathBuf, network: Network) -> Self {
        let directory = home.clone();
        Self::new(home, move |kept| {
            start_tor(directory.clone(), network.clone(), kept).boxed()
        })
    }

    /// Whether there is anything to unlock.
    #[must_use]
    pub fn holds_profile(&self) -> bool {
        holds_profile(self.home.path())
    }

    /// Destroys the keys of everything that lies there, whoever has it open. Returns whether all of them
    /// were overwritten.
    pub async fn destroy(self) -> bool {
        let destroyed = tokio::task::spawn_blocking(move || self.home.destroy()).await;
        match destroyed {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::error!(%error, "not everything was destroyed");
                false
            }
            Err(_) => false,
        }
    }

    /// Makes the profile and starts it.
    ///
    /// # Errors
    /// See [`OpenFailure`].
    pub async fn create(
        self,
        nickname: String,
        passphrase: Secret,
    ) -> Result<Running, OpenFailure> {
        self.progress.set(Doing::Key);
        let home = self.home.clone();
        let unlocked =
            aside(move || home.create(passphrase.as_bytes()).map_err(Into::into)).await?;
        self.start_new(unlocked, &nickname).await
    }

    /// Unlocks what the passphrase opens and starts it.
    ///
    /// # Errors
    /// See [`OpenFailure`].
    pub async fn open(self, passphrase: Secret) -> Result<Running, OpenFailure> {
        self.progress.set(Doing::Key);
        let home = self.home.clone();
        let unlocked =
            aside(move || home.unlock(passphrase.as_bytes()).map_err(Into::into)).await?;
        self.start(unlocked).await
    }

    /// Changes the passphrase of a profile that does not run, and starts it.
    ///
    /// # Errors
    /// See [`OpenFailure`].
    pub async fn change(self, old: Secret, new: Secret) -> Result<Running, OpenFailure> {
        self.progress.set(Doing::Key);
        let (home, wanted) = (self.home.clone(), new.clone());
        aside(move || Ok(home.change_passphrase(old.as_bytes(), wanted.as_bytes())?)).await?;
        self.open(new).await
    }

    /// Exports a profile that does not run into a new file, and starts it again.
    ///
    /// # Errors
    /// See [`OpenFailure`].
    pub async fn export(
        self,
        passphrase: Secret,
        file: PathBuf,
        sealed: Secret,
    ) -> Result<Running, OpenFailure> {
        let (home, opens) = (self.home.clone(), passphrase.clone());
        let progress = self.progress.clone();
        aside(move || {
            let sealed = sealed.as_bytes();
            Ok(home.export_profile(opens.as_bytes(), &file, sealed, &progress)?)
        })
        .await?;
        self.open(passphrase).await
    }

    /// Makes the profile from an export, and starts it.
    ///
    /// # Errors
    /// See [`OpenFailure`].
    pub async fn import(
        self,
        file: PathBuf,
        sealed: Secret,
        passphrase: Secret,
    ) -> Result<Running, OpenFailure> {
        let home = self.home.clone();
        let progress = self.progress.clone();
        let unlocked = aside(move || {
            let (sealed, new) = (sealed.as_bytes(), passphrase.as_bytes());
            let imported = home.import(&file, sealed, new, &progress)?;
            Ok(imported.0)
        });
        self.start(unlocked.await?).await
    }

    /// Makes a further profile beside those that are unlocked and those that are to be kept, and starts it.
    ///
    /// # Errors
    /// See [`OpenFailure`].
    pub async fn create_beside(
        self,
        kept: Vec<Secret>,
        nickname: String,
        new: Secret,
    ) -> Result<Running, OpenFailure> {
        self.progress.set(Doing::Key);
        let home = self.home.clone();
        let unlocked = aside(move || {
            let kept: Vec<&[u8]> = kept.iter().map(|one| one.as_bytes()).collect();
            Ok(home.create_beside(&kept, new.as_bytes())?)
        });
        self.start_new(unlocked.await?, &nickname).await
    }

    /// Makes a further profile from an export, beside those that are unlocked and those that are to be kept, and starts it.
    ///
    /// # Errors
    /// See [`OpenFailure`].
    pub async fn import_beside(
        self,
        kept: Vec<Secret>,
        file: PathBuf,
        sealed: Secret,
        new: Secret,
    ) -> Result<Running, OpenFailure> {
        let home = self.home.clone();
        let progress = self.progress.clone();
        let unlocked = aside(move || {
            let kept: Vec<&[u8]> = kept.iter().map(|one| one.as_bytes()).collect();
            let (sealed, new) = (sealed.as_bytes(), new.as_bytes());
            let imported = home.import_beside(&kept, &file, sealed, new, &progress)?;
            Ok(imported.0)
        });
        self.start(unlocked.await?).await
    }

    async fn start(&self, unlocked: Unlocked) -> Result<Running, OpenFailure> {
        let transport = self.transport(&unlocked).await?;
        match unlocked.start(Arc::clone(&transport)).await {
            Ok(engine) => Ok(Running::new(engine)),
            Err(error) => {
                transport.shutdown().await;
                Err(error.into())
            }
        }
    }

    async fn start_new(&self, unlocked: Unlocked, nickname: &str) -> Result<Running, OpenFailure> {
        let transport = self.transport(&unlocked).await?;
        match unlocked.start_new(Arc::clone(&transport), nickname).await {
            Ok(engine) => Ok(Running::new(engine)),
            Err(error) => {
                transport.shutdown().await;
                Err(error.into())
            }
        }
    }

    async fn transport(&self, unlocked: &Unlocked) -> Result<Arc<dyn Transport>, OpenFailure> {
        let kept = unlocked.kept_state().map_err(|_| OpenFailure::Damaged)?;
        self.progress.set(Doing::Network);
        let transport = (self.connect)(kept).await;
        self.progress.set(Doing::Profile);
        transport.map_err(|_| OpenFailure::Network)
    }
}

async fn start_tor(
    home: PathBuf,
    network: Network,
    kept: KeptState,
) -> Result<Arc<dyn Transport>, NoTransport> {
    let public = network == Network::Public;
    let mut options = TorOptions::new(network, home.clone());
    if public {
        options.state.guards = kept;
        options.cache_dir = Some(home.join(TOR_CACHE));
    }
    let transport = TorTransport::start(options).await.map_err(|error| {
        tracing::error!(%error, "Tor did not start");
        NoTransport
    })?;
    Ok(if public {
        Arc::new(transport)
    } else {
        Arc::new(Forgetful(transport))
    })
}

/// Runs what takes long on a thread that may wait.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, OpenFailure> + Send + 'static,
) -> Result<T, OpenFailure> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(OpenFailure::Damaged))
}
