//! What the owner of a profile tells it. Each command is one step, and refused with what is wrong
//! and what to do.

use rand::CryptoRng;
use undertone_wire::v1::{
    Invitation, InvitationError, MAX_GREETING, MAX_NICKNAME, MAX_PICTURE, MAX_STATUS, MAX_TEXT,
    MAX_TIMER, Request, Role,
};
use undertone_wire::{ContactId, IntroductionId, RequestId};
use vodozemac::olm::Account;
use zeroize::Zeroizing;

use crate::derive::Secret;
use crate::event::Event;
use crate::kem::KemSeed;
use crate::keys::{DoorSeed, KeyPair};
use crate::limits::{MAX_INVITATIONS, MAX_PENDING};
use crate::relation::{Extras, Outgoing, Relation, Stage, StageName, Timer};
use crate::step::{Bug, Lifetime, Now, RecordKey, Step, Turn};
use crate::verify::{ScanError, VerificationCode};

use super::acceptance::{new_one_time_key, own_olm_key};
use super::persist::encode;
use super::{Invite, Profile};

/// The most messages of one page of history.
pub const MAX_PAGE: u32 = 1_000;

/// Why a command is refused. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No contact of that name.
    #[error("there is no such contact")]
    NoSuchContact,
    /// No invitation of that number.
    #[error("there is no such invitation")]
    NoSuchInvitation,
    /// Not possible at this stage.
    #[error("this is not possible for a contact at this stage: {0:?}")]
    WrongStage(StageName),
    /// Not an invitation.
    #[error(transparent)]
    Invitation(#[from] InvitationError),
    /// One of our own.
    #[error("this is your own invitation; give it to someone else")]
    OwnInvitation,
    /// A request with it is pending, or it led to a contact.
    #[error("this invitation was used already by this profile")]
    AlreadyUsed,
    /// A name that cannot be.
    #[error("a name must have 1 to {MAX_NICKNAME} bytes and no control characters")]
    Name,
    /// A greeting that is too long.
    #[error("a greeting can have {MAX_GREETING} bytes")]
    Greeting,
    /// A text that is too long.
    #[error("a message can have {MAX_TEXT} bytes, this one has {0}; send it in parts")]
    TextTooLong(usize),
    /// A status that cannot be.
    #[error("a status can have {MAX_STATUS} bytes and no control characters")]
    Status,
    /// A timer that is too long.
    #[error("messages can disappear after at most {MAX_TIMER} seconds")]
    Timer,
    /// A reaction that is none.
    #[error("a reaction is one emoji")]
    Reaction,
    /// It left already, or never waited.
    #[error("the message was sent already")]
    AlreadySent,
    /// A text without anything.
    #[error("the message is empty")]
    Empty,
    /// Too much waits for this contact.
    #[error("too much is waiting for this contact already; try again when it was delivered")]
    QueueFull,
    /// Too many requests or invitations are open.
    #[error("too many are open already; close one first")]
    TooMany,
    /// The request holds keys that cannot be used: its sender is at fault.
    #[error("this request cannot be accepted: it holds unusable keys")]
    UnusableRequest,
    /// No circle of that number.
    #[error("there is no such circle")]
    NoSuchCircle,
    /// As many contacts as a circle can have.
    #[error("this circle is full")]
    CircleFull,
    /// The profile is invisible to them.
    #[error("this profile is invisible to this contact; make it visible first")]
    Invisible,
    /// A picture that cannot be.
    #[error("a picture can have {MAX_PICTURE} bytes")]
    Picture,
    /// Nothing of that name waits for a decision.
    #[error("there is no such introduction to decide about")]
    NoSuchIntroduction,
    /// Somebody and themselves, or two for whom one is under way.
    #[error("an introduction needs two different contacts for whom none is under way")]
    Introduction,
    /// The contact goes on with a newer copy of this profile.
    #[error("this copy was replaced: the contact goes on with a newer copy of this profile")]
    Replaced,
    /// Only with a live link.
    #[error("the contact is not connected at the moment")]
    NotConnected,
    /// One short code a minute.
    #[error("the last short code is less than a minute old; wait a little")]
    TooSoon,
    /// The scanned code does not verify.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// A broken invariant of ours.
    #[error(transparent)]
    Bug(#[from] Bug),
}

pub(super) fn check_name(name: &str) -> Result<(), Refusal> {
    let fits = !name.trim().is_empty() && name.len() <= MAX_NICKNAME;
    if fits && !name.chars().any(char::is_control) {
        Ok(())
    } else {
        Err(Refusal::Name)
    }
}

impl Profile {
    /// Runs one command as a step of its own.
    pub(super) fn command<T>(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        run: impl FnOnce(&mut Self, &mut Turn<'_>) -> Result<T, Refusal>,
    ) -> Result<(Step, T), Refusal> {
        let mut turn = Turn::new(now, rng);
        let value = run(self, &mut turn)?;
        Ok((self.finish(turn)?, value))
    }

    pub(super) fn known(&self, id: ContactId) -> Result<&super::Contact, Refusal> {
        self.contacts.get(&id).ok_or(Refusal::NoSuchContact)
    }

    /// Makes an invitation with keys of its own; gives its number. `expires`: seconds since 1970.
    ///
    /// # Errors
    /// [`Refusal::TooMany`].
    pub fn invite(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        one_time: bool,
        expires: Option<u64>,
    ) -> Result<(Step, u64), Refusal> {
        if self.invitations.len() >= MAX_INVITATIONS {
            return Err(Refusal::TooMany);
        }
        self.command(now, rng, |profile, turn| {
            Ok(profile.make_invitation(one_time, expires, None, turn)?)
        })
    }

    pub(super) fn make_invitation(
        &mut self,
        one_time: bool,
        expires: Option<u64>,
        introduced: Option<(ContactId, IntroductionId)>,
        turn: &mut Turn<'_>,
    ) -> Result<u64, Bug> {
        let number = self.record.next_invitation;
        self.record.next_invitation += 1;
        let invite = Invite {
            number,
            seed: DoorSeed::random(turn.rng),
            noise: KeyPair::random(turn.rng)?,
            one_time: one_time.then(|| Secret::random(turn.rng)),
            expires,
            introduced,
        };
        let key = RecordKey::Invitation(number);
        turn.step
            .changes
            .put(key, Lifetime::State, encode(&invite)?);
        self.record.invitations.push(number);
        self.invitations.insert(number, invite);
        self.save_profile(turn)?;
        turn.step.doors_changed();
        Ok(number)
    }

    /// Closes an invitation for ever.
    ///
    /// # Errors
    /// [`Refusal::NoSuchInvitation`].
    pub fn close_invitation(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        number: u64,
    ) -> Result<Step, Refusal> {
        if !self.invitations.contains_key(&number) {
            return Err(Refusal::NoSuchInvitation);
        }
        let (step, ()) = self.command(now, rng, |profile, turn| {
            Ok(profile.destroy_invitation(number, turn)?)
        })?;
        Ok(step)
    }

    /// Begins a contact request.
    ///
    /// # Errors
    /// What is wrong with the invitation, the name or the greeting, or that it was used already.
    pub fn add_contact_by(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        invitation: &str,
        pet_name: Option<&str>,
        greeting: &str,
    ) -> Result<(Step, ContactId), Refusal> {
        let invitation: Invitation = invitation.parse()?;
        pet_name.map_or(Ok(()), check_name)?;
        if greeting.len() > MAX_GREETING {
            return Err(Refusal::Greeting);
        }
        let own = |invite: &Invite| invite.seed.onion_key() == invitation.door;
        if self.invitations.values().any(own) {
            return Err(Refusal::OwnInvitation);
        }
        let pending = || self.contacts.values().filter_map(super::Contact::outgoing);
        if pending().any(|outgoing| outgoing.invitation == invitation.hash()) {
            return Err(Refusal::AlreadyUsed);
        }
        if pending().count() >= MAX_PENDING {
            return Err(Refusal::TooMany);
        }
        self.command(now, rng, |profile, turn| {
            let relation = profile.new_request(&invitation, pet_name, greeting, turn)?;
            let id = relation.id;
            profile.add_contact(relation, turn)?;
            turn.step.doors_changed();
            turn.step.dials_changed();
            turn.step.event(Event::ContactChanged(id));
            Ok(id)
        })
    }

    pub(super) fn new_request(
        &self,
        invitation: &Invitation,
        pet_name: Option<&str>,
        greeting: &str,
        turn: &mut Turn<'_>,
    ) -> Result<Relation, Refusal> {
        let noise = KeyPair::random(turn.rng)?;
        let reader = KeyPair::random(turn.rng)?;
        let reply_seed = DoorSeed::random(turn.rng);
        let kem = KemSeed::random(turn.rng);
        let random = Secret::random(turn.rng);
        let mut account = Account::new();
        let one_time_key = new_one_time_key(&mut account)?;
        let request = Request {
            id: RequestId::from_bytes(turn.random()),
            nickname: self.record.nickname.clone(),
            greeting: greeting.to_owned(),
            noise: noise.public,
            olm: own_olm_key(&account)?,
            one_time_key,
            kem: kem.public(),
            reply_door: reply_seed.onion_key(),
            reply_descriptor: reader.secret.clone(),
            random: Zeroizing::new(*random.as_bytes()),
        };
        let outgoing = Outgoing {
            knock_door: invitation.door,
            knock_noise: invitation.noise,
            invitation: invitation.hash(),
            ik: Secret::from_bytes(invitation.one_time.as_ref().map_or([0; 32], |s| s.0)),
            request: request.encode().map_err(|_| Refusal::Greeting)?,
            kem,
            random,
            reply_seed,
            reply_reader: reader.public,
            tries: Vec::new(),
            delivered: None,
            deliveries: 0,
        };
        Ok(Relation {
            id: ContactId::from_bytes(turn.random()),
            role: Role::A,
            nickname: String::new(),
            pet_name: pet_name.map(str::to_owned),
            created: turn.now.wall,
            noise: Some(noise),
            account: Some(account),
            stage: Stage::Requested(Box::new(outgoing)),
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
        })
    }

    /// Accepts a received request.
    ///
    /// # Errors
    /// [`Refusal::WrongStage`] unless it is undecided.
    pub fn accept(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
        pet_name: Option<&str>,
    ) -> Result<Step, Refusal> {
        self.known(id)?;
        pet_name.map_or(Ok(()), check_name)?;
        let (step, ()) = self.command(now, rng, |profile, turn| {
            profile.accept_request(id, turn)?;
            if let Some(name) = pet_name {
                profile.contact_mut(id)?.relation.pet_name = Some(name.to_owned());
                profile.save_relation(id, turn)?;
            }
            Ok(())
        })?;
        Ok(step)
    }

    /// Rejects a received request.
    ///
    /// # Errors
    /// [`Refusal::WrongStage`] unless it is undecided.
    pub fn reject(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
    ) -> Result<Step, Refusal> {
        self.known(id)?;
        let (step, ()) =
            self.command(now, rng, |profile, turn| profile.reject_request(id, turn))?;
        Ok(step)
    }

    /// Blocks anyone at any stage (D10).
    ///
    /// # Errors
    /// [`Refusal::NoSuchContact`], or [`Refusal::WrongStage`] when blocked already.
    pub fn block(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
    ) -> Result<Step, Refusal> {
        match &self.known(id)?.relation.stage {
            Stage::Blocked(_) => return Err(Refusal::WrongStage(StageName::Blocked)),
            Stage::Myself(_) => return Err(Refusal::WrongStage(StageName::Myself)),
            _ => {}
        }
        let (step, ()) = self.command(now, rng, |profile, turn| {
            Ok(profile.block_contact(id, turn)?)
        })?;
        Ok(step)
    }

    /// Changes what we call a contact.
    ///
    /// # Errors
    /// [`Refusal::Name`].
    pub fn set_pet_name(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
        pet_name: Option<&str>,
    ) -> Result<Step, Refusal> {
        self.known(id)?;
        pet_name.map_or(Ok(()), check_name)?;
        let (step, ()) = self.command(now, rng, |profile, turn| {
            profile.contact_mut(id)?.relation.pet_name = pet_name.map(str::to_owned);
            profile.save_relation(id, turn)?;
            turn.step.event(Event::ContactChanged(id));
            Ok(())
        })?;
        Ok(step)
    }

    /// The code to compare with a contact.
    ///
    /// # Errors
    /// [`Refusal::WrongStage`] before the keys are known.
    pub fn verification(&self, id: ContactId) -> Result<VerificationCode, Refusal> {
        let relation = &self.known(id)?.relation;
        let (Some(bond), Some(own)) = (relation.bond(), &relation.noise) else {
            return Err(Refusal::WrongStage(relation.stage_name()));
        };
        let (a, b) = match relation.role {
            Role::A => (own.public, bond.peer_noise),
            Role::B => (bond.peer_noise, own.public),
        };
        Ok(VerificationCode::new(relation.role, &bond.pair, &a, &b))
    }

    /// Stores whether the code was compared, with the key that it was about (D5.3).
    ///
    /// # Errors
    /// [`Refusal::WrongStage`] before the keys are known.
    pub fn set_verified(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
        verified: bool,
    ) -> Result<Step, Refusal> {
        self.verification(id)?;
        let (step, ()) = self.command(now, rng, |profile, turn| {
            if let Some(bond) = profile.contact_mut(id)?.relation.bond_mut() {
                bond.verified = verified.then_some(bond.peer_noise);
            }
            profile.save_relation(id, turn)?;
            turn.step.event(Event::ContactChanged(id));
            Ok(())
        })?;
        Ok(step)
    }

    /// Verifies by the code that was scanned from the other's screen.
    ///
    /// # Errors
    /// [`Refusal::Scan`] when it does not fit; the contact stays as it was.
    pub fn verify_scanned(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
        scanned: &[u8],
    ) -> Result<Step, Refusal> {
        self.verification(id)?.check_scanned(scanned)?;
        self.set_verified(now, rng, id, true)
    }
}
