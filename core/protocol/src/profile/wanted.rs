//! What should be true of the outside: which doors are open and whom to dial. Derived from the
//! state alone, so it is the same after a restart.

use undertone_wire::v1::{Purpose, Role};
use undertone_wire::{ContactId, OnionKey, X25519Public, X25519Secret};

use crate::keys::DoorSeed;
use crate::limits::REQUEST_SECONDS;
use crate::link::DoorName;
use crate::relation::Stage;
use crate::step::Now;

use super::{Contact, CopyState, Invite, Profile};

/// A door that should be open.
#[derive(Clone, Debug)]
pub struct WantedDoor {
    /// Names it.
    pub name: DoorName,
    /// Its onion key.
    pub seed: DoorSeed,
    /// Who can read its descriptor; `None`: everyone who knows the address.
    pub readers: Option<Vec<X25519Public>>,
}

/// A connection that should be made.
#[derive(Clone, Debug)]
pub struct WantedDial {
    /// Whom to dial.
    pub contact: ContactId,
    /// What for.
    pub purpose: Purpose,
    /// Where.
    pub door: OnionKey,
    /// What opens its descriptor.
    pub descriptor: Option<X25519Secret>,
    /// Who of a pair dials first: the other waits a little, so that not both connect at once.
    pub first: bool,
}

impl Profile {
    /// The doors that should be open.
    #[must_use]
    pub fn doors(&self) -> Vec<WantedDoor> {
        // Another copy of this profile has them open.
        if self.copy_state() == CopyState::Replaced {
            return Vec::new();
        }
        let knocked_at = |invite: &&Invite| self.is_knocked_at(invite);
        let knock = self.invitations.values().filter(knocked_at);
        let knock = knock.map(|invite| WantedDoor {
            name: DoorName::Knock(invite.number),
            seed: invite.seed.clone(),
            readers: None,
        });
        let seen = |contact: &&Contact| !self.is_withheld(contact);
        let reply = self.contacts.values().filter(seen).filter_map(|contact| {
            let (seed, reader) = match &contact.relation.stage {
                Stage::Requested(outgoing) => (&outgoing.reply_seed, outgoing.reply_reader),
                _ => contact.reply_door.as_ref().map(|(seed, r)| (seed, *r))?,
            };
            Some(WantedDoor {
                name: DoorName::Reply(contact.relation.id),
                seed: seed.clone(),
                readers: Some(vec![reader]),
            })
        });
        let open = self.record.circles.iter().filter(|circle| !circle.closed);
        let circles = open.filter_map(|circle| {
            let readers: Vec<_> = self
                .members(circle.number)
                .filter_map(|contact| contact.relation.bond().map(|bond| bond.reader))
                .collect();
            (!readers.is_empty()).then(|| WantedDoor {
                name: DoorName::Circle(circle.number),
                seed: circle.seed.clone(),
                readers: Some(readers),
            })
        });
        let recovery = self.recovery_doors();
        knock.chain(reply).chain(circles).chain(recovery).collect()
    }

    /// Whom to dial now: not those with a live link, or with a handshake under way.
    #[must_use]
    pub fn dials(&self, now: Now) -> Vec<WantedDial> {
        if self.copy_state() == CopyState::Replaced {
            return Vec::new();
        }
        self.contacts
            .values()
            .filter_map(|contact| self.dial_of(contact, now))
            .collect()
    }

    fn dial_of(&self, contact: &Contact, now: Now) -> Option<WantedDial> {
        if self.is_withheld(contact) {
            return None;
        }
        let id = contact.relation.id;
        // A link that lives, or a dial of ours that is in its handshake.
        let live = |purposes: &[Purpose]| {
            self.links.values().any(|link| {
                link.contact == Some(id)
                    && (link.live || link.dialled())
                    && link.purpose.is_some_and(|p| purposes.contains(&p))
            })
        };
        let dial = |purpose, door, descriptor, first| {
            Some(WantedDial {
                contact: id,
                purpose,
                door,
                descriptor,
                first,
            })
        };
        match &contact.relation.stage {
            Stage::Requested(outgoing) => {
                let waits = contact.next_repeat().is_some_and(|at| now.wall < at);
                if waits || live(&[Purpose::Knock]) {
                    return None;
                }
                dial(Purpose::Knock, outgoing.knock_door, None, true)
            }
            Stage::Accepting(accepting, _) => {
                let over = now.wall > contact.relation.created + 2 * REQUEST_SECONDS;
                if over || live(&[Purpose::Accept, Purpose::Chat]) {
                    return None;
                }
                let descriptor = Some(accepting.reply_descriptor.clone());
                dial(Purpose::Accept, accepting.reply_door, descriptor, true)
            }
            Stage::Accepted(bond) => {
                if self.is_invisible(contact)
                    || contact.relation.replaced
                    || live(&[Purpose::Chat, Purpose::Recovery])
                {
                    return None;
                }
                if let Some(dial) = self.recovery_dial(contact, now) {
                    return Some(dial);
                }
                let door = bond.peer_door.as_ref()?;
                let first = contact.relation.role == Role::A;
                dial(
                    Purpose::Chat,
                    door.door,
                    Some(door.descriptor.clone()),
                    first,
                )
            }
            _ => None,
        }
    }
}
