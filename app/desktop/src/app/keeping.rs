//! How the window remembers with each profile: read when it is opened, written a moment after a change and when
//! it is closed, forgotten on the screen when it is locked.

use std::time::Duration;

use iced::{Size, Task, window};
use undertone_engine::{Command, CommandError, Reply};

use super::{App, Message, Screen};
use crate::keeping::Kept;

/// How long nothing changes before it is kept: a window that is being resized changes all the time.
const PAUSE: Duration = Duration::from_millis(800);

impl App {
    /// Asks what the profile keeps, once it is open.
    pub(super) fn ask_kept(&mut self) -> Task<Message> {
        self.outside = Kept::of(&self.look, self.size);
        self.kept = None;
        match &self.screen {
            Screen::Messenger(state) => state
                .running()
                .task(Command::ProgramSettings, Message::Kept),
            _ => Task::none(),
        }
    }

    /// Takes what the profile keeps. A new one keeps how it was made.
    pub(super) fn take_kept(&mut self, reply: Result<Reply, CommandError>) -> Task<Message> {
        let (Screen::Messenger(_), Ok(Reply::ProgramSettings { settings })) = (&self.screen, reply)
        else {
            return Task::none();
        };
        let now = Kept::of(&self.look, self.size);
        let Some(kept) = Kept::read(&settings) else {
            // Nothing is kept yet, so what there is differs from it.
            self.kept = Some(Kept { scale: 0, ..now });
            return self.keep_later();
        };
        kept.apply(&mut self.look);
        self.kept = Some(kept);
        if (kept.width, kept.height) == (now.width, now.height) {
            return Task::none();
        }
        // In pixels of the window's own, which follow the text size.
        let scale = self.scale_factor();
        let size = Size::new(kept.size().width / scale, kept.size().height / scale);
        window::latest().then(move |id| id.map_or_else(Task::none, |id| window::resize(id, size)))
    }

    /// Keeps how it is now, after a pause, if it is not kept already.
    pub(super) fn keep_later(&mut self) -> Task<Message> {
        if self.unkept().is_none() {
            return Task::none();
        }
        self.changes += 1;
        let changes = self.changes;
        Task::future(async move {
            tokio::time::sleep(PAUSE).await;
            Message::Keep(changes)
        })
    }

    /// Keeps it now, unless it changed again meanwhile.
    pub(super) fn keep(&mut self, changes: u64) -> Task<Message> {
        if changes != self.changes {
            return Task::none();
        }
        let (Some(command), Screen::Messenger(state)) = (self.unkept(), &self.screen) else {
            return Task::none();
        };
        self.kept = Some(Kept::of(&self.look, self.size));
        // What cannot be kept is tried again with the next change.
        state.running().task(command, |_| Message::Tick)
    }

    /// What has to be kept before the profile is closed. From then on the window looks as it did before
    /// the profile was opened, and so tells nothing of it.
    pub(super) fn last_kept(&mut self) -> Option<Command> {
        let command = self.unkept();
        if matches!(self.screen, Screen::Messenger(_)) {
            self.kept = None;
            self.look.avatars.forget();
            self.outside.apply(&mut self.look);
        }
        command
    }

    fn unkept(&self) -> Option<Command> {
        let now = Kept::of(&self.look, self.size);
        let differs = self.kept.is_some_and(|kept| kept != now);
        differs.then(|| Command::SetProgramSettings {
            settings: now.write(),
        })
    }
}
