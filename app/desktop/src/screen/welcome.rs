//! The first run: what Undertone is, a name, a passphrase. What follows (the network, an invitation, a
//! first contact) is the start page of the messenger, which is there again whenever it is needed.

pub mod import;

use std::path::PathBuf;

use iced::widget::{column, container};
use iced::{Element, Fill, Task, widget::operation};
use zeroize::Zeroizing;

use crate::bridge::Running;
use crate::choose::{Chosen, NoDialog, Wish};
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::place::{OpenFailure, Place};
use crate::secret::Secret;
use crate::words::Language;

/// The field of the name.
pub const NAME: &str = "welcome-name";
/// The field of the passphrase.
pub const PASSPHRASE: &str = "welcome-passphrase";
/// The field where it is repeated.
pub const REPEATED: &str = "welcome-repeated";

/// Bytes of a path at most.
const MAX_PATH: usize = 4_096;
/// Bytes of a name at most.
const MAX_NAME: usize = 128;
/// Bytes of a passphrase that its strength is judged by; the estimate becomes slow beyond.
const JUDGED: usize = 100;

/// Where one is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Step {
    #[default]
    Hello,
    Name,
    Passphrase,
    Import,
}

/// What is typed.
#[derive(Debug, Default)]
pub struct State {
    step: Step,
    name: String,
    file: String,
    /// No dialog of the desktop answers.
    typed: bool,
    sealed: Secret,
    passphrase: Secret,
    repeated: Secret,
    strength: u8,
    busy: bool,
    failure: Option<OpenFailure>,
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// Another language.
    Language(Language),
    /// Begin with an export instead.
    Import,
    /// Typed.
    File(String),
    /// Choose the file in a dialog of the desktop.
    Choose,
    /// What was chosen.
    Chosen(Chosen),
    /// Typed.
    Sealed(Secret),
    /// On.
    Next,
    /// Back.
    Back,
    /// Typed.
    Name(String),
    /// Typed.
    Passphrase(Secret),
    /// Typed again.
    Repeated(Secret),
    /// Made, or not.
    Done(Result<Running, OpenFailure>),
}

/// What the window is to do.
#[derive(Debug)]
pub enum Action {
    /// Nothing.
    None,
    /// Work.
    Run(Task<Message>),
    /// Choose a file; what was chosen comes as [`Message::Chosen`].
    Choose(Wish),
    /// Speak another language.
    Speak(Language),
    /// Show the new profile.
    Open(Running),
}

