//! Searching as an application does it: over edits, deletions, expiry and restarts, in a profile from before the
//! index, and what of it can be read in the files afterwards.

use std::time::Duration;

use undertone_engine::{
    Command, CommandError, ContactId, ConversationSettings, Event, QueryError, Reply, Retention,
    SearchCursor,
};
use undertone_storage::{Kind, Slot};

use crate::place::{Person, Place, befriend};

fn query(text: &str) -> Command {
    Command::Search {
        query: text.to_owned(),
        contact: None,
        from: None,
        to: None,
        before: None,
        limit: 100,
    }
}

/// What is found, newest first: contact and text; and where there is more.
async fn ask(
    person: &Person,
    command: Command,
) -> (Vec<(ContactId, String)>, Option<SearchCursor>) {
    let Reply::Found { hits, more, .. } = person.run(command).await else {
        panic!("nothing like hits");
    };
    let shown = hits.into_iter().map(|hit| {
        let text = hit.message.text.expect("it has words");
        (hit.contact, text)
    });
    (shown.collect(), more)
}

async fn find(person: &Person, text: &str) -> Vec<String> {
    let (hits, _) = ask(person, query(text)).await;
    hits.into_iter().map(|(_, text)| text).collect()
}

async fn done(person: &Person, command: Command) {
    assert_eq!(person.run(command).await, Reply::Done);
}

fn forget(contact: ContactId, message: u64) -> Command {
    Command::Delete {
        contact,
        message,
        for_both: false,
    }
}

async fn hear_text(person: &mut Person, text: &str) -> u64 {
    person
        .hear(|event| match event {
            Event::MessageReceived { message, .. } => {
                (message.text.as_deref() == Some(text)).then_some(message.number)
            }
            _ => None,
        })
        .await
}

#[tokio::test(start_paused = true)]
async fn words_prefixes_contacts_days_and_pages() {
    let place = Place::new(41);
    let mut amal = place.create("Amal").await;
    let (mut noor, mut iris) = (place.create("Noor").await, place.create("Iris").await);
    let (to_noor, from_noor) = befriend(&mut amal, &mut noor).await;
    let (to_iris, _) = befriend(&mut amal, &mut iris).await;
    amal.send(to_noor, "Die Straße am See").await;
    noor.send(from_noor, "Un café à la plage").await;
    hear_text(&mut amal, "Un café à la plage").await;
    tokio::time::sleep(Duration::from_secs(3 * 86_400)).await;
    let later = amal
        .send(to_iris, "seven streets, STRASSE by the sea")
        .await;

    assert_eq!(
        find(&amal, "strasse ").await,
        ["seven streets, STRASSE by the sea", "Die Straße am See"]
    );
    assert_eq!(find(&amal, "CAFE plag").await, ["Un café à la plage"]);
    assert_eq!(find(&noor, "cafe").await, ["Un café à la plage"]);
    assert_eq!(find(&amal, "se").await.len(), 2);
    assert_eq!(find(&amal, "se ").await, [""; 0]);
    assert_eq!(find(&amal, "se* am").await, ["Die Straße am See"]);

    let narrowed = |with, since, until| {
        let mut command = query("se");
        if let Command::Search {
            contact, from, to, ..
        } = &mut command
        {
            (*contact, *from, *to) = (with, since, until);
        }
        command
    };
    let count = async |command| ask(&amal, command).await.0.len();
    assert_eq!(count(narrowed(Some(to_noor), None, None)).await, 1);
    assert_eq!(count(narrowed(None, Some(later.time), None)).await, 1);
    assert_eq!(count(narrowed(None, Some(later.time + 1), None)).await, 0);
    assert_eq!(count(narrowed(None, None, Some(later.time))).await, 1);
    assert_eq!(
        count(narrowed(Some(to_iris), None, Some(later.time))).await,
        0
    );

    for number in 0..7 {
        amal.send(to_noor, &format!("page {number}")).await;
    }
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let mut command = query("page ");
        if let Command::Search {
            before: place,
            limit,
            ..
        } = &mut command
        {
            (*place, *limit) = (before, 3);
        }
        let (hits, more) = ask(&amal, command).await;
        found.extend(hits.into_iter().map(|(_, text)| text));
        before = more;
        if more.is_none() {
            break;
        }
    }
    let expected: Vec<String> = (0..7)
        .rev()
        .map(|number| format!("page {number}"))
        .collect();
    assert_eq!(found, expected);
    let refused = amal.engine.run(query(" .. ")).await;
    assert_eq!(refused, Err(CommandError::Search(QueryError::NoWords)));
}

