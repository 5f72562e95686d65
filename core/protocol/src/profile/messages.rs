//! Messages between contacts (D6, D9): receipt and acknowledgement. What leaves is in [`super::outbox`].

use undertone_wire::v1::{
    Acknowledgement, Content, Direction, Inside, InsideKind, Kind, Letter, ParcelKind, Role,
    SealedBody,
};
use undertone_wire::{ContactId, MessageId, PairId, X25519Public};
use vodozemac::olm::{OlmMessage, Session};
use zeroize::Zeroizing;

use crate::conversation::{Annotation, StoredMessage};
use crate::event::Event;
use crate::limits::{INBOUND_EACH, TYPING_SECONDS};
use crate::ratchet::{Arrival, Encrypted, Ratchet};
use crate::relation::PeerDoor;
use crate::step::{Bug, Fault, LinkId, RecordKey, Turn, ViolationKind};

use super::persist::{day_of, save_message};
use super::{Contact, Profile};

/// What decrypting an Olm message led to.
pub(super) enum Opened {
    Letter(Letter),
    /// The session does not fit: a new one is needed (D6.5).
    Unreadable,
    /// It begins a session with a key that is not ours to use: they have to be asked for another.
    UnknownSession,
    /// Of a session that gave way, or is long over: its messages come again under the present one.
    Superseded,
}

impl Profile {
    /// A sealed message came on a live link.
    pub(super) fn sealed_arrived(
        &mut self,
        id: ContactId,
        link: LinkId,
        sealed: &[u8],
        turn: &mut Turn<'_>,
    ) -> Result<(), Fault> {
        let contact = self.contact_mut(id)?;
        let cost = INBOUND_EACH.saturating_add(sealed.len() as u32);
        if !contact.inbound.take(turn.now.monotonic, cost) {
            return Err(ViolationKind::Flood.into());
        }
        let (direction, pair) = (contact.relation.receives(), pair_of(contact)?);
        let ratchet = contact.ratchet_mut()?;
        let (body, epoch) = ratchet.seal.open(&pair, direction, sealed)?;
        let next = ratchet.next_sequence;
        if ratchet.seal.received_under(epoch, next) {
            turn.ratchets.insert(id);
        }
        if ratchet.is_repeat(&body.olm) {
            self.link_mut(link)?.acknowledge = true;
            return Ok(());
        }
        let letter = match self.open_olm(id, &body, turn)? {
            Opened::Letter(letter) => letter,
            Opened::Unreadable => return self.begin_anew(id, link, turn),
            Opened::UnknownSession => return Ok(self.ask_for_reset(id, link, turn)?),
            Opened::Superseded => return Ok(()),
        };
        turn.ratchets.insert(id);
        let ratchet = self.contact_mut(id)?.ratchet_mut()?;
        let fits = letter.pair == pair
            && letter.direction == direction
            && letter.generation == ratchet.peer_generation;
        let arrival = ratchet.judge(letter.sequence);
        if !fits || arrival == Arrival::FarOut {
            return Err(ViolationKind::Header.into());
        }
        // From here on the message counts as received, whatever its inside leads to: its key is
        // spent, and one that is refused must not come again for ever.
        ratchet.remember(&body.olm);
        let at = self.link_mut(link)?;
        at.acknowledge = true;
        at.reset_asked = false;
        at.spare_used = false;
        self.mark_genuine(id, link, turn)?;
        if self.contact_mut(id)?.relation.answered.take().is_some() {
            self.save_relation(id, turn)?;
        }
        if arrival == Arrival::New {
            let ratchet = self.contact_mut(id)?.ratchet_mut()?;
            ratchet.receive(letter.sequence);
            let order = ratchet.order(letter.sequence);
            let inside = Inside::decode(&letter.inside).map_err(|_| ViolationKind::Malformed)?;
            self.take_in(id, inside.kind, order, body.offset, turn)?;
        }
        Ok(self.pump(id, turn)?)
    }

    /// Decrypts with the present session. A pre-key message is accepted only for the session it
    /// began, or for a one-time key that we handed out for this (D6.5).
    fn open_olm(
        &mut self,
        id: ContactId,
        body: &SealedBody,
        turn: &mut Turn<'_>,
    ) -> Result<Opened, Fault> {
        let message = OlmMessage::from_parts(body.olm_type.into(), &body.olm)
            .map_err(|_| ViolationKind::Malformed)?;
        check_olm_keys(&message)?;
        let ratchet = self.contact_mut(id)?.ratchet_mut()?;
        if let OlmMessage::PreKey(first) = &message
            && !belongs(ratchet.session.as_ref(), first.session_keys())
        {
            return self.begin_session(id, first, turn);
        }
        let plaintext = ratchet.session.as_mut().map(|s| s.decrypt(&message));
        let Some(Ok(plaintext)) = plaintext else {
            // They do not know the session that we opened yet, and will encrypt anew when they do.
            let superseded = ratchet.session_opened;
            return Ok(if superseded {
                Opened::Superseded
            } else {
                Opened::Unreadable
            });
        };
        ratchet.session_opened = false;
        let plaintext = Zeroizing::new(plaintext);
        let letter = Letter::decode(&plaintext).map_err(|_| ViolationKind::Malformed)?;
        Ok(Opened::Letter(letter))
    }

