//! A witness of every key that a person's program uses, over all its lives: crashes, restarts,
//! commits that failed. It reads what a program is about to make durable, which is exactly what may
//! leave it afterwards: the Olm ciphertexts of its outbox and the counters of its ratchets.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;

use ciborium::Value;
use serde::Deserialize;
use undertone_engine::ContactId;
use undertone_protocol::{Change, Changes, RecordKey, StoredMessage};
use undertone_wire::OnionKey;
use undertone_wire::v1::{Content, Inside, InsideKind, Kind};
use vodozemac::olm::OlmMessage;

/// Of an outbox record what matters here.
#[derive(Deserialize)]
struct Waiting {
    encrypted: Option<Encrypted>,
    #[serde(with = "serde_bytes")]
    inside: Vec<u8>,
}

#[derive(Deserialize)]
struct Encrypted {
    sequence: u64,
    olm_type: u8,
    #[serde(with = "serde_bytes")]
    olm: Vec<u8>,
}

/// Of a ratchet record what may only grow.
#[derive(Deserialize)]
struct Ratchet {
    dial_counter: u64,
    next_sequence: u64,
    next_message: u64,
    outbox_next: u64,
    generation: u32,
    peer_generation: u32,
}

/// A key of Olm: whose chain, and which of its message keys.
type OlmKey = ([u8; 32], u64);

/// Ours and theirs: with a new one sequences begin anew (D12.2).
type Generations = (u32, u32);

enum Use {
    /// One key encrypted one text, the message of this sequence.
    Message {
        contact: ContactId,
        key: OlmKey,
        ciphertext: u64,
        sequence: u64,
        inside: u64,
    },
    /// The counters of a relationship, and of which generations.
    Counters(ContactId, Generations, [u64; 4]),
    /// Where someone can be dialled, as far as this person knows.
    Door(ContactId, OnionKey),
}

/// What the next commit holds, of what its loss would show.
#[derive(Clone, Debug, Default)]
pub(crate) struct Holds {
    /// A message that came.
    pub(crate) incoming: bool,
    /// A message of this person's own.
    pub(crate) own: bool,
    /// A change of a message, by this person, for the first time.
    pub(crate) change: bool,
    /// The kinds of all records that the machine wants stored.
    pub(crate) records: BTreeSet<String>,
}

#[derive(Default)]
struct State {
    /// What the steps of the next commit use.
    pending: Vec<Use>,
    holds: Holds,
    /// Places of outboxes that hold a change which was stored before.
    changes: BTreeSet<(ContactId, u64)>,
    ciphertexts: BTreeMap<OlmKey, u64>,
    insides: BTreeMap<(ContactId, Generations, u64), u64>,
    counters: BTreeMap<ContactId, (Generations, [u64; 4])>,
    doors: BTreeMap<ContactId, OnionKey>,
    broken: Option<String>,
}

/// One person's witness.
#[derive(Default)]
pub(crate) struct Keys(Mutex<State>);

