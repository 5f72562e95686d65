//! What others see of me: picture, name, status, presence. And what can be done with a profile as a whole.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use iced::{Element, Fill, Task};
use undertone_engine::{Command, CommandError, picture};

use super::{Message, State, title};
use crate::bridge::Running;
use crate::choose::{Chosen, NoDialog, Wish};
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::look::person::own_picture;
use crate::refusal;
use crate::screen::dialog::profiles::Purpose;
use crate::screen::dialog::{self, Action, Which};
use crate::screen::messenger::model::Model;

/// The field of a picture's file, where no dialog answers.
pub const FILE: &str = "settings-picture-file";

/// Whether I am there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Contacts see that I am connected.
    Online,
    /// The same, and that I am away.
    Away,
    /// Nobody is connected.
    Offline,
}

/// A picture on its way.
#[derive(Debug, Default)]
pub(super) struct Picturing {
    busy: bool,
    /// No dialog of the desktop answers.
    typed: bool,
    path: String,
    failure: Option<PictureFailure>,
}

/// Why a file is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureFailure {
    /// Missing, closed to us, no file, or too large.
    #[error("the file cannot be read, or is too large")]
    File,
    /// Not decoded.
    #[error("the file is no picture that can be read")]
    Picture,
}

/// What happens with the picture.
#[derive(Clone, Debug)]
pub enum PictureMessage {
    /// Choose one in a dialog of the desktop.
    Choose,
    /// Typed.
    Path(String),
    /// Take the file that was typed.
    Take,
    /// Read and made small, in base64, or not.
    Read(Result<String, PictureFailure>),
    /// No picture any more.
    Remove,
}

impl State {
    pub(super) fn picture(&mut self, message: PictureMessage, running: &Running) -> Action {
        let picturing = &mut self.picturing;
        match message {
            PictureMessage::Choose => Action::Choose(Wish::Picture),
            PictureMessage::Path(mut path) => {
                path.truncate(path.floor_char_boundary(4_096));
                picturing.path = path;
                Action::None
            }
            PictureMessage::Take => {
                let path = PathBuf::from(picturing.path.trim());
                self.read(path)
            }
            PictureMessage::Read(Ok(picture)) => {
                picturing.busy = false;
                set(Some(picture), running)
            }
            PictureMessage::Read(Err(failure)) => {
                picturing.busy = false;
                picturing.failure = Some(failure);
                Action::None
            }
            PictureMessage::Remove => set(None, running),
        }
    }

    /// Takes the file that was chosen.
    pub fn chosen(&mut self, chosen: Chosen) -> Action {
        match chosen {
            Ok(Some(path)) => self.read(path),
            Ok(None) => Action::None,
            Err(NoDialog) => {
                self.picturing.typed = true;
                Action::None
            }
        }
    }

    fn read(&mut self, path: PathBuf) -> Action {
        if std::mem::replace(&mut self.picturing.busy, true) {
            return Action::None;
        }
        self.picturing.failure = None;
        let task = Task::future(async move {
            let read = tokio::task::spawn_blocking(move || prepare(&path)).await;
            // A decoder that gave up is no worse than one that refused.
            let read = read.unwrap_or(Err(PictureFailure::Picture));
            Message::Picture(PictureMessage::Read(read))
        });
        Action::Run(task.map(dialog::Message::Settings))
    }
}

fn set(picture: Option<String>, running: &Running) -> Action {
    let command = Command::SetPicture { picture };
    let task = running.task(command, Message::Done);
    Action::Run(task.map(dialog::Message::Settings))
}

/// Reads a file and makes of it what is sent: pixels, and nothing else that was in it.
fn prepare(path: &Path) -> Result<String, PictureFailure> {
    // A pipe would be waited for.
    let is_file = std::fs::metadata(path).is_ok_and(|found| found.is_file());
    let file = std::fs::File::open(path).ok().filter(|_| is_file);
    let file = file.ok_or(PictureFailure::File)?;
    let mut bytes = Vec::new();
    let limit = picture::MAX_FILE as u64 + 1;
    file.take(limit)
        .read_to_end(&mut bytes)
        .map_err(|_| PictureFailure::File)?;
    match picture::shrink(&bytes) {
        Ok(small) => Ok(BASE64.encode(&small)),
        Err(picture::PictureError::TooLarge) => Err(PictureFailure::File),
        Err(_) => Err(PictureFailure::Picture),
    }
}

