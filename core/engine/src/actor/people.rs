//! Commands about circles, presence, pictures, introductions and the conversation with oneself.

use data_encoding::BASE64;
use undertone_protocol::{ContactId, ContactState, DoorName, Now, Refusal, Step};

use crate::language::{
    CircleView, Command, CommandError, ContactView, IntroducedOne, IntroductionStage,
    IntroductionView, PictureView, Reply,
};
use crate::picture;
use crate::resemblance::Names;
use crate::views;

use super::commands::Executed;
use super::{Actor, Outcome};

const DONE: Outcome = Outcome::Ready(Reply::Done);

fn done(step: Result<Step, Refusal>) -> Executed {
    let step = step.map_err(views::refusal)?;
    Ok((Some(step), DONE))
}

impl Actor {
    /// Commands about people. What only asks is read later.
    pub(super) fn arrange(&mut self, now: Now, command: &Command) -> Executed {
        let (profile, rng) = (&mut self.profile, &mut *self.rng);
        match command {
            Command::Notes => {
                let (step, id) = profile.open_notes(now, rng).map_err(views::refusal)?;
                let view = self.contact_view(id).ok_or(None)?;
                Ok((Some(step), Outcome::Ready(Reply::Contact(Box::new(view)))))
            }
            Command::SetRequests { open } => done(profile.take_requests(now, rng, *open)),
            Command::MoveToCircle { contact, circle } => {
                done(profile.move_contact(now, rng, *contact, *circle))
            }
            Command::RenewCircle { circle } => done(profile.renew_circle(now, rng, *circle)),
            Command::SetAway { away } => done(profile.set_away(now, rng, *away)),
            Command::SetInvisible { contact, invisible } => {
                let set = profile.set_invisible(now, rng, *contact, *invisible);
                if set.is_ok() {
                    self.connections.retry(Some(*contact), now.monotonic);
                }
                done(set)
            }
            Command::Introduce {
                contact,
                to,
                name,
                to_name,
            } => {
                let pair = [(*contact, name.as_str()), (*to, to_name.as_str())];
                let made = profile.introduce(now, rng, pair);
                done(made.map(|(step, _)| step))
            }
            Command::AnswerIntroduction {
                contact,
                introduction,
                accept,
                pet_name,
            } => done(profile.answer_introduction(
                now,
                rng,
                *contact,
                *introduction,
                *accept,
                pet_name.as_deref(),
            )),
            Command::SetPicture { picture } => {
                let jpeg = picture.as_deref().map(prepared).transpose()?;
                self.conversations.set_own_picture(jpeg);
                self.tell_everybody_the_picture();
                Ok((None, DONE))
            }
            _ => Ok((None, Outcome::Read)),
        }
    }

    pub(super) fn read_people(&self, command: &Command) -> Result<Reply, CommandError> {
        match command {
            Command::Circles => Ok(Reply::Circles {
                circles: self.circle_views(),
            }),
            Command::Introductions => Ok(Reply::Introductions {
                introductions: self.introduction_views(),
            }),
            Command::Picture { contact } => {
                if contact.is_some_and(|id| self.profile.contact(id).is_none()) {
                    return Err(CommandError::NoSuchContact);
                }
                let picture = self.conversations.read_picture(*contact, &self.store);
                let picture = picture.map(|(name, jpeg)| PictureView {
                    name,
                    jpeg: BASE64.encode(&jpeg),
                });
                Ok(Reply::Picture { picture })
            }
            _ => Ok(Reply::Done),
        }
    }

    fn circle_views(&self) -> Vec<CircleView> {
        let view = |state: undertone_protocol::CircleState| CircleView {
            circle: state.number,
            contacts: state.contacts,
            closed: state.closed,
            chosen: state.chosen,
            reachable: self.doors.is_reachable(DoorName::Circle(state.number)),
        };
        self.profile.circles().into_iter().map(view).collect()
    }

