//! Messages that disappear: also of very many that are read at once, and those that were read before their owner chose
//! for how long they are kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::{BoxFuture, join_all};
use undertone_engine::{
    Command, ContactId, ConversationSettings, DiskFaults, MessageView, Reply, Retention,
};
use undertone_storage::{ChangeSet, CommitError, DataKey, FreeSpace, Home, Store};

use crate::place::{Person, Place, befriend};

async fn done(person: &Person, command: Command) {
    assert_eq!(person.run(command).await, Reply::Done);
}

async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

/// Texts of a conversation, all pages of it.
async fn texts(person: &Person, contact: ContactId) -> Vec<MessageView> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let command = Command::History {
            contact,
            before,
            after: None,
            limit: 1_000,
        };
        let Reply::Messages { messages } = person.run(command).await else {
            panic!("no messages");
        };
        let Some(first) = messages.first() else {
            return all;
        };
        before = Some(first.number);
        all.extend(messages.into_iter().filter(|m| m.text.is_some()));
    }
}

/// Sends many texts in few commits and waits until they are there.
async fn say(from: &Person, to: ContactId, (there, contact): (&Person, ContactId), count: usize) {
    let expected = texts(there, contact).await.len() + count;
    let send = |number: usize| {
        from.engine.run(Command::Send {
            contact: to,
            text: format!("text {number}"),
            reply_to: None,
        })
    };
    for sent in join_all((0..count).map(send)).await {
        sent.expect("sent");
    }
    for _ in 0..3_600 {
        if texts(there, contact).await.len() == expected {
            return;
        }
        pass(1).await;
    }
    panic!("not all arrived within an hour");
}

#[tokio::test(start_paused = true)]
async fn of_very_many_that_are_read_at_once_each_disappears() {
    let place = Place::new(56);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (to_noor, to_amal) = befriend(&mut amal, &mut noor).await;
    let timer = Command::SetTimer {
        contact: to_noor,
        seconds: 3_600,
    };
    amal.run(timer).await;
    // More than are looked at when they are read.
    say(&amal, to_noor, (&noor, to_amal), 1_100).await;
    let all = texts(&noor, to_amal).await;
    let up_to = all.iter().map(|message| message.number).max();
    let read = Command::MarkRead {
        contact: to_amal,
        up_to: up_to.expect("some"),
    };
    done(&noor, read).await;
    pass(3_000).await;
    assert_eq!(texts(&noor, to_amal).await.len(), 1_100, "not yet");
    pass(800).await;
    assert_eq!(texts(&noor, to_amal).await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_was_read_before_the_owner_chose_a_time_disappears_too() {
    let place = Place::new(57);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (to_noor, to_amal) = befriend(&mut amal, &mut noor).await;
    say(&amal, to_noor, (&noor, to_amal), 3).await;
    let all = texts(&noor, to_amal).await;
    let read = Command::MarkRead {
        contact: to_amal,
        up_to: all[1].number,
    };
    done(&noor, read).await;
    pass(5 * 86_400).await;
    let keep = Command::SetConversation {
        contact: to_amal,
        settings: ConversationSettings {
            retention: Some(Retention::AfterReading(86_400)),
            ..ConversationSettings::default()
        },
    };
    done(&noor, keep).await;
    pass(80_000).await;
    assert_eq!(
        texts(&noor, to_amal).await.len(),
        3,
        "the time begins with the choice"
    );
    // It goes on over a restart.
    noor.engine.shutdown().await;
    let noor = place.start("Noor").await;
    pass(10_000).await;
    let left = texts(&noor, to_amal).await;
    let left: Vec<u64> = left.iter().map(|message| message.number).collect();
    assert_eq!(left, [all[2].number], "what was not read stays");
}

/// Notes what the largest commit was.
#[derive(Default)]
struct Largest(AtomicUsize);

impl DiskFaults for Largest {
    fn step(&self, _: &undertone_protocol::Changes) {}

    fn free_space(&self) -> Option<FreeSpace> {
        None
    }

    fn commit<'a>(
        &'a self,
        store: &'a Store,
        set: ChangeSet,
    ) -> BoxFuture<'a, Result<(), CommitError>> {
        self.0.fetch_max(set.len(), Ordering::Relaxed);
        Box::pin(std::future::ready(store.commit(set)))
    }

    fn renew(&self) -> BoxFuture<'_, Result<(), CommitError>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

#[tokio::test(start_paused = true)]
async fn of_very_many_that_are_over_at_once_no_commit_takes_all() {
    let place = Place::new(58);
    let home = Home::create(place.home("Amal")).expect("a home");
    let store = Store::create_with_key(&home, &DataKey::from_bytes([7; 32])).expect("a store");
    let disk = Arc::new(Largest::default());
    let amal = place.create_in("Amal", store, Some(disk.clone())).await;
    let Reply::Contact(notes) = amal.run(Command::Notes).await else {
        panic!("no notes");
    };
    let keep = Command::SetConversation {
        contact: notes.id,
        settings: ConversationSettings {
            retention: Some(Retention::AfterReading(3_600)),
            ..ConversationSettings::default()
        },
    };
    done(&amal, keep).await;
    // All in one second.
    let send = |number: usize| {
        amal.engine.run(Command::Send {
            contact: notes.id,
            text: format!("note {number}"),
            reply_to: None,
        })
    };
    for sent in join_all((0..2_500).map(send)).await {
        sent.expect("sent");
    }
    pass(3_500).await;
    assert_eq!(texts(&amal, notes.id).await.len(), 2_500, "not yet");
    disk.0.store(0, Ordering::Relaxed);
    pass(103).await;
    assert_eq!(texts(&amal, notes.id).await.len(), 0);
    // And what is noted of it: the day that is sealed again, the search index.
    let largest = disk.0.load(Ordering::Relaxed);
    assert!((1_000..1_100).contains(&largest), "{largest}");
    amal.engine.shutdown().await;
}
