//! The left side: who I am, search, requests, conversations. It shows what the model holds and keeps
//! only what is typed into the search and whether archived conversations are shown.

pub mod found;

use iced::widget::{Space, column, container, scrollable};
use iced::{Element, Fill, Length, Padding, Task, border};
use undertone_engine::{ContactId, ContactView, CopyState, Event, NetworkStatus, Stage};

use super::Pane;
use super::model::{Model, named, network_sentence, preview, way_sentence};
use super::search::{self, Search};
use super::switcher::{self, Other};
use crate::bridge::Running;
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::look::person::{dot, own_picture, picture};
use crate::screen::dialog;
use crate::widget::{Label, PressStyle, press, rows};

/// The field of the search.
pub const SEARCH: &str = "search";
/// Its width, where something stands beside it.
pub const WIDTH: f32 = 304.0;
/// Conversations that are listed at most; the search finds the others.
const LISTED: usize = 200;

/// What a row is about: the keyboard stays with it, wherever it moves.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Row {
    Copy,
    Requests,
    Contact(ContactId),
    Empty,
    Archive,
    /// Something around the messages that were found.
    Found(&'static str),
    /// A message that was found.
    Hit(ContactId, u64),
}

/// What is typed, and what is shown.
#[derive(Debug, Default)]
pub struct State {
    search: Search,
    archived: bool,
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// In the search.
    Found(search::Message),
    /// Show the archived, or the others.
    Archived(bool),
    /// Open a conversation.
    Open(ContactId),
    /// Open a conversation at a message.
    OpenAt(ContactId, u64),
    /// Open the requests.
    Requests,
    /// Open a dialog.
    Dialog(dialog::Which),
    /// Lock.
    Lock,
    /// Among the profiles that are unlocked.
    Switch(switcher::Message),
}

/// What the messenger is to do.
#[derive(Debug)]
pub enum Action {
    /// Nothing.
    None,
    /// Work.
    Run(Task<Message>),
    /// Open a conversation.
    Open(ContactId),
    /// Open a conversation at a message.
    OpenAt(ContactId, u64),
    /// Open the requests.
    Requests,
    /// Open a dialog.
    Dialog(dialog::Which),
    /// Lock.
    Lock,
    /// Something with another profile.
    Switch(switcher::Message),
}

impl State {
    /// The messages that were found.
    #[must_use]
    pub fn found(&self) -> &[search::Hit] {
        &self.search.hits
    }

    /// Takes an event in.
    pub fn hear(&mut self, event: &Event) {
        self.search.hear(event);
    }

    /// Takes in what happened.
    pub fn update(&mut self, message: Message, running: &Running, now: u64) -> Action {
        match message {
            Message::Found(message) => {
                let task = self.search.update(message, running, now);
                return Action::Run(task.map(Message::Found));
            }
            Message::OpenAt(contact, number) => return Action::OpenAt(contact, number),
            Message::Archived(archived) => self.archived = archived,
            Message::Open(contact) => return Action::Open(contact),
            Message::Requests => return Action::Requests,
            Message::Dialog(which) => return Action::Dialog(which),
            Message::Lock => return Action::Lock,
            Message::Switch(message) => return Action::Switch(message),
        }
        Action::None
    }

