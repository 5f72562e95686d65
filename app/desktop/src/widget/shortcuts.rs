//! The root of the window: hears shortcuts before any field does, because fields keep keys for
//! themselves. What is no shortcut goes on to the content.

use iced::advanced::Shell;
use iced::keyboard::{self, Key, Modifiers};
use iced::{Element, Event};

use super::around::{Around, Rule};

struct Meaning<F>(F);

impl<Message, F: Fn(&Key, Modifiers, bool) -> Option<Message>> Rule<Message> for Meaning<F> {
    fn lets_through(&self, event: &Event, shell: &mut Shell<'_, Message>) -> bool {
        let Event::Keyboard(keyboard::Event::KeyPressed {
            key,
            modifiers,
            repeat,
            ..
        }) = event
        else {
            return true;
        };
        let Some(message) = (self.0)(key, *modifiers, *repeat) else {
            return true;
        };
        shell.publish(message);
        shell.capture_event();
        false
    }
}

/// Content, and what each key means, where it is a shortcut now. The last value says whether the key
/// is held down and comes again by itself.
pub fn shortcuts<'a, Message: 'a>(
    content: impl Into<Element<'a, Message>>,
    meaning: impl Fn(&Key, Modifiers, bool) -> Option<Message> + 'a,
) -> Element<'a, Message> {
    Around::new(content, Meaning(meaning)).into()
}
