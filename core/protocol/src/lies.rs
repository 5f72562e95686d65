//! What a contact with a program of its own can do with keys that it really has, for tests of what the other side makes
//! of it. It takes the feature `lies`, which no program turns on.

use rand::CryptoRng;
use undertone_wire::v1::{
    Accept, Inside, InsideKind, Letter, ParcelKind, Request, Role, SealedBody,
};
use undertone_wire::{ContactId, X25519Public};

use crate::derive::Secret;
use crate::kem;
use crate::profile::GENERATION_BITS;
use crate::profile::Profile;
use crate::ratchet::Encrypted;
use crate::relation::{Derived, Stage};
use crate::seal::Seal;
use crate::step::{Now, Step, Turn};

impl Profile {
    /// Says anything on the link to a contact. `None`: there is none.
    pub fn lie(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        contact: ContactId,
        kind: ParcelKind,
        bytes: Vec<u8>,
    ) -> Option<Step> {
        let link = self.sending_link(contact)?;
        let mut turn = Turn::new(now, rng);
        self.link_mut(link)
            .ok()?
            .send(kind, bytes, &mut turn)
            .ok()?;
        Some(turn.step)
    }

    /// Says anything behind the seal and inside the session: the letter is changed before it is encrypted.
    pub fn lie_inside(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        contact: ContactId,
        kind: InsideKind,
        change: impl FnOnce(&mut Letter),
    ) -> Option<Step> {
        let link = self.sending_link(contact)?;
        let known = self.contacts.get_mut(&contact)?;
        let (direction, pair) = (known.relation.sends(), known.relation.bond()?.pair);
        let ratchet = known.ratchet.as_mut()?;
        let mut letter = Letter {
            pair,
            direction,
            generation: ratchet.generation,
            sequence: ratchet.next_sequence,
            inside: Inside { kind }.encode(),
        };
        change(&mut letter);
        ratchet.next_sequence += 1;
        let session = ratchet.session.as_mut()?;
        let (olm_type, olm) = session.encrypt(letter.encode().as_slice()).ok()?.to_parts();
        let body = SealedBody {
            offset: 0,
            olm_type: u8::try_from(olm_type).ok()?,
            olm,
        };
        let mut turn = Turn::new(now, rng);
        let sealed = ratchet.seal.seal(&pair, direction, &body, turn.rng).ok()?;
        let link = self.link_mut(link).ok()?;
        link.send(ParcelKind::Sealed, sealed, &mut turn).ok()?;
        Some(turn.step)
    }

    /// Accepts a request with an Olm key that is somebody else's, and with an Olm message that is not of our making in place
    /// of the confirmation. `None`: there is no such request.
    pub fn accept_as(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        contact: ContactId,
        olm: X25519Public,
        first: (u8, Vec<u8>),
    ) -> Option<Step> {
        let known = self.contacts.get(&contact)?;
        let Stage::Undecided(incoming) = &known.relation.stage else {
            return None;
        };
        let request = Request::decode(&incoming.request).ok()?;
        let transcript = incoming.last.transcript;
        let step = self.accept(now, &mut *rng, contact, None).ok()?;
        // All that was derived of our own acceptance is derived anew.
        let (ciphertext, shared) = kem::encapsulate(&request.kem, rng).ok()?;
        let known = self.contacts.get_mut(&contact)?;
        let Stage::Accepting(accepting, bond) = &mut known.relation.stage else {
            return None;
        };
        let mut accept = Accept::decode(&accepting.accept).ok()?;
        accept.olm = olm;
        accept.ciphertext = ciphertext;
        accepting.accept = accept.encode().ok()?;
        let (ours, theirs) = (&accept.random, &request.random);
        let derived = Derived::new(&transcript, &accepting.accept, &shared, theirs, ours);
        accepting.expected = derived.confirm(Role::A);
        bond.pair = derived.pair;
        bond.link_root = derived.link_root.clone();
        bond.recovery_root = derived.recovery_root.clone();
        known.ratchet.as_mut()?.seal = Seal::new(derived.seal_root.clone(), now.wall);
        known.waiting.front_mut()?.encrypted = Some(Encrypted {
            sequence: 1,
            olm_type: first.0,
            olm: first.1,
        });
        Some(step)
    }

    /// Claims to be of a generation, in dials and in acknowledgements.
    pub fn claim_generation(&mut self, contact: ContactId, generation: u32) {
        let contact = self.contacts.get_mut(&contact);
        let Some(ratchet) = contact.and_then(|contact| contact.ratchet.as_mut()) else {
            return;
        };
        // As if the other had answered: nothing that was said before counts.
        let root = Secret::from_bytes([0; 32]);
        ratchet.begin_generation(root, ratchet.peer_generation, 0);
        ratchet.generation = generation;
        let first = u64::from(generation) << GENERATION_BITS;
        ratchet.dial_counter = ratchet.dial_counter.max(first);
    }

    /// Counts dials on from here.
    pub fn claim_dials(&mut self, contact: ContactId, counter: u64) {
        let contact = self.contacts.get_mut(&contact);
        if let Some(ratchet) = contact.and_then(|contact| contact.ratchet.as_mut()) {
            ratchet.dial_counter = counter;
        }
    }

    /// Speaks as if this contact had never been restored.
    pub fn forget_newer_copy(&mut self, contact: ContactId) {
        let Some(contact) = self.contacts.get_mut(&contact) else {
            return;
        };
        if let Some(bond) = contact.relation.bond_mut() {
            bond.peer_proof = None;
        }
        if let Some(ratchet) = &mut contact.ratchet {
            ratchet.peer_generation = 0;
        }
    }
}
