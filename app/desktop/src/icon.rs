//! The symbols of the user interface: names for the glyphs of the icon font, and nothing else.

use iced::Font;
use iced::widget::{Text, text, text_input};

use crate::font;

macro_rules! icons {
    ($($name:ident $character:literal,)*) => {
        /// A symbol. Always beside words, or in a button whose label says the same.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)] // Each says what it shows.
        pub enum Icon {
            $($name,)*
        }

        impl Icon {
            const fn character(self) -> char {
                match self {
                    $(Self::$name => $character,)*
                }
            }
        }
    };
}

icons! {
    Archive '\u{e041}',
    ArchiveRestore '\u{e2cd}',
    ArrowDown '\u{e042}',
    ArrowRight '\u{e049}',
    Ban '\u{e051}',
    Bell '\u{e059}',
    BellOff '\u{e05a}',
    Check '\u{e06c}',
    CheckCheck '\u{e38e}',
    ChevronDown '\u{e06d}',
    ChevronLeft '\u{e06e}',
    ChevronRight '\u{e06f}',
    ChevronUp '\u{e070}',
    CircleAlert '\u{e077}',
    CircleCheck '\u{e226}',
    Clock '\u{e087}',
    Command '\u{e09a}',
    Contrast '\u{e09d}',
    Copy '\u{e09e}',
    Ellipsis '\u{e0b6}',
    EllipsisVertical '\u{e0b7}',
    ExternalLink '\u{e0b9}',
    Eye '\u{e0ba}',
    EyeOff '\u{e0bb}',
    Forward '\u{e229}',
    Globe '\u{e0e8}',
    Hash '\u{e0ef}',
    Inbox '\u{e0f7}',
    Info '\u{e0f9}',
    KeyRound '\u{e4a3}',
    Languages '\u{e0fe}',
    LoaderCircle '\u{e10a}',
    Lock '\u{e10b}',
    MessageCircle '\u{e116}',
    Monitor '\u{e11d}',
    Moon '\u{e11e}',
    Network '\u{e125}',
    Palette '\u{e1dd}',
    Pencil '\u{e1f9}',
    Pin '\u{e259}',
    PinOff '\u{e2b6}',
    Plus '\u{e13d}',
    QrCode '\u{e1df}',
    RefreshCw '\u{e145}',
    Reply '\u{e22a}',
    Search '\u{e151}',
    Send '\u{e152}',
    SendLeft '\u{f152}',
    Settings '\u{e154}',
    Shield '\u{e158}',
    ShieldAlert '\u{e1fe}',
    ShieldCheck '\u{e1ff}',
    Smile '\u{e164}',
    Sparkles '\u{e412}',
    Sun '\u{e178}',
    Timer '\u{e1e0}',
    Trash2 '\u{e18e}',
    TriangleAlert '\u{e193}',
    User '\u{e19f}',
    UserPlus '\u{e1a2}',
    WifiOff '\u{e1af}',
    X '\u{e1b2}',
}

impl Icon {
    /// The symbol that points the other way where lines begin at the right.
    #[must_use]
    pub const fn mirrored(self, rtl: bool) -> Self {
        match self {
            Self::Reply if rtl => Self::Forward,
            Self::Forward if rtl => Self::Reply,
            // Not in Lucide: the subset holds the same outline turned over.
            Self::Send if rtl => Self::SendLeft,
            other => other,
        }
    }

    /// The symbol at the beginning of a field.
    #[must_use]
    pub fn in_field(self, rtl: bool) -> text_input::Icon<Font> {
        text_input::Icon {
            font: font::ICONS,
            code_point: self.character(),
            size: Some(15.0.into()),
            spacing: 9.0,
            side: if rtl {
                text_input::Side::Right
            } else {
                text_input::Side::Left
            },
        }
    }

    /// The symbol as text of a size.
    #[must_use]
    pub fn of_size<'a>(self, size: f32) -> Text<'a> {
        text(self.character())
            .font(font::ICONS)
            .size(size)
            .line_height(1.0)
    }
}
