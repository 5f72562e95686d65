//! The machine of one profile: invitations, relationships, links. Inputs and the time go in, steps
//! come out; nothing here waits, stores or sends.
//!
//! What should be true of the outside is asked for, not ordered: [`Profile::doors`] says which
//! doors should be open and [`Profile::dials`] whom to dial, after any step that says so and after
//! a restart alike. So nothing has to be remembered to be undone.

mod about;
mod acceptance;
mod block;
mod circles;
mod commands;
mod introduce;
mod links;
mod listen;
mod messages;
mod notes;
mod outbox;
mod persist;
mod recovery;
mod request;
mod reset;
mod restore;
mod say;
mod short_code;
mod view;
mod wanted;
mod withdraw;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use undertone_wire::v1::Purpose;
use undertone_wire::{ContactId, IntroductionId, X25519Public};

pub(crate) use acceptance::Pending;
pub use circles::CircleState;
pub use commands::{MAX_PAGE, Refusal};
pub use introduce::{Introduced, IntroductionStage, IntroductionState};
pub(crate) use introduce::{Introducing, Offer};
pub(crate) use notes::Notes;
pub use persist::LoadError;
pub(crate) use persist::encode;
#[cfg(test)]
pub(crate) use recovery::RecoveryKeys;
#[cfg(feature = "lies")]
pub(crate) use restore::GENERATION_BITS;
#[cfg(test)]
pub(crate) use restore::seal_root;
pub(crate) use restore::{Answered, Restoring};
pub use say::Words;
pub(crate) use short_code::Comparison;
pub use view::{ContactState, CopyState, Delivery, InvitationState};
pub use wanted::{WantedDial, WantedDoor};
pub use withdraw::Gone;

use crate::bucket::Bucket;
use crate::derive::Secret;
use crate::keys::{DoorSeed, KeyPair};
use crate::limits::{
    CONTACT_HANDSHAKES_PER_MINUTE, HANDSHAKES_PER_MINUTE, INBOUND_BURST, INBOUND_PER_MINUTE,
    MAX_CIRCLE, REPEAT_SECONDS, REQUEST_SECONDS, RESETS_PER_MINUTE, RESTORE_PAUSE, RESTORES,
};
use crate::link::{DoorName, Link};
use crate::ratchet::{Ratchet, Waiting};
use crate::relation::{MAX_TRIES, Relation, Stage};
use crate::step::{Bug, Effect, Fault, LinkId, Now, RecordKey, Step, Turn, Violation};

/// What happens to a profile from outside.
#[derive(Debug)]
pub enum Input {
    /// A dial that [`Profile::dials`] asked for succeeded.
    Dialled {
        /// Whom.
        contact: ContactId,
        /// What for.
        purpose: Purpose,
        /// The new connection's name: higher than all before.
        link: LinkId,
    },
    /// Someone connected to a door.
    Arrived {
        /// Which door.
        door: DoorName,
        /// The new connection's name: higher than all before.
        link: LinkId,
    },
    /// A whole frame came.
    Frame(LinkId, Vec<u8>),
    /// The connection ended.
    Closed(LinkId),
    /// The network's consensus is of this time, in seconds since 1970. What is decided by weeks never
    /// follows the computer's clock (D13.2).
    NetworkTime(u64),
    /// The time that [`Profile::next_wake`] named has come.
    Wake,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ProfileRecord {
    pub(crate) nickname: String,
    #[serde(default)]
    pub(crate) status: String,
    pub(crate) invitations: Vec<u64>,
    pub(crate) next_invitation: u64,
    pub(crate) contacts: Vec<ContactId>,
    pub(crate) circles: Vec<Circle>,
    pub(crate) next_circle: u32,
    /// Strangers cannot knock.
    #[serde(default)]
    pub(crate) requests_off: bool,
    /// Contacts are told that we are away.
    #[serde(default)]
    pub(crate) away: bool,
    /// Introductions that we make.
    #[serde(default)]
    pub(crate) introductions: Vec<Introducing>,
}

/// Contacts that share a contact door.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Circle {
    pub(crate) number: u32,
    pub(crate) seed: DoorSeed,
    /// Its door is closed: the profile is invisible to those in it.
    #[serde(default)]
    pub(crate) closed: bool,
    /// The owner chose who is in it.
    #[serde(default)]
    pub(crate) chosen: bool,
}

