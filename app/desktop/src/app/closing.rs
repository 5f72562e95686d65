//! Locking: what is personal leaves the screen at once, what was typed is kept, and the profiles are closed.

use futures::FutureExt as _;
use futures::future::{BoxFuture, join_all};
use iced::Task;
use undertone_engine::Command;

use super::{App, Message, Screen};
use crate::bridge::Running;
use crate::screen::unlock;

impl App {
    /// Takes everything personal off the screen at once, then closes all profiles.
    pub(super) fn close(&mut self, then: Message) -> Task<Message> {
        self.locks += 1;
        let shown = self.end_shown();
        let others = std::mem::take(&mut self.resting).into_iter();
        let others = others.map(|mut one| {
            let commands = one.state.last_commands();
            end(one.state.running().clone(), commands).boxed()
        });
        let all: Vec<_> = shown.into_iter().chain(others).collect();
        self.screen = Screen::Closing;
        Task::future(async move {
            join_all(all).await;
            then
        })
    }

    /// The same with the one that is shown alone.
    pub(super) fn close_shown(&mut self, then: Message) -> Task<Message> {
        let ended = self.end_shown();
        Task::future(async move {
            if let Some(ended) = ended {
                ended.await;
            }
            then
        })
    }

    fn end_shown(&mut self) -> Option<BoxFuture<'static, ()>> {
        let kept = self.last_kept();
        let Screen::Messenger(state) = &mut self.screen else {
            return None;
        };
        self.choosing = None;
        let mut commands = state.last_commands();
        commands.extend(kept);
        let running = state.running().clone();
        self.screen = Screen::Closing;
        Some(end(running, commands).boxed())
    }

    /// How often everything was locked.
    #[must_use]
    pub const fn locks(&self) -> u64 {
        self.locks
    }

    /// Lets pass what was begun after so many locks, unless everything was locked since: a profile that was unlocked meanwhile is
    /// closed and never shown.
    pub(super) fn late(
        &self,
        locks: u64,
        message: unlock::Message,
    ) -> Result<unlock::Message, Task<Message>> {
        if locks == self.locks {
            return Ok(message);
        }
        Err(match message {
            unlock::Message::Done(Ok(running)) => Task::future(end(running, Vec::new())).discard(),
            _ => Task::none(),
        })
    }
}

/// Gives the last commands and closes the profile.
async fn end(running: Running, commands: Vec<Command>) {
    for command in commands {
        // A draft that cannot be kept does not hold up the lock.
        let _ = running.run(command).await;
    }
    running.close().await;
}
