//! The state of the network, and of the way to each contact.

use iced::widget::container;
use iced::{Element, Fill, border};
use undertone_engine::{ContactView, NetworkStatus, Stage};

use super::{Message, title};
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::look::person::{marked, picture};
use crate::screen::messenger::bubble::duration;
use crate::screen::messenger::model::{Model, network_sentence, way_sentence};
use crate::widget::{PressStyle, press};

/// What is shown.
pub(super) fn view<'a>(model: &'a Model, look: &'a Look) -> Element<'a, Message> {
    let profile = &model.profile;
    let doors = look.with(
        "settings-doors",
        [
            ("count", profile.doors_reachable.into()),
            ("all", profile.doors.into()),
        ],
    );
    let mut parts: Vec<Element<'a, Message>> = vec![
        look.text(network_sentence(profile.network, look), 14.5)
            .width(Fill)
            .into(),
        look.muted(doors, 13.5).width(Fill).into(),
    ];
    let all = |name: &'static str| {
        look.button(Kind::Secondary, Some(Icon::RefreshCw), look.say(name))
            .id(name)
            .on_press(Message::Retry(None))
    };
    let ready = profile.network == NetworkStatus::Ready && profile.doors_reachable >= profile.doors;
    let contacts = title("settings-contacts", look);
    if ready {
        let away = people(model).any(|contact| !contact.connected);
        let again = away.then(|| all("retry-contacts").into());
        let heading = container(contacts).width(Fill).align_x(look.start());
        let heading = std::iter::once(heading.into()).chain(again);
        parts.extend([look.line(), look.row(heading.collect()).spacing(10).into()]);
    } else {
        parts.extend([all("retry-all").into(), look.line(), contacts]);
    }
    parts.extend(people(model).map(|contact| way(contact, look)));
    look.column(parts).spacing(12).width(Fill).into()
}

/// Whom there is a way to, or will be.
fn people(model: &Model) -> impl Iterator<Item = &ContactView> {
    model.contacts.values().filter(|contact| {
        matches!(
            contact.stage,
            Stage::Accepted | Stage::Accepting | Stage::Requested
        )
    })
}

/// The way to a contact.
fn way<'a>(contact: &ContactView, look: &'a Look) -> Element<'a, Message> {
    let mut words = way_sentence(contact, look);
    if let Some(seconds) = contact.next_try.filter(|_| !contact.connected) {
        let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
        words = look.with(
            "way-next",
            [
                ("reason", words.into()),
                ("time", duration(seconds, look).into()),
            ],
        );
    }
    let lines = look
        .column(vec![
            marked(contact, 14.0, look),
            look.muted(words, 12.5).width(Fill).into(),
        ])
        .spacing(2)
        .width(Fill);
    let mut parts = vec![
        picture(contact, 34.0, look.colors.raised, look),
        lines.into(),
    ];
    if !contact.connected {
        let c = look.colors;
        let retry = press(Icon::RefreshCw.of_size(16.0))
            .id(format!("retry-{}", contact.id))
            .label(look.say("retry"))
            .on_press(Message::Retry(Some(contact.id)))
            .padding(8)
            .style(move |status| PressStyle {
                background: status.hovered.then_some(c.hover),
                text: c.text,
                border: border::rounded(9),
                ring: c.ring,
            });
        parts.push(look.tip(retry, look.say("retry")));
    }
    look.row(parts).spacing(11).into()
}
