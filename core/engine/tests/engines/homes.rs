//! Several profiles of one home in one process: each talks for itself, all survive a crash, and what destroys one of them from
//! elsewhere ends it.

use std::time::Duration;

use undertone_engine::{Command, CommandError, ContactId, Event, Reply, StopReason};
use undertone_storage::{Home, KdfParameters, OpenError, Store, VaultId};

use crate::place::{Person, Place, befriend};

const NAMES: [&str; 4] = ["Amal", "Noor", "Sami", "Zeynep"];

fn cost() -> KdfParameters {
    KdfParameters::testing()
}

/// So many profiles of one home, all of them running.
async fn household(place: &Place, count: usize) -> (Home, Vec<Person>) {
    let home = Home::create(place.home("home")).expect("a home");
    let mut people = Vec::new();
    for name in &NAMES[..count] {
        let store = if people.is_empty() {
            Store::create(&home, name.as_bytes(), cost()).expect("a store")
        } else {
            home.create_beside(name.as_bytes(), cost())
                .expect("a store")
        };
        people.push(place.create_in(name, store, None).await);
    }
    (home, people)
}

async fn hear_text(person: &mut Person) -> String {
    person
        .hear(|event| match event {
            Event::MessageReceived { message, .. } => message.text,
            _ => None,
        })
        .await
}

async fn hear_end(person: &mut Person) -> StopReason {
    person
        .hear(|event| match event {
            Event::Stopped { reason } => Some(reason),
            _ => None,
        })
        .await
}

async fn texts(person: &Person, contact: ContactId) -> Vec<String> {
    let history = person.history(contact).await;
    history.into_iter().filter_map(|one| one.text).collect()
}

/// Two, and four, each with a friend of another home; then all of them crash in the middle of a conversation.
#[tokio::test(start_paused = true)]
async fn profiles_of_one_home_talk_at_once_and_survive_a_crash() {
    for (seed, count) in [(71, 2), (72, 4)] {
        let place = Place::new(seed);
        let (home, mut people) = household(&place, count).await;
        let mut friend = place.create("Friend").await;
        let mut ids = Vec::new();
        for person in &mut people {
            ids.push(befriend(person, &mut friend).await);
        }
        for round in 0..5 {
            for (person, (friend_id, person_id)) in people.iter().zip(&ids) {
                person.send(*friend_id, &format!("to {round}")).await;
                friend.send(*person_id, &format!("from {round}")).await;
            }
        }
        for person in &mut people {
            while hear_text(person).await != "from 4" {}
        }
        for (person, (friend_id, _)) in people.iter().zip(&ids) {
            person.send(*friend_id, "the last").await;
        }
        for person in people {
            let node = person.transport.id();
            drop(person.engine);
            place.network.crash(node);
        }
        // The dropped engines let go of their stores when their tasks see that nobody is there.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mut people = Vec::new();
        for name in NAMES[..count].iter().rev() {
            let store = Store::open(&home, name.as_bytes()).expect("it opens");
            people.insert(0, place.start_in(name, store).await);
        }
        for (index, (person, (friend_id, person_id))) in people.iter_mut().zip(&ids).enumerate() {
            friend.send(*person_id, "again").await;
            assert_eq!(hear_text(person).await, "again");
            let mut told = texts(person, *friend_id).await;
            let mut expected: Vec<String> = (0..5)
                .flat_map(|round| [format!("to {round}"), format!("from {round}")])
                .chain(["the last".to_owned(), "again".to_owned()])
                .collect();
            told.sort();
            expected.sort();
            assert_eq!(told, expected, "{index}");
            // Nothing of the others.
            let Reply::Contacts { contacts } = person.run(Command::Contacts).await else {
                panic!("no contacts");
            };
            assert_eq!(contacts.len(), 1);
        }
        for (_, person_id) in &ids {
            while texts(&friend, *person_id).await.len() < 12 {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// One of them ends in order, and the others do not notice.
#[tokio::test(start_paused = true)]
async fn one_ends_and_comes_back_beside_the_other() {
    let place = Place::new(73);
    let (home, mut people) = household(&place, 2).await;
    let (mut noor, mut amal) = (people.remove(1), people.remove(0));
    // Two of one home can be contacts like any others.
    let (noor_id, amal_id) = befriend(&mut amal, &mut noor).await;
    noor.engine.shutdown().await;
    amal.send(noor_id, "are you there?").await;
    assert!(matches!(
        Store::open(&home, b"Amal"),
        Err(OpenError::AlreadyOpen)
    ));
    let store = Store::open(&home, b"Noor").expect("it opens");
    let mut noor = place.start_in("Noor", store).await;
    assert_eq!(hear_text(&mut noor).await, "are you there?");
    noor.send(amal_id, "yes").await;
    assert_eq!(hear_text(&mut amal).await, "yes");
}

/// Panic in one of them.
#[tokio::test(start_paused = true)]
async fn destroying_ends_all_that_run() {
    let place = Place::new(74);
    let (home, mut people) = household(&place, 4).await;
    let done = people[2].engine.run(Command::Destroy).await;
    assert_eq!(done, Ok(Reply::Done));
    for person in &mut people {
        assert_eq!(hear_end(person).await, StopReason::Destroyed);
        let refused = person.engine.run(Command::Profile).await;
        assert_eq!(refused, Err(CommandError::Closed));
    }
    for name in NAMES {
        assert!(Store::open(&home, name.as_bytes()).is_err());
    }
}

/// A passphrase that wipes, entered while what it destroys is running and idle.
#[tokio::test(start_paused = true)]
async fn a_wipe_ends_those_that_it_destroys() {
    let place = Place::new(75);
    let (home, mut people) = household(&place, 3).await;
    let decoy = people.remove(1);
    decoy.engine.shutdown().await;
    let store = Store::open(&home, b"Noor").expect("it opens");
    let others = VaultId::ALL.into_iter().filter(|one| *one != store.vault());
    let others: Vec<VaultId> = others.collect();
    store.set_wipe(b"wiping", cost(), &others).expect("set");
    store.lock().expect("closed");
    let mut friend = place.create("Friend").await;
    let (friend_id, _) = befriend(&mut people[0], &mut friend).await;
    let store = Store::open(&home, b"wiping").expect("it opens");
    for person in &mut people {
        assert_eq!(hear_end(person).await, StopReason::Destroyed);
    }
    let text = "nobody hears it".to_owned();
    let send = Command::Send {
        contact: friend_id,
        text,
        reply_to: None,
    };
    let refused = people[0].engine.run(send).await;
    assert_eq!(refused, Err(CommandError::Closed));
    let decoy = place.start_in("Noor", store).await;
    let Reply::Profile(view) = decoy.run(Command::Profile).await else {
        panic!("no profile");
    };
    assert_eq!(view.nickname, "Noor");
}
