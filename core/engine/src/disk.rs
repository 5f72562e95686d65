//! The store as the actor uses it: what blocks happens on a thread that may wait. With the feature
//! `faults` a test can put itself in between: a disk that is full, read-only or slow, and a program
//! that crashes at a commit. It decides nothing about what is stored.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use undertone_storage::{
    ChangeSet, CommitError, DestroyError, EraseError, FreeSpace, Kind, ReadError, Statistics, Store,
};
use zeroize::Zeroizing;

/// The store of a running profile. Clones are the same store.
#[derive(Clone)]
pub(crate) struct Disk {
    store: Arc<Store>,
    /// Nothing can be stored any more, because the owner destroyed everything.
    destroyed: Arc<AtomicBool>,
    #[cfg(feature = "faults")]
    faults: Option<Arc<dyn DiskFaults>>,
}

impl Disk {
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store: Arc::new(store),
            destroyed: Arc::default(),
            #[cfg(feature = "faults")]
            faults: None,
        }
    }

    /// With a test in between; all work then happens on the caller's task.
    #[cfg(feature = "faults")]
    pub(crate) fn with_faults(mut self, faults: Option<Arc<dyn DiskFaults>>) -> Self {
        self.faults = faults;
        self
    }

    pub(crate) fn get(
        &self,
        kind: Kind,
        id: &[u8],
    ) -> Result<Option<Zeroizing<Vec<u8>>>, ReadError> {
        self.store.get(kind, id)
    }

    /// What can destroy this store at any moment, whatever the actor is busy with.
    pub(crate) fn fuse(&self) -> Fuse {
        Fuse {
            store: Arc::downgrade(&self.store),
            destroyed: Arc::clone(&self.destroyed),
        }
    }

    /// Also if it was done from elsewhere: by another profile of the home, or by a passphrase that wipes.
    pub(crate) fn is_destroyed(&self) -> bool {
        self.destroyed.load(Ordering::Acquire) || self.store.is_destroyed()
    }

    /// Has a bell rung when it was, whoever did it.
    pub(crate) fn on_destroyed(&self, bell: impl Fn() + Send + Sync + 'static) {
        self.store.on_destroyed(bell);
    }

    pub(crate) fn is_deniable(&self) -> bool {
        self.store.is_deniable()
    }

    pub(crate) fn statistics(&self) -> Statistics {
        self.store.statistics()
    }

    /// The room on the disk. `None`: the file system does not say.
    pub(crate) async fn free_space(&self) -> Option<FreeSpace> {
        #[cfg(feature = "faults")]
        if let Some(faults) = &self.faults {
            return faults.free_space();
        }
        match self.work(Store::free_space).await? {
            Ok(found) => Some(found),
            Err(error) => {
                tracing::warn!(%error, "the room on the disk is not known");
                None
            }
        }
    }

    /// Runs something that blocks. `None`: it was broken off, because the program is ending.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> T + Send + 'static,
    ) -> Option<T> {
        #[cfg(feature = "faults")]
        if self.faults.is_some() {
            return Some(work(&self.store));
        }
        let store = Arc::clone(&self.store);
        tokio::task::spawn_blocking(move || work(&store)).await.ok()
    }

    pub(crate) async fn commit(&self, set: ChangeSet) -> Result<(), CommitError> {
        #[cfg(feature = "faults")]
        if let Some(faults) = &self.faults {
            return faults.commit(&self.store, set).await;
        }
        let done = self.work(move |store| store.commit(set)).await;
        done.unwrap_or(Err(CommitError::Closed))
    }

    /// Commits a change set after something was added to it that has to be read first: in one go, on the
    /// thread that may wait. If nothing is in it then, nothing is committed.
    pub(crate) async fn commit_with<T: Send + 'static>(
        &self,
        mut set: ChangeSet,
        add: impl FnOnce(&Store, &mut ChangeSet) -> Result<T, CommitError> + Send + 'static,
    ) -> Result<T, CommitError> {
        #[cfg(feature = "faults")]
        if let Some(faults) = &self.faults {
            let added = add(&self.store, &mut set)?;
            if !set.is_empty() {
                faults.commit(&self.store, set).await?;
            }
            return Ok(added);
        }
        let done = self.work(move |store| {
            let added = add(store, &mut set)?;
            if !set.is_empty() {
                store.commit(set)?;
            }
            Ok(added)
        });
        done.await.unwrap_or(Err(CommitError::Closed))
    }

    /// Gives the state a new key and merges old days. `None` as for [`Self::work`].
    pub(crate) async fn renew(&self, today: u32) -> Option<Result<(), EraseError>> {
        #[cfg(feature = "faults")]
        if let Some(faults) = &self.faults {
            if !faults.renews() {
                return Some(Ok(()));
            }
            if let Err(error) = faults.renew().await {
                return Some(Err(error.into()));
            }
        }
        self.work(move |store| {
            store.rotate_state_key()?;
            store.merge_days(today)
        })
        .await
    }

    /// Renews the state key and closes the store. `None`: someone else still holds it, or as for
    /// [`Self::work`].
    pub(crate) async fn close(self) -> Option<Result<(), EraseError>> {
        let store = Arc::try_unwrap(self.store).ok()?;
        #[cfg(feature = "faults")]
        if let Some(faults) = self.faults {
            return Some(match faults.renew().await {
                Ok(()) => store.lock(),
                Err(error) => Err(error.into()),
            });
        }
        tokio::task::spawn_blocking(move || store.lock()).await.ok()
    }
}

/// Destroys a store that somebody else works with.
#[derive(Clone)]
pub(crate) struct Fuse {
    store: Weak<Store>,
    destroyed: Arc<AtomicBool>,
}

impl Fuse {
    /// Overwrites headers and keys of all profiles of the home. `None`: the store is closed already.
    pub(crate) async fn blow(&self) -> Option<Result<(), DestroyError>> {
        let store = self.store.upgrade()?;
        // Before it happens: whoever fails to store because of it says the right reason.
        self.destroyed.store(true, Ordering::Release);
        let done = tokio::task::spawn_blocking(move || store.destroy_home()).await;
        done.ok()
    }
}

/// A test between an engine and its disk. Everything happens on the engine's own task, so that with
/// virtual time two runs are the same.
#[cfg(feature = "faults")]
pub trait DiskFaults: Send + Sync + 'static {
    /// What one step of the machine wants stored; the next commit has it, with those of other steps.
    fn step(&self, changes: &undertone_protocol::Changes);

    /// Commits in the store's place, or does not. The engine believes what it answers, and hangs
    /// for as long as it does not.
    fn commit<'a>(
        &'a self,
        store: &'a Store,
        set: ChangeSet,
    ) -> futures::future::BoxFuture<'a, Result<(), CommitError>>;

    /// The room on the disk, in its place.
    fn free_space(&self) -> Option<FreeSpace>;

    /// Whether keys are renewed this time, which is asked for each renewal that time alone brings. A test that lets days
    /// pass may spare most of them.
    fn renews(&self) -> bool {
        true
    }

    /// Before keys are renewed; an error keeps them from being.
    fn renew(&self) -> futures::future::BoxFuture<'_, Result<(), CommitError>>;
}

#[cfg(feature = "faults")]
impl Disk {
    pub(crate) fn about_to_store(&self, changes: &undertone_protocol::Changes) {
        if let Some(faults) = &self.faults {
            faults.step(changes);
        }
    }
}
