//! What the program says, in the language of its user. All sentences lie in
//! `assets/translations/LANGUAGE.ftl`; the code names them. Plural forms and the order of words
//! belong to the translations. It translates nothing that people wrote.

use std::fmt;
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use serde::{Deserialize, Serialize};
use unic_langid::LanguageIdentifier;

/// A language that the program speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
    /// Spanish.
    Spanish,
    /// Arabic, written from right to left.
    Arabic,
}

impl Language {
    /// All of them, in the order of the settings.
    pub const ALL: [Self; 4] = [Self::English, Self::German, Self::Spanish, Self::Arabic];

    /// Its name in itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::Spanish => "Español",
            Self::Arabic => "العربية",
        }
    }

    /// Its code, as in BCP 47.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Spanish => "es",
            Self::Arabic => "ar",
        }
    }

    /// The language of that code. Regions are left aside: `de-AT` is German.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        let language = code.split(['-', '_', '.']).next()?;
        Self::ALL
            .into_iter()
            .find(|known| known.code().eq_ignore_ascii_case(language))
    }

    /// The first language of the system that the program speaks, or English.
    #[must_use]
    pub fn of_system() -> Self {
        sys_locale::get_locales()
            .find_map(|code| Self::of_code(&code))
            .unwrap_or_default()
    }

    /// Whether it is written from right to left.
    #[must_use]
    pub const fn is_rtl(self) -> bool {
        matches!(self, Self::Arabic)
    }

    /// Its sentences, as they lie in the repository.
    #[must_use]
    pub const fn source(self) -> &'static str {
        match self {
            Self::English => include_str!("../../../assets/translations/en.ftl"),
            Self::German => include_str!("../../../assets/translations/de.ftl"),
            Self::Spanish => include_str!("../../../assets/translations/es.ftl"),
            Self::Arabic => include_str!("../../../assets/translations/ar.ftl"),
        }
    }
}

/// The sentences of one language.
#[derive(Clone)]
pub struct Words {
    language: Language,
    bundle: Arc<FluentBundle<FluentResource>>,
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({:?})", self.language)
    }
}

impl Words {
    /// Reads the sentences of a language. They are part of the program; a mistake in them is found
    /// by its tests, and what can be read of them is used.
    #[must_use]
    pub fn new(language: Language) -> Self {
        let resource = match FluentResource::try_new(language.source().to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        let identifier: LanguageIdentifier = language.code().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
        // Marks around what is filled in keep a foreign name from turning a sentence round. Where all
        // sentences run from left to right the shaper does that by itself.
        bundle.set_use_isolating(language.is_rtl());
        // Cannot overlap: there is one resource.
        let _ = bundle.add_resource(resource);
        Self {
            language,
            bundle: Arc::new(bundle),
        }
    }

    /// The language.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// Whether there is such a sentence.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.bundle.has_message(name)
    }

    /// A sentence.
    #[must_use]
    pub fn say(&self, name: &str) -> String {
        self.fill(name, None)
    }

    /// A sentence with what is filled in. Names must have been made visible before.
    #[must_use]
    pub fn with<const N: usize>(&self, name: &str, values: [(&str, Value); N]) -> String {
        let mut args = FluentArgs::with_capacity(N);
        for (key, value) in values {
            args.set(
                key,
                match value {
                    Value::Text(text) => FluentValue::from(text),
                    Value::Number(number) => FluentValue::from(number),
                },
            );
        }
        self.fill(name, Some(&args))
    }

    fn fill(&self, name: &str, args: Option<&FluentArgs<'_>>) -> String {
        let pattern = self
            .bundle
            .get_message(name)
            .and_then(|message| message.value());
        let Some(pattern) = pattern else {
            debug_assert!(false, "no sentence {name}");
            return name.to_owned();
        };
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, args, &mut errors);
        debug_assert!(errors.is_empty(), "{name}: {errors:?}");
        text.into_owned()
    }
}

/// What is filled into a sentence.
#[derive(Clone, Debug)]
pub enum Value {
    /// A text.
    Text(String),
    /// A number, which decides the plural.
    Number(u64),
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn messages(language: Language) -> BTreeSet<String> {
        language
            .source()
            .lines()
            .filter_map(|line| line.split_once(" ="))
            .map(|(name, _)| name)
            .filter(|name| !name.starts_with([' ', '#', '[', '*']))
            .map(str::to_owned)
            .collect()
    }

    fn variables(language: Language, name: &str) -> BTreeSet<String> {
        let source = language.source();
        let begin = source
            .find(&format!("\n{name} ="))
            .unwrap_or_else(|| panic!("{language:?} has no {name}"));
        let rest = &source[begin + 1..];
        let end = rest
            .match_indices('\n')
            .find(|(at, _)| !rest[at + 1..].starts_with([' ', '}']))
            .map_or(rest.len(), |(at, _)| at);
        rest[..end]
            .split('$')
            .skip(1)
            .map(|part| {
                part.split(|c: char| !c.is_ascii_alphanumeric())
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect()
    }

    #[test]
    fn every_language_is_complete_and_without_mistakes() {
        let english = messages(Language::English);
        assert!(english.len() > 100);
        for language in Language::ALL {
            if let Err((_, errors)) = FluentResource::try_new(language.source().to_owned()) {
                panic!("{language:?}: {errors:?}");
            }
            let there = messages(language);
            assert_eq!(
                there.symmetric_difference(&english).collect::<Vec<_>>(),
                Vec::<&String>::new(),
                "{language:?}"
            );
            for name in &english {
                assert_eq!(
                    variables(language, name),
                    variables(Language::English, name),
                    "{language:?} {name}"
                );
            }
        }
    }

    /// All the program's source files.
    fn sources(folder: &std::path::Path, into: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, into);
            } else {
                into.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    #[test]
    fn every_sentence_is_used_and_every_used_one_is_there() {
        let mut code = String::new();
        sources(
            &std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut code,
        );
        let english = messages(Language::English);
        for name in &english {
            assert!(code.contains(&format!("\"{name}\"")), "{name} is not used");
        }
        for call in [".say(\"", ".with(\"", ".note(\""] {
            for part in code.split(call).skip(1) {
                let name = part.split('"').next().unwrap();
                assert!(
                    name == " => " || name.contains(".say") || english.contains(name),
                    "{name} is not there"
                );
            }
        }
    }

    #[test]
    fn plurals_follow_the_language() {
        let say = |language, count: u64| {
            Words::new(language).with("unread-count", [("count", count.into())])
        };
        assert_ne!(
            say(Language::English, 1).replace('1', ""),
            say(Language::English, 2).replace('2', "")
        );
        let arabic: BTreeSet<String> = [0_u64, 1, 2, 3, 11, 100]
            .into_iter()
            .map(|n| say(Language::Arabic, n).replace(char::is_numeric, ""))
            .collect();
        assert_eq!(arabic.len(), 6);
    }

    #[test]
    fn regions_are_left_aside() {
        assert_eq!(Language::of_code("de_AT.UTF-8"), Some(Language::German));
        assert_eq!(Language::of_code("ar-EG"), Some(Language::Arabic));
        assert_eq!(Language::of_code("nds"), None);
    }
}
