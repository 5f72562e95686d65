//! My invitations, as text and QR code, one at a time. Making one opens a door; closing it shuts that
//! door for ever.

use iced::widget::{column, container, scrollable, text};
use iced::{Element, Fill, Task};
use undertone_engine::{Command, CommandError, Event, InvitationView, Reply};

use super::Action;
use crate::bridge::Running;
use crate::font;
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::qr::Code;
use crate::refusal;

/// The invitations, as they were last told.
#[derive(Debug, Default)]
pub struct State {
    invitations: Option<Vec<InvitationView>>,
    shown: usize,
    code: Option<Code>,
    busy: bool,
    failure: Option<CommandError>,
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// All of them.
    Listed(Result<Reply, CommandError>),
    /// Make one, for one person or for many.
    Make(bool),
    /// Made or closed, or not.
    Done(Result<Reply, CommandError>),
    /// Show the next one.
    Next,
    /// Copy its text.
    Copy,
    /// Close it for ever.
    Shut,
}

impl State {
    /// Begins.
    pub fn open(running: &Running) -> (Self, Task<Message>) {
        (Self::default(), list(running))
    }

    /// The invitation that is shown.
    #[must_use]
    pub fn current(&self) -> Option<&InvitationView> {
        self.invitations.as_ref()?.get(self.shown)
    }

    fn show(&mut self, at: usize) {
        let count = self.invitations.as_ref().map_or(0, Vec::len);
        self.shown = if count == 0 { 0 } else { at % count };
        self.code = self
            .current()
            .and_then(|invitation| Code::draw(invitation.text.as_bytes()));
    }

    /// Takes in what happened.
    pub fn update(&mut self, message: Message, running: &Running) -> Action {
        match message {
            Message::Listed(Ok(Reply::Invitations { invitations })) => {
                let newer = self
                    .invitations
                    .as_ref()
                    .is_none_or(|before| before.len() < invitations.len());
                let last = invitations.len().saturating_sub(1);
                self.invitations = Some(invitations);
                self.show(if newer { last } else { self.shown.min(last) });
            }
            Message::Make(one_time) if !self.busy => {
                self.busy = true;
                self.failure = None;
                let command = Command::Invite {
                    one_time,
                    expires_after: None,
                };
                return Action::Run(
                    running
                        .task(command, Message::Done)
                        .map(super::Message::Invite),
                );
            }
            Message::Done(Ok(_)) => {
                self.busy = false;
                return Action::Run(list(running).map(super::Message::Invite));
            }
            Message::Listed(Err(error)) | Message::Done(Err(error)) => {
                self.busy = false;
                self.failure = Some(error);
            }
            Message::Next => self.show(self.shown + 1),
            Message::Copy => {
                if let Some(invitation) = self.current() {
                    return Action::Copy(invitation.text.clone());
                }
            }
            Message::Shut => {
                if let Some(invitation) = self.current() {
                    let command = Command::CloseInvitation {
                        invitation: invitation.number,
                    };
                    self.busy = true;
                    return Action::Run(
                        running
                            .task(command, Message::Done)
                            .map(super::Message::Invite),
                    );
                }
            }
            Message::Listed(Ok(_)) | Message::Make(_) => {}
        }
        Action::None
    }

    /// Takes in what the engine says.
    pub fn hear(&self, event: &Event, running: &Running) -> Task<Message> {
        match event {
            // A request uses an invitation for one person up.
            Event::InvitationReachable { .. }
            | Event::RequestReceived { .. }
            | Event::Missed { .. } => list(running),
            _ => Task::none(),
        }
    }

    /// What is shown.
    pub fn view<'a>(&'a self, look: &'a Look) -> Element<'a, Message> {
        let mut parts: Vec<Element<'a, Message>> = Vec::new();
        match (&self.invitations, self.current()) {
            (None, _) => parts.push(look.muted(look.say("invite-loading"), 14.0).into()),
            (Some(_), None) => {
                parts.push(look.muted(look.say("invite-hint"), 14.5).width(Fill).into());
            }
            (Some(all), Some(invitation)) => parts.extend(self.invitation(invitation, all, look)),
        }
        if let Some(error) = &self.failure {
            parts.push(look.note(
                Icon::CircleAlert,
                look.colors.bad,
                refusal::words(error, look),
            ));
        }
        let make = |kind, name, one_time| {
            look.wide_button(kind, look.say(name))
                .id(name)
                .on_press_maybe((!self.busy).then_some(Message::Make(one_time)))
                .into()
        };
        let first = if self.current().is_none() {
            Kind::Primary
        } else {
            Kind::Secondary
        };
        parts.push(
            column(vec![
                make(first, "invite-make-one", true),
                make(Kind::Secondary, "invite-make-many", false),
            ])
            .spacing(8)
            .into(),
        );
        scrollable(look.column(parts).spacing(14).width(Fill))
            .style(look.scroll_style())
            .into()
    }

    fn invitation<'a>(
        &'a self,
        invitation: &'a InvitationView,
        all: &'a [InvitationView],
        look: &'a Look,
    ) -> Vec<Element<'a, Message>> {
        let c = look.colors;
        let hint = if invitation.one_time {
            "invite-one"
        } else {
            "invite-many"
        };
        let (icon, color, reach) = if invitation.shut {
            (Icon::Ban, c.warn, "invite-closed-now")
        } else if invitation.reachable {
            (Icon::CircleCheck, c.good, "invite-reachable")
        } else {
            (Icon::Clock, c.warn, "invite-not-reachable")
        };
        let mut parts: Vec<Element<'a, Message>> =
            vec![look.text(look.say(hint), 14.0).width(Fill).into()];
        if look.presentation {
            parts.push(look.muted(look.say("invite-covered"), 14.0).into());
        } else {
            if let Some(code) = &self.code {
                parts.push(container(code.view(240.0)).center_x(Fill).into());
            }
            let words = text(&invitation.text)
                .font(font::MONO)
                .size(12)
                .color(c.text)
                .wrapping(text::Wrapping::Glyph)
                .width(Fill);
            let words = scrollable(container(words).padding(10)).height(84);
            parts.push(look.card(words.style(look.scroll_style())).into());
        }
        parts.push(
            look.row(vec![
                icon.of_size(15.0).color(color).into(),
                look.muted(look.say(reach), 13.0).width(Fill).into(),
            ])
            .spacing(9)
            .into(),
        );
        let mut buttons = vec![
            look.wide_button(Kind::Primary, look.say("invite-copy"))
                .id("invite-copy")
                .on_press(Message::Copy)
                .into(),
            look.button(Kind::Danger, None, look.say("invite-shut"))
                .id("invite-shut")
                .on_press_maybe((!self.busy).then_some(Message::Shut))
                .into(),
        ];
        if all.len() > 1 {
            let values = [
                (
                    "now",
                    u64::try_from(self.shown + 1).unwrap_or_default().into(),
                ),
                ("all", u64::try_from(all.len()).unwrap_or_default().into()),
            ];
            buttons.push(
                look.button(Kind::Quiet, None, look.with("invite-next", values))
                    .id("invite-next")
                    .on_press(Message::Next)
                    .into(),
            );
        }
        parts.push(look.row(buttons).spacing(8).into());
        parts
    }
}

fn list(running: &Running) -> Task<Message> {
    running.task(Command::Invitations, Message::Listed)
}
