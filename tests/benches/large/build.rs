//! Builds the profile.

use std::path::Path;
use std::sync::Arc;

use ciborium::Value;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use undertone_engine::{Command, ContactId, Engine, EngineOptions, Event, Reply, Stage};
use undertone_protocol::StoredMessage;
use undertone_storage::{ChangeSet, DataKey, Home, Kind, Slot, Store};
use undertone_transport::memory::{MemoryNetwork, MemoryOptions, MemoryTransport};
use undertone_wire::{MessageId, v1};
use zeroize::Zeroizing;

use crate::{CONTACTS, DAYS, KEY};

const DAY: u64 = 86_400;
/// Different words in all.
const VOCABULARY: f64 = 40_000.0;
/// Messages in one commit.
const BATCH: usize = 2_000;
/// A word that five messages hold.
pub(crate) const RARE: &str = "quagga";

/// How the engine names a message's record.
pub(crate) fn message_id(contact: ContactId, number: u64) -> Vec<u8> {
    [contact.as_bytes().as_slice(), &number.to_be_bytes()].concat()
}

/// Days since 1970, now.
pub(crate) fn today() -> u32 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    u32::try_from(now.unwrap().as_secs() / DAY).unwrap()
}

pub(crate) fn open(path: &Path) -> Store {
    Store::open_with_key(&Home::open(path).unwrap(), &DataKey::from_bytes(KEY)).unwrap()
}

/// A network on which nobody else is.
pub(crate) fn lonely() -> MemoryTransport {
    network().node("lonely")
}

fn network() -> MemoryNetwork {
    MemoryNetwork::new(MemoryOptions::new(
        1,
        |seed| undertone_protocol::DoorSeed::from_bytes(seed.0).onion_key(),
        |secret| undertone_protocol::public_of(secret).unwrap(),
    ))
}

/// Lets an engine build the search index.
pub(crate) fn index(path: &Path) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let options = EngineOptions::new(open(path), Arc::new(lonely()));
        let engine = Engine::start(options).await.unwrap();
        let mut events = engine.events();
        loop {
            if let Event::SearchIndex { percent } = events.next().await.unwrap() {
                if percent % 20 == 0 {
                    println!("  {percent} % of the index");
                }
                if percent == 100 {
                    break;
                }
            }
        }
        engine.shutdown().await;
    });
}

/// The names of all contacts, in order.
pub(crate) fn contacts() -> Vec<ContactId> {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    (0..CONTACTS)
        .map(|_| ContactId::from_bytes(rng.random()))
        .collect()
}

/// How many messages each contact has: some have many, most have few.
pub(crate) fn shares(messages: u64) -> Vec<u64> {
    let weight = |rank: usize| 1.0 / (rank as f64 + 5.0);
    let all: f64 = (0..CONTACTS).map(weight).sum();
    let mut shares: Vec<u64> = (0..CONTACTS)
        .map(|rank| (messages as f64 * weight(rank) / all) as u64)
        .collect();
    shares[0] += messages - shares.iter().sum::<u64>();
    shares
}

/// The word of a rank: short ones are common.
pub(crate) fn word(rank: u64) -> String {
    const SYLLABLES: [&str; 16] = [
        "ka", "to", "mi", "ren", "su", "lo", "va", "pe", "dor", "hin", "ba", "ne", "gu", "sel",
        "ty", "or",
    ];
    let mut rest = rank + 3;
    let mut word = String::new();
    while rest > 0 {
        word.push_str(SYLLABLES[(rest % 16) as usize]);
        rest /= 16;
    }
    word
}

/// Words as often as in a language: the frequency falls with the rank.
fn text(rng: &mut impl Rng) -> String {
    let count = rng.random_range(1..=15);
    let words: Vec<_> = (0..count)
        .map(|_| word((rng.random::<f64>() * VOCABULARY.ln()).exp() as u64))
        .collect();
    words.join(" ")
}

/// The record of a message as the machine writes it.
pub(crate) fn message(
    number: u64,
    time: u64,
    text: String,
    rng: &mut impl Rng,
) -> Zeroizing<Vec<u8>> {
    let id = MessageId::from_bytes(rng.random());
    let kind = v1::Kind::Text(v1::Text {
        text,
        ..v1::Text::default()
    });
    let parents = vec![MessageId::from_bytes(rng.random())];
    let content = Zeroizing::new(v1::Content { id, parents, kind }.encode().unwrap());
    let place = rng.random_bool(0.5).then_some(number);
    let day = (time / DAY) as u32;
    StoredMessage::new(number, id, place, time, day, content)
        .encode()
        .unwrap()
}

pub(crate) fn slot(contact: ContactId, time: u64) -> Slot {
    Slot::Conversation {
        conversation: *contact.as_bytes(),
        day: (time / DAY) as u32,
    }
}

