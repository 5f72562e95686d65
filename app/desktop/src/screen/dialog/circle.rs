//! With whom a contact is to share an address of mine: a circle of its own, or one that is there.

use iced::widget::container;
use iced::{Element, Fill};
use undertone_engine::{CircleView, Command, ContactId, ContactView};

use super::Action;
use super::profiles::pinned;
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::look::person;
use crate::screen::messenger::model::{Model, named};

/// Contacts of one circle at most, as the engine has it.
const MOST: usize = 16;
/// Where the words of a choice begin.
const WORDS: f32 = 43.0;

/// Whose address it is, and which one was chosen.
#[derive(Clone, Copy, Debug)]
pub struct State {
    contact: ContactId,
    chosen: Option<To>,
}

/// An address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// One that nobody else knows.
    Own,
    /// That of a circle.
    Circle(u32),
}

/// What happens here.
#[derive(Clone, Copy, Debug)]
pub enum Message {
    /// Choose it.
    Choose(To),
    /// Change to what was chosen.
    Submit,
}

impl State {
    /// Begins.
    #[must_use]
    pub const fn open(contact: ContactId) -> Self {
        Self {
            contact,
            chosen: None,
        }
    }

    /// Takes in what happened.
    pub fn update(&mut self, message: Message) -> Action {
        match (message, self.chosen) {
            (Message::Choose(to), _) => {
                self.chosen = Some(to);
                Action::None
            }
            (Message::Submit, None) => Action::None,
            (Message::Submit, Some(to)) => Action::Do(Command::MoveToCircle {
                contact: self.contact,
                circle: match to {
                    To::Own => None,
                    To::Circle(circle) => Some(circle),
                },
            }),
        }
    }

    /// What is shown: the present address, and those that it can be changed to.
    pub fn view<'a>(&'a self, model: &'a Model, look: &'a Look) -> Element<'a, Message> {
        let present = model.circle_of(self.contact);
        let mut parts: Vec<Element<'a, Message>> = Vec::new();
        if let Some(circle) = present {
            let shared = circle.contacts.len() > 1;
            let known = known(circle, model);
            let known: Vec<&ContactView> = known
                .filter(|one| !shared || one.id != self.contact)
                .collect();
            parts.push(look.heading(now(&known, shared, look), 14.5).into());
            parts.extend(marks(&known, 0.0, look));
        }
        let hint = |words| look.muted(look.say(words), 13.5).width(Fill).into();
        parts.extend([hint("circle-hint"), hint("circle-same-name")]);
        let before = parts.len();
        let mut open = false;
        let mut choice = |id: String, words, to| {
            let on = self.chosen == Some(to);
            open |= on;
            look.option(id, words, None, on, Message::Choose(to))
        };
        if present.is_none_or(|circle| circle.contacts.len() > 1) {
            let words = look.say("circle-own");
            parts.push(choice("circle-own".to_owned(), words, To::Own));
        }
        let others = model.circles.iter().filter(|circle| {
            !circle.closed
                && !circle.contacts.is_empty()
                && circle.contacts.len() < MOST
                && !circle.contacts.contains(&self.contact)
        });
        for circle in others {
            let known: Vec<&ContactView> = known(circle, model).collect();
            let words = look.with("circle-with", [("names", names(&known, look).into())]);
            let id = format!("circle-{}", circle.circle);
            parts.push(choice(id, words, To::Circle(circle.circle)));
            parts.extend(marks(&known, WORDS, look));
        }
        if parts.len() == before {
            let words = look.say("circle-nowhere");
            parts.push(look.note(Icon::Info, look.colors.muted, words));
        }
        let change = look
            .wide_button(Kind::Primary, look.say("circle-change"))
            .id("circle-change")
            // What was chosen may be gone since.
            .on_press_maybe(open.then_some(Message::Submit));
        pinned(look.column(parts).spacing(10).width(Fill), change, look)
    }
}

/// Who knows the present address.
fn now(named: &[&ContactView], shared: bool, look: &Look) -> String {
    let names = names(named, look).into();
    if shared {
        return look.with("circle-now-shared", [("names", names)]);
    }
    look.with("circle-now-alone", [("name", names)])
}

/// Those whose names carry a mark, each on a line.
fn marks<'a>(named: &[&'a ContactView], indent: f32, look: &Look) -> Vec<Element<'a, Message>> {
    let marked = named.iter().filter(|contact| person::is_marked(contact));
    marked
        .map(|contact| {
            let line = person::person(contact, 22.0, look);
            container(line).padding(look.indent(indent)).into()
        })
        .collect()
}

/// Who is in a circle.
fn known<'a>(circle: &CircleView, model: &'a Model) -> impl Iterator<Item = &'a ContactView> {
    circle
        .contacts
        .iter()
        .filter_map(|contact| model.contacts.get(contact))
}

fn names(contacts: &[&ContactView], look: &Look) -> String {
    let names: Vec<String> = contacts
        .iter()
        .map(|contact| named(contact, look))
        .collect();
    names.join(" · ")
}
