//! A new Olm session inside a chat link (D6.5), for when the two ratchets do not fit any more.
//!
//! The side that cannot read hands out a fresh one-time key over the authenticated link; the other
//! opens a session to it. Unacknowledged messages keep their sequences and are encrypted anew,
//! because the old ciphertexts can never be read. Any other pre-key message is a violation.

use undertone_wire::ContactId;
use undertone_wire::v1::{Letter, ParcelKind, SessionReset};
use vodozemac::olm::{PreKeyMessage, SessionConfig};
use zeroize::Zeroizing;

use crate::step::{Bug, Fault, LinkId, Turn, ViolationKind};

use super::Profile;
use super::acceptance::{new_one_time_key, olm_key};
use super::messages::{encrypt_as, pair_of};
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
        if self.is_own(&reset.one_time_key) {
            return Err(ViolationKind::Key.into());
        }
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
            .create_outbound_session(
                SessionConfig::version_1(),
                olm_key(&peer),
                olm_key(&reset.one_time_key),
            )
            .map_err(|_| ViolationKind::Key)?;
        contact.ratchet_mut()?.session = Some(session);
        self.encrypt_anew(id, turn)?;
        Ok(self.pump(id, turn)?)
    }

    /// A pre-key message for the key that we handed out.
    pub(super) fn begin_session(
        &mut self,
        id: ContactId,
        message: &PreKeyMessage,
    ) -> Result<Letter, Fault> {
        let contact = self.contact_mut(id)?;
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
        let base = message.base_key().to_bytes();
        let used = ratchet.base_keys.iter().any(|key| **key == base);
        if asked != Some(message.one_time_key().to_bytes()) || used {
            return Err(ViolationKind::PreKey.into());
        }
        let created = account
            .create_inbound_session(SessionConfig::version_1(), olm_key(&peer), message)
            .map_err(|_| ViolationKind::PreKey)?;
        let plaintext = Zeroizing::new(created.plaintext);
        let letter = Letter::decode(&plaintext).map_err(|_| ViolationKind::Malformed)?;
        ratchet.base_keys.push(base.into());
        ratchet.session = Some(created.session);
        ratchet.reset_key = None;
        ratchet.session_is_new = true;
        Ok(letter)
    }

    /// Encrypts what is not acknowledged with the new session, under the same sequences.
    pub(super) fn encrypt_anew(&mut self, id: ContactId, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let contact = self.contact_mut(id)?;
        let (direction, pair) = (contact.relation.sends(), pair_of(contact)?);
        let Some(ratchet) = &mut contact.ratchet else {
            return Ok(());
        };
        ratchet.session_is_new = false;
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
