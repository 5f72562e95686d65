//! An index that is missing or damaged is built.

use super::*;

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
