//! What every screen needs to draw: colours, words, direction, and the parts that all screens are
//! built from. It holds no state of a screen.

pub mod avatar;
pub mod parts;
pub mod person;
mod progress;
pub mod times;

use iced::widget::{Column, Container, Row, container};
use iced::{Element, Font, Padding, alignment, theme};
use undertone_engine::progress::Progress;

use crate::announce::Notices;
use crate::colors::{Appearance, Colors};
use crate::font;
use crate::keeping::USUAL;
use crate::look::avatar::Avatars;
use crate::look::times::Clock;
use crate::screen::dialog::Change;
use crate::widget::Label;
use crate::words::{Language, Words};

/// Below this width, in pixels at the present text size, things stand one above the other, and the list, a conversation or a contact is
/// shown alone.
pub const NARROW: f32 = 640.0;
/// In a window lower than this, in pixels at the present text size, margins and signs give way to what has to be read.
const LOW: f32 = 480.0;

/// How the window looks and speaks.
pub struct Look {
    /// What the user chose.
    pub appearance: Appearance,
    /// What the system wants.
    pub system: theme::Mode,
    /// The colours that follow.
    pub colors: &'static Colors,
    /// The sentences.
    pub words: Words,
    /// Percent of the usual size, 80 to 200.
    pub scale: u16,
    /// The window's width, in pixels at the usual text size.
    pub window: f32,
    /// The window's height, likewise.
    pub tall: f32,
    /// What the desktop is told when something comes.
    pub notices: Notices,
    /// Names and addresses are covered.
    pub presentation: bool,
    /// Closing the window leaves the program running, where there is a tray.
    pub lingers: bool,
    /// There is a tray.
    pub tray: bool,
    /// The profile is locked after so many minutes in which nobody was there; 0: never.
    pub lock_after: u16,
    /// It was chosen that nothing moves.
    pub still: bool,
    /// The system wants that nothing moves.
    pub system_still: bool,
    /// How far is what takes long before a profile runs.
    pub progress: Progress,
    /// Counts while something takes long, for what moves meanwhile.
    pub beat: u16,
    /// What time it is.
    pub clock: Clock,
    /// Pictures of people.
    pub avatars: Avatars,
}

impl std::fmt::Debug for Look {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Look({:?}, {:?})", self.appearance, self.words)
    }
}

impl Look {
    /// As the system wants it.
    #[must_use]
    pub fn new(language: Language) -> Self {
        let appearance = Appearance::default();
        let system = theme::Mode::None;
        Self {
            appearance,
            system,
            colors: appearance.colors(system),
            words: Words::new(language),
            scale: 100,
            window: USUAL.width,
            tall: USUAL.height,
            notices: Notices::default(),
            presentation: false,
            lingers: false,
            tray: false,
            lock_after: 0,
            still: false,
            system_still: false,
            progress: Progress::default(),
            beat: 0,
            clock: Clock::system(),
            avatars: Avatars::default(),
        }
    }

    /// Makes a change that was chosen.
    pub fn change(&mut self, change: Change) {
        match change {
            Change::Appearance(appearance) => self.set_appearance(appearance),
            Change::Language(language) => self.set_language(language),
            Change::Scale(scale) => self.scale = scale,
            Change::Notices(notices) => self.notices = notices,
            Change::Presentation(covered) => self.presentation = covered,
            Change::Lingers(lingers) => self.lingers = lingers,
            Change::LockAfter(minutes) => self.lock_after = minutes,
            Change::Still(still) => self.still = still,
        }
    }

    /// Chooses a theme.
    pub fn set_appearance(&mut self, appearance: Appearance) {
        self.appearance = appearance;
        self.colors = appearance.colors(self.system);
    }

    /// Hears what the system wants.
    pub fn set_system(&mut self, system: theme::Mode) {
        self.system = system;
        self.colors = self.appearance.colors(system);
    }

    /// Chooses a language.
    pub fn set_language(&mut self, language: Language) {
        self.words = Words::new(language);
    }

    /// The window's width in pixels at the present text size: how much fits beside each other.
    #[must_use]
    pub fn width(&self) -> f32 {
        self.window / (f32::from(self.scale) / 100.0)
    }