    /// Acts on the inside of a new message.
    fn take_in(
        &mut self,
        id: ContactId,
        kind: InsideKind,
        order: u64,
        offset: u32,
        turn: &mut Turn<'_>,
    ) -> Result<(), Fault> {
        match kind {
            InsideKind::Content(bytes) => self.content_arrived(id, bytes, order, offset, turn),
            InsideKind::Confirm(confirm) => self.confirmed(id, &confirm, turn),
            InsideKind::Door(notice) => {
                if let Some(bond) = self.contact_mut(id)?.relation.bond_mut() {
                    bond.peer_door = Some(PeerDoor {
                        door: notice.door,
                        descriptor: notice.descriptor,
                    });
                }
                self.save_relation(id, turn)?;
                turn.step.dials_changed();
                Ok(())
            }
            InsideKind::RekeyOffer(offer) => {
                let contact = self.contact_mut(id)?;
                if contact.relation.role != Role::B {
                    return Err(ViolationKind::Rekey.into());
                }
                let seal = &mut contact.ratchet_mut()?.seal;
                let answer = seal.answer(&offer, turn.now.wall, turn.rng)?;
                Ok(self.enqueue_latest(id, InsideKind::RekeyAnswer(answer), turn)?)
            }
            InsideKind::RekeyAnswer(answer) => {
                let ratchet = self.contact_mut(id)?.ratchet_mut()?;
                let next = ratchet.next_sequence;
                Ok(ratchet.seal.finish(&answer, next, turn.now.wall)?)
            }
            InsideKind::Spares(spares) => {
                let relation = &self.contact_mut(id)?.relation;
                if spares.keys.iter().any(|key| relation.is_own(key)) {
                    return Err(ViolationKind::Key.into());
                }
                self.contact_mut(id)?
                    .ratchet_mut()?
                    .take_spares(&spares.keys);
                Ok(())
            }
            InsideKind::Unknown => Ok(()),
        }
    }

    fn content_arrived(
        &mut self,
        id: ContactId,
        bytes: Zeroizing<Vec<u8>>,
        order: u64,
        offset: u32,
        turn: &mut Turn<'_>,
    ) -> Result<(), Fault> {
        // What a later version says and this one cannot read is kept as it came.
        let unreadable = |turn: &mut Turn<'_>| Content {
            id: MessageId::from_bytes(turn.random()),
            parents: Vec::new(),
            kind: Kind::Unsupported(0),
        };
        let content = Content::decode(&bytes).unwrap_or_else(|_| unreadable(turn));
        let written = turn.now.wall.saturating_sub(offset.into());
        let relation = &mut self.contact_mut(id)?.relation;
        match content.kind {
            Kind::Typing { active } => {
                // One that waited for a link says nothing about now.
                if offset <= TYPING_SECONDS {
                    turn.step.event(Event::Typing(id, active));
                }
                return Ok(());
            }
            // Every message that is stored is acknowledged, which says the same.
            Kind::Delivered(_) => return Ok(()),
            Kind::Introduction(step) => return self.introduction_arrived(id, step, turn),
            Kind::Edit { .. }
            | Kind::Delete { .. }
            | Kind::Reaction { .. }
            | Kind::Read(_)
            | Kind::Picture(_) => {
                turn.step.annotations.push(Annotation {
                    contact: id,
                    ours: false,
                    order,
                    time: written,
                    content,
                });
                return Ok(());
            }
            Kind::Nickname(name) => relation.nickname = name,
            Kind::Status(status) => relation.status = status,
            Kind::Away(away) => relation.extras.away = away,
            Kind::Timer { seconds, version } => {
                let by = relation.role.other();
                relation.timer.merge(seconds, version, by);
                self.save_relation(id, turn)?;
                turn.step.event(Event::ContactChanged(id));
                return self.message_arrived(id, content.id, written, bytes, turn);
            }
            _ => return self.message_arrived(id, content.id, written, bytes, turn),
        }
        self.save_relation(id, turn)?;
        turn.step.event(Event::ContactChanged(id));
        Ok(())
    }

    /// Something that has a line of its own in the conversation.
    fn message_arrived(
        &mut self,
        id: ContactId,
        name: MessageId,
        written: u64,
        bytes: Zeroizing<Vec<u8>>,
        turn: &mut Turn<'_>,
    ) -> Result<(), Fault> {
        let number = self.keep(id, name, None, written, bytes, turn)?;
        turn.step.event(Event::MessageReceived(id, number));
        Ok(())
    }

    /// Stores a message of the conversation and makes it a parent of the next.
    pub(super) fn keep(
        &mut self,
        id: ContactId,
        name: MessageId,
        place: Option<u64>,
        time: u64,
        content: Zeroizing<Vec<u8>>,
        turn: &mut Turn<'_>,
    ) -> Result<u64, Bug> {
        let ratchet = self.contact_mut(id)?.ratchet_mut()?;
        let number = ratchet.next_message;
        ratchet.next_message += 1;
        ratchet.heads = vec![name];
        turn.ratchets.insert(id);
        // The day of storing, not of writing: a peer must not choose which key seals it.
        let day = day_of(turn.now.wall);
        let message = StoredMessage::new(number, name, place, time, day, content);
        save_message(id, &message, turn)?;
        Ok(number)
    }

    /// The other side stored some of ours: they leave the outbox.
    pub(super) fn acknowledged(
        &mut self,
        id: ContactId,
        link: LinkId,
        bytes: &[u8],
        turn: &mut Turn<'_>,
    ) -> Result<(), Fault> {
        let ack = Acknowledgement::decode(bytes).ok_or(ViolationKind::Malformed)?;
        if !self.agree(id, link, &ack, turn)? {
            return Ok(());
        }
        let contact = self.contact_mut(id)?;
        let ratchet = contact
            .ratchet
            .as_mut()
            .ok_or(ViolationKind::Acknowledgement)?;
        let highest = ack.cumulative.saturating_add(match ack.bitmap {
            0 => 0,
            bitmap => 65 - u64::from(bitmap.leading_zeros()),
        });
        if highest >= ratchet.next_sequence {
            return Err(ViolationKind::Acknowledgement.into());
        }
        let mut freed = 0;
        contact.waiting.retain(|waiting| {
            let done = waiting
                .encrypted
                .as_ref()
                .is_some_and(|encrypted| ack.covers(encrypted.sequence));
            if done {
                freed += waiting.inside.len();
                let key = RecordKey::Outbox(id, waiting.place);
                turn.step.changes.delete(key);
                if let Some((number, name)) = waiting.message {
                    turn.step.event(Event::MessageChanged(id, number, name));
                }
            }
            !done
        });
        contact.waiting_bytes -= freed;
        let retired = ratchet.seal.retire(ack.cumulative, ratchet.has_gap());
        if freed > 0 || retired {
            turn.ratchets.insert(id);
        }
        if contact.relation.moved.is_some() {
            self.check_moved(id, turn)?;
        }
        if ack.cumulative > 0 {
            // It has something of ours.
            self.mark_genuine(id, link, turn)?;
        }
        Ok(self.pump(id, turn)?)
    }

    /// One acknowledgement for all that a step received on a link.
    pub(super) fn send_acknowledgements(&mut self, turn: &mut Turn<'_>) -> Result<(), Bug> {
        for link in self.links.values_mut() {
            if !std::mem::take(&mut link.acknowledge) {
                continue;
            }
            let ratchet = link
                .contact
                .and_then(|id| self.contacts.get(&id)?.ratchet.as_ref());
            if let Some(ratchet) = ratchet {
                let bytes = ratchet.acknowledgement().encode();
                link.send(ParcelKind::Acknowledgement, bytes, turn)?;
            }
        }
        Ok(())
    }
}