/// An open invitation of ours.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Invite {
    pub(crate) number: u64,
    pub(crate) seed: DoorSeed,
    pub(crate) noise: KeyPair,
    pub(crate) one_time: Option<Secret>,
    pub(crate) expires: Option<u64>,
    /// For the introduction that this contact offered.
    #[serde(default)]
    pub(crate) introduced: Option<(ContactId, IntroductionId)>,
}

/// A relationship with all that belongs to it.
pub(crate) struct Contact {
    pub(crate) relation: Relation,
    pub(crate) ratchet: Option<Ratchet>,
    pub(crate) waiting: VecDeque<Waiting>,
    /// Bytes in `waiting`.
    pub(crate) waiting_bytes: usize,
    /// A live link was reported.
    pub(crate) connected: bool,
    /// The reply door over which the acceptance came, open until that link ends.
    pub(crate) reply_door: Option<(DoorSeed, X25519Public)>,
    /// Bytes of messages that they may still send, and new sessions that they may still have.
    pub(crate) inbound: Bucket,
    pub(crate) resets: Bucket,
    /// Handshakes of theirs that are still answered.
    pub(crate) handshakes: Bucket,
    /// Restores of theirs that are still answered.
    pub(crate) restores: Bucket,
    /// The short code that is compared at the moment.
    pub(crate) comparison: Comparison,
    /// How often in a row their door was there and did not know us.
    pub(crate) silences: u32,
}

/// The machine of one profile.
pub struct Profile {
    pub(crate) record: ProfileRecord,
    pub(crate) invitations: BTreeMap<u64, Invite>,
    pub(crate) contacts: BTreeMap<ContactId, Contact>,
    pub(crate) links: BTreeMap<LinkId, Link>,
    /// Handshakes that each door still answers.
    handshakes: BTreeMap<DoorName, Bucket>,
    /// What the network last said about the time.
    network_time: Option<recovery::NetworkTime>,
    /// Whose recovery doors are open, of which week.
    recovery: Vec<(ContactId, u32)>,
    /// What was last reported of [`Self::copy_state`].
    copy: CopyState,
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (contacts, links) = (self.contacts.len(), self.links.len());
        write!(f, "Profile({contacts} contacts, {links} links)")
    }
}

impl Profile {
    fn with(record: ProfileRecord) -> Self {
        Self {
            record,
            invitations: BTreeMap::new(),
            contacts: BTreeMap::new(),
            links: BTreeMap::new(),
            handshakes: BTreeMap::new(),
            network_time: None,
            recovery: Vec::new(),
            copy: CopyState::Present,
        }
    }

    /// Takes one input.
    ///
    /// # Errors
    /// Only for a broken invariant of ours. The profile must then be loaded anew, like after a
    /// commit that failed: what it holds in memory may be ahead of what is stored.
    pub fn handle(&mut self, now: Now, rng: &mut dyn CryptoRng, input: Input) -> Result<Step, Bug> {
        self.handle_all(now, rng, [input])
    }

    /// Takes several inputs as one step, which is one commit: acknowledgements and records are
    /// written once.
    ///
    /// # Errors
    /// See [`Self::handle`].
    pub fn handle_all(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        inputs: impl IntoIterator<Item = Input>,
    ) -> Result<Step, Bug> {
        let mut turn = Turn::new(now, rng);
        for input in inputs {
            match input {
                Input::Dialled {
                    contact,
                    purpose,
                    link,
                } if !self.is_kept_from(contact) => {
                    self.dialled(contact, purpose, link, &mut turn)?;
                }
                // A door that was just closed, or a dial that was just given up.
                Input::Dialled { link, .. } => turn.step.effects.push(Effect::Cut(link)),
                Input::Arrived { door, link } if self.is_shut(door) => {
                    turn.step.effects.push(Effect::Cut(link));
                }
                Input::Arrived { door, link } => self.arrived(door, link, &mut turn),
                Input::Frame(link, frame) => {
                    let outcome = self.frame(link, &frame, &mut turn);
                    self.judge(link, outcome, &mut turn)?;
                }
                Input::Closed(link) => self.closed(link, &mut turn)?,
                Input::NetworkTime(seconds) => self.network_time(seconds, &mut turn)?,
                Input::Wake => self.wake(&mut turn)?,
            }
        }
        self.finish(turn)
    }

