//! Everything about one contact: what I call it, whether its code was compared, how its conversation is
//! kept, blocking.

mod circle;
mod verification;

use data_encoding::BASE64;
use iced::widget::{column, container, row, scrollable};
use iced::{Element, Fill, Padding, Task};
use undertone_engine::{
    Command, CommandError, ContactId, ContactView, ConversationSettings, MessageView, Reply, Stage,
    VerificationView,
};

use super::bubble::duration;
use super::model::{Model, named, way_sentence};
use super::requests;
use crate::bridge::Running;
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::look::person::picture;
use crate::qr::Code;
use crate::screen::dialog::Which;
use crate::screen::dialog::settings::retentions;
use crate::visible;

/// Its width.
pub const WIDTH: f32 = 328.0;
/// Seconds of a year: muted for good, nearly.
const LONG: u64 = 366 * 86_400;
/// Seconds until messages disappear, as offered; 0: they stay.
const TIMERS: [u32; 6] = [0, 300, 3_600, 86_400, 7 * 86_400, 28 * 86_400];

/// What is typed and asked for.
#[derive(Debug)]
pub struct State {
    /// Whose it is.
    pub contact: ContactId,
    pet_name: String,
    code: Option<(VerificationView, Option<Code>)>,
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// Hide the panel.
    Close,
    /// Typed.
    PetName(String),
    /// Take the name.
    SavePetName,
    /// The code to compare.
    Code(Result<Reply, CommandError>),
    /// The code was compared, or is not held equal any more.
    Verified(bool),
    /// Other settings of the conversation.
    Settings(ConversationSettings),
    /// Let messages disappear after so many seconds, on both sides; 0: they stay.
    Timer(u32),
    /// Agreed, or not.
    Agreed(Result<Reply, CommandError>),
    /// Dial now.
    Retry,
    /// Be invisible to this contact, or visible.
    Invisible(bool),
    /// Give the circle of that number another address.
    RenewCircle(u32),
    /// Show a dialog.
    Dialog(Which),
    /// Done, or not.
    Done(Result<Reply, CommandError>),
}

/// What the messenger is to do.
#[derive(Debug)]
pub enum Action {
    /// Nothing.
    None,
    /// Work.
    Run(Task<Message>),
    /// Hide the panel.
    Close,
    /// Show a dialog.
    Dialog(Which),
    /// What lists show has changed.
    Renew,
    /// A line of the conversation says so.
    Said(MessageView),
    /// Say why something was not done.
    Refused(CommandError),
}

impl State {
    /// Begins.
    pub fn open(contact: ContactId, model: &Model, running: &Running) -> (Self, Task<Message>) {
        let pet_name = model
            .contacts
            .get(&contact)
            .and_then(|contact| contact.pet_name.clone())
            .unwrap_or_default();
        let state = Self {
            contact,
            pet_name,
            code: None,
        };
        let task = running.task(Command::Verification { contact }, Message::Code);
        (state, task)
    }

    /// Takes in what happened.
    pub fn update(&mut self, message: Message, running: &Running) -> Action {
        let contact = self.contact;
        let command = match message {
            Message::Close => return Action::Close,
            Message::Dialog(which) => return Action::Dialog(which),
            Message::PetName(mut text) => {
                text.truncate(text.floor_char_boundary(128));
                self.pet_name = text;
                return Action::None;
            }
            Message::Code(Ok(Reply::Verification(view))) => {
                let code = BASE64
                    .decode(view.qr.as_bytes())
                    .ok()
                    .and_then(|bytes| Code::draw(&bytes));
                self.code = Some((view, code));
                return Action::None;
            }
            // Before both sides know each other there is none.
            Message::Code(_) => return Action::None,
            Message::Done(Ok(_)) => return Action::Renew,
            Message::Agreed(Ok(Reply::Message(view))) => return Action::Said(view),
            Message::Agreed(Ok(_)) => return Action::None,
            Message::Done(Err(error)) | Message::Agreed(Err(error)) => {
                return Action::Refused(error);
            }
            Message::Timer(seconds) => {
                let command = Command::SetTimer { contact, seconds };
                return Action::Run(running.task(command, Message::Agreed));
            }
            Message::SavePetName => {
                let name = self.pet_name.trim();
                Command::SetPetName {
                    contact,
                    pet_name: (!name.is_empty()).then(|| name.to_owned()),
                }
            }
            Message::Verified(verified) => Command::SetVerified { contact, verified },
            Message::Settings(settings) => Command::SetConversation { contact, settings },
            Message::Invisible(invisible) => Command::SetInvisible { contact, invisible },
            Message::RenewCircle(circle) => Command::RenewCircle { circle },
            Message::Retry => Command::Retry {
                contact: Some(contact),
            },
        };
        Action::Run(running.task(command, Message::Done))
    }

