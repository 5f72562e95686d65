//! Records: how the machine is written and read back. CBOR, because a session's pickle needs a
//! self-describing format; the store seals and pads it.

use std::collections::VecDeque;

use rand::CryptoRng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use undertone_wire::ContactId;
use zeroize::Zeroizing;

use crate::conversation::StoredMessage;
use crate::limits::MAX_WAITING;
use crate::ratchet::{Ratchet, Waiting};
use crate::relation::Relation;
use crate::step::{Bug, Lifetime, Now, RecordKey, Step, Turn};

use super::{Contact, Invite, Profile, ProfileRecord, Refusal};

/// Seconds of a day.
const DAY: u64 = 24 * 3600;

/// Places of an outbox that are looked at one after the other. Where the oldest message and the newest lie further apart, the
/// ratchet names each: one that stays for ever, while others come and go, must not cost the profile.
const MAX_SPAN: u64 = 2 * MAX_WAITING as u64;

/// Why a profile cannot be read back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError<E> {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] E),
    /// The store holds no profile.
    #[error("the store holds no profile yet")]
    Empty,
    /// A record that others name is not there.
    #[error("a record of the profile is missing: {0:?}")]
    Missing(RecordKey),
    /// A record that is none.
    #[error("a record of the profile is damaged: {0:?}")]
    Damaged(RecordKey),
}

/// The day on which something was written, in days since 1970.
pub(crate) const fn day_of(wall: u64) -> u32 {
    (wall / DAY) as u32
}

pub(crate) fn encode(value: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, Bug> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(16 * 1024));
    ciborium::into_writer(value, &mut *bytes).map_err(|_| Bug("a record cannot be encoded"))?;
    Ok(bytes)
}

impl Profile {
    /// A new profile.
    ///
    /// # Errors
    /// [`Refusal::Name`] for a nickname that cannot be.
    pub fn create(
        nickname: &str,
        now: Now,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Self, Step), Refusal> {
        super::commands::check_name(nickname)?;
        let profile = Self::with(ProfileRecord {
            nickname: nickname.to_owned(),
            status: String::new(),
            invitations: Vec::new(),
            next_invitation: 1,
            contacts: Vec::new(),
            circles: Vec::new(),
            next_circle: 1,
            requests_off: false,
            away: false,
            introductions: Vec::new(),
        });
        let mut turn = Turn::new(now, rng);
        profile.save_profile(&mut turn)?;
        Ok((profile, turn.step))
    }

    /// Reads a profile back from its records.
    ///
    /// # Errors
    /// See [`LoadError`]; nothing is changed.
    pub fn load<E>(
        mut get: impl FnMut(RecordKey) -> Result<Option<Zeroizing<Vec<u8>>>, E>,
    ) -> Result<Self, LoadError<E>> {
        let record = get(RecordKey::Profile)?.ok_or(LoadError::Empty)?;
        let mut profile = Self::with(decode(RecordKey::Profile, &record)?);
        for number in profile.record.invitations.clone() {
            let invite: Invite = read(&mut get, RecordKey::Invitation(number))?;
            profile.invitations.insert(number, invite);
        }
        for id in profile.record.contacts.clone() {
            let relation: Relation = read(&mut get, RecordKey::Relation(id))?;
            let mut contact = Contact::new(relation);
            if contact.relation.bond().is_some() {
                let ratchet: Ratchet = read(&mut get, RecordKey::Ratchet(id))?;
                contact.waiting = read_outbox(&mut get, id, &ratchet)?;
                contact.waiting_bytes = contact.waiting.iter().map(|w| w.inside.len()).sum();
                contact.ratchet = Some(ratchet);
            }
            profile.contacts.insert(id, contact);
        }
        profile.copy = profile.copy_state();
        Ok(profile)
    }

    pub(crate) fn save_profile(&self, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let bytes = encode(&self.record)?;
        turn.step
            .changes
            .put(RecordKey::Profile, Lifetime::State, bytes);
        Ok(())
    }

    pub(crate) fn save_relation(&self, id: ContactId, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let contact = self.contacts.get(&id).ok_or(Bug("no such contact"))?;
        let bytes = encode(&contact.relation)?;
        turn.step
            .changes
            .put(RecordKey::Relation(id), Lifetime::State, bytes);
        Ok(())
    }

    pub(crate) fn save_ratchet(&mut self, id: ContactId, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let contact = self.contact_mut(id)?;
        // A block in the same step took the ratchet away.
        let Some(ratchet) = &mut contact.ratchet else {
            return Ok(());
        };
        ratchet.outbox_first = contact
            .waiting
            .front()
            .map_or(ratchet.outbox_next, |waiting| waiting.place);
        let span = ratchet.outbox_next.saturating_sub(ratchet.outbox_first);
        ratchet.outbox_places = if span > MAX_SPAN {
            contact.waiting.iter().map(|w| w.place).collect()
        } else {
            Vec::new()
        };
        let bytes = encode(&ratchet)?;
        turn.step
            .changes
            .put(RecordKey::Ratchet(id), Lifetime::State, bytes);
        Ok(())
    }
}

pub(crate) fn save_waiting(
    id: ContactId,
    waiting: &Waiting,
    turn: &mut Turn<'_>,
) -> Result<(), Bug> {
    let key = RecordKey::Outbox(id, waiting.place);
    // Not with the day: who erases a conversation must not lose what is under way, for a sequence
    // that never comes is a gap for ever.
    turn.step
        .changes
        .put(key, Lifetime::State, encode(waiting)?);
    Ok(())
}

pub(crate) fn save_message(
    id: ContactId,
    message: &StoredMessage,
    turn: &mut Turn<'_>,
) -> Result<(), Bug> {
    let key = RecordKey::Message(id, message.number);
    let lifetime = Lifetime::Day(message.day);
    turn.step.changes.put(key, lifetime, encode(message)?);
    Ok(())
}

fn decode<T: DeserializeOwned, E>(key: RecordKey, record: &[u8]) -> Result<T, LoadError<E>> {
    ciborium::from_reader(record).map_err(|_| LoadError::Damaged(key))
}

fn read<T: DeserializeOwned, E>(
    get: &mut impl FnMut(RecordKey) -> Result<Option<Zeroizing<Vec<u8>>>, E>,
    key: RecordKey,
) -> Result<T, LoadError<E>> {
    let record = get(key)?.ok_or(LoadError::Missing(key))?;
    decode(key, &record)
}

/// Reads the waiting messages between the ratchet's two places. Acknowledged ones are gone.
fn read_outbox<E>(
    get: &mut impl FnMut(RecordKey) -> Result<Option<Zeroizing<Vec<u8>>>, E>,
    id: ContactId,
    ratchet: &Ratchet,
) -> Result<VecDeque<Waiting>, LoadError<E>> {
    let span = ratchet.outbox_next.saturating_sub(ratchet.outbox_first);
    let mut waiting = VecDeque::new();
    let mut look = |place| -> Result<(), LoadError<E>> {
        let key = RecordKey::Outbox(id, place);
        if let Some(record) = get(key)? {
            waiting.push_back(decode(key, &record)?);
        }
        Ok(())
    };
    if !ratchet.outbox_places.is_empty() {
        ratchet.outbox_places.iter().copied().try_for_each(look)?;
    } else if span <= MAX_SPAN {
        (ratchet.outbox_first..ratchet.outbox_next).try_for_each(&mut look)?;
    } else {
        // Nothing writes this.
        return Err(LoadError::Damaged(RecordKey::Ratchet(id)));
    }
    Ok(waiting)
}
