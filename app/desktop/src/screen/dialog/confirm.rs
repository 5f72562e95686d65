//! Questions before something that cannot be taken back, or that leaves Tor.

use iced::widget::container;
use iced::{Element, Fill};
use undertone_engine::{Command, ContactId, Stage};

use super::{Action, scrolled};
use crate::font;
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::screen::messenger::model::Model;
use crate::visible;

/// A message that may be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// Whose conversation it is in.
    pub contact: ContactId,
    /// Its number.
    pub message: u64,
    /// Whether it can be deleted for both: mine can, as long as it has words.
    pub for_both: bool,
    /// The beginning of its words, if it has any.
    pub words: Option<String>,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Delete a message?
    Delete(Deletion),
    /// Delete all messages of a conversation?
    Clear(ContactId),
    /// Block somebody?
    Block(ContactId),
    /// What to do with a link?
    Link(String),
}

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// No.
    No,
    /// Yes.
    Yes,
    /// Yes, for both sides.
    ForBoth,
}

impl Question {
    /// What follows from an answer.
    pub fn answer(&self, message: Message) -> Action {
        match (self, message) {
            (_, Message::No) => Action::Close,
            (Self::Delete(deletion), answer) => Action::Do(Command::Delete {
                contact: deletion.contact,
                message: deletion.message,
                for_both: answer == Message::ForBoth,
            }),
            (Self::Clear(contact), _) => Action::Do(Command::Clear { contact: *contact }),
            (Self::Block(contact), _) => Action::Do(Command::Block { contact: *contact }),
            (Self::Link(address), _) => Action::Copy(address.clone()),
        }
    }

    pub(super) fn title(&self, look: &Look) -> String {
        look.say(match self {
            Self::Delete(..) => "delete-title",
            Self::Clear(_) => "clear-title",
            Self::Block(_) => "block-title",
            Self::Link(_) => "link-title",
        })
    }

    /// What is shown.
    pub fn view<'a>(&'a self, model: &'a Model, look: &'a Look) -> Element<'a, Message> {
        let words = match self {
            Self::Delete(deletion) if is_myself(deletion.contact, model) => {
                look.say("delete-words-note")
            }
            Self::Clear(contact) if is_myself(*contact, model) => look.say("clear-words-notes"),
            Self::Delete(deletion) if deletion.for_both => look.say("delete-words-mine"),
            Self::Delete(..) => look.say("delete-words"),
            Self::Clear(_) => look.say("clear-words"),
            Self::Block(contact) => {
                let name = look.shown_name(model.name(*contact));
                look.with("block-words", [("name", name.into())])
            }
            Self::Link(_) => look.say("link-words"),
        };
        let mut parts: Vec<Element<'a, Message>> = vec![look.text(words, 14.5).width(Fill).into()];
        if let Self::Block(contact) = self {
            let name = look.shown_name(model.name(*contact));
            let words = look.with("block-question", [("name", name.into())]);
            parts.insert(0, look.heading(words, 16.0).width(Fill).into());
            if model.conversations.contains_key(contact) {
                let words = look.text(look.say("block-messages"), 14.5);
                parts.push(words.width(Fill).into());
            }
        }
        let about = match self {
            Self::Link(address) => {
                let address = look.text(visible::line(address, 300), 13.0);
                Some(address.font(font::MONO))
            }
            Self::Delete(Deletion {
                words: Some(words), ..
            }) => Some(look.text(words.clone(), 13.5)),
            _ => None,
        };
        if let Some(shown) = about {
            let shown = look.card(shown.width(Fill)).padding(12).width(Fill);
            match self {
                Self::Delete(_) => parts.insert(0, shown.into()),
                _ => parts.push(shown.into()),
            }
        }
        let answer = |kind, icon, name, message| {
            look.button(kind, icon, look.say(name))
                .id(name)
                .on_press(message)
                .into()
        };
        let mut buttons = vec![answer(Kind::Secondary, None, "cancel", Message::No)];
        match self {
            Self::Delete(deletion) => {
                if deletion.for_both && !is_myself(deletion.contact, model) {
                    buttons.push(answer(Kind::Danger, None, "delete-both", Message::ForBoth));
                }
                buttons.push(answer(
                    Kind::Danger,
                    Some(Icon::Trash2),
                    "delete-me",
                    Message::Yes,
                ));
            }
            Self::Clear(_) => buttons.push(answer(
                Kind::Danger,
                Some(Icon::Trash2),
                "clear-yes",
                Message::Yes,
            )),
            Self::Block(_) => buttons.push(answer(
                Kind::Danger,
                Some(Icon::Ban),
                "block-yes",
                Message::Yes,
            )),
            Self::Link(_) => buttons.push(answer(
                Kind::Primary,
                Some(Icon::Copy),
                "link-copy",
                Message::Yes,
            )),
        }
        parts.push(
            container(look.row(buttons).spacing(10).wrap().align_x(look.end()))
                .width(Fill)
                .align_x(look.end())
                .into(),
        );
        scrolled(look.column(parts).spacing(18).width(Fill), look)
    }
}

/// Notes lie here alone.
fn is_myself(contact: ContactId, model: &Model) -> bool {
    let contact = model.contacts.get(&contact);
    contact.is_some_and(|contact| contact.stage == Stage::Myself)
}