impl State {
    /// Whether something is under way.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        self.busy
    }

    /// Takes in what happened.
    pub fn update(&mut self, message: Message, place: &Place) -> Action {
        if let Message::Done(result) = message {
            self.busy = false;
            return match result {
                Ok(running) => Action::Open(running),
                Err(failure) => {
                    self.failure = Some(failure);
                    Action::None
                }
            };
        }
        if self.busy {
            return Action::None;
        }
        self.failure = None;
        match message {
            Message::Language(language) => return Action::Speak(language),
            Message::Import => {
                self.step = Step::Import;
                return Action::Run(operation::focus(import::FILE));
            }
            Message::File(file) => self.file = cut(file, MAX_PATH),
            Message::Choose => return Action::Choose(Wish::Import),
            Message::Chosen(Ok(Some(path))) => {
                self.file = cut(path.to_string_lossy().into_owned(), MAX_PATH);
            }
            Message::Chosen(Ok(None)) => {}
            Message::Chosen(Err(NoDialog)) => self.typed = true,
            Message::Sealed(text) => self.sealed = text,
            Message::Name(name) => self.name = cut(name, MAX_NAME),
            Message::Passphrase(text) => {
                self.strength = strength(&text, &self.name);
                self.passphrase = text;
            }
            Message::Repeated(text) => self.repeated = text,
            Message::Back => {
                self.step = match self.step {
                    Step::Passphrase => Step::Name,
                    _ => Step::Hello,
                }
            }
            Message::Next => return self.next(place),
            Message::Done(_) => {}
        }
        Action::None
    }

    fn next(&mut self, place: &Place) -> Action {
        match self.step {
            Step::Hello => {
                self.step = Step::Name;
                Action::Run(operation::focus(NAME))
            }
            Step::Name if self.name_fits() => {
                self.step = Step::Passphrase;
                Action::Run(operation::focus(PASSPHRASE))
            }
            Step::Passphrase if self.passphrase_fits() => {
                self.busy = true;
                let passphrase = std::mem::take(&mut self.passphrase);
                self.repeated = Secret::default();
                self.strength = 0;
                let name = self.name.trim().to_owned();
                Action::Run(Task::perform(
                    place.clone().create(name, passphrase),
                    Message::Done,
                ))
            }
            Step::Import if self.import_fits() => {
                self.busy = true;
                let passphrase = std::mem::take(&mut self.passphrase);
                let sealed = std::mem::take(&mut self.sealed);
                self.repeated = Secret::default();
                self.strength = 0;
                let file = PathBuf::from(self.file.trim());
                Action::Run(Task::perform(
                    place.clone().import(file, sealed, passphrase),
                    Message::Done,
                ))
            }
            Step::Name | Step::Passphrase | Step::Import => Action::None,
        }
    }

    fn name_fits(&self) -> bool {
        !self.name.trim().is_empty() && !self.name.chars().any(char::is_control)
    }

    /// Weak ones are refused: whoever copies the files can try passphrases without a limit.
    fn passphrase_fits(&self) -> bool {
        self.strength >= 3 && self.passphrase == self.repeated
    }

    /// What is shown.
    pub fn view<'a>(&'a self, look: &'a Look) -> Element<'a, Message> {
        let content = match self.step {
            Step::Hello => hello(look),
            Step::Name => self.name(look),
            Step::Passphrase => self.passphrase(look),
            Step::Import => self.import(look),
        };
        let card = look.card(content).padding(36);
        look.middle(560.0, column![card])
    }

    fn name<'a>(&'a self, look: &'a Look) -> Element<'a, Message> {
        let field = look
            .field(
                NAME,
                &look.say("name-placeholder"),
                &self.name,
                Message::Name,
            )
            .on_submit(Message::Next);
        look.column(vec![
            steps(look, 1),
            look.heading(look.say("name-title"), 24.0).into(),
            look.muted(look.say("name-hint"), 14.5).width(Fill).into(),
            look.labelled(look.say("name-label"), field),
            buttons(look, look.say("next"), self.name_fits()),
        ])
        .spacing(18)
        .width(Fill)
        .into()
    }

    fn passphrase<'a>(&'a self, look: &'a Look) -> Element<'a, Message> {
        let c = look.colors;
        let first = look
            .field(
                PASSPHRASE,
                &look.say("passphrase-placeholder"),
                &self.passphrase,
                |text| Message::Passphrase(text.into()),
            )
            .secure(true);
        let again = look
            .field(
                REPEATED,
                &look.say("passphrase-again"),
                &self.repeated,
                |text| Message::Repeated(text.into()),
            )
            .secure(true)
            .on_submit(Message::Next);
        let differ = !self.repeated.is_empty() && self.repeated != self.passphrase;
        let mut parts: Vec<Element<'a, Message>> = vec![
            steps(look, 2),
            look.heading(look.say("passphrase-title"), 24.0).into(),
            look.muted(look.say("passphrase-hint"), 14.5)
                .width(Fill)
                .into(),
            look.labelled(look.say("passphrase-label"), first),
            strength_bar(self.passphrase.is_empty(), self.strength, look),
            look.labelled(look.say("passphrase-again"), again),
        ];
        if differ {
            parts.push(look.note(Icon::TriangleAlert, c.warn, look.say("passphrase-differs")));
        }
        if let Some(failure) = self.failure {
            parts.push(look.note(Icon::CircleAlert, c.bad, look.say(failure.sentence())));
        }
        let words = if self.busy {
            look.say("create-busy")
        } else {
            look.say("create-button")
        };
        let ready = !self.busy && self.passphrase_fits();
        parts.push(buttons(look, words, ready));
        if self.busy {
            parts.push(look.working());
        }
        look.column(parts).spacing(16).width(Fill).into()
    }
}

