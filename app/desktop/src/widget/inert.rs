//! A layer that sleeps while a dialog is open above it: no key, no focus and no search reaches it.
//! The mouse is stopped by the dialog itself. What was focused is focused again afterwards.

use iced::advanced::Shell;
use iced::{Element, Event};

use super::around::{Around, Rule};

struct Asleep(bool);

impl<Message> Rule<Message> for Asleep {
    fn lets_through(&self, event: &Event, _shell: &mut Shell<'_, Message>) -> bool {
        !(self.0 && matches!(event, Event::Keyboard(_) | Event::InputMethod(_)))
    }

    fn is_reached(&self) -> bool {
        !self.0
    }
}

/// Puts content to sleep, or not. Its state is the same in both cases.
pub fn inert<'a, Message: 'a>(
    content: impl Into<Element<'a, Message>>,
    asleep: bool,
) -> Element<'a, Message> {
    Around::new(content, Asleep(asleep)).into()
}
