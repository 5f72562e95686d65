//! What a conversation reveals to whom, in its present settings. Every sentence follows from a fact
//! that the engine told; nothing is promised that is not so.

use iced::widget::container;
use iced::{Element, Fill};
use undertone_engine::{ContactId, Retention, Stage};

use super::{Message, scrolled};
use crate::icon::Icon;
use crate::look::Look;
use crate::screen::messenger::bubble::duration;
use crate::screen::messenger::model::Model;

/// What is shown.
pub(super) fn view<'a>(
    contact: ContactId,
    model: &'a Model,
    now: u64,
    look: &'a Look,
) -> Element<'a, Message> {
    let facts = facts(contact, model, now, look);
    let sections = facts.into_iter().map(|(icon, title, sentences)| {
        let mut lines: Vec<Element<'a, Message>> = vec![look.heading(title, 14.5).into()];
        for sentence in sentences {
            lines.push(look.text(sentence, 14.0).width(Fill).into());
        }
        let sign = container(icon.of_size(18.0).color(look.colors.accent_text))
            .center(40)
            .style(look.badge_ground());
        look.row(vec![
            sign.into(),
            look.column(lines).spacing(5).width(Fill).into(),
        ])
        .spacing(14)
        .align_y(iced::Top)
        .into()
    });
    let sections = look.column(sections.collect()).spacing(20).width(Fill);
    scrolled(sections, look)
}

type Section = (Icon, String, Vec<String>);

fn facts(contact: ContactId, model: &Model, now: u64, look: &Look) -> Vec<Section> {
    let defaults = &model.profile.defaults;
    let view = model.conversations.get(&contact);
    let settings = view.map(|view| view.settings.clone()).unwrap_or_default();
    let person = model.contacts.get(&contact);
    let name = look.shown_name(model.name(contact));

    let retention = settings.retention.unwrap_or(defaults.retention);
    let timer = view.map_or(0, |view| view.timer);
    let mut mine = vec![match retention {
        Retention::Nothing => look.say("reveal-me-nothing"),
        Retention::AfterReading(seconds) => look.with(
            "reveal-me-after",
            [("time", duration(seconds, look).into())],
        ),
        Retention::UntilDeleted => look.say("reveal-me-until"),
    }];
    if timer > 0 {
        mine.push(look.with("reveal-timer", [("time", duration(timer, look).into())]));
    }
    mine.push(look.say("reveal-me-computer"));

    let on = |own: Option<bool>, default: bool| own.unwrap_or(default);
    let mut theirs = vec![
        look.with("reveal-contact-words", [("name", name.into())]),
        look.say("reveal-contact-online"),
        look.say("reveal-contact-profile"),
        look.say(if on(settings.read_receipts, defaults.read_receipts) {
            "reveal-read-on"
        } else {
            "reveal-read-off"
        }),
        look.say(if on(settings.typing, defaults.typing) {
            "reveal-typing-on"
        } else {
            "reveal-typing-off"
        }),
    ];
    if person.is_some_and(|person| person.stage == Stage::Accepted) {
        theirs.push(look.say(if person.is_some_and(|person| person.verified) {
            "reveal-verified"
        } else {
            "reveal-not-verified"
        }));
    }
    if model.is_muted(contact, now) {
        theirs.push(look.say("reveal-muted"));
    }
    vec![
        (Icon::Monitor, look.say("reveal-me"), mine),
        (Icon::User, look.say("reveal-contact"), theirs),
        (
            Icon::Globe,
            look.say("reveal-network"),
            vec![
                look.say("reveal-network-tor"),
                look.say("reveal-network-relays"),
            ],
        ),
        (
            Icon::Network,
            look.say("reveal-server"),
            vec![look.say("reveal-server-none")],
        ),
    ]
}