    /// The same for its height.
    #[must_use]
    pub fn height(&self) -> f32 {
        self.tall / (f32::from(self.scale) / 100.0)
    }

    /// Whether there is room for one thing at a time only, beside each other.
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        self.width() < NARROW
    }

    /// Whether margins and signs give way to what has to be read.
    #[must_use]
    pub fn is_low(&self) -> bool {
        self.height() < LOW
    }

    /// Whether nothing is to move.
    #[must_use]
    pub const fn is_still(&self) -> bool {
        self.still || self.system_still
    }

    /// A sentence.
    #[must_use]
    pub fn say(&self, name: &str) -> String {
        self.words.say(name)
    }

    /// A sentence with what is filled in.
    #[must_use]
    pub fn with<const N: usize>(
        &self,
        name: &str,
        values: [(&str, crate::words::Value); N],
    ) -> String {
        self.words.with(name, values)
    }

    /// Whether lines begin at the right.
    #[must_use]
    pub const fn is_rtl(&self) -> bool {
        self.words.language().is_rtl()
    }

    /// Where lines begin.
    #[must_use]
    pub const fn start(&self) -> alignment::Horizontal {
        if self.is_rtl() {
            alignment::Horizontal::Right
        } else {
            alignment::Horizontal::Left
        }
    }

    /// Where lines end.
    #[must_use]
    pub const fn end(&self) -> alignment::Horizontal {
        if self.is_rtl() {
            alignment::Horizontal::Left
        } else {
            alignment::Horizontal::Right
        }
    }

    /// A margin at the beginning of lines only.
    #[must_use]
    pub fn indent(&self, space: f32) -> Padding {
        if self.is_rtl() {
            Padding::ZERO.right(space)
        } else {
            Padding::ZERO.left(space)
        }
    }

    /// Things side by side in the direction of reading.
    pub fn row<'a, Message: 'a>(&self, mut parts: Vec<Element<'a, Message>>) -> Row<'a, Message> {
        if self.is_rtl() {
            parts.reverse();
        }
        Row::with_children(parts).align_y(alignment::Vertical::Center)
    }

    /// Things below each other, beginning where lines begin.
    pub fn column<'a, Message: 'a>(&self, parts: Vec<Element<'a, Message>>) -> Column<'a, Message> {
        Column::with_children(parts).align_x(self.start())
    }

    /// The font of headings and buttons.
    #[must_use]
    pub fn strong(&self, words: &str) -> Font {
        // The font for Arabic has no weight in between.
        if words.chars().any(|letter| letter >= '\u{590}') {
            font::BOLD
        } else {
            font::SEMIBOLD
        }
    }

    /// A sentence of the program.
    pub fn text(&self, words: impl Into<String>, size: f32) -> Label {
        self.plain(words, size).color(self.colors.text)
    }

    /// The same in the colour of what it is in.
    pub fn plain(&self, words: impl Into<String>, size: f32) -> Label {
        Label::new(words.into(), size, self.start())
    }

    /// A sentence that is less important.
    pub fn muted(&self, words: impl Into<String>, size: f32) -> Label {
        self.text(words, size).color(self.colors.muted)
    }

    /// A heading.
    pub fn heading(&self, words: impl Into<String>, size: f32) -> Label {
        let words = words.into();
        let font = self.strong(&words);
        self.text(words, size).font(font)
    }

    /// Somebody's name, made visible; covered where others look on.
    pub fn name(&self, name: &str, size: f32) -> Label {
        self.text(self.shown_name(name), size).font(font::BOLD)
    }

    /// Text on one line, cut where the line ends.
    pub fn one_line<'a, Message: 'a>(&self, text: Label, size: f32) -> Container<'a, Message> {
        container(text.cut())
            .height(size * 1.35)
            .align_x(self.start())
    }

    /// The same as words.
    #[must_use]
    pub fn shown_name(&self, name: &str) -> String {
        if self.presentation {
            "•".repeat(8)
        } else {
            crate::visible::name(name)
        }
    }
}
