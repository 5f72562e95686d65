//! The index as a whole, on a store on the disk.

mod bounds;
mod building;
mod changes;
mod random;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;
use undertone_protocol::RecordKey;
use undertone_storage::inspection::remnants;
use undertone_storage::{DataKey, Home, Kind, Slot};
use undertone_wire::{MessageId, v1};

use super::parts::{Catalogue, Head};
use super::*;
use crate::records::name;

const DAY: u64 = 86_400;
const START: u64 = 20_000 * DAY;

fn contact(number: u8) -> ContactId {
    ContactId::from_bytes([number; 16])
}

fn query(text: &str) -> Query {
    Query {
        text: text.to_owned(),
        contact: None,
        from: None,
        to: None,
        before: None,
        limit: 1_000,
    }
}

/// The record of a message as the machine writes it.
fn record(number: u64, time: u64, text: &str) -> Zeroizing<Vec<u8>> {
    let id = MessageId::from_bytes([1; 16]);
    let content = v1::Content {
        id,
        parents: Vec::new(),
        kind: v1::Kind::Text(v1::Text {
            text: text.to_owned(),
            ..v1::Text::default()
        }),
    };
    let content = Zeroizing::new(content.encode().expect("a text"));
    let day = (time / DAY) as u32;
    let message = StoredMessage::new(number, id, None, time, day, content);
    message.encode().expect("a record")
}

struct Place {
    directory: TempDir,
    store: Store,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let home = Home::create(directory.path().join("home")).expect("a home");
        let store = Store::create_with_key(&home, &DataKey::from_bytes([7; 32])).expect("a store");
        Self { directory, store }
    }

    fn reopen(self) -> Self {
        let Self { directory, store } = self;
        drop(store);
        let home = Home::open(directory.path().join("home")).expect("a home");
        let store = Store::open_with_key(&home, &DataKey::from_bytes([7; 32])).expect("a store");
        Self { directory, store }
    }

    /// A change set as a step makes it; `None`: the message is deleted.
    fn set(&self, said: &[(ContactId, u64, u64, Option<&str>)], later: bool) -> ChangeSet {
        let mut set = ChangeSet::new();
        let mut all = Vec::new();
        for (contact, number, time, text) in said {
            let (kind, id) = name(RecordKey::Message(*contact, *number));
            let record = text.map(|text| record(*number, *time, text));
            all.push(Said {
                contact: *contact,
                number: *number,
                record: record.clone(),
                is_built_later: later,
            });
            match record {
                Some(record) => set.put(kind, &id, day(*contact, *time), record),
                None => set.delete(kind, &id),
            };
        }
        let damaged = update(&self.store, &mut set, all).expect("an update");
        assert_eq!(damaged, []);
        set
    }

    fn commit(&self, said: &[(ContactId, u64, u64, Option<&str>)]) {
        let set = self.set(said, false);
        self.store.commit(set).expect("a commit");
    }

    /// What the engine does after a deletion, before it answers.
    fn seal_again(&self, contact: ContactId) {
        self.store.reseal(parts::slot(contact)).expect("sealed");
    }

    fn survey(&self, conversations: &[(ContactId, u64, u64)]) -> Builder {
        Builder::survey(&self.store, conversations.iter().copied()).expect("a survey")
    }

    /// Builds what is behind; gives the number of steps.
    fn build(&self, builder: &mut Builder, conversations: &[(ContactId, u64, u64)]) -> usize {
        for steps in 0.. {
            let Some((contact, begin)) = builder.next() else {
                assert_eq!(builder.percent(), None);
                return steps;
            };
            assert!(builder.percent().is_some_and(|percent| percent < 100));
            let (_, first, next) = conversations
                .iter()
                .find(|(id, ..)| *id == contact)
                .expect("one of them");
            let mut set = ChangeSet::new();
            let built = step(&self.store, &mut set, contact, (begin, *next)).expect("a step");
            self.store.commit(set).expect("a commit");
            builder.stepped(contact, &built, (*first, *next));
        }
        unreachable!()
    }

    fn say(&self, contact: ContactId, number: u64, time: u64, text: &str) {
        self.commit(&[(contact, number, time, Some(text))]);
    }

    fn find(&self, text: &str) -> Vec<(u8, u64)> {
        self.find_all(&query(text))
    }

    /// All pages of a query.
    fn find_all(&self, query: &Query) -> Vec<(u8, u64)> {
        let contacts: Vec<_> = (0..10).map(contact).collect();
        let mut query = query.clone();
        let mut found = Vec::new();
        loop {
            let page = search(&self.store, &contacts, &query).expect("a page");
            assert!(page.hits.len() <= query.limit as usize);
            assert!(page.more.is_none() || page.hits.len() == query.limit as usize);
            found.extend(
                page.hits
                    .iter()
                    .map(|hit| (hit.contact.as_bytes()[0], hit.number)),
            );
            match page.more {
                Some(more) => query.before = Some(more),
                None => return found,
            }
        }
    }

    /// Which of these words stand in records of the index that can be opened with today's keys, in use or
    /// not.
    fn readable<'a>(&self, words: &[&'a str]) -> Vec<&'a str> {
        let all = remnants(&self.store, self.directory.path()).expect("readable");
        let has_word = |value: &[u8], word: &str| {
            let mut windows = value.windows(word.len());
            windows.any(|window| window == word.as_bytes())
        };
        let is_there = |word: &&str| {
            all.iter()
                .any(|one| one.kind == Some(Kind::Search) && has_word(&one.value, word))
        };
        words.iter().copied().filter(is_there).collect()
    }

    fn catalogue(&self, contact: ContactId) -> (Catalogue, usize) {
        let bytes = Head::read(&self.store, contact)
            .expect("readable")
            .expect("a head");
        (Head::open(&bytes).expect("whole").catalogue, bytes.len())
    }
}

