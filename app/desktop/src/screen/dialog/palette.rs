//! All commands and conversations by their names, for hands that stay on the keyboard.

use iced::widget::{column, scrollable};
use iced::{Element, Fill, Task, border, widget::operation};
use undertone_engine::ContactId;

use super::{Action, Change, Which};
use crate::colors::Appearance;
use crate::icon::Icon;
use crate::look::Look;
use crate::look::person::picture;
use crate::screen::messenger::model::{Model, named};
use crate::visible;
use crate::widget::{PressStyle, press};

/// The field.
pub const SEARCH: &str = "palette-search";
/// Lines that are shown.
const SHOWN: usize = 12;

/// What is typed and which line is chosen.
#[derive(Debug, Default)]
pub struct State {
    search: String,
    chosen: usize,
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// Typed.
    Search(String),
    /// Up or down.
    Move(bool),
    /// The chosen line.
    Submit,
    /// That line.
    Take(Entry),
}

/// A line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A conversation.
    Open(ContactId),
    /// My invitation.
    Invite,
    /// A new conversation.
    Add,
    /// The conversation with myself.
    Notes,
    /// Requests.
    Requests,
    /// Settings.
    Settings,
    /// Another theme.
    Theme(Appearance),
    /// Cover names, or not.
    Presentation,
    /// Lock.
    Lock,
    /// Destroy everything, after one question.
    Panic,
}

impl State {
    /// Begins.
    pub fn open() -> (Self, Task<Message>) {
        (Self::default(), operation::focus(SEARCH))
    }

    /// Takes in what happened.
    pub fn update(&mut self, message: Message, model: &Model, look: &Look) -> Action {
        match message {
            Message::Search(text) => {
                self.search = text.chars().take(100).collect();
                self.chosen = 0;
                Action::None
            }
            Message::Move(down) => {
                let count = self.found(model, look).len().max(1);
                let step = if down { 1 } else { count - 1 };
                self.chosen = (self.chosen + step) % count;
                Action::None
            }
            Message::Submit => {
                let found = self.found(model, look);
                found
                    .get(self.chosen)
                    .map_or(Action::None, |(entry, _)| take(*entry, look))
            }
            Message::Take(entry) => take(entry, look),
        }
    }

    fn found(&self, model: &Model, look: &Look) -> Vec<(Entry, String)> {
        let wanted = self.search.trim().to_lowercase();
        let commands = [
            (Entry::Add, "new-conversation"),
            (Entry::Notes, "notes-open"),
            (Entry::Invite, "invite-open"),
            (Entry::Requests, "requests"),
            (Entry::Settings, "settings-open"),
            (Entry::Theme(Appearance::Dark), "palette-dark"),
            (Entry::Theme(Appearance::Light), "palette-light"),
            (Entry::Theme(Appearance::Contrast), "palette-contrast"),
            (Entry::Presentation, "palette-presentation"),
            (Entry::Lock, "lock"),
            (Entry::Panic, "panic-open"),
        ];
        let listed = model.listed(false).into_iter().chain(model.listed(true));
        let people = listed.map(|contact| (Entry::Open(contact.id), named(contact, look)));
        people
            .chain(commands.map(|(entry, name)| (entry, look.say(name))))
            .filter(|(_, words)| wanted.is_empty() || words.to_lowercase().contains(&wanted))
            .take(SHOWN)
            .collect()
    }

    /// What is shown.
    pub fn view<'a>(&'a self, model: &'a Model, look: &'a Look) -> Element<'a, Message> {
        let c = look.colors;
        let search = look
            .field(
                SEARCH,
                &look.say("palette-search"),
                &self.search,
                Message::Search,
            )
            .on_submit(Message::Submit);
        let lines: Vec<Element<'a, Message>> = self
            .found(model, look)
            .into_iter()
            .enumerate()
            .map(|(at, (entry, words))| {
                let sign: Element<'a, Message> = match entry {
                    Entry::Open(contact) => match model.contacts.get(&contact) {
                        Some(contact) => picture(contact, 26.0, c.raised, look),
                        None => Icon::User.of_size(17.0).into(),
                    },
                    other => icon(other).of_size(17.0).color(c.muted).into(),
                };
                let chosen = at == self.chosen;
                let name = look.text(words.clone(), 14.5).width(Fill);
                press(look.row(vec![sign, name.into()]).spacing(13))
                    .label(visible::name(&words))
                    .on_press(Message::Take(entry))
                    .width(Fill)
                    .padding([8, 11])
                    .style(move |status| PressStyle {
                        background: if chosen {
                            Some(c.accent_soft)
                        } else {
                            status.hovered.then_some(c.hover)
                        },
                        text: c.text,
                        border: border::rounded(10),
                        ring: c.ring,
                    })
                    .into()
            })
            .collect();
        let list: Element<'a, Message> = if lines.is_empty() {
            look.muted(look.say("list-not-found"), 13.5).into()
        } else {
            scrollable(column(lines).spacing(2).width(Fill))
                .style(look.scroll_style())
                .into()
        };
        look.column(vec![
            search.into(),
            list,
            look.muted(look.say("palette-hint"), 12.0).into(),
        ])
        .spacing(10)
        .width(Fill)
        .into()
    }
}

const fn icon(entry: Entry) -> Icon {
    match entry {
        Entry::Open(_) => Icon::MessageCircle,
        Entry::Invite => Icon::QrCode,
        Entry::Add => Icon::UserPlus,
        Entry::Notes => Icon::Pencil,
        Entry::Requests => Icon::Inbox,
        Entry::Settings => Icon::Settings,
        Entry::Theme(Appearance::Light) => Icon::Sun,
        Entry::Theme(Appearance::Contrast) => Icon::Contrast,
        Entry::Theme(_) => Icon::Moon,
        Entry::Presentation => Icon::EyeOff,
        Entry::Lock => Icon::Lock,
        Entry::Panic => Icon::Trash2,
    }
}

const fn take(entry: Entry, look: &Look) -> Action {
    match entry {
        Entry::Open(contact) => Action::Open(contact),
        Entry::Invite => Action::Which(Which::Invite),
        Entry::Add => Action::Which(Which::Add),
        Entry::Notes => Action::Notes,
        Entry::Requests => Action::Requests,
        Entry::Settings => Action::Which(Which::Settings),
        Entry::Theme(appearance) => Action::Change(Change::Appearance(appearance)),
        Entry::Presentation => Action::Change(Change::Presentation(!look.presentation)),
        Entry::Lock => Action::Lock,
        Entry::Panic => Action::Panic,
    }
}
