//! Acceptance over the reply door (D4.4–6), both sides: from a request to a bond that both have
//! confirmed.

use undertone_wire::v1::{
    Accept, Confirm, DoorNotice, Inside, InsideKind, Letter, ParcelKind, Request, Role,
};
use undertone_wire::{ContactId, X25519Public};
use vodozemac::Curve25519PublicKey;
use vodozemac::olm::{Account, OlmMessage, Session, SessionConfig};
use zeroize::Zeroizing;

use crate::derive::{self, Secret};
use crate::event::Event;
use crate::kem;
use crate::keys::KeyPair;
use crate::limits::MAX_REQUEST;
use crate::link::Phase;
use crate::ratchet::Ratchet;
use crate::relation::{Accepting, Bond, Derived, PeerDoor, Stage};
use crate::step::{Bug, Fault, LinkId, Turn, ViolationKind};

use super::messages::check_olm_keys;
use super::{Profile, Refusal};

/// An acceptance that A has read and that the acceptor has not yet confirmed inside Olm. Lives
/// with its link; nothing of it is stored.
pub(crate) struct Pending {
    accept: Accept,
    derived: Derived,
}

pub(crate) fn olm_key(key: &X25519Public) -> Curve25519PublicKey {
    Curve25519PublicKey::from_bytes(*key.as_bytes())
}

pub(crate) fn own_olm_key(account: &Account) -> Result<X25519Public, Bug> {
    X25519Public::from_bytes(account.curve25519_key().to_bytes())
        .map_err(|_| Bug("an Olm key of ours is of low order"))
}

/// One fresh one-time key; its private half stays in the account.
pub(crate) fn new_one_time_key(account: &mut Account) -> Result<X25519Public, Bug> {
    let created = account.generate_one_time_keys(1).created;
    account.mark_keys_as_published();
    let key = created.first().ok_or(Bug("no one-time key was made"))?;
    X25519Public::from_bytes(key.to_bytes()).map_err(|_| Bug("a one-time key of low order"))
}

impl Profile {
    /// B decides for a request: everything is derived and stored now; the dial comes after.
    pub(super) fn accept_request(
        &mut self,
        id: ContactId,
        turn: &mut Turn<'_>,
    ) -> Result<(), Refusal> {
        let contact = self.contact_mut(id)?;
        let Stage::Undecided(incoming) = &contact.relation.stage else {
            return Err(Refusal::WrongStage(contact.relation.stage_name()));
        };
        let request = Request::decode(&incoming.request).map_err(|_| Bug("a stored request"))?;
        let (ciphertext, shared) =
            kem::encapsulate(&request.kem, turn.rng).map_err(|_| Refusal::UnusableRequest)?;
        let account = Account::new();
        let session = account
            .create_outbound_session(
                SessionConfig::version_1(),
                olm_key(&request.olm),
                olm_key(&request.one_time_key),
            )
            .map_err(|_| Refusal::UnusableRequest)?;
        // Nothing refuses from here on: what is changed below is changed for good.
        let nickname = self.record.nickname.clone();
        let circle = self.circle_with_room(turn)?;
        let door = self.circle(circle)?.seed.onion_key();
        let contact = self.contact_mut(id)?;
        let Stage::Undecided(incoming) = &contact.relation.stage else {
            return Err(Bug("the stage changed in between").into());
        };
        let noise = KeyPair::random(turn.rng)?;
        let reader = KeyPair::random(turn.rng)?;
        let random = Secret::random(turn.rng);
        let accept = Accept {
            noise: noise.public,
            olm: own_olm_key(&account)?,
            ciphertext,
            door: DoorNotice {
                door,
                descriptor: reader.secret.clone(),
            },
            nickname,
            random: Zeroizing::new(*random.as_bytes()),
        };
        let accept = accept
            .encode()
            .map_err(|_| Bug("an acceptance of ours cannot be encoded"))?;
        let derived = Derived::new(
            &incoming.last.transcript,
            &accept,
            &shared,
            &request.random,
            random.as_bytes(),
        );
        let invitation = incoming.invitation;
        let accepting = Accepting {
            prov: incoming.last.prov.clone(),
            invitation: incoming.invitation_hash,
            reply_door: request.reply_door,
            reply_descriptor: request.reply_descriptor.clone(),
            expected: derived.confirm(Role::A),
            accept,
        };
        let bond = Bond {
            pair: derived.pair,
            link_root: derived.link_root.clone(),
            recovery_root: derived.recovery_root.clone(),
            peer_noise: request.noise,
            peer_olm: request.olm,
            peer_door: None,
            circle,
            reader: reader.public,
            invitation: Some((invitation, request.id)),
            verified: None,
            copies: Some(Secret::random(turn.rng)),
            peer_proof: None,
        };
        contact.relation.stage = Stage::Accepting(Box::new(accepting), Box::new(bond));
        contact.relation.noise = Some(noise);
        contact.relation.account = Some(account);
        contact.ratchet = Some(Ratchet::new(
            derived.seal_root.clone(),
            Some(session),
            turn.now.wall,
        ));
        let confirm = Confirm {
            mac: derived.confirm(Role::B),
            door: None,
        };
        self.begin_bond(id, confirm, turn)?;
        self.retire_one_time(invitation, turn)?;
        Ok(())
    }

