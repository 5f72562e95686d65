//! What a caller names: kinds of records, the slot whose key seals them, and the set of
//! changes that becomes durable as one.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::calendar::Day;

/// The longest identifier of a record, in bytes.
pub const MAX_ID: usize = 255;

/// The longest value of a record, in bytes. Larger things belong into files of their own.
pub const MAX_VALUE: usize = 1 << 20;

/// What a record is. The number is part of the record's key and of its associated data,
/// so a record of one kind is never taken for one of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Kind {
    /// The profile itself.
    Profile = 1,
    /// A relationship: a contact or a membership, with its long-lived keys.
    Relation = 2,
    /// Ratchet, chain and root states.
    Ratchet = 3,
    /// What is not yet acknowledged.
    Outbox = 4,
    /// One message of a conversation.
    Message = 5,
    /// A conversation: its members, order and marks.
    Conversation = 6,
    /// A contact request, ours or theirs.
    Request = 7,
    /// An invitation we gave out.
    Invitation = 8,
    /// The state of Tor's guards.
    Guards = 9,
    /// Settings of the profile.
    Settings = 10,
    /// A group: its changes, members and bundles.
    Group = 11,
    /// What is known of a server: descriptor, heads, tokens.
    Server = 12,
    /// A door: the keys of one onion service.
    Door = 13,
    /// What was seen and must not be accepted twice.
    Replay = 14,
    /// Lists that find other records, such as the order of a conversation.
    Index = 15,
    /// The words of messages, for searching.
    Search = 16,
}

impl Kind {
    /// All kinds this version knows.
    pub const ALL: [Self; 16] = [
        Self::Profile,
        Self::Relation,
        Self::Ratchet,
        Self::Outbox,
        Self::Message,
        Self::Conversation,
        Self::Request,
        Self::Invitation,
        Self::Guards,
        Self::Settings,
        Self::Group,
        Self::Server,
        Self::Door,
        Self::Replay,
        Self::Index,
        Self::Search,
    ];

    /// The number of this kind in records.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The kind with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }
}

/// Which key seals a record. A key can be destroyed, and with it every copy of every record
/// it sealed, also those that still lie in parts of the files that are no longer in use.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// What stays: profile, relationships, settings.
    Data,
    /// What must not outlive its use: ratchets, roots, chains. Sealed again under a new key by
    /// [`Store::rotate_state_key`](crate::Store::rotate_state_key).
    State,
    /// The content of one conversation of one day. Days are merged into months by
    /// [`Store::merge_days`](crate::Store::merge_days); the slot is still named by the day then.
    Conversation {
        /// The conversation's identifier.
        conversation: [u8; 16],
        /// The day, as days since 1970-01-01 UTC.
        day: Day,
    },
}

/// Which slot says when someone talks to whom: it is not printed.
impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Data => "Data",
            Self::State => "State",
            Self::Conversation { .. } => "Conversation(…)",
        })
    }
}

/// A new value and the slot that seals it, or `None` for a deletion.
pub(crate) type Change = Option<(Slot, Zeroizing<Vec<u8>>)>;

/// Changes that become durable together or not at all. Of several changes to one record
/// the last one counts.
#[derive(Default)]
pub struct ChangeSet {
    pub(crate) changes: BTreeMap<(Kind, Vec<u8>), Change>,
}

impl ChangeSet {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stores `value` under `kind` and `id`, in place of what was there. Sizes are checked at
    /// the commit: `id` at most [`MAX_ID`] bytes, `value` at most [`MAX_VALUE`].
    pub fn put(
        &mut self,
        kind: Kind,
        id: &[u8],
        slot: Slot,
        value: Zeroizing<Vec<u8>>,
    ) -> &mut Self {
        self.changes
            .insert((kind, id.to_vec()), Some((slot, value)));
        self
    }

    /// Deletes the record, if there is one.
    ///
    /// The deleted value can still be read from unused parts of the files by someone with
    /// today's passphrase, until its slot is [erased](crate::Store::erase) or
    /// [sealed again](crate::Store::reseal).
    pub fn delete(&mut self, kind: Kind, id: &[u8]) -> &mut Self {
        self.changes.insert((kind, id.to_vec()), None);
        self
    }

    /// Whether the set changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many records the set names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// The records that are stored, not deleted, and their slots.
    pub fn slots(&self) -> impl Iterator<Item = (Kind, &[u8], Slot)> {
        self.changes
            .iter()
            .filter_map(|((kind, id), change)| Some((*kind, id.as_slice(), change.as_ref()?.0)))
    }

    /// Adds all changes of `other`; they count as later ones.
    pub fn extend(&mut self, other: Self) -> &mut Self {
        self.changes.extend(other.changes);
        self
    }
}

/// Content and identifiers are not printed, only how many records are named.
impl std::fmt::Debug for ChangeSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChangeSet")
            .field("records", &self.changes.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_one_number_each() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_number(kind.number()), Some(kind));
        }
        assert_eq!(Kind::from_number(0), None);
        assert_eq!(Kind::from_number(200), None);
    }

    #[test]
    fn the_last_change_counts_and_nothing_is_printed() {
        let mut first = ChangeSet::new();
        assert!(first.is_empty());
        first.put(
            Kind::Message,
            b"canary-id",
            Slot::Data,
            Zeroizing::new(b"canary-value".to_vec()),
        );
        let mut second = ChangeSet::new();
        second.delete(Kind::Message, b"canary-id");
        first.extend(second);
        assert_eq!(first.len(), 1);
        assert!(first.changes.values().all(Option::is_none));
        assert_eq!(format!("{first:?}"), "ChangeSet { records: 1 }");
        let slot = Slot::Conversation {
            conversation: [7; 16],
            day: 3,
        };
        assert_eq!(format!("{slot:?}"), "Conversation(…)");
    }
}
