//! The state of the network, and of the way to each contact.

use iced::{Element, Fill, border};
use undertone_engine::Stage;

use super::{Message, title};
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::look::person::picture;
use crate::screen::messenger::bubble::duration;
use crate::screen::messenger::model::{Model, named, network_sentence, way_sentence};
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
        look.button(
            Kind::Secondary,
            Some(Icon::RefreshCw),
            look.say("retry-all"),
        )
        .id("retry-all")
        .on_press(Message::Retry(None))
        .into(),
        look.line(),
        title("settings-contacts", look),
    ];
    let people = model.contacts.values().filter(|contact| {
        matches!(
            contact.stage,
            Stage::Accepted | Stage::Accepting | Stage::Requested
        )
    });
    for contact in people {
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
                look.name(&named(contact, look), 14.0).into(),
                look.muted(words, 12.5).width(Fill).into(),
            ])
            .spacing(2)
            .width(Fill);
        let retry = press(Icon::RefreshCw.of_size(16.0))
            .label(look.say("retry"))
            .on_press_maybe((!contact.connected).then_some(Message::Retry(Some(contact.id))))
            .padding(8)
            .style(move |status| PressStyle {
                background: status.hovered.then_some(look.colors.hover),
                text: if status.disabled {
                    look.colors.line
                } else {
                    look.colors.text
                },
                border: border::rounded(9),
                ring: look.colors.ring,
            });
        parts.push(
            look.row(vec![
                picture(contact, 34.0, look.colors.raised, look),
                lines.into(),
                look.tip(retry, look.say("retry")),
            ])
            .spacing(11)
            .into(),
        );
    }
    look.column(parts).spacing(12).width(Fill).into()
}
