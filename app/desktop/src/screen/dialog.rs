//! What lies above the messenger: one dialog at a time, which the keyboard cannot leave but by closing
//! it. Each is a state, messages and actions like a screen.

pub mod add;
pub mod circle;
pub mod confirm;
pub mod earlier;
pub mod emoji;
pub mod forward;
pub mod introduce;
pub mod invite;
pub mod palette;
pub mod picture;
pub mod privacy;
pub mod profiles;
pub mod settings;
pub mod short;

use iced::widget::{Space, column, container, mouse_area, opaque, scrollable};
use iced::{Element, Fill, Padding, Size, Task, border};
use undertone_engine::{Command, CommandError, ContactId, Event};

use self::confirm::Deletion;
use self::profiles::Reopen;

use crate::announce::Notices;
use crate::bridge::Running;
use crate::choose::{Chosen, Wish};
use crate::colors::Appearance;
use crate::icon::Icon;
use crate::look::Look;
use crate::screen::messenger::model::Model;
use crate::secret::Secret;
use crate::words::Language;

/// Height of a title and of the space below it.
const HEAD: f32 = 46.0;
/// Pixels at the side of what scrolls: the scroll bar, and its distance.
const BAR: f32 = 20.0;
/// Widest settings.
const SETTINGS: f32 = 720.0;
/// Widest choice of emoji.
const EMOJI: f32 = 440.0;

/// A dialog to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// My invitation.
    Invite,
    /// A new conversation.
    Add,
    /// Settings.
    Settings,
    /// What others see of me, in the settings.
    Me,
    /// All commands by their names.
    Palette,
    /// What a conversation reveals.
    Privacy(ContactId),
    /// An emoji.
    Emoji(Target),
    /// To whom a message goes on.
    Forward(ContactId, u64),
    /// Delete a message.
    Delete(Deletion),
    /// Delete all messages of a conversation.
    Clear(ContactId),
    /// Block somebody.
    Block(ContactId),
    /// Leave Tor by a link.
    Link(String),
    /// Another passphrase, or a further profile.
    Profiles(profiles::Purpose),
    /// A QR code from a picture.
    Picture(picture::Wanted),
    /// Compare seven emoji.
    Short(ContactId),
    /// What a message said before.
    Earlier(ContactId, u64),
    /// With whom a contact is to share an address.
    Circle(ContactId),
    /// To whom a contact is to be introduced.
    Introduce(ContactId),
}

/// What an emoji is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// For the text that is being written.
    Composer,
    /// For a message of a conversation.
    Message(ContactId, u64),
}

/// An open dialog.
#[derive(Debug)]
pub enum Dialog {
    /// My invitation.
    Invite(invite::State),
    /// A new conversation.
    Add(add::State),
    /// Settings.
    Settings(settings::State),
    /// All commands.
    Palette(palette::State),
    /// What a conversation reveals.
    Privacy(ContactId),
    /// An emoji.
    Emoji(emoji::State),
    /// To whom a message goes on.
    Forward(forward::State),
    /// A question.
    Confirm(confirm::Question),
    /// Another passphrase, or a further profile.
    Profiles(profiles::State),
    /// A QR code from a picture.
    Picture(picture::State),
    /// Seven emoji.
    Short(short::State),
    /// What a message said before.
    Earlier(earlier::State),
    /// With whom a contact is to share an address.
    Circle(circle::State),
    /// To whom a contact is to be introduced.
    Introduce(introduce::State),
}

/// What happens in a dialog.
#[derive(Clone, Debug)]
pub enum Message {
    /// Close it.
    Close,
    /// What was chosen in a dialog of the desktop, and what for.
    Chosen(Wish, Chosen),
    /// In that dialog.
    Invite(invite::Message),
    /// In that dialog.
    Add(add::Message),
    /// In that dialog.
    Settings(settings::Message),
    /// In that dialog.
    Palette(palette::Message),
    /// In that dialog.
    Emoji(emoji::Message),
    /// In that dialog.
    Forward(forward::Message),
    /// In that dialog.
    Confirm(confirm::Message),
    /// In that dialog.
    Profiles(profiles::Message),
    /// In that dialog.
    Picture(picture::Message),
    /// In that dialog.
    Short(short::Message),
    /// In that dialog.
    Earlier(earlier::Message),
    /// In that dialog.
    Circle(circle::Message),
    /// In that dialog.
    Introduce(introduce::Message),
}

/// A change of how everything looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Another theme.
    Appearance(Appearance),
    /// Another language.
    Language(Language),
    /// Another text size, in percent.
    Scale(u16),
    /// Other notifications.
    Notices(Notices),
    /// Names and addresses covered, or not.
    Presentation(bool),
    /// Closing the window leaves the program running, or not.
    Lingers(bool),
    /// Lock after so many minutes in which nobody was there; 0: never.
    LockAfter(u16),
    /// Nothing moves, or something may.
    Still(bool),
}

