//! People who ask to be contacts, and those whom a contact introduces. Nothing of theirs but a name and a greeting is shown, and both can be
//! chosen by anyone.

mod introductions;

use iced::widget::{column, container, scrollable};
use iced::{Element, Fill, Padding, Task};
use undertone_engine::{
    Command, CommandError, ContactId, ContactView, IntroductionId, IntroductionStage, Reply,
};

use super::model::Model;
use super::sidebar;
use crate::bridge::Running;
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::look::person::picture;
use crate::screen::dialog::Which;
use crate::visible;
use crate::widget::rows;

/// Requests that are shown at a time.
const SHOWN: usize = 50;
/// With less room than that what stands beside each other stands below each other.
const NARROW: f32 = 460.0;

/// What a row is about: the keyboard stays with it, whoever comes or goes above.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Row {
    Heading,
    Hint,
    Request(ContactId),
    Offer(Option<ContactId>, IntroductionId),
    Nobody,
    Introductions,
    Introduction(Option<ContactId>, IntroductionId),
}

/// Nothing is typed here.
#[derive(Clone, Copy, Debug, Default)]
pub struct State;

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// Become contacts.
    Accept(ContactId),
    /// Do not.
    Reject(ContactId),
    /// Ask before blocking.
    Block(ContactId),
    /// Yes or no to an introduction that this contact offers.
    Answer(ContactId, IntroductionId, bool),
    /// Accepted, or not.
    Accepted(ContactId, Result<Reply, CommandError>),
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
    /// Show the conversation.
    Open(ContactId),
    /// Show a dialog.
    Dialog(Which),
    /// What lists show has changed.
    Renew,
    /// Say why something was not done.
    Refused(CommandError),
}

impl State {
    /// Takes in what happened.
    pub fn update(self, message: Message, running: &Running) -> Action {
        match message {
            Message::Accept(contact) => {
                let command = Command::Accept {
                    contact,
                    pet_name: None,
                };
                Action::Run(running.task(command, move |result| Message::Accepted(contact, result)))
            }
            Message::Reject(contact) => {
                Action::Run(running.task(Command::Reject { contact }, Message::Done))
            }
            Message::Answer(contact, introduction, accept) => {
                let command = Command::AnswerIntroduction {
                    contact,
                    introduction,
                    accept,
                    pet_name: None,
                };
                Action::Run(running.task(command, Message::Done))
            }
            Message::Block(contact) => Action::Dialog(Which::Block(contact)),
            Message::Accepted(contact, Ok(_)) => Action::Open(contact),
            Message::Done(Ok(_)) => Action::Renew,
            Message::Accepted(_, Err(error)) | Message::Done(Err(error)) => Action::Refused(error),
        }
    }

