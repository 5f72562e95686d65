//! A new Olm session inside a chat link (D6.5), for when the two ratchets do not fit any more.
//!
//! The side that cannot read hands out a fresh one-time key over the authenticated link; the other
//! opens a session to it. Unacknowledged messages keep their sequences and are encrypted anew,
//! because the old ciphertexts can never be read. Any other pre-key message is unreadable. When both
//! sides ask at once, the session that A opens stays.

use undertone_wire::ContactId;
use undertone_wire::v1::{Inside, InsideKind, Letter, ParcelKind, Role, SessionReset};
use vodozemac::olm::{PreKeyMessage, SessionConfig};
use zeroize::Zeroizing;

use crate::step::{Bug, Fault, LinkId, Turn, ViolationKind};

use super::Profile;
use super::acceptance::{new_one_time_key, olm_key};
use super::messages::{Opened, encrypt_as, pair_of};
use super::persist::save_waiting;

impl Profile {
    /// We cannot read: asks once a link.
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
        // Each costs us a Diffie-Hellman and all that is on the way once more.
        if !contact.resets.take(turn.now.monotonic, 1) {
            return Err(ViolationKind::Flood.into());
        }
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
            .create_outbound_session(
                SessionConfig::version_1(),
                olm_key(&peer),
                olm_key(&reset.one_time_key),
            )
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

    /// A pre-key message for the key that we handed out. Any other is unreadable.
    pub(super) fn begin_session(
        &mut self,
        id: ContactId,
        message: &PreKeyMessage,
        turn: &mut Turn<'_>,
    ) -> Result<Opened, Fault> {
        let contact = self.contact_mut(id)?;
        let role = contact.relation.role;
        let peer = contact
            .relation
            .bond()
            .ok_or(ViolationKind::OutOfPlace)?
            .peer_olm;
        let (Some(account), Some(ratchet)) = (&mut contact.relation.account, &mut contact.ratchet)
        else {
            return Err(Bug("a contact without an account").into());
        };
        let asked = ratchet.reset_key.map(|key| *key.as_bytes());
        if asked != Some(message.one_time_key().to_bytes()) {
            return Ok(Opened::Unreadable);
        }
        // Both asked at once and both opened one: A's session stays, so B's gives way.
        if ratchet.session_opened && role == Role::A {
            return Ok(Opened::Superseded);
        }
        let created = account
            .create_inbound_session(SessionConfig::version_1(), olm_key(&peer), message)
            .map_err(|_| ViolationKind::PreKey)?;
        let plaintext = Zeroizing::new(created.plaintext);
        if !ratchet.accept_base_key(message.base_key().to_bytes()) {
            return Err(ViolationKind::PreKey.into());
        }
        ratchet.session = Some(created.session);
        ratchet.session_opened = false;
        ratchet.reset_key = None;
        // A one-time key of the account is spent.
        self.save_relation(id, turn)?;
        self.encrypt_anew(id, turn)?;
        let letter = Letter::decode(&plaintext).map_err(|_| ViolationKind::Malformed)?;
        Ok(Opened::Letter(letter))
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
