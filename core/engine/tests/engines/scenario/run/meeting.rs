//! How people become contacts, before the storm.

use std::time::Duration;

use rand::RngExt;
use undertone_engine::{Command, ContactId, InvitationView, Reply, Stage};

use super::super::model::Chat;
use super::super::people::Answer;
use super::{Checked, Run};

impl Run {
    /// Neighbours become contacts, others perhaps, on a good network.
    pub(super) async fn meet(&mut self) -> Checked {
        for a in 0..self.people.len() {
            for b in a + 1..self.people.len() {
                if b == a + 1 || self.rng.random_bool(0.5) {
                    self.befriend(a, b).await?;
                }
            }
        }
        Ok(())
    }

    async fn befriend(&mut self, a: usize, b: usize) -> Checked {
        let command = Command::Invite {
            one_time: true,
            expires_after: None,
        };
        let Reply::Invitation(InvitationView { text, .. }) = self.must(b, command).await? else {
            return Err("no invitation".into());
        };
        let command = Command::AddContact {
            invitation: text,
            pet_name: None,
            greeting: "hello".to_owned(),
        };
        let Reply::Contact(at_a) = self.must(a, command).await? else {
            return Err("no contact".into());
        };
        let at_b = self.wait_for_stage(b, None, Stage::Undecided).await?;
        let command = Command::Accept {
            contact: at_b,
            pet_name: None,
        };
        self.must(b, command).await?;
        for (who, contact) in [(a, at_a.id), (b, at_b)] {
            self.wait_for_stage(who, Some(contact), Stage::Accepted)
                .await?;
        }
        self.model.chats.insert((a, b), Chat::new(at_a.id));
        self.model.chats.insert((b, a), Chat::new(at_b));
        self.note(&format!("{a} and {b} are contacts"));
        Ok(())
    }

    /// On a good network, so by looking again and again.
    async fn wait_for_stage(
        &mut self,
        who: usize,
        contact: Option<ContactId>,
        stage: Stage,
    ) -> Checked<ContactId> {
        for _ in 0..300 {
            let contacts = self.contacts(who).await.ok_or("it ended")?;
            let found = contacts.into_iter().find(|view| {
                view.stage == stage && contact.is_none_or(|contact| view.id == contact)
            });
            if let Some(view) = found {
                return Ok(view.id);
            }
            self.pass(Duration::from_secs(1)).await?;
        }
        Err(format!("{who} waits for {stage:?} in vain"))
    }

    async fn must(&mut self, who: usize, command: Command) -> Checked<Reply> {
        match self.people[who].ask(command).await {
            Answer::Reply(reply) => Ok(*reply),
            Answer::Refused(error) => Err(format!("{who} is refused: {error}")),
            Answer::Gone => Err(format!("{who} ended")),
        }
    }
}
