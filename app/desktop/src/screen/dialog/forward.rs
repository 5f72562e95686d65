//! To whom a message goes on.

use iced::{Element, Fill};
use undertone_engine::{Command, ContactId, Stage};

use super::{Action, scrolled};
use crate::look::Look;
use crate::look::person;
use crate::screen::messenger::model::Model;
use crate::widget::rows;

/// The message that goes on.
#[derive(Clone, Copy, Debug)]
pub struct State {
    contact: ContactId,
    message: u64,
}

/// What happens here.
#[derive(Clone, Copy, Debug)]
pub enum Message {
    /// To this contact.
    To(ContactId),
}

impl State {
    /// Begins.
    #[must_use]
    pub const fn open(contact: ContactId, message: u64) -> Self {
        Self { contact, message }
    }

    /// Takes in what happened.
    pub fn update(&mut self, Message::To(to): Message) -> Action {
        Action::Do(Command::Forward {
            contact: self.contact,
            message: self.message,
            to,
        })
    }

    /// What is shown.
    pub fn view<'a>(&'a self, model: &'a Model, look: &'a Look) -> Element<'a, Message> {
        let others: Vec<(ContactId, Element<'a, Message>)> = model
            .contacts
            .values()
            .filter(|contact| matches!(contact.stage, Stage::Accepted | Stage::Myself))
            .map(|contact| {
                let id = format!("forward-{}", contact.id);
                let choice = person::choice(id, contact, Message::To(contact.id), look);
                (contact.id, choice)
            })
            .collect();
        look.column(vec![
            look.muted(look.say("forward-hint"), 13.5)
                .width(Fill)
                .into(),
            scrolled(rows(others, |column| column.spacing(2)), look),
        ])
        .spacing(12)
        .into()
    }
}
