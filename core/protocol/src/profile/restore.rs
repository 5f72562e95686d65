//! A copy that was restored from an export (D12.2–3): how it begins anew with every contact, how a contact
//! takes that in, and how the copy that was replaced finds out.
//!
//! A restored copy sends one message on every live link until it is answered; a contact gives one answer to
//! it, however often it comes. So both come to the same root, whatever is lost and whoever
//! crashes. Generations stand in dial counters and acknowledgements: a lower one gets silence, and numbers of
//! one generation are never taken for those of another.

mod contact;
mod replaced;

use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use undertone_wire::v1::{
    Acknowledgement, DoorNotice, Inside, InsideKind, ParcelKind, Restore, Restored, Role,
};
use undertone_wire::{ContactId, CopyProof, MessageId, OnionKey, X25519Public};
use vodozemac::olm::SessionConfig;
use zeroize::Zeroizing;

use crate::conversation::{Note, StoredMessage};
use crate::derive::{self, Secret};
use crate::event::Event;
use crate::export::{Export, RestoreError};
use crate::kem::{self, KemSeed};
use crate::keys::KeyPair;
use crate::limits::MAX_AHEAD;
use crate::link::{Link, Phase};
use crate::relation::{Stage, zeroizing_bytes};
use crate::step::{Bug, Fault, Lifetime, LinkId, Now, RecordKey, Step, Turn, ViolationKind};

use super::Profile;
use super::acceptance::{olm_key, own_olm_key};
use super::persist::{day_of, encode, save_message, save_waiting};

/// A dial counter begins with the generation in its upper bits (D12.2).
pub(crate) const GENERATION_BITS: u32 = 40;

/// What a restored copy keeps until a contact answered.
#[derive(Serialize, Deserialize)]
pub(crate) struct Restoring {
    /// The encoded [`Restore`], the same on every link.
    #[serde(with = "zeroizing_bytes")]
    message: Zeroizing<Vec<u8>>,
    kem: KemSeed,
    random: Secret,
    one_time_key: X25519Public,
}

/// What a contact of a restored copy keeps until the copy has the new seal.
#[derive(Serialize, Deserialize)]
pub(crate) struct Answered {
    #[serde(with = "serde_bytes")]
    message: [u8; 32],
    #[serde(with = "zeroizing_bytes")]
    answer: Zeroizing<Vec<u8>>,
}

/// What the other side says of itself when a generation begins.
struct Peer {
    olm: X25519Public,
    generation: u32,
    proof: CopyProof,
}

/// `KDF(EXT(th, ss ∥ r ∥ r'), "seal root")`.
pub(crate) fn seal_root(
    link: &[u8; 32],
    restore: &[u8],
    restored: &[u8],
    shared: &Secret,
    random: &[u8; 32],
    answer: &[u8; 32],
) -> Secret {
    let transcript = derive::hash("restore", &[link, restore, restored]);
    let root = derive::extract(&transcript, &[shared.as_bytes(), random, answer]);
    derive::expand(&root, "seal root", &[])
}

impl Profile {
    pub(crate) fn from_export(
        export: Export,
        now: Now,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Self, Step), RestoreError> {
        let mut profile = Self::with(export.profile);
        let mut turn = Turn::new(now, rng);
        for invite in export.invitations {
            let key = RecordKey::Invitation(invite.number);
            let bytes = encode(&invite)?;
            turn.step.changes.put(key, Lifetime::State, bytes);
            profile.invitations.insert(invite.number, invite);
        }
        for exported in export.contacts {
            let id = exported.id;
            let contact = contact::restored_contact(exported, &mut turn)?;
            profile.contacts.insert(id, contact);
            profile.save_relation(id, &mut turn)?;
            turn.ratchets.insert(id);
        }
        profile.save_profile(&mut turn)?;
        Ok(profile.finish_new(turn)?)
    }

    fn finish_new(mut self, turn: Turn<'_>) -> Result<(Self, Step), Bug> {
        let step = self.finish(turn)?;
        Ok((self, step))
    }

