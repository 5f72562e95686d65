//! Commands: what changes something is a step of the machine, what only asks is read after the
//! commit of everything before it.

use data_encoding::BASE64;
use undertone_protocol::{ContactId, MAX_PAGE, Now, Refusal, Step, Words};

use crate::language::{Command, CommandError, MessageView, ProfileView, Reply, VerificationView};
use crate::resemblance::Names;
use crate::search::Query;
use crate::views;

use super::{Actor, Outcome};

pub(super) type Executed = Result<(Option<Step>, Outcome), Option<CommandError>>;

impl Actor {
    /// Lets the machine take a command in. `Err(None)`: a broken invariant.
    pub(super) fn execute(&mut self, now: Now, command: &Command) -> Executed {
        let rng = &mut *self.rng;
        let profile = &mut self.profile;
        let done = |step: Result<Step, Refusal>| match step {
            Ok(step) => Ok((Some(step), Outcome::Ready(Reply::Done))),
            Err(refusal) => Err(views::refusal(refusal)),
        };
        let shown = |step: Result<Step, Refusal>| match step {
            Ok(step) => Ok((Some(step), Outcome::Read)),
            Err(refusal) => Err(views::refusal(refusal)),
        };
        match command {
            Command::SetNickname { nickname } => done(profile.set_nickname(now, rng, nickname)),
            Command::SetStatus { status } => done(profile.set_status(now, rng, status)),
            Command::SetHidden { hidden } => {
                self.conversations.set_hidden(*hidden);
                self.open_doors();
                self.connections.retry(None, now.monotonic);
                Ok((None, Outcome::Ready(Reply::Done)))
            }
            Command::Invite {
                one_time,
                expires_after,
            } => {
                let expires = expires_after.map(|after| now.wall.saturating_add(after.as_secs()));
                let made = profile.invite(now, rng, *one_time, expires);
                let (step, number) = made.map_err(views::refusal)?;
                let reply = self.invitation_reply(number).ok_or(None)?;
                Ok((Some(step), Outcome::Ready(reply)))
            }
            Command::CloseInvitation { invitation } => {
                done(profile.close_invitation(now, rng, *invitation))
            }
            Command::AddContact {
                invitation,
                pet_name,
                greeting,
            } => {
                let added =
                    profile.add_contact_by(now, rng, invitation, pet_name.as_deref(), greeting);
                let (step, contact) = added.map_err(views::refusal)?;
                let view = self.contact_view(contact).ok_or(None)?;
                Ok((Some(step), Outcome::Ready(Reply::Contact(Box::new(view)))))
            }
            Command::Accept { contact, pet_name } => {
                done(profile.accept(now, rng, *contact, pet_name.as_deref()))
            }
            Command::Reject { contact } => done(profile.reject(now, rng, *contact)),
            Command::Block { contact } => done(profile.block(now, rng, *contact)),
            Command::SetPetName { contact, pet_name } => {
                done(profile.set_pet_name(now, rng, *contact, pet_name.as_deref()))
            }
            Command::Send {
                contact,
                text,
                reply_to,
            } => {
                let words = Words {
                    text,
                    reply_to: *reply_to,
                    forwarded: false,
                };
                shown(self.send(now, *contact, words))
            }
            Command::CompareShortCode { contact } => {
                done(profile.compare_short_code(now, rng, *contact))
            }
            Command::Search {
                query,
                contact,
                from,
                to,
                before,
                limit,
            } => {
                let query = Query {
                    text: query.clone(),
                    contact: *contact,
                    from: *from,
                    to: *to,
                    before: *before,
                    limit: *limit,
                };
                Ok((None, Outcome::LookUp(query)))
            }
            Command::SetVerified { contact, verified } => {
                done(profile.set_verified(now, rng, *contact, *verified))
            }
            Command::VerifyScanned { contact, scanned } => {
                let bytes = BASE64.decode(scanned.trim().as_bytes());
                let bytes = bytes.map_err(|_| Some(CommandError::NotACode))?;
                done(profile.verify_scanned(now, rng, *contact, &bytes))
            }
            Command::UseThisCopy => done(profile.use_this_copy(now, rng)),
            Command::Retry { contact } => {
                self.connections.retry(*contact, now.monotonic);
                Ok((None, Outcome::Ready(Reply::Done)))
            }
            Command::NetworkChanged => {
                self.wake_up();
                Ok((None, Outcome::Ready(Reply::Done)))
            }
            _ => self.talk(now, command),
        }
    }

