//! Searching beside everything else, and the index as far as the actor has to do with it: what a commit adds,
//! and building it where it is behind.

use std::sync::Arc;

use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;
use undertone_protocol::{Change, Changes, ContactId, RecordKey};
use undertone_storage::ChangeSet;

use crate::language::{CommandError, Event, FoundView, Reply};
use crate::search::{self, Builder, Page, Query, Said, SearchError};

use super::{Actor, Answer, Stop};

/// Searches that go on at once; more of them wait.
const AT_ONCE: usize = 2;

/// A search that has ended.
type Ended = (oneshot::Sender<Answer>, Option<Result<Page, SearchError>>);

/// Searches under way, and which conversations cannot be searched whole yet.
pub(super) struct Searching {
    builder: Builder,
    /// What was last told of the building, in hundredths.
    told: Option<u8>,
    lookups: JoinSet<Ended>,
    turns: Arc<Semaphore>,
}

impl Searching {
    pub(super) fn new(builder: Builder) -> Self {
        Self {
            builder,
            told: None,
            lookups: JoinSet::new(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    pub(super) fn is_building(&self) -> bool {
        self.builder.next().is_some()
    }

    /// The next search that ended; waits for ever if there is none.
    pub(super) async fn ended(&mut self) -> Ended {
        loop {
            match self.lookups.join_next().await {
                Some(Ok(ended)) => return ended,
                // Its sender is dropped, so whoever asked hears of it.
                Some(Err(error)) => tracing::error!(%error, "a search was broken off"),
                None => std::future::pending::<()>().await,
            }
        }
    }

    /// Waits for searches under way, which hold the store.
    pub(super) async fn finish(&mut self) {
        while self.lookups.join_next().await.is_some() {}
    }
}

impl Actor {
    /// What the messages that a change set stores or deletes say from then on.
    pub(super) fn said(&self, changes: &Changes) -> Vec<Said> {
        let said = |contact, number, record| Said {
            contact,
            number,
            record,
            is_built_later: self.searching.builder.is_behind(contact),
        };
        changes
            .iter()
            .filter_map(|change| match change {
                Change::Put(RecordKey::Message(contact, number), _, record) => {
                    Some(said(contact, number, Some(record.clone())))
                }
                Change::Delete(RecordKey::Message(contact, number)) => {
                    Some(said(contact, number, None))
                }
                Change::Put(..) | Change::Delete(_) => None,
            })
            .collect()
    }

    /// Has conversations built anew whose index was damaged.
    pub(super) fn index_damaged(&mut self, contacts: Vec<ContactId>) {
        for contact in contacts {
            let (begin, next) = self.bounds(contact);
            self.searching.builder.damaged(contact, begin, next);
        }
    }

    /// The first message of a conversation that there can be, and the next one.
    fn bounds(&self, contact: ContactId) -> (u64, u64) {
        let next = self.profile.contact(contact).map_or(0, |c| c.next_message);
        (self.conversations.begin(contact), next)
    }

    /// Builds a bit of the index, if it is behind.
    pub(super) async fn build_index(&mut self) -> Result<(), Stop> {
        let Some((contact, begin)) = self.searching.builder.next() else {
            return Ok(());
        };
        let (first, next) = self.bounds(contact);
        let begin = begin.max(first);
        let built = self.store.commit_with(ChangeSet::new(), move |store, set| {
            search::step(store, set, contact, (begin, next))
        });
        let built = built.await.map_err(|error| {
            tracing::error!(%error, "the search index cannot be built");
            Stop::Storage
        })?;
        self.searching
            .builder
            .stepped(contact, &built, (first, next));
        let percent = self.index_percent().unwrap_or(100);
        if self.searching.told.replace(percent) != Some(percent) {
            self.tell(Event::SearchIndex { percent });
        }
        Ok(())
    }

    /// How much of the index is there, in hundredths; `None`: all of it.
    fn index_percent(&self) -> Option<u8> {
        self.searching.builder.percent()
    }

    /// Looks something up beside everything else.
    pub(super) fn look_up(&mut self, query: Query, reply: oneshot::Sender<Answer>) {
        let contacts: Vec<ContactId> = self.profile.contacts().map(|c| c.id).collect();
        let (disk, turns) = (self.store.clone(), Arc::clone(&self.searching.turns));
        self.searching.lookups.spawn(async move {
            // It is never closed.
            let _turn = turns.acquire_owned().await;
            let found = disk.work(move |store| search::search(store, &contacts, &query));
            (reply, found.await)
        });
    }

    /// Shows what was found as it is now.
    pub(super) fn found(&self, (reply, found): Ended) {
        let answer = match found {
            Some(Ok(page)) => Ok(self.found_reply(page)),
            Some(Err(SearchError::Store(error))) => {
                tracing::error!(%error, "the search index cannot be read");
                Err(CommandError::Storage)
            }
            Some(Err(SearchError::Query(error))) => Err(CommandError::Search(error)),
            Some(Err(SearchError::Busy)) => Err(CommandError::Busy),
            None => Err(CommandError::Closed),
        };
        // Whoever asked may have gone.
        let _ = reply.send(answer);
    }

    fn found_reply(&self, page: Page) -> Reply {
        let shown = page.hits.into_iter().filter_map(|hit| {
            let message = self.message_view(hit.contact, hit.number)?;
            Some(FoundView {
                contact: hit.contact,
                message,
            })
        });
        Reply::Found {
            hits: shown.collect(),
            more: page.more,
            index_percent: self.index_percent(),
        }
    }
}
