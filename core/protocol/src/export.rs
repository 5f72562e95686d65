//! What of a profile may leave it in an export (D12.1): keys of relationships and doors, names,
//! settings of the machine. No Olm, Megolm, seal or dial state: two copies of one ratchet would
//! encrypt different things under one key.
//!
//! How records become a sealed file is not the business of this module, nor are messages of conversations,
//! which are records of the store of their own.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use undertone_wire::v1::{MAX_GENERATION, MAX_NICKNAME, MAX_STATUS, Role};
use undertone_wire::{ContactId, MessageId, RequestId};
use zeroize::Zeroizing;

use crate::keys::{KeyPair, public_of};
use crate::limits::MAX_INVITATIONS;
use crate::profile::{Circle, Introduced, Invite, Notes, ProfileRecord, encode};
use crate::relation::{Bond, Stage, Timer};
use crate::step::{Bug, Now, Step};

/// The longest record of an export, in bytes.
pub const MAX_EXPORT_RECORD: usize = 32 * 1024;
/// The most records of an export.
pub const MAX_EXPORT_RECORDS: usize = 65_536;

/// Why an export cannot be restored. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// More than [`MAX_EXPORT_RECORDS`], or one of more than [`MAX_EXPORT_RECORD`] bytes.
    #[error("the export is larger than an export can be")]
    TooLarge,
    /// A record that is none, or of a later version.
    #[error("a record of the export is damaged, or of a later version")]
    Record,
    /// Records that do not belong together, or some are missing.
    #[error("the records of the export do not belong together")]
    Incomplete,
    /// It was restored too often.
    #[error("this profile was restored too often")]
    Generation,
    /// A broken invariant of ours.
    #[error(transparent)]
    Bug(#[from] Bug),
}

/// One record.
#[derive(Serialize, Deserialize)]
pub(crate) enum Record {
    Profile(Box<ProfileRecord>),
    Invitation(Box<Invite>),
    Contact(Box<ExportedContact>),
}

/// A relationship without what lives with its links and messages.
#[derive(Serialize, Deserialize)]
pub(crate) struct ExportedContact {
    pub(crate) id: ContactId,
    pub(crate) role: Role,
    pub(crate) nickname: String,
    pub(crate) pet_name: Option<String>,
    pub(crate) created: u64,
    pub(crate) status: String,
    pub(crate) timer: Timer,
    #[serde(default)]
    pub(crate) away: bool,
    #[serde(default)]
    pub(crate) introduced: Option<Introduced>,
    pub(crate) stage: ExportedStage,
}

/// Where it stands; requests that are under way do not leave the profile.
#[derive(Serialize, Deserialize)]
pub(crate) enum ExportedStage {
    NoAnswer,
    Rejected(RequestId, u64),
    Blocked(Option<RequestId>),
    Accepted(Box<ExportedBond>),
    Myself(Notes),
}

/// What two contacts share, and where the conversation stands.
#[derive(Serialize, Deserialize)]
pub(crate) struct ExportedBond {
    pub(crate) noise: KeyPair,
    pub(crate) bond: Bond,
    pub(crate) generation: u32,
    pub(crate) peer_generation: u32,
    pub(crate) next_message: u64,
    pub(crate) heads: Vec<MessageId>,
    /// Places of the outbox: the oldest that waited, and the next one.
    pub(crate) outbox: (u64, u64),
}

/// All records, checked against each other.
pub(crate) struct Export {
    pub(crate) profile: ProfileRecord,
    pub(crate) invitations: Vec<Invite>,
    pub(crate) contacts: Vec<ExportedContact>,
}

impl Export {
    /// Reads records that may be anything.
    pub(crate) fn read<R: AsRef<[u8]>>(
        records: impl IntoIterator<Item = R>,
    ) -> Result<Self, RestoreError> {
        let mut profile = None;
        let (mut invitations, mut contacts) = (Vec::new(), Vec::new());
        for (count, record) in records.into_iter().enumerate() {
            let record = record.as_ref();
            if record.len() > MAX_EXPORT_RECORD || count >= MAX_EXPORT_RECORDS {
                return Err(RestoreError::TooLarge);
            }
            match ciborium::from_reader(record).map_err(|_| RestoreError::Record)? {
                Record::Profile(record) if profile.is_none() => profile = Some(*record),
                Record::Profile(_) => return Err(RestoreError::Incomplete),
                Record::Invitation(record) => invitations.push(*record),
                Record::Contact(record) => contacts.push(*record),
            }
        }
        let export = Self {
            profile: profile.ok_or(RestoreError::Incomplete)?,
            invitations,
            contacts,
        };
        export.check()?;
        Ok(export)
    }

