//! With whom a contact is to share an address of mine: a circle of its own, or one that is there.

use iced::widget::{column, scrollable};
use iced::{Element, Fill, Padding};
use undertone_engine::{CircleView, Command, ContactId};

use super::Action;
use crate::icon::Icon;
use crate::look::Look;
use crate::screen::messenger::model::Model;

/// Contacts of one circle at most, as the engine has it.
const MOST: usize = 16;

/// Whose address it is.
#[derive(Clone, Copy, Debug)]
pub struct State {
    contact: ContactId,
}

/// What happens here.
#[derive(Clone, Copy, Debug)]
pub enum Message {
    /// To this circle, or to one of its own.
    To(Option<u32>),
}

impl State {
    /// Begins.
    #[must_use]
    pub const fn open(contact: ContactId) -> Self {
        Self { contact }
    }

    /// Takes in what happened.
    pub fn update(&mut self, Message::To(circle): Message) -> Action {
        Action::Do(Command::MoveToCircle {
            contact: self.contact,
            circle,
        })
    }

    /// What is shown: only circles that it can be moved to.
    pub fn view<'a>(&'a self, model: &'a Model, look: &'a Look) -> Element<'a, Message> {
        let present = model.circle_of(self.contact);
        let mut parts: Vec<Element<'a, Message>> = Vec::new();
        if present.is_none_or(|circle| circle.contacts.len() > 1) {
            parts.push(
                look.entry(Icon::User, look.say("circle-own"), false, Message::To(None))
                    .id("circle-own")
                    .into(),
            );
        }
        let others = model.circles.iter().filter(|circle| {
            !circle.closed
                && !circle.contacts.is_empty()
                && circle.contacts.len() < MOST
                && !circle.contacts.contains(&self.contact)
        });
        for circle in others {
            let words = look.with(
                "circle-with",
                [("names", names(circle, model, look).into())],
            );
            parts.push(
                look.entry(
                    Icon::Network,
                    words,
                    false,
                    Message::To(Some(circle.circle)),
                )
                .id(format!("circle-{}", circle.circle))
                .into(),
            );
        }
        if parts.is_empty() {
            let words = look.say("circle-nowhere");
            parts.push(look.note(Icon::Info, look.colors.muted, words));
        }
        let hint = look.muted(look.say("circle-hint"), 13.5).width(Fill);
        let list = scrollable(
            column(parts)
                .spacing(2)
                .width(Fill)
                .padding(Padding::ZERO.right(10)),
        )
        .style(look.scroll_style());
        let same = look.muted(look.say("circle-same-name"), 13.5).width(Fill);
        look.column(vec![hint.into(), same.into(), list.into()])
            .spacing(14)
            .width(Fill)
            .into()
    }
}

/// Who is in a circle.
#[must_use]
pub fn names(circle: &CircleView, model: &Model, look: &Look) -> String {
    let names: Vec<String> = circle
        .contacts
        .iter()
        .map(|contact| model.named(*contact, look))
        .collect();
    names.join(" · ")
}