fn hello(look: &Look) -> Element<'_, Message> {
    let c = look.colors;
    let sentence = |icon: Icon, name: &str| -> Element<'_, Message> {
        let sign = container(icon.of_size(19.0).color(c.accent_text))
            .center(42)
            .style(look.badge_ground());
        look.row(vec![
            sign.into(),
            look.text(look.say(name), 15.0).width(Fill).into(),
        ])
        .spacing(16)
        .into()
    };
    let languages = Language::ALL.into_iter().map(|language| {
        let kind = if language == look.words.language() {
            Kind::Secondary
        } else {
            Kind::Quiet
        };
        look.button(kind, None, language.name())
            .id(language.code())
            .on_press(Message::Language(language))
            .into()
    });
    look.column(vec![
        look.heading(look.say("hello-title"), 30.0).into(),
        sentence(Icon::MessageCircle, "hello-first"),
        sentence(Icon::Globe, "hello-second"),
        sentence(Icon::KeyRound, "hello-third"),
        look.note(Icon::TriangleAlert, c.warn, look.say("about-audit")),
        look.wide_button(Kind::Primary, look.say("hello-begin"))
            .id("hello-begin")
            .on_press(Message::Next)
            .into(),
        container(
            look.button(Kind::Quiet, None, look.say("import-open"))
                .id("hello-import")
                .on_press(Message::Import),
        )
        .center_x(Fill)
        .into(),
        container(look.row(languages.collect()).spacing(4))
            .center_x(Fill)
            .into(),
    ])
    .spacing(20)
    .width(Fill)
    .into()
}

fn steps(look: &Look, now: u64) -> Element<'_, Message> {
    look.text(
        look.with("welcome-step", [("now", now.into()), ("all", 2_u64.into())]),
        12.5,
    )
    .color(look.colors.accent_text)
    .into()
}

fn buttons(look: &Look, words: String, ready: bool) -> Element<'_, Message> {
    look.row(vec![
        look.button(Kind::Secondary, None, look.say("back"))
            .id("welcome-back")
            .on_press(Message::Back)
            .into(),
        look.wide_button(Kind::Primary, words)
            .id("welcome-next")
            .on_press_maybe(ready.then_some(Message::Next))
            .into(),
    ])
    .spacing(12)
    .into()
}

/// How good a passphrase is, as a bar and in words.
pub(super) fn strength_bar<'a, M: 'a>(empty: bool, strength: u8, look: &Look) -> Element<'a, M> {
    let c = look.colors;
    let (color, words) = match (empty, strength) {
        (true, _) => (c.muted, "strength-none"),
        (_, 0 | 1) => (c.bad, "strength-weak"),
        (_, 2) => (c.warn, "strength-fair"),
        (_, 3) => (c.good, "strength-good"),
        _ => (c.good, "strength-strong"),
    };
    let part = if empty {
        0.0
    } else {
        f32::from(strength.max(1)) / 4.0
    };
    look.column(vec![
        look.bar(part, color),
        look.text(look.say(words), 13.0).color(color).into(),
    ])
    .spacing(7)
    .width(Fill)
    .into()
}

/// How hard a passphrase is to guess, 0 to 4.
pub(super) fn strength(passphrase: &str, name: &str) -> u8 {
    if passphrase.is_empty() {
        return 0;
    }
    let known = name.to_lowercase();
    let lower = Zeroizing::new(passphrase.to_lowercase());
    // Words that are said twice, or are in the name, count for nothing.
    let mut judged = Zeroizing::new(String::with_capacity(passphrase.len()));
    for word in lower.split_whitespace() {
        let counts = !known.split_whitespace().any(|part| part == word)
            && !judged.split(' ').any(|before| before == word);
        if counts && judged.len() < JUDGED {
            judged.push_str(word);
            judged.push(' ');
        }
    }
    let judged = &judged[..judged.floor_char_boundary(JUDGED)];
    // Powers of ten of guesses. Ten of them cost whoever has the files centuries of one computer, and
    // they may have thousands; fourteen are nearly four words drawn at random.
    match zxcvbn::zxcvbn(judged.trim_end(), &[&known, "undertone"]).guesses_log10() {
        guesses if guesses < 6.0 => 1,
        guesses if guesses < 10.0 => 2,
        guesses if guesses < 14.0 => 3,
        _ => 4,
    }
}

fn cut(mut text: String, bytes: usize) -> String {
    text.truncate(text.floor_char_boundary(bytes));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_counts_what_is_known() {
        assert_eq!(strength("", ""), 0);
        assert!(strength("password1", "") < 2);
        assert!(strength("Robin Undertone", "Robin Undertone") < 3);
        assert!(strength("Robin Robin", "Robin") < 3);
        assert!(strength("velvet velvet velvet velvet velvet", "") < 3);
        assert!(strength(&"x".repeat(10_000), "") < 3);
        assert_eq!(strength("orbit-lantern-copper-velvet", "Robin"), 4);
    }
}
