//! What people do with conversations: change and delete messages, react, let them disappear, keep
//! nothing, hide, compare short codes; over restarts.

use std::time::Duration;

use undertone_engine::{
    Command, CommandError, ContactId, ConversationSettings, ConversationView, Defaults, Event,
    Line, MessageView, Reply, Retention,
};

use crate::place::{Person, Place, befriend};

async fn done(person: &Person, command: Command) {
    assert_eq!(person.run(command).await, Reply::Done);
}

async fn conversation(person: &Person, contact: ContactId) -> ConversationView {
    let Reply::Conversations { conversations } = person.run(Command::Conversations).await else {
        panic!("no conversations");
    };
    let mut found = conversations.into_iter();
    found
        .find(|c| c.contact == contact)
        .expect("a conversation")
}

/// Says something and waits until the other side has it; its numbers here and there.
async fn say(
    (from, to): (&mut Person, ContactId),
    (other, from_there): (&mut Person, ContactId),
    text: &str,
) -> (u64, u64) {
    let sent = from.send(to, text).await;
    let heard = |event| match event {
        Event::MessageReceived { contact, message } if contact == from_there => {
            (message.id == sent.id).then_some(message.number)
        }
        _ => None,
    };
    let there = other.hear(heard).await;
    (sent.number, there)
}

/// Waits until a message is shown as wanted.
async fn hear_changed(
    person: &mut Person,
    contact: ContactId,
    number: u64,
    wanted: impl Fn(&MessageView) -> bool,
) {
    person
        .hear(|event| match event {
            Event::MessageChanged {
                contact: of,
                message,
            } if of == contact => (message.number == number && wanted(&message)).then_some(()),
            _ => None,
        })
        .await;
}

async fn hear_removed(person: &mut Person, contact: ContactId, number: u64) {
    let removed = Event::MessageRemoved {
        contact,
        message: number,
    };
    person.hear(|event| (event == removed).then_some(())).await;
}

#[tokio::test(start_paused = true)]
async fn edits_reactions_and_deletions_reach_both_sides_and_outlive_a_restart() {
    let place = Place::new(31);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (to_noor, to_amal) = befriend(&mut amal, &mut noor).await;
    let (one, one_there) = say((&mut amal, to_noor), (&mut noor, to_amal), "one").await;
    let (two, two_there) = say((&mut amal, to_noor), (&mut noor, to_amal), "two").await;
    let edit = |contact, message| Command::Edit {
        contact,
        message,
        text: "one, better".to_owned(),
    };
    done(&amal, edit(to_noor, one)).await;
    let better = |message: &MessageView| message.text.as_deref() == Some("one, better");
    hear_changed(&mut noor, to_amal, one_there, better).await;
    let react = Command::React {
        contact: to_amal,
        message: one_there,
        emoji: "🌱".to_owned(),
    };
    done(&noor, react).await;
    hear_changed(&mut amal, to_noor, one, |message| {
        message.reactions.len() == 1
    })
    .await;
    let delete = Command::Delete {
        contact: to_noor,
        message: two,
        for_both: true,
    };
    done(&amal, delete).await;
    let gone = |message: &MessageView| message.line == Line::Deleted && message.text.is_none();
    hear_changed(&mut noor, to_amal, two_there, gone).await;
    assert_eq!(
        noor.engine.run(edit(to_amal, one_there)).await,
        Err(CommandError::NotYours)
    );
    noor.engine.shutdown().await;
    let noor = place.start("Noor").await;
    let history = noor.history(to_amal).await;
    let shown = |number| history.iter().find(|m| m.number == number).expect("there");
    assert!(better(shown(one_there)) && shown(one_there).edited);
    assert_eq!(shown(one_there).reactions.len(), 1);
    assert!(gone(shown(two_there)));
}

