//! A new Olm session for when the two ratchets do not fit any more (D6.5): with a spare key that the
//! other handed over earlier inside Olm, or with one that is asked for inside a chat link.
//!
//! Who cannot read a message opens a session to a spare key. Who has none, or cannot read the first
//! message of a session, hands out a fresh one-time key over the authenticated link; the other
//! opens a session to it. Unacknowledged messages keep their sequences and are encrypted anew,
//! because the old ciphertexts can never be read. Any other pre-key message is dropped. When both
//! sides open one at once, the session that A opens stays.

use undertone_wire::v1::{
    Inside, InsideKind, Letter, MAX_SPARES, ParcelKind, Role, SessionReset, SpareKeys,
};
use undertone_wire::{ContactId, X25519Public};
use vodozemac::olm::{PreKeyMessage, SessionConfig};
use zeroize::Zeroizing;

use crate::relation::Stage;
use crate::step::{Bug, Fault, LinkId, Turn, ViolationKind};

use super::Profile;
use super::acceptance::{new_one_time_key, olm_key};
use super::messages::{Opened, encrypt_as, pair_of};
use super::persist::save_waiting;

/// Spare keys of ours that are held: those that the other has, and those that the last ones replaced,
/// which may be in use at the same moment.
const HELD: usize = 2 * MAX_SPARES;

impl Profile {
    /// We cannot read: begins a new session with a spare key, once a link, or asks for a key.
    pub(super) fn begin_anew(
        &mut self,
        id: ContactId,
        link: LinkId,
        turn: &mut Turn<'_>,
    ) -> Result<(), Fault> {
        let used = std::mem::replace(&mut self.link_mut(link)?.spare_used, true);
        let contact = self.contact_mut(id)?;
        let spares = &contact.ratchet_mut()?.peer_spares;
        // It is our choice: when it cannot be had at the moment, the other is not to blame.
        if used || spares.is_empty() || !contact.resets.take(turn.now.monotonic, 1) {
            return Ok(self.ask_for_reset(id, link, turn)?);
        }
        turn.ratchets.insert(id);
        match contact.ratchet_mut()?.peer_spares.pop() {
            Some(key) => self.open_session(id, &key, turn),
            None => Ok(()),
        }
    }

    /// We cannot read, and have no key to begin anew with: asks once a link.
    pub(super) fn ask_for_reset(
        &mut self,
        id: ContactId,
        link: LinkId,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        if std::mem::replace(&mut self.link_mut(link)?.reset_asked, true) {
            return Ok(());
        }
        let contact = self.contact_mut(id)?;
        // One open key at a time (review M12): what they were never sent, or did not use, serves again.
        let key = match contact.ratchet_mut()?.reset_key {
            Some(key) => key,
            None => {
                let account = contact.relation.account.as_mut();
                let key = new_one_time_key(account.ok_or(Bug("a contact without an account"))?)?;
                contact.ratchet_mut()?.reset_key = Some(key);
                turn.ratchets.insert(id);
                self.save_relation(id, turn)?;
                key
            }
        };
        let bytes = SessionReset { one_time_key: key }.encode();
        self.link_mut(link)?
            .send(ParcelKind::SessionReset, bytes, turn)
    }

    /// They cannot read: opens a new session to their key.
    pub(super) fn reset_arrived(
        &mut self,
        id: ContactId,
        bytes: &[u8],
        turn: &mut Turn<'_>,
    ) -> Result<(), Fault> {
        let reset = SessionReset::decode(bytes).map_err(|_| ViolationKind::Key)?;
        let contact = self.contact_mut(id)?;
        if contact.relation.is_own(&reset.one_time_key) {
            return Err(ViolationKind::Key.into());
        }
        // Each costs us a Diffie-Hellman and all that is on the way once more.
        if !contact.resets.take(turn.now.monotonic, 1) {
            return Err(ViolationKind::Flood.into());
        }
        self.open_session(id, &reset.one_time_key, turn)
    }

    /// Opens a session to a one-time key of theirs; everything that waits goes out under it.
    fn open_session(
        &mut self,
        id: ContactId,
        key: &X25519Public,
        turn: &mut Turn<'_>,
    ) -> Result<(), Fault> {
        let contact = self.contact_mut(id)?;
        let peer = contact
            .relation
            .bond()
            .ok_or(ViolationKind::OutOfPlace)?
            .peer_olm;
        let account = contact
            .relation
            .account
            .as_ref()
            .ok_or(Bug("a contact without an account"))?;
        let session = account
            .create_outbound_session(SessionConfig::version_1(), olm_key(&peer), olm_key(key))
            .map_err(|_| ViolationKind::Key)?;
        let ratchet = contact.ratchet_mut()?;
        ratchet.session = Some(session);
        ratchet.session_opened = true;
        self.encrypt_anew(id, turn)?;
        if self.contact_mut(id)?.waiting.is_empty() {
            // They learn of the session by the first message under it, so there has to be one.
            let nothing = Inside {
                kind: InsideKind::Unknown,
            };
            self.enqueue(id, None, &nothing, turn)?;
        }
        Ok(self.pump(id, turn)?)
    }

