//! Connections as they come, live and go: dialling, frames, which of two links survives.

use undertone_wire::ContactId;
use undertone_wire::v1::{FLIGHT_2, Parcel, ParcelKind, Purpose};

use crate::derive;
use crate::event::Event;
use crate::handshake::{Dialer, Terms};
use crate::limits::{MAX_HELD, MAX_UNAUTHENTICATED};
use crate::link::{DoorName, Link, Phase};
use crate::relation::{Stage, dial_hint};
use crate::step::{Bug, Effect, Fault, LinkId, Turn, ViolationKind};

use super::{Contact, Profile};

/// What a dial is made with: the terms, the nonce, the hint.
type DialTerms = (Terms, [u8; 16], [u8; 16]);

impl Profile {
    /// A dial succeeded: flight 1 leaves once the dial counter is durable.
    pub(super) fn dialled(
        &mut self,
        id: ContactId,
        purpose: Purpose,
        link: LinkId,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let Some((terms, nonce, hint)) = self.dial_terms(id, purpose, turn)? else {
            // The relationship changed while the dial was under way.
            turn.step.effects.push(Effect::Close(link));
            return Ok(());
        };
        let (dialer, frames) = Dialer::start(&terms, nonce, hint, turn.rng)?;
        let phase = Phase::Flight2(Box::new(dialer), Vec::new());
        let mut new = Link::new(link, None, phase, turn.now);
        new.contact = Some(id);
        new.purpose = Some(purpose);
        self.links.insert(link, new);
        turn.step.send(link, frames);
        Ok(())
    }

    fn dial_terms(
        &mut self,
        id: ContactId,
        purpose: Purpose,
        turn: &mut Turn<'_>,
    ) -> Result<Option<DialTerms>, Bug> {
        let mut nonce: [u8; 16] = turn.random();
        let random_hint: [u8; 16] = turn.random();
        let recovery = match purpose {
            Purpose::Recovery => self.dialled_recovery(id, turn.now),
            _ => None,
        };
        let Some(contact) = self.contacts.get_mut(&id) else {
            return Ok(None);
        };
        let Some(own) = &contact.relation.noise else {
            return Ok(None);
        };
        let local = own.secret.clone();
        let role = contact.relation.role;
        Ok(match (&contact.relation.stage, purpose) {
            (Stage::Requested(outgoing), Purpose::Knock) => {
                let terms = Terms {
                    purpose,
                    psk0: derive::expand(&outgoing.ik, "knock psk", &[]),
                    local,
                    remote: Some(outgoing.knock_noise),
                    door: outgoing.knock_door,
                    invitation: Some(outgoing.invitation),
                };
                Some((terms, nonce, random_hint))
            }
            (Stage::Accepting(accepting, bond), Purpose::Accept) => {
                nonce[..8].fill(0);
                let door = accepting.reply_door;
                let hint = dial_hint(&accepting.prov, role, &nonce, &door, purpose);
                let terms = Terms {
                    purpose,
                    psk0: derive::expand(&accepting.prov, "accept psk", &[]),
                    local,
                    remote: Some(bond.peer_noise),
                    door,
                    invitation: Some(accepting.invitation),
                };
                Some((terms, nonce, hint))
            }
            (Stage::Accepted(bond), Purpose::Chat | Purpose::Recovery) => {
                let door = match (purpose, recovery) {
                    (Purpose::Recovery, keys) => keys.map(|keys| keys.seed.onion_key()),
                    _ => bond.peer_door.as_ref().map(|peer| peer.door),
                };
                let Some(door) = door else {
                    return Ok(None);
                };
                let ratchet = contact
                    .ratchet
                    .as_mut()
                    .ok_or(Bug("a contact without a ratchet"))?;
                ratchet.dial_counter += 1;
                turn.ratchets.insert(id);
                nonce[..8].copy_from_slice(&ratchet.dial_counter.to_be_bytes());
                let hint = dial_hint(&bond.link_root, role, &nonce, &door, purpose);
                let terms = Terms {
                    purpose,
                    psk0: derive::expand(&bond.link_root, "link psk", &[]),
                    local,
                    remote: Some(bond.peer_noise),
                    door,
                    invitation: None,
                };
                Some((terms, nonce, hint))
            }
            _ => None,
        })
    }