    /// What is shown.
    pub fn view<'a>(
        &'a self,
        model: &'a Model,
        pane: &Pane,
        others: &'a [Other],
        look: &'a Look,
    ) -> Element<'a, Message> {
        let search = look
            .field(SEARCH, &look.say("search"), &self.search.text, |text| {
                Message::Found(search::Message::Text(text))
            })
            .icon(Icon::Search.in_field(look.is_rtl()))
            .padding(Padding::from([9.0, 12.0]));
        let list = rows(self.rows(model, pane, look), |column| {
            column.spacing(2).padding([0, 10])
        });
        let new = look
            .button(
                Kind::Secondary,
                Some(Icon::Plus),
                look.say("new-conversation"),
            )
            .id("new-conversation")
            .width(Fill)
            .align_x(look.start())
            .on_press(Message::Dialog(dialog::Which::Add));
        let head = column![
            header(model, look),
            switcher::view(others, look).map(Message::Switch),
            container(search).padding([0, 14]),
            Space::new().height(10),
        ];
        let foot = container(new).padding(14);
        let scrolls = |content: Element<'a, Message>| {
            scrollable(content)
                .direction(Look::thin())
                .height(Fill)
                .style(look.scroll_style())
        };
        // The list alone has no room there: all of it moves.
        let content = if look.is_low() {
            column![scrolls(column![head, list, foot].into())]
        } else {
            column![head, scrolls(list), foot]
        };
        let width = if look.is_narrow() { Fill } else { WIDTH.into() };
        look.ground(look.colors.sidebar, content)
            .width(width)
            .into()
    }

    /// Requests, conversations, and what was found.
    fn rows<'a>(
        &'a self,
        model: &'a Model,
        pane: &Pane,
        look: &'a Look,
    ) -> Vec<(Row, Element<'a, Message>)> {
        let warning = copy_warning(model.profile.copy, look);
        let mut rows = Vec::from_iter(warning.map(|warning| (Row::Copy, warning)));
        let waiting = model.requests().count() + model.offers().count();
        let any = waiting > 0 || !model.introductions.is_empty();
        if any && !self.search.is_on() {
            let row = requests_row(
                u32::try_from(waiting).unwrap_or(u32::MAX),
                matches!(pane, Pane::Requests(_)),
                look,
            );
            rows.push((Row::Requests, row));
        }
        let wanted = self.search.text.trim().to_lowercase();
        let found = |contact: &&&ContactView| {
            wanted.is_empty() || named(contact, look).to_lowercase().contains(&wanted)
        };
        let listed = model.listed(self.archived);
        let open = pane.contact();
        let before = rows.len();
        rows.extend(listed.iter().filter(found).take(LISTED).map(|contact| {
            let row = conversation(contact, model, open == Some(contact.id), look);
            (Row::Contact(contact.id), row)
        }));
        // A search says below what it found in messages.
        if rows.len() == before && !self.search.is_on() {
            let words = look.say("list-empty");
            let words = container(look.muted(words, 13.5).width(Fill)).padding([14, 12]);
            rows.push((Row::Empty, words.into()));
        }
        let hidden = model.listed(!self.archived).len();
        if self.archived || hidden > 0 {
            rows.push((Row::Archive, archive_row(self.archived, hidden, look)));
        }
        if self.search.is_on() {
            rows.extend(found::view(&self.search, model, look));
        }
        rows
    }
}

/// That a newer copy of this profile is in use.
fn copy_warning<'a>(copy: CopyState, look: &Look) -> Option<Element<'a, Message>> {
    let (color, words) = match copy {
        CopyState::Present => return None,
        CopyState::PerhapsReplaced => (look.colors.warn, "copy-perhaps"),
        CopyState::Replaced => (look.colors.bad, "copy-replaced"),
    };
    Some(look.note(Icon::TriangleAlert, color, look.say(words)))
}

fn header<'a>(model: &'a Model, look: &'a Look) -> Element<'a, Message> {
    let status = model.profile.network;
    let c = look.colors;
    let (color, words) = match status {
        _ if model.profile.hidden => (c.muted, look.say("profile-hidden")),
        NetworkStatus::Ready if model.profile.away => (c.warn, look.say("profile-away")),
        NetworkStatus::Ready => (c.good, look.say("network-short-ready")),
        NetworkStatus::Bootstrapping(done) => (
            c.warn,
            look.with(
                "network-short-on-the-way",
                [("percent", u64::from(done).into())],
            ),
        ),
        NetworkStatus::Dormant => (c.muted, look.say("network-short-off")),
        _ => (c.bad, look.say("network-short-none")),
    };
    let line = look
        .row(vec![dot(color, 8.0), look.muted(words, 12.5).into()])
        .spacing(7);
    let me = press(
        look.row(vec![
            own_picture(&model.profile, 38.0, look),
            look.column(vec![
                look.one_line(look.name(&model.profile.nickname, 14.5), 14.5)
                    .max_width(126)
                    .into(),
                line.into(),
            ])
            .spacing(2)
            .into(),
        ])
        .spacing(11),
    )
    .id("network-status")
    .label(network_sentence(status, look))
    .on_press(Message::Dialog(dialog::Which::Me))
    .padding([5, 6])
    .style(move |status| PressStyle {
        background: status.hovered.then_some(c.hover),
        text: c.text,
        border: border::rounded(11),
        ring: c.ring,
    });
    let row = look.row(vec![
        me.into(),
        Space::new().width(Fill).into(),
        look.icon_button(
            Icon::QrCode,
            "invite",
            look.say("invite-open"),
            Some(Message::Dialog(dialog::Which::Invite)),
        ),
        look.icon_button(Icon::Lock, "lock", look.say("lock"), Some(Message::Lock)),
        look.icon_button(
            Icon::Settings,
            "settings",
            look.say("settings-open"),
            Some(Message::Dialog(dialog::Which::Settings)),
        ),
    ]);
    container(row).padding(Padding::from([13.0, 10.0])).into()
}

