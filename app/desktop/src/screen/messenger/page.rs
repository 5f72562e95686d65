//! How an open conversation looks: its head, its messages under the headings of their days, the field
//! below. It draws what is in memory and nothing else.

use std::collections::HashMap;

use iced::widget::{Space, column, container, scrollable, sensor, stack};
use iced::{Alignment, Element, Fill, Padding, alignment, border};
use undertone_engine::{ContactView, MessageId, Stage};

use super::bubble::{self, Around};
use super::conversation::finding::{FIND, Finding};
use super::conversation::{LIST, Message, State};
use super::frame::back;
use super::history::Row;
use super::model::{Model, named, way_sentence};
use super::{requests, search};
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::look::person::{dot, picture};
use crate::refusal;
use crate::screen::dialog::Which;
use crate::widget;

/// Messages of one author within so many seconds belong together.
const TOGETHER: u64 = 300;
/// So near to an edge the next page is asked for, in pixels.
const AHEAD: f32 = 1_000.0;

impl State {
    /// What is shown.
    pub fn view<'a>(&'a self, model: &'a Model, look: &'a Look) -> Element<'a, Message> {
        let Some(contact) = model.contacts.get(&self.contact) else {
            // Made a moment ago, or gone.
            let back = container(column(back(look, Message::Back))).padding([6, 10]);
            return look.ground(look.colors.page, back).into();
        };
        let below: Element<'a, Message> = if let Stage::Accepted | Stage::Myself = contact.stage {
            let field = self
                .composer
                .view(named(contact, look), look)
                .map(Message::Composer);
            // What comes and goes has a place of its own: the field must stay the same one, or it loses the keyboard.
            column![column(waits(contact, model, look)), field].into()
        } else {
            container(look.note(Icon::Clock, look.colors.warn, way_sentence(contact, look)))
                .padding(16)
                .into()
        };
        let covered = look.presentation.then(|| {
            let words = look.say("presentation-open");
            look.note(Icon::EyeOff, look.colors.warn, words)
        });
        let notes = [covered, requests::resembles(contact, model, look)];
        let notes =
            notes.map(|note| column(note.map(|note| container(note).padding([8, 16]).into())));
        let mut parts: Vec<Element<'a, Message>> = notes.map(Element::from).into();
        if let Some(finding) = &self.finding {
            parts.push(find_bar(finding, look));
            parts.push(look.line());
        }
        if model.short_codes.contains_key(&self.contact) {
            let compare = look
                .button(Kind::Primary, None, look.say("short-compare"))
                .id("short-now")
                .on_press(Message::Dialog(Which::Short(self.contact)));
            let words = look.text(look.say("short-now"), 13.5).width(Fill);
            let bar = look.row(vec![
                Icon::Smile
                    .of_size(18.0)
                    .color(look.colors.accent_text)
                    .into(),
                words.into(),
                compare.into(),
            ]);
            let bar = bar.spacing(11);
            parts.push(container(bar).padding([8, 16]).into());
            parts.push(look.line());
        }
        let page = column![
            head(contact, model, look),
            look.line(),
            column(parts),
            container(self.messages(contact, model, look)).height(Fill),
            below,
        ];
        look.ground(look.colors.page, page).into()
    }

    fn messages<'a>(
        &'a self,
        contact: &'a ContactView,
        model: &'a Model,
        look: &'a Look,
    ) -> Element<'a, Message> {
        let view = model.conversations.get(&self.contact);
        let pinned = view.map(|view| view.pinned_messages.as_slice());
        let named: HashMap<MessageId, &Row> =
            self.history.rows().map(|row| (row.view.id, row)).collect();
        // Numbers are even keys, what stands above a number is the odd one below.
        let mut rows: Vec<(u64, Element<'a, Message>)> = Vec::new();
        rows.push((0, self.beginning(contact, look)));
        let mut before: Option<&Row> = None;
        for row in self.history.rows() {
            let number = row.view.number;
            let day = look.clock.day(row.view.time);
            if before.is_none_or(|before| look.clock.day(before.view.time) != day) {
                rows.push((number * 2 - 1, day_heading(row.view.time, look)));
                before = None;
            }
            let continues = before.is_some_and(|before| {
                before.is_mine() == row.is_mine()
                    && row.view.time.saturating_sub(before.view.time) < TOGETHER
            });
            let around = Around {
                contact,
                continues,
                pinned: pinned.is_some_and(|pinned| pinned.contains(&number)),
                below_reactions: before.is_some_and(|row| !row.view.reactions.is_empty()),
                chosen: self.chosen == Some(number),
                marked: self.marked == Some(number),
                quoted: row.view.reply_to.and_then(|id| named.get(&id).copied()),
            };
            rows.push((number * 2, bubble::view(row, around, look)));
            before = Some(row);
        }
        if !self.history.ends && self.history.last().is_some() {
            let key = (self.history.last(), self.history.turns);
            let edge = sensor(Space::new().height(1).width(Fill))
                .key(key)
                .anticipate(AHEAD)
                .on_show(|_| Message::ShowNewer);
            rows.push((u64::MAX, edge.into()));
        }
        let list = scrollable(widget::rows(rows, |column| {
            column.padding(Padding::from([14.0, 18.0])).width(Fill)
        }))
        .id(LIST)
        .anchor_bottom()
        .width(Fill)
        .height(Fill)
        .on_scroll(Message::Scrolled)
        .style(look.scroll_style());
        // The list must stay the same one, or it forgets where it is.
        let unread = view.map_or(0, |view| view.unread);
        let jump = (!self.is_at_end()).then(|| jump(unread, look));
        stack![list].push(jump).into()
    }

    /// What stands above the first message in memory.
    fn beginning<'a>(&'a self, contact: &ContactView, look: &'a Look) -> Element<'a, Message> {
        if self.history.begins {
            // Who it is was not compared: that nobody else reads along is not known.
            let (icon, words) = match contact.stage {
                Stage::Myself => (Icon::Lock, "notes-begin"),
                _ if contact.verified => (Icon::Lock, "conversation-begin"),
                _ => (Icon::ShieldAlert, "conversation-begin-unproven"),
            };
            return container(bubble::remark(icon, look.say(words), look))
                .padding([16, 30])
                .into();
        }
        let words = bubble::remark(Icon::LoaderCircle, look.say("history-loading"), look);
        if self.history.first().is_none() {
            let bar = container(look.moving()).max_width(180);
            return column![words, container(bar).center_x(Fill)]
                .spacing(10)
                .into();
        }
        sensor(words)
            .key((self.history.first(), self.history.turns))
            .anticipate(AHEAD)
            .on_show(|_| Message::ShowOlder)
            .into()
    }
}