/// Writes the whole profile into a new home, all but its search index.
pub(crate) fn profile(path: &Path, messages: u64) {
    let home = Home::create(path).unwrap();
    let store = Store::create_with_key(&home, &DataKey::from_bytes(KEY)).unwrap();
    let shares = shares(messages);
    let contacts = contacts();
    relations(&store, &contacts, &shares);

    let end = u64::from(today()) * DAY;
    let start = end - DAYS * DAY;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    // A day that is merged makes all days before its end months from the beginning: building day by day and
    // merging each would come to the same.
    let mut set = ChangeSet::new();
    let other = ContactId::from_bytes([0; 16]);
    let value = Zeroizing::new(vec![0]);
    set.put(Kind::Outbox, b"x", slot(other, start), value);
    store.commit(set).unwrap();
    store.merge_days(today()).unwrap();
    store.erase_conversation(*other.as_bytes()).unwrap();

    let rare: Vec<usize> = (0..5).map(|hit| hit * CONTACTS / 5 + 3).collect();
    for (place, (contact, share)) in contacts.iter().zip(&shares).enumerate() {
        let numbers: Vec<u64> = (1..=*share).collect();
        for numbers in numbers.chunks(BATCH) {
            let mut records = Vec::new();
            for number in numbers {
                // Spread evenly: each month of each conversation has some.
                let time = start + (DAYS * DAY - 1) * number / share;
                let mut text = text(&mut rng);
                if *number == share / 2 && rare.contains(&place) {
                    text = format!("{text} {RARE}");
                }
                records.push((*number, time, message(*number, time, text, &mut rng)));
            }
            commit(&store, *contact, records);
        }
        if place % 50 == 49 {
            println!("  {} of {CONTACTS} conversations", place + 1);
        }
    }
}

fn commit(store: &Store, contact: ContactId, records: Vec<(u64, u64, Zeroizing<Vec<u8>>)>) {
    let mut set = ChangeSet::new();
    for (number, time, record) in records {
        let id = message_id(contact, number);
        set.put(Kind::Message, &id, slot(contact, time), record);
    }
    store.commit(set).unwrap();
}

/// Makes one contact with engines, and as many like it as there should be. Of every conversation but a few
/// messages were read.
fn relations(store: &Store, contacts: &[ContactId], shares: &[u64]) {
    let place = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    let known = runtime.block_on(befriend(place.path()));
    let from = open(&place.path().join("amal"));
    let read = |kind: Kind, id: &[u8]| -> Value {
        let record = from.get(kind, id).unwrap().unwrap();
        ciborium::from_reader(record.as_slice()).unwrap()
    };
    let mut set = ChangeSet::new();
    let mut put = |kind: Kind, id: &[u8], slot: Slot, value: &Value| {
        let mut record = Zeroizing::new(Vec::new());
        ciborium::into_writer(value, &mut *record).unwrap();
        set.put(kind, id, slot, record);
    };
    let mut profile = read(Kind::Profile, b"profile");
    let ids = contacts
        .iter()
        .map(|id| Value::serialized(id).unwrap())
        .collect();
    replace(&mut profile, "contacts", Value::Array(ids));
    replace(&mut profile, "invitations", Value::Array(Vec::new()));
    put(Kind::Profile, b"profile", Slot::State, &profile);
    let known = known.as_bytes();
    let (mut relation, mut ratchet) = (read(Kind::Relation, known), read(Kind::Ratchet, known));
    let next = field(&mut ratchet, "outbox_next").clone();
    replace(&mut ratchet, "outbox_first", next);
    for (place, (contact, share)) in contacts.iter().zip(shares).enumerate() {
        replace(&mut relation, "id", Value::serialized(contact).unwrap());
        replace(&mut ratchet, "next_message", Value::from(share + 1));
        put(Kind::Relation, contact.as_bytes(), Slot::State, &relation);
        put(Kind::Ratchet, contact.as_bytes(), Slot::State, &ratchet);
        let read_up_to = share.saturating_sub(place as u64 % 5);
        let conversation = [(Value::from("read_up_to"), Value::from(read_up_to))];
        let conversation = Value::Map(conversation.into());
        put(
            Kind::Conversation,
            contact.as_bytes(),
            Slot::Data,
            &conversation,
        );
    }
    store.commit(set).unwrap();
}

fn field<'a>(record: &'a mut Value, name: &str) -> &'a mut Value {
    let fields = record.as_map_mut().unwrap();
    let found = fields
        .iter_mut()
        .find(|(key, _)| key.as_text() == Some(name));
    &mut found.unwrap_or_else(|| panic!("no field {name}")).1
}

fn replace(record: &mut Value, name: &str, value: Value) {
    *field(record, name) = value;
}

/// Two engines become contacts and talk; gives how the first names the second.
async fn befriend(place: &Path) -> ContactId {
    let network = network();
    let engine = async |name: &str| {
        let home = Home::create(place.join(name)).unwrap();
        let store = Store::create_with_key(&home, &DataKey::from_bytes(KEY)).unwrap();
        let options = EngineOptions::new(store, Arc::new(network.node(name)));
        Engine::create(options, name).await.unwrap()
    };
    let (amal, noor) = (engine("amal").await, engine("noor").await);
    let (mut at_amal, mut at_noor) = (amal.events(), noor.events());
    let invite = Command::Invite {
        one_time: true,
        expires_after: None,
    };
    let Reply::Invitation(invitation) = noor.run(invite).await.unwrap() else {
        panic!("no invitation");
    };
    let add = Command::AddContact {
        invitation: invitation.text,
        pet_name: None,
        greeting: "hello".to_owned(),
    };
    let Reply::Contact(contact) = amal.run(add).await.unwrap() else {
        panic!("no contact");
    };
    let request = loop {
        if let Event::RequestReceived { contact } = at_noor.next().await.unwrap() {
            break contact;
        }
    };
    let accept = Command::Accept {
        contact: request.id,
        pet_name: None,
    };
    noor.run(accept).await.unwrap();
    loop {
        if let Event::ContactChanged { contact } = at_amal.next().await.unwrap()
            && contact.stage == Stage::Accepted
            && contact.connected
        {
            break;
        }
    }
    for number in 0..20 {
        let send = |to| Command::Send {
            contact: to,
            text: format!("message {number}"),
            reply_to: None,
        };
        amal.run(send(contact.id)).await.unwrap();
        noor.run(send(request.id)).await.unwrap();
    }
    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    amal.shutdown().await;
    noor.shutdown().await;
    contact.id
}