    /// What is shown.
    pub fn view<'a>(self, model: &'a Model, look: &'a Look) -> Element<'a, Message> {
        let heading = if is_narrow(look) { 17.0 } else { 22.0 };
        let title = look.heading(look.say("requests"), heading).width(Fill);
        let hint = look.muted(look.say("requests-hint"), 14.0).width(Fill);
        let mut parts: Vec<(Row, Element<'a, Message>)> =
            vec![(Row::Heading, title.into()), (Row::Hint, hint.into())];
        let before = parts.len();
        parts.extend(
            model
                .requests()
                .take(SHOWN)
                .map(|contact| (Row::Request(contact.id), request(contact, model, look))),
        );
        let offers = model.offers().take(SHOWN);
        parts.extend(offers.filter_map(|one| {
            let key = Row::Offer(one.by, one.introduction);
            Some((key, introductions::offer(one, model, look)?))
        }));
        if parts.len() == before {
            let note = look.note(Icon::Inbox, look.colors.muted, look.say("requests-none"));
            parts.push((Row::Nobody, note));
        }
        let others = model.introductions.iter();
        let others = others.filter(|one| one.stage != IntroductionStage::Offered);
        let others: Vec<_> = others
            .take(SHOWN)
            .map(|one| {
                let key = Row::Introduction(one.by, one.introduction);
                (key, introductions::line(one, model, look))
            })
            .collect();
        if !others.is_empty() {
            let title = look.heading(look.say("introductions"), 15.0).width(Fill);
            parts.push((Row::Introductions, title.into()));
            parts.extend(others);
        }
        let list = rows(parts, |column| {
            column.align_x(look.start()).spacing(14).width(Fill)
        });
        let content = container(list).max_width(620);
        let content = container(content)
            .center_x(Fill)
            .padding(if is_narrow(look) {
                Padding::new(12.0)
            } else {
                Padding::from([28.0, 24.0])
            });
        let page = scrollable(column![content])
            .width(Fill)
            .height(Fill)
            .style(look.scroll_style());
        look.ground(look.colors.page, page).into()
    }
}

fn request<'a>(contact: &'a ContactView, model: &'a Model, look: &'a Look) -> Element<'a, Message> {
    let greeting = contact.greeting.as_deref().unwrap_or_default();
    let greeting = if greeting.is_empty() {
        look.muted(look.say("request-no-greeting"), 14.0)
    } else {
        look.text(visible::body(greeting, 8, 500).text, 14.0)
    };
    let name = look.name(&contact.nickname, 16.0);
    let lines = look
        .column(vec![name.width(Fill).into(), greeting.width(Fill).into()])
        .spacing(5)
        .width(Fill);
    let button = |kind, icon, name, words: &str, message| {
        look.button(kind, icon, look.say(words))
            .id(format!("{name}-{}", contact.id))
            .on_press(message)
            .padding(button_padding(look))
            .into()
    };
    let id = contact.id;
    // Under a warning, going on is not what is offered first.
    let (kind, icon, words) = if contact.resembles.is_some() {
        (Kind::Secondary, None, "request-accept-anyway")
    } else {
        (Kind::Primary, Some(Icon::Check), "request-accept")
    };
    let accept = button(kind, icon, "request-accept", words, Message::Accept(id));
    let plain = |kind, name, message| button(kind, None, name, name, message);
    let answers = vec![
        accept,
        plain(Kind::Secondary, "request-reject", Message::Reject(id)),
        plain(Kind::Danger, "request-block", Message::Block(id)),
    ];
    let face = picture(contact, 48.0, look.colors.surface, look);
    let mut parts = vec![beside(face, lines, look)];
    parts.extend(resembles(contact, model, look));
    parts.push(buttons(answers, look));
    framed(parts, look)
}

fn is_narrow(look: &Look) -> bool {
    let beside = if look.is_narrow() {
        0.0
    } else {
        sidebar::WIDTH
    };
    look.width() - beside < NARROW
}

fn button_padding(look: &Look) -> Padding {
    let sides = if is_narrow(look) { 8.0 } else { 16.0 };
    Padding::from([10.0, sides])
}

/// A picture and words beside it, or below it where both do not fit.
fn beside<'a>(
    face: Element<'a, Message>,
    words: impl Into<Element<'a, Message>>,
    look: &Look,
) -> Element<'a, Message> {
    let parts = vec![face, words.into()];
    if is_narrow(look) {
        return look.column(parts).spacing(8).width(Fill).into();
    }
    look.row(parts).spacing(14).align_y(iced::Top).into()
}

/// The answers, as many of them side by side as fit.
fn buttons<'a>(answers: Vec<Element<'a, Message>>, look: &Look) -> Element<'a, Message> {
    if is_narrow(look) {
        return look.column(answers).spacing(8).into();
    }
    let row = look.row(answers).spacing(8).wrap();
    row.align_x(look.start()).into()
}

fn framed<'a>(parts: Vec<Element<'a, Message>>, look: &Look) -> Element<'a, Message> {
    look.card(look.column(parts).spacing(14).width(Fill))
        .padding(if is_narrow(look) { 12 } else { 18 })
        .width(Fill)
        .into()
}

/// The warning that somebody has the name of another contact.
pub(in crate::screen) fn resembles<'a, M: 'a>(
    contact: &ContactView,
    model: &Model,
    look: &Look,
) -> Option<Element<'a, M>> {
    let c = look.colors;
    let other = model.named(contact.resembles?, look);
    let words = look.with("resembles", [("name", other.into())]);
    if !is_narrow(look) {
        return Some(look.note(Icon::TriangleAlert, c.bad, words));
    }
    // A frame and a sign beside them would leave no room for the words.
    let words = look.text(words, 13.5).color(c.bad);
    let words = words.width(Fill);
    let sign = Icon::TriangleAlert.of_size(17.0).color(c.bad);
    Some(
        look.column(vec![sign.into(), words.into()])
            .spacing(6)
            .width(Fill)
            .into(),
    )
}
