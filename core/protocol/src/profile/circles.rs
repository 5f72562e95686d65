//! Circles as the owner arranges them (D10.6): who shares a door, who has one alone, to whom the profile is
//! invisible; and whether strangers may knock.
//!
//! Whoever leaves a circle takes the address of its door along and could see by it whether the profile is
//! there. So the door that was left is given up each time, and those who stay are told a new one.

use rand::CryptoRng;
use undertone_wire::ContactId;
use undertone_wire::v1::{DoorNotice, InsideKind};

use crate::event::Event;
use crate::keys::{DoorSeed, KeyPair};
use crate::limits::{MAX_CIRCLE, MAX_CIRCLES};
use crate::link::DoorName;
use crate::relation::{Bond, Stage};
use crate::step::{Bug, Effect, LinkId, Now, Step, Turn};

use super::commands::Refusal;
use super::{Circle, Contact, Invite, Profile};

/// A circle as its owner sees it. Its address is nobody's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CircleState {
    /// Its number: another one whenever its door is renewed.
    pub number: u32,
    /// Who shares its door.
    pub contacts: Vec<ContactId>,
    /// The profile is invisible to them.
    pub closed: bool,
    /// The owner chose who is in it: nobody joins by becoming a contact.
    pub chosen: bool,
}

impl Profile {
    /// The circles, in the order of their numbers.
    #[must_use]
    pub fn circles(&self) -> Vec<CircleState> {
        let state = |circle: &Circle| CircleState {
            number: circle.number,
            contacts: self
                .members(circle.number)
                .map(|contact| contact.relation.id)
                .collect(),
            closed: circle.closed,
            chosen: circle.chosen,
        };
        let mut circles: Vec<CircleState> = self.record.circles.iter().map(state).collect();
        circles.sort_by_key(|circle| circle.number);
        circles
    }

    /// Whether strangers who have an invitation can knock.
    #[must_use]
    pub const fn takes_requests(&self) -> bool {
        !self.record.requests_off
    }

    /// Lets strangers who have an invitation knock, or not. Without it every knock door is closed: who knocks finds
    /// nobody, as if the profile did not run, and tries again for some days. Invitations stay what they are, and
    /// requests that came in before can be answered. An introduction that was agreed to has its door nevertheless.
    ///
    /// # Errors
    /// Only for a broken invariant of ours.
    pub fn take_requests(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        open: bool,
    ) -> Result<Step, Refusal> {
        let (step, ()) = self.command(now, rng, |profile, turn| {
            profile.record.requests_off = !open;
            profile.save_profile(turn)?;
            profile.cut_shut_doors(turn);
            Ok(())
        })?;
        Ok(step)
    }

    /// Moves a contact to another circle, or into one of its own. The door that it leaves is renewed for those
    /// who stay; links that came in by it end as at a shutdown.
    ///
    /// # Errors
    /// [`Refusal::NoSuchCircle`], [`Refusal::CircleFull`], [`Refusal::TooMany`] circles, [`Refusal::Invisible`] for
    /// one to whom the profile is invisible, or into such a circle.
    pub fn move_contact(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
        circle: Option<u32>,
    ) -> Result<Step, Refusal> {
        let here = self.accepted(id)?.circle;
        if self.is_closed(here) {
            return Err(Refusal::Invisible);
        }
        match circle {
            Some(number) if number == here => {}
            Some(number) => {
                self.known_circle(number)?;
                if self.is_closed(number) {
                    return Err(Refusal::Invisible);
                }
                if self.members(number).count() >= MAX_CIRCLE {
                    return Err(Refusal::CircleFull);
                }
            }
            None => self.room_for_circle()?,
        }
        let (step, ()) = self.command(now, rng, |profile, turn| {
            let target = match circle {
                Some(number) => number,
                None => profile.new_circle(true, false, turn)?,
            };
            if target != here {
                profile.change_circle(id, target, turn)?;
            }
            profile.choose(target, turn)?;
            turn.step.event(Event::ContactChanged(id));
            Ok(())
        })?;
        Ok(step)
    }

