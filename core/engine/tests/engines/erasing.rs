//! What of deleted, expired, cleared, edited and drafted words can be read in the files with today's passphrase: in
//! the outbox and under the key of the state as well. Each profile is looked at after its program was killed, so that
//! nothing is renewed by an orderly end.

use std::time::Duration;

use undertone_engine::{
    Command, ContactId, ConversationSettings, Delivery, Event, Reply, Retention,
};
use undertone_storage::Kind;

use crate::place::{Person, Place, befriend};
use crate::search::readable;

async fn done(person: &Person, command: Command) {
    assert_eq!(person.run(command).await, Reply::Done);
}

fn forget(contact: ContactId, message: u64, for_both: bool) -> Command {
    Command::Delete {
        contact,
        message,
        for_both,
    }
}

fn edit(contact: ContactId, message: u64, text: &str) -> Command {
    Command::Edit {
        contact,
        message,
        text: text.to_owned(),
    }
}

fn draft(contact: ContactId, text: &str) -> Command {
    Command::SetDraft {
        contact,
        text: text.to_owned(),
    }
}

/// Ends a program without an orderly end.
async fn kill(place: &Place, person: Person) {
    let node = person.transport.id();
    drop(person.engine);
    place.network.crash(node);
    tokio::time::sleep(Duration::from_secs(1)).await;
}

async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

async fn two(place: &Place) -> (Person, Person, ContactId, ContactId) {
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (to_noor, to_amal) = befriend(&mut amal, &mut noor).await;
    // Both dialled: one of two links is given up.
    pass(30).await;
    (amal, noor, to_noor, to_amal)
}

/// Noor is away until she shows herself again.
async fn hide(amal: &mut Person, noor: &Person) {
    done(noor, Command::SetHidden { hidden: true }).await;
    amal.hear(|event| match event {
        Event::ContactChanged { contact } => (!contact.connected).then_some(()),
        _ => None,
    })
    .await;
}

async fn hear_delivery(person: &mut Person, number: u64, wanted: Delivery) {
    person
        .hear(|event| match event {
            Event::MessageChanged { message, .. } => {
                (message.number == number && message.delivery == wanted).then_some(())
            }
            _ => None,
        })
        .await;
}

/// What of these words can be read, and in which kinds of records.
fn left<'a>(place: &Place, words: &[&'a str]) -> Vec<(&'a str, Kind)> {
    readable(place, "Amal", words)
}

#[tokio::test(start_paused = true)]
async fn words_under_way_go_from_the_outbox_with_their_message() {
    let place = Place::new(51);
    let (amal, noor, to_noor, to_amal) = two(&place).await;
    // What Amal says arrives, and she does not hear of it.
    place
        .network
        .stall(noor.transport.id(), amal.transport.id());
    let mut numbers = Vec::new();
    for word in ["alpacasnow", "bisonmoor", "quaggabay", "oryxplain"] {
        numbers.push(amal.send(to_noor, word).await.number);
    }
    assert_eq!(amal.history(to_noor).await[3].delivery, Delivery::Sent);
    done(&amal, forget(to_noor, numbers[0], false)).await;
    done(&amal, edit(to_noor, numbers[1], "ibexcliff")).await;
    done(&amal, forget(to_noor, numbers[1], true)).await;
    done(&amal, edit(to_noor, numbers[2], "tapirgrove")).await;
    done(&amal, edit(to_noor, numbers[2], "zebrahill")).await;
    kill(&place, amal).await;
    let gone = [
        "alpacasnow",
        "bisonmoor",
        "ibexcliff",
        "quaggabay",
        "tapirgrove",
    ];
    assert_eq!(left(&place, &gone), []);
    let kept = left(&place, &["oryxplain", "zebrahill"]);
    for word in ["oryxplain", "zebrahill"] {
        for kind in [Kind::Message, Kind::Outbox] {
            assert!(kept.contains(&(word, kind)), "control: {word} {kind:?}");
        }
    }
    // Nothing is stuck by it, and both sides agree about what both have.
    place.network.heal();
    let amal = place.start("Amal").await;
    while amal.contact(to_noor).await.waiting > 0 {
        pass(1).await;
    }
    let texts = |history: Vec<undertone_engine::MessageView>| -> Vec<Option<String>> {
        history.into_iter().map(|message| message.text).collect()
    };
    let words = |all: &[&str]| -> Vec<Option<String>> {
        let shown = |word: &&str| (!word.is_empty()).then(|| (*word).to_owned());
        all.iter().map(shown).collect()
    };
    let (here, there) = (amal.history(to_noor).await, noor.history(to_amal).await);
    assert_eq!(texts(here), words(&["", "zebrahill", "oryxplain"]));
    assert_eq!(
        texts(there),
        words(&["alpacasnow", "", "zebrahill", "oryxplain"])
    );
}

