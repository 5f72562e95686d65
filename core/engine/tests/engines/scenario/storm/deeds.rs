//! What people do with messages, doors and exports.

use std::time::Duration;

use rand::RngExt;
use tokio::time::Instant;
use undertone_engine::{Command, CommandError, ConversationSettings, Reply, Retention};
use undertone_wire::MessageId;

use super::super::model::{Change, Heard, Pair, timer_line};
use super::super::people::Answer;
use super::super::run::Checked;
use super::{Deed, Storm};

/// Restores of one run and person: of one more, contacts would have to be told apart by more than they show.
const RESTORES: usize = 1;
const EMOJI: [&str; 4] = ["", "🌱", "🎉", "👍"];

impl Storm<'_> {
    /// A change that is possible, of a message that was shown last.
    fn draw_change(&mut self, pair: Pair, deed: Deed) -> Option<(MessageId, Change, Command)> {
        let chat = &self.run.model.chats[&pair];
        let contact = chat.contact;
        let newest = chat.newest_words(deed != Deed::React);
        if newest.is_empty() || !self.can_send(pair) {
            return None;
        }
        let (message, id) = newest[self.run.rng.random_range(0..newest.len())];
        let (change, command) = match deed {
            Deed::Edit => {
                self.said += 1;
                let text = format!("{} to {}, {} (edited)", pair.0, pair.1, self.said);
                let command = Command::Edit {
                    contact,
                    message,
                    text: text.clone(),
                };
                (Change::Edit(text), command)
            }
            Deed::TakeBack => {
                let command = Command::Delete {
                    contact,
                    message,
                    for_both: true,
                };
                (Change::TakeBack, command)
            }
            _ => {
                // Another one than is there, so that it can be seen.
                let start = self.run.rng.random_range(0..EMOJI.len());
                let mut emoji = EMOJI.iter().cycle().skip(start);
                let emoji = emoji.find(|emoji| !chat.has_put(id, emoji));
                let emoji = emoji.copied().unwrap_or_default().to_owned();
                let command = Command::React {
                    contact,
                    message,
                    emoji: emoji.clone(),
                };
                (Change::React(emoji), command)
            }
        };
        self.run
            .note(&format!("{change:?} of {message} by {}", pair.0));
        self.run.model.try_change(pair, id, &change);
        Some((id, change, command))
    }

    fn change_answered(
        &mut self,
        pair: Pair,
        (id, change): (MessageId, &Change),
        answer: Answer,
    ) -> Checked {
        let heard = match answer {
            Answer::Reply(_) => Heard::Done,
            Answer::Refused(CommandError::NoSuchMessage) => Heard::Refused,
            Answer::Refused(error) => return Err(format!("{change:?} is refused: {error}")),
            Answer::Gone => {
                self.run.bury(pair.0)?;
                Heard::Nothing
            }
        };
        self.run.model.changed(pair, id, change, heard)
    }

    pub(super) async fn change(&mut self, pair: Pair, deed: Deed) -> Checked<bool> {
        let Some((id, change, command)) = self.draw_change(pair, deed) else {
            return Ok(false);
        };
        let answer = self.run.people[pair.0].ask(command).await;
        self.change_answered(pair, (id, &change), answer)?;
        Ok(true)
    }

    /// Both may change the same message.
    pub(super) async fn both_change(&mut self, pair: Pair) -> Checked<bool> {
        let other = (pair.1, pair.0);
        let mut deeds = [Deed::Edit, Deed::TakeBack, Deed::React, Deed::React].into_iter();
        let deeds: [Deed; 2] = {
            let skip = self.run.rng.random_range(0..3);
            let first = deeds.nth(skip).unwrap_or(Deed::React);
            [first, deeds.next().unwrap_or(Deed::React)]
        };
        if !self.can_send(pair) || !self.can_send(other) {
            return Ok(false);
        }
        let Some((id, ours, our_command)) = self.draw_change(pair, deeds[0]) else {
            return Ok(false);
        };
        let Some((their_id, theirs, their_command)) = self.draw_change(other, deeds[1]) else {
            let answer = self.run.people[pair.0].ask(our_command).await;
            self.change_answered(pair, (id, &ours), answer)?;
            return Ok(false);
        };
        let people = &self.run.people;
        let (first, second) = futures::join!(
            people[pair.0].ask(our_command),
            people[other.0].ask(their_command)
        );
        self.change_answered(pair, (id, &ours), first)?;
        self.change_answered(other, (their_id, &theirs), second)?;
        Ok(true)
    }

    /// A command that has no effect which the model must know.
    async fn simply(&mut self, who: usize, command: Command) -> Checked<bool> {
        match self.run.people[who].ask(command).await {
            Answer::Reply(_) => Ok(true),
            Answer::Refused(CommandError::TooMany | CommandError::CircleFull) => Ok(false),
            Answer::Refused(error) => Err(format!("{who} is refused: {error}")),
            Answer::Gone => {
                self.run.bury(who)?;
                Ok(true)
            }
        }
    }

    pub(super) async fn mark_read(&mut self, pair: Pair) -> Checked<bool> {
        if !self.can_send(pair) {
            return Ok(false);
        }
        let chat = self.run.model.chat_mut(pair);
        let contact = chat.contact;
        let up_to = chat.mark_read();
        let command = Command::MarkRead { contact, up_to };
        self.simply(pair.0, command).await
    }

    pub(super) async fn set_timer(&mut self, pair: Pair) -> Checked<bool> {
        if !self.can_send(pair) {
            return Ok(false);
        }
        self.said += 1;
        let seconds = 300 + u32::try_from(self.said).unwrap_or(u32::MAX - 300);
        self.run.model.timer(pair, &timer_line(seconds));
        let contact = self.run.model.chats[&pair].contact;
        let command = Command::SetTimer { contact, seconds };
        let answer = self.run.people[pair.0].ask(command).await;
        self.answered(pair, answer)?;
        Ok(true)
    }

    pub(super) async fn keep(&mut self, pair: Pair) -> Checked<bool> {
        if !self.can_send(pair) {
            return Ok(false);
        }
        let hours = self.run.rng.random_range(1..48);
        let chat = self.run.model.chat_mut(pair);
        chat.keeps_for_a_while = true;
        let command = Command::SetConversation {
            contact: chat.contact,
            settings: ConversationSettings {
                retention: Some(Retention::AfterReading(hours * 3_600)),
                ..ConversationSettings::default()
            },
        };
        self.simply(pair.0, command).await
    }

    /// How someone moves the door that a contact knows.
    async fn moving(&mut self, pair: Pair) -> Option<Command> {
        let contact = self.run.model.chats[&pair].contact;
        let alone = Command::MoveToCircle {
            contact,
            circle: None,
        };
        if self.run.rng.random_bool(0.5) {
            return Some(alone);
        }
        let Answer::Reply(reply) = self.run.people[pair.0].ask(Command::Circles).await else {
            return None;
        };
        let Reply::Circles { circles } = *reply else {
            return None;
        };
        let mut circles = circles.into_iter();
        let found = circles.find(|circle| circle.contacts.contains(&contact))?;
        let circle = found.circle;
        Some(Command::RenewCircle { circle })
    }

    pub(super) async fn move_door(&mut self, pair: Pair) -> Checked<bool> {
        if !self.can_send(pair) {
            return Ok(false);
        }
        match self.moving(pair).await {
            Some(command) => self.simply(pair.0, command).await,
            None => Ok(false),
        }
    }

    pub(super) async fn both_move(&mut self, pair: Pair) -> Checked<bool> {
        let other = (pair.1, pair.0);
        if !self.can_send(pair) || !self.can_send(other) {
            return Ok(false);
        }
        let (ours, theirs) = (self.moving(pair).await, self.moving(other).await);
        let (Some(ours), Some(theirs)) = (ours, theirs) else {
            return Ok(false);
        };
        let people = &self.run.people;
        let (one, two) = futures::join!(people[pair.0].ask(ours), people[other.0].ask(theirs));
        for (who, answer) in [(pair.0, one), (other.0, two)] {
            match answer {
                Answer::Reply(_)
                | Answer::Refused(CommandError::TooMany | CommandError::CircleFull) => {}
                Answer::Refused(error) => return Err(format!("{who} is refused: {error}")),
                Answer::Gone => self.run.bury(who)?,
            }
        }
        Ok(true)
    }

    fn comes_back(&mut self, who: usize) {
        let wait = self.milliseconds(1_000..5_000);
        self.run.people[who].starts_at = Some(Instant::now() + wait);
    }

    pub(super) async fn export(&mut self, who: usize) -> Checked<bool> {
        if !self.run.people[who].is_running() || self.restores_of(who) >= RESTORES {
            return Ok(false);
        }
        self.run.check().await?;
        if !self.run.people[who].is_running() {
            return Ok(false);
        }
        let known = self.run.model.known(who);
        let exported = self.run.people[who].export(known).await;
        self.comes_back(who);
        Ok(exported)
    }

    fn restores_of(&self, who: usize) -> usize {
        usize::from(self.run.people[who].older().is_some())
    }

    pub(super) async fn restore(&mut self) -> Checked<bool> {
        let people = self.run.people.iter().enumerate();
        let can: Vec<usize> = people
            .filter(|(who, person)| {
                let exported = person.exported.as_ref().filter(|_| person.is_running());
                exported.is_some_and(|exported| self.run.model.can_go_back(*who, &exported.known))
            })
            .map(|(who, _)| who)
            .collect();
        if can.is_empty() {
            return Ok(false);
        }
        let who = can[self.run.rng.random_range(0..can.len())];
        self.run.note(&format!("{who} goes back"));
        // What was heard until now is the older copy's.
        self.run.people[who].stop().await;
        self.run.pass(Duration::ZERO).await?;
        let person = &mut self.run.people[who];
        person.restore();
        if let Some(exported) = &person.exported {
            self.run.model.restored(who, &exported.known);
        }
        self.comes_back(who);
        Ok(true)
    }
}