    /// Common end of both sides: the first message is the confirmation, the door lets them in.
    fn begin_bond(
        &mut self,
        id: ContactId,
        confirm: Confirm,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let inside = Inside {
            kind: InsideKind::Confirm(confirm),
        };
        self.enqueue(id, None, &inside, turn)?;
        self.tell_newcomer(id, turn)?;
        self.save_relation(id, turn)?;
        turn.ratchets.insert(id);
        turn.step.doors_changed();
        turn.step.dials_changed();
        turn.step.event(Event::ContactChanged(id));
        Ok(())
    }

    /// A one-time invitation is destroyed with the decision about a request made with it (D2.3).
    pub(super) fn retire_one_time(
        &mut self,
        invitation: u64,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let one_time = self
            .invitations
            .get(&invitation)
            .is_some_and(|invite| invite.one_time.is_some());
        if one_time {
            self.destroy_invitation(invitation, turn)?;
        }
        Ok(())
    }

    /// B: the accept link stands. The acceptance goes first, then the outbox, whose first message
    /// is the confirmation inside Olm.
    pub(super) fn send_acceptance(
        &mut self,
        id: ContactId,
        link: LinkId,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let contact = self.contact_mut(id)?;
        let Stage::Accepting(accepting, _) = &contact.relation.stage else {
            return self.close(link, turn);
        };
        let accept = accepting.accept.to_vec();
        self.link_mut(link)?.send(ParcelKind::Accept, accept, turn)
    }

    /// A: an acceptance came over the reply door. Nothing is believed before the confirmation.
    pub(super) fn acceptance_arrived(
        &mut self,
        id: ContactId,
        link: LinkId,
        bytes: &[u8],
        turn: &mut Turn<'_>,
    ) -> Result<(), Fault> {
        if bytes.len() > MAX_REQUEST {
            return Err(ViolationKind::Malformed.into());
        }
        let accept = Accept::decode(bytes).map_err(|_| ViolationKind::Malformed)?;
        let relation = &self.contact_mut(id)?.relation;
        if relation.is_own(&accept.noise) || relation.is_own(&accept.olm) {
            return Err(ViolationKind::Key.into());
        }
        let at = self.link_mut(link)?;
        let attempt = at.attempt;
        let Phase::Open(open) = &at.phase else {
            return Err(Bug("an acceptance on a link that is not open").into());
        };
        if open.channel.remote() != accept.noise {
            return Err(ViolationKind::Key.into());
        }
        let contact = self.contact_mut(id)?;
        let Stage::Requested(outgoing) = &contact.relation.stage else {
            // Two acceptances raced; the other one won.
            return Ok(self.close(link, turn)?);
        };
        let one = outgoing
            .tries
            .iter()
            .find(|one| Some(one.transcript) == attempt)
            .ok_or(ViolationKind::OutOfPlace)?;
        let shared = outgoing.kem.decapsulate(&accept.ciphertext);
        let derived = Derived::new(
            &one.transcript,
            bytes,
            &shared,
            outgoing.random.as_bytes(),
            &accept.random,
        );
        self.link_mut(link)?.pending = Some(Box::new(Pending { accept, derived }));
        Ok(())
    }

    /// A: the first message on the accept link must be the acceptor's confirmation. When it
    /// verifies, the two are contacts and the request's secrets die.
    pub(super) fn confirm_acceptance(
        &mut self,
        id: ContactId,
        link: LinkId,
        sealed: &[u8],
        turn: &mut Turn<'_>,
    ) -> Result<(), Fault> {
        let pending = self.link_mut(link)?.pending.take();
        let Pending { accept, derived } = *pending.ok_or(Bug("no acceptance is pending"))?;
        let contact = self.contact_mut(id)?;
        let Stage::Requested(outgoing) = &contact.relation.stage else {
            return Ok(self.close(link, turn)?);
        };
        let reply_door = Some((outgoing.reply_seed.clone(), outgoing.reply_reader));
        let mut ratchet = Ratchet::new(derived.seal_root.clone(), None, turn.now.wall);
        let (body, _) = ratchet
            .seal
            .open(&derived.pair, contact.relation.receives(), sealed)?;
        let (account, session, letter) =
            first_letter(&contact.relation.account, &accept, &body.olm, body.olm_type)?;
        let fits = letter.pair == derived.pair
            && letter.direction == contact.relation.receives()
            && letter.sequence == 1
            && letter.generation == 0;
        if !fits {
            return Err(ViolationKind::Header.into());
        }
        let inside = Inside::decode(&letter.inside).map_err(|_| ViolationKind::Malformed)?;
        let InsideKind::Confirm(confirm) = inside.kind else {
            return Err(ViolationKind::Confirmation.into());
        };
        if !derive::equal(&confirm.mac, &derived.confirm(Role::B)) {
            return Err(ViolationKind::Confirmation.into());
        }
        let base_key = session.session_keys().base_key.to_bytes();
        self.contact_mut(id)?.relation.remember_base_key(base_key);
        ratchet.session = Some(session);
        ratchet.receive(letter.sequence);
        ratchet.remember(&body.olm);
        self.become_contact(id, accept, &derived, ratchet, account, reply_door, turn)?;
        let link = self.link_mut(link)?;
        link.acknowledge = true;
        link.agreed = true;
        link.go_live(turn.now);
        Ok(self.settle(id, turn)?)
    }

