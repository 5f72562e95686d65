//! What a contact with a program of its own can do with keys that it really has, for tests of what the other side makes
//! of it. It takes the feature `lies`, which no program turns on.

use rand::CryptoRng;
use undertone_wire::ContactId;
use undertone_wire::v1::{Inside, InsideKind, Letter, ParcelKind, SealedBody};

use crate::derive::Secret;
use crate::profile::GENERATION_BITS;
use crate::profile::Profile;
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
