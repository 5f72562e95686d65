//! Settings: how it looks, what others learn, the network, the profile. What they do is done at once;
//! there is nothing to save.

mod network;
pub mod profile;

use iced::widget::{column, container, row};
use iced::{Color, Element, Fill, Padding, Task, border};
use undertone_engine::{Command, CommandError, ContactId, Defaults, Reply, Retention};

use self::profile::{Picturing, Presence};
use super::{Action, Change, SETTINGS, Which, room, scrolled};
use crate::announce::Notices;
use crate::app::idle::MINUTES;
use crate::bridge::Running;
use crate::colors::Appearance;
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::screen::messenger::bubble::duration;
use crate::screen::messenger::model::Model;
use crate::widget::{PressStyle, Status, press};
use crate::words::Language;

/// Text sizes, in percent.
pub const SCALES: [u16; 7] = [80, 90, 100, 115, 130, 160, 200];
/// How long messages can be kept after reading, as offered.
pub const KEPT: [u32; 3] = [86_400, 7 * 86_400, 30 * 86_400];

/// Highest content, however high the window is.
const HIGHEST: f32 = 700.0;

/// A part of the settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Section {
    /// How it looks.
    #[default]
    Appearance,
    /// What others learn.
    Privacy,
    /// The network.
    Network,
    /// Picture, name, status and presence.
    Profile,
    /// Passphrase, further profiles, exports.
    Copies,
    /// What this is.
    About,
}

/// What is typed.
#[derive(Debug, Default)]
pub struct State {
    section: Section,
    nickname: String,
    status: String,
    picturing: Picturing,
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// Another part.
    Section(Section),
    /// A change of how everything looks.
    Change(Change),
    /// Other defaults.
    Defaults(Defaults),
    /// My picture.
    Picture(profile::PictureMessage),
    /// Whether I am there.
    Presence(Presence),
    /// Let strangers who have an invitation ask, or not.
    Requests(bool),
    /// Dial now.
    Retry(Option<ContactId>),
    /// Typed.
    Nickname(String),
    /// Typed.
    Status(String),
    /// Take the name.
    SaveNickname,
    /// Take the status.
    SaveStatus,
    /// Show another dialog instead.
    Dialog(Which),
    /// Destroy everything, after one question.
    Panic,
    /// Done, or not.
    Done(Result<Reply, CommandError>),
}

impl State {
    /// Begins.
    #[must_use]
    pub fn open(model: &Model) -> Self {
        Self {
            section: Section::default(),
            nickname: model.profile.nickname.clone(),
            status: model.profile.status.clone(),
            picturing: Picturing::default(),
        }
    }

    /// Begins at another part.
    #[must_use]
    pub fn at(mut self, section: Section) -> Self {
        self.section = section;
        self
    }

    /// Takes in what happened.
    pub fn update(&mut self, message: Message, model: &Model, running: &Running) -> Action {
        let cut = |mut text: String, bytes: usize| {
            text.truncate(text.floor_char_boundary(bytes));
            text
        };
        let command = match message {
            Message::Section(section) => {
                self.section = section;
                return Action::None;
            }
            Message::Change(change) => return Action::Change(change),
            Message::Dialog(which) => return Action::Which(which),
            Message::Panic => return Action::Panic,
            Message::Nickname(text) => {
                self.nickname = cut(text, 128);
                return Action::None;
            }
            Message::Status(text) => {
                self.status = cut(text, 256);
                return Action::None;
            }
            Message::Done(Ok(_)) => return Action::Renew,
            Message::Picture(message) => return self.picture(message, running),
            Message::Presence(presence) => return be(presence, model, running),
            Message::Done(Err(error)) => return Action::Refused(error),
            Message::Defaults(defaults) => Command::SetDefaults { defaults },
            Message::Requests(open) => Command::SetRequests { open },
            Message::Retry(contact) => Command::Retry { contact },
            Message::SaveNickname => Command::SetNickname {
                nickname: self.nickname.trim().to_owned(),
            },
            Message::SaveStatus => Command::SetStatus {
                status: self.status.trim().to_owned(),
            },
        };
        Action::Run(
            running
                .task(command, Message::Done)
                .map(super::Message::Settings),
        )
    }

