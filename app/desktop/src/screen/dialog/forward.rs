//! To whom a message goes on.

use iced::widget::{column, scrollable};
use iced::{Element, Fill, border};
use undertone_engine::{Command, ContactId, Stage};

use super::Action;
use crate::look::Look;
use crate::look::person::picture;
use crate::screen::messenger::model::{Model, named};
use crate::widget::{PressStyle, press};

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
        let c = look.colors;
        let others: Vec<Element<'a, Message>> = model
            .contacts
            .values()
            .filter(|contact| matches!(contact.stage, Stage::Accepted | Stage::Myself))
            .map(|contact| {
                press(
                    look.row(vec![
                        picture(contact, 36.0, c.raised, look),
                        look.name(&named(contact, look), 14.5).into(),
                    ])
                    .spacing(12),
                )
                .label(named(contact, look))
                .on_press(Message::To(contact.id))
                .width(Fill)
                .padding([7, 9])
                .style(move |status| PressStyle {
                    background: status.hovered.then_some(c.hover),
                    text: c.text,
                    border: border::rounded(10),
                    ring: c.ring,
                })
                .into()
            })
            .collect();
        look.column(vec![
            look.muted(look.say("forward-hint"), 13.5)
                .width(Fill)
                .into(),
            scrollable(column(others).spacing(2))
                .style(look.scroll_style())
                .width(Fill)
                .into(),
        ])
        .spacing(12)
        .into()
    }
}