    fn introduction_views(&self) -> Vec<IntroductionView> {
        use undertone_protocol::IntroductionStage as Happened;
        let view = |state: undertone_protocol::IntroductionState| {
            let (stage, contact) = match state.stage {
                Happened::Offered => (IntroductionStage::Offered, None),
                Happened::Agreed => (IntroductionStage::Agreed, None),
                Happened::Declined => (IntroductionStage::Declined, None),
                Happened::Led(contact) => (IntroductionStage::Led, Some(contact)),
                Happened::Failed => (IntroductionStage::Failed, None),
                Happened::Asked => (IntroductionStage::Asked, None),
                Happened::BothAgreed => (IntroductionStage::BothAgreed, None),
                Happened::PassedOn => (IntroductionStage::PassedOn, None),
            };
            let between = state.between.into_iter().flatten();
            IntroductionView {
                introduction: state.id,
                by: state.by,
                name: state.name,
                between: between
                    .map(|(contact, answer)| IntroducedOne { contact, answer })
                    .collect(),
                stage,
                contact,
                ends: state.ends,
            }
        };
        self.profile.introductions().into_iter().map(view).collect()
    }

    /// A contact as it is shown.
    pub(super) fn show_contact(&self, state: ContactState, names: &Names) -> ContactView {
        let now = self.time.now();
        let reason = self.connections.reason(state.id, now.monotonic);
        let picture = self.conversations.picture(state.id);
        let resembles = names.resembled(&state);
        let mut view = views::contact(state, reason, self.apart(), now);
        view.picture = picture;
        view.resembles = resembles;
        view
    }

    /// Notes that a contact is there, who may not have our picture yet.
    pub(super) fn may_want_picture(&mut self, contact: ContactId) {
        let state = self.profile.contact(contact);
        let untold = state.is_some_and(|state| {
            state.connected && self.conversations.is_untold(contact, state.generation)
        });
        if untold {
            self.untold.insert(contact);
        }
    }

    fn tell_everybody_the_picture(&mut self) {
        let connected = self.profile.contacts().filter(|state| state.connected);
        let connected: Vec<ContactId> = connected.map(|state| state.id).collect();
        for contact in connected {
            self.may_want_picture(contact);
        }
    }

    /// Sends our picture to those who are there and do not have it. Who is not there gets it when they come:
    /// nothing of this waits in outboxes for long, and of several pictures only the last is sent.
    pub(super) fn tell_pictures(&mut self, now: Now) -> Vec<Step> {
        let mut steps = Vec::new();
        for contact in std::mem::take(&mut self.untold) {
            let state = self.profile.contact(contact);
            let Some(state) = state.filter(|state| state.connected) else {
                continue;
            };
            if !self.conversations.is_untold(contact, state.generation) {
                continue;
            }
            let picture = self.conversations.read_picture(None, &self.store);
            if picture.is_none() && self.conversations.own_picture().is_some() {
                tracing::error!(
                    "the picture of this profile cannot be read; nobody is told that there is none"
                );
                continue;
            }
            let jpeg = picture.map(|(_, jpeg)| jpeg.to_vec()).unwrap_or_default();
            let rng = &mut *self.rng;
            // One to whom nothing can be said at the moment is tried again with the next connection.
            if let Ok(step) = self.profile.tell_picture(now, rng, contact, jpeg) {
                self.conversations.told_picture(contact, state.generation);
                steps.push(step);
            }
        }
        steps
    }
}

/// Checks what an application gives for a picture, and makes of it what is sent.
fn prepared(picture: &str) -> Result<Vec<u8>, CommandError> {
    if picture.len() > 4 * picture::MAX_GIVEN / 3 + 4 {
        return Err(CommandError::Picture);
    }
    let bytes = BASE64.decode(picture.trim().as_bytes());
    let bytes = bytes.map_err(|_| CommandError::Picture)?;
    picture::given(&bytes).map_err(|_| CommandError::Picture)
}
