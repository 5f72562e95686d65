//! My invitations, as text and QR code, one at a time. Making one opens a door; revoking it, after one question, shuts
//! that door for ever.

use iced::widget::{column, container};
use iced::{Element, Fill, Task};
use undertone_engine::{Command, CommandError, Event, InvitationView, Reply};

use super::{Action, scrolled};
use crate::bridge::Running;
use crate::font;
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::qr::Code;
use crate::refusal;
use crate::visible;

/// Letters of an invitation that are shown: three lines, so that copying, which gives all of it, stays in sight.
const LETTERS: usize = 150;

/// Pixels of a side of the QR code.
const CODE: f32 = 240.0;

/// The invitations, as they were last told.
#[derive(Debug, Default)]
pub struct State {
    invitations: Option<Vec<InvitationView>>,
    shown: usize,
    code: Option<Code>,
    /// The number of the one that is to be revoked, while that is asked.
    asked: Option<u64>,
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
    /// Ask before it is revoked.
    Shut,
    /// Leave it as it is.
    Keep,
    /// Revoke the one that was asked about.
    Revoke,
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
                let there = |number| invitations.iter().any(|one| one.number == number);
                self.asked = self.asked.filter(|number| there(*number));
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
                self.asked = self.current().map(|invitation| invitation.number);
            }
            Message::Keep => self.asked = None,
            Message::Revoke => {
                if let Some(invitation) = self.asked.take() {
                    let command = Command::CloseInvitation { invitation };
                    self.busy = true;
                    self.failure = None;
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
        if self.asked.is_some() {
            return question(look);
        }
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
        scrolled(look.column(parts).spacing(14).width(Fill), look)
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
                // A camera needs no larger code where text is large, and has to see the whole of it.
                let side = CODE * 100.0 / f32::from(look.scale.max(100));
                parts.push(container(code.view(side)).center_x(Fill).into());
            }
            let words = look
                .text(visible::line(&invitation.text, LETTERS), 12.0)
                .font(font::MONO)
                .width(Fill);
            parts.push(look.card(words).padding(10).width(Fill).into());
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
        parts.push(
            look.button(Kind::Danger, Some(Icon::Ban), look.say("invite-shut"))
                .id("invite-shut")
                .on_press_maybe((!self.busy).then_some(Message::Shut))
                .into(),
        );
        parts
    }
}

/// Whether an invitation is to be revoked.
fn question<'a>(look: &Look) -> Element<'a, Message> {
    let answer = |kind, icon, words, name: &'static str, message| {
        look.button(kind, icon, look.say(words))
            .id(name)
            .on_press(message)
            .into()
    };
    let buttons = look.row(vec![
        answer(
            Kind::Secondary,
            None,
            "cancel",
            "invite-keep",
            Message::Keep,
        ),
        answer(
            Kind::Danger,
            Some(Icon::Ban),
            "invite-revoke",
            "invite-revoke",
            Message::Revoke,
        ),
    ]);
    let buttons = buttons.spacing(10).wrap().align_x(look.end());
    let parts = vec![
        look.heading(look.say("invite-revoke-title"), 16.0)
            .width(Fill)
            .into(),
        look.text(look.say("invite-revoke-words"), 14.5)
            .width(Fill)
            .into(),
        container(buttons).width(Fill).align_x(look.end()).into(),
    ];
    scrolled(look.column(parts).spacing(18).width(Fill), look)
}

fn list(running: &Running) -> Task<Message> {
    running.task(Command::Invitations, Message::Listed)
}
