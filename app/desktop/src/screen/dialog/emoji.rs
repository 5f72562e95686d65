//! Chooses an emoji by its group, its English name, or what it is called in the language of the window.

mod names;

use emojis::{Emoji, UnicodeVersion};
use iced::widget::{container, text};
use iced::{Element, Fill, Task, border, widget::operation};

use super::{Action, BAR, EMOJI, Target, room, scrolled};
use crate::font;
use crate::look::Look;
use crate::widget::{PressStyle, press};
use crate::words::Language;

/// The field of the search.
pub const SEARCH: &str = "emoji-search";
/// Emoji that are shown at a time; more would make every frame slow.
const SHOWN: usize = 144;
/// The newest emoji that are offered: fonts follow Unicode by years, and one without a glyph is an empty button.
const NEWEST: UnicodeVersion = UnicodeVersion::new(15, 1);
/// Pixels of an emoji's button.
const KEY: f32 = 40.0;
/// Pixels between two of them.
const GAP: f32 = 2.0;

/// What is looked for.
#[derive(Debug)]
pub struct State {
    target: Target,
    group: usize,
    search: String,
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// Typed.
    Search(String),
    /// Another group.
    Group(usize),
    /// This one.
    Take(&'static str),
}

impl State {
    /// Begins.
    pub fn open(target: Target) -> (Self, Task<Message>) {
        let state = Self {
            target,
            group: 0,
            search: String::new(),
        };
        (state, operation::focus(SEARCH))
    }

    /// Takes in what happened.
    pub fn update(&mut self, message: Message) -> Action {
        match message {
            Message::Search(text) => self.search = text.chars().take(40).collect(),
            Message::Group(group) => {
                self.group = group;
                self.search.clear();
            }
            Message::Take(emoji) => return Action::Emoji(self.target, emoji.to_owned()),
        }
        Action::None
    }

    fn found(&self, language: Language) -> Vec<&'static Emoji> {
        let drawn = |emoji: &&Emoji| emoji.unicode_version() <= NEWEST;
        let wanted = self.search.trim().to_lowercase();
        if wanted.is_empty() {
            let group = emojis::Group::iter().nth(self.group);
            return group
                .into_iter()
                .flat_map(|group| group.emojis())
                .filter(drawn)
                .take(SHOWN)
                .collect();
        }
        emojis::iter()
            .filter(drawn)
            .filter(|emoji| {
                emoji.name().contains(&wanted) || names::of(emoji, language).contains(&wanted)
            })
            .take(SHOWN)
            .collect()
    }

    /// What is shown.
    pub fn view<'a>(&'a self, look: &'a Look) -> Element<'a, Message> {
        let c = look.colors;
        let key = move |emoji: &'static str, size: f32, chosen: bool, message: Message| {
            press(container(text(emoji).font(font::EMOJI).size(size)).center(KEY))
                .label(emoji)
                .on_press(message)
                .style(move |status| PressStyle {
                    background: if chosen {
                        Some(c.accent_soft)
                    } else {
                        status.hovered.then_some(c.hover)
                    },
                    text: c.text,
                    border: border::rounded(9),
                    ring: c.ring,
                })
                .into()
        };
        let groups = emojis::Group::iter().enumerate().filter_map(|(at, group)| {
            let first = group.emojis().next()?;
            let chosen = self.search.is_empty() && at == self.group;
            Some(key(first.as_str(), 17.0, chosen, Message::Group(at)))
        });
        let found = self.found(look.words.language());
        let lines = found.chunks(in_line(look)).map(|line| {
            let keys = line
                .iter()
                .map(|emoji| key(emoji.as_str(), 21.0, false, Message::Take(emoji.as_str())));
            look.row(keys.collect()).spacing(GAP).into()
        });
        let search = look.field(
            SEARCH,
            &look.say("emoji-search"),
            &self.search,
            Message::Search,
        );
        let list: Element<'a, Message> = if found.is_empty() {
            look.muted(look.say("emoji-none"), 13.5).into()
        } else {
            let lines = look.column(lines.collect()).spacing(GAP).width(Fill);
            container(scrolled(lines, look)).height(330).into()
        };
        look.column(vec![
            search.into(),
            look.row(groups.collect()).spacing(GAP).wrap().into(),
            list,
        ])
        .spacing(10)
        .width(Fill)
        .into()
    }
}

/// Emoji that have room in a line.
fn in_line(look: &Look) -> usize {
    let fit = (room(EMOJI, look).width - BAR + GAP) / (KEY + GAP);
    // A negative number becomes zero.
    (fit as usize).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_found_in_the_language_of_the_window_and_in_english() {
        for (language, words, sign) in [
            (Language::German, "Schlüssel", "🔑"),
            (Language::Spanish, "llave", "🔑"),
            (Language::Arabic, "مفتاح", "🔑"),
            (Language::German, "herz", "❤\u{fe0f}"),
            (Language::Spanish, "rocket", "🚀"),
            (Language::English, "rocket", "🚀"),
        ] {
            let (mut state, _) = State::open(Target::Composer);
            let _ = state.update(Message::Search(words.to_owned()));
            let found = state.found(language);
            assert!(found.iter().any(|emoji| emoji.as_str() == sign), "{words}");
        }
        let (mut state, _) = State::open(Target::Composer);
        let _ = state.update(Message::Search("schlüssel".to_owned()));
        assert!(state.found(Language::English).is_empty());
    }

    #[test]
    fn what_fonts_do_not_have_yet_is_not_offered() {
        let (mut state, _) = State::open(Target::Composer);
        let new = emojis::get("🫩").expect("an emoji of Unicode 16");
        let _ = state.update(Message::Search(new.name().to_owned()));
        assert!(!state.found(Language::English).contains(&new));
        for (group, _) in emojis::Group::iter().enumerate() {
            let _ = state.update(Message::Group(group));
            let found = state.found(Language::English);
            assert!(!found.is_empty() && !found.contains(&new));
        }
    }
}
