//! All commands and conversations by their names, for hands that stay on the keyboard.

use iced::widget::{column, container, scrollable};
use iced::{Element, Fill, Padding, Task, border, widget::operation};
use undertone_engine::ContactId;

use super::{Action, BAR, Change, Which};
use crate::colors::Appearance;
use crate::icon::Icon;
use crate::look::Look;
use crate::look::person::{marked, picture};
use crate::screen::messenger::model::{Model, named};
use crate::visible;
use crate::widget::{PressStyle, press, reveal_named};

/// The field.
pub const SEARCH: &str = "palette-search";
/// Conversations that are shown at most. Commands are all shown.
const PEOPLE: usize = 6;
/// Pixels of the sign at the beginning of a line.
const SIGN: f32 = 28.0;

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
                self.show()
            }
            Message::Move(down) => {
                let count = self.found(model, look).len().max(1);
                let step = if down { 1 } else { count - 1 };
                self.chosen = (self.chosen + step) % count;
                self.show()
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

    /// Brings the chosen line into view.
    fn show(&self) -> Action {
        Action::Run(reveal_named(id(self.chosen)))
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
        let fits = |(_, words): &(Entry, String)| words.to_lowercase().contains(&wanted);
        let people = listed.map(|contact| (Entry::Open(contact.id), named(contact, look)));
        let commands = commands.map(|(entry, name)| (entry, look.say(name)));
        let people = people.filter(fits).take(PEOPLE);
        people.chain(commands.into_iter().filter(fits)).collect()
    }

    /// What is shown.
    pub fn view<'a>(&'a self, model: &'a Model, look: &'a Look) -> Element<'a, Message> {
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
            .map(|(at, (entry, words))| self.line(at, entry, words, model, look))
            .collect();
        let list: Element<'a, Message> = if lines.is_empty() {
            look.muted(look.say("list-not-found"), 13.5).into()
        } else {
            let lines = column(lines).spacing(2).width(Fill);
            scrollable(container(lines).padding(Padding::ZERO.right(BAR)))
                .style(look.scroll_style())
                .into()
        };
        // What stands below the list would lose its room to it where the window is low.
        let hint = look.muted(look.say("palette-hint"), 12.0).width(Fill);
        look.column(vec![search.into(), hint.into(), list])
            .spacing(10)
            .width(Fill)
            .into()
    }

    fn line<'a>(
        &self,
        at: usize,
        entry: Entry,
        words: String,
        model: &'a Model,
        look: &'a Look,
    ) -> Element<'a, Message> {
        let c = look.colors;
        let chosen = at == self.chosen;
        let named = match entry {
            Entry::Open(contact) => model.contacts.get(&contact),
            _ => None,
        };
        let sign: Element<'a, Message> = match named {
            Some(contact) => picture(contact, 26.0, c.raised, look),
            None => icon(entry).of_size(17.0).color(c.muted).into(),
        };
        let name = match named {
            Some(contact) => marked(contact, 14.5, look),
            None => look.text(words.clone(), 14.5).width(Fill).into(),
        };
        press(
            look.row(vec![container(sign).center(SIGN).into(), name])
                .spacing(13),
        )
        .id(id(at))
        .label(visible::name(&words))
        .on_press(Message::Take(entry))
        .width(Fill)
        .padding([7, 11])
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
    }
}

/// The name of a line.
fn id(at: usize) -> String {
    format!("palette-{at}")
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
