//! What the actor does for a profile's health: looks at the disk, covers the other vaults, answers how it is.

use std::time::Duration;

use tokio::time::Instant;
use undertone_protocol::StageName;
use undertone_storage::ReadError;

use crate::language::{CommandError, DeniableView, HealthView};

use super::{Actor, Answer, Stop};
use crate::language::Reply;

/// The store of a large profile checks its records so long after the start, and after each command for the first minute:
/// first people want to see something.
const CHECK_AFTER: Duration = Duration::from_millis(500);
const AT_LAST: Duration = Duration::from_secs(60);
/// How many records it checks at a time, which takes some milliseconds, and how long it rests then.
const CHECK: usize = 2_048;
const REST: Duration = Duration::from_millis(20);

/// When the store checks its next records.
pub(super) struct Checks {
    /// `None`: it has checked all.
    at: Option<Instant>,
    start: Instant,
}

impl Checks {
    pub(super) fn new() -> Self {
        let start = Instant::now();
        let at = Some(start + CHECK_AFTER);
        Self { at, start }
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.at
    }

    /// The owner wants something.
    pub(super) fn put_off(&mut self) {
        let later = (Instant::now() + CHECK_AFTER).min(self.start + AT_LAST);
        self.at = self.at.map(|at| at.max(later));
    }
}

impl Actor {
    /// Has the store check some of the records that opening left to be checked, when it is time.
    pub(super) async fn check_records(&mut self) -> Result<(), Stop> {
        if self.checks.at.is_none_or(|at| Instant::now() < at) {
            return Ok(());
        }
        let checked = self.store.work(|store| store.check(CHECK)).await;
        match checked.ok_or(Stop::Abandoned)? {
            Ok(true) => self.checks.at = None,
            Ok(false) => self.checks.at = Some(Instant::now() + REST),
            Err(ReadError::Damaged) => {
                tracing::error!("the store lacks records: restore from an export");
                return Err(Stop::Damaged);
            }
            Err(error) => {
                tracing::error!(%error, "the store cannot be checked");
                return Err(Stop::Storage);
            }
        }
        Ok(())
    }

    /// Does what is due by the clock alone, whatever else happens.
    pub(super) async fn look_after(&mut self) -> Result<(), Stop> {
        if self.health.wants_look() {
            let found = self.store.free_space().await;
            let before = self.apart();
            let low = self.health.saw_disk(found);
            if self.apart() != before {
                self.open_doors();
                let now = self.time.now();
                self.connections.retry(None, now.monotonic);
            }
            let (wall, contacts) = (self.time.now().wall, self.has_contacts());
            let due = self.health.saw_time(wall, contacts);
            for event in low.into_iter().chain(due) {
                self.tell(event);
            }
        }
        if self.health.wants_cover() {
            self.cover().await?;
        }
        Ok(())
    }

    async fn cover(&mut self) -> Result<(), Stop> {
        let covered = self.store.work(undertone_storage::Store::cover).await;
        let covered = covered.ok_or(Stop::Abandoned)?;
        if let Err(error) = &covered {
            // What is missing is made up for at the next opening; the profile itself is not concerned.
            tracing::warn!(%error, "the other vaults could not be written");
        }
        let is_on = self.store.is_deniable();
        let whole = covered.is_ok_and(|cost| !is_on || cost.vaults == 3);
        self.health.covered(whole);
        Ok(())
    }

    /// Switches deniable mode. Everything before is durable.
    pub(super) async fn set_deniable(&mut self, on: bool) -> Result<Answer, Stop> {
        let set = self.store.work(move |store| store.set_deniable(on)).await;
        match set.ok_or(Stop::Abandoned)? {
            Ok(()) => {
                self.health.covered(true);
                Ok(Ok(Reply::Done))
            }
            Err(error) => {
                tracing::error!(%error, "deniable mode could not be switched");
                Ok(Err(CommandError::Storage))
            }
        }
    }

    fn has_contacts(&self) -> bool {
        let accepted = |state: undertone_protocol::ContactState| state.stage == StageName::Accepted;
        self.profile.contacts().any(accepted)
    }

    pub(super) fn health_view(&self) -> HealthView {
        let (mut undelivered, mut undelivered_contacts) = (0_u32, 0_u32);
        for state in self.profile.contacts().filter(|state| state.waiting > 0) {
            let waiting = u32::try_from(state.waiting).unwrap_or(u32::MAX);
            undelivered = undelivered.saturating_add(waiting);
            undelivered_contacts = undelivered_contacts.saturating_add(1);
        }
        let (doors_reachable, doors) = self.doors.count();
        let written = self.store.statistics();
        HealthView {
            disk: self.health.disk_view(),
            backup: self
                .health
                .backup_view(self.time.now().wall, self.has_contacts()),
            deniable: DeniableView {
                on: self.store.is_deniable(),
                own_bytes: written.bytes,
                cover_bytes: written.cover_bytes,
                failed: self.health.cover_failed(),
            },
            undelivered,
            undelivered_contacts,
            doors_reachable,
            doors,
            hidden: self.conversations.is_hidden(),
            network: *self.network.borrow(),
        }
    }
}