#[tokio::test(start_paused = true)]
async fn words_that_did_not_leave_or_have_arrived_go_from_the_state() {
    let place = Place::new(52);
    let (mut amal, noor, to_noor, _) = two(&place).await;
    // Acknowledged a moment ago: its record in the outbox is deleted, and its key is that of the state.
    let arrived = amal.send(to_noor, "alpacasnow").await.number;
    hear_delivery(&mut amal, arrived, Delivery::Received).await;
    done(&amal, forget(to_noor, arrived, false)).await;
    hide(&mut amal, &noor).await;
    let waits = amal.send(to_noor, "bisonmoor").await.number;
    done(&amal, forget(to_noor, waits, false)).await;
    let rough = amal.send(to_noor, "quaggabay").await.number;
    done(&amal, edit(to_noor, rough, "zebrahill")).await;
    kill(&place, amal).await;
    assert_eq!(left(&place, &["alpacasnow", "bisonmoor", "quaggabay"]), []);
    assert!(left(&place, &["zebrahill"]).contains(&("zebrahill", Kind::Outbox)));
}

#[tokio::test(start_paused = true)]
async fn a_draft_that_was_thrown_away_or_sent_is_gone_soon() {
    let place = Place::new(53);
    let (amal, _noor, to_noor, _) = two(&place).await;
    done(&amal, draft(to_noor, "alpacasn")).await;
    done(&amal, draft(to_noor, "alpacasnow")).await;
    done(&amal, draft(to_noor, "")).await;
    kill(&place, amal).await;
    // The control: killed within the minute.
    let found = left(&place, &["alpacasnow"]);
    assert_eq!(found, [("alpacasnow", Kind::Conversation)]);
    let amal = place.start("Amal").await;
    done(&amal, draft(to_noor, "bisonmoor")).await;
    done(&amal, draft(to_noor, "quaggabay")).await;
    pass(100).await;
    kill(&place, amal).await;
    let words = ["alpacasnow", "bisonmoor", "quaggabay"];
    assert_eq!(left(&place, &words), [("quaggabay", Kind::Conversation)]);
    let amal = place.start("Amal").await;
    // It becomes a message, and that is deleted.
    let sent = amal.send(to_noor, "quaggabay").await.number;
    done(&amal, draft(to_noor, "")).await;
    done(&amal, forget(to_noor, sent, false)).await;
    kill(&place, amal).await;
    assert_eq!(left(&place, &words), []);
}

#[tokio::test(start_paused = true)]
async fn what_waits_in_a_cleared_conversation_is_gone_and_never_leaves() {
    let place = Place::new(54);
    let (mut amal, noor, to_noor, to_amal) = two(&place).await;
    hide(&mut amal, &noor).await;
    amal.send(to_noor, "alpacasnow").await;
    done(&amal, draft(to_noor, "bisonmoor")).await;
    done(&amal, Command::Clear { contact: to_noor }).await;
    amal.send(to_noor, "oryxplain").await;
    kill(&place, amal).await;
    assert_eq!(left(&place, &["alpacasnow", "bisonmoor"]), []);
    let _amal = place.start("Amal").await;
    done(&noor, Command::SetHidden { hidden: false }).await;
    let mut noor = noor;
    let first = noor.hear(|event| match event {
        Event::MessageReceived { message, .. } => message.text,
        _ => None,
    });
    assert_eq!(first.await, "oryxplain");
    assert_eq!(noor.history(to_amal).await.len(), 1);
}

/// What expires while it waits is neither lost nor kept for longer than its time after it left.
#[tokio::test(start_paused = true)]
async fn an_expired_message_waits_to_leave_and_is_gone_then() {
    let place = Place::new(55);
    let (mut amal, noor, to_noor, to_amal) = two(&place).await;
    let timer = Command::SetTimer {
        contact: to_noor,
        seconds: 300,
    };
    amal.run(timer).await;
    pass(10).await;
    hide(&mut amal, &noor).await;
    let number = amal.send(to_noor, "alpacasnow").await.number;
    pass(1_000).await;
    let shown = amal.history(to_noor).await;
    let waits = shown.iter().find(|message| message.number == number);
    assert_eq!(
        waits.map(|message| message.delivery),
        Some(Delivery::Waiting)
    );
    done(&noor, Command::SetHidden { hidden: false }).await;
    hear_delivery(&mut amal, number, Delivery::Received).await;
    assert_eq!(noor.history(to_amal).await.len(), 2);
    pass(302).await;
    assert_eq!(
        amal.history(to_noor).await.len(),
        1,
        "the line of the timer"
    );
    pass(62).await;
    kill(&place, amal).await;
    assert_eq!(left(&place, &["alpacasnow"]), []);
}

fn keep(contact: ContactId, retention: Retention) -> Command {
    let settings = ConversationSettings {
        retention: Some(retention),
        ..ConversationSettings::default()
    };
    Command::SetConversation { contact, settings }
}

async fn drafted(person: &Person, contact: ContactId) -> Option<String> {
    let Reply::Conversations { conversations } = person.run(Command::Conversations).await else {
        panic!("no conversations");
    };
    let found = conversations.into_iter().find(|one| one.contact == contact);
    found.and_then(|one| one.draft)
}

