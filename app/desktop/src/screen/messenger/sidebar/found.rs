//! Messages that the search at the side found, below the conversations whose names fit.

use iced::widget::{column, container, rich_text, span};
use iced::{Element, Fill, Font, border};
use undertone_engine::FoundView;

use super::{Message, Row, row_style};
use crate::font;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::look::person::marked;
use crate::refusal;
use crate::screen::messenger::model::Model;
use crate::screen::messenger::search::{self, Hit, Search, Span};
use crate::widget::{PressStyle, press};

/// The name of a hit, for focus and tests.
#[must_use]
pub fn id(hit: &FoundView) -> String {
    format!("found-{}-{}", hit.contact, hit.message.number)
}

/// What was found, and how far back is looked.
pub(super) fn view<'a>(
    search: &'a Search,
    model: &'a Model,
    look: &'a Look,
) -> Vec<(Row, Element<'a, Message>)> {
    let c = look.colors;
    let heading = container(look.heading(look.say("found-messages"), 13.0))
        .padding(iced::Padding::from([6.0, 12.0]).top(14.0))
        .width(Fill)
        .align_x(look.start());
    let mut parts: Vec<(Row, Element<'a, Message>)> =
        vec![(Row::Found("messages"), heading.into())];
    let spans = Span::ALL.into_iter().map(|one| {
        let chosen = one == search.span;
        press(look.text(look.say(one.sentence()), 12.0))
            .id(one.sentence())
            .on_press(Message::Found(search::Message::Span(one)))
            .padding([4, 9])
            .style(move |status| PressStyle {
                background: if chosen {
                    Some(c.accent_soft)
                } else {
                    status.hovered.then_some(c.hover)
                },
                text: c.text,
                border: border::rounded(9)
                    .color(if chosen { c.accent } else { c.line })
                    .width(1),
                ring: c.ring,
            })
            .into()
    });
    let spans = container(look.row(spans.collect()).spacing(5).wrap())
        .padding([2, 12])
        .width(Fill)
        .align_x(look.start());
    parts.push((Row::Found("spans"), spans.into()));
    let say = |words: String| {
        let words = look.muted(words, 13.0).width(Fill);
        container(words).padding([8, 12]).into()
    };
    if let Some(percent) = search.percent {
        let words = look.with("found-index", [("percent", u64::from(percent).into())]);
        parts.push((Row::Found("index"), say(words)));
    }
    let words = if let Some(error) = &search.failure {
        Some(refusal::words(error, look))
    } else if !search.answered {
        Some(look.say("found-busy"))
    } else {
        let nothing = search.hits.is_empty();
        nothing.then(|| look.say("found-none"))
    };
    parts.extend(words.map(|words| (Row::Found("state"), say(words))));
    parts.extend(search.hits.iter().map(|hit| {
        let key = Row::Hit(hit.view.contact, hit.view.message.number);
        (key, found(hit, model, look))
    }));
    if search.has_more() {
        let more = look
            .button(Kind::Quiet, None, look.say("found-more"))
            .id("found-more")
            .width(Fill)
            .align_x(look.start())
            .on_press(Message::Found(search::Message::More));
        parts.push((Row::Found("more"), more.into()));
    }
    parts
}

fn found<'a>(hit: &'a Hit, model: &'a Model, look: &'a Look) -> Element<'a, Message> {
    let c = look.colors;
    let excerpt = &hit.excerpt;
    let hit = &hit.view;
    let name = model.named(hit.contact, look);
    let words: Element<'a, Message> = if look.presentation {
        look.muted(look.say("preview-covered"), 13.0).into()
    } else {
        let [before, word, after] = excerpt.each_ref().map(String::as_str);
        let words: iced::widget::text::Rich<'a, (), Message> = rich_text([
            span::<(), Font>(before).color(c.muted),
            span(word).color(c.accent_text).font(font::BOLD),
            span(after).color(c.muted),
        ])
        .size(13);
        container(words)
            .max_height(13.0 * 1.35 * 2.0)
            .width(Fill)
            .align_x(look.start())
            .clip(true)
            .into()
    };
    let time = look.clock.short(hit.message.time, &look.words);
    let named = match model.contacts.get(&hit.contact) {
        Some(contact) => marked(contact, 13.5, look),
        None => look
            .one_line(look.name(&name, 13.5), 13.5)
            .width(Fill)
            .into(),
    };
    let first = look.row(vec![named, look.muted(time, 11.5).into()]);
    press(column![first.spacing(6), words].spacing(3).width(Fill))
        .id(id(hit))
        .label(name)
        .on_press(Message::OpenAt(hit.contact, hit.message.number))
        .width(Fill)
        .padding([8, 12])
        .style(row_style(false, look))
        .into()
}
