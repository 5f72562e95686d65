//! The profiles that are unlocked beside the one that is shown: their names, what waits there, and the way to them. It knows nothing
//! else of them.

use iced::widget::{Space, column, container};
use iced::{Element, Fill, Padding};

use crate::icon::Icon;
use crate::look::Look;
use crate::look::person::pattern;
use crate::widget::press;

/// So many profiles lie in one place at most.
pub const MOST: usize = 4;

/// Another profile that is unlocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// See [`Running::number`](crate::bridge::Running::number).
    pub number: u64,
    /// What it calls itself. Nothing before that is known.
    pub name: String,
    /// Messages and requests that wait there.
    pub unread: u32,
}

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Show that one.
    To(u64),
    /// Unlock another one.
    Another,
    /// Lock the one that is shown, and leave the others as they are.
    LockThis,
}

/// The name of the row of a profile, by its place in the list.
#[must_use]
pub fn row_id(place: usize) -> String {
    format!("profile-{place}")
}

/// What is shown: a row for each, and a way to unlock another one.
pub fn view<'a>(others: &'a [Other], look: &'a Look) -> Element<'a, Message> {
    let rows = others.iter().enumerate();
    let mut rows: Vec<Element<'a, Message>> =
        rows.map(|(place, other)| row(place, other, look)).collect();
    let mut below: Vec<Element<'a, Message>> = Vec::new();
    if others.len() + 1 < MOST {
        let words = look.say("unlock-another-open");
        below.push(line(
            Icon::Plus,
            words,
            "profile-another",
            Message::Another,
            look,
        ));
    }
    if !others.is_empty() {
        let words = look.say("lock-this");
        below.push(line(
            Icon::Lock,
            words,
            "profile-lock",
            Message::LockThis,
            look,
        ));
    }
    rows.extend(below);
    container(column(rows).spacing(1))
        .padding(Padding::from([0.0, 10.0]).bottom(10.0))
        .into()
}

fn row<'a>(place: usize, other: &'a Other, look: &'a Look) -> Element<'a, Message> {
    let shown = look.shown_name(&other.name);
    let mut parts: Vec<Element<'a, Message>> = vec![
        pattern(&other.name, 24.0, look),
        look.one_line(look.name(&other.name, 14.0), 14.0)
            .width(Fill)
            .into(),
    ];
    let words = if other.unread > 0 {
        parts.push(look.badge(other.unread));
        look.with(
            "switch-to-unread",
            [("name", shown.into()), ("count", other.unread.into())],
        )
    } else {
        look.with("switch-to", [("name", shown.into())])
    };
    button(parts, row_id(place), words, Message::To(other.number), look)
}

fn line<'a>(
    icon: Icon,
    words: String,
    id: &'static str,
    message: Message,
    look: &'a Look,
) -> Element<'a, Message> {
    let sign = container(icon.of_size(14.0).color(look.colors.muted)).center(24);
    let parts = vec![
        sign.into(),
        look.muted(words.clone(), 13.5).width(Fill).into(),
        Space::new().into(),
    ];
    button(parts, id.to_owned(), words, message, look)
}

fn button<'a>(
    parts: Vec<Element<'a, Message>>,
    id: String,
    words: String,
    message: Message,
    look: &'a Look,
) -> Element<'a, Message> {
    press(look.row(parts).spacing(10).align_y(iced::Center))
        .id(id)
        .label(words)
        .on_press(message)
        .width(Fill)
        .padding([4, 8])
        .style(look.row_style())
        .into()
}
