//! The fonts that are part of the program, so that it looks the same everywhere. Emoji and other
//! writings come from the system. Licences lie beside the fonts in `assets/fonts`.

use std::borrow::Cow;

use iced::font::{Font, Style, Weight};

/// The family of user interface and messages.
const INTER: &str = "Inter";

/// Ordinary text.
pub const REGULAR: Font = Font::with_name(INTER);

/// Slanted text.
pub const ITALIC: Font = Font {
    style: Style::Italic,
    ..Font::with_name(INTER)
};

/// Headings and buttons: words of the program alone, never what people wrote, because fonts of other
/// writings lack this weight.
pub const SEMIBOLD: Font = Font {
    weight: Weight::Semibold,
    ..Font::with_name(INTER)
};

/// Names, and emphasis in messages.
pub const BOLD: Font = Font {
    weight: Weight::Bold,
    ..Font::with_name(INTER)
};

/// Invitations, codes, code in messages.
pub const MONO: Font = Font::with_name("JetBrains Mono");

/// Symbols of the user interface.
pub const ICONS: Font = Font::with_name("lucide");

/// Coloured emoji, where the system has the font.
pub const EMOJI: Font = Font::with_name("Noto Color Emoji");

/// The files.
#[must_use]
pub fn files() -> Vec<Cow<'static, [u8]>> {
    macro_rules! file {
        ($name:literal) => {
            Cow::Borrowed(&include_bytes!(concat!("../../../assets/fonts/", $name))[..])
        };
    }
    vec![
        file!("Inter_400Regular.ttf"),
        file!("Inter_400Regular_Italic.ttf"),
        file!("Inter_600SemiBold.ttf"),
        file!("Inter_700Bold.ttf"),
        file!("JetBrainsMono_400Regular.ttf"),
        file!("NotoSansArabic_400Regular.ttf"),
        file!("NotoSansArabic_700Bold.ttf"),
        file!("lucide-subset.ttf"),
    ]
}