    /// A pre-key message for a key that we handed out. Any other is dropped.
    pub(super) fn begin_session(
        &mut self,
        id: ContactId,
        message: &PreKeyMessage,
        turn: &mut Turn<'_>,
    ) -> Result<Opened, Fault> {
        let contact = self.contact_mut(id)?;
        let role = contact.relation.role;
        let (key, base_key) = (
            message.one_time_key().to_bytes(),
            message.base_key().to_bytes(),
        );
        // Late, repeated, or one too many: nothing is to be healed.
        if contact.relation.knows_base_key(&base_key) || contact.relation.had_all_sessions() {
            return Ok(Opened::Superseded);
        }
        let peer = contact
            .relation
            .bond()
            .ok_or(ViolationKind::OutOfPlace)?
            .peer_olm;
        let (Some(account), Some(ratchet)) = (&mut contact.relation.account, &mut contact.ratchet)
        else {
            return Err(Bug("a contact without an account").into());
        };
        if !ratchet.handed_out(key) {
            return Ok(Opened::UnknownSession);
        }
        // Both asked at once and both opened one: A's session stays, so B's gives way.
        if ratchet.session_opened && role == Role::A {
            return Ok(Opened::Superseded);
        }
        if !contact.resets.take(turn.now.monotonic, 1) {
            return Err(ViolationKind::Flood.into());
        }
        let created = account
            .create_inbound_session(SessionConfig::version_1(), olm_key(&peer), message)
            .map_err(|_| ViolationKind::PreKey)?;
        let plaintext = Zeroizing::new(created.plaintext);
        ratchet.session = Some(created.session);
        ratchet.session_opened = false;
        ratchet.spend(key);
        contact.relation.remember_base_key(base_key);
        // A one-time key of the account is spent.
        self.save_relation(id, turn)?;
        self.encrypt_anew(id, turn)?;
        self.hand_out_spares(id, turn)?;
        let letter = Letter::decode(&plaintext).map_err(|_| ViolationKind::Malformed)?;
        Ok(Opened::Letter(letter))
    }

    /// A contact that has fewer spare keys of ours than it should, as far as we know, gets new ones.
    pub(super) fn top_up_spares(&mut self, id: ContactId, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let contact = self.contact_mut(id)?;
        let ratchet = contact.ratchet.as_ref();
        let few = ratchet.is_some_and(|r| r.session.is_some() && r.spares.len() < MAX_SPARES);
        if few && matches!(contact.relation.stage, Stage::Accepted(_)) {
            self.hand_out_spares(id, turn)?;
        }
        Ok(())
    }

    /// Hands over fresh spare keys inside Olm.
    pub(super) fn hand_out_spares(
        &mut self,
        id: ContactId,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let contact = self.contact_mut(id)?;
        let account = contact.relation.account.as_mut();
        let account = account.ok_or(Bug("a contact without an account"))?;
        let keys = (0..MAX_SPARES)
            .map(|_| new_one_time_key(account))
            .collect::<Result<Vec<_>, _>>()?;
        let ratchet = contact.ratchet_mut()?;
        ratchet.spares.extend_from_slice(&keys);
        let excess = ratchet.spares.len().saturating_sub(HELD);
        ratchet.spares.drain(..excess);
        self.save_relation(id, turn)?;
        let kind = InsideKind::Spares(SpareKeys { keys });
        self.enqueue_latest(id, kind, turn)
    }

    /// Encrypts what is not acknowledged with the new session, under the same sequences.
    fn encrypt_anew(&mut self, id: ContactId, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let contact = self.contact_mut(id)?;
        let (direction, pair) = (contact.relation.sends(), pair_of(contact)?);
        let Some(ratchet) = &mut contact.ratchet else {
            return Ok(());
        };
        for waiting in &mut contact.waiting {
            let Some(old) = waiting.encrypted.take() else {
                break;
            };
            let new = encrypt_as(ratchet, pair, direction, &waiting.inside, old.sequence)?;
            waiting.encrypted = Some(new);
            waiting.on = None;
            save_waiting(id, waiting, turn)?;
        }
        turn.ratchets.insert(id);
        Ok(())
    }
}