impl State {
    pub(super) fn profile<'a>(&'a self, model: &'a Model, look: &'a Look) -> Element<'a, Message> {
        let profile = &model.profile;
        let line = |id,
                    button,
                    (label, example),
                    value,
                    typed: fn(String) -> Message,
                    save: Message,
                    changed| {
            let field = look
                .field(id, &look.say(example), value, typed)
                .on_submit(save.clone());
            let button = look
                .button(Kind::Secondary, None, look.say("save"))
                .id(button)
                .on_press_maybe(if changed { Some(save) } else { None });
            look.labelled(
                look.say(label),
                look.row(vec![field.into(), button.into()]).spacing(8),
            )
        };
        let mut parts = vec![self.own(model, look), presence(model, look), look.line()];
        parts.extend([
            line(
                "settings-nickname",
                "settings-nickname-save",
                ("settings-nickname", "name-placeholder"),
                self.nickname.as_str(),
                Message::Nickname,
                Message::SaveNickname,
                self.nickname.trim() != profile.nickname && !self.nickname.trim().is_empty(),
            ),
            line(
                "settings-status",
                "settings-status-save",
                ("settings-status", "settings-status-placeholder"),
                self.status.as_str(),
                Message::Status,
                Message::SaveStatus,
                self.status.trim() != profile.status,
            ),
            look.muted(look.say("settings-profile-hint"), 13.0)
                .width(Fill)
                .into(),
        ]);
        look.column(parts).spacing(14).width(Fill).into()
    }

    fn own<'a>(&'a self, model: &'a Model, look: &'a Look) -> Element<'a, Message> {
        let picturing = &self.picturing;
        let act = |message| (!picturing.busy).then_some(Message::Picture(message));
        let words = if picturing.busy {
            "picture-busy"
        } else {
            "picture-choose-own"
        };
        let mut buttons = vec![
            look.button(Kind::Secondary, None, look.say(words))
                .id("settings-picture")
                .on_press_maybe(act(PictureMessage::Choose))
                .into(),
        ];
        if model.profile.picture.is_some() {
            buttons.push(
                look.button(Kind::Quiet, Some(Icon::Trash2), look.say("picture-remove"))
                    .id("settings-picture-remove")
                    .on_press_maybe(act(PictureMessage::Remove))
                    .into(),
            );
        }
        let mut lines = vec![
            look.row(buttons).spacing(8).into(),
            look.muted(look.say("picture-own-hint"), 12.5)
                .width(Fill)
                .into(),
        ];
        if picturing.typed {
            lines.push(look.note(Icon::Info, look.colors.muted, look.say("choose-none")));
            let field = look
                .field(
                    FILE,
                    &look.say("picture-placeholder"),
                    &picturing.path,
                    |path| Message::Picture(PictureMessage::Path(path)),
                )
                .on_submit(Message::Picture(PictureMessage::Take));
            let ready = !picturing.path.trim().is_empty();
            let take = look
                .button(Kind::Secondary, None, look.say("picture-read"))
                .id("settings-picture-take")
                .on_press_maybe(act(PictureMessage::Take).filter(|_| ready));
            lines.push(look.row(vec![field.into(), take.into()]).spacing(8).into());
        }
        if let Some(failure) = &picturing.failure {
            let words = match failure {
                PictureFailure::File => look.say("scan-file"),
                PictureFailure::Picture => refusal::words(&CommandError::Picture, look),
            };
            lines.push(look.note(Icon::CircleAlert, look.colors.bad, words));
        }
        look.row(vec![
            own_picture(&model.profile, 76.0, look),
            look.column(lines).spacing(9).width(Fill).into(),
        ])
        .spacing(18)
        .align_y(iced::Top)
        .into()
    }
}

/// What can be done with the profile as a whole.
pub(super) fn copies(look: &Look) -> Element<'_, Message> {
    let work = |icon, name: &'static str, purpose| {
        let message = Message::Dialog(Which::Profiles(purpose));
        look.entry(icon, look.say(name), false, message)
            .id(name)
            .into()
    };
    look.column(vec![
        look.muted(look.say("settings-copies-hint"), 13.0)
            .width(Fill)
            .into(),
        work(
            Icon::KeyRound,
            "passphrase-change-open",
            Purpose::Passphrase,
        ),
        look.line(),
        work(Icon::UserPlus, "beside-open", Purpose::Beside),
        work(Icon::ArchiveRestore, "import-beside-open", Purpose::Import),
        look.line(),
        work(Icon::Archive, "export-open", Purpose::Export),
    ])
    .spacing(8)
    .width(Fill)
    .into()
}

/// Whether I am there, and what others see of it.
fn presence<'a>(model: &'a Model, look: &'a Look) -> Element<'a, Message> {
    let now = match (model.profile.hidden, model.profile.away) {
        (true, _) => Presence::Offline,
        (_, true) => Presence::Away,
        _ => Presence::Online,
    };
    let option = |name: &'static str, hint: &'static str, presence| {
        look.option(
            name,
            look.say(name),
            Some(look.say(hint)),
            now == presence,
            Message::Presence(presence),
        )
    };
    look.column(vec![
        title("settings-presence", look),
        option("presence-online", "presence-online-hint", Presence::Online),
        option("presence-away", "presence-away-hint", Presence::Away),
        option(
            "presence-offline",
            "presence-offline-hint",
            Presence::Offline,
        ),
    ])
    .spacing(4)
    .width(Fill)
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_file_becomes_small_and_anything_else_is_refused() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("me.png");
        image::RgbImage::from_pixel(300, 200, image::Rgb([9, 99, 199]))
            .save(&path)
            .unwrap();
        let small = prepare(&path).unwrap();
        assert!(small.len() < 17_000);
        assert!(crate::look::avatar::decode(&small).is_some());
        std::fs::write(&path, "no picture").unwrap();
        assert_eq!(prepare(&path), Err(PictureFailure::Picture));
        assert_eq!(prepare(place.path()), Err(PictureFailure::File));
        let missing = place.path().join("missing");
        assert_eq!(prepare(&missing), Err(PictureFailure::File));
    }
}