fn row_style(
    selected: bool,
    look: &Look,
) -> impl Fn(crate::widget::Status) -> PressStyle + 'static {
    let c = look.colors;
    move |status| PressStyle {
        background: if selected {
            Some(c.accent_soft)
        } else {
            (status.hovered || status.pressed).then_some(c.hover)
        },
        text: c.text,
        border: border::rounded(12),
        ring: c.ring,
    }
}

fn conversation<'a>(
    contact: &'a ContactView,
    model: &'a Model,
    selected: bool,
    look: &'a Look,
) -> Element<'a, Message> {
    let c = look.colors;
    let view = model.conversations.get(&contact.id);
    let ground = if selected { c.accent_soft } else { c.sidebar };
    let unread = view.map_or(0, |view| view.unread);
    let time = view
        .and_then(|view| view.last.as_ref())
        .map(|last| look.clock.short(last.time, &look.words))
        .unwrap_or_default();
    let words = if !matches!(contact.stage, Stage::Accepted | Stage::Myself) {
        way_sentence(contact, look)
    } else if model.typing.contains(&contact.id) {
        look.say("typing")
    } else if look.presentation {
        look.say("preview-covered")
    } else {
        preview(view, look)
    };
    let cut = |content: Label, size: f32| look.one_line(content, size).width(Fill);
    let mut first: Vec<Element<'a, Message>> =
        vec![cut(look.name(&named(contact, look), 14.5), 14.5).into()];
    if contact.resembles.is_some() {
        let icon = Icon::TriangleAlert.of_size(14.0).color(c.bad);
        first.push(look.tip(icon, look.say("resembles-tip")));
    }
    let mut sign = |icon: Icon| first.push(icon.of_size(13.0).color(c.muted).into());
    if contact.invisible {
        sign(Icon::EyeOff);
    }
    if contact.verified {
        sign(Icon::ShieldCheck);
    }
    if view.is_some_and(|view| view.settings.pinned) {
        sign(Icon::Pin);
    }
    if model.is_muted(contact.id, look.clock.now) {
        sign(Icon::BellOff);
    }
    first.push(look.muted(time, 11.5).into());
    let shown = if unread > 0 {
        look.text(words, 13.0)
    } else {
        look.muted(words, 13.0)
    };
    let mut second: Vec<Element<'a, Message>> = vec![cut(shown, 13.0).into()];
    if unread > 0 {
        second.push(look.badge(unread));
    }
    let lines = column![look.row(first).spacing(6), look.row(second).spacing(8)]
        .spacing(3)
        .width(Fill);
    press(
        look.row(vec![picture(contact, 44.0, ground, look), lines.into()])
            .spacing(12),
    )
    .id(row_id(contact.id))
    .label(named(contact, look))
    .on_press(Message::Open(contact.id))
    .width(Fill)
    .padding([9, 10])
    .style(row_style(selected, look))
    .into()
}

/// The name of a contact's row, for focus and tests.
#[must_use]
pub fn row_id(contact: ContactId) -> String {
    format!("contact-{contact}")
}

fn requests_row(count: u32, selected: bool, look: &Look) -> Element<'_, Message> {
    let c = look.colors;
    let sign = container(Icon::Inbox.of_size(20.0).color(c.accent_text))
        .center(44)
        .style(look.badge_ground());
    press(
        look.row(vec![
            sign.into(),
            look.heading(look.say("requests"), 14.5).width(Fill).into(),
            if count > 0 {
                look.badge(count)
            } else {
                Space::new().into()
            },
        ])
        .spacing(12),
    )
    .id("requests")
    .on_press(Message::Requests)
    .width(Fill)
    .padding([9, 10])
    .style(row_style(selected, look))
    .into()
}

fn archive_row(shown: bool, others: usize, look: &Look) -> Element<'_, Message> {
    let words = if shown {
        look.say("archive-leave")
    } else {
        let count = u64::try_from(others).unwrap_or(u64::MAX);
        look.with("archive-show", [("count", count.into())])
    };
    let icon = if shown {
        Icon::MessageCircle
    } else {
        Icon::Archive
    };
    press(
        look.row(vec![
            icon.of_size(16.0).color(look.colors.muted).into(),
            look.muted(words, 13.0).into(),
        ])
        .spacing(12),
    )
    .id("archive")
    .on_press(Message::Archived(!shown))
    .width(Length::Fill)
    .padding([10, 12])
    .style(row_style(false, look))
    .into()
}