#[tokio::test(start_paused = true)]
async fn what_waits_is_taken_back_and_changed_and_a_draft_is_kept() {
    let place = Place::new(32);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (to_noor, to_amal) = befriend(&mut amal, &mut noor).await;
    done(&noor, Command::SetHidden { hidden: true }).await;
    amal.hear(|event| match event {
        Event::ContactChanged { contact } => (!contact.connected).then_some(()),
        _ => None,
    })
    .await;
    let secret = amal.send(to_noor, "secret").await.number;
    let rough = amal.send(to_noor, "rough").await.number;
    let delete = Command::Delete {
        contact: to_noor,
        message: secret,
        for_both: false,
    };
    done(&amal, delete).await;
    let edit = Command::Edit {
        contact: to_noor,
        message: rough,
        text: "smooth".to_owned(),
    };
    done(&amal, edit).await;
    let draft = Command::SetDraft {
        contact: to_noor,
        text: "and then".to_owned(),
    };
    done(&amal, draft).await;
    let pin = Command::Pin {
        contact: to_noor,
        message: rough,
        pinned: true,
    };
    done(&amal, pin).await;
    amal.engine.shutdown().await;
    let amal = place.start("Amal").await;
    let view = conversation(&amal, to_noor).await;
    assert_eq!(view.draft.as_deref(), Some("and then"));
    assert_eq!(view.pinned_messages, [rough]);
    // Hidden profiles stay hidden over a restart, until they are shown again.
    noor.engine.shutdown().await;
    let mut noor = place.start("Noor").await;
    done(&noor, Command::SetHidden { hidden: false }).await;
    let first = noor
        .hear(|event| match event {
            Event::MessageReceived { message, .. } => Some(message),
            _ => None,
        })
        .await;
    assert_eq!(first.text.as_deref(), Some("smooth"));
    assert!(!first.edited, "nobody sees what it was");
    assert_eq!(noor.history(to_amal).await.len(), 1);
    assert_eq!(conversation(&noor, to_amal).await.unread, 1);
    let read = Command::MarkRead {
        contact: to_amal,
        up_to: first.number,
    };
    done(&noor, read).await;
    assert_eq!(conversation(&noor, to_amal).await.unread, 0);
}

#[tokio::test(start_paused = true)]
async fn messages_disappear_on_both_sides_after_they_were_read() {
    let place = Place::new(33);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (to_noor, to_amal) = befriend(&mut amal, &mut noor).await;
    let timer = Command::SetTimer {
        contact: to_noor,
        seconds: 300,
    };
    let Reply::Message(line) = amal.run(timer).await else {
        panic!("no line");
    };
    assert_eq!(line.line, Line::Timer { seconds: 300 });
    let (here, there) = say((&mut amal, to_noor), (&mut noor, to_amal), "passing").await;
    hear_removed(&mut amal, to_noor, here).await;
    assert!(
        noor.history(to_amal)
            .await
            .iter()
            .any(|m| m.number == there),
        "it was not read yet"
    );
    let read = Command::MarkRead {
        contact: to_amal,
        up_to: there,
    };
    done(&noor, read).await;
    // Also when the program was closed in between: nothing that is over is shown.
    noor.engine.shutdown().await;
    let mut noor = place.start("Noor").await;
    hear_removed(&mut noor, to_amal, there).await;
    assert!(
        noor.history(to_amal)
            .await
            .iter()
            .all(|m| m.number != there)
    );
    assert_eq!(conversation(&noor, to_amal).await.timer, 300);
}

#[tokio::test(start_paused = true)]
async fn a_conversation_can_keep_nothing_and_be_cleared() {
    let place = Place::new(34);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (to_noor, to_amal) = befriend(&mut amal, &mut noor).await;
    let (_, stored) = say((&mut amal, to_noor), (&mut noor, to_amal), "stored").await;
    let settings = ConversationSettings {
        retention: Some(Retention::Nothing),
        ..ConversationSettings::default()
    };
    let nothing = Command::SetConversation {
        contact: to_amal,
        settings,
    };
    done(&noor, nothing).await;
    let (_, fleeting) = say((&mut amal, to_noor), (&mut noor, to_amal), "fleeting").await;
    let numbers =
        |history: Vec<MessageView>| -> Vec<u64> { history.into_iter().map(|m| m.number).collect() };
    assert_eq!(numbers(noor.history(to_amal).await), [stored, fleeting]);
    noor.engine.shutdown().await;
    let mut noor = place.start("Noor").await;
    assert_eq!(numbers(noor.history(to_amal).await), [stored]);
    done(&noor, Command::Clear { contact: to_amal }).await;
    assert_eq!(noor.history(to_amal).await, []);
    // What follows arrives, also over another restart.
    let (_, later) = say((&mut amal, to_noor), (&mut noor, to_amal), "later").await;
    assert_eq!(numbers(noor.history(to_amal).await), [later]);
    let wrong = Command::SetDefaults {
        defaults: Defaults {
            retention: Retention::AfterReading(60),
            ..Defaults::default()
        },
    };
    assert_eq!(noor.engine.run(wrong).await, Err(CommandError::Timer));
}