    /// Someone connected to a door. Where there are too many, those who came first and said nothing make room.
    pub(super) fn arrived(&mut self, door: DoorName, link: LinkId, turn: &mut Turn<'_>) {
        let here = |other: &&Link| other.door == Some(door) && !other.live;
        let (mut heard, mut held, mut silent) = (0, 0, None);
        for other in self.links.values().filter(here) {
            held += 1;
            if other.is_silent() {
                silent = silent.or(Some(other.id));
            } else {
                heard += 1;
            }
        }
        if held >= MAX_HELD {
            turn.step.effects.push(Effect::Cut(silent.unwrap_or(link)));
            let Some(oldest) = silent else { return };
            self.links.remove(&oldest);
        }
        let mut phase = Phase::Flight1(Vec::new());
        if heard >= MAX_UNAUTHENTICATED {
            let unknown = |other: &&mut Link| {
                other.door == Some(door) && matches!(other.phase, Phase::Flight1(_))
            };
            let oldest = self.links.values_mut().find(unknown);
            let silenced = match oldest {
                Some(oldest) => {
                    oldest.phase = Phase::Silent;
                    oldest.id
                }
                None => {
                    phase = Phase::Silent;
                    link
                }
            };
            turn.step.effects.push(Effect::Silence(silenced));
        }
        self.links
            .insert(link, Link::new(link, Some(door), phase, turn.now));
    }

    /// The connection ended by itself.
    pub(super) fn closed(&mut self, link: LinkId, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let Some(link) = self.links.remove(&link) else {
            return Ok(());
        };
        let Some(id) = link.contact else {
            return Ok(());
        };
        self.count_silence(&link, turn.now);
        self.ended(&link, turn);
        turn.step.dials_changed();
        self.settle(id, turn)
    }

    /// What ends with a link, however that ended: it is out of the list.
    pub(super) fn ended(&mut self, link: &Link, turn: &mut Turn<'_>) {
        let Some(id) = link.contact else { return };
        self.end_short_code(id, link.id, turn);
        if let Some(DoorName::Recovery(..)) = link.door {
            turn.step.doors_changed();
        }
        let door = DoorName::Reply(id);
        let last = !self.links.values().any(|other| other.door == Some(door));
        if link.door == Some(door) && last {
            // Its reply door is not needed any longer, unless the request still waits.
            let contact = self.contacts.get_mut(&id);
            if contact.is_some_and(|contact| contact.reply_door.take().is_some()) {
                turn.step.doors_changed();
            }
        }
    }

    /// Ends a connection.
    pub(crate) fn close(&mut self, link: LinkId, turn: &mut Turn<'_>) -> Result<(), Bug> {
        if self.links.contains_key(&link) {
            turn.step.effects.push(Effect::Close(link));
        }
        self.closed(link, turn)
    }

    /// A whole frame came.
    pub(super) fn frame(
        &mut self,
        id: LinkId,
        frame: &[u8],
        turn: &mut Turn<'_>,
    ) -> Result<(), Fault> {
        // The link may have been closed while the frame was on its way through the program.
        let Some(link) = self.links.get_mut(&id) else {
            return Ok(());
        };
        match &mut link.phase {
            Phase::Silent => Ok(()),
            Phase::Flight1(bytes) => {
                bytes.extend_from_slice(frame);
                self.flight_1(id, turn)
            }
            Phase::Flight2(_, bytes) => {
                bytes.extend_from_slice(frame);
                if bytes.len() < FLIGHT_2 {
                    return Ok(());
                }
                self.flight_2(id, turn)
            }
            Phase::Flight3(_) => self.flight_3(id, frame, turn),
            Phase::Open(_) => {
                let parcel = link.receive(frame, turn.now)?;
                self.first_frame(id, turn)?;
                match parcel {
                    // It may just have lost against another link; what it brought comes again.
                    Some(parcel) if self.links.contains_key(&id) => self.parcel(id, &parcel, turn),
                    _ => Ok(()),
                }
            }
        }
    }