/// Where nothing is kept, a message of ours is in the files while it waits and for a minute after it was received, and a
/// draft never.
#[tokio::test(start_paused = true)]
async fn where_nothing_is_kept_neither_drafts_nor_what_was_said_stays() {
    let words = ["alpacasnow", "bisonmoor", "quaggabay", "oryxplain"];
    for kept in [true, false] {
        let place = Place::new(56);
        let (mut amal, noor, to_noor, to_amal) = two(&place).await;
        done(&amal, draft(to_noor, words[0])).await;
        let retention = if kept {
            Retention::UntilDeleted
        } else {
            Retention::Nothing
        };
        done(&amal, keep(to_noor, retention)).await;
        done(&noor, keep(to_amal, retention)).await;
        assert_eq!(drafted(&amal, to_noor).await.as_deref(), Some(words[0]));
        let number = amal.send(to_noor, words[1]).await.number;
        hear_delivery(&mut amal, number, Delivery::Received).await;
        noor.send(to_amal, words[2]).await;
        amal.hear(|event| matches!(event, Event::MessageReceived { .. }).then_some(()))
            .await;
        done(&amal, draft(to_noor, words[3])).await;
        assert_eq!(drafted(&amal, to_noor).await.as_deref(), Some(words[3]));
        pass(62).await;
        kill(&place, amal).await;
        let left = left(&place, &words);
        // The control: the same, kept, is there.
        assert_eq!(left.is_empty(), !kept, "{left:?}");
        if kept {
            for word in &words[1..] {
                assert!(left.iter().any(|(found, _)| found == word), "{word}");
            }
        }
    }
}
/// Sets a picture of one colour.
fn picture(colour: [u8; 3]) -> Command {
    let pixels = image::RgbImage::from_pixel(200, 200, image::Rgb(colour));
    let mut file = std::io::Cursor::new(Vec::new());
    pixels
        .write_to(&mut file, image::ImageFormat::Png)
        .expect("written");
    let jpeg = undertone_engine::picture::shrink(&file.into_inner()).expect("a picture");
    let picture = Some(data_encoding::BASE64.encode(&jpeg));
    Command::SetPicture { picture }
}

async fn stored_picture(person: &Person, of: Option<ContactId>) -> Vec<u8> {
    let Reply::Picture { picture } = person.run(Command::Picture { contact: of }).await else {
        panic!("no picture");
    };
    let jpeg = picture.expect("a picture").jpeg;
    data_encoding::BASE64
        .decode(jpeg.as_bytes())
        .expect("base64")
}

fn is_left(place: &Place, name: &str, bytes: &[u8]) -> bool {
    let store = place.store(name);
    let all = undertone_storage::inspection::remnants(&store, &place.home(name));
    let all = all.expect("readable");
    all.iter()
        .any(|one| one.value.windows(bytes.len()).any(|found| found == bytes))
}

#[tokio::test(start_paused = true)]
async fn pictures_that_the_owner_replaces_or_removes_are_gone_at_once() {
    for last in [Some([0, 0, 200]), None] {
        let place = Place::new(58);
        let (amal, noor, _, _) = two(&place).await;
        done(&amal, picture([200, 0, 0])).await;
        let red = stored_picture(&amal, None).await;
        // It is told.
        pass(30).await;
        let other = match last {
            Some(colour) => picture(colour),
            None => Command::SetPicture { picture: None },
        };
        done(&amal, other).await;
        let blue = match last {
            Some(_) => Some(stored_picture(&amal, None).await),
            None => None,
        };
        kill(&place, amal).await;
        assert!(!is_left(&place, "Amal", &red));
        if let Some(blue) = blue {
            assert!(is_left(&place, "Amal", &blue), "control");
        }
        noor.engine.shutdown().await;
    }
}

#[tokio::test(start_paused = true)]
async fn pictures_that_contacts_replace_are_gone_within_an_hour_and_after_a_start() {
    let place = Place::new(59);
    let (amal, mut noor, _, to_amal) = two(&place).await;
    let mut seen = Vec::new();
    for colour in [[200, 0, 0], [0, 200, 0]] {
        done(&amal, picture(colour)).await;
        pass(30).await;
        seen.push(stored_picture(&noor, Some(to_amal)).await);
    }
    kill(&place, noor).await;
    assert!(is_left(&place, "Noor", &seen[0]), "control: not yet");
    noor = place.start("Noor").await;
    pass(10).await;
    kill(&place, noor).await;
    assert!(!is_left(&place, "Noor", &seen[0]), "done with the start");
    assert!(is_left(&place, "Noor", &seen[1]), "control");
    noor = place.start("Noor").await;
    pass(600).await;
    done(&amal, Command::SetPicture { picture: None }).await;
    pass(3_700).await;
    kill(&place, noor).await;
    assert!(!is_left(&place, "Noor", &seen[1]), "within an hour");
}