    fn check(&self) -> Result<(), RestoreError> {
        let profile = &self.profile;
        let complete = same(&profile.contacts, self.contacts.iter().map(|c| c.id))
            && same(
                &profile.invitations,
                self.invitations.iter().map(|invite| invite.number),
            )
            && self.invitations.len() <= MAX_INVITATIONS
            && profile
                .invitations
                .iter()
                .all(|n| *n < profile.next_invitation)
            && profile
                .circles
                .iter()
                .all(|c| c.number < profile.next_circle)
            && distinct(profile.circles.iter().map(|circle| circle.number));
        if !complete {
            return Err(RestoreError::Incomplete);
        }
        if !is_name(&profile.nickname) || !is_status(&profile.status) {
            return Err(RestoreError::Record);
        }
        let myself = |contact: &&ExportedContact| matches!(contact.stage, ExportedStage::Myself(_));
        if self.contacts.iter().filter(myself).count() > 1 {
            return Err(RestoreError::Incomplete);
        }
        for invite in &self.invitations {
            check_pair(&invite.noise)?;
        }
        self.contacts
            .iter()
            .try_for_each(|contact| contact.check(&profile.circles))
    }
}

impl ExportedContact {
    fn check(&self, circles: &[Circle]) -> Result<(), RestoreError> {
        let names = self.nickname.len() <= MAX_NICKNAME
            && self.pet_name.as_deref().is_none_or(is_name)
            && is_status(&self.status);
        if !names {
            return Err(RestoreError::Record);
        }
        // As a contact offered it: nobody but the wire's rule decided what it may be.
        let unnamed = |introduced: &Introduced| {
            let name = &introduced.name;
            name.is_empty() || name.len() > MAX_NICKNAME || name.chars().any(char::is_control)
        };
        if self.introduced.as_ref().is_some_and(unnamed) {
            return Err(RestoreError::Record);
        }
        let exported = match &self.stage {
            ExportedStage::Accepted(exported) => exported,
            ExportedStage::Myself(notes) => {
                let sane = (1..u64::MAX / 2).contains(&notes.next_message)
                    && (1..u64::MAX / 2).contains(&notes.next_order);
                return if sane {
                    Ok(())
                } else {
                    Err(RestoreError::Record)
                };
            }
            _ => return Ok(()),
        };
        check_pair(&exported.noise)?;
        let in_circle = |circle: &Circle| circle.number == exported.bond.circle;
        if !circles.iter().any(in_circle) {
            return Err(RestoreError::Incomplete);
        }
        let (first, next) = exported.outbox;
        let sane = exported.next_message >= 1
            && exported.next_message < u64::MAX / 2
            && first <= next
            && next < u64::MAX / 2
            && exported.heads.len() <= undertone_wire::v1::MAX_PARENTS
            && exported.peer_generation <= MAX_GENERATION;
        if !sane {
            return Err(RestoreError::Record);
        }
        if exported.generation >= MAX_GENERATION {
            return Err(RestoreError::Generation);
        }
        Ok(())
    }
}

fn is_name(name: &str) -> bool {
    !name.trim().is_empty() && name.len() <= MAX_NICKNAME && !name.chars().any(char::is_control)
}

fn is_status(status: &str) -> bool {
    status.len() <= MAX_STATUS && !status.chars().any(char::is_control)
}

fn check_pair(pair: &KeyPair) -> Result<(), RestoreError> {
    if public_of(&pair.secret)? == pair.public {
        Ok(())
    } else {
        Err(RestoreError::Record)
    }
}

fn distinct<T: Ord>(items: impl Iterator<Item = T>) -> bool {
    let mut seen = BTreeSet::new();
    items.into_iter().all(|item| seen.insert(item))
}