    /// Sends, and remembers the number for the reply that is read after the commit.
    pub(super) fn send(
        &mut self,
        now: Now,
        contact: ContactId,
        words: Words<'_>,
    ) -> Result<Step, Refusal> {
        let sent = self.profile.send(now, &mut *self.rng, contact, words)?;
        let (step, (number, _)) = sent;
        self.sent.push_back(number);
        Ok(step)
    }

    fn invitation_reply(&self, number: u64) -> Option<Reply> {
        self.profile
            .open_invitations()
            .find(|state| state.number == number)
            .map(|state| Reply::Invitation(views::invitation(state, false)))
    }

    /// Answers from the committed state.
    pub(super) fn read(&mut self, command: &Command) -> Result<Reply, CommandError> {
        match command {
            Command::Profile => Ok(Reply::Profile(self.profile_view())),
            Command::ProgramSettings => Ok(Reply::ProgramSettings {
                settings: self.conversations.program_settings().to_owned(),
            }),
            Command::Invitations => {
                let list = self.profile.open_invitations().map(|state| {
                    let door = undertone_protocol::DoorName::Knock(state.number);
                    let reachable = self.doors.is_reachable(door);
                    views::invitation(state, reachable)
                });
                Ok(Reply::Invitations {
                    invitations: list.collect(),
                })
            }
            Command::Contacts => {
                let list = self.profile.contacts();
                let names = Names::of(&self.profile);
                let list = list.map(|state| self.show_contact(state, &names));
                Ok(Reply::Contacts {
                    contacts: list.collect(),
                })
            }
            Command::Send { contact, .. }
            | Command::Forward { to: contact, .. }
            | Command::SetTimer { contact, .. } => {
                let number = self.sent.pop_front().ok_or(CommandError::NoSuchMessage)?;
                let message = self.message_view(*contact, number);
                message
                    .map(Reply::Message)
                    .ok_or(CommandError::NoSuchMessage)
            }
            Command::History {
                contact,
                before,
                after,
                limit,
            } => self.history(*contact, *before, *after, *limit),
            Command::Message { contact, message } => {
                let shown = self.message_view_with_earlier(*contact, *message);
                shown.map(Reply::Message).ok_or(CommandError::NoSuchMessage)
            }
            Command::Health => Ok(Reply::Health(self.health_view())),
            Command::Conversations => Ok(Reply::Conversations {
                conversations: self.conversation_views(),
            }),
            Command::Verification { contact } => {
                let code = self.profile.verification(*contact);
                let code = code.map_err(|r| views::refusal(r).unwrap_or(CommandError::Closed))?;
                Ok(Reply::Verification(VerificationView {
                    digits: code.digits(),
                    qr: BASE64.encode(&code.qr()),
                }))
            }
            _ => self.read_people(command),
        }
    }

    fn profile_view(&self) -> ProfileView {
        let (doors_reachable, doors) = self.doors.count();
        ProfileView {
            nickname: self.profile.nickname().to_owned(),
            status: self.profile.status().to_owned(),
            hidden: self.conversations.is_hidden(),
            away: self.profile.is_away(),
            takes_requests: self.profile.takes_requests(),
            picture: self.conversations.own_picture(),
            copy: views::copy(self.profile.copy_state()),
            defaults: self.conversations.defaults().clone(),
            network: *self.network.borrow(),
            doors_reachable,
            doors,
        }
    }

    fn history(
        &self,
        contact: ContactId,
        before: Option<u64>,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Reply, CommandError> {
        let state = self
            .profile
            .contact(contact)
            .ok_or(CommandError::NoSuchContact)?;
        let end = before.unwrap_or(u64::MAX).clamp(1, state.next_message);
        let limit = limit.clamp(1, MAX_PAGE) as usize;
        let begin = self.conversations.begin(contact);
        let view = |number| self.message_view(contact, number);
        let messages = if let Some(after) = after {
            let begin = begin.max(after.saturating_add(1));
            (begin..end).filter_map(view).take(limit).collect()
        } else {
            let newest_first = (begin..end).rev().filter_map(view).take(limit);
            let mut messages: Vec<MessageView> = newest_first.collect();
            messages.reverse();
            messages
        };
        Ok(Reply::Messages { messages })
    }
}
