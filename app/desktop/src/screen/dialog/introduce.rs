//! Introduces a contact to another one: whom, and what each of the two is told that the other is called. The owner sees
//! both names before they leave, because what somebody is called here is nobody else's business.

use iced::{Element, Fill, Task};
use undertone_engine::{Command, CommandError, ContactId, Reply, Stage};

use super::{Action, scrolled};
use crate::bridge::Running;
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::look::person;
use crate::refusal;
use crate::screen::messenger::model::Model;
use crate::screen::messenger::requests::resembles;
use crate::widget::rows;

/// The field of the first name.
pub const NAME: &str = "introduce-name";
/// The field of the other name.
pub const TO_NAME: &str = "introduce-to-name";
/// Bytes of a name at most.
const LONGEST: usize = 128;

/// What stands where the names are: a field keeps the keyboard, whatever comes or goes above.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Hint,
    Person(ContactId),
    Warning(ContactId),
    Field(&'static str),
    Limits,
    Failure,
    Submit,
}

/// Whom, and what is typed.
#[derive(Debug)]
pub struct State {
    contact: ContactId,
    to: Option<ContactId>,
    name: String,
    to_name: String,
    busy: bool,
    failure: Option<CommandError>,
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// To this one.
    To(ContactId),
    /// What the first is called to the other.
    Name(String),
    /// What the other is called to the first.
    ToName(String),
    /// Offer it.
    Submit,
    /// Offered, or not.
    Done(Result<Reply, CommandError>),
}

impl State {
    /// Begins.
    #[must_use]
    pub const fn open(contact: ContactId) -> Self {
        Self {
            contact,
            to: None,
            name: String::new(),
            to_name: String::new(),
            busy: false,
            failure: None,
        }
    }

    /// Takes in what happened.
    pub fn update(&mut self, message: Message, model: &Model, running: &Running) -> Action {
        let cut = |mut text: String| {
            text.truncate(text.floor_char_boundary(LONGEST));
            text
        };
        match message {
            Message::To(to) => {
                // What they call themselves, not what they are called here.
                let theirs = |id| {
                    let contact = model.contacts.get(&id);
                    contact.map_or_else(String::new, |contact| contact.nickname.clone())
                };
                self.name = theirs(self.contact);
                self.to_name = theirs(to);
                self.to = Some(to);
            }
            Message::Name(text) => self.name = cut(text),
            Message::ToName(text) => self.to_name = cut(text),
            Message::Submit => {
                let Some(to) = self.to.filter(|_| self.is_ready()) else {
                    return Action::None;
                };
                self.busy = true;
                self.failure = None;
                let command = Command::Introduce {
                    contact: self.contact,
                    to,
                    name: self.name.trim().to_owned(),
                    to_name: self.to_name.trim().to_owned(),
                };
                let task: Task<Message> = running.task(command, Message::Done);
                return Action::Run(task.map(super::Message::Introduce));
            }
            // How far it is stands where requests are.
            Message::Done(Ok(_)) => return Action::Requests,
            Message::Done(Err(error)) => {
                self.busy = false;
                self.failure = Some(error);
            }
        }
        Action::None
    }

    fn is_ready(&self) -> bool {
        !self.busy && !self.name.trim().is_empty() && !self.to_name.trim().is_empty()
    }

    /// What is shown.
    pub fn view<'a>(&'a self, model: &'a Model, look: &'a Look) -> Element<'a, Message> {
        match self.to {
            Some(to) => self.names(to, model, look),
            None => self.people(model, look),
        }
    }

    fn people<'a>(&'a self, model: &'a Model, look: &'a Look) -> Element<'a, Message> {
        let name = model.named(self.contact, look);
        let others: Vec<(ContactId, Element<'a, Message>)> = model
            .contacts
            .values()
            .filter(|contact| contact.stage == Stage::Accepted && contact.id != self.contact)
            .map(|contact| {
                let id = format!("introduce-{}", contact.id);
                let choice = person::choice(id, contact, Message::To(contact.id), look);
                (contact.id, choice)
            })
            .collect();
        let list: Element<'a, Message> = if others.is_empty() {
            look.note(Icon::Info, look.colors.muted, look.say("introduce-nobody"))
        } else {
            scrolled(rows(others, |column| column.spacing(2)), look)
        };
        let hint = look.with("introduce-whom", [("name", name.into())]);
        look.column(vec![look.text(hint, 14.0).width(Fill).into(), list])
            .spacing(14)
            .width(Fill)
            .into()
    }

    fn names<'a>(
        &'a self,
        to: ContactId,
        model: &'a Model,
        look: &'a Look,
    ) -> Element<'a, Message> {
        let (first, second) = (model.named(self.contact, look), model.named(to, look));
        let known = |id: ContactId| -> Vec<(Part, Element<'a, Message>)> {
            let Some(contact) = model.contacts.get(&id) else {
                return Vec::new();
            };
            let mut parts = vec![(Part::Person(id), person::person(contact, 36.0, look))];
            let warning = resembles(contact, model, look);
            parts.extend(warning.map(|warning| (Part::Warning(id), warning)));
            parts
        };
        let field = |id, told: &String, about: &String, value, typed: fn(String) -> Message| {
            let label = look.with(
                "introduce-told",
                [
                    ("told", told.clone().into()),
                    ("about", about.clone().into()),
                ],
            );
            let field = look
                .field(id, &look.say("name-label"), value, typed)
                .on_submit(Message::Submit);
            (Part::Field(id), look.labelled(label, field))
        };
        let hint = look.text(look.say("introduce-hint"), 14.0).width(Fill);
        let mut parts: Vec<(Part, Element<'a, Message>)> = vec![(Part::Hint, hint.into())];
        parts.extend(known(self.contact));
        let name = self.name.as_str();
        parts.push(field(NAME, &second, &first, name, Message::Name));
        parts.extend(known(to));
        let name = self.to_name.as_str();
        parts.push(field(TO_NAME, &first, &second, name, Message::ToName));
        let limits = look.muted(look.say("introduce-limits"), 13.0);
        parts.push((Part::Limits, limits.width(Fill).into()));
        if let Some(error) = &self.failure {
            let words = refusal::words(error, look);
            let note = look.note(Icon::CircleAlert, look.colors.bad, words);
            parts.push((Part::Failure, note));
        }
        let submit = look
            .wide_button(Kind::Primary, look.say("introduce-submit"))
            .id("introduce-submit")
            .on_press_maybe(self.is_ready().then_some(Message::Submit));
        parts.push((Part::Submit, submit.into()));
        let parts = rows(parts, |column| {
            column.align_x(look.start()).spacing(15).width(Fill)
        });
        scrolled(parts, look)
    }
}
