//! Another passphrase for this profile, a further profile in the same place, or an export. All need the profile
//! to be closed for a moment; what was typed is handed on and kept nowhere.

use std::path::PathBuf;

use iced::widget::{container, scrollable};
use iced::{Element, Fill, Padding, Task, widget::operation};

use super::Action;
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::screen::welcome::{strength, strength_bar};
use crate::secret::Secret;

/// The field of the present passphrase.
pub const PRESENT: &str = "profiles-present";
/// The field of a name.
pub const NAME: &str = "profiles-name";
/// The field of the new passphrase.
pub const NEW: &str = "profiles-new";
/// The field where it is repeated.
pub const AGAIN: &str = "profiles-again";
/// The fields of further profiles that are to be kept.
pub const OTHERS: [&str; 2] = ["profiles-other-1", "profiles-other-2"];

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Another passphrase.
    Passphrase,
    /// A further profile.
    Beside,
    /// A sealed copy in a file.
    Export,
}

/// What is done while the profile is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reopen {
    /// Change the passphrase, and go on.
    Passphrase {
        /// The one that opens it now.
        old: Secret,
        /// The one that shall.
        new: Secret,
    },
    /// Make a profile, and go on with it.
    Beside {
        /// The passphrases of those that are to be kept.
        kept: Vec<Secret>,
        /// What people shall call it.
        nickname: String,
        /// Its passphrase.
        new: Secret,
    },
    /// Write an export, and go on.
    Export {
        /// What opens the profile.
        passphrase: Secret,
        /// The new file.
        file: PathBuf,
        /// What shall open the file.
        sealed: Secret,
    },
}

/// What is typed.
#[derive(Debug)]
pub struct State {
    purpose: Purpose,
    present: Secret,
    others: [Secret; 2],
    name: String,
    new: Secret,
    again: Secret,
    strength: u8,
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// Typed.
    Present(Secret),
    /// Typed: which one.
    Other(usize, Secret),
    /// Typed.
    Name(String),
    /// Typed.
    New(Secret),
    /// Typed again.
    Again(Secret),
    /// Do it.
    Submit,
}

impl State {
    /// Begins.
    pub fn open(purpose: Purpose) -> (Self, Task<Message>) {
        let state = Self {
            purpose,
            present: Secret::default(),
            others: Default::default(),
            name: String::new(),
            new: Secret::default(),
            again: Secret::default(),
            strength: 0,
        };
        (state, operation::focus(PRESENT))
    }

    /// What it is for.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Weak ones are refused, as in the first run.
    fn is_ready(&self) -> bool {
        let named = self.purpose == Purpose::Passphrase || !self.name.trim().is_empty();
        named && !self.present.is_empty() && self.strength >= 3 && self.new == self.again
    }

    /// Takes in what happened.
    pub fn update(&mut self, message: Message) -> Action {
        match message {
            Message::Present(text) => self.present = text,
            Message::Other(at, text) => {
                if let Some(other) = self.others.get_mut(at) {
                    *other = text;
                }
            }
            Message::Name(mut text) => {
                text.truncate(text.floor_char_boundary(match self.purpose {
                    Purpose::Export => 4_096,
                    _ => 128,
                }));
                self.name = text;
            }
            Message::New(text) => {
                self.strength = strength(&text, &self.name);
                self.new = text;
            }
            Message::Again(text) => self.again = text,
            Message::Submit if self.is_ready() => return Action::Reopen(self.take()),
            Message::Submit => {}
        }
        Action::None
    }

    fn take(&mut self) -> Reopen {
        let new = std::mem::take(&mut self.new);
        let present = std::mem::take(&mut self.present);
        match self.purpose {
            Purpose::Passphrase => Reopen::Passphrase { old: present, new },
            Purpose::Export => Reopen::Export {
                passphrase: present,
                file: PathBuf::from(self.name.trim()),
                sealed: new,
            },
            Purpose::Beside => {
                let others = self.others.iter_mut().map(std::mem::take);
                let others = others.filter(|other| !other.is_empty());
                Reopen::Beside {
                    kept: std::iter::once(present).chain(others).collect(),
                    nickname: self.name.trim().to_owned(),
                    new,
                }
            }
        }
    }

    /// What is shown.
    pub fn view<'a>(&'a self, look: &'a Look) -> Element<'a, Message> {
        let secret = |id, label: String, value: &'a Secret, typed: fn(Secret) -> Message| {
            let field = look
                .field(id, "", value, move |text| typed(text.into()))
                .secure(true)
                .on_submit(Message::Submit);
            look.labelled(label, field)
        };
        let beside = self.purpose == Purpose::Beside;
        let export = self.purpose == Purpose::Export;
        let hint = match self.purpose {
            Purpose::Passphrase => "passphrase-change-hint",
            Purpose::Beside => "beside-hint",
            Purpose::Export => "export-hint",
        };
        let mut parts: Vec<Element<'a, Message>> =
            vec![look.text(look.say(hint), 14.0).width(Fill).into()];
        if beside {
            let words = look.say("beside-warning");
            parts.push(look.note(Icon::TriangleAlert, look.colors.warn, words));
        }
        let words = look.say("passphrase-present");
        parts.push(secret(PRESENT, words, &self.present, Message::Present));
        if beside {
            let typed: [fn(Secret) -> Message; 2] = [
                |text| Message::Other(0, text),
                |text| Message::Other(1, text),
            ];
            for ((id, value), typed) in OTHERS.into_iter().zip(&self.others).zip(typed) {
                parts.push(secret(id, look.say("beside-other"), value, typed));
            }
            let name = look.field(
                NAME,
                &look.say("name-placeholder"),
                &self.name,
                Message::Name,
            );
            parts.push(look.line());
            parts.push(look.labelled(look.say("beside-name"), name));
        }
        if export {
            let words = look.say("export-placeholder");
            let file = look.field(NAME, &words, &self.name, Message::Name);
            parts.push(look.labelled(look.say("export-file"), file));
        }
        let words = look.say(if export {
            "export-passphrase"
        } else {
            "passphrase-new"
        });
        parts.push(secret(NEW, words, &self.new, Message::New));
        parts.push(strength_bar(self.new.is_empty(), self.strength, look));
        let words = look.say("passphrase-again");
        parts.push(secret(AGAIN, words, &self.again, Message::Again));
        if !self.again.is_empty() && self.again != self.new {
            let words = look.say("passphrase-differs");
            parts.push(look.note(Icon::TriangleAlert, look.colors.warn, words));
        }
        let words = match self.purpose {
            Purpose::Passphrase => "passphrase-change",
            Purpose::Beside => "beside-submit",
            Purpose::Export => "export-submit",
        };
        parts.push(
            look.wide_button(Kind::Primary, look.say(words))
                .id("profiles-submit")
                .on_press_maybe(self.is_ready().then_some(Message::Submit))
                .into(),
        );
        let content = look.column(parts).spacing(14).width(Fill);
        scrollable(container(content).padding(Padding::ZERO.right(12)))
            .style(look.scroll_style())
            .into()
    }
}
