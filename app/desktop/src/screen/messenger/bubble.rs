//! Draws one message. Lines of the program itself stand in the middle without a bubble, so that no
//! words of a contact can pass for one.

use iced::widget::{Space, column, container, rich_text, span, text};
use iced::{Color, Element, Fill, Font, Length, Padding, border};
use undertone_engine::{ContactView, Delivery, Line, Stage};

use super::conversation::Message;
use super::history::Row;
use super::model::{named, way_sentence};
use crate::font;
use crate::formatting::{self, Block, Piece, Style};
use crate::icon::Icon;
use crate::look::Look;
use crate::screen::dialog::Which;
use crate::visible;
use crate::widget::{PressStyle, press};

/// Emoji that are offered at once.
pub const QUICK: [&str; 6] = ["👍", "❤\u{fe0f}", "😂", "😮", "😢", "🙏"];

/// Everything about a row that is not in the row.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// Whose conversation it is.
    pub contact: &'a ContactView,
    /// The same author wrote the message before, a moment ago.
    pub continues: bool,
    /// It is pinned.
    pub pinned: bool,
    /// Its actions are shown.
    pub chosen: bool,
    /// It was gone to.
    pub marked: bool,
    /// What stands above has reactions, which belong to it.
    pub below_reactions: bool,
    /// What it replies to, as far as that is in memory.
    pub quoted: Option<&'a Row>,
}

/// The name of a row, to measure and find it.
#[must_use]
pub fn id(number: u64) -> String {
    format!("message-{number}")
}

/// One message.
pub fn view<'a>(row: &'a Row, around: Around<'a>, look: &'a Look) -> Element<'a, Message> {
    let content = match row.view.line {
        Line::Timer { seconds } => timer(seconds, row.is_mine(), look),
        Line::Restored => remark(Icon::RefreshCw, look.say("line-restored"), look),
        _ => bubble(row, around, look),
    };
    let gap = if around.continues && !around.below_reactions {
        3.0
    } else {
        10.0
    };
    container(content)
        .id(id(row.view.number))
        .width(Fill)
        .padding(Padding::ZERO.top(gap))
        .into()
}

/// A remark of the program in the conversation.
fn timer(seconds: u32, mine: bool, look: &Look) -> Element<'_, Message> {
    let name = match (seconds == 0, mine) {
        (true, true) => "timer-off-mine",
        (true, false) => "timer-off-theirs",
        (false, true) => "timer-on-mine",
        (false, false) => "timer-on-theirs",
    };
    let words = if seconds == 0 {
        look.say(name)
    } else {
        look.with(name, [("time", duration(seconds, look).into())])
    };
    remark(Icon::Timer, words, look)
}