    /// The dialer reads flight 2. A listener that cannot finish is not a violation: it may be a
    /// contact whose state is older than ours, or anyone who guessed the door.
    fn flight_2(&mut self, id: LinkId, turn: &mut Turn<'_>) -> Result<(), Fault> {
        let link = self.link_mut(id)?;
        let phase = std::mem::replace(&mut link.phase, Phase::Silent);
        let (Phase::Flight2(dialer, bytes), Some(contact)) = (phase, link.contact) else {
            return Err(Bug("flight 2 at a link that does not dial").into());
        };
        let Ok((channel, third)) = dialer.finish(&bytes, turn.rng) else {
            return Ok(self.close(id, turn)?);
        };
        let hash = *channel.hash();
        link.open(channel, turn.now);
        turn.step.send(id, third);
        match link.purpose {
            Some(Purpose::Knock) => self.send_request(contact, id, &hash, turn)?,
            Some(Purpose::Accept) => {
                link.go_live(turn.now);
                link.agreed = true;
                self.send_acceptance(contact, id, turn)?;
                self.settle(contact, turn)?;
            }
            _ => {
                // Our first frame makes the link live for the listener, so there is always one.
                link.go_live(turn.now);
                self.greet(contact, id, turn)?;
                self.settle(contact, turn)?;
            }
        }
        Ok(())
    }

    fn flight_3(&mut self, id: LinkId, frame: &[u8], turn: &mut Turn<'_>) -> Result<(), Fault> {
        let link = self.link_mut(id)?;
        let Phase::Flight3(listener) = std::mem::replace(&mut link.phase, Phase::Silent) else {
            return Err(Bug("flight 3 at a link that does not wait for it").into());
        };
        // Whoever fails here gets silence like everyone else.
        match listener.finish(frame) {
            Ok(channel) => link.open(channel, turn.now),
            Err(_) => turn.step.effects.push(Effect::Silence(id)),
        }
        Ok(())
    }

    /// The listener's link becomes live with the dialer's first frame (D3.9).
    fn first_frame(&mut self, id: LinkId, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let link = self.link_mut(id)?;
        let Some(contact) = link.contact else {
            return Ok(());
        };
        let chat = matches!(link.purpose, Some(Purpose::Chat | Purpose::Recovery));
        if !link.live && chat {
            link.go_live(turn.now);
            self.greet(contact, id, turn)?;
        }
        self.settle(contact, turn)
    }

    /// What a parcel means depends on the link's purpose and on who dialled.
    fn parcel(&mut self, id: LinkId, parcel: &Parcel, turn: &mut Turn<'_>) -> Result<(), Fault> {
        let link = self.link_mut(id)?;
        let dialled = link.dialled();
        let purpose = link.purpose.ok_or(ViolationKind::OutOfPlace)?;
        let messages = link.carries_messages();
        let pending = link.pending.is_some();
        let agreed = link.agreed;
        match (purpose, link.contact, parcel.kind) {
            (Purpose::Knock, None, ParcelKind::Request) if !dialled => {
                self.request_arrived(id, &parcel.bytes, turn)
            }
            (Purpose::Knock, Some(contact), ParcelKind::Received) if dialled => {
                Ok(self.request_taken(contact, id, turn)?)
            }
            (Purpose::Accept, Some(contact), ParcelKind::Accept) if !dialled => {
                self.acceptance_arrived(contact, id, &parcel.bytes, turn)
            }
            (_, Some(_), ParcelKind::Nothing) => Ok(()),
            (Purpose::Accept, Some(contact), ParcelKind::Sealed) if pending => {
                self.confirm_acceptance(contact, id, &parcel.bytes, turn)
            }
            (_, Some(contact), ParcelKind::Acknowledgement) if messages => {
                self.acknowledged(contact, id, &parcel.bytes, turn)
            }
            (Purpose::Chat | Purpose::Recovery, Some(contact), ParcelKind::Restore) if messages => {
                self.restore_arrived(contact, id, &parcel.bytes, turn)
            }
            (Purpose::Chat | Purpose::Recovery, Some(contact), ParcelKind::Restored)
                if messages =>
            {
                self.restored_arrived(contact, id, &parcel.bytes, turn)
            }
            // Of another generation: it comes again when both are of one.
            (_, Some(_), ParcelKind::Sealed | ParcelKind::ShortCode | ParcelKind::SessionReset)
                if messages && !agreed =>
            {
                Ok(())
            }
            (_, Some(contact), ParcelKind::Sealed) if messages => {
                self.sealed_arrived(contact, id, &parcel.bytes, turn)
            }
            (_, Some(contact), ParcelKind::ShortCode) if messages => {
                self.short_code_arrived(contact, id, &parcel.bytes, turn)
            }
            (_, Some(contact), ParcelKind::SessionReset) if messages => {
                self.reset_arrived(contact, &parcel.bytes, turn)
            }
            _ => Err(ViolationKind::OutOfPlace.into()),
        }
    }