    /// Gives a circle a new door and tells its contacts. Nothing listens at the old one any more.
    ///
    /// # Errors
    /// [`Refusal::NoSuchCircle`].
    pub fn renew_circle(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        number: u32,
    ) -> Result<Step, Refusal> {
        self.known_circle(number)?;
        let (step, ()) = self.command(now, rng, |profile, turn| {
            profile.move_circle(number, turn)?;
            turn.step.doors_changed();
            turn.step.dials_changed();
            Ok(())
        })?;
        Ok(step)
    }

    /// Makes the profile invisible to a contact, or visible again (D10.6). Invisible: the contact is alone in a circle
    /// whose door is closed, it is not dialled, the doors of invitations that it used are closed, and those
    /// whom it introduced and who are no contacts yet are neither dialled nor let in; it sees what it
    /// would see of a profile that is switched off. Messages wait on both sides.
    ///
    /// # Errors
    /// [`Refusal::WrongStage`] unless it is a contact, [`Refusal::TooMany`] circles.
    pub fn set_invisible(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
        invisible: bool,
    ) -> Result<Step, Refusal> {
        let here = self.accepted(id)?.circle;
        if !invisible && self.is_closed(here) {
            self.room_for_circle()?;
        }
        let (step, ()) = self.command(now, rng, |profile, turn| {
            if invisible == profile.is_closed(here) {
                return Ok(());
            }
            if invisible {
                profile.vanish(id, here, turn)?;
            } else {
                profile.set_closed(here, false, turn)?;
            }
            turn.step.doors_changed();
            turn.step.dials_changed();
            profile.look_at_recovery(turn);
            turn.step.event(Event::ContactChanged(id));
            Ok(())
        })?;
        Ok(step)
    }

    fn vanish(&mut self, id: ContactId, here: u32, turn: &mut Turn<'_>) -> Result<(), Bug> {
        // First of all, so that nothing of the move leaves by a link that still stands: a program that is switched off
        // does not say where it will be.
        // Nor do those hear of it to whom it led and who are no contacts yet: it may be all of them.
        let mut unseen = self.led_by(id);
        unseen.push(id);
        for contact in &unseen {
            turn.step.effects.push(Effect::Abandon(*contact));
        }
        let links: Vec<LinkId> = self
            .links
            .values()
            .filter(|link| {
                link.contact
                    .is_some_and(|contact| unseen.contains(&contact))
            })
            .map(|link| link.id)
            .collect();
        for link in links {
            self.close(link, turn)?;
        }
        self.contact_mut(id)?.reply_door = None;
        if self.members(here).count() > 1 {
            let alone = self.new_circle(true, true, turn)?;
            self.change_circle(id, alone, turn)?;
        } else {
            self.set_closed(here, true, turn)?;
        }
        self.cut_shut_doors(turn);
        Ok(())
    }

    /// Lets a contact in by another circle's door instead.
    fn change_circle(
        &mut self,
        id: ContactId,
        target: u32,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let door = self.circle(target)?.seed.onion_key();
        let reader = KeyPair::random(turn.rng)?;
        self.note_move(id, turn.now)?;
        let bond = self.contact_mut(id)?.relation.bond_mut();
        let bond = bond.ok_or(Bug("a contact in a circle without a bond"))?;
        let left = std::mem::replace(&mut bond.circle, target);
        bond.reader = reader.public;
        self.save_relation(id, turn)?;
        let notice = DoorNotice {
            door,
            descriptor: reader.secret,
        };
        let kind = InsideKind::Door(notice);
        self.enqueue_latest(id, kind, turn)?;
        self.move_circle(left, turn)?;
        self.settle(id, turn)?;
        turn.step.doors_changed();
        turn.step.dials_changed();
        Ok(())
    }

    /// A circle without anybody in it yet.
    pub(super) fn new_circle(
        &mut self,
        chosen: bool,
        closed: bool,
        turn: &mut Turn<'_>,
    ) -> Result<u32, Bug> {
        let number = self.record.next_circle;
        self.record.next_circle += 1;
        self.record.circles.push(Circle {
            number,
            seed: DoorSeed::random(turn.rng),
            closed,
            chosen,
        });
        self.save_profile(turn)?;
        Ok(number)
    }

