//! Messages that disappear: also of very many that are read at once, and those that were read before their owner chose
//! for how long they are kept.

use std::time::Duration;

use futures::future::join_all;
use undertone_engine::{Command, ContactId, ConversationSettings, MessageView, Reply, Retention};

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
