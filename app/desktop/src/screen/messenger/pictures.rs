//! The pictures that people have of themselves: asked for when they are shown somewhere, decoded beside the window,
//! let go of when they are not. A bounded number is in memory, each 64 KiB; whoever is beyond is shown by a pattern.

use std::collections::BTreeMap;

use iced::Task;
use undertone_engine::{Command, ContactId, Reply};

use super::{Message, State};
use crate::bridge::Running;
use crate::look::Look;
use crate::look::avatar::{self, Own, Who};

/// People whose pictures are in memory at most, those first in the list first.
const MOST: usize = 200;
/// Pictures that are asked for before the window shows what came.
const AT_ONCE: usize = 24;

/// A picture that came.
pub type Came = (Who, String, Own);

impl State {
    /// Asks for the pictures that are shown and not here.
    pub fn ask_pictures(&mut self, look: &Look) -> Task<Message> {
        // What is in memory is of the profile that is shown.
        if !self.shown {
            return Task::none();
        }
        let wanted = self.wanted_pictures();
        look.avatars.keep_only(|who| wanted.contains_key(&who));
        let missing = wanted
            .into_iter()
            .filter(|(who, name)| !look.avatars.has(*who, name))
            .take(AT_ONCE);
        let missing: Vec<(Who, String)> = missing.collect();
        if self.asking_pictures || missing.is_empty() {
            return Task::none();
        }
        self.asking_pictures = true;
        Task::perform(fetch(self.running.clone(), missing), Message::Pictures)
    }

    /// Takes pictures that came, and asks for the others.
    pub(super) fn take_pictures(&mut self, came: Vec<Came>, look: &Look) -> Task<Message> {
        self.asking_pictures = false;
        if !self.shown {
            return Task::none();
        }
        for (who, name, own) in came {
            look.avatars.take(who, name, own);
        }
        self.ask_pictures(look)
    }

    fn wanted_pictures(&self) -> BTreeMap<Who, String> {
        let Some(model) = &self.model else {
            return BTreeMap::new();
        };
        let open = self.pane.contact();
        let open = open.and_then(|open| model.contacts.get(&open));
        let listed = model.listed(false).into_iter().chain(model.listed(true));
        let people = open.into_iter().chain(model.requests()).chain(listed);
        let mut wanted: BTreeMap<Who, String> = people
            .filter_map(|contact| Some((who(contact.id), contact.picture.clone()?)))
            .take(MOST)
            .collect();
        if let Some(name) = &model.profile.picture {
            wanted.insert(Who::Me, name.clone());
        }
        wanted
    }
}

fn who(contact: ContactId) -> Who {
    Who::Contact(*contact.as_bytes())
}

async fn fetch(running: Running, missing: Vec<(Who, String)>) -> Vec<Came> {
    let mut came = Vec::with_capacity(missing.len());
    for (who, name) in missing {
        let contact = match who {
            Who::Me => None,
            Who::Contact(id) => Some(ContactId::from_bytes(id)),
        };
        let reply = running.run(Command::Picture { contact }).await;
        let own = match reply {
            Ok(Reply::Picture {
                picture: Some(view),
            }) => {
                let decoded = tokio::task::spawn_blocking(move || avatar::decode(&view.jpeg)).await;
                // A decoder that gave up is no worse than one that refused.
                decoded.ok().flatten()
            }
            // What is not there now has another name when it comes.
            _ => None,
        };
        came.push((who, name, own));
    }
    came
}