    fn choose(&mut self, number: u32, turn: &mut Turn<'_>) -> Result<(), Bug> {
        self.change(number, |circle| circle.chosen = true, turn)
    }

    fn set_closed(&mut self, number: u32, closed: bool, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let change = |circle: &mut Circle| {
            circle.closed = closed;
            circle.chosen = true;
        };
        self.change(number, change, turn)
    }

    fn change(
        &mut self,
        number: u32,
        change: impl Fn(&mut Circle),
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let mut circles = self.record.circles.iter_mut();
        let circle = circles.find(|circle| circle.number == number);
        change(circle.ok_or(Bug("a circle that does not exist"))?);
        self.save_profile(turn)
    }

    fn accepted(&self, id: ContactId) -> Result<&Bond, Refusal> {
        let relation = &self.known(id)?.relation;
        match &relation.stage {
            Stage::Accepted(bond) => Ok(bond),
            _ => Err(Refusal::WrongStage(relation.stage_name())),
        }
    }

    fn known_circle(&self, number: u32) -> Result<&Circle, Refusal> {
        let mut circles = self.record.circles.iter();
        let found = circles.find(|circle| circle.number == number);
        found.ok_or(Refusal::NoSuchCircle)
    }

    fn room_for_circle(&self) -> Result<(), Refusal> {
        let open = self.record.circles.iter().filter(|circle| !circle.closed);
        if open.count() < MAX_CIRCLES {
            Ok(())
        } else {
            Err(Refusal::TooMany)
        }
    }

    fn is_closed(&self, number: u32) -> bool {
        self.known_circle(number).is_ok_and(|circle| circle.closed)
    }

    /// Whether the profile is invisible to a contact.
    pub(super) fn is_invisible(&self, contact: &Contact) -> bool {
        let bond = contact.relation.bond();
        bond.is_some_and(|bond| self.is_closed(bond.circle))
    }

    /// The same by its name.
    pub(super) fn is_invisible_to(&self, id: ContactId) -> bool {
        let contact = self.contacts.get(&id);
        contact.is_some_and(|contact| self.is_invisible(contact))
    }

    /// Whether a contact must not be dialled, because it or whoever introduced it would see the profile.
    pub(super) fn is_kept_from(&self, id: ContactId) -> bool {
        let contact = self.contacts.get(&id);
        contact.is_some_and(|contact| self.is_invisible(contact) || self.is_withheld(contact))
    }

    /// Whether the door of an invitation is to be open.
    pub(super) fn is_knocked_at(&self, invite: &Invite) -> bool {
        match invite.introduced {
            // Whoever passed the invitation on knows its door.
            Some((by, _)) if self.is_invisible_to(by) => return false,
            None if self.record.requests_off => return false,
            Some(_) | None => {}
        }
        // Whoever came by this door knows it, and could see by it that the profile is there.
        !self.contacts.values().any(|contact| {
            let used = contact.relation.bond().and_then(|bond| bond.invitation);
            used.is_some_and(|(number, _)| number == invite.number) && self.is_invisible(contact)
        })
    }

    /// Whether a door is closed by the owner's choice: what still comes in by it is cut.
    pub(super) fn is_shut(&self, door: DoorName) -> bool {
        match door {
            DoorName::Knock(number) => self
                .invitations
                .get(&number)
                .is_some_and(|invite| !self.is_knocked_at(invite)),
            DoorName::Circle(number) => self.is_closed(number),
            DoorName::Recovery(contact, _) => self.is_invisible_to(contact),
            DoorName::Reply(contact) => self
                .contacts
                .get(&contact)
                .is_some_and(|c| self.is_withheld(c)),
        }
    }

    fn cut_shut_doors(&mut self, turn: &mut Turn<'_>) {
        let doors: Vec<DoorName> = self.links.values().filter_map(|link| link.door).collect();
        let shut: Vec<DoorName> = doors
            .into_iter()
            .filter(|door| self.is_shut(*door))
            .collect();
        self.cut_links(
            |link| link.door.is_some_and(|door| shut.contains(&door)),
            turn,
        );
        turn.step.doors_changed();
    }
}