    #[allow(clippy::too_many_arguments)]
    fn become_contact(
        &mut self,
        id: ContactId,
        accept: Accept,
        derived: &Derived,
        ratchet: Ratchet,
        account: Account,
        reply_door: Option<(crate::keys::DoorSeed, X25519Public)>,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let circle = self.circle_with_room(turn)?;
        let door = self.circle(circle)?.seed.onion_key();
        let reader = KeyPair::random(turn.rng)?;
        let contact = self.contact_mut(id)?;
        contact.relation.nickname = accept.nickname;
        contact.relation.account = Some(account);
        contact.relation.stage = Stage::Accepted(Box::new(Bond {
            pair: derived.pair,
            link_root: derived.link_root.clone(),
            recovery_root: derived.recovery_root.clone(),
            peer_noise: accept.noise,
            peer_olm: accept.olm,
            peer_door: Some(PeerDoor {
                door: accept.door.door,
                descriptor: accept.door.descriptor,
            }),
            circle,
            reader: reader.public,
            invitation: None,
            verified: None,
            copies: Some(Secret::random(turn.rng)),
            peer_proof: None,
        }));
        contact.ratchet = Some(ratchet);
        contact.reply_door = reply_door;
        let confirm = Confirm {
            mac: derived.confirm(Role::A),
            door: Some(DoorNotice {
                door,
                descriptor: reader.secret,
            }),
        };
        self.begin_bond(id, confirm, turn)
    }

    /// B: A's confirmation came; both are contacts now.
    pub(super) fn confirmed(
        &mut self,
        id: ContactId,
        confirm: &Confirm,
        turn: &mut Turn<'_>,
    ) -> Result<(), Fault> {
        let contact = self.contact_mut(id)?;
        let Stage::Accepting(accepting, _) = &contact.relation.stage else {
            return Err(ViolationKind::Confirmation.into());
        };
        let Some(door) = &confirm.door else {
            return Err(ViolationKind::Confirmation.into());
        };
        if !derive::equal(&confirm.mac, &accepting.expected) {
            return Err(ViolationKind::Confirmation.into());
        }
        let stage = std::mem::replace(&mut contact.relation.stage, Stage::NoAnswer);
        let Stage::Accepting(_, mut bond) = stage else {
            return Err(Bug("the stage changed in between").into());
        };
        bond.peer_door = Some(PeerDoor {
            door: door.door,
            descriptor: door.descriptor.clone(),
        });
        contact.relation.stage = Stage::Accepted(bond);
        self.save_relation(id, turn)?;
        self.hand_out_spares(id, turn)?;
        turn.step.dials_changed();
        turn.step.event(Event::ContactChanged(id));
        Ok(())
    }
}

/// Opens the pre-key message that begins the session. Works on a copy of the account: its
/// one-time key is spent only when the confirmation inside verifies.
fn first_letter(
    account: &Option<Account>,
    accept: &Accept,
    olm: &[u8],
    olm_type: u8,
) -> Result<(Account, Session, Letter), Fault> {
    let account = account
        .as_ref()
        .ok_or(Bug("a request without an account"))?;
    let mut copy = Account::from_pickle(account.pickle());
    let message =
        OlmMessage::from_parts(olm_type.into(), olm).map_err(|_| ViolationKind::Malformed)?;
    check_olm_keys(&message)?;
    let OlmMessage::PreKey(message) = message else {
        return Err(ViolationKind::PreKey.into());
    };
    let created = copy
        .create_inbound_session(SessionConfig::version_1(), olm_key(&accept.olm), &message)
        .map_err(|_| ViolationKind::PreKey)?;
    let plaintext = Zeroizing::new(created.plaintext);
    let letter = Letter::decode(&plaintext).map_err(|_| ViolationKind::Malformed)?;
    Ok((copy, created.session, letter))
}