    /// Closes the link of a peer that broke the rules.
    fn judge(
        &mut self,
        link: LinkId,
        outcome: Result<(), Fault>,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        match outcome {
            Ok(()) => Ok(()),
            Err(Fault::Bug(bug)) => Err(bug),
            Err(Fault::Violation(kind)) => {
                turn.step.violations.push(Violation { link, kind });
                self.close(link, turn)
            }
        }
    }

    /// Acknowledges what the step received and writes the ratchets that it changed.
    fn finish(&mut self, mut turn: Turn<'_>) -> Result<Step, Bug> {
        self.send_acknowledgements(&mut turn)?;
        self.report_copy(&mut turn);
        for contact in std::mem::take(&mut turn.ratchets) {
            self.save_ratchet(contact, &mut turn)?;
        }
        Ok(turn.step)
    }

    /// When [`Input::Wake`] is due, by the monotonic clock.
    #[must_use]
    pub fn next_wake(&self, now: Now) -> Option<Duration> {
        let links = self.links.values().map(Link::next_wake);
        let wall = self.invitations.values().filter_map(|i| i.expires);
        let requests = self.contacts.values().filter_map(|c| c.next_repeat());
        let ends = self.contacts.values().filter_map(Contact::end_of_request);
        // What is due and not done waits for a dial, not for the time.
        let all = wall
            .chain(requests)
            .chain(ends)
            .chain(self.introduction_ends());
        let future = all.filter(|&at| at > now.wall);
        let waits = future.map(|at| {
            // A wall clock can jump: look again at least every hour.
            let wait = at.saturating_sub(now.wall).clamp(1, 3600);
            now.monotonic + Duration::from_secs(wait)
        });
        links.chain(waits).chain(self.next_recovery(now)).min()
    }

    fn wake(&mut self, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let over: Vec<LinkId> = self
            .links
            .values()
            .filter(|link| link.is_over(turn.now))
            .map(|link| link.id)
            .collect();
        for link in over {
            self.close(link, turn)?;
        }
        for link in self.links.values_mut() {
            link.keepalive(turn)?;
        }
        self.look_at_recovery(turn);
        self.expire_invitations(turn)?;
        self.expire_introductions(turn)?;
        self.say_owed_steps(turn)?;
        self.expire_requests(turn)
    }

    /// The contacts of a circle.
    pub(crate) fn members(&self, circle: u32) -> impl Iterator<Item = &Contact> {
        self.contacts.values().filter(move |contact| {
            contact
                .relation
                .bond()
                .is_some_and(|bond| bond.circle == circle)
        })
    }

    /// A circle with room for one more: further doors open by themselves.
    pub(crate) fn circle_with_room(&mut self, turn: &mut Turn<'_>) -> Result<u32, Bug> {
        let found = self
            .record
            .circles
            .iter()
            .filter(|circle| !circle.closed && !circle.chosen)
            .map(|circle| circle.number)
            .find(|&number| self.members(number).count() < MAX_CIRCLE);
        if let Some(number) = found {
            return Ok(number);
        }
        self.new_circle(false, false, turn)
    }

    pub(crate) fn circle(&self, number: u32) -> Result<&Circle, Bug> {
        self.record
            .circles
            .iter()
            .find(|circle| circle.number == number)
            .ok_or(Bug("a contact in a circle that does not exist"))
    }

    /// Whether a door has a handshake to spare. Each door has its own: what one answers must not
    /// show what happens at another.
    pub(crate) fn may_answer(&mut self, door: DoorName, now: Duration) -> bool {
        let bucket = self
            .handshakes
            .entry(door)
            .or_insert_with(|| Bucket::new(HANDSHAKES_PER_MINUTE, HANDSHAKES_PER_MINUTE));
        bucket.take(now, 1)
    }

