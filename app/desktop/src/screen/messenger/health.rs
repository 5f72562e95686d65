//! What is wrong with the computer or forgotten by its owner, told above everything else and in nobody's way: little room
//! on the disk, an export that is due. It says what the engine said; a reminder can be put off until the profile is
//! opened again, a full disk cannot.

use iced::widget::{column, container};
use iced::{Element, Fill, Padding};
use undertone_engine::{Event, HealthView};

use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::{Kind, mix};

/// In a window that is narrower than this the buttons stand below the words, in pixels at the present text size.
const NARROW: f32 = 700.0;
/// A megabyte.
const MEGABYTE: u64 = 1_000_000;

/// What is to be told.
#[derive(Debug, Default)]
pub struct Health {
    room: Room,
    export: Export,
    /// The owner does not want to hear of exports now.
    later: bool,
}

/// How much room the disk has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Room {
    #[default]
    Enough,
    /// So many bytes are left.
    Low(u64),
    Full,
}

/// Whether an export is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Export {
    #[default]
    Fine,
    Never,
    Old,
}

impl Export {
    const fn due(last: Option<u64>) -> Self {
        match last {
            Some(_) => Self::Old,
            None => Self::Never,
        }
    }
}

/// What happens here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// Export.
    Export,
    /// Not now.
    Later,
}

impl Health {
    /// Takes in how the profile is.
    pub fn take(&mut self, view: &HealthView) {
        self.room = match view.disk {
            Some(disk) if disk.full => Room::Full,
            Some(disk) if disk.nearly_full => Room::Low(disk.available),
            _ => Room::Enough,
        };
        self.export = if view.backup.due {
            Export::due(view.backup.last)
        } else {
            Export::Fine
        };
    }

    /// Takes in what the engine says by itself.
    pub fn hear(&mut self, event: &Event) {
        match event {
            Event::DiskLow { available, .. } => self.room = Room::Low(*available),
            Event::DiskFull { .. } => self.room = Room::Full,
            Event::DiskEnough { .. } => self.room = Room::Enough,
            Event::BackupDue { last } => self.export = Export::due(*last),
            _ => {}
        }
    }

    /// Tells of exports no more.
    pub fn put_off(&mut self) {
        self.later = true;
    }

    /// What is shown; nothing where all is well. A disk goes before an export, which would need room on one.
    pub fn view<'a>(&self, look: &'a Look) -> Option<Element<'a, Message>> {
        let c = look.colors;
        match (self.room, self.export) {
            (Room::Full, _) => Some(bar(
                (Icon::CircleAlert, c.bad),
                look.say("health-disk-full"),
                Vec::new(),
                look,
            )),
            (Room::Low(available), _) => {
                let size = ("size", (available / MEGABYTE).into());
                Some(bar(
                    (Icon::TriangleAlert, c.warn),
                    look.with("health-disk-low", [size]),
                    Vec::new(),
                    look,
                ))
            }
            (Room::Enough, Export::Never | Export::Old) if !self.later => {
                let words = if self.export == Export::Never {
                    "health-export-never"
                } else {
                    "health-export-old"
                };
                let button = |kind, name, message| {
                    look.button(kind, None, look.say(name))
                        .id(name)
                        .padding([7, 13])
                        .on_press(message)
                        .into()
                };
                let buttons = vec![
                    button(Kind::Primary, "health-export", Message::Export),
                    button(Kind::Quiet, "health-later", Message::Later),
                ];
                Some(bar(
                    (Icon::Info, c.accent_text),
                    look.say(words),
                    buttons,
                    look,
                ))
            }
            _ => None,
        }
    }
}

fn bar<'a>(
    (icon, color): (Icon, iced::Color),
    words: String,
    buttons: Vec<Element<'a, Message>>,
    look: &'a Look,
) -> Element<'a, Message> {
    let c = look.colors;
    let has_buttons = !buttons.is_empty();
    let sign = icon.of_size(17.0).color(color).into();
    let words = look.text(words, 13.5).width(Fill).into();
    let buttons = look.row(buttons).spacing(8).into();
    let content: Element<'a, Message> = if has_buttons && look.width() < NARROW {
        let first = look.row(vec![sign, words]).spacing(11).into();
        look.column(vec![first, buttons])
            .spacing(9)
            .width(Fill)
            .into()
    } else {
        let mut parts = vec![sign, words];
        if has_buttons {
            parts.push(buttons);
        }
        look.row(parts).spacing(11).into()
    };
    let ground = container(content)
        .width(Fill)
        .padding(Padding::from([9.0, 16.0]))
        .style(move |_| container::Style::default().background(mix(c.surface, color, 0.12)));
    column![ground, look.line()].into()
}
