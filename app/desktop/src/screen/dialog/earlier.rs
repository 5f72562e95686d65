//! What a message said before it was edited, where that was kept.

use iced::widget::column;
use iced::{Element, Fill, Task};
use undertone_engine::{Command, CommandError, ContactId, EarlierView, Reply};

use super::scrolled;
use crate::bridge::Running;
use crate::icon::Icon;
use crate::look::Look;
use crate::refusal;
use crate::visible;

/// Earlier words that are shown at most, the newest.
const SHOWN: usize = 30;

/// What was told of it.
#[derive(Debug, Default)]
pub struct State {
    told: Option<Result<Vec<EarlierView>, CommandError>>,
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// The message with its earlier words.
    Told(Result<Reply, CommandError>),
}

impl State {
    /// Begins.
    pub fn open(contact: ContactId, message: u64, running: &Running) -> (Self, Task<Message>) {
        let command = Command::Message { contact, message };
        (Self::default(), running.task(command, Message::Told))
    }

    /// Takes in what was told.
    pub fn update(&mut self, Message::Told(reply): Message) {
        self.told = match reply {
            Ok(Reply::Message(view)) => Some(Ok(view.earlier)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        };
    }

    /// What is shown.
    pub fn view<'a, M: 'a>(&'a self, look: &'a Look) -> Element<'a, M> {
        let earlier = match &self.told {
            None => return look.muted(look.say("loading"), 14.0).into(),
            Some(Err(error)) => {
                let words = refusal::words(error, look);
                return look.note(Icon::CircleAlert, look.colors.bad, words);
            }
            Some(Ok(earlier)) => earlier,
        };
        if earlier.is_empty() {
            return look
                .muted(look.say("earlier-none"), 14.0)
                .width(Fill)
                .into();
        }
        let skipped = earlier.len().saturating_sub(SHOWN);
        let texts = earlier.iter().skip(skipped).map(|one| {
            let day = inside(&look.clock.day_heading(one.until, &look.words));
            let time = look.clock.time_of_day(one.until);
            let until = look.with(
                "earlier-until",
                [("day", day.into()), ("time", time.into())],
            );
            let words = visible::body(&one.text, 40, 4_000).text;
            let lines = look.column(vec![
                look.text(words, 14.0).width(Fill).into(),
                look.muted(until, 12.0).into(),
            ]);
            look.card(lines.spacing(6).width(Fill))
                .padding(14)
                .width(Fill)
                .into()
        });
        scrolled(column(texts).spacing(10).width(Fill), look)
    }
}

/// A heading as it stands inside a sentence: what begins with a small letter there, such as "today", or with a number.
fn inside(heading: &str) -> String {
    let mut letters = heading.chars();
    let first = letters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(letters).collect()
}
