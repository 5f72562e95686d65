//! Seven emoji that appear on both screens while both are connected, to be compared by voice.

mod names;

use iced::widget::{container, row, text};
use iced::{Element, Fill, Task, border};
use undertone_engine::{Command, CommandError, ContactId, EmojiView, Reply};

use super::{Action, scrolled};
use crate::bridge::Running;
use crate::font;
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::look::person::person;
use crate::refusal;
use crate::screen::messenger::model::Model;

/// With whom, and what became of it.
#[derive(Debug)]
pub struct State {
    contact: ContactId,
    asked: bool,
    failure: Option<CommandError>,
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// Show seven emoji on both screens.
    Begin,
    /// Asked for, or not.
    Done(Result<Reply, CommandError>),
    /// They are the same, or not.
    Same(bool),
}

impl State {
    /// Begins.
    #[must_use]
    pub const fn open(contact: ContactId) -> Self {
        Self {
            contact,
            asked: false,
            failure: None,
        }
    }

    /// Takes in what happened.
    pub fn update(&mut self, message: Message, running: &Running) -> Action {
        let contact = self.contact;
        match message {
            Message::Begin => {
                self.asked = true;
                self.failure = None;
                let command = Command::CompareShortCode { contact };
                let task: Task<Message> = running.task(command, Message::Done);
                Action::Run(task.map(super::Message::Short))
            }
            Message::Done(Ok(_)) => Action::None,
            Message::Done(Err(error)) => {
                self.asked = false;
                self.failure = Some(error);
                Action::None
            }
            Message::Same(verified) => Action::Do(Command::SetVerified { contact, verified }),
        }
    }

    /// What is shown.
    pub fn view<'a>(&'a self, model: &'a Model, look: &'a Look) -> Element<'a, Message> {
        let contact = model.contacts.get(&self.contact);
        let connected = contact.is_some_and(|contact| contact.connected);
        let with = contact.map(|contact| person(contact, 40.0, look));
        let mut parts: Vec<Element<'a, Message>> = with.into_iter().collect();
        parts.push(look.text(look.say("short-hint"), 14.5).width(Fill).into());
        if let Some(code) = model.short_codes.get(&self.contact) {
            parts.push(emoji(code, look));
            let doubtful = contact.is_some_and(|contact| contact.resembles.is_some());
            let kind = if doubtful {
                Kind::Secondary
            } else {
                Kind::Primary
            };
            parts.push(
                look.wide_button(kind, look.say("short-same"))
                    .id("short-same")
                    .on_press(Message::Same(true))
                    .into(),
            );
            parts.push(
                look.wide_button(Kind::Danger, look.say("short-differ"))
                    .id("short-differ")
                    .on_press(Message::Same(false))
                    .into(),
            );
            let words = look.say("short-differ-hint");
            parts.push(look.muted(words, 13.0).width(Fill).into());
            return scrolled(look.column(parts).spacing(14).width(Fill), look);
        }
        if let Some(error) = &self.failure {
            let words = refusal::words(error, look);
            parts.push(look.note(Icon::CircleAlert, look.colors.bad, words));
        } else if !connected {
            let words = look.say("refused-not-connected");
            parts.push(look.note(Icon::Clock, look.colors.warn, words));
        }
        let waits = self.asked && connected;
        let words = if waits { "short-wait" } else { "short-begin" };
        parts.push(
            look.wide_button(Kind::Primary, look.say(words))
                .id("short-begin")
                .on_press_maybe((connected && !waits).then_some(Message::Begin))
                .into(),
        );
        scrolled(look.column(parts).spacing(14).width(Fill), look)
    }
}

fn emoji<'a>(code: &'a [EmojiView], look: &'a Look) -> Element<'a, Message> {
    let c = look.colors;
    let signs = code.iter().map(|one| {
        let name = names::sentence(one.name);
        let name = name.map_or_else(|| one.name.to_owned(), |name| look.say(name));
        let lines: Vec<Element<'a, Message>> = vec![
            text(one.symbol).font(font::EMOJI).size(32).into(),
            look.muted(name, 12.0).into(),
        ];
        let lines = iced::widget::Column::with_children(lines)
            .spacing(6)
            .align_x(iced::Center);
        container(lines)
            .center_x(92)
            .padding([12, 4])
            .style(move |_| container::Style {
                background: Some(c.surface.into()),
                border: border::rounded(12).color(c.line).width(1),
                ..container::Style::default()
            })
            .into()
    });
    // The same order on both screens, whatever the direction of writing.
    container(row(signs).spacing(8).wrap())
        .center_x(Fill)
        .into()
}