fn digest(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// What is kept in place of something that was taken back before it was acknowledged.
const NOTHING: u64 = 0;

/// What something says that travels: of content its name, for its author may change the words that are kept beside
/// a ciphertext.
fn said(inside: &[u8]) -> u64 {
    match Inside::decode(inside).map(|inside| inside.kind) {
        Ok(InsideKind::Unknown) => NOTHING,
        Ok(InsideKind::Content(content)) => match Content::decode(&content) {
            Ok(content) => digest(content.id.as_bytes()),
            Err(_) => digest(inside),
        },
        _ => digest(inside),
    }
}

impl Keys {
    /// What a step wants stored. It counts when it leaves: see [`Self::left`].
    pub(crate) fn step(&self, changes: &Changes) {
        let mut guard = self.0.lock().unwrap();
        let state = &mut *guard;
        for change in changes.iter() {
            note(change, state);
            match read(change) {
                Ok(Some(used)) => state.pending.push(used),
                Ok(None) => {}
                Err(what) => state.broken = Some(what),
            }
        }
    }

    /// The commit failed or never came: nothing of its steps leaves.
    pub(crate) fn lost(&self) {
        let mut state = self.0.lock().unwrap();
        state.pending.clear();
        state.holds = Holds::default();
    }

    /// What the steps of the next commit want stored.
    pub(crate) fn holds(&self) -> Holds {
        self.0.lock().unwrap().holds.clone()
    }

    /// Where this person would dial everybody.
    pub(crate) fn doors(&self) -> BTreeMap<ContactId, OnionKey> {
        self.0.lock().unwrap().doors.clone()
    }

    /// This person goes on with an export that knew these doors.
    pub(crate) fn restored(&self, doors: BTreeMap<ContactId, OnionKey>) {
        let mut state = self.0.lock().unwrap();
        state.pending.clear();
        state.holds = Holds::default();
        state.changes.clear();
        state.doors = doors;
    }

    /// The program holds the commit for done.
    pub(crate) fn left(&self) {
        let mut state = self.0.lock().unwrap();
        state.holds = Holds::default();
        for used in std::mem::take(&mut state.pending) {
            let repeated = match used {
                Use::Message {
                    contact,
                    key,
                    ciphertext,
                    sequence,
                    inside,
                } => {
                    let key = *state.ciphertexts.entry(key).or_insert(ciphertext) != ciphertext;
                    let now = state.counters.get(&contact);
                    let generations = now.map(|(generations, _)| *generations);
                    let place = (contact, generations.unwrap_or_default(), sequence);
                    let first = state.insides.entry(place).or_insert(inside);
                    let said = *first != inside && inside != NOTHING;
                    *first = inside;
                    match (key, said) {
                        (true, _) => Some(format!("an Olm key encrypts twice, at {sequence}")),
                        (_, true) => Some(format!("sequence {sequence} says two things")),
                        _ => None,
                    }
                }
                Use::Counters(contact, generations, now) => {
                    let before = state.counters.insert(contact, (generations, now));
                    let (of, before) = before.unwrap_or((generations, [0; 4]));
                    fell(of, before, generations, now)
                }
                Use::Door(contact, door) => {
                    state.doors.insert(contact, door);
                    None
                }
            };
            state.broken = state.broken.take().or(repeated);
        }
    }

    /// Where this person would dial someone.
    pub(crate) fn door_of(&self, contact: ContactId) -> Option<OnionKey> {
        self.0.lock().unwrap().doors.get(&contact).copied()
    }

    /// How many message keys were used.
    pub(crate) fn used(&self) -> usize {
        self.0.lock().unwrap().ciphertexts.len()
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        self.0.lock().unwrap().broken.clone().map_or(Ok(()), Err)
    }
}

/// What is wrong with counters that follow others.
fn fell(of: Generations, before: [u64; 4], now_of: Generations, now: [u64; 4]) -> Option<String> {
    // The dial counter, the next message, the next place of the outbox; then the next sequence.
    let in_order = |[dials, sequence, message, place]: [u64; 4]| [dials, message, place, sequence];
    let counts = if now_of == of {
        4
    } else if now_of.0 == of.0 {
        3
    } else {
        1
    };
    let (before, now) = (in_order(before), in_order(now));
    let mut pairs = before.iter().zip(&now).take(counts);
    let wrong = now_of < of || pairs.any(|(before, now)| now < before);
    wrong.then(|| format!("counters fell from {before:?} {of:?} to {now:?} {now_of:?}"))
}

/// Notes of what kind something is that is about to be stored.
fn note(change: Change<'_>, state: &mut State) {
    let Change::Put(key, _, value) = change else {
        return;
    };
    let kind = format!("{key:?}");
    let kind = kind.split(['(', ' ']).next().unwrap_or_default().to_owned();
    state.holds.records.insert(kind);
    match key {
        RecordKey::Message(..) => {
            let ours = StoredMessage::decode(value).is_some_and(|message| message.is_ours());
            state.holds.own |= ours;
            state.holds.incoming |= !ours;
        }
        RecordKey::Outbox(contact, place) if is_change(value) => {
            state.holds.change |= state.changes.insert((contact, place));
        }
        _ => {}
    }
}

/// Whether a record of an outbox holds a change of a message.
fn is_change(record: &[u8]) -> bool {
    let waiting: Option<Waiting> = ciborium::from_reader(record).ok();
    let inside = waiting.and_then(|waiting| Inside::decode(&waiting.inside).ok());
    let Some(InsideKind::Content(content)) = inside.map(|inside| inside.kind) else {
        return false;
    };
    let kind = Content::decode(&content).map(|content| content.kind);
    matches!(
        kind,
        Ok(Kind::Edit { .. } | Kind::Delete { .. } | Kind::Reaction { .. })
    )
}

fn read(change: Change<'_>) -> Result<Option<Use>, String> {
    match change {
        Change::Put(RecordKey::Outbox(contact, _), _, value) => {
            let waiting: Waiting = ciborium::from_reader(value.as_slice())
                .map_err(|error| format!("an outbox record cannot be read: {error}"))?;
            let Some(encrypted) = waiting.encrypted else {
                return Ok(None);
            };
            let message = OlmMessage::from_parts(encrypted.olm_type.into(), &encrypted.olm)
                .map_err(|error| format!("an outbox holds no Olm message: {error}"))?;
            let inner = match &message {
                OlmMessage::Normal(message) => message,
                OlmMessage::PreKey(message) => message.message(),
            };
            Ok(Some(Use::Message {
                contact,
                key: (inner.ratchet_key().to_bytes(), inner.chain_index()),
                ciphertext: digest(inner.ciphertext()),
                sequence: encrypted.sequence,
                inside: said(&waiting.inside),
            }))
        }
        Change::Put(RecordKey::Ratchet(contact), _, value) => {
            let ratchet: Ratchet = ciborium::from_reader(value.as_slice())
                .map_err(|error| format!("a ratchet record cannot be read: {error}"))?;
            let counters = [
                ratchet.dial_counter,
                ratchet.next_sequence,
                ratchet.next_message,
                ratchet.outbox_next,
            ];
            let generations = (ratchet.generation, ratchet.peer_generation);
            Ok(Some(Use::Counters(contact, generations, counters)))
        }
        Change::Put(RecordKey::Relation(contact), _, value) => {
            let relation: Value = ciborium::from_reader(value.as_slice())
                .map_err(|error| format!("a relation record cannot be read: {error}"))?;
            let path = ["stage", "Accepted", "peer_door", "door"];
            let door = path
                .iter()
                .try_fold(&relation, |value, name| field(value, name));
            Ok(door
                .and_then(|door| door.deserialized().ok())
                .map(|door| Use::Door(contact, door)))
        }
        _ => Ok(None),
    }
}

fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let fields = value.as_map()?;
    let found = fields.iter().find(|(key, _)| key.as_text() == Some(name));
    found.map(|(_, value)| value)
}
