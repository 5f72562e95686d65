//! A search over messages: of all conversations at the side, or of one inside it. It asks the engine once
//! nothing was typed for a moment, keeps the newest hits, and fetches more when asked to. What answers an older
//! question is left aside.

use std::time::Duration;

use iced::Task;
use undertone_engine::{Command, CommandError, ContactId, Event, FoundView, Reply, SearchCursor};

use crate::bridge::Running;
use crate::formatting;
use crate::visible;

/// How long nothing is typed before the engine is asked.
const PAUSE: Duration = Duration::from_millis(150);
/// Hits that are fetched at a time.
const PAGE: u32 = 30;
/// Hits in memory at most.
const MOST: usize = 300;
/// Letters that are typed at most.
const LETTERS: usize = 100;
/// Letters of a message that are shown.
const EXCERPT: usize = 70;
/// Seconds of a day.
const DAY: u64 = 86_400;

/// How far back is looked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    /// To the beginning.
    #[default]
    All,
    /// Seven days.
    Week,
    /// Thirty days.
    Month,
    /// A year.
    Year,
}

impl Span {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::All, Self::Week, Self::Month, Self::Year];

    /// Its sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::All => "span-all",
            Self::Week => "span-week",
            Self::Month => "span-month",
            Self::Year => "span-year",
        }
    }

    const fn begin(self, now: u64) -> Option<u64> {
        let days = match self {
            Self::All => return None,
            Self::Week => 7,
            Self::Month => 30,
            Self::Year => 365,
        };
        Some(now.saturating_sub(days * DAY))
    }
}

/// A message that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The message.
    pub view: FoundView,
    /// [Around](excerpt) what was looked for; a message may be long, and is not read while drawing.
    pub excerpt: [String; 3],
}

impl Hit {
    fn new(view: FoundView, query: &str) -> Self {
        let text = formatting::plain(view.message.text.as_deref().unwrap_or_default());
        let excerpt = excerpt(&text, query, EXCERPT);
        Self { view, excerpt }
    }
}

/// What is looked for, and what was found.
#[derive(Debug, Default)]
pub struct Search {
    contact: Option<ContactId>,
    /// What is typed.
    pub text: String,
    /// How far back is looked.
    pub span: Span,
    /// Newest first.
    pub hits: Vec<Hit>,
    /// Why there are none.
    pub failure: Option<CommandError>,
    /// How much of the index is there while it is being built.
    pub percent: Option<u8>,
    /// The engine answered the present question.
    pub answered: bool,
    more: Option<SearchCursor>,
    question: u64,
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// Typed.
    Text(String),
    /// Look back so far.
    Span(Span),
    /// Nothing was typed since that question.
    Ask(u64),
    /// Older hits.
    More,
    /// What answers that question; added to what was found before, or in its place.
    Found(u64, bool, Result<Reply, CommandError>),
}

impl Search {
    /// A search in one conversation.
    #[must_use]
    pub fn of(contact: ContactId) -> Self {
        Self {
            contact: Some(contact),
            ..Self::default()
        }
    }

