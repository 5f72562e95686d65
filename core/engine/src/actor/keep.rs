//! What is renewed and stored by the clock and at the end: the key of the state, what the network layer wants to find
//! again.

use tokio::time::Instant;
use undertone_storage::{ChangeSet, Kind, Slot};
use undertone_transport::KeptState;

use super::{Actor, KEPT, RENEW, Stop};

impl Actor {
    pub(super) async fn renew(&mut self) -> Result<(), Stop> {
        self.renew_at = Instant::now() + RENEW;
        match self.store.renew(self.today()).await {
            Some(Ok(())) => {
                self.conversations.state_renewed();
                Ok(())
            }
            Some(Err(error)) => {
                tracing::error!(%error, "the state key could not be renewed");
                Err(Stop::Storage)
            }
            None => Err(Stop::Abandoned),
        }
    }

    /// What is stored at an orderly end; the state key is renewed when the store is closed.
    pub(super) async fn keep_all(&mut self, kept: KeptState) -> Result<(), Stop> {
        self.keep(kept).await?;
        self.erase_deleted(true).await
    }

    /// Keeps what the network layer wants to find again.
    pub(super) async fn keep(&mut self, state: KeptState) -> Result<(), Stop> {
        if let Some(state) = state {
            let mut set = ChangeSet::new();
            set.put(Kind::Guards, KEPT, Slot::Data, state);
            self.store.commit(set).await.map_err(|error| {
                tracing::error!(%error, "the store refuses to commit");
                Stop::Storage
            })?;
        }
        Ok(())
    }
}
