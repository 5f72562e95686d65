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
        // With others it is how one of them looks.
        if self.resting.is_empty() {
            self.outside = Kept::of(&self.look, self.size);
        }
        self.kept = None;
        let Screen::Messenger(state) = &self.screen else {
            return Task::none();
        };
        let running = state.running();
        let number = running.number();
        running.task(Command::ProgramSettings, move |reply| {
            Message::Kept(number, reply)
        })
    }

    /// Takes what the profile keeps. A new one keeps how it was made.
    pub(super) fn take_kept(
        &mut self,
        number: u64,
        reply: Result<Reply, CommandError>,
    ) -> Task<Message> {
        let Ok(Reply::ProgramSettings { settings }) = reply else {
            return Task::none();
        };
        if let Some(one) = self.resting.iter_mut().find(|one| one.number() == number) {
            one.kept = Kept::read(&settings);
            return Task::none();
        }
        if self.shown() != Some(number) {
            return Task::none();
        }
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
        let (Some((command, now)), Screen::Messenger(state)) = (self.unkept(), &self.screen) else {
            return Task::none();
        };
        self.kept = Some(now);
        // What cannot be kept is tried again with the next change.
        state.running().task(command, |_| Message::Tick)
    }

    /// What has to be kept before the profile is closed. From then on the window looks as it did before
    /// the profile was opened, and so tells nothing of it.
    pub(super) fn last_kept(&mut self) -> Option<Command> {
        let unkept = self.unkept();
        if self.is_unlocked() {
            self.kept = None;
            self.look.avatars.forget();
            self.outside.apply(&mut self.look);
        }
        unkept.map(|(command, _)| command)
    }

    /// What the profile that is shown does not keep yet.
    pub(super) fn unkept(&self) -> Option<(Command, Kept)> {
        let now = Kept::of(&self.look, self.size);
        let differs = self.kept.is_some_and(|kept| kept != now);
        let settings = differs.then(|| now.write())?;
        Some((Command::SetProgramSettings { settings }, now))
    }
}
