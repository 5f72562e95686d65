//! The profiles that one process runs: unlocked one after the other, each with an engine and a Tor client of its own, found by number
//! or nickname, ended one by one or all at once. It answers no connection and reads no passphrase from anywhere.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::join_all;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use undertone_engine::{Command, Engine, Event, EventStream, Reply, StopReason, UnlockError};

use super::automatic::{self, Automatic};
use crate::control::several::{Listed, Which};
use crate::passphrase::Passphrase;
use crate::profile::{Household, StartError};

/// Changes that wait to be heard: each profile tells of its end once.
const CHANGES: usize = 64;

/// Why a request does not reach a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WhichError {
    /// No such number or nickname among those that are unlocked.
    #[error("no such profile is unlocked: \"profile list\" says which are")]
    NoSuchProfile,
    /// Several call themselves so.
    #[error("several profiles have this nickname: name one by its number")]
    SeveralProfiles,
}

impl WhichError {
    /// The name in the control language.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoSuchProfile => "no_such_profile",
            Self::SeveralProfiles => "several_profiles",
        }
    }
}

/// The name in the control language of why a profile was not unlocked.
#[must_use]
pub const fn unlock_name(error: &StartError) -> &'static str {
    match error {
        StartError::Unlock(UnlockError::Passphrase) => "wrong_passphrase",
        StartError::Unlock(UnlockError::AlreadyOpen) => "already_unlocked",
        StartError::Network(_) | StartError::Tor(_) => "no_network_layer",
        _ => "not_unlocked",
    }
}

/// The profiles of a home that run. Clones are the same.
#[derive(Clone, Debug)]
pub struct Profiles {
    household: Household,
    automatic: Automatic,
    open: Arc<Mutex<Open>>,
    changes: mpsc::Sender<Change>,
}

#[derive(Debug, Default)]
struct Open {
    /// In the order in which they were unlocked.
    entries: Vec<Entry>,
    /// The number of the last one that was unlocked. None is given twice: who names one must not reach another one.
    last: u32,
    /// How many requests are being answered. The process waits for them.
    busy: u32,
}

/// A profile that runs.
#[derive(Debug)]
pub(super) struct Entry {
    number: u32,
    engine: Arc<Engine>,
    /// What is done by itself.
    _tasks: JoinSet<()>,
}

/// What changed in which profiles run.
#[derive(Debug)]
pub(super) enum Change {
    /// One ended, and why; `None`: without a word, as those do that are locked.
    Ended(u32, Option<StopReason>),
    /// A request was answered, which may have locked one.
    Answered,
}

/// A request that is being answered: what it unlocks is not there yet, and of what it locks the answer is not.
pub(super) struct Busy<'a>(&'a Profiles);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.open().busy -= 1;
        // A full channel has something in it that is as good.
        let _ = self.0.changes.try_send(Change::Answered);
    }
}

impl Profiles {
    /// None yet, and the other end of what they tell.
    pub(super) fn new(
        household: Household,
        automatic: Automatic,
    ) -> (Self, mpsc::Receiver<Change>) {
        let (changes, heard) = mpsc::channel(CHANGES);
        let profiles = Self {
            household,
            automatic,
            open: Arc::default(),
            changes,
        };
        (profiles, heard)
    }

