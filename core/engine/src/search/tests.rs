//! The index as a whole, on a store on the disk.

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

/// What is said, kept in the plainest way.
#[derive(Default)]
struct Model(BTreeMap<(u8, u64), (u64, String)>);

impl Model {
    fn find(&self, query: &Query) -> Vec<(u8, u64)> {
        let mut words: Vec<&str> = query.text.split(' ').collect();
        let last = words.pop().unwrap_or("");
        let fits = |text: &str| {
            let said: Vec<&str> = text.split(' ').collect();
            let begins = |start: &str| said.iter().any(|word| word.starts_with(start));
            let has = |word: &&str| match word.strip_suffix('*') {
                Some(start) => begins(start),
                None => said.contains(word),
            };
            words.iter().all(has) && begins(last.trim_end_matches('*'))
        };
        let mut found: Vec<_> = self
            .0
            .iter()
            .filter(|((one, _), (time, text))| {
                query.contact.is_none_or(|only| only == contact(*one))
                    && query.from.is_none_or(|from| *time >= from)
                    && query.to.is_none_or(|to| *time < to)
                    && fits(text)
            })
            .map(|((contact, number), (time, _))| (*contact, *number, *time))
            .collect();
        found.sort_by_key(|(contact, number, time)| {
            (
                std::cmp::Reverse(*time),
                *contact,
                std::cmp::Reverse(*number),
            )
        });
        found
            .into_iter()
            .map(|(contact, number, _)| (contact, number))
            .collect()
    }
}

fn word(rng: &mut impl Rng) -> String {
    let rank = rng.random_range(0_u64..60).pow(2) / 20;
    format!("{}{rank}", ["lo", "lot", "mi", "na"][(rank % 4) as usize])
}

fn sentence(rng: &mut impl Rng) -> String {
    let count = rng.random_range(1..12);
    let words: Vec<_> = (0..count).map(|_| word(rng)).collect();
    words.join(" ")
}

fn random_query(rng: &mut impl Rng, now: u64) -> Query {
    let mut words: Vec<String> = (0..rng.random_range(1..3)).map(|_| word(rng)).collect();
    for word in &mut words {
        if rng.random_bool(0.3) {
            word.truncate(rng.random_range(1..=word.len()));
            word.push('*');
        }
    }
    let mut time = |chance| {
        rng.random_bool(chance)
            .then(|| rng.random_range(START..=now))
    };
    let (from, to) = (time(0.3), time(0.3));
    Query {
        text: words.join(" "),
        contact: rng
            .random_bool(0.3)
            .then(|| contact(rng.random_range(0..5))),
        from,
        to,
        before: None,
        limit: [1, 7, 50, 1_000][rng.random_range(0..4)],
    }
}

/// Random life: messages, times that go back, edits and deletions, restarts, and queries that are
/// compared with what a plain search says.
#[test]
fn finds_what_a_plain_search_finds_through_changes_and_restarts() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let mut place = Place::new();
    let mut model = Model::default();
    let mut next = [1_u64; 5];
    let mut now = START;
    let mut hits = 0;
    for round in 0..60 {
        let mut said = Vec::new();
        for _ in 0..rng.random_range(1..60) {
            // The first conversations are long.
            let who = rng.random_range(0_u8..5).min(rng.random_range(0..5));
            let number = &mut next[usize::from(who)];
            now += rng.random_range(0..2 * 3_600);
            let time = now - rng.random_range(0..3) * rng.random_range(0..40_000).min(now - START);
            said.push((who, *number, time, Some(sentence(&mut rng))));
            *number += rng.random_range(1..3);
        }
        for _ in 0..rng.random_range(0..3) {
            let place = rng.random_range(0..model.0.len().max(1));
            if let Some(((who, number), (time, _))) = model.0.iter().nth(place) {
                let text = rng.random_bool(0.5).then(|| sentence(&mut rng));
                said.push((*who, *number, *time, text));
            }
        }
        for (who, number, time, text) in &said {
            match text {
                Some(text) => model.0.insert((*who, *number), (*time, text.clone())),
                None => model.0.remove(&(*who, *number)),
            };
        }
        let said: Vec<_> = said
            .iter()
            .map(|(who, number, time, text)| (contact(*who), *number, *time, text.as_deref()))
            .collect();
        place.commit(&said);
        if round % 20 == 19 {
            place = place.reopen();
        }
        for _ in 0..10 {
            let query = random_query(&mut rng, now);
            let expected = model.find(&query);
            hits += expected.len();
            assert_eq!(
                place.find_all(&query),
                expected,
                "round {round}: {:?}",
                query.text
            );
        }
    }
    assert!(hits > 2_000, "the queries find something: {hits}");
    let (catalogue, _) = place.catalogue(contact(0));
    let (parts, made) = (catalogue.parts.len(), catalogue.next_part);
    assert!((1..8).contains(&parts) && made > 20, "{parts} of {made}");
}