fn day(contact: ContactId, time: u64) -> Slot {
    Slot::Conversation {
        conversation: *contact.as_bytes(),
        day: (time / DAY) as u32,
    }
}

/// Words without a common beginning with others here: they stand in the index in one piece.
const ANIMALS: [&str; 6] = ["alpaca", "bison", "dingo", "ibex", "quagga", "zebra"];

/// Searches go on while another thread writes, and never lose what was there before.
#[test]
fn a_search_beside_changes_finds_everything_that_was_there() {
    let place = Place::new();
    let (written, done) = (AtomicU64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let filler: Vec<String> = (0..50).map(|number| format!("filler{number}")).collect();
            for number in 1..=300 {
                let text = format!(
                    "needle {} n{number}",
                    filler[(number % 40) as usize..].join(" ")
                );
                place.say(contact(1), number, START + number, &text);
                written.store(number, Ordering::Release);
            }
            done.store(true, Ordering::Release);
        });
        let mut searches = 0;
        while !done.load(Ordering::Acquire) {
            let before = written.load(Ordering::Acquire);
            let found = place.find("needle");
            let numbers: Vec<u64> = found.iter().map(|(_, number)| *number).rev().collect();
            assert!(numbers.len() as u64 >= before);
            assert!(
                (1..)
                    .zip(&numbers)
                    .all(|(expected, number)| expected == *number)
            );
            searches += 1;
        }
        assert!(searches > 3, "{searches}");
    });
    assert!(
        place.catalogue(contact(1)).0.next_part > 5,
        "parts were made and put together"
    );
}

/// Pages stay where they are when something newer comes between them.
#[test]
fn new_messages_do_not_move_the_next_page() {
    let place = Place::new();
    let mut number = 0;
    let mut more = || {
        for _ in 0..7 {
            number += 1;
            place.say(contact(1), number, START + number / 3, "needle");
        }
        number
    };
    let count = (more(), more(), more()).2;
    let mut query = Query {
        limit: 4,
        ..query("needle")
    };
    let mut found = Vec::new();
    loop {
        let page = search(&place.store, &[contact(1)], &query).expect("a page");
        found.extend(page.hits.iter().map(|hit| hit.number));
        query.before = page.more;
        if page.more.is_none() {
            break;
        }
        more();
    }
    assert_eq!(found, (1..=count).rev().collect::<Vec<_>>());
}

#[test]
fn what_cannot_be_searched_is_said() {
    let place = Place::new();
    place.say(contact(1), 1, START, "text");
    let asked = |text: &str| search(&place.store, &[contact(1)], &query(text));
    assert!(matches!(
        asked(" !"),
        Err(SearchError::Query(QueryError::NoWords))
    ));
    assert!(matches!(
        asked(&"x".repeat(2_000)),
        Err(SearchError::Query(QueryError::TooLong))
    ));
    assert!(asked("text").is_ok_and(|page| page.hits.len() == 1));
    let none = Query {
        limit: 0,
        ..query("text")
    };
    let page = search(&place.store, &[contact(1)], &none).expect("a page");
    assert_eq!(page.hits.len(), 1, "a limit is at least one");
    assert_eq!(format!("{:?}", query("secret")), "Query(..)");
}

/// Shared out among threads, many conversations give the same pages.
#[test]
fn many_conversations_are_searched_together() {
    let place = Place::new();
    let id = |number: u16| {
        let mut bytes = [0; 16];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        ContactId::from_bytes(bytes)
    };
    let contacts: Vec<_> = (0..300).map(id).collect();
    let mut set = ChangeSet::new();
    let said = contacts.iter().zip(0_u64..).map(|(contact, number)| Said {
        contact: *contact,
        number: 1,
        // Several at the same time.
        record: Some(record(1, START + number / 7, "needle")),
        is_built_later: false,
    });
    update(&place.store, &mut set, said.collect()).expect("an update");
    place.store.commit(set).expect("a commit");
    let mut query = Query {
        limit: 70,
        ..query("needle")
    };
    let mut found = Vec::new();
    loop {
        let page = search(&place.store, &contacts, &query).expect("a page");
        found.extend(page.hits.iter().map(|hit| hit.contact));
        query.before = page.more;
        if page.more.is_none() {
            break;
        }
    }
    let mut expected: Vec<_> = (0..300_u16).collect();
    expected.sort_by_key(|number| (std::cmp::Reverse(number / 7), *number));
    let expected: Vec<_> = expected.into_iter().map(id).collect();
    assert_eq!(found, expected);
}