    /// The link on which messages to a contact travel.
    pub(crate) fn sending_link(&self, contact: ContactId) -> Option<LinkId> {
        let relation = &self.contacts.get(&contact)?.relation;
        self.links
            .values()
            .filter(|link| link.contact == Some(contact) && link.carries_messages())
            .max_by_key(|link| {
                let (newer, genuine) = (self.is_newer(link), self.is_genuine(link));
                (newer, genuine, link.rank(relation.role))
            })
            .map(|link| link.id)
    }

    /// Whether a link is with the copy that we know. Where they were restored, there may be a second one, made from the same
    /// export: it has all keys of links and none of what was said since, and must not end the link of the first.
    fn is_genuine(&self, link: &Link) -> bool {
        let contact = link.contact.and_then(|id| self.contacts.get(&id));
        let ratchet = contact.and_then(|contact| contact.ratchet.as_ref());
        link.genuine || ratchet.is_none_or(|ratchet| ratchet.peer_generation == 0)
    }

    /// What came on a link shows that it is with the copy that we know.
    pub(super) fn mark_genuine(
        &mut self,
        id: ContactId,
        link: LinkId,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        match self.links.get_mut(&link) {
            Some(at) if !at.genuine => at.genuine = true,
            _ => return Ok(()),
        }
        self.settle(id, turn)
    }

    /// Whether a link is with a copy that was restored and is not known as such yet: the other one, or
    /// ours. It survives every other, for those may be with the copy that was replaced.
    fn is_newer(&self, link: &Link) -> bool {
        let contact = link.contact.and_then(|id| self.contacts.get(&id));
        let Some(Contact {
            relation,
            ratchet: Some(ratchet),
            ..
        }) = contact
        else {
            return false;
        };
        if link.dialled() {
            relation.restoring.is_some()
        } else {
            link.claimed > ratchet.peer_generation
        }
    }

    /// After any change of a contact's links: the loser of two is closed once the survivor is
    /// confirmed (D3.10), the application hears whether there is a link, and what waits leaves.
    pub(crate) fn settle(&mut self, id: ContactId, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let best = self.sending_link(id);
        if let Some(best) = best
            && self
                .links
                .get(&best)
                .is_some_and(|link| link.confirmed && self.is_genuine(link))
        {
            let losers: Vec<LinkId> = self
                .links
                .values()
                .filter(|link| link.contact == Some(id) && link.carries_messages())
                .filter(|link| link.id != best && link.confirmed)
                .map(|link| link.id)
                .collect();
            for loser in losers {
                self.close(loser, turn)?;
            }
        }
        let connected = best.is_some();
        let contact = self.contact_mut(id)?;
        if contact.ratchet.is_some() && contact.connected != connected {
            contact.connected = connected;
            turn.step.dials_changed();
            turn.step.event(if connected {
                Event::Connected(id)
            } else {
                Event::Disconnected(id)
            });
            if connected {
                self.top_up_spares(id, turn)?;
            }
        }
        self.pump(id, turn)
    }
}
