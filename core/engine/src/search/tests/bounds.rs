//! How large things become, whatever is said.

use super::*;

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
