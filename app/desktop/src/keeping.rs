//! What the window wants to find again with a profile: how it looks, its language, what it announces, its
//! size. It lies sealed with the profile, so that nothing on the disk tells of it, and nothing of it is
//! known before the profile is unlocked. What was written by another version is taken as far as it fits.

use iced::Size;
use serde::{Deserialize, Serialize};

use crate::announce::Notices;
use crate::colors::Appearance;
use crate::look::Look;
use crate::screen::dialog::settings::SCALES;
use crate::words::Language;

/// The smallest window that everything fits into.
pub const SMALLEST: Size = Size::new(720.0, 520.0);
/// The window at the first start.
pub const USUAL: Size = Size::new(1_080.0, 720.0);
/// The largest that is asked for; larger than any screen.
const LARGEST: Size = Size::new(7_680.0, 4_320.0);

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// The theme.
    pub appearance: Appearance,
    /// The language.
    pub language: Language,
    /// Percent of the usual text size.
    pub scale: u16,
    /// What is announced.
    pub notices: Notices,
    /// Closing the window leaves the program running.
    pub lingers: bool,
    /// It locks itself after so many minutes; 0: never.
    pub lock_after: u16,
    /// Nothing moves.
    pub still: bool,
    /// The window's width, in pixels at the usual text size.
    pub width: u16,
    /// Its height.
    pub height: u16,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            appearance: Appearance::default(),
            language: Language::default(),
            scale: 100,
            notices: Notices::default(),
            lingers: false,
            lock_after: 0,
            still: false,
            width: pixels(USUAL.width),
            height: pixels(USUAL.height),
        }
    }
}

impl Kept {
    /// How it is now.
    #[must_use]
    pub fn of(look: &Look, size: Size) -> Self {
        Self {
            appearance: look.appearance,
            language: look.words.language(),
            scale: look.scale,
            notices: look.notices,
            lingers: look.lingers,
            lock_after: look.lock_after,
            still: look.still,
            width: pixels(size.width),
            height: pixels(size.height),
        }
    }

    /// Reads what was kept. `None`: nothing that this version understands.
    #[must_use]
    pub fn read(settings: &str) -> Option<Self> {
        let mut kept: Self = serde_json::from_str(settings).ok()?;
        if !SCALES.contains(&kept.scale) {
            kept.scale = 100;
        }
        let between = |at: u16, least: f32, most: f32| at.clamp(pixels(least), pixels(most));
        kept.width = between(kept.width, SMALLEST.width, LARGEST.width);
        kept.height = between(kept.height, SMALLEST.height, LARGEST.height);
        Some(kept)
    }

    /// The same as text.
    #[must_use]
    pub fn write(&self) -> String {
        // Plain numbers and names: it does not fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Looks like that. The window's size is the caller's to change.
    pub fn apply(&self, look: &mut Look) {
        look.set_appearance(self.appearance);
        if look.words.language() != self.language {
            look.set_language(self.language);
        }
        look.scale = self.scale;
        look.notices = self.notices;
        look.lingers = self.lingers;
        look.lock_after = self.lock_after;
        look.still = self.still;
    }

    /// The window's size.
    #[must_use]
    pub fn size(&self) -> Size {
        Size::new(self.width.into(), self.height.into())
    }
}

/// Whole pixels.
fn pixels(length: f32) -> u16 {
    // Saturates; nothing is lost but parts of a pixel.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = length.round() as u16;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_again() {
        let mut look = Look::new(Language::Arabic);
        look.set_appearance(Appearance::Contrast);
        look.scale = 160;
        look.notices = Notices::Named;
        look.lock_after = 15;
        let kept = Kept::of(&look, Size::new(1_000.4, 800.0));
        let read = Kept::read(&kept.write()).unwrap();
        assert_eq!(read, kept);
        assert_eq!(read.size(), Size::new(1_000.0, 800.0));
        let mut other = Look::new(Language::English);
        read.apply(&mut other);
        assert_eq!(Kept::of(&other, read.size()), kept);
        assert!(kept.write().len() < 500);
    }

    #[test]
    fn what_does_not_fit_is_left_aside() {
        for nothing in ["", "x", r#"{"scale":"big"}"#] {
            assert_eq!(Kept::read(nothing), None, "{nothing}");
        }
        let read = Kept::read(r#"{"scale":7,"width":1,"height":65535,"later":true}"#).unwrap();
        assert_eq!(read.scale, 100);
        assert_eq!(read.size(), Size::new(720.0, 4_320.0));
        assert_eq!(read.language, Language::English);
    }
}