/// That messages wait, and for what; nothing where they do not.
fn waits<'a>(contact: &ContactView, model: &Model, look: &Look) -> Option<Element<'a, Message>> {
    let c = look.colors;
    let name = || [("name", named(contact, look).into())];
    let (icon, color, words) = match contact.stage {
        Stage::Myself => return None,
        _ if contact.connected => return None,
        _ if contact.replaced => return None,
        _ if contact.invisible => (Icon::EyeOff, c.warn, look.with("waits-invisible", name())),
        _ if model.profile.hidden => (Icon::EyeOff, c.warn, look.say("waits-hidden")),
        _ => (Icon::Clock, c.muted, look.with("waits-contact", name())),
    };
    let row = look.row(vec![
        icon.of_size(14.0).color(color).into(),
        look.text(words, 12.5).color(color).width(Fill).into(),
    ]);
    let row = container(row.spacing(9)).padding(Padding::from([0.0, 20.0]).top(8.0));
    Some(row.into())
}

fn head<'a>(contact: &'a ContactView, model: &'a Model, look: &'a Look) -> Element<'a, Message> {
    let c = look.colors;
    let mut title: Vec<Element<'a, Message>> = vec![
        look.one_line(look.name(&named(contact, look), 16.0), 16.0)
            .max_width(360)
            .into(),
    ];
    if contact.verified {
        title.push(look.tip(
            Icon::ShieldCheck.of_size(15.0).color(c.good),
            look.say("verified-tip"),
        ));
    }
    let timer = model
        .conversations
        .get(&contact.id)
        .map_or(0, |view| view.timer);
    if timer > 0 {
        let time = bubble::duration(timer, look);
        title.push(look.tip(
            Icon::Timer.of_size(15.0).color(c.muted),
            look.with("timer-tip", [("time", time.into())]),
        ));
    }
    let (color, words) = if model.typing.contains(&contact.id) {
        (c.good, look.say("typing"))
    } else if contact.connected {
        let color = if contact.away { c.warn } else { c.good };
        (color, way_sentence(contact, look))
    } else {
        (c.muted, way_sentence(contact, look))
    };
    let way = look.one_line(look.muted(words, 12.5), 12.5).width(Fill);
    let mut way = vec![way.into()];
    if contact.stage != Stage::Myself {
        way.insert(0, dot(color, 7.0));
    }
    let way = look.row(way).spacing(7);
    let lines = look
        .column(vec![look.row(title).spacing(7).into(), way.into()])
        .spacing(3)
        .width(Fill);
    let mut row = Vec::from_iter(back(look, Message::Back));
    row.extend([
        picture(contact, 40.0, c.page, look),
        lines.into(),
        look.icon_button(
            Icon::Search,
            "find",
            look.say("find-open"),
            Some(Message::Find),
        ),
    ]);
    if contact.stage != Stage::Myself {
        row.push(look.icon_button(
            Icon::Eye,
            "privacy",
            look.say("privacy-open"),
            Some(Message::Dialog(Which::Privacy(contact.id))),
        ));
    }
    row.push(look.icon_button(
        Icon::Info,
        "panel",
        look.say("panel-open"),
        Some(Message::Panel),
    ));
    let row = look.row(row);
    container(row.spacing(12))
        .padding(Padding::from([11.0, 16.0]))
        .into()
}