/// What the messenger is to do.
#[derive(Debug)]
pub enum Action {
    /// Nothing.
    None,
    /// Work.
    Run(Task<Message>),
    /// Close the dialog.
    Close,
    /// What lists show has changed.
    Renew,
    /// Choose a file; what was chosen comes as [`Message::Chosen`].
    Choose(Wish),
    /// Close it and show the conversation with myself.
    Notes,
    /// Do this and close it.
    Do(Command),
    /// Close it and show a conversation.
    Open(ContactId),
    /// Show another dialog instead.
    Which(Which),
    /// Show the requests instead.
    Requests,
    /// Begin a conversation with this invitation instead.
    Invitation(Secret),
    /// Copy words.
    Copy(String),
    /// Take an emoji.
    Emoji(Target, String),
    /// Look different.
    Change(Change),
    /// Say why something was not done.
    Refused(CommandError),
    /// Lock.
    Lock,
    /// Destroy everything, after one question.
    Panic,
    /// Close the profile, do this, and go on.
    Reopen(Reopen),
}

impl Dialog {
    /// Opens a dialog.
    pub fn open(which: Which, model: &Model, running: &Running) -> (Self, Task<Message>) {
        match which {
            Which::Invite => {
                let (state, task) = invite::State::open(running);
                (Self::Invite(state), task.map(Message::Invite))
            }
            Which::Add => {
                let (state, task) = add::State::open();
                (Self::Add(state), task.map(Message::Add))
            }
            Which::Settings => (Self::Settings(settings::State::open(model)), Task::none()),
            Which::Me => {
                let state = settings::State::open(model).at(settings::Section::Profile);
                (Self::Settings(state), Task::none())
            }
            Which::Circle(contact) => (Self::Circle(circle::State::open(contact)), Task::none()),
            Which::Introduce(contact) => (
                Self::Introduce(introduce::State::open(contact)),
                Task::none(),
            ),
            Which::Palette => {
                let (state, task) = palette::State::open();
                (Self::Palette(state), task.map(Message::Palette))
            }
            Which::Privacy(contact) => (Self::Privacy(contact), Task::none()),
            Which::Emoji(target) => {
                let (state, task) = emoji::State::open(target);
                (Self::Emoji(state), task.map(Message::Emoji))
            }
            Which::Forward(contact, message) => (
                Self::Forward(forward::State::open(contact, message)),
                Task::none(),
            ),
            Which::Delete(deletion) => (
                Self::Confirm(confirm::Question::Delete(deletion)),
                Task::none(),
            ),
            Which::Clear(contact) => (
                Self::Confirm(confirm::Question::Clear(contact)),
                Task::none(),
            ),
            Which::Block(contact) => (
                Self::Confirm(confirm::Question::Block(contact)),
                Task::none(),
            ),
            Which::Link(address) => (
                Self::Confirm(confirm::Question::Link(address)),
                Task::none(),
            ),
            Which::Profiles(purpose) => {
                let (state, task) = profiles::State::open(purpose);
                (Self::Profiles(state), task.map(Message::Profiles))
            }
            Which::Picture(wanted) => {
                let (state, task) = picture::State::open(wanted);
                (Self::Picture(state), task.map(Message::Picture))
            }
            Which::Short(contact) => (Self::Short(short::State::open(contact)), Task::none()),
            Which::Earlier(contact, message) => {
                let (state, task) = earlier::State::open(contact, message, running);
                (Self::Earlier(state), task.map(Message::Earlier))
            }
        }
    }

    /// Takes in what happened. Answers for a dialog that is closed already are left aside.
    pub fn update(
        &mut self,
        message: Message,
        model: &Model,
        running: &Running,
        look: &Look,
    ) -> Action {
        match (self, message) {
            (_, Message::Close) => Action::Close,
            // What was asked for by a dialog that is gone goes to no other one.
            (Self::Settings(state), Message::Chosen(Wish::Picture, chosen)) => state.chosen(chosen),
            (Self::Profiles(state), Message::Chosen(wish, chosen)) if state.wish() == wish => {
                state.chosen(chosen);
                Action::None
            }
            (Self::Picture(state), Message::Chosen(Wish::Code, chosen)) => state.chosen(chosen),
            (Self::Invite(state), Message::Invite(message)) => state.update(message, running),
            (Self::Add(state), Message::Add(message)) => state.update(message, running),
            (Self::Settings(state), Message::Settings(message)) => {
                state.update(message, model, running)
            }
            (Self::Palette(state), Message::Palette(message)) => state.update(message, model, look),
            (Self::Emoji(state), Message::Emoji(message)) => state.update(message),
            (Self::Forward(state), Message::Forward(message)) => state.update(message),
            (Self::Confirm(question), Message::Confirm(message)) => question.answer(message),
            (Self::Profiles(state), Message::Profiles(message)) => state.update(message),
            (Self::Picture(state), Message::Picture(message)) => state.update(message, running),
            (Self::Short(state), Message::Short(message)) => state.update(message, running),
            (Self::Circle(state), Message::Circle(message)) => state.update(message),
            (Self::Introduce(state), Message::Introduce(message)) => {
                state.update(message, model, running)
            }
            (Self::Earlier(state), Message::Earlier(message)) => {
                state.update(message);
                Action::None
            }
            _ => Action::None,
        }
    }