/// A line in the middle.
pub fn remark<'a, M: 'a>(icon: Icon, words: String, look: &'a Look) -> Element<'a, M> {
    container(
        look.row(vec![
            icon.of_size(13.0).color(look.colors.muted).into(),
            look.muted(words, 12.5).into(),
        ])
        .spacing(7),
    )
    .center_x(Fill)
    .into()
}

/// A time span in the largest unit that fits.
#[must_use]
pub fn duration(seconds: u32, look: &Look) -> String {
    let count = |name, number: u32| look.with(name, [("count", number.into())]);
    match seconds {
        s if s >= 86_400 && s % 86_400 == 0 => count("days", s / 86_400),
        s if s >= 3_600 && s % 3_600 == 0 => count("hours", s / 3_600),
        s if s >= 60 && s % 60 == 0 => count("minutes", s / 60),
        s => count("seconds", s),
    }
}

fn bubble<'a>(row: &'a Row, around: Around<'a>, look: &'a Look) -> Element<'a, Message> {
    let c = look.colors;
    let mine = row.is_mine();
    let jumbo = row.view.reply_to.is_none() && formatting::is_jumbo(&row.blocks);
    let ink = Ink::new(mine, jumbo, look);
    let mut parts: Vec<Element<'a, Message>> = Vec::new();
    if row.view.forwarded {
        parts.push(small(
            Icon::Forward.mirrored(look.is_rtl()),
            look.say("message-forwarded"),
            ink.muted,
            look,
        ));
    }
    if row.view.reply_to.is_some() {
        parts.push(quote(around, mine, ink, look));
    }
    parts.push(words(row, ink, look));
    if row.can_grow() {
        let more = look.heading(look.say("message-more"), 13.0).color(ink.link);
        parts.push(
            press(more)
                .on_press(Message::Grow(row.view.number))
                .style(move |_| plain(ink.text, c.ring))
                .into(),
        );
    } else if row.cut {
        parts.push(
            look.text(look.say("message-cut"), 12.5)
                .color(ink.muted)
                .into(),
        );
    }
    parts.push(foot(row, around, ink, look));
    let inner = look.column(parts).spacing(5);
    let number = row.view.number;
    let radius = corners(mine, around.continues, look);
    let bubble = press(inner)
        .id(format!("bubble-{number}"))
        .on_press(Message::Choose(number))
        .on_menu(Message::Choose(number))
        .padding(if jumbo {
            Padding::from([2.0, 4.0])
        } else {
            Padding::from([8.0, 13.0])
        })
        .style(move |_| PressStyle {
            background: (!jumbo).then_some(if mine { c.own } else { c.other }),
            text: ink.text,
            border: iced::Border {
                radius,
                color: if around.chosen || around.marked {
                    c.mark
                } else {
                    Color::TRANSPARENT
                },
                width: if around.chosen || around.marked {
                    2.0
                } else {
                    0.0
                },
            },
            ring: c.ring,
        });
    let mut stack: Vec<Element<'a, Message>> = vec![container(bubble).max_width(560).into()];
    if !row.view.reactions.is_empty() {
        stack.push(reactions(row, look));
    }
    if around.chosen {
        stack.push(actions(row, around, look));
    }
    let side = if mine { look.end() } else { look.start() };
    let stack = column(stack).spacing(5).align_x(side);
    container(stack).width(Fill).align_x(side).into()
}

/// The colours inside a bubble.
#[derive(Clone, Copy)]
struct Ink {
    text: Color,
    muted: Color,
    link: Color,
    size: f32,
}

impl Ink {
    fn new(mine: bool, jumbo: bool, look: &Look) -> Self {
        let c = look.colors;
        let size = if jumbo { 38.0 } else { 14.5 };
        if mine && !jumbo {
            Self {
                text: c.on_own,
                muted: c.own_muted,
                link: c.own_link,
                size,
            }
        } else {
            Self {
                text: c.text,
                muted: c.muted,
                link: c.accent_text,
                size,
            }
        }
    }
}

fn plain(text: Color, ring: Color) -> PressStyle {
    PressStyle {
        background: None,
        text,
        border: border::rounded(6),
        ring,
    }
}

fn corners(mine: bool, continues: bool, look: &Look) -> border::Radius {
    let round = border::Radius::new(16.0);
    let small = if continues { 6.0 } else { 16.0 };
    // The side of the author, in the direction of reading.
    if mine == look.is_rtl() {
        round.top_left(small).bottom_left(6.0)
    } else {
        round.top_right(small).bottom_right(6.0)
    }
}

fn small<'a>(icon: Icon, words: String, color: Color, look: &Look) -> Element<'a, Message> {
    look.row(vec![
        icon.of_size(12.0).color(color).into(),
        look.text(words, 12.0).color(color).into(),
    ])
    .spacing(6)
    .into()
}

fn quote<'a>(around: Around<'a>, mine: bool, ink: Ink, look: &'a Look) -> Element<'a, Message> {
    let words = around.quoted.and_then(Row::beginning);
    let words = words.unwrap_or_else(|| look.say("quote-unknown"));
    let edge = if mine { ink.link } else { look.colors.accent };
    let line = |words, size| look.one_line(words, size).max_width(420).into();
    let mut lines = vec![line(look.text(words, 13.0).color(ink.muted), 13.0)];
    if let Some(quoted) = around.quoted {
        let author = look.heading(author(quoted.is_mine(), around.contact, look), 12.0);
        lines.insert(0, line(author.color(edge), 12.0));
    }
    let height = if lines.len() > 1 { 36 } else { 18 };
    let bar = container(Space::new().width(3).height(height))
        .style(move |_| container::Style::default().background(edge));
    look.row(vec![bar.into(), look.column(lines).spacing(1).into()])
        .spacing(9)
        .into()
}