    /// Whether this copy goes on with a contact where an export was made. What the export holds of theirs may come once more
    /// then, under another sequence: its acknowledgement may have been lost with the copy before. It has the
    /// same name.
    #[must_use]
    pub fn is_restored_for(&self, id: ContactId) -> bool {
        let ratchet = self.contacts.get(&id).and_then(|c| c.ratchet.as_ref());
        ratchet.is_some_and(|ratchet| ratchet.generation > 0)
    }

    /// The first words of each side on a live chat link: what it has of the other's messages, and of
    /// which generations both are. A restored copy begins anew.
    pub(super) fn greet(
        &mut self,
        id: ContactId,
        link: LinkId,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let Some(contact) = self.contacts.get(&id) else {
            return Ok(());
        };
        let Some(ratchet) = &contact.ratchet else {
            return Ok(());
        };
        let mut first = ratchet.acknowledgement();
        // Should this be an older copy of theirs, it has to be able to believe it.
        first.proof = contact.relation.bond().and_then(|bond| bond.peer_proof);
        let bytes = first.encode();
        let restoring = contact.relation.restoring.as_ref();
        let restore = restoring.map(|restoring| restoring.message.to_vec());
        let link = self.link_mut(link)?;
        link.send(ParcelKind::Acknowledgement, bytes, turn)?;
        if let Some(restore) = restore {
            link.send(ParcelKind::Restore, restore, turn)?;
        }
        Ok(())
    }

    /// Compares the generations that the other side names with ours. `false`: what it says means nothing
    /// here, at least not yet.
    pub(super) fn agree(
        &mut self,
        id: ContactId,
        link: LinkId,
        said: &Acknowledgement,
        turn: &mut Turn<'_>,
    ) -> Result<bool, Bug> {
        let contact = self.contact_mut(id)?;
        let ratchet = contact.ratchet_mut()?;
        let (known, own) = (ratchet.peer_generation, ratchet.generation);
        if said.to > own {
            // They met a newer copy of ours, or say so.
            self.newer_copy(id, said, turn)?;
            self.close(link, turn)?;
            return Ok(false);
        }
        if said.from < known {
            // An older copy of theirs: without a word.
            self.close(link, turn)?;
            return Ok(false);
        }
        let agreed = said.from == known && said.to == own && contact.relation.restoring.is_none();
        if agreed {
            contact.silences = 0;
        }
        self.link_mut(link)?.agreed = agreed;
        Ok(agreed)
    }

    /// A contact was restored.
    pub(super) fn restore_arrived(
        &mut self,
        id: ContactId,
        link: LinkId,
        bytes: &[u8],
        turn: &mut Turn<'_>,
    ) -> Result<(), Fault> {
        let message = Restore::decode(bytes).map_err(|_| ViolationKind::Malformed)?;
        let digest = derive::hash("restore message", &[bytes]);
        let contact = self.contact_mut(id)?;
        let known = contact.ratchet_mut()?.peer_generation;
        let answered = contact.relation.answered.as_ref();
        let answered = answered.filter(|a| message.generation == known && a.message == digest);
        if let Some(answered) = answered {
            let answer = answered.answer.to_vec();
            return Ok(self.answer_again(id, link, answer, turn)?);
        }
        if message.generation <= known || message.generation > known.saturating_add(MAX_AHEAD) {
            return Ok(self.close(link, turn)?);
        }
        // Both were restored: they answer ours.
        if contact.relation.restoring.is_some() && contact.relation.role == Role::A {
            return Ok(());
        }
        if contact.relation.is_own(&message.olm) || contact.relation.is_own(&message.one_time_key) {
            return Err(ViolationKind::Key.into());
        }
        // Each costs us an encapsulation, and all that is on the way once more. Whoever does it again and again by
        // mistake is heard later.
        if !contact.restores.take(turn.now.monotonic, 1) {
            return Ok(self.close(link, turn)?);
        }
        self.answer(id, link, &message, (bytes, digest), turn)
    }