    /// Takes in what the engine says.
    pub fn hear(&mut self, event: &Event, running: &Running) -> Task<Message> {
        match self {
            Self::Invite(state) => state.hear(event, running).map(Message::Invite),
            _ => Task::none(),
        }
    }

    /// What is shown, over everything else.
    pub fn view<'a>(
        &'a self,
        model: &'a Model,
        clock: u64,
        look: &'a Look,
    ) -> Element<'a, Message> {
        let (width, title, content): (f32, String, Element<'a, Message>) = match self {
            Self::Invite(state) => (
                460.0,
                look.say("invite-title"),
                state.view(look).map(Message::Invite),
            ),
            Self::Add(state) => (
                500.0,
                look.say("add-title"),
                state.view(look).map(Message::Add),
            ),
            Self::Settings(state) => (
                SETTINGS,
                look.say("settings-title"),
                state.view(model, look).map(Message::Settings),
            ),
            Self::Palette(state) => (
                520.0,
                look.say("palette-title"),
                state.view(model, look).map(Message::Palette),
            ),
            Self::Privacy(contact) => (
                600.0,
                look.say("privacy-title"),
                privacy::view(*contact, model, clock, look),
            ),
            Self::Emoji(state) => (
                EMOJI,
                look.say("emoji-title"),
                state.view(look).map(Message::Emoji),
            ),
            Self::Forward(state) => (
                420.0,
                look.say("forward-title"),
                state.view(model, look).map(Message::Forward),
            ),
            Self::Profiles(state) => (
                500.0,
                look.say(state.purpose().title()),
                state.view(look).map(Message::Profiles),
            ),
            Self::Picture(state) => (
                480.0,
                look.say("picture-title"),
                state.view(look).map(Message::Picture),
            ),
            Self::Short(state) => (
                470.0,
                look.say("short-title"),
                state.view(model, look).map(Message::Short),
            ),
            Self::Earlier(state) => (480.0, look.say("earlier-title"), state.view(look)),
            Self::Circle(state) => (
                460.0,
                look.say("circle-title"),
                state.view(model, look).map(Message::Circle),
            ),
            Self::Introduce(state) => (
                480.0,
                look.say("introduce-title"),
                state.view(model, look).map(Message::Introduce),
            ),
            Self::Confirm(question) => (
                470.0,
                question.title(look),
                question.view(model, look).map(Message::Confirm),
            ),
        };
        frame(width, title, content, look)
    }
}

/// The frame of every dialog: a veil over the window, a card in the middle.
fn frame<'a>(
    width: f32,
    title: String,
    content: Element<'a, Message>,
    look: &'a Look,
) -> Element<'a, Message> {
    let c = look.colors;
    let (around, inside) = margins(look);
    let head = look.row(vec![
        look.heading(title, 19.0).width(Fill).into(),
        look.icon_button(
            Icon::X,
            "dialog-close",
            look.say("close"),
            Some(Message::Close),
        ),
    ]);
    let card = container(column![head, Space::new().height(12), content])
        .max_width(width)
        .padding(inside)
        .style(move |_| container::Style {
            background: Some(c.raised.into()),
            border: border::rounded(18).color(c.line).width(1),
            ..container::Style::default()
        });
    let veil = container(opaque(card))
        .center(Fill)
        .padding(around)
        .style(move |_| container::Style::default().background(c.scrim));
    opaque(mouse_area(veil).on_press(Message::Close))
}

/// Space around a dialog and at its edges.
fn margins(look: &Look) -> (f32, f32) {
    if look.is_low() {
        (8.0, 14.0)
    } else {
        (20.0, 22.0)
    }
}

/// How much room the content of a dialog has that is at most that wide.
fn room(width: f32, look: &Look) -> Size {
    let (around, inside) = margins(look);
    Size::new(
        width.min(look.width() - 2.0 * around) - 2.0 * inside,
        look.height() - 2.0 * (around + inside) - HEAD,
    )
}

/// Content that may be higher than the window.
fn scrolled<'a, Message: 'a>(
    content: impl Into<Element<'a, Message>>,
    look: &Look,
) -> Element<'a, Message> {
    scrollable(container(content).padding(Padding::ZERO.right(BAR)))
        .style(look.scroll_style())
        .into()
}
