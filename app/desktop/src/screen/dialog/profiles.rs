//! Another passphrase for this profile, a further profile in the same place, new or from an export, or an export. All need the profile
//! to be closed for a moment; what was typed is handed on and kept nowhere.

use std::path::PathBuf;

use iced::widget::{container, operation, stack};
use iced::{Bottom, Element, Fill, Padding, Task};

use super::{Action, BAR, scrolled};
use crate::choose::{Chosen, NoDialog, Wish};
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
/// The field of an export's passphrase.
pub const SEALED: &str = "profiles-sealed";
/// The fields of further profiles that are to be kept.
pub const OTHERS: [&str; 2] = ["profiles-other-1", "profiles-other-2"];

/// The height of a button and of the gap above it.
const BUTTON: f32 = 58.0;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Another passphrase.
    Passphrase,
    /// A further profile.
    Beside,
    /// A sealed copy in a file.
    Export,
    /// A further profile, made from such a copy.
    Import,
}

impl Purpose {
    /// The sentence above the dialog.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase-change",
            Self::Beside => "beside-title",
            Self::Export => "export-title",
            Self::Import => "import-beside-title",
        }
    }
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
    /// Make a profile from an export, and go on with it.
    Import {
        /// The passphrases of those that are to be kept.
        kept: Vec<Secret>,
        /// The export.
        file: PathBuf,
        /// What opens the export.
        sealed: Secret,
        /// The passphrase of the profile.
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
    /// A name of somebody, or of a file.
    name: String,
    sealed: Secret,
    /// No dialog of the desktop answers.
    typed: bool,
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
    /// Typed: what opens an export.
    Sealed(Secret),
    /// Choose the file in a dialog of the desktop.
    Choose,
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
            sealed: Secret::default(),
            typed: false,
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
        let opens = self.purpose != Purpose::Import || !self.sealed.is_empty();
        named && opens && !self.present.is_empty() && self.strength >= 3 && self.new == self.again
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
                    Purpose::Export | Purpose::Import => 4_096,
                    Purpose::Passphrase | Purpose::Beside => 128,
                }));
                self.name = text;
            }
            Message::Sealed(text) => self.sealed = text,
            Message::Choose => return Action::Choose(self.wish()),
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
            Purpose::Beside => Reopen::Beside {
                kept: self.kept(present),
                nickname: self.name.trim().to_owned(),
                new,
            },
            Purpose::Import => Reopen::Import {
                kept: self.kept(present),
                file: PathBuf::from(self.name.trim()),
                sealed: std::mem::take(&mut self.sealed),
                new,
            },
        }
    }

    fn kept(&mut self, present: Secret) -> Vec<Secret> {
        let others = self.others.iter_mut().map(std::mem::take);
        let others = others.filter(|other| !other.is_empty());
        std::iter::once(present).chain(others).collect()
    }

    /// What file is wanted, where one is.
    #[must_use]
    pub const fn wish(&self) -> Wish {
        match self.purpose {
            Purpose::Import => Wish::Import,
            _ => Wish::Export,
        }
    }

    /// Takes the file that was chosen.
    pub fn chosen(&mut self, chosen: Chosen) {
        match chosen {
            Ok(Some(path)) => self.name = path.to_string_lossy().into_owned(),
            Ok(None) => {}
            Err(NoDialog) => self.typed = true,
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
        let beside = matches!(self.purpose, Purpose::Beside | Purpose::Import);
        let export = self.purpose == Purpose::Export;
        let import = self.purpose == Purpose::Import;
        let hint = match self.purpose {
            Purpose::Passphrase => "passphrase-change-hint",
            Purpose::Beside => "beside-hint",
            Purpose::Export => "export-hint",
            Purpose::Import => "import-beside-hint",
        };
        let mut parts: Vec<Element<'a, Message>> =
            vec![look.text(look.say(hint), 14.0).width(Fill).into()];
        if import {
            parts.extend(self.file("picture-file", look));
            let words = look.say("export-passphrase");
            parts.push(secret(SEALED, words, &self.sealed, Message::Sealed));
            parts.push(look.line());
        }
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
            parts.push(look.line());
        }
        if self.purpose == Purpose::Beside {
            let name = look.field(
                NAME,
                &look.say("name-placeholder"),
                &self.name,
                Message::Name,
            );
            parts.push(look.labelled(look.say("beside-name"), name));
        }
        if export {
            parts.extend(self.file("export-file", look));
        }
        let words = look.say(if export {
            "export-passphrase"
        } else if import {
            "passphrase-new-profile"
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
        let fields = look.column(parts).spacing(14).width(Fill);
        pinned(fields, self.submit(look), look)
    }

    fn submit<'a>(&'a self, look: &'a Look) -> Element<'a, Message> {
        let words = match self.purpose {
            Purpose::Passphrase => "passphrase-change",
            Purpose::Beside => "beside-submit",
            Purpose::Export => "export-submit",
            Purpose::Import => "import-submit",
        };
        look.wide_button(Kind::Primary, look.say(words))
            .id("profiles-submit")
            .on_press_maybe(self.is_ready().then_some(Message::Submit))
            .into()
    }

    /// The field of the file.
    fn file<'a>(&'a self, label: &str, look: &'a Look) -> Vec<Element<'a, Message>> {
        let words = look.say("export-placeholder");
        let field = look.field(NAME, &words, &self.name, Message::Name);
        let field = look.chosen_file(field, "profiles-choose", Message::Choose);
        let mut parts = vec![look.labelled(look.say(label), field)];
        if self.typed {
            parts.push(look.note(Icon::Info, look.colors.muted, look.say("choose-none")));
        }
        parts
    }
}

/// A dialog whose content scrolls and whose button is always in sight.
pub(super) fn pinned<'a, M: 'a>(
    content: impl Into<Element<'a, M>>,
    button: impl Into<Element<'a, M>>,
    look: &Look,
) -> Element<'a, M> {
    // In a column the content would take all of the height, and leave none for the button.
    let content = container(scrolled(content, look)).padding(Padding::ZERO.bottom(BUTTON));
    let button = container(button)
        .width(Fill)
        .height(Fill)
        .align_y(Bottom)
        .padding(Padding::ZERO.right(BAR));
    stack![content, button].into()
}
