//! Work that needs the profile to be closed: it is locked, the work is done, and what came of it is shown as if it
//! had been unlocked.

use iced::Task;

use super::{App, Message, Screen};
use crate::screen::dialog::profiles::Reopen;
use crate::screen::unlock;

impl App {
    /// Closes the profile, works, and opens what came of it.
    pub(super) fn reopen(&mut self, work: Reopen) -> Task<Message> {
        let place = self.place.clone();
        let closed = self.close(Message::Tick);
        self.screen = Screen::Unlock(unlock::State::busy());
        let reopened = Task::future(async move {
            let done = match work {
                Reopen::Passphrase { old, new } => place.change(old, new).await,
                Reopen::Beside {
                    kept,
                    nickname,
                    new,
                } => place.create_beside(kept, nickname, new).await,
            };
            Message::Unlock(unlock::Message::Done(done))
        });
        closed.chain(reopened)
    }
}
