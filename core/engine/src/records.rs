//! The machine's records in the store's terms: kind, identifier, and the slot whose key seals it.

use undertone_protocol::{Change, Changes, ContactId, Lifetime, RecordKey};
use undertone_storage::{ChangeSet, Kind, Slot};

/// The kind and identifier of a record.
pub(crate) fn name(key: RecordKey) -> (Kind, Vec<u8>) {
    let of = |contact: ContactId, number: u64| {
        [contact.as_bytes().as_slice(), &number.to_be_bytes()].concat()
    };
    match key {
        RecordKey::Profile => (Kind::Profile, b"profile".to_vec()),
        RecordKey::Invitation(number) => (Kind::Invitation, number.to_be_bytes().to_vec()),
        RecordKey::Relation(contact) => (Kind::Relation, contact.as_bytes().to_vec()),
        RecordKey::Ratchet(contact) => (Kind::Ratchet, contact.as_bytes().to_vec()),
        RecordKey::Outbox(contact, place) => (Kind::Outbox, of(contact, place)),
        RecordKey::Message(contact, number) => (Kind::Message, of(contact, number)),
    }
}

/// Whose conversation a record belongs to.
fn conversation(key: RecordKey) -> Option<ContactId> {
    match key {
        RecordKey::Outbox(contact, _) | RecordKey::Message(contact, _) => Some(contact),
        _ => None,
    }
}

/// Adds what a step wants stored to a change set.
pub(crate) fn add(set: &mut ChangeSet, changes: &Changes) {
    for change in changes.iter() {
        match change {
            Change::Put(key, lifetime, value) => {
                let (kind, id) = name(key);
                let slot = match (lifetime, conversation(key)) {
                    (Lifetime::Day(day), Some(contact)) => Slot::Conversation {
                        conversation: *contact.as_bytes(),
                        day,
                    },
                    _ => Slot::State,
                };
                set.put(kind, &id, slot, value.clone());
            }
            Change::Delete(key) => {
                let (kind, id) = name(key);
                set.delete(kind, &id);
            }
        }
    }
}