/// Who wrote what is quoted.
fn author(mine: bool, contact: &ContactView, look: &Look) -> String {
    if mine {
        look.say("quote-own")
    } else {
        named(contact, look)
    }
}

fn words<'a>(row: &'a Row, ink: Ink, look: &'a Look) -> Element<'a, Message> {
    match row.view.line {
        Line::Deleted => {
            return look
                .text(look.say("message-deleted"), 14.0)
                .font(font::ITALIC)
                .color(ink.muted)
                .into();
        }
        Line::Words if row.view.text.is_some() => {}
        _ => {
            return look
                .text(look.say("message-unsupported"), 14.0)
                .font(font::ITALIC)
                .color(ink.muted)
                .into();
        }
    }
    let blocks = row.blocks.iter().map(|block| match block {
        Block::Words(pieces) => running(pieces, ink),
        Block::Code(code) => self::code(code, look),
    });
    column(blocks).spacing(7).into()
}

fn running<'a>(pieces: &'a [Piece], ink: Ink) -> Element<'a, Message> {
    let spans: Vec<text::Span<'a, String, Font>> = pieces
        .iter()
        .map(|piece| {
            let span = span(piece.text.as_str()).size(ink.size);
            match piece.style {
                _ if piece.emoji => span.font(font::EMOJI),
                Style::Plain => span,
                Style::Bold => span.font(font::BOLD),
                Style::Italic => span.font(font::ITALIC),
                Style::Struck => span.strikethrough(true),
                Style::Code => span.font(font::MONO).size(ink.size - 1.0),
                Style::Link => span
                    .color(ink.link)
                    .underline(true)
                    .link(piece.text.clone()),
            }
        })
        .collect();
    rich_text(spans)
        .on_link_click(Message::Link)
        .color(ink.text)
        .into()
}

fn code<'a>(code: &'a str, look: &Look) -> Element<'a, Message> {
    let c = look.colors;
    container(text(code).font(font::MONO).size(13).color(c.text))
        .padding([9, 12])
        .style(move |_| container::Style {
            background: Some(c.page.into()),
            border: border::rounded(9).color(c.line).width(1),
            ..container::Style::default()
        })
        .into()
}

fn foot<'a>(row: &'a Row, around: Around<'a>, ink: Ink, look: &'a Look) -> Element<'a, Message> {
    let time = look
        .text(look.clock.time_of_day(row.view.time), 11.0)
        .color(ink.muted);
    let mut parts: Vec<Element<'a, Message>> = Vec::new();
    if around.pinned {
        parts.push(Icon::Pin.of_size(11.0).color(ink.muted).into());
    }
    if row.view.expires.is_some() {
        parts.push(Icon::Timer.of_size(11.0).color(ink.muted).into());
    }
    if row.view.edited {
        parts.push(
            look.text(look.say("message-edited"), 11.0)
                .color(ink.muted)
                .into(),
        );
    }
    parts.push(time.into());
    let sign = match row.view.delivery {
        Delivery::Incoming => None,
        // Notes are not sent.
        _ if around.contact.stage == Stage::Myself => None,
        Delivery::Waiting => Some((
            Icon::Clock,
            look.with(
                "delivery-waiting",
                [("reason", way_sentence(around.contact, look).into())],
            ),
        )),
        Delivery::Sent => Some((Icon::Check, look.say("delivery-sent"))),
        Delivery::Unknown => Some((Icon::CircleAlert, look.say("delivery-unknown"))),
        Delivery::Received if row.view.read.is_some() => {
            Some((Icon::Eye, look.say("delivery-read")))
        }
        Delivery::Received => Some((Icon::CheckCheck, look.say("delivery-received"))),
    };
    if let Some((icon, words)) = sign {
        parts.push(look.tip(icon.of_size(13.0).color(ink.muted), words));
    }
    look.row(parts).spacing(5).into()
}