/// The same items, each once.
fn same<T: Ord + Copy>(list: &[T], items: impl Iterator<Item = T> + Clone) -> bool {
    let set: BTreeSet<T> = list.iter().copied().collect();
    set.len() == list.len() && distinct(items.clone()) && set == items.collect()
}

impl crate::Profile {
    /// What of this profile may leave it (D12.1), as records of at most [`MAX_EXPORT_RECORD`] bytes. They
    /// hold secrets: whoever has them can take the profile over. Requests that are under way, and what
    /// waits for contacts, are not in it; neither are messages.
    ///
    /// # Errors
    /// Only for a broken invariant of ours.
    pub fn export(&self) -> Result<Vec<Zeroizing<Vec<u8>>>, Bug> {
        let ahead = self.ahead();
        let contacts: Vec<ExportedContact> = self
            .record
            .contacts
            .iter()
            .filter_map(|id| self.contacts.get(id)?.exported(ahead))
            .collect();
        let mut profile = self.record.clone();
        profile.contacts = contacts.iter().map(|contact| contact.id).collect();
        // What is under way does not leave the profile, and offers of others neither.
        profile.introductions.clear();
        let lasting = |invite: &&Invite| invite.introduced.is_none();
        let invitations = self.invitations.values().filter(lasting);
        profile.invitations = invitations.clone().map(|invite| invite.number).collect();
        let invitations = invitations.cloned();
        let records = std::iter::once(Record::Profile(Box::new(profile)))
            .chain(invitations.map(|invite| Record::Invitation(Box::new(invite))))
            .chain(contacts.into_iter().map(|c| Record::Contact(Box::new(c))));
        records.map(|record| encode(&record)).collect()
    }

    /// A new copy of an exported profile, of the next generation (D12.2): it begins anew with every contact,
    /// and contacts refuse the older copy from then on. The step holds its records; messages of the
    /// conversations are added to the store beside it.
    ///
    /// # Errors
    /// See [`RestoreError`].
    pub fn restore<R: AsRef<[u8]>>(
        records: impl IntoIterator<Item = R>,
        now: Now,
        rng: &mut dyn rand::CryptoRng,
    ) -> Result<(Self, Step), RestoreError> {
        Self::from_export(Export::read(records)?, now, rng)
    }
}

impl crate::profile::Contact {
    fn exported(&self, ahead: u32) -> Option<ExportedContact> {
        let relation = &self.relation;
        let stage = match &relation.stage {
            // Whoever asked repeats it; the new copy takes it in anew.
            Stage::Undecided(_) => return None,
            Stage::Requested(_) | Stage::NoAnswer | Stage::Accepting(..) => ExportedStage::NoAnswer,
            Stage::Rejected(request, invitation) => ExportedStage::Rejected(*request, *invitation),
            Stage::Blocked(request) => ExportedStage::Blocked(*request),
            Stage::Myself(notes) => ExportedStage::Myself(*notes),
            Stage::Accepted(bond) => {
                let ratchet = self.ratchet.as_ref()?;
                let first = self
                    .waiting
                    .front()
                    .map_or(ratchet.outbox_next, |waiting| waiting.place);
                let (unknown, end) = ratchet.unknown;
                let first = if unknown < end {
                    first.min(unknown)
                } else {
                    first
                };
                ExportedStage::Accepted(Box::new(ExportedBond {
                    noise: relation.noise.clone()?,
                    // Their Olm key is that of sessions which the new copy does not have; the answer to it
                    // brings one.
                    bond: Bond {
                        peer_olm: bond.peer_noise,
                        ..(**bond).clone()
                    },
                    // Copies that were made of this one are known to contacts: the next has to be newer.
                    generation: ratchet.generation.saturating_add(ahead),
                    peer_generation: ratchet.peer_generation,
                    next_message: ratchet.next_message,
                    heads: ratchet.heads.clone(),
                    outbox: (first, ratchet.outbox_next),
                }))
            }
        };
        Some(ExportedContact {
            id: relation.id,
            role: relation.role,
            nickname: relation.nickname.clone(),
            pet_name: relation.pet_name.clone(),
            created: relation.created,
            status: relation.status.clone(),
            timer: relation.timer,
            away: relation.extras.away,
            introduced: relation.extras.introduced.clone(),
            stage,
        })
    }
}
