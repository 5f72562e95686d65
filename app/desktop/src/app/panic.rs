//! The panic key: what was on the screen is covered at once, and pressed again it destroys the keys of
//! everything that lies in the home. There is no third question, and no way back after it.

use iced::widget::{column, container};
use iced::{Element, Fill, Task, border, widget::operation};
use undertone_engine::Command;

use super::{App, Message, Screen};
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::{Kind, mix};

/// The button that does it.
pub const YES: &str = "panic-yes";
/// Widest card.
const WIDEST: f32 = 480.0;

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panic {
    /// Asked once.
    Asked,
    /// Under way.
    Destroying,
    /// Something was not overwritten.
    Failed,
}

impl App {
    /// The key was pressed, or the button.
    pub(super) fn panic_pressed(&mut self) -> Task<Message> {
        match self.panic {
            Some(Panic::Destroying) => Task::none(),
            None if self.place.holds_profile() => {
                self.panic = Some(Panic::Asked);
                operation::focus(YES)
            }
            None => Task::none(),
            Some(Panic::Asked | Panic::Failed) => {
                self.panic = Some(Panic::Destroying);
                self.destroy()
            }
        }
    }

    fn destroy(&self) -> Task<Message> {
        let place = self.place.clone();
        let shown = match &self.screen {
            Screen::Messenger(state) => Some(&**state),
            _ => None,
        };
        let running = shown.or_else(|| self.resting().next());
        let running = running.map(|state| state.running().clone());
        Task::future(async move {
            // The engine takes the keys out of its own memory as well; those of the others hear of it.
            let done = match running {
                Some(running) => running.run(Command::Destroy).await.is_ok(),
                None => false,
            };
            Message::Destroyed(done || place.destroy().await)
        })
    }

    /// It was done, or not. Once it was done nothing is left to show.
    pub(super) fn destroyed(&mut self, done: bool) -> Task<Message> {
        if !done {
            self.panic = Some(Panic::Failed);
            return operation::focus(YES);
        }
        self.screen = Screen::Closing;
        self.resting = Vec::new();
        iced::exit()
    }
}

/// What is shown instead of everything else.
pub(super) fn view(panic: Panic, look: &Look) -> Element<'_, Message> {
    let c = look.colors;
    let low = look.is_low();
    let busy = panic == Panic::Destroying;
    let mut parts = head(low, look);
    parts.push(look.text(look.say("panic-words"), 14.5).width(Fill).into());
    if panic == Panic::Failed {
        parts.push(look.note(Icon::CircleAlert, c.bad, look.say("panic-failed")));
    }
    let words = if busy { "panic-busy" } else { "panic-yes" };
    parts.extend([
        look.wide_button(Kind::Danger, look.say(words))
            .id(YES)
            .on_press_maybe((!busy).then_some(Message::Panic))
            .into(),
        look.wide_button(Kind::Secondary, look.say("panic-no"))
            .id("panic-no")
            .on_press_maybe((!busy).then_some(Message::Calm))
            .into(),
    ]);
    let (spacing, padding) = if low { (8.0, 12.0) } else { (14.0, 32.0) };
    let card = look
        .card(look.column(parts).spacing(spacing).width(Fill))
        .padding(padding);
    look.middle(WIDEST, column![card])
}

/// The sign and the question, beside each other where the window is low.
fn head(low: bool, look: &Look) -> Vec<Element<'_, Message>> {
    let c = look.colors;
    let (symbol, ground, words) = if low {
        (17.0, 34.0, 19.0)
    } else {
        (26.0, 56.0, 24.0)
    };
    let mark = container(Icon::TriangleAlert.of_size(symbol).color(c.bad))
        .center(ground)
        .style(move |_| container::Style {
            background: Some(mix(c.surface, c.bad, 0.14).into()),
            border: border::rounded(ground / 4.0),
            ..container::Style::default()
        });
    let title = look.heading(look.say("panic-title"), words);
    if low {
        let parts = vec![mark.into(), title.width(Fill).into()];
        vec![look.row(parts).spacing(10).into()]
    } else {
        vec![mark.into(), title.into()]
    }
}