fn reactions<'a>(row: &'a Row, look: &'a Look) -> Element<'a, Message> {
    let c = look.colors;
    let number = row.view.number;
    let pills = row.view.reactions.iter().map(|reaction| {
        // Only emoji of Unicode's list are drawn: anything else could be words.
        let emoji = if visible::is_emoji(&reaction.emoji) {
            reaction.emoji.as_str()
        } else {
            "\u{fffd}"
        };
        let mine = reaction.mine;
        let shown = text(emoji).font(font::EMOJI).size(14);
        let message = if mine {
            Message::React(number, String::new())
        } else {
            Message::React(number, reaction.emoji.clone())
        };
        press(shown)
            .label(if mine {
                look.say("reaction-take-back")
            } else {
                look.say("reaction-join")
            })
            .on_press(message)
            .padding([3, 9])
            .style(move |_| PressStyle {
                background: Some(if mine { c.accent_soft } else { c.surface }),
                text: c.text,
                border: border::rounded(13)
                    .color(if mine { c.accent } else { c.line })
                    .width(1),
                ring: c.ring,
            })
            .into()
    });
    iced::widget::Row::with_children(pills).spacing(5).into()
}

/// What can be done with a message: emoji, and below them everything else; each breaks where there is little room.
fn actions<'a>(row: &'a Row, around: Around<'a>, look: &'a Look) -> Element<'a, Message> {
    let c = look.colors;
    let number = row.view.number;
    let mut lines: Vec<Element<'a, Message>> = Vec::new();
    if row.view.text.is_some() {
        let emoji = QUICK.into_iter().map(|emoji| {
            press(container(text(emoji).font(font::EMOJI).size(17)).center(32))
                .label(emoji)
                .on_press(Message::React(number, emoji.to_owned()))
                .style(move |status| PressStyle {
                    background: status.hovered.then_some(c.hover),
                    ..plain(c.text, c.ring)
                })
                .into()
        });
        lines.push(look.row(emoji.collect()).spacing(2).wrap().into());
    }
    let actions = possible(row, around, look.is_rtl()).into_iter();
    let actions = actions
        .map(|(icon, name, message)| look.icon_button(icon, name, look.say(name), Some(message)));
    lines.push(look.row(actions.collect()).spacing(2).wrap().into());
    container(look.column(lines).spacing(2))
        .padding(3)
        .width(Length::Shrink)
        .style(move |_| container::Style {
            background: Some(c.raised.into()),
            border: border::rounded(12).color(c.line).width(1),
            ..container::Style::default()
        })
        .into()
}

/// The actions besides emoji, with their names.
fn possible(row: &Row, around: Around<'_>, rtl: bool) -> Vec<(Icon, &'static str, Message)> {
    let number = row.view.number;
    let mut all = Vec::new();
    if row.view.text.is_some() {
        all.push((
            Icon::Reply.mirrored(rtl),
            "action-reply",
            Message::Reply(number),
        ));
        all.push((Icon::Copy, "action-copy", Message::Copy(number)));
        all.push((
            Icon::Forward.mirrored(rtl),
            "action-forward",
            Message::Forward(number),
        ));
        if row.is_mine() {
            all.push((Icon::Pencil, "action-edit", Message::Edit(number)));
        }
        all.push(if around.pinned {
            (Icon::PinOff, "action-unpin", Message::Pin(number, false))
        } else {
            (Icon::Pin, "action-pin", Message::Pin(number, true))
        });
    }
    if row.view.edited {
        let earlier = Which::Earlier(around.contact.id, number);
        all.push((Icon::Clock, "action-earlier", Message::Dialog(earlier)));
    }
    all.push((Icon::Trash2, "action-delete", Message::Delete(number)));
    all
}
