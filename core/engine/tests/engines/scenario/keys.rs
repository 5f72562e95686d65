//! A witness of every key that a person's program uses, over all its lives: crashes, restarts,
//! commits that failed. It reads what a program is about to make durable, which is exactly what may
//! leave it afterwards: the Olm ciphertexts of its outbox and the counters of its ratchets.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;

use ciborium::Value;
use serde::Deserialize;
use undertone_engine::ContactId;
use undertone_protocol::{Change, Changes, RecordKey};
use undertone_wire::OnionKey;
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
}

/// A key of Olm: whose chain, and which of its message keys.
type OlmKey = ([u8; 32], u64);

enum Use {
    /// One key encrypted one text, the message of this sequence.
    Message {
        contact: ContactId,
        key: OlmKey,
        ciphertext: u64,
        sequence: u64,
        inside: u64,
    },
    /// The counters of a relationship.
    Counters(ContactId, [u64; 4]),
    /// Where someone can be dialled, as far as this person knows.
    Door(ContactId, OnionKey),
}

#[derive(Default)]
struct State {
    /// What the steps of the next commit use.
    pending: Vec<Use>,
    ciphertexts: BTreeMap<OlmKey, u64>,
    insides: BTreeMap<(ContactId, u64), u64>,
    counters: BTreeMap<ContactId, [u64; 4]>,
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

impl Keys {
    /// What a step wants stored. It counts when it leaves: see [`Self::left`].
    pub(crate) fn step(&self, changes: &Changes) {
        let mut state = self.0.lock().unwrap();
        for change in changes.iter() {
            match read(change) {
                Ok(Some(used)) => state.pending.push(used),
                Ok(None) => {}
                Err(what) => state.broken = Some(what),
            }
        }
    }

    /// The commit failed or never came: nothing of its steps leaves.
    pub(crate) fn lost(&self) {
        self.0.lock().unwrap().pending.clear();
    }

    /// The program holds the commit for done.
    pub(crate) fn left(&self) {
        let mut state = self.0.lock().unwrap();
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
                    let place = (contact, sequence);
                    let said = *state.insides.entry(place).or_insert(inside) != inside;
                    match (key, said) {
                        (true, _) => Some(format!("an Olm key encrypts twice, at {sequence}")),
                        (_, true) => Some(format!("sequence {sequence} says two things")),
                        _ => None,
                    }
                }
                Use::Counters(contact, now) => {
                    let before = state.counters.insert(contact, now).unwrap_or_default();
                    let fell = before.iter().zip(&now).any(|(before, now)| now < before);
                    fell.then(|| format!("counters fell from {before:?} to {now:?}"))
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
                inside: digest(&waiting.inside),
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
            Ok(Some(Use::Counters(contact, counters)))
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