    /// Unlocks the profile that a passphrase opens, beside those that run, and returns its number.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn unlock(&self, passphrase: Passphrase) -> Result<u32, StartError> {
        let engine = self.household.open(passphrase).await?;
        Ok(self.add(engine))
    }

    fn add(&self, engine: Engine) -> u32 {
        let engine = Arc::new(engine);
        let mut open = self.open();
        open.last += 1;
        let number = open.last;
        // Not with the entry: what a profile says while it is locked is heard as well. It keeps no engine alive, so it ends by itself.
        tokio::spawn(wait_for_end(number, engine.events(), self.changes.clone()));
        let mut tasks = JoinSet::new();
        if self.automatic != Automatic::default() {
            let events = engine.events();
            tasks.spawn(automatic::run(self.automatic, Arc::clone(&engine), events));
        }
        open.entries.push(Entry {
            number,
            engine,
            _tasks: tasks,
        });
        number
    }

    /// The profile that is meant; the first where nobody is named.
    pub(super) async fn find(
        &self,
        which: Option<&Which>,
    ) -> Result<(u32, Arc<Engine>), WhichError> {
        let all = self.all();
        let found = match which {
            None => all.into_iter().next(),
            Some(Which::Number(number)) => all.into_iter().find(|(known, _)| known == number),
            Some(Which::Nickname(nickname)) => {
                let mut found = None;
                for (number, engine) in all {
                    if told(&engine).await.is_some_and(|told| told.0 == *nickname)
                        && found.replace((number, engine)).is_some()
                    {
                        return Err(WhichError::SeveralProfiles);
                    }
                }
                found
            }
        };
        found.ok_or(WhichError::NoSuchProfile)
    }

    /// All that run.
    pub(super) async fn list(&self) -> Vec<Listed> {
        let mut listed = Vec::new();
        for (profile, engine) in self.all() {
            // One that is just ending is not there any more.
            if let Some((nickname, network)) = told(&engine).await {
                listed.push(Listed {
                    profile,
                    nickname,
                    network,
                });
            }
        }
        listed
    }

    /// Ends one in order. One that is gone already is no error.
    pub(super) async fn lock(&self, number: u32) {
        if let Some(entry) = self.remove(number) {
            entry.engine.close().await;
        }
    }

    /// Until what is returned is dropped, the process does not end for want of profiles.
    pub(super) fn busy(&self) -> Busy<'_> {
        self.open().busy += 1;
        Busy(self)
    }

    /// Forgets one that ended by itself.
    pub(super) fn remove(&self, number: u32) -> Option<Entry> {
        let mut open = self.open();
        let at = open.entries.iter().position(|one| one.number == number)?;
        Some(open.entries.remove(at))
    }

    /// Ends all of them in order, at once.
    pub(super) async fn close(&self) {
        let entries = std::mem::take(&mut self.open().entries);
        join_all(entries.iter().map(|entry| entry.engine.close())).await;
    }

    /// Nothing runs, and nothing will by itself.
    pub(super) fn is_over(&self) -> bool {
        let open = self.open();
        open.entries.is_empty() && open.busy == 0
    }

    fn all(&self) -> Vec<(u32, Arc<Engine>)> {
        let open = self.open();
        let all = open.entries.iter();
        all.map(|one| (one.number, Arc::clone(&one.engine)))
            .collect()
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn told(engine: &Engine) -> Option<(String, Value)> {
    match engine.run(Command::Profile).await {
        Ok(Reply::Profile(view)) => {
            let network = serde_json::to_value(view.network).unwrap_or_default();
            Some((view.nickname, network))
        }
        _ => None,
    }
}

async fn wait_for_end(number: u32, mut events: EventStream, changes: mpsc::Sender<Change>) {
    let reason = loop {
        match events.next().await {
            Some(Event::Stopped { reason }) => break Some(reason),
            Some(_) => {}
            None => break None,
        }
    };
    // Nobody is left to hear it at the end of the process.
    let _ = changes.send(Change::Ended(number, reason)).await;
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;
    use undertone_tor::Network;

    use super::*;
    use crate::control::socket::Listener;
    use crate::daemon::{RunError, Signals, serve};

    const LIMIT: Duration = Duration::from_secs(60);

    /// How a process ends that hears of the end of a profile that was locked before.
    async fn locked(reason: Option<StopReason>) -> Result<(), RunError> {
        let place = tempfile::tempdir().unwrap();
        let household = Household::new(place.path(), Network::Public);
        let (profiles, changes) = Profiles::new(household, Automatic::default());
        let listener = Listener::bind(place.path()).unwrap();
        let busy = profiles.busy();
        let ended = Change::Ended(1, reason);
        profiles.changes.try_send(ended).unwrap();
        let mut tasks = JoinSet::new();
        let serving = serve(
            &profiles,
            changes,
            &listener,
            Signals::new().unwrap(),
            &mut tasks,
        );
        let mut serving = std::pin::pin!(serving);
        // All is read, and whoever asked has no answer yet.
        let now = futures::poll!(serving.as_mut());
        assert!(now.is_pending() && profiles.changes.capacity() == CHANGES);
        drop(busy);
        timeout(LIMIT, serving).await.unwrap()
    }

    #[tokio::test]
    async fn the_end_of_one_that_was_locked_is_a_failure_only_if_it_says_why() {
        assert!(locked(None).await.is_ok());
        let failed = locked(Some(StopReason::Storage)).await;
        assert!(matches!(failed, Err(RunError::Storage)));
    }
}
