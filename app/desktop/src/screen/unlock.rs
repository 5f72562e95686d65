//! Asks for the passphrase. It says nothing about which profiles exist, nor whether the one that is
//! meant was there.

use iced::widget::{column, container};
use iced::{Element, Fill, Padding, Task};

use crate::bridge::Running;
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::place::{OpenFailure, Place};
use crate::secret::Secret;

/// The name of the field.
pub const FIELD: &str = "unlock-passphrase";

/// What is typed, and what became of it.
#[derive(Debug, Default)]
pub struct State {
    passphrase: Secret,
    busy: bool,
    /// What is under way; unlocking, where nothing else is said.
    work: Option<&'static str>,
    failure: Option<OpenFailure>,
    /// Others are unlocked, and one can go back to them.
    beside: bool,
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// Typed.
    Passphrase(Secret),
    /// Unlock.
    Submit,
    /// Back to what is unlocked.
    Back,
    /// What came of it.
    Done(Result<Running, OpenFailure>),
}

/// What the window is to do.
#[derive(Debug)]
pub enum Action {
    /// Nothing.
    None,
    /// Work.
    Run(Task<Message>),
    /// Show the profile.
    Open(Running),
    /// Show what is unlocked.
    Back,
}

impl State {
    /// Something is under way whose outcome comes as [`Message::Done`].
    #[must_use]
    pub fn busy(work: Option<&'static str>) -> Self {
        Self {
            busy: true,
            work,
            ..Self::default()
        }
    }

    /// Others stay unlocked meanwhile.
    #[must_use]
    pub const fn beside(mut self, beside: bool) -> Self {
        self.beside = beside;
        self
    }

    /// The same, when it changes.
    pub const fn set_beside(&mut self, beside: bool) {
        self.beside = beside;
    }

    /// Whether one can go back from here.
    #[must_use]
    pub const fn can_go_back(&self) -> bool {
        self.beside && !self.busy
    }

    /// Whether something is under way.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        self.busy
    }

    /// Takes in what happened.
    pub fn update(&mut self, message: Message, place: &Place) -> Action {
        match message {
            Message::Passphrase(text) if !self.busy => {
                self.passphrase = text;
                self.failure = None;
                Action::None
            }
            Message::Submit if !self.busy && !self.passphrase.is_empty() => {
                self.busy = true;
                self.work = None;
                self.failure = None;
                let passphrase = std::mem::take(&mut self.passphrase);
                Action::Run(Task::perform(place.clone().open(passphrase), Message::Done))
            }
            Message::Done(Ok(running)) => Action::Open(running),
            Message::Done(Err(failure)) => {
                self.busy = false;
                self.failure = Some(failure);
                Action::Run(iced::widget::operation::focus(FIELD))
            }
            Message::Back if self.can_go_back() => Action::Back,
            Message::Passphrase(_) | Message::Submit | Message::Back => Action::None,
        }
    }

    /// What is shown.
    pub fn view<'a>(&'a self, look: &'a Look) -> Element<'a, Message> {
        let parts = if self.busy {
            // Nothing can be typed, and nothing typed was lost.
            let words = look.say(self.work.unwrap_or("unlock-busy"));
            let words = look.heading(words, 18.0).width(Fill);
            vec![words.into(), look.working()]
        } else {
            self.asking(look)
        };
        let card = look
            .card(look.column(parts).spacing(14).width(Fill))
            .padding(32);
        look.middle(460.0, column![card])
    }
    fn asking<'a>(&'a self, look: &'a Look) -> Vec<Element<'a, Message>> {
        let field = look
            .field(
                FIELD,
                &look.say("unlock-passphrase"),
                &self.passphrase,
                |text| Message::Passphrase(text.into()),
            )
            .secure(true)
            .on_submit(Message::Submit);
        let ready = !self.passphrase.is_empty();
        let button = look
            .wide_button(Kind::Primary, look.say("unlock-button"))
            .id("unlock-button")
            .on_press_maybe(ready.then_some(Message::Submit));
        let (title, hint) = if self.beside {
            ("unlock-another", "unlock-another-hint")
        } else {
            ("unlock-title", "unlock-hint")
        };
        let mut parts: Vec<Element<'a, Message>> = Vec::new();
        // A low window has no room for a sign.
        if !look.is_low() {
            let mark = Icon::Lock.of_size(26.0).color(look.colors.accent_text);
            parts.push(container(mark).center(56).style(look.badge_ground()).into());
        }
        parts.push(look.heading(look.say(title), 24.0).into());
        parts.push(look.muted(look.say(hint), 14.0).width(Fill).into());
        // In one place, whether there is a note or not: it goes with the first letter, and the field must keep the keyboard.
        let note = self.failure.map(|failure| {
            let words = look.say(failure.sentence());
            let note = look.note(Icon::CircleAlert, look.colors.bad, words);
            container(note).padding(Padding::ZERO.bottom(14)).into()
        });
        parts.push(column![column(note), field].into());
        parts.push(button.into());
        if self.can_go_back() {
            let back = look.wide_button(Kind::Secondary, look.say("unlock-back"));
            parts.push(back.id("unlock-back").on_press(Message::Back).into());
        }
        parts
    }
}