#[test]
fn a_message_and_its_words_are_committed_together_or_not_at_all() {
    let place = Place::new();
    place.say(contact(1), 1, START, "earlier words");
    let set = place.set(&[(contact(1), 2, START, Some("later words"))], false);
    let in_set: Vec<_> = set.slots().map(|(kind, _, _)| kind).collect();
    assert_eq!(in_set, [Kind::Message, Kind::Search]);
    // The program dies here.
    drop(set);
    let place = place.reopen();
    assert_eq!(place.find("words"), [(1, 1)]);
    let (kind, id) = name(RecordKey::Message(contact(1), 2));
    assert!(place.store.get(kind, &id).expect("readable").is_none());
    // Control: the same set, committed.
    place.say(contact(1), 2, START, "later words");
    let place = place.reopen();
    assert_eq!(place.find("words"), [(1, 2), (1, 1)]);
    assert!(place.store.get(kind, &id).expect("readable").is_some());
}

/// Words without a common beginning with others here: they stand in the index in one piece.
const ANIMALS: [&str; 6] = ["alpaca", "bison", "dingo", "ibex", "quagga", "zebra"];

#[test]
fn words_that_are_taken_back_cannot_be_found_nor_read() {
    let place = Place::new();
    let [alpaca, bison, dingo, _, _, zebra] = ANIMALS;
    let filler: String = (0..400).map(|number| format!(" filler{number}")).collect();
    for (number, animal) in (1..).zip(&ANIMALS[..4]) {
        place.say(contact(1), number, START, &format!("common {animal}"));
    }
    // Pushes the first messages into a part; the others stay in the head.
    place.say(contact(1), 5, START, &filler);
    place.say(contact(1), 6, START, "common zebra");
    assert_eq!(place.catalogue(contact(1)).0.parts.len(), 1);
    assert_eq!(place.find("common").len(), 5);
    for word in [bison, dingo, zebra] {
        assert_eq!(place.find(word).len(), 1);
    }
    // The commit alone does not destroy anything.
    place.commit(&[(contact(1), 3, START, None)]);
    assert_eq!(place.find(dingo), []);
    let readable = || place.readable(&[alpaca, bison, dingo, zebra]);
    assert_eq!(
        readable(),
        [alpaca, bison, dingo, zebra],
        "control: old versions can be read"
    );
    place.seal_again(contact(1));
    assert_eq!(readable(), [alpaca, bison, zebra]);

    place.commit(&[
        (contact(1), 2, START, Some("common words")),
        (contact(1), 6, START, None),
    ]);
    place.seal_again(contact(1));
    assert_eq!(place.find("common"), [(1, 4), (1, 2), (1, 1)]);
    assert_eq!(place.find("words"), [(1, 2)]);
    assert_eq!((place.find(bison), place.find(zebra)), (vec![], vec![]));
    assert_eq!(readable(), [alpaca]);
    assert_eq!(place.find("alpa"), [(1, 1)]);
}

#[test]
fn a_change_that_changes_no_word_writes_no_part() {
    let place = Place::new();
    let filler: String = (0..400).map(|number| format!(" filler{number}")).collect();
    place.say(contact(1), 1, START, "zebra");
    place.say(contact(1), 2, START, &filler);
    let set = place.set(&[(contact(1), 1, START, Some("Zébra"))], false);
    assert_eq!(set.slots().count(), 1, "the message alone");
    let set = place.set(&[(contact(1), 1, START, Some("bison"))], false);
    assert!(set.slots().count() > 2, "control");
}

#[test]
fn a_part_whose_messages_are_all_deleted_is_gone() {
    let place = Place::new();
    let filler: String = (0..400).map(|number| format!(" filler{number}")).collect();
    place.say(contact(1), 1, START, &filler);
    assert_eq!(place.catalogue(contact(1)).0.parts.len(), 1);
    place.commit(&[(contact(1), 1, START, None)]);
    assert_eq!(place.catalogue(contact(1)).0.parts.len(), 0);
    let mut records = 0;
    place
        .store
        .scan(Kind::Search, |_, _, _| records += 1)
        .expect("readable");
    assert_eq!(records, 1, "only the head is left");
}