/// The search in this conversation.
fn find_bar<'a>(finding: &'a Finding, look: &'a Look) -> Element<'a, Message> {
    let search = &finding.search;
    let field = look
        .field(FIND, &look.say("find-placeholder"), &search.text, |text| {
            Message::Search(search::Message::Text(text))
        })
        .on_submit(Message::Step(true))
        .icon(Icon::Search.in_field(look.is_rtl()))
        .padding(Padding::from([8.0, 12.0]));
    let count = search.hits.len();
    let words = if !search.is_on() || !search.answered {
        String::new()
    } else if let Some(error) = &search.failure {
        refusal::words(error, look)
    } else if count == 0 {
        look.say("found-none")
    } else {
        let number = |at: usize| u64::try_from(at).unwrap_or(u64::MAX).into();
        let all = if search.has_more() {
            "find-count-more"
        } else {
            "find-count"
        };
        look.with(
            all,
            [("now", number(finding.at + 1)), ("all", number(count))],
        )
    };
    let step = |icon, id, name, older, possible: bool| {
        let message = possible.then_some(Message::Step(older));
        look.icon_button(icon, id, look.say(name), message)
    };
    let row = look.row(vec![
        field.into(),
        look.muted(words, 12.5).into(),
        step(
            Icon::ChevronUp,
            "find-older",
            "find-older",
            true,
            finding.at + 1 < count,
        ),
        step(
            Icon::ChevronDown,
            "find-newer",
            "find-newer",
            false,
            finding.at > 0,
        ),
        look.icon_button(
            Icon::X,
            "find-close",
            look.say("close"),
            Some(Message::Find),
        ),
    ]);
    container(row.spacing(8)).padding([8, 16]).into()
}

fn day_heading<'a>(time: u64, look: &'a Look) -> Element<'a, Message> {
    let c = look.colors;
    let words = look.muted(look.clock.day_heading(time, &look.words), 12.0);
    let pill = container(words)
        .padding([4, 12])
        .style(move |_| container::Style {
            background: Some(c.surface.into()),
            border: border::rounded(12),
            ..container::Style::default()
        });
    container(pill)
        .center_x(Fill)
        .padding(Padding::ZERO.top(16).bottom(6))
        .into()
}

fn jump(unread: u32, look: &Look) -> Element<'_, Message> {
    let words = if unread > 0 {
        look.with("jump-unread", [("count", unread.into())])
    } else {
        look.say("jump")
    };
    let button = look
        .button(Kind::Secondary, Some(Icon::ArrowDown), words)
        .id("jump")
        .on_press(Message::Jump);
    container(button)
        .width(Fill)
        .height(Fill)
        .padding(14)
        .align_x(Alignment::Center)
        .align_y(alignment::Vertical::Bottom)
        .into()
}