    /// Whether something is looked for.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.text.trim().is_empty()
    }

    /// Whether there is more to be fetched.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.more.is_some() && self.hits.len() < MOST
    }

    /// Takes in what happened.
    pub fn update(&mut self, message: Message, running: &Running, now: u64) -> Task<Message> {
        match message {
            Message::Text(text) => {
                self.text = text.chars().take(LETTERS).collect();
                self.question += 1;
                self.answered = false;
                if !self.is_on() {
                    self.forget();
                    return Task::none();
                }
                let question = self.question;
                Task::future(async move {
                    tokio::time::sleep(PAUSE).await;
                    Message::Ask(question)
                })
            }
            Message::Span(span) => {
                self.span = span;
                self.question += 1;
                self.ask(running, now, None)
            }
            Message::Ask(question) if question == self.question => self.ask(running, now, None),
            Message::More if self.has_more() => {
                let before = self.more.take();
                self.ask(running, now, before)
            }
            Message::Found(question, added, reply) if question == self.question => {
                self.take(added, reply);
                Task::none()
            }
            Message::Ask(_) | Message::More | Message::Found(..) => Task::none(),
        }
    }

    /// Takes an event in: what is deleted is not shown any more.
    pub fn hear(&mut self, event: &Event) {
        let (of, number) = match event {
            Event::MessageRemoved { contact, message } => (contact, *message),
            Event::MessageChanged { contact, message } if message.text.is_none() => {
                (contact, message.number)
            }
            _ => return,
        };
        self.hits
            .retain(|hit| hit.view.contact != *of || hit.view.message.number != number);
    }

    /// Whether that answers what was asked last.
    #[must_use]
    pub const fn is_answered_by(&self, message: &Message) -> bool {
        matches!(message, Message::Found(question, false, _) if *question == self.question)
    }

    fn forget(&mut self) {
        self.hits.clear();
        self.more = None;
        self.failure = None;
        self.percent = None;
    }

    fn ask(&self, running: &Running, now: u64, before: Option<SearchCursor>) -> Task<Message> {
        if !self.is_on() {
            return Task::none();
        }
        let added = before.is_some();
        let question = self.question;
        let command = Command::Search {
            query: self.text.trim().to_owned(),
            contact: self.contact,
            from: self.span.begin(now),
            to: None,
            before,
            limit: PAGE,
        };
        running.task(command, move |reply| Message::Found(question, added, reply))
    }

    fn take(&mut self, added: bool, reply: Result<Reply, CommandError>) {
        if !added {
            self.forget();
        }
        self.answered = true;
        match reply {
            Ok(Reply::Found {
                hits,
                more,
                index_percent,
            }) => {
                let query = &self.text;
                let hits = hits.into_iter().map(|view| Hit::new(view, query));
                self.hits.extend(hits);
                self.hits.truncate(MOST);
                self.more = more;
                self.percent = index_percent;
            }
            Ok(_) => {}
            Err(error) => self.failure = Some(error),
        }
    }
}

/// The part of a message around the first word that was looked for: what stands before it, the word, what
/// stands behind it. Where the word is written otherwise, the beginning of the message.
#[must_use]
pub fn excerpt(text: &str, query: &str, letters: usize) -> [String; 3] {
    let place = query
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .find_map(|word| find(text, word));
    let Some((begin, end)) = place else {
        return [visible::line(text, letters), String::new(), String::new()];
    };
    let mut from = text[..begin]
        .char_indices()
        .rev()
        .nth(letters / 4)
        .map_or(0, |(at, _)| at);
    // From the beginning of a word, where one is near.
    if from > 0
        && let Some(space) = text[from..begin].find(char::is_whitespace)
    {
        from += space + 1;
    }
    let mut before = visible::line(&text[from..begin], letters);
    if from > 0 {
        before.insert(0, '…');
    }
    [
        before,
        visible::line(&text[begin..end], letters),
        visible::line(&text[end..], letters),
    ]
}

/// Where a word is, whatever its case.
fn find(text: &str, word: &str) -> Option<(usize, usize)> {
    let wanted: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
    // More is not looked through: a message can have 64 KiB.
    let text = &text[..text.floor_char_boundary(8_192)];
    text.char_indices().find_map(|(begin, _)| {
        let mut wanted = wanted.iter().copied();
        let mut next = wanted.next();
        for (at, letter) in text[begin..].char_indices() {
            for lower in letter.to_lowercase() {
                if next != Some(lower) {
                    return None;
                }
                next = wanted.next();
            }
            if next.is_none() {
                return Some((begin, begin + at + letter.len_utf8()));
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_shows_the_word() {
        let text = "We moved the second reading to Thursday, because the hall is taken.";
        let [before, word, after] = excerpt(text, "thursday", 40);
        assert_eq!(word, "Thursday");
        assert!(
            before.starts_with('…') && before.ends_with("to "),
            "{before}"
        );
        assert!(after.starts_with(", because"));
        assert_eq!(excerpt("Straße", "STRASSE", 40)[1], "");
        assert_eq!(excerpt("ÄRGER", "ärg", 40)[1], "ÄRG");
        assert_eq!(excerpt("x", "", 40)[0], "x");
    }

    #[test]
    fn a_hostile_text_costs_little() {
        let text = "a".repeat(65_536);
        let query = format!("{}b", "a".repeat(99));
        let [before, word, _] = excerpt(&text, &query, 60);
        assert!(word.is_empty() && before.len() < 200);
        let hidden = excerpt("x \u{202e}word", "word", 40);
        assert!(hidden[0].contains("\\u{202e}"));
    }
}
