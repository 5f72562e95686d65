//! What can be seen of a profile. Reading changes nothing.

use undertone_wire::{ContactId, OnionKey};

use crate::link::DoorName;
use crate::relation::{Outgoing, Stage, StageName};

use super::{Contact, Introduced, Profile};

/// A contact or request as it is.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactState {
    /// Its local name.
    pub id: ContactId,
    /// What they call themselves; empty before they answer a request of ours.
    pub nickname: String,
    /// What we call them.
    pub pet_name: Option<String>,
    /// A few words that they show about themselves; empty for none.
    pub status: String,
    /// Seconds after reading until messages disappear; 0: they stay.
    pub timer: u32,
    /// Where the relationship stands.
    pub stage: StageName,
    /// The greeting of a request that waits for a decision.
    pub greeting: Option<String>,
    /// The code was compared.
    pub verified: bool,
    /// There is a live link.
    pub connected: bool,
    /// They go on with a newer copy of this profile and do not hear this one.
    pub replaced: bool,
    /// They say that they are away.
    pub away: bool,
    /// The profile is invisible to them.
    pub invisible: bool,
    /// Nothing is exchanged with them: they are no contact yet, and the one who introduced them must not see the profile,
    /// because that one is blocked, or the profile is invisible to that one. The doors that lead there may be theirs.
    pub withheld: bool,
    /// Through whom they came.
    pub introduced: Option<Introduced>,
    /// Of which generation the copy of theirs is with which we talk: another one, made from an export, may not know what
    /// its predecessor was told.
    pub generation: u32,
    /// The next message's number; all below it exist or existed.
    pub next_message: u64,
    /// Messages, and changes of messages, that are not acknowledged; not what programs say to each other.
    pub waiting: usize,
    /// When our request will be repeated, seconds since 1970.
    pub next_repeat: Option<u64>,
}

impl std::fmt::Debug for ContactState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ContactState({}, {:?})", self.id, self.stage)
    }
}

/// An open invitation.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationState {
    /// Its number.
    pub number: u64,
    /// The text to hand over.
    pub text: String,
    /// For one person only.
    pub one_time: bool,
    /// When it is destroyed, seconds since 1970.
    pub expires: Option<u64>,
    /// Its door is closed by the owner's choice: see [`Profile::take_requests`] and [`Profile::set_invisible`].
    pub shut: bool,
    /// It was made for an introduction that this contact offered.
    pub introduced: Option<ContactId>,
}

impl std::fmt::Debug for InvitationState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "InvitationState({})", self.number)
    }
}

/// Whether this copy of the profile is the present one (D12.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyState {
    /// As far as anybody says.
    Present,
    /// Doors of contacts are there and do not know it, or do not answer it: there may be a newer one.
    PerhapsReplaced,
    /// Contacts go on with a newer one. This one dials nobody and opens no door.
    Replaced,
}

/// How far a message of ours got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Waits for a link or for its turn.
    Waiting,
    /// On the way.
    Sent,
    /// Acknowledged.
    Received,
    /// It waited when the copy was exported from which this one was restored.
    Unknown,
}

impl Profile {
    /// The few words that we show about ourselves; empty for none.
    #[must_use]
    pub fn status(&self) -> &str {
        &self.record.status
    }

    /// Our nickname.
    #[must_use]
    pub fn nickname(&self) -> &str {
        &self.record.nickname
    }

    /// All contacts and requests, in the order they came to be.
    pub fn contacts(&self) -> impl Iterator<Item = ContactState> {
        self.record
            .contacts
            .iter()
            .filter_map(|id| self.contact(*id))
    }

    /// One of them.
    #[must_use]
    pub fn contact(&self, id: ContactId) -> Option<ContactState> {
        let contact = self.contacts.get(&id)?;
        let relation = &contact.relation;
        let greeting = match &relation.stage {
            Stage::Undecided(incoming) => Some(incoming.greeting.clone()),
            _ => None,
        };
        let verified = relation
            .bond()
            .is_some_and(|bond| bond.verified == Some(bond.peer_noise));
        Some(ContactState {
            id,
            nickname: match relation.stage {
                Stage::Myself(_) => self.record.nickname.clone(),
                _ => relation.nickname.clone(),
            },
            pet_name: relation.pet_name.clone(),
            status: relation.status.clone(),
            timer: relation.timer.seconds,
            stage: relation.stage_name(),
            greeting,
            verified,
            connected: contact.connected,
            replaced: relation.replaced,
            away: relation.extras.away,
            invisible: self.is_invisible(contact),
            withheld: self.is_withheld(contact),
            introduced: relation.extras.introduced.clone(),
            generation: contact.ratchet.as_ref().map_or(0, |r| r.peer_generation),
            next_message: contact.next_message(),
            waiting: contact
                .waiting
                .iter()
                .filter(|one| one.message.is_some() || one.changes_message)
                .count(),
            next_repeat: contact.next_repeat(),
        })
    }

    /// The open invitations, in the order they were made.
    pub fn open_invitations(&self) -> impl Iterator<Item = InvitationState> {
        self.invitations.values().map(|invite| InvitationState {
            number: invite.number,
            text: invite.invitation().to_string(),
            one_time: invite.one_time.is_some(),
            expires: invite.expires,
            shut: !self.is_knocked_at(invite),
            introduced: invite.introduced.map(|(by, _)| by),
        })
    }

    /// How far the message at this place of the outbox got.
    #[must_use]
    pub fn delivery(&self, id: ContactId, place: u64) -> Delivery {
        let Some(contact) = self.contacts.get(&id) else {
            return Delivery::Waiting;
        };
        let mut waiting = contact.waiting.iter();
        match waiting.find(|waiting| waiting.place == place) {
            // Nobody else has to get it.
            None if contact.notes().is_some() => Delivery::Received,
            // A block dropped what waited, and nobody can tell any more what had arrived.
            None if contact.ratchet.is_none() => Delivery::Waiting,
            None if contact.is_unknown(place) => Delivery::Unknown,
            None => Delivery::Received,
            Some(waiting) if waiting.encrypted.is_some() => Delivery::Sent,
            Some(_) => Delivery::Waiting,
        }
    }

    /// How often the seal of a contact was re-keyed (D6.4).
    #[must_use]
    pub fn seal_epoch(&self, id: ContactId) -> Option<u32> {
        Some(self.contacts.get(&id)?.ratchet.as_ref()?.seal.epoch())
    }

    /// The onion key of a door that is wanted.
    #[must_use]
    pub fn door_key(&self, name: DoorName) -> Option<OnionKey> {
        self.doors()
            .into_iter()
            .find(|door| door.name == name)
            .map(|door| door.seed.onion_key())
    }
}

impl Contact {
    fn next_message(&self) -> u64 {
        let notes = self.notes().map(|notes| notes.next_message);
        let talk = self.ratchet.as_ref().map(|ratchet| ratchet.next_message);
        notes.or(talk).unwrap_or(1)
    }

    /// Whether a restored copy cannot tell what became of the message at this place.
    fn is_unknown(&self, place: u64) -> bool {
        let unknown = self.ratchet.as_ref().map_or((0, 0), |r| r.unknown);
        (unknown.0..unknown.1).contains(&place)
    }

    pub(crate) fn outgoing(&self) -> Option<&Outgoing> {
        match &self.relation.stage {
            Stage::Requested(outgoing) => Some(outgoing),
            _ => None,
        }
    }
}
