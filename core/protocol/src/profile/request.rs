//! Contact requests over a knock link (D4.1–3, D4.7), both sides.

use undertone_wire::v1::{Invitation, OneTimeSecret, ParcelKind, Request, Role};
use undertone_wire::{ContactId, RequestId};
use zeroize::Zeroizing;

use crate::derive::Secret;
use crate::event::Event;
use crate::limits::{MAX_REQUEST, MAX_REQUESTS};
use crate::link::DoorName;
use crate::relation::{
    Extras, Incoming, MAX_TRIES, Relation, Stage, Timer, Try, provisional, request_transcript,
};
use crate::step::{Bug, Fault, LinkId, RecordKey, Turn, ViolationKind};

use super::{Contact, Invite, Profile};

impl Invite {
    /// The text form's content.
    pub(crate) fn invitation(&self) -> Invitation {
        Invitation {
            door: self.seed.onion_key(),
            noise: self.noise.public,
            one_time: self
                .one_time
                .as_ref()
                .map(|secret| OneTimeSecret(*secret.as_bytes())),
            server: None,
        }
    }

    /// `ik`: the one-time secret, or zeros (D2.2).
    pub(crate) fn ik(&self) -> Secret {
        self.one_time.clone().unwrap_or(Secret::from_bytes([0; 32]))
    }
}

impl Profile {
    /// A: the knock link stands; the request leaves once this try's secret is stored.
    pub(super) fn send_request(
        &mut self,
        id: ContactId,
        link: LinkId,
        hash: &[u8; 32],
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let contact = self.contact_mut(id)?;
        let Stage::Requested(outgoing) = &mut contact.relation.stage else {
            return self.close(link, turn);
        };
        let transcript = request_transcript(&outgoing.invitation, hash, &outgoing.request);
        let prov = provisional(&transcript, outgoing.random.as_bytes(), &outgoing.ik);
        if outgoing.tries.len() >= MAX_TRIES {
            // The answer can only be about one that was taken in.
            let oldest = outgoing.tries.iter().position(|one| !one.delivered);
            outgoing.tries.remove(oldest.unwrap_or(0));
        }
        outgoing.tries.push(Try {
            prov,
            transcript,
            delivered: false,
        });
        let request = outgoing.request.to_vec();
        self.save_relation(id, turn)?;
        let link = self.link_mut(link)?;
        link.attempt = Some(transcript);
        link.send(ParcelKind::Request, request, turn)
    }

    /// A: the other side's program took the request in.
    pub(super) fn request_taken(
        &mut self,
        id: ContactId,
        link: LinkId,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let attempt = self.link_mut(link)?.attempt;
        let contact = self.contact_mut(id)?;
        if let Stage::Requested(outgoing) = &mut contact.relation.stage {
            for one in &mut outgoing.tries {
                one.delivered |= Some(one.transcript) == attempt;
            }
            outgoing.delivered = Some(turn.now.wall);
            outgoing.deliveries += 1;
            self.save_relation(id, turn)?;
            turn.step.event(Event::RequestDelivered(id));
        }
        turn.step.dials_changed();
        self.close(link, turn)
    }

    /// B: a request came. Whatever becomes of it, the answer is the same (D4.2, review M9).
    pub(super) fn request_arrived(
        &mut self,
        link: LinkId,
        bytes: &[u8],
        turn: &mut Turn<'_>,
    ) -> Result<(), Fault> {
        if bytes.len() > MAX_REQUEST {
            return Err(ViolationKind::Malformed.into());
        }
        let request = Request::decode(bytes).map_err(|_| ViolationKind::Malformed)?;
        let at = self.link_mut(link)?;
        let crate::link::Phase::Open(open) = &at.phase else {
            return Err(Bug("a request on a link that is not open").into());
        };
        let (remote, hash) = (open.channel.remote(), *open.channel.hash());
        let Some(DoorName::Knock(number)) = at.door else {
            return Err(ViolationKind::OutOfPlace.into());
        };
        if request.noise != remote {
            return Err(ViolationKind::Key.into());
        }
        // So that every answer comes after a commit, whether or not there is something to keep.
        self.save_profile(turn)?;
        // The invitation may have been closed since the handshake; and a reflection of the door's
        // own key gets the same answer as everything else.
        if let Some(invite) = self.invitations.get(&number)
            && ![request.noise, request.olm, request.one_time_key].contains(&invite.noise.public)
        {
            let invitation_hash = invite.invitation().hash();
            let transcript = request_transcript(&invitation_hash, &hash, bytes);
            let incoming = Incoming {
                id: request.id,
                request: Zeroizing::new(bytes.to_vec()),
                greeting: request.greeting.clone(),
                invitation: number,
                invitation_hash,
                last: Try {
                    prov: provisional(&transcript, &request.random, &invite.ik()),
                    transcript,
                    delivered: true,
                },
            };
            self.store_request(&request, incoming, turn)?;
        }
        self.link_mut(link)?
            .send(ParcelKind::Received, Vec::new(), turn)?;
        Ok(self.close(link, turn)?)
    }

