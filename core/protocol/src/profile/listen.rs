//! The listening side up to flight 2 (D3.7–8): who may go on, and silence for everyone else.

use undertone_wire::v1::{FLIGHT_1, Flight1, MAX_GENERATION, Purpose, Role};
use undertone_wire::{ContactId, OnionKey};

use crate::derive;
use crate::handshake::{self, Answer, Terms};
use crate::limits::{MAX_AHEAD, MAX_MISSED_DIALS, MAX_MUTE};
use crate::link::{DoorName, Link, Phase};
use crate::relation::{Stage, dial_hint};
use crate::step::{Bug, Effect, Fault, LinkId, Turn};

use super::restore::GENERATION_BITS;
use super::{Contact, Profile};

/// Who was recognised, and the terms to go on with.
struct Recognised {
    contact: Option<ContactId>,
    attempt: Option<[u8; 32]>,
    /// The counter of the dial, and the generation that it names.
    counter: u64,
    claimed: u32,
    terms: Terms,
}

impl Profile {
    /// Reads flight 1 once both frames are there.
    pub(super) fn flight_1(&mut self, id: LinkId, turn: &mut Turn<'_>) -> Result<(), Fault> {
        let link = self.link_mut(id)?;
        let Phase::Flight1(bytes) = &mut link.phase else {
            return Err(Bug("flight 1 at a link that does not wait for it").into());
        };
        if bytes.len() < FLIGHT_1 {
            return Ok(());
        }
        let bytes = std::mem::take(bytes);
        link.phase = Phase::Silent;
        turn.step.effects.push(Effect::Silence(id));
        let silenced = turn.step.effects.len() - 1;
        let door = link.door.ok_or(Bug("a listening link without a door"))?;
        let Some(flight) = Flight1::decode(&bytes) else {
            return Ok(());
        };
        let Some(recognised) = self.recognise(door, &flight, turn) else {
            return Ok(());
        };
        let Ok((answer, frames)) = handshake::answer(&recognised.terms, &flight, turn.rng) else {
            return Ok(());
        };
        turn.step.effects.remove(silenced);
        if let Some(contact) = recognised.contact {
            self.drop_mute_links(contact, turn)?;
        }
        let link = self.link_mut(id)?;
        link.contact = recognised.contact;
        link.attempt = recognised.attempt;
        link.counter = recognised.counter;
        link.claimed = recognised.claimed;
        link.purpose = Some(flight.purpose);
        match answer {
            Answer::Channel(channel) => link.open(*channel, turn.now),
            Answer::Listener(listener) => link.phase = Phase::Flight3(listener),
        }
        turn.step.send(id, frames);
        Ok(())
    }

    /// A contact that opens links and says nothing on them keeps the newest: nobody needs more to get through.
    fn drop_mute_links(&mut self, id: ContactId, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let mute = |link: &&Link| {
            let chat = matches!(link.purpose, Some(Purpose::Chat | Purpose::Recovery));
            link.contact == Some(id) && !link.dialled() && !link.live && chat
        };
        let mute: Vec<LinkId> = self.links.values().filter(mute).map(|l| l.id).collect();
        // One more is about to open.
        let excess = (mute.len() + 1).saturating_sub(MAX_MUTE);
        for link in mute.into_iter().take(excess) {
            self.close(link, turn)?;
        }
        Ok(())
    }

    fn recognise(
        &mut self,
        door: DoorName,
        flight: &Flight1,
        turn: &mut Turn<'_>,
    ) -> Option<Recognised> {
        match (door, flight.purpose) {
            (DoorName::Knock(number), Purpose::Knock) => {
                if !self.may_answer(door, turn.now.monotonic) {
                    return None;
                }
                let invite = self.invitations.get(&number)?;
                let terms = Terms {
                    purpose: Purpose::Knock,
                    psk0: derive::expand(&invite.ik(), "knock psk", &[]),
                    local: invite.noise.secret.clone(),
                    remote: None,
                    door: invite.seed.onion_key(),
                    invitation: Some(invite.invitation().hash()),
                };
                Some(Recognised {
                    contact: None,
                    attempt: None,
                    counter: 0,
                    claimed: 0,
                    terms,
                })
            }
            (DoorName::Reply(contact), Purpose::Accept) => {
                if !self.may_answer(door, turn.now.monotonic) {
                    return None;
                }
                self.recognise_acceptor(contact, flight)
            }
            (DoorName::Circle(circle), Purpose::Chat) => {
                let door = self.circle(circle).ok()?.seed.onion_key();
                let members = self.members(circle).map(|contact| contact.relation.id);
                self.recognise_contact(door, members.collect(), flight, turn)
            }
            (DoorName::Recovery(id, week), Purpose::Recovery) => {
                let door = self.recovery_keys(id, week)?.seed.onion_key();
                self.recognise_contact(door, vec![id], flight, turn)
            }
            _ => None,
        }
    }

