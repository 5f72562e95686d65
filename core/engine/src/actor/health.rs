//! What the actor does for a profile's health: looks at the disk, covers the other vaults, answers how it is.

use undertone_protocol::StageName;

use crate::language::{CommandError, DeniableView, HealthView};

use super::{Actor, Answer, Stop};
use crate::language::Reply;

impl Actor {
    /// Does what is due by the clock alone, whatever else happens.
    pub(super) async fn look_after(&mut self) -> Result<(), Stop> {
        if self.health.wants_look() {
            let found = self.store.free_space().await;
            let low = self.health.saw_disk(found);
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
