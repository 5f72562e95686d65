//! The index against a plain search, over random texts, changes and restarts.

use super::*;

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
