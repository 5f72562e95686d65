//! Who shares an address of mine with a contact, and whether I am visible to it: what that means stands there in words.

use iced::{Element, Fill};
use undertone_engine::ContactView;

use super::Message;
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::screen::dialog::Which;
use crate::screen::messenger::model::Model;

/// What is shown.
pub(super) fn view<'a>(
    contact: &'a ContactView,
    model: &'a Model,
    look: &'a Look,
) -> Element<'a, Message> {
    let mut parts: Vec<Element<'a, Message>> =
        vec![look.heading(look.say("circle-title"), 14.0).into()];
    let circle = model.circle_of(contact.id);
    if let Some(circle) = circle.filter(|_| !contact.invisible) {
        let others: Vec<String> = circle
            .contacts
            .iter()
            .filter(|other| **other != contact.id)
            .map(|other| model.named(*other, look))
            .collect();
        let alone = others.is_empty();
        let words = if alone {
            look.say("circle-alone")
        } else {
            look.with("circle-shared", [("names", others.join(" · ").into())])
        };
        parts.push(look.text(words, 13.5).width(Fill).into());
        parts.push(look.muted(look.say("circle-hint"), 13.0).width(Fill).into());
        if !circle.reachable {
            let words = look.say("circle-not-reachable");
            parts.push(look.muted(words, 13.0).width(Fill).into());
        }
        parts.push(
            look.entry(
                Icon::Network,
                look.say("circle-move"),
                false,
                Message::Dialog(Which::Circle(contact.id)),
            )
            .id("circle-move")
            .into(),
        );
        parts.push(
            look.entry(
                Icon::RefreshCw,
                look.say(if alone {
                    "circle-renew-one"
                } else {
                    "circle-renew"
                }),
                false,
                Message::RenewCircle(circle.circle),
            )
            .id("circle-renew")
            .into(),
        );
    }
    parts.push(look.choice(
        "panel-invisible",
        look.say("panel-invisible"),
        Some(look.say("panel-invisible-hint")),
        contact.invisible,
        Message::Invisible(!contact.invisible),
    ));
    look.column(parts).spacing(7).width(Fill).into()
}

/// Introducing somebody to others.
pub(super) fn introduce<'a>(contact: &'a ContactView, look: &'a Look) -> Element<'a, Message> {
    look.button(
        Kind::Secondary,
        Some(Icon::UserPlus),
        look.say("introduce-open"),
    )
    .id("introduce-open")
    .on_press(Message::Dialog(Which::Introduce(contact.id)))
    .into()
}