#[tokio::test(start_paused = true)]
async fn what_is_changed_deleted_expired_or_not_kept_is_not_found() {
    let place = Place::new(42);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (to_noor, to_amal) = befriend(&mut amal, &mut noor).await;
    let edited = amal.send(to_noor, "word before").await.number;
    let deleted = amal.send(to_noor, "word deleted").await.number;
    hear_text(&mut noor, "word deleted").await;
    let edit = Command::Edit {
        contact: to_noor,
        message: edited,
        text: "word afterwards".to_owned(),
    };
    done(&amal, edit).await;
    let delete = Command::Delete {
        contact: to_noor,
        message: deleted,
        for_both: true,
    };
    done(&amal, delete).await;
    noor.hear(|event| match event {
        Event::MessageChanged { message, .. } => {
            (message.line == undertone_engine::Line::Deleted).then_some(())
        }
        _ => None,
    })
    .await;
    for person in [&amal, &noor] {
        assert_eq!(find(person, "word").await, ["word afterwards"]);
        assert_eq!(find(person, "before").await, [""; 0]);
    }

    let timer = Command::SetTimer {
        contact: to_noor,
        seconds: 60,
    };
    amal.run(timer).await;
    let fleeting = amal.send(to_noor, "word that goes").await.number;
    assert_eq!(find(&amal, "goes").await.len(), 1);
    amal.hear(|event| match event {
        Event::MessageRemoved { message, .. } => (message == fleeting).then_some(()),
        _ => None,
    })
    .await;
    assert_eq!(find(&amal, "goes").await, [""; 0]);

    let nothing = Command::SetConversation {
        contact: to_amal,
        settings: ConversationSettings {
            retention: Some(Retention::Nothing),
            ..ConversationSettings::default()
        },
    };
    done(&noor, nothing).await;
    noor.send(to_amal, "word in memory").await;
    hear_text(&mut amal, "word in memory").await;
    assert_eq!(find(&noor, "memory").await, [""; 0]);
    assert_eq!(find(&amal, "memory").await, ["word in memory"]);
    // What was not kept is no reason to build the index anew.
    noor.engine.shutdown().await;
    let noor = place.start("Noor").await;
    assert_eq!(find(&noor, "word afterwards").await.len(), 1);

    done(&amal, Command::Clear { contact: to_noor }).await;
    assert_eq!(find(&amal, "word").await, [""; 0]);
    amal.send(to_noor, "word after all").await;
    amal.engine.shutdown().await;
    let amal = place.start("Amal").await;
    assert_eq!(find(&amal, "word").await, ["word after all"]);
}

/// Which of these words can be read in the files of a profile that does not run, with today's passphrase, in
/// records of messages and of the index, in use or not.
pub(crate) fn readable<'a>(place: &Place, name: &str, words: &[&'a str]) -> Vec<(&'a str, Kind)> {
    let store = place.store(name);
    let all = undertone_storage::inspection::remnants(&store, &place.home(name));
    let mut found = Vec::new();
    for remnant in all.expect("readable") {
        for word in words {
            let mut windows = remnant.value.windows(word.len());
            if let Some(kind) = remnant.kind
                && windows.any(|window| window == word.as_bytes())
            {
                found.push((*word, kind));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The words of deleted messages, and of a cleared conversation, are in no file: neither in records of messages
/// nor in those of the index.
#[tokio::test(start_paused = true)]
async fn nothing_of_what_was_deleted_can_be_read() {
    let place = Place::new(43);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (to_noor, _) = befriend(&mut amal, &mut noor).await;
    let words = ["alpacasnow", "bisonmoor", "quaggabay"];
    let mut numbers = Vec::new();
    for word in words {
        numbers.push(amal.send(to_noor, word).await.number);
        // It leaves the outbox.
        hear_text(&mut noor, word).await;
    }
    amal.hear(|event| match event {
        Event::MessageChanged { message, .. } => (message.number == numbers[2]
            && message.delivery == undertone_engine::Delivery::Received)
            .then_some(()),
        _ => None,
    })
    .await;
    amal.engine.shutdown().await;
    let control = readable(&place, "Amal", &words);
    for word in words {
        for kind in [Kind::Message, Kind::Search] {
            assert!(control.contains(&(word, kind)), "control: {word} {kind:?}");
        }
    }
    let amal = place.start("Amal").await;
    done(&amal, forget(to_noor, numbers[0])).await;
    amal.engine.shutdown().await;
    let left = readable(&place, "Amal", &words);
    assert!(left.iter().all(|(word, _)| *word != words[0]), "{left:?}");
    assert!(left.contains(&(words[1], Kind::Search)), "the others stay");
    let amal = place.start("Amal").await;
    done(&amal, Command::Clear { contact: to_noor }).await;
    amal.engine.shutdown().await;
    let left = readable(&place, "Amal", &words);
    // A message that waited for its delivery stood in the outbox, whose day is erased as well.
    assert_eq!(left, []);
}

#[tokio::test(start_paused = true)]
async fn a_profile_from_before_the_index_gets_one() {
    let place = Place::new(44);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (to_noor, _) = befriend(&mut amal, &mut noor).await;
    for number in 0..20 {
        amal.send(to_noor, &format!("old words {number}")).await;
    }
    amal.engine.shutdown().await;
    let store = place.store("Amal");
    let index = Slot::Conversation {
        conversation: *to_noor.as_bytes(),
        day: u32::MAX,
    };
    store.erase(index).expect("erased");
    let mut records = 0;
    store
        .scan(Kind::Search, |_, _, _| records += 1)
        .expect("readable");
    assert_eq!(records, 0, "control: there is no index");
    drop(store);
    let mut amal = place.start("Amal").await;
    amal.send(to_noor, "new words").await;
    amal.hear(|event| (event == Event::SearchIndex { percent: 100 }).then_some(()))
        .await;
    let found = find(&amal, "words").await;
    assert_eq!(found.len(), 21);
    assert_eq!(found[0], "new words");
    let Reply::Found { index_percent, .. } = amal.run(query("words")).await else {
        panic!("nothing like hits");
    };
    assert_eq!(index_percent, None);
}
