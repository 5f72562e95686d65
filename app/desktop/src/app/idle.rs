//! Time that passes: locking by itself, where that was chosen, some minutes after keyboard, mouse or screen were touched for
//! the last time; and how often something that takes long is looked at.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use iced::{Event, Task};

use super::{App, Message};

/// After so many minutes, as offered; 0: never.
pub const MINUTES: [u16; 5] = [0, 5, 15, 60, 240];
/// For so many seconds after something was touched no more is told: every message draws the window anew.
const TOLD: u64 = 10;
/// How often what moves goes on.
const BEAT: Duration = Duration::from_millis(70);
/// How often it is looked how far something is, where nothing moves.
const STILL_BEAT: Duration = Duration::from_millis(500);

/// Says that something was touched, now and then.
pub(super) fn touched(event: &Event) -> Option<Message> {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let is_input = matches!(
        event,
        Event::Keyboard(_) | Event::Mouse(_) | Event::Touch(_) | Event::InputMethod(_)
    );
    is_input.then(|| tells(&NEXT, START.elapsed().as_secs()))?
}

/// Whether to tell of what was touched at this second.
fn tells(next: &AtomicU64, now: u64) -> Option<Message> {
    let due = next.load(Ordering::Relaxed) <= now;
    if due {
        next.store(now + TOLD, Ordering::Relaxed);
    }
    due.then_some(Message::Touched)
}

impl App {
    /// How often something that takes long is looked at.
    pub(super) fn beat(&self) -> Duration {
        if self.look.is_still() {
            STILL_BEAT
        } else {
            BEAT
        }
    }

    /// Somebody is there.
    pub(super) fn touch(&mut self) -> Task<Message> {
        self.look.clock.look();
        self.touched = self.look.clock.now;
        Task::none()
    }

    /// Does what is due at this moment, in seconds since 1970.
    pub fn passed(&mut self, now: u64) -> Task<Message> {
        self.look.clock.now = now;
        // A clock that was set back does not put it off.
        self.touched = self.touched.min(now);
        let after = self.lock_after() * 60;
        let is_open = self.is_unlocked() && self.panic.is_none();
        if is_open && after > 0 && now - self.touched >= after {
            self.lock()
        } else {
            Task::none()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mouse_that_moves_all_the_time_is_told_of_now_and_then() {
        let next = AtomicU64::new(0);
        let told = (0..100).filter(|now| tells(&next, *now).is_some());
        assert_eq!(
            told.collect::<Vec<_>>(),
            [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]
        );
        let shown = Event::Window(iced::window::Event::Focused);
        assert!(touched(&shown).is_none(), "nobody has to be there for that");
        let moved = Event::Mouse(iced::mouse::Event::CursorMoved {
            position: iced::Point::ORIGIN,
        });
        assert!(touched(&moved).is_some());
    }
}