    /// What is shown, in place of the conversation or beside it.
    pub fn view<'a>(
        &'a self,
        model: &'a Model,
        alone: bool,
        look: &'a Look,
    ) -> Element<'a, Message> {
        let Some(contact) = model.contacts.get(&self.contact) else {
            return column![].into();
        };
        let view = model.conversations.get(&self.contact);
        let settings = view.map(|view| view.settings.clone()).unwrap_or_default();
        let mut parts = vec![self.who(contact, model, alone, look), look.line()];
        match contact.stage {
            Stage::Accepted => {
                parts.push(self.verification(contact, look));
                parts.push(look.line());
                parts.push(self.conversation(contact, &settings, model, look));
                parts.push(look.line());
                parts.push(timer(view.map_or(0, |view| view.timer), look));
                parts.push(look.line());
                parts.push(circle::view(contact, model, look));
                parts.push(look.line());
            }
            Stage::Myself => {
                parts.push(self.conversation(contact, &settings, model, look));
                parts.push(look.line());
            }
            _ => {}
        }
        parts.push(danger(contact, look));
        let title = match contact.stage {
            Stage::Myself => "notes-title",
            _ => "panel-title",
        };
        let head = look.row(vec![
            look.heading(look.say(title), 15.0).width(Fill).into(),
            look.icon_button(
                Icon::X,
                "panel-close",
                look.say("close"),
                Some(Message::Close),
            ),
        ]);
        let content = look
            .column(parts)
            .spacing(15)
            .padding(Padding::from([4.0, 18.0]).bottom(18.0));
        let content = column![
            container(head).padding([11, 16]),
            scrollable(content.width(Fill)).style(look.scroll_style())
        ];
        look.ground(look.colors.sidebar, content).into()
    }

    fn who<'a>(
        &'a self,
        contact: &'a ContactView,
        model: &'a Model,
        alone: bool,
        look: &'a Look,
    ) -> Element<'a, Message> {
        let mut lines: Vec<Element<'a, Message>> = vec![
            picture(contact, 84.0, look.colors.sidebar, look),
            look.name(&named(contact, look), 18.0).centred().into(),
        ];
        if contact.pet_name.is_some() {
            let theirs = look.shown_name(&contact.nickname);
            lines.push(
                look.muted(look.with("panel-nickname", [("name", theirs.into())]), 13.0)
                    .centred()
                    .into(),
            );
        }
        if !contact.status.is_empty() {
            let status = visible::line(&contact.status, 120);
            lines.push(look.muted(status, 13.5).centred().into());
        }
        if let Some(introduced) = &contact.introduced {
            let mut words = look.with(
                "panel-introduced",
                [
                    ("by", model.named(introduced.by, look).into()),
                    ("name", look.shown_name(&introduced.name).into()),
                ],
            );
            if !contact.verified {
                words.push(' ');
                words.push_str(&look.say("panel-introduced-unproven"));
            }
            lines.push(look.muted(words, 13.0).centred().into());
        }
        let way = look.muted(way_sentence(contact, look), 12.5);
        lines.push(way.centred().into());
        // Beside the conversation it stands there already.
        if alone {
            lines.extend(requests::resembles(contact, model, look));
        }
        if contact.stage == Stage::Myself {
            return column(lines)
                .spacing(8)
                .align_x(iced::Center)
                .width(Fill)
                .into();
        }
        if contact.stage == Stage::Accepted && !contact.connected && !contact.invisible {
            lines.push(
                look.button(Kind::Secondary, Some(Icon::RefreshCw), look.say("retry"))
                    .id("panel-retry")
                    .on_press(Message::Retry)
                    .into(),
            );
        }
        if contact.stage == Stage::Accepted {
            lines.push(circle::introduce(contact, look));
        }
        let centred = column(lines).spacing(8).align_x(iced::Center).width(Fill);
        column![centred, self.called(contact, look)]
            .spacing(14)
            .into()
    }

    /// What I call them.
    fn called<'a>(&'a self, contact: &'a ContactView, look: &'a Look) -> Element<'a, Message> {
        let changed = self.pet_name.trim() != contact.pet_name.as_deref().unwrap_or_default();
        let field = look
            .field(
                "pet-name",
                &look.say("pet-name-placeholder"),
                &self.pet_name,
                Message::PetName,
            )
            .on_submit(Message::SavePetName);
        let save = changed.then(|| {
            let save = look.button(Kind::Secondary, Some(Icon::Check), look.say("save"));
            let save = save.id("pet-name-save");
            let save = save.on_press(Message::SavePetName);
            container(save).padding(look.indent(8.0)).into()
        });
        // The button comes with the first letter: the field must stay where it is.
        let name = look.row(vec![field.into(), row(save).into()]);
        look.labelled(look.say("pet-name"), name)
    }

    fn conversation<'a>(
        &'a self,
        contact: &'a ContactView,
        settings: &ConversationSettings,
        model: &'a Model,
        look: &'a Look,
    ) -> Element<'a, Message> {
        let defaults = &model.profile.defaults;
        let with = |change: &dyn Fn(&mut ConversationSettings)| {
            let mut changed = settings.clone();
            change(&mut changed);
            Message::Settings(changed)
        };
        let muted = model.is_muted(self.contact, look.clock.now);
        let until = look.clock.now.saturating_add(LONG);
        let read = settings.read_receipts.unwrap_or(defaults.read_receipts);
        let typing = settings.typing.unwrap_or(defaults.typing);
        let toggle = |name, on: bool, message| look.choice(name, look.say(name), None, on, message);
        let mut parts = vec![
            look.heading(look.say("panel-conversation"), 14.0).into(),
            toggle(
                "panel-pinned",
                settings.pinned,
                with(&|s| s.pinned = !s.pinned),
            ),
            toggle(
                "panel-archived",
                settings.archived,
                with(&|s| s.archived = !s.archived),
            ),
        ];
        // Nobody hears of notes.
        if contact.stage != Stage::Myself {
            parts.extend([
                toggle(
                    "panel-muted",
                    muted,
                    with(&|s| s.muted_until = (!muted).then_some(until)),
                ),
                toggle("panel-read", read, with(&|s| s.read_receipts = Some(!read))),
                toggle("panel-typing", typing, with(&|s| s.typing = Some(!typing))),
            ]);
        }
        parts.extend([
            look.heading(look.say("settings-retention"), 14.0).into(),
            look.option(
                "panel-retention-default",
                look.say("retention-default"),
                None,
                settings.retention.is_none(),
                with(&|s| s.retention = None),
            ),
        ]);
        for (name, retention) in retentions(look) {
            parts.push(look.option(
                format!("panel-retention-{name}"),
                name,
                None,
                settings.retention == Some(retention),
                with(&|s| s.retention = Some(retention)),
            ));
        }
        look.column(parts).spacing(4).width(Fill).into()
    }
}