    fn expire_invitations(&mut self, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let expired: Vec<u64> = self
            .invitations
            .values()
            .filter(|invite| invite.expires.is_some_and(|at| at <= turn.now.wall))
            .map(|invite| invite.number)
            .collect();
        for number in expired {
            self.destroy_invitation(number, turn)?;
        }
        Ok(())
    }

    /// Deletes an invitation, its keys and, with the next look at [`Self::doors`], its door.
    pub(crate) fn destroy_invitation(
        &mut self,
        number: u64,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        if self.invitations.remove(&number).is_none() {
            return Ok(());
        }
        self.record.invitations.retain(|&n| n != number);
        turn.step.changes.delete(RecordKey::Invitation(number));
        turn.step.doors_changed();
        self.save_profile(turn)
    }

    /// Gives up on requests that were taken in often enough without an answer.
    fn expire_requests(&mut self, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let due: Vec<ContactId> = self
            .contacts
            .values()
            .filter(|contact| {
                let past = |at: Option<u64>| at.is_some_and(|at| at <= turn.now.wall);
                past(contact.next_repeat()) || past(contact.end_of_request())
            })
            .map(|contact| contact.relation.id)
            .collect();
        for id in due {
            turn.step.dials_changed();
            let contact = self.contact_mut(id)?;
            let Stage::Requested(outgoing) = &contact.relation.stage else {
                continue;
            };
            let often = outgoing.deliveries as usize >= MAX_TRIES;
            let long = contact
                .end_of_request()
                .is_some_and(|at| at <= turn.now.wall);
            if often || long {
                self.end_request(id, turn)?;
            }
        }
        Ok(())
    }

    /// Gives up on a request of ours: its keys and its reply door are destroyed.
    pub(crate) fn end_request(&mut self, id: ContactId, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let relation = &mut self.contact_mut(id)?.relation;
        relation.stage = Stage::NoAnswer;
        relation.noise = None;
        relation.account = None;
        self.save_relation(id, turn)?;
        turn.step.doors_changed();
        turn.step.event(crate::Event::ContactChanged(id));
        Ok(())
    }

    pub(crate) fn contact_mut(&mut self, id: ContactId) -> Result<&mut Contact, Bug> {
        self.contacts
            .get_mut(&id)
            .ok_or(Bug("a contact that does not exist"))
    }

    pub(crate) fn link_mut(&mut self, id: LinkId) -> Result<&mut Link, Bug> {
        self.links
            .get_mut(&id)
            .ok_or(Bug("a link that does not exist"))
    }
}

impl Contact {
    pub(crate) fn new(relation: Relation) -> Self {
        Self {
            relation,
            ratchet: None,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            connected: false,
            reply_door: None,
            inbound: Bucket::new(INBOUND_BURST, INBOUND_PER_MINUTE),
            resets: Bucket::new(RESETS_PER_MINUTE, RESETS_PER_MINUTE),
            handshakes: Bucket::new(CONTACT_HANDSHAKES_PER_MINUTE, CONTACT_HANDSHAKES_PER_MINUTE),
            restores: Bucket::slow(RESTORES, RESTORE_PAUSE),
            comparison: Comparison::default(),
            silences: 0,
        }
    }

    pub(crate) fn ratchet_mut(&mut self) -> Result<&mut Ratchet, Bug> {
        self.ratchet
            .as_mut()
            .ok_or(Bug("a contact without a ratchet"))
    }

    /// When a request of ours is given up, seconds since 1970: the last repeat has a day, too.
    fn end_of_request(&self) -> Option<u64> {
        matches!(self.relation.stage, Stage::Requested(_))
            .then_some(self.relation.created + REQUEST_SECONDS + REPEAT_SECONDS)
    }

    /// When a request that was taken in is to be repeated, seconds since 1970.
    fn next_repeat(&self) -> Option<u64> {
        match &self.relation.stage {
            Stage::Requested(outgoing) => outgoing.delivered.map(|at| at + REPEAT_SECONDS),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
