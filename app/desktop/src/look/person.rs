//! How a person looks in a list: a picture, a dot that says whether there is a connection, and a name with what is known of
//! whoever has it.

use iced::widget::{Space, container, stack};
use iced::{Color, Element, Fill, alignment, border};
use undertone_engine::{ContactView, ProfileView, Stage};

use super::Look;
use super::avatar::Who;
use crate::font;
use crate::icon::Icon;
use crate::screen::messenger::model::named;
use crate::widget::press;

/// A dot that says by its colour what the words beside it say.
pub fn dot<'a, Message: 'a>(color: Color, size: f32) -> Element<'a, Message> {
    container(Space::new().width(size).height(size))
        .style(move |_| container::Style {
            background: Some(color.into()),
            border: border::rounded(size / 2.0),
            ..container::Style::default()
        })
        .into()
}

/// A contact's picture, with a dot while it is connected.
pub fn picture<'a, Message: 'a>(
    contact: &ContactView,
    size: f32,
    ground: Color,
    look: &Look,
) -> Element<'a, Message> {
    let c = look.colors;
    if contact.stage == Stage::Myself {
        return container(Icon::Pencil.of_size(size * 0.44).color(c.accent_text))
            .center(size)
            .style(move |_| container::Style {
                background: Some(c.accent_soft.into()),
                border: border::rounded(size / 2.0),
                ..container::Style::default()
            })
            .into();
    }
    let id = *contact.id.as_bytes();
    let image = look
        .avatars
        .show(Who::Contact(id), id, c.dark, look.presentation, size);
    if !contact.connected {
        return image.into();
    }
    let color = if contact.away { c.warn } else { c.good };
    let sign = container(dot(color, size * 0.24))
        .padding(2)
        .style(move |_| container::Style {
            background: Some(ground.into()),
            border: border::rounded(size),
            ..container::Style::default()
        });
    let corner = container(sign)
        .width(size + 2.0)
        .height(size + 2.0)
        .align_x(alignment::Horizontal::Right)
        .align_y(alignment::Vertical::Bottom);
    stack![image, corner].into()
}

/// Whether a name carries a mark.
#[must_use]
pub const fn is_marked(contact: &ContactView) -> bool {
    contact.resembles.is_some() || contact.verified
}

/// A name on one line with its marks: another contact has it too, or codes were compared.
pub fn marked<'a, Message: 'a>(
    contact: &ContactView,
    size: f32,
    look: &Look,
) -> Element<'a, Message> {
    let c = look.colors;
    let name = look.text(named(contact, look), size).font(font::BOLD);
    let mut parts: Vec<Element<'a, Message>> = vec![look.one_line(name, size).width(Fill).into()];
    let mut mark = |icon: Icon, color, tip| {
        let icon = icon.of_size(size).color(color);
        parts.push(look.tip(icon, look.say(tip)));
    };
    if contact.resembles.is_some() {
        mark(Icon::TriangleAlert, c.bad, "resembles-tip");
    }
    if contact.verified {
        mark(Icon::ShieldCheck, c.muted, "verified-tip");
    }
    look.row(parts).spacing(6).width(Fill).into()
}

/// Picture and marked name of somebody in a dialog.
pub fn person<'a, Message: 'a>(
    contact: &ContactView,
    size: f32,
    look: &Look,
) -> Element<'a, Message> {
    look.row(vec![
        picture(contact, size, look.colors.raised, look),
        marked(contact, 14.5, look),
    ])
    .spacing(12)
    .into()
}

/// The same as a row of a dialog that can be pressed.
pub fn choice<'a, Message: Clone + 'a>(
    id: String,
    contact: &ContactView,
    message: Message,
    look: &Look,
) -> Element<'a, Message> {
    press(person(contact, 36.0, look))
        .id(id)
        .label(named(contact, look))
        .on_press(message)
        .width(Fill)
        .padding([7, 9])
        .style(look.row_style())
        .into()
}

/// The pattern that follows a name, for whoever is shown by no picture.
pub fn pattern<'a, Message: 'a>(name: &str, size: f32, look: &Look) -> Element<'a, Message> {
    look.avatars
        .show_pattern(pattern_of(name), look.colors.dark, size)
        .into()
}

fn pattern_of(name: &str) -> [u8; 16] {
    let mut pattern = [0; 16];
    for (at, byte) in name.bytes().enumerate() {
        pattern[at % 16] ^= byte.rotate_left(u32::try_from(at / 16).unwrap_or_default());
    }
    pattern
}

/// The picture of the profile itself. The pattern, where there is none, follows its name.
pub fn own_picture<'a, Message: 'a>(
    profile: &ProfileView,
    size: f32,
    look: &Look,
) -> Element<'a, Message> {
    let pattern = pattern_of(&profile.nickname);
    look.avatars
        .show(Who::Me, pattern, look.colors.dark, look.presentation, size)
        .into()
}