/// How long after reading messages disappear on both sides.
fn timer(now: u32, look: &Look) -> Element<'_, Message> {
    let mut parts = vec![
        look.heading(look.say("timer-title"), 14.0).into(),
        look.muted(look.say("timer-hint"), 13.0).width(Fill).into(),
    ];
    // One that they chose and that is not offered is shown as well.
    let other = (!TIMERS.contains(&now)).then_some(now);
    for seconds in TIMERS.into_iter().chain(other) {
        let words = match seconds {
            0 => look.say("timer-stay"),
            seconds => duration(seconds, look),
        };
        parts.push(look.option(
            format!("timer-{seconds}"),
            words,
            None,
            now == seconds,
            Message::Timer(seconds),
        ));
    }
    look.column(parts).spacing(4).width(Fill).into()
}

fn danger<'a>(contact: &'a ContactView, look: &'a Look) -> Element<'a, Message> {
    let entry = |icon, name: &'static str, words, danger, which| {
        look.entry(icon, look.say(words), danger, Message::Dialog(which))
            .id(name)
            .into()
    };
    let id = contact.id;
    let clear = entry(
        Icon::Trash2,
        "panel-clear",
        "clear-title",
        true,
        Which::Clear(id),
    );
    if contact.stage == Stage::Myself {
        return clear;
    }
    let privacy = entry(
        Icon::Eye,
        "panel-privacy",
        "privacy-open",
        false,
        Which::Privacy(id),
    );
    let block = entry(
        Icon::Ban,
        "panel-block",
        "block-title",
        true,
        Which::Block(id),
    );
    let parts = vec![privacy, clear, block];
    column(parts).spacing(2).into()
}
