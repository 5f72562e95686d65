//! Two contacts in different circles put together all that they ever received or learned, in clear,
//! and find nothing in common that tells that they know the same person. On the level of machines,
//! because only there what was decrypted can be seen; no network is needed.

use std::collections::{BTreeMap, BTreeSet};

use ciborium::Value;
use undertone_engine::ContactId;
use undertone_protocol::RecordKey;

use super::lab::say;
use super::machines::{Node, World};

/// The shortest common piece that counts: an identifier's length. A common piece of 32 bytes, a key
/// or an address, holds 17 of these.
const WINDOW: usize = 16;
/// How many contacts a circle takes.
const CIRCLE: usize = 16;

type Windows = BTreeMap<[u8; WINDOW], String>;

/// Every window of the bytes, with where it comes from.
fn add(windows: &mut Windows, bytes: &[u8], from: &str) -> usize {
    for window in bytes.windows(WINDOW) {
        let window = window.try_into().expect("its length");
        windows.entry(window).or_insert_with(|| from.to_owned());
    }
    bytes.len()
}

/// The values in a record: byte strings, texts, and rows of numbers below 256, which is how some
/// byte strings are written. Names of fields are no values.
fn values(value: &Value, found: &mut Vec<Vec<u8>>) {
    match value {
        Value::Bytes(bytes) => found.push(bytes.clone()),
        Value::Text(text) => found.push(text.clone().into_bytes()),
        Value::Array(items) => {
            let byte = |item: &Value| u8::try_from(i128::from(item.as_integer()?)).ok();
            match items.iter().map(byte).collect::<Option<Vec<u8>>>() {
                Some(bytes) => found.push(bytes),
                None => items.iter().for_each(|item| values(item, found)),
            }
        }
        Value::Map(fields) => fields.iter().for_each(|(_, value)| values(value, found)),
        Value::Tag(_, value) => values(value, found),
        _ => {}
    }
}

fn of_record(windows: &mut Windows, record: &[u8], from: &str) -> usize {
    let parsed: Value = ciborium::from_reader(record).expect("a record of ours");
    let mut found = Vec::new();
    values(&parsed, &mut found);
    found.iter().map(|bytes| add(windows, bytes, from)).sum()
}

/// All that a contact has: every byte from its links, every record that it ever stored; and, since
/// it can read all of that, what the other side stored about it: the acceptance and each message
/// as they were before they were encrypted.
fn transcript(contact: &Node, host: &Node, at_host: ContactId) -> (Windows, usize) {
    let mut windows = Windows::new();
    let mut bytes = 0;
    for (link, received) in &contact.received {
        bytes += add(&mut windows, received, &format!("received on {link:?}"));
    }
    for (key, record) in &contact.stored {
        bytes += of_record(&mut windows, record, &format!("stored as {key:?}"));
    }
    for (key, record) in &host.stored {
        let about = match key {
            RecordKey::Relation(of) | RecordKey::Ratchet(of) => *of,
            RecordKey::Outbox(of, _) | RecordKey::Message(of, _) => *of,
            RecordKey::Profile | RecordKey::Invitation(_) => continue,
        };
        if about == at_host {
            bytes += of_record(&mut windows, record, &format!("the other side's {key:?}"));
        }
    }
    (windows, bytes)
}

/// The windows that both have, and where.
fn common(one: &Windows, other: &Windows) -> BTreeMap<[u8; WINDOW], String> {
    one.iter()
        .filter_map(|(window, here)| {
            let there = other.get(window)?;
            Some((*window, format!("{here} / {there}")))
        })
        .collect()
}

#[test]
fn contacts_of_different_circles_share_no_key_address_or_identifier() {
    let mut world = World::default();
    let host = world.join("Vera");
    let mut contacts = Vec::new();
    for number in 0..=CIRCLE {
        let contact = world.join(&format!("c{number}"));
        contacts.push((contact, world.befriend(contact, host)));
    }
    // The host has two contact doors, and every contact had to dial one of them.
    assert_eq!(
        world.doors(host).len(),
        2,
        "the last one is in a circle of its own"
    );
    world.cut(host);
    let [first, second, .., last] = &contacts[..] else {
        panic!("many")
    };
    for (contact, (there, here)) in [first, second, last] {
        for number in 0..40 {
            world.send(host, *here, &format!("to {contact}, number {number}"));
            world.send(
                *contact,
                *there,
                &format!("from {contact}, number {number}"),
            );
        }
    }
    let all = |(contact, (_, here)): &(usize, (ContactId, ContactId))| {
        transcript(&world.nodes[*contact], &world.nodes[host], *here)
    };
    let (first, second, last) = (all(first), all(second), all(last));
    say(
        "circles",
        format!(
            "{}, {} and {} bytes in clear and sealed",
            first.1, second.1, last.1
        ),
    );

    for (name, one) in [("first", &first.0), ("second", &second.0)] {
        let shared = common(one, &last.0);
        let places: BTreeSet<_> = shared.values().collect();
        assert!(
            shared.is_empty(),
            "{name} and last share {} windows: {places:?}",
            shared.len()
        );
    }

    // The control: in one circle they share the door's address, and that is all they share.
    let shared = common(&first.0, &second.0);
    let places: BTreeSet<_> = shared.values().collect();
    let doors = world.doors(host);
    // At its ends with some bytes that say what it is.
    let is_address = |window: &[u8; WINDOW]| {
        let parts = doors
            .iter()
            .flat_map(|door| door.as_bytes().windows(WINDOW - 6));
        parts
            .into_iter()
            .any(|part| window.windows(part.len()).any(|piece| piece == part))
    };
    say(
        "circles",
        format!(
            "in one circle: {} common windows, in {places:?}",
            shared.len()
        ),
    );
    assert!(
        shared.keys().any(is_address),
        "the control finds no address: {places:?}"
    );
    let others: Vec<_> = shared
        .iter()
        .filter(|(window, _)| !is_address(window))
        .collect();
    assert!(
        others.is_empty(),
        "contacts of one circle share more than its address: {others:?}"
    );
}
