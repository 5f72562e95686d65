//! Messages that are changed, deleted or erased, and what of their words is left.

use super::*;

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