    fn answer(
        &mut self,
        id: ContactId,
        link: LinkId,
        message: &Restore,
        (bytes, digest): (&[u8], [u8; 32]),
        turn: &mut Turn<'_>,
    ) -> Result<(), Fault> {
        let Phase::Open(open) = &self.link_mut(link)?.phase else {
            return Err(Bug("a restore on a link that is not open").into());
        };
        let hash = *open.channel.hash();
        let (ciphertext, shared) =
            kem::encapsulate(&message.kem, turn.rng).map_err(|_| ViolationKind::Key)?;
        let random = Secret::random(turn.rng);
        let contact = self.contact_mut(id)?;
        let account = contact.relation.account.as_ref();
        let account = account.ok_or(Bug("a contact without an account"))?;
        let session = account
            .create_outbound_session(
                SessionConfig::version_1(),
                olm_key(&message.olm),
                olm_key(&message.one_time_key),
            )
            .map_err(|_| ViolationKind::Key)?;
        let olm = own_olm_key(account)?;
        let generation = contact.ratchet.as_ref().map_or(0, |r| r.generation);
        let bond = contact.relation.bond_mut();
        let bond = bond.ok_or(ViolationKind::OutOfPlace)?;
        let answer = Restored {
            generation,
            olm,
            ciphertext,
            random: Zeroizing::new(*random.as_bytes()),
            link: hash,
            door: bond.peer_door.as_ref().map(|peer| peer.door),
            proof: contact::proof(bond, generation, turn)?,
        };
        let answer = answer.encode();
        let root = seal_root(
            &hash,
            bytes,
            &answer,
            &shared,
            &message.random,
            random.as_bytes(),
        );
        contact.relation.answered = Some(Box::new(Answered {
            message: digest,
            answer: answer.clone(),
        }));
        let peer = Peer {
            olm: message.olm,
            generation: message.generation,
            proof: message.proof,
        };
        self.begin_generation(id, link, &peer, root, turn)?;
        let ratchet = self.contact_mut(id)?.ratchet_mut()?;
        ratchet.session = Some(session);
        ratchet.session_opened = true;
        let note = Note::Restored(message.generation);
        self.keep_note(id, note, turn)?;
        self.tell_moved_door(id, message.door, turn)?;
        // Something has to come under the new session.
        self.hand_out_spares(id, turn)?;
        let at = self.link_mut(link)?;
        at.restore_answered = true;
        let counter = at.counter;
        at.send(ParcelKind::Restored, answer.to_vec(), turn)?;
        // The counters of its generation count from here.
        self.contact_mut(id)?.ratchet_mut()?.replay.accept(counter);
        Ok(self.settle(id, turn)?)
    }

    /// The answer was lost with a link. What was sent under the new seal was not understood and comes again: all that is on
    /// the way, for a message of two frames, so once a link.
    fn answer_again(
        &mut self,
        id: ContactId,
        link: LinkId,
        answer: Vec<u8>,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        if std::mem::replace(&mut self.link_mut(link)?.restore_answered, true) {
            return Ok(());
        }
        for waiting in &mut self.contact_mut(id)?.waiting {
            waiting.on = None;
        }
        let at = self.link_mut(link)?;
        at.agreed = true;
        at.send(ParcelKind::Restored, answer, turn)?;
        self.settle(id, turn)
    }

    /// A contact answered our restored copy.
    pub(super) fn restored_arrived(
        &mut self,
        id: ContactId,
        link: LinkId,
        bytes: &[u8],
        turn: &mut Turn<'_>,
    ) -> Result<(), Fault> {
        let answer = Restored::decode(bytes).map_err(|_| ViolationKind::Malformed)?;
        let contact = self.contact_mut(id)?;
        // One that comes late, after another way led to the same.
        let Some(restoring) = &contact.relation.restoring else {
            return Ok(());
        };
        if contact.relation.is_own(&answer.olm) {
            return Err(ViolationKind::Key.into());
        }
        let known = contact
            .ratchet
            .as_ref()
            .ok_or(Bug("a contact without a ratchet"))?
            .peer_generation;
        if answer.generation < known {
            // An older copy of theirs, which does not know that it is one.
            return Ok(self.close(link, turn)?);
        }
        let shared = restoring.kem.decapsulate(&answer.ciphertext);
        let root = seal_root(
            &answer.link,
            &restoring.message,
            bytes,
            &shared,
            restoring.random.as_bytes(),
            &answer.random,
        );
        let key = restoring.one_time_key;
        let peer = Peer {
            olm: answer.olm,
            generation: answer.generation,
            proof: answer.proof,
        };
        self.begin_generation(id, link, &peer, root, turn)?;
        self.contact_mut(id)?.ratchet_mut()?.reset_key = Some(key);
        self.tell_moved_door(id, answer.door, turn)?;
        Ok(self.settle(id, turn)?)
    }