/// Low-order keys inside Olm (D1.5): the library takes them in and fails later, when we answer.
pub(super) fn check_olm_keys(message: &OlmMessage) -> Result<(), ViolationKind> {
    let check = |key: vodozemac::Curve25519PublicKey| {
        X25519Public::from_bytes(key.to_bytes())
            .map(|_| ())
            .map_err(|_| ViolationKind::Key)
    };
    match message {
        OlmMessage::Normal(message) => check(message.ratchet_key()),
        OlmMessage::PreKey(message) => {
            check(message.base_key())?;
            check(message.one_time_key())?;
            check(message.message().ratchet_key())
        }
    }
}

pub(super) fn pair_of(contact: &Contact) -> Result<PairId, Bug> {
    Ok(contact
        .relation
        .bond()
        .ok_or(Bug("a message without a bond"))?
        .pair)
}

fn belongs(session: Option<&Session>, keys: vodozemac::olm::SessionKeys) -> bool {
    session.is_some_and(|session| session.session_keys() == keys)
}

/// Makes the one Olm ciphertext of a message.
pub(super) fn encrypt(
    ratchet: &mut Ratchet,
    pair: PairId,
    direction: Direction,
    inside: &Zeroizing<Vec<u8>>,
) -> Result<Encrypted, Bug> {
    let sequence = ratchet.next_sequence;
    ratchet.next_sequence += 1;
    encrypt_as(ratchet, pair, direction, inside, sequence)
}

/// The same for a sequence that is already given: after a session reset.
pub(super) fn encrypt_as(
    ratchet: &mut Ratchet,
    pair: PairId,
    direction: Direction,
    inside: &Zeroizing<Vec<u8>>,
    sequence: u64,
) -> Result<Encrypted, Bug> {
    let letter = Letter {
        pair,
        direction,
        generation: ratchet.generation,
        sequence,
        inside: inside.clone(),
    };
    let session = ratchet
        .session
        .as_mut()
        .ok_or(Bug("a message without a session"))?;
    let message = session
        .encrypt(letter.encode().as_slice())
        .map_err(|_| Bug("Olm refuses to encrypt"))?;
    let (olm_type, olm) = message.to_parts();
    Ok(Encrypted {
        sequence,
        olm_type: u8::try_from(olm_type).map_err(|_| Bug("an unknown Olm type"))?,
        olm,
    })
}