    /// What is shown.
    pub fn view<'a>(&'a self, model: &'a Model, look: &'a Look) -> Element<'a, Message> {
        let c = look.colors;
        let sections = [
            (Section::Appearance, Icon::Palette, "settings-appearance"),
            (Section::Privacy, Icon::Shield, "settings-privacy"),
            (Section::Network, Icon::Network, "settings-network"),
            (Section::Profile, Icon::User, "settings-profile"),
            (Section::Copies, Icon::KeyRound, "settings-copies"),
            (Section::About, Icon::Info, "settings-about"),
        ];
        // The parts stand above what they show.
        let narrow = look.is_narrow();
        let names = sections.map(|(section, icon, name)| {
            let chosen = section == self.section;
            let edge = if narrow { c.line } else { Color::TRANSPARENT };
            let style = move |status: Status| PressStyle {
                background: if chosen {
                    Some(c.accent_soft)
                } else {
                    status.hovered.then_some(c.hover)
                },
                text: c.text,
                border: border::rounded(10).color(edge).width(1),
                ring: c.ring,
            };
            let button = if narrow {
                let words = look.text(look.say(name), 13.5);
                press(words).padding([6, 10])
            } else {
                look.entry(icon, look.say(name), false, Message::Section(section))
            };
            button
                .id(name)
                .on_press(Message::Section(section))
                .style(style)
                .into()
        });
        let content = match self.section {
            Section::Appearance => appearance(look),
            Section::Privacy => privacy(model, look),
            Section::Network => network::view(model, look),
            Section::Profile => self.profile(model, look),
            Section::Copies => profile::copies(look),
            Section::About => about(look),
        };
        if narrow {
            // Everything scrolls together: above what does not scroll there would be little room.
            // Two lines: from right to left the first names of one that wraps would come last.
            let [one, two, three, four, five, six] = names;
            let chips = |names| look.row(names).spacing(6).wrap().align_x(look.start());
            let (first, second) = (vec![one, two, three], vec![four, five, six]);
            let chips = vec![chips(first).into(), chips(second).into()];
            let names = look.column(chips).spacing(6);
            let parts = vec![names.into(), look.line(), content];
            return scrolled(look.column(parts).spacing(10).width(Fill), look);
        }
        let names = column(names).spacing(2).width(170);
        // The same height for all parts, so that names stay where they are.
        let content = container(scrolled(content, look))
            .width(Fill)
            .height(room(SETTINGS, look).height.min(HIGHEST));
        look.row(vec![names.into(), content.into()])
            .spacing(18)
            .align_y(iced::Top)
            .into()
    }
}

/// Says whether I am there, by as few commands as that takes.
fn be(presence: Presence, model: &Model, running: &Running) -> Action {
    let profile = &model.profile;
    let hidden = presence == Presence::Offline;
    let away = match presence {
        Presence::Online => false,
        Presence::Away => true,
        Presence::Offline => profile.away,
    };
    // Who comes back says first whether it is away.
    let mut commands = Vec::new();
    if away != profile.away {
        commands.push(Command::SetAway { away });
    }
    if hidden != profile.hidden {
        commands.push(Command::SetHidden { hidden });
    }
    let tasks = commands
        .into_iter()
        .map(|command| running.task(command, Message::Done));
    let task = tasks.fold(Task::none(), Task::chain);
    Action::Run(task.map(super::Message::Settings))
}

fn title<'a>(name: &str, look: &Look) -> Element<'a, Message> {
    let words = look.heading(look.say(name), 14.0);
    container(words).padding(Padding::ZERO.top(8)).into()
}

/// Something of the program that is on or off.
fn toggle<'a>(
    name: &'static str,
    hint: &str,
    on: bool,
    change: Change,
    look: &Look,
) -> Element<'a, Message> {
    let hint = look.say(hint);
    look.choice(
        name,
        look.say(name),
        Some(hint),
        on,
        Message::Change(change),
    )
}

fn appearance(look: &Look) -> Element<'_, Message> {
    let mut parts = vec![title("settings-theme", look)];
    for appearance in Appearance::ALL {
        let name = match appearance {
            Appearance::System => "theme-system",
            Appearance::Light => "theme-light",
            Appearance::Dark => "theme-dark",
            Appearance::Contrast => "theme-contrast",
        };
        parts.push(look.option(
            name,
            look.say(name),
            None,
            look.appearance == appearance,
            Message::Change(Change::Appearance(appearance)),
        ));
    }
    parts.push(title("settings-language", look));
    for language in Language::ALL {
        let hint = language.is_rtl().then(|| look.say("settings-rtl-hint"));
        parts.push(look.option(
            language.code(),
            language.name(),
            hint,
            look.words.language() == language,
            Message::Change(Change::Language(language)),
        ));
    }
    parts.push(title("settings-size", look));
    let sizes = SCALES.map(|scale| {
        let kind = if look.scale == scale {
            Kind::Primary
        } else {
            Kind::Secondary
        };
        let words = look.with("percent", [("number", u64::from(scale).into())]);
        look.button(kind, None, words)
            .padding([8, 10])
            .id(format!("scale-{scale}"))
            .on_press(Message::Change(Change::Scale(scale)))
            .into()
    });
    parts.push(row(sizes).spacing(6).wrap().into());
    parts.push(title("settings-motion", look));
    let change = Change::Still(!look.still);
    parts.push(toggle(
        "settings-still",
        "settings-still-hint",
        look.still,
        change,
        look,
    ));
    if look.system_still {
        let words = look.say("settings-still-system");
        parts.push(look.muted(words, 13.0).width(Fill).into());
    }
    if look.tray {
        parts.push(title("settings-desktop", look));
        let change = Change::Lingers(!look.lingers);
        parts.push(toggle(
            "settings-linger",
            "settings-linger-hint",
            look.lingers,
            change,
            look,
        ));
    }
    parts.push(
        look.muted(look.say("settings-appearance-hint"), 13.0)
            .width(Fill)
            .into(),
    );
    look.column(parts).spacing(6).width(Fill).into()
}

