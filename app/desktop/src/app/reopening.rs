//! Work that needs the profile to be closed: it is locked, the work is done, and what came of it is shown as if it
//! had been unlocked. A further profile needs no other one to be closed. The others run on.

use iced::Task;

use super::{App, Message, Screen};
use crate::bridge::Running;
use crate::place::OpenFailure;
use crate::screen::dialog::profiles::Reopen;
use crate::screen::unlock;

impl App {
    /// Closes the profile where that is needed, works, and opens what came of it.
    pub(super) fn reopen(&mut self, work: Reopen) -> Task<Message> {
        let place = self.place.clone();
        let closed = match work {
            Reopen::Passphrase { .. } | Reopen::Export { .. } => self.close_shown(Message::Tick),
            Reopen::Beside { .. } | Reopen::Import { .. } => self.rest(),
        };
        let busy = match work {
            Reopen::Export { .. } => Some("export-busy"),
            Reopen::Import { .. } => Some("import-busy"),
            Reopen::Passphrase { .. } | Reopen::Beside { .. } => None,
        };
        let beside = !self.resting.is_empty();
        self.screen = Screen::Unlock(unlock::State::busy(busy).beside(beside));
        let locks = self.locks;
        let reopened = Task::future(async move {
            let (done, words) = match work {
                Reopen::Passphrase { old, new } => (place.change(old, new).await, None),
                Reopen::Beside {
                    kept,
                    nickname,
                    new,
                } => (place.create_beside(kept, nickname, new).await, None),
                Reopen::Import {
                    kept,
                    file,
                    sealed,
                    new,
                } => (place.import_beside(kept, file, sealed, new).await, None),
                Reopen::Export {
                    passphrase,
                    file,
                    sealed,
                } => {
                    let done = place.export(passphrase, file, sealed).await;
                    (done, Some("export-done"))
                }
            };
            Message::Reopened(locks, done, words)
        });
        closed.chain(reopened)
    }

    /// Shows what came of it, and says so where there are words for it.
    pub(super) fn reopened(
        &mut self,
        locks: u64,
        done: Result<Running, OpenFailure>,
        words: Option<&'static str>,
    ) -> Task<Message> {
        let well = done.is_ok();
        let opened = match self.late(locks, unlock::Message::Done(done)) {
            Ok(message) => self.unlock(message),
            Err(closed) => return closed,
        };
        let Screen::Messenger(state) = &mut self.screen else {
            return opened;
        };
        let Some(words) = words.filter(|_| well) else {
            return opened;
        };
        let said = state.say(self.look.say(words)).map(Message::Messenger);
        Task::batch([opened, said])
    }
}