    /// Stores a new request, or the newer secret of one that is repeated.
    fn store_request(
        &mut self,
        request: &Request,
        incoming: Incoming,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        if let Some(known) = self.find_request(&request.id) {
            let contact = self.contact_mut(known)?;
            // Only a repeat of the very same request: somebody else may have seen the identifier.
            if let Stage::Undecided(earlier) = &mut contact.relation.stage
                && earlier.request == incoming.request
            {
                earlier.last = incoming.last;
                self.save_relation(known, turn)?;
            }
            return Ok(());
        }
        if !self.make_room_for_request(turn)? {
            return Ok(());
        }
        let id = ContactId::from_bytes(turn.random());
        let invite = self.invitations.get(&incoming.invitation);
        let introduced = invite.and_then(|invite| invite.introduced);
        let relation = Relation {
            id,
            role: Role::B,
            nickname: request.nickname.clone(),
            pet_name: None,
            created: turn.now.wall,
            noise: None,
            account: None,
            stage: Stage::Undecided(Box::new(incoming)),
            status: String::new(),
            timer: Timer::default(),
            base_keys: Vec::new(),
            restoring: None,
            answered: None,
            moved: None,
            replaced: false,
            proven: 0,
            dismissed: 0,
            extras: Extras::default(),
        };
        self.add_contact(relation, turn)?;
        if let Some(introduced) = introduced
            && self.accept_introduced(id, introduced, turn)?
        {
            return Ok(());
        }
        turn.step.event(Event::RequestReceived(id));
        Ok(())
    }

    pub(crate) fn add_contact(
        &mut self,
        relation: Relation,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let id = relation.id;
        self.contacts.insert(id, Contact::new(relation));
        self.record.contacts.push(id);
        self.save_relation(id, turn)?;
        self.save_profile(turn)
    }

    fn find_request(&self, request: &RequestId) -> Option<ContactId> {
        self.contacts.values().find_map(|contact| {
            let same = match &contact.relation.stage {
                Stage::Undecided(incoming) => incoming.id == *request,
                Stage::Rejected(id, _) | Stage::Blocked(Some(id)) => id == request,
                _ => contact
                    .relation
                    .bond()
                    .and_then(|bond| bond.invitation)
                    .is_some_and(|(_, id)| id == *request),
            };
            same.then_some(contact.relation.id)
        })
    }

    /// Drops the oldest undecided request, or else the oldest rejected or blocked requester, when
    /// there are too many (D4.7).
    fn make_room_for_request(&mut self, turn: &mut Turn<'_>) -> Result<bool, Bug> {
        let is_kept = |stage: &Stage| {
            matches!(
                stage,
                Stage::Undecided(_) | Stage::Rejected(..) | Stage::Blocked(Some(_))
            )
        };
        let kept: Vec<ContactId> = self
            .record
            .contacts
            .iter()
            .copied()
            .filter(|id| {
                self.contacts
                    .get(id)
                    .is_some_and(|c| is_kept(&c.relation.stage) && c.ratchet.is_none())
            })
            .collect();
        if kept.len() < MAX_REQUESTS {
            return Ok(true);
        }
        let undecided = kept.iter().find(|id| {
            self.contacts
                .get(id)
                .is_some_and(|c| matches!(c.relation.stage, Stage::Undecided(_)))
        });
        let Some(&oldest) = undecided.or(kept.first()) else {
            return Ok(false);
        };
        self.remove_contact(oldest, turn)?;
        Ok(true)
    }

    pub(crate) fn remove_contact(&mut self, id: ContactId, turn: &mut Turn<'_>) -> Result<(), Bug> {
        self.contacts.remove(&id);
        self.record.contacts.retain(|&other| other != id);
        turn.step.changes.delete(RecordKey::Relation(id));
        self.save_profile(turn)
    }
}