#[test]
fn an_erased_conversation_leaves_no_word_and_the_others_stay() {
    let place = Place::new();
    for number in 1..200 {
        let text = format!("zebra{number} in the snow");
        place.say(contact(1), number, START, &text);
    }
    place.say(contact(2), 1, START, "zebra on the moor");
    assert_eq!(place.readable(&["snow", "moor"]).len(), 2, "control");
    assert_eq!(place.find("zebra*").len(), 200);
    place
        .store
        .erase_conversation(*contact(1).as_bytes())
        .expect("erased");
    assert_eq!(place.readable(&["snow", "moor"]), ["moor"]);
    assert_eq!(place.find("zebra*"), [(2, 1)]);
    // The conversation goes on, and its numbers too.
    place.say(contact(1), 200, START, "zebra again");
    assert_eq!(place.find("zebra*"), [(1, 200), (2, 1)]);
    let place = place.reopen();
    let builder = place.survey(&[(contact(1), 200, 201), (contact(2), 1, 2)]);
    assert_eq!(
        builder.next(),
        None,
        "nothing before the erasure is looked for"
    );
    assert_eq!(place.find("zebra*"), [(1, 200), (2, 1)]);
}

#[test]
fn a_text_full_of_words_is_bounded_and_does_not_stay_in_the_head() {
    let place = Place::new();
    let mut text = String::new();
    for number in 0.. {
        let word = format!("w{number}q ");
        if text.len() + word.len() > 65_536 {
            break;
        }
        text.push_str(&word);
    }
    for number in 1..=40 {
        place.say(contact(1), number, START + number, &text);
        let (catalogue, size) = place.catalogue(contact(1));
        assert!(size < 4_000, "{size}");
        assert!(catalogue.parts.iter().all(|part| part.weight <= 256 * 1024));
    }
    assert_eq!(place.find("w5q").len(), 40);
    assert_eq!(place.find("w5q w4000q").len(), 40);
    let known = words::terms_of(&text).len();
    assert_eq!(known, words::MOST);
    place.say(contact(1), 41, START + 41, "w5q short");
    assert_eq!(place.find("w5q short"), [(1, 41)]);
    // The longest characters and the most pairs.
    let signs: String = (0..21_000)
        .filter_map(|sign| char::from_u32(0x4e00 + sign % 20_000))
        .collect();
    place.say(contact(2), 1, START, &signs);
    assert_eq!(place.find("\u{4e00}\u{4e01}\u{4e02}"), [(2, 1)]);
}

fn store_without_index(place: &Place, number: u64, text: &str) {
    let (kind, id) = name(RecordKey::Message(contact(1), number));
    let (slot, record) = (day(contact(1), START), record(number, START + number, text));
    let mut set = ChangeSet::new();
    set.put(kind, &id, slot, record);
    place.store.commit(set).expect("a commit");
}

#[test]
fn an_index_that_is_missing_is_built_in_steps_while_messages_come() {
    let mut place = Place::new();
    for number in (1..=1_200).filter(|number| number % 7 != 0) {
        let text = if number % 100 == 1 { "seldom" } else { "often" };
        store_without_index(&place, number, text);
    }
    assert_eq!(place.find("seldom"), []);
    let all = |next| vec![(contact(1), 1, next), (contact(2), 1, 1)];
    let mut builder = place.survey(&all(1_201));
    assert!(builder.is_behind(contact(1)) && !builder.is_behind(contact(2)));
    assert_eq!(builder.percent(), Some(0));

    let mut set = ChangeSet::new();
    let (id, begin) = builder.next().expect("something to build");
    let built = step(&place.store, &mut set, id, (begin, 1_201)).expect("a step");
    place.store.commit(set).expect("a commit");
    builder.stepped(id, &built, (1, 1_201));
    assert_eq!(
        (builder.percent(), place.find("seldom").len()),
        (Some(42), 5)
    );
    // A message that comes now is left to the building; one that is deleted now leaves what is built.
    for (number, text) in [(1_201, Some("seldom")), (101, None), (1_101, None)] {
        let set = place.set(&[(contact(1), number, START + number, text)], true);
        place.store.commit(set).expect("a commit");
    }
    assert_eq!(place.find("seldom").len(), 4);
    // The program ends here, and the next one goes on.
    place = place.reopen();
    let mut builder = place.survey(&all(1_202));
    assert_eq!(builder.next(), Some((contact(1), 513)));
    assert_eq!(place.build(&mut builder, &all(1_202)), 2);
    let (found, often) = (place.find("seldom"), place.find("often").len());
    assert_eq!((found.len(), found[0], often), (9, (1, 1_201), 1_019));
    assert_eq!(place.catalogue(contact(1)).0.next, 1_202);
    assert_eq!(place.survey(&all(1_202)).next(), None);
    place.say(contact(1), 1_202, START + 1_202, "seldom");
    assert_eq!(place.find("seldom").len(), 10);
}