    /// The hint tells which of our tries the acceptor answers. All are compared.
    fn recognise_acceptor(&self, id: ContactId, flight: &Flight1) -> Option<Recognised> {
        let relation = &self.contacts.get(&id)?.relation;
        let Stage::Requested(outgoing) = &relation.stage else {
            return None;
        };
        let door = outgoing.reply_seed.onion_key();
        let mut found = None;
        for one in &outgoing.tries {
            let hint = dial_hint(&one.prov, Role::B, &flight.nonce, &door, flight.purpose);
            if derive::equal(&hint, &flight.hint) {
                found = Some(one);
            }
        }
        let one = found?;
        let terms = Terms {
            purpose: Purpose::Accept,
            psk0: derive::expand(&one.prov, "accept psk", &[]),
            local: relation.noise.as_ref()?.secret.clone(),
            remote: None,
            door,
            invitation: Some(outgoing.invitation),
        };
        Some(Recognised {
            contact: Some(id),
            attempt: Some(one.transcript),
            counter: 0,
            claimed: 0,
            terms,
        })
    }

    /// Compares the hint with every contact who is allowed at the door, then takes the counter in; the
    /// window is durable before flight 2 leaves.
    fn recognise_contact(
        &mut self,
        door: OnionKey,
        allowed: Vec<ContactId>,
        flight: &Flight1,
        turn: &mut Turn<'_>,
    ) -> Option<Recognised> {
        let mut found = None;
        for contact in allowed.iter().filter_map(|id| self.contacts.get(id)) {
            let Some(bond) = contact.relation.bond() else {
                continue;
            };
            let dialer = contact.relation.role.other();
            let hint = dial_hint(
                &bond.link_root,
                dialer,
                &flight.nonce,
                &door,
                flight.purpose,
            );
            if derive::equal(&hint, &flight.hint) {
                found = Some(contact.relation.id);
            }
        }
        let id = found?;
        let contact = self.contacts.get_mut(&id)?;
        let counter = u64::from_be_bytes(*flight.nonce.first_chunk()?);
        let claimed = u32::try_from(counter >> GENERATION_BITS).ok()?;
        if !contact.handshakes.take(turn.now.monotonic, 1) || !take_counter(contact, counter)? {
            return None;
        }
        turn.ratchets.insert(id);
        let bond = contact.relation.bond()?;
        let terms = Terms {
            purpose: flight.purpose,
            psk0: derive::expand(&bond.link_root, "link psk", &[]),
            local: contact.relation.noise.as_ref()?.secret.clone(),
            remote: Some(bond.peer_noise),
            door,
            invitation: None,
        };
        Some(Recognised {
            contact: Some(id),
            attempt: None,
            counter,
            claimed,
            terms,
        })
    }
}

/// Takes the counter of a dial in, whose upper bits are a generation (D12.2). `false`: it was there before, or cannot be.
fn take_counter(contact: &mut Contact, counter: u64) -> Option<bool> {
    let ratchet = contact.ratchet.as_mut()?;
    let claimed = u32::try_from(counter >> GENERATION_BITS).ok()?;
    let known = ratchet.peer_generation;
    // A copy of theirs that was replaced (D12.3), or a generation that nobody can have.
    if !(known..=MAX_GENERATION.min(known.saturating_add(MAX_AHEAD))).contains(&claimed) {
        return Some(false);
    }
    // A generation that is not known yet is believed when its copy begins anew over the link, and its counters from then on.
    // Who holds an old export could otherwise use all of them up, with one flight that shows nowhere.
    if claimed > known {
        return Some(true);
    }
    let first = u64::from(known) << GENERATION_BITS;
    let ahead = counter.saturating_sub(ratchet.replay.highest().max(first));
    Some(ahead <= MAX_MISSED_DIALS && ratchet.replay.accept(counter))
}