fn privacy<'a>(model: &'a Model, look: &'a Look) -> Element<'a, Message> {
    let defaults = &model.profile.defaults;
    let with = |change: &dyn Fn(&mut Defaults)| {
        let mut changed = defaults.clone();
        change(&mut changed);
        Message::Defaults(changed)
    };
    let toggle = |name, hint, on: bool, message| {
        look.choice(name, look.say(name), Some(look.say(hint)), on, message)
    };
    let open = model.profile.takes_requests;
    let mut parts = vec![
        toggle(
            "settings-requests",
            "settings-requests-hint",
            open,
            Message::Requests(!open),
        ),
        toggle(
            "settings-read",
            "settings-read-hint",
            defaults.read_receipts,
            with(&|d| d.read_receipts = !d.read_receipts),
        ),
        toggle(
            "settings-typing",
            "settings-typing-hint",
            defaults.typing,
            with(&|d| d.typing = !d.typing),
        ),
        toggle(
            "settings-earlier",
            "settings-earlier-hint",
            defaults.keep_earlier,
            with(&|d| d.keep_earlier = !d.keep_earlier),
        ),
        toggle(
            "settings-presentation",
            "settings-presentation-hint",
            look.presentation,
            Message::Change(Change::Presentation(!look.presentation)),
        ),
    ];
    parts.extend(announcing(look));
    parts.extend(locking(look));
    parts.push(title("settings-retention", look));
    for (name, retention) in retentions(look) {
        parts.push(look.option(
            format!("retention-{name}"),
            name,
            None,
            defaults.retention == retention,
            with(&|d| d.retention = retention),
        ));
    }
    parts.push(
        look.muted(look.say("settings-retention-hint"), 13.0)
            .width(Fill)
            .into(),
    );
    parts.push(title("settings-panic", look));
    parts.push(
        look.button(Kind::Danger, Some(Icon::Trash2), look.say("panic-open"))
            .id("panic-open")
            .on_press(Message::Panic)
            .into(),
    );
    look.column(parts).spacing(6).width(Fill).into()
}

/// What the desktop is told when something comes.
fn announcing(look: &Look) -> Vec<Element<'_, Message>> {
    let mut parts = vec![title("settings-notices", look)];
    for notices in Notices::ALL {
        let name = match notices {
            Notices::None => "notices-none",
            Notices::Plain => "notices-plain",
            Notices::Named => "notices-named",
        };
        parts.push(look.option(
            name,
            look.say(name),
            None,
            look.notices == notices,
            Message::Change(Change::Notices(notices)),
        ));
    }
    let hint = look.muted(look.say("settings-notices-hint"), 13.0);
    parts.push(hint.width(Fill).into());
    parts
}

/// When it locks itself.
fn locking(look: &Look) -> impl Iterator<Item = Element<'_, Message>> {
    let options = MINUTES.map(|minutes| {
        let name = match minutes {
            0 => look.say("lock-never"),
            some => {
                let time = duration(u32::from(some) * 60, look);
                look.with("lock-after", [("time", time.into())])
            }
        };
        look.option(
            format!("lock-{minutes}"),
            name,
            None,
            look.lock_after == minutes,
            Message::Change(Change::LockAfter(minutes)),
        )
    });
    let hint = look.muted(look.say("settings-lock-hint"), 13.0).width(Fill);
    let title = std::iter::once(title("settings-lock", look));
    title.chain(options).chain(std::iter::once(hint.into()))
}

/// How long messages can be kept, and what that is called.
#[must_use]
pub fn retentions(look: &Look) -> Vec<(String, Retention)> {
    let mut all = vec![(look.say("retention-until"), Retention::UntilDeleted)];
    all.extend(KEPT.map(|seconds| {
        let time = duration(seconds, look);
        (
            look.with("retention-after", [("time", time.into())]),
            Retention::AfterReading(seconds),
        )
    }));
    all.push((look.say("retention-nothing"), Retention::Nothing));
    all
}

fn about(look: &Look) -> Element<'_, Message> {
    let version = env!("CARGO_PKG_VERSION");
    look.column(vec![
        look.heading(
            look.with("about-version", [("version", version.into())]),
            15.0,
        )
        .into(),
        look.text(look.say("about-words"), 14.0).width(Fill).into(),
        look.note(
            Icon::TriangleAlert,
            look.colors.warn,
            look.say("about-audit"),
        ),
        look.muted(look.say("about-licences"), 13.0)
            .width(Fill)
            .into(),
    ])
    .spacing(14)
    .width(Fill)
    .into()
}