    /// Everything that lived with the old sessions ends, on both sides alike; every other link of
    /// this contact may be with a copy that was replaced.
    fn begin_generation(
        &mut self,
        id: ContactId,
        link: LinkId,
        peer: &Peer,
        root: Secret,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let contact = self.contact_mut(id)?;
        contact.relation.restoring = None;
        // Their acceptance may have been lost with the older copy; they have proved to know the root.
        if let Stage::Accepting(..) = &contact.relation.stage {
            let stage = std::mem::replace(&mut contact.relation.stage, Stage::NoAnswer);
            if let Stage::Accepting(_, bond) = stage {
                contact.relation.stage = Stage::Accepted(bond);
            }
        }
        if let Some(bond) = contact.relation.bond_mut() {
            bond.peer_olm = peer.olm;
            // There is no copy below the first.
            bond.peer_proof = (peer.generation > 0).then_some(peer.proof);
        }
        contact
            .ratchet_mut()?
            .begin_generation(root, peer.generation, turn.now.wall);
        self.drop_waiting(id, |waiting| !outlives_sessions(&waiting.inside), turn)?;
        for waiting in &mut self.contact_mut(id)?.waiting {
            waiting.on = None;
            if waiting.encrypted.take().is_some() {
                save_waiting(id, waiting, turn)?;
            }
        }
        turn.ratchets.insert(id);
        self.save_relation(id, turn)?;
        let at = self.link_mut(link)?;
        at.agreed = true;
        at.genuine = true;
        let others = |other: &&Link| {
            other.contact == Some(id) && other.id != link && other.carries_messages()
        };
        let others: Vec<LinkId> = self.links.values().filter(others).map(|l| l.id).collect();
        self.cut_links(|link| others.contains(&link.id), turn);
        turn.step.dials_changed();
        turn.step.event(Event::ContactChanged(id));
        Ok(())
    }

    /// Tells a contact our door when it knows another one, or none.
    fn tell_moved_door(
        &mut self,
        id: ContactId,
        known: Option<OnionKey>,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let bond = self.contact_mut(id)?.relation.bond();
        let circle = bond.ok_or(Bug("a restore without a bond"))?.circle;
        let door = self.circle(circle)?.seed.onion_key();
        if known == Some(door) {
            return self.check_moved(id, turn);
        }
        let reader = KeyPair::random(turn.rng)?;
        if let Some(bond) = self.contact_mut(id)?.relation.bond_mut() {
            bond.reader = reader.public;
        }
        self.save_relation(id, turn)?;
        turn.step.doors_changed();
        let kind = InsideKind::Door(DoorNotice {
            door,
            descriptor: reader.secret,
        });
        self.enqueue_latest(id, kind, turn)
    }

    /// A line of the conversation that nobody wrote; one for several of a day with nothing between them.
    fn keep_note(&mut self, id: ContactId, note: Note, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let name = MessageId::from_bytes(turn.random());
        let wall = turn.now.wall;
        let ratchet = self.contact_mut(id)?.ratchet_mut()?;
        let number = ratchet.next_message;
        if ratchet.noted == Some((number.saturating_sub(1), day_of(wall))) {
            return Ok(());
        }
        ratchet.noted = Some((number, day_of(wall)));
        ratchet.next_message += 1;
        turn.ratchets.insert(id);
        let message = StoredMessage::noted(number, name, wall, day_of(wall), note);
        save_message(id, &message, turn)?;
        turn.step.event(Event::MessageReceived(id, number));
        Ok(())
    }
}

/// What is about sessions and seals that are no more must not be sent under new ones.
fn outlives_sessions(inside: &[u8]) -> bool {
    let kind = Inside::decode(inside).map(|inside| inside.kind);
    !matches!(
        kind,
        Ok(InsideKind::Confirm(_)
            | InsideKind::RekeyOffer(_)
            | InsideKind::RekeyAnswer(_)
            | InsideKind::Spares(_))
    )
}