#[test]
fn a_bit_of_building_is_bounded_by_what_is_in_it() {
    let place = Place::new();
    let text: String = (0..7_000).map(|number| format!("w{number} ")).collect();
    let big = 30;
    for number in 1..=big {
        store_without_index(&place, number, &text);
    }
    let all = [(contact(1), 1, big + 1)];
    let mut builder = place.survey(&all);
    let steps = place.build(&mut builder, &all);
    assert!((4..=8).contains(&steps), "{steps}");
    assert_eq!(place.find("w5 ").len(), 30);
}

/// A damaged index is erased and built anew; damaged once more in the same run, it is left alone.
#[test]
fn a_damaged_index_is_built_anew_and_never_in_the_way_of_messages() {
    let place = Place::new();
    for number in 1..=3 {
        place.say(contact(1), number, START + number, "seldom");
    }
    let damage = || {
        let mut set = ChangeSet::new();
        let other = Zeroizing::new(vec![200, 1, 2, 3]);
        set.put(
            Kind::Search,
            contact(1).as_bytes(),
            parts::slot(contact(1)),
            other,
        );
        place.store.commit(set).expect("a commit");
    };
    damage();
    let refused = search(&place.store, &[contact(1)], &query("seldom"));
    assert!(matches!(
        refused,
        Err(SearchError::Store(ReadError::Damaged))
    ));
    // At the start.
    let all = [(contact(1), 1, 4)];
    let mut builder = place.survey(&all);
    assert_eq!(
        (place.build(&mut builder, &all), place.find("seldom").len()),
        (1, 3)
    );
    // While it is in use.
    for (time, is_behind) in [(0, true), (1, false)] {
        damage();
        let said = Said {
            contact: contact(1),
            number: 4,
            record: Some(record(4, START + 4, "seldom")),
            is_built_later: false,
        };
        let mut set = ChangeSet::new();
        let damaged = update(&place.store, &mut set, vec![said]).expect("an update");
        assert!(set.is_empty() && damaged == [contact(1)]);
        builder.damaged(contact(1), 1, 4);
        assert!(builder.is_behind(contact(1)), "messages are left to later");
        assert_eq!(builder.next().is_some(), is_behind, "time {time}");
        place.build(&mut builder, &all);
    }
    assert_eq!(place.find("seldom"), []);
}

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

/// What a hostile peer may say, in 64 KiB each, and nobody waits for long.
#[test]
fn hostile_texts_are_indexed_bounded() {
    let place = Place::new();
    let filled = |sign: &str| sign.repeat(65_536 / sign.len());
    let texts = [
        format!("a{}", &filled("\u{301}")[..65_000]),
        filled("\u{fdfa}"),
        filled("x"),
        filled("a.\u{301}"),
        filled("\u{1f1e6}"),
        filled("\u{200d}"),
        filled("\u{0e01}"),
        filled("\u{1f468}\u{200d}"),
        filled("\0"),
        filled("\u{1100}\u{1161}"),
    ];
    for (number, text) in (1..).zip(&texts) {
        place.say(contact(1), number, START + number, text);
    }
    let (catalogue, size) = place.catalogue(contact(1));
    assert!(
        size < 8_000 && catalogue.next == texts.len() as u64 + 1,
        "{size}"
    );
    assert_eq!(place.find("xxx"), [(1, 3)]);
    // And as a query.
    for text in &texts {
        let asked = search(
            &place.store,
            &[contact(1)],
            &query(&text[..text.floor_char_boundary(1_024)]),
        );
        assert!(matches!(asked, Ok(_) | Err(SearchError::Query(_))));
    }
}

/// The catalogue, which is written with every message, stays short however much is said.
#[test]
fn parts_become_heavier_the_more_there_are() {
    let place = Place::new();
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut parts = 0;
    for number in 1..=60 {
        let text: String = (0..1_300)
            .map(|_| format!("{:048x} ", rng.random::<u128>()))
            .collect();
        place.say(contact(1), number, START + number, &text);
        parts = place.catalogue(contact(1)).0.parts.len();
    }
    // Each weighs some 70 KiB.
    assert!(parts <= 25, "{parts}");
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
