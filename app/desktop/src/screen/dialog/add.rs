//! A new conversation: somebody's invitation, pasted.

use iced::{Element, Fill, Task, widget::container, widget::operation};
use undertone_engine::{Command, CommandError, Reply};

use super::picture::Wanted;
use super::{Action, Which, scrolled};
use crate::bridge::Running;
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::refusal;
use crate::secret::Secret;

/// The field of the invitation.
pub const INVITATION: &str = "add-invitation";
/// The field of the name.
pub const NAME: &str = "add-name";
/// The field of the greeting.
pub const GREETING: &str = "add-greeting";
/// Bytes that are taken from the clipboard at most; an invitation is far shorter.
const MOST: usize = 8_192;

/// What is typed.
#[derive(Debug, Default)]
pub struct State {
    invitation: Secret,
    name: String,
    greeting: String,
    busy: bool,
    failure: Option<CommandError>,
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// Typed or pasted.
    Invitation(Secret),
    /// Typed.
    Name(String),
    /// Typed.
    Greeting(String),
    /// Take it from the clipboard.
    Paste,
    /// What the clipboard holds.
    Pasted(Option<Secret>),
    /// Take it from a picture.
    Picture,
    /// The conversation with myself instead.
    Notes,
    /// Ask.
    Submit,
    /// Asked, or not.
    Done(Result<Reply, CommandError>),
}

impl State {
    /// Begins.
    pub fn open() -> (Self, Task<Message>) {
        (Self::default(), operation::focus(INVITATION))
    }

    /// Takes an invitation from elsewhere.
    pub fn fill(&mut self, mut invitation: Secret) {
        invitation.truncate(MOST);
        self.invitation = invitation;
    }

    fn is_ready(&self) -> bool {
        !self.busy && !self.invitation.trim().is_empty()
    }

    /// Takes in what happened.
    pub fn update(&mut self, message: Message, running: &Running) -> Action {
        let cut = |mut text: String, bytes: usize| {
            text.truncate(text.floor_char_boundary(bytes));
            text
        };
        match message {
            Message::Invitation(text) | Message::Pasted(Some(text)) => {
                self.failure = None;
                self.fill(text);
            }
            Message::Pasted(None) => {}
            Message::Name(text) => self.name = cut(text, 128),
            Message::Greeting(text) => self.greeting = cut(text, 500),
            Message::Paste => {
                return Action::Run(
                    iced::clipboard::read()
                        .map(|text| super::Message::Add(Message::Pasted(text.map(Into::into)))),
                );
            }
            Message::Picture => return Action::Which(Which::Picture(Wanted::Invitation)),
            Message::Notes => return Action::Notes,
            Message::Submit if self.is_ready() => {
                self.busy = true;
                let name = self.name.trim();
                let command = Command::AddContact {
                    invitation: self.invitation.trim().to_owned(),
                    pet_name: (!name.is_empty()).then(|| name.to_owned()),
                    greeting: self.greeting.trim().to_owned(),
                };
                return Action::Run(
                    running
                        .task(command, Message::Done)
                        .map(super::Message::Add),
                );
            }
            Message::Submit => {}
            Message::Done(Ok(Reply::Contact(contact))) => return Action::Open(contact.id),
            Message::Done(Ok(_)) => return Action::Close,
            Message::Done(Err(error)) => {
                self.busy = false;
                self.failure = Some(error);
            }
        }
        Action::None
    }

    /// What is shown.
    pub fn view<'a>(&'a self, look: &'a Look) -> Element<'a, Message> {
        let invitation = look
            .field(
                INVITATION,
                &look.say("add-invitation-placeholder"),
                &self.invitation,
                |text| Message::Invitation(text.into()),
            )
            .on_submit(Message::Submit);
        let paste = look
            .button(Kind::Secondary, None, look.say("paste"))
            .id("add-paste")
            .on_press(Message::Paste);
        let name = look
            .field(
                NAME,
                &look.say("add-name-placeholder"),
                &self.name,
                Message::Name,
            )
            .on_submit(Message::Submit);
        let greeting = look
            .field(
                GREETING,
                &look.say("add-greeting-placeholder"),
                &self.greeting,
                Message::Greeting,
            )
            .on_submit(Message::Submit);
        let mut parts: Vec<Element<'a, Message>> = vec![
            look.muted(look.say("add-hint"), 14.0).width(Fill).into(),
            look.labelled(
                look.say("add-invitation"),
                look.row(vec![invitation.into(), paste.into()]).spacing(8),
            ),
            look.button(Kind::Quiet, Some(Icon::QrCode), look.say("picture-open"))
                .id("add-picture")
                .on_press(Message::Picture)
                .into(),
            look.labelled(look.say("add-name"), name),
            look.labelled(look.say("add-greeting"), greeting),
        ];
        if let Some(error) = &self.failure {
            parts.push(look.note(
                Icon::CircleAlert,
                look.colors.bad,
                refusal::words(error, look),
            ));
        }
        let words = if self.busy {
            look.say("add-busy")
        } else {
            look.say("add-submit")
        };
        let submit = look
            .wide_button(Kind::Primary, words)
            .id("add-submit")
            .on_press_maybe(self.is_ready().then_some(Message::Submit));
        parts.push(container(submit).width(Fill).into());
        parts.push(look.line());
        parts.push(
            look.entry(Icon::Pencil, look.say("notes-open"), false, Message::Notes)
                .id("add-notes")
                .into(),
        );
        scrolled(look.column(parts).spacing(15).width(Fill), look)
    }
}
