//! A QR code from a picture file: an invitation, or the code of a contact to compare. The file is dropped on the
//! window or named; reading it does not hold the window up.

use std::path::PathBuf;

use data_encoding::BASE64;
use iced::{Element, Fill, Task, widget::operation};
use undertone_engine::{Command, CommandError, ContactId, Reply};

use super::{Action, scrolled};
use crate::bridge::Running;
use crate::choose::{Chosen, NoDialog, Wish};
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::refusal;
use crate::scan::{ScanError, scan};

/// The field of the file's name.
pub const FILE: &str = "picture-file";
/// Bytes of a path at most.
const PATH: usize = 4_096;

/// What the code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// An invitation.
    Invitation,
    /// A contact's code to compare.
    Code(ContactId),
}

/// What is typed, and what came of it.
#[derive(Debug)]
pub struct State {
    wanted: Wanted,
    path: String,
    busy: bool,
    /// No dialog of the desktop answers.
    typed: bool,
    failure: Option<Failure>,
}

/// Why it came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Failure {
    Scan(ScanError),
    Command(CommandError),
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// Typed.
    Path(String),
    /// A file was dropped on the window.
    Dropped(PathBuf),
    /// Choose it in a dialog of the desktop.
    Choose,
    /// Read it.
    Read,
    /// What the code says.
    Scanned(Result<Vec<u8>, ScanError>),
    /// Compared, or not.
    Done(Result<Reply, CommandError>),
}

impl State {
    /// Begins.
    pub fn open(wanted: Wanted) -> (Self, Task<Message>) {
        let state = Self {
            wanted,
            path: String::new(),
            busy: false,
            typed: false,
            failure: None,
        };
        (state, operation::focus(FILE))
    }

    /// Takes in what happened.
    pub fn update(&mut self, message: Message, running: &Running) -> Action {
        match message {
            Message::Path(mut path) => {
                path.truncate(path.floor_char_boundary(PATH));
                self.path = path;
                self.failure = None;
                Action::None
            }
            Message::Dropped(path) => {
                self.path = path.to_string_lossy().into_owned();
                self.read(path)
            }
            Message::Choose => Action::Choose(Wish::Code),
            Message::Read if !self.path.trim().is_empty() => {
                let path = PathBuf::from(self.path.trim());
                self.read(path)
            }
            Message::Read => Action::None,
            Message::Scanned(Ok(code)) => self.scanned(code, running),
            Message::Scanned(Err(error)) => self.failed(Failure::Scan(error)),
            Message::Done(Ok(_)) => Action::Close,
            Message::Done(Err(error)) => self.failed(Failure::Command(error)),
        }
    }

    /// Takes what was chosen.
    pub fn chosen(&mut self, chosen: Chosen) -> Action {
        match chosen {
            Ok(Some(path)) => {
                self.path = path.to_string_lossy().into_owned();
                self.read(path)
            }
            Ok(None) => Action::None,
            Err(NoDialog) => {
                self.typed = true;
                Action::None
            }
        }
    }

    fn read(&mut self, path: PathBuf) -> Action {
        if std::mem::replace(&mut self.busy, true) {
            return Action::None;
        }
        self.failure = None;
        let task = Task::future(async move {
            let scanned = tokio::task::spawn_blocking(move || scan(&path)).await;
            // A decoder that gave up is no worse than one that refused.
            Message::Scanned(scanned.unwrap_or(Err(ScanError::Picture)))
        });
        Action::Run(task.map(super::Message::Picture))
    }

    fn scanned(&mut self, code: Vec<u8>, running: &Running) -> Action {
        match self.wanted {
            Wanted::Invitation => match String::from_utf8(code) {
                Ok(text) => Action::Invitation(text.into()),
                Err(_) => self.failed(Failure::Scan(ScanError::NoCode)),
            },
            Wanted::Code(contact) => {
                let command = Command::VerifyScanned {
                    contact,
                    scanned: BASE64.encode(&code),
                };
                let task = running.task(command, Message::Done);
                Action::Run(task.map(super::Message::Picture))
            }
        }
    }

    fn failed(&mut self, failure: Failure) -> Action {
        self.busy = false;
        self.failure = Some(failure);
        Action::None
    }

    /// What is shown.
    pub fn view<'a>(&'a self, look: &'a Look) -> Element<'a, Message> {
        let field = look
            .field(
                FILE,
                &look.say("picture-placeholder"),
                &self.path,
                Message::Path,
            )
            .on_submit(Message::Read);
        let hint = match self.wanted {
            Wanted::Invitation => "picture-hint-invitation",
            Wanted::Code(_) => "picture-hint-code",
        };
        let mut parts: Vec<Element<'a, Message>> = vec![
            look.text(look.say(hint), 14.0).width(Fill).into(),
            look.muted(look.say("picture-drop"), 13.5)
                .width(Fill)
                .into(),
            look.labelled(
                look.say("picture-file"),
                look.chosen_file(field, "picture-choose", Message::Choose),
            ),
        ];
        if self.typed {
            parts.push(look.note(Icon::Info, look.colors.muted, look.say("choose-none")));
        }
        if let Some(failure) = &self.failure {
            let words = match failure {
                Failure::Scan(error) => look.say(error.sentence()),
                Failure::Command(error) => refusal::words(error, look),
            };
            parts.push(look.note(Icon::CircleAlert, look.colors.bad, words));
        }
        let ready = !self.busy && !self.path.trim().is_empty();
        let words = if self.busy {
            "picture-busy"
        } else {
            "picture-read"
        };
        parts.push(
            look.wide_button(Kind::Primary, look.say(words))
                .id("picture-read")
                .on_press_maybe(ready.then_some(Message::Read))
                .into(),
        );
        scrolled(look.column(parts).spacing(15).width(Fill), look)
    }
}