#[tokio::test(start_paused = true)]
async fn a_program_finds_again_what_it_kept() {
    let place = Place::new(41);
    let noor = place.create("Noor").await;
    let kept = |settings: &str| {
        Ok(Reply::ProgramSettings {
            settings: settings.to_owned(),
        })
    };
    assert_eq!(noor.engine.run(Command::ProgramSettings).await, kept(""));
    let set = |settings: String| Command::SetProgramSettings { settings };
    done(&noor, set("dark, 130 %".to_owned())).await;
    let long = noor.engine.run(set("x".repeat(4_097))).await;
    assert_eq!(long, Err(CommandError::ProgramSettings));
    noor.engine.shutdown().await;
    let noor = place.start("Noor").await;
    let found = noor.engine.run(Command::ProgramSettings).await;
    assert_eq!(found, kept("dark, 130 %"));
}

#[tokio::test(start_paused = true)]
async fn signs_are_told_only_to_whom_the_owner_chose() {
    let place = Place::new(35);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (to_noor, to_amal) = befriend(&mut amal, &mut noor).await;
    let (quiet, quiet_there) = say((&mut amal, to_noor), (&mut noor, to_amal), "a").await;
    let read = |up_to| Command::MarkRead {
        contact: to_amal,
        up_to,
    };
    done(&noor, read(quiet_there)).await;
    let typing = Command::SetTyping {
        contact: to_amal,
        active: true,
    };
    done(&noor, typing.clone()).await;
    let defaults = Defaults {
        read_receipts: true,
        typing: true,
        ..Defaults::default()
    };
    done(&noor, Command::SetDefaults { defaults }).await;
    let (told, told_there) = say((&mut amal, to_noor), (&mut noor, to_amal), "b").await;
    done(&noor, read(told_there)).await;
    hear_changed(&mut amal, to_noor, told, |message| message.read.is_some()).await;
    done(&noor, typing).await;
    let sign = Event::Typing {
        contact: to_noor,
        active: true,
    };
    amal.hear(|event| (event == sign).then_some(())).await;
    let history = amal.history(to_noor).await;
    let quiet = history.iter().find(|m| m.number == quiet).expect("there");
    assert_eq!(quiet.read, None);
}

#[tokio::test(start_paused = true)]
async fn both_are_shown_the_same_short_code() {
    let place = Place::new(36);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (to_noor, to_amal) = befriend(&mut amal, &mut noor).await;
    // Both dialled: one of two links is given up.
    tokio::time::sleep(Duration::from_secs(10)).await;
    done(&noor, Command::CompareShortCode { contact: to_amal }).await;
    let shown = |event| match event {
        Event::ShortCode { emoji, .. } => emoji,
        _ => None,
    };
    let code = amal.hear(shown).await;
    assert_eq!(code, noor.hear(shown).await);
    assert_eq!(code.len(), 7);
    let soon = noor
        .engine
        .run(Command::CompareShortCode { contact: to_amal });
    assert_eq!(soon.await, Err(CommandError::TooSoon));
    let _ = to_noor;
}

#[tokio::test(start_paused = true)]
async fn pages_go_on_in_both_directions_over_whatever_was_deleted() {
    let place = Place::new(39);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (to_noor, _) = befriend(&mut amal, &mut noor).await;
    let mut sent = Vec::new();
    for number in 0..30 {
        sent.push(amal.send(to_noor, &format!("{number}")).await.number);
    }
    for message in &sent[4..26] {
        let delete = Command::Delete {
            contact: to_noor,
            message: *message,
            for_both: false,
        };
        done(&amal, delete).await;
    }
    let page = async |before: Option<usize>, after: Option<usize>, limit| {
        let command = Command::History {
            contact: to_noor,
            before: before.map(|at| sent[at]),
            after: after.map(|at| sent[at]),
            limit,
        };
        match amal.run(command).await {
            Reply::Messages { messages } => {
                let texts = messages.into_iter().filter_map(|message| message.text);
                texts.collect::<Vec<_>>().join(" ")
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(page(None, Some(1), 4).await, "2 3 26 27");
    assert_eq!(page(None, Some(10), 100).await, "26 27 28 29");
    assert_eq!(page(None, Some(29), 4).await, "");
    assert_eq!(page(Some(28), Some(2), 100).await, "3 26 27");
    assert_eq!(page(Some(28), None, 4).await, "2 3 26 27");
    let beyond = Command::History {
        contact: to_noor,
        before: None,
        after: Some(u64::MAX),
        limit: 4,
    };
    let nothing = Reply::Messages {
        messages: Vec::new(),
    };
    assert_eq!(amal.run(beyond).await, nothing);
}
