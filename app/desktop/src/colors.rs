//! The colours of the window, one table a theme. Depth comes from steps of tone and thin lines, never
//! from shadows: the software renderer cannot repaint them in part.

use iced::{Color, color, theme};
use serde::{Deserialize, Serialize};

/// What the window looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Appearance {
    /// As the system wants it; dark where it does not say.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
    /// High contrast.
    Contrast,
}

impl Appearance {
    /// All of them, in the order of the settings.
    pub const ALL: [Self; 4] = [Self::System, Self::Light, Self::Dark, Self::Contrast];

    /// The colours, given what the system wants.
    #[must_use]
    pub fn colors(self, system: theme::Mode) -> &'static Colors {
        match (self, system) {
            (Self::Light, _) | (Self::System, theme::Mode::Light) => &LIGHT,
            (Self::Contrast, _) => &CONTRAST,
            (Self::Dark | Self::System, _) => &DARK,
        }
    }
}

/// Every colour that is drawn.
#[derive(Debug, PartialEq)]
#[allow(missing_docs)] // The names say where they are drawn.
pub struct Colors {
    pub name: &'static str,
    pub dark: bool,
    pub page: Color,
    pub sidebar: Color,
    pub surface: Color,
    pub raised: Color,
    pub hover: Color,
    pub line: Color,
    pub edge: Color,
    pub text: Color,
    pub muted: Color,
    pub accent: Color,
    pub on_accent: Color,
    pub accent_soft: Color,
    pub accent_text: Color,
    pub own: Color,
    pub on_own: Color,
    pub own_muted: Color,
    pub own_link: Color,
    pub other: Color,
    pub good: Color,
    pub warn: Color,
    pub bad: Color,
    pub on_bad: Color,
    pub scrim: Color,
    pub mark: Color,
    pub ring: Color,
}

/// Near-black blue with violet.
pub static DARK: Colors = Colors {
    name: "dark",
    dark: true,
    page: color!(0x0f1117),
    sidebar: color!(0x14161e),
    surface: color!(0x1a1d27),
    raised: color!(0x212532),
    hover: color!(0x1f2330),
    line: color!(0x343a4a),
    edge: color!(0x6e748a),
    text: color!(0xebecf2),
    muted: color!(0x9aa0b4),
    accent: color!(0x8f82ff),
    on_accent: color!(0x0f1020),
    accent_soft: color!(0x353168),
    accent_text: color!(0xb3aaff),
    own: color!(0x4a3fb5),
    on_own: color!(0xf6f5ff),
    own_muted: color!(0xcfcaf7),
    own_link: color!(0xdcd8ff),
    other: color!(0x1f222e),
    good: color!(0x3ecf8e),
    warn: color!(0xf0b64d),
    bad: color!(0xff7285),
    on_bad: color!(0x2a0a10),
    scrim: Color::from_rgba(0.02, 0.02, 0.05, 0.62),
    mark: color!(0xf0b64d),
    ring: color!(0xc9c3ff),
};

/// White with violet.
pub static LIGHT: Colors = Colors {
    name: "light",
    dark: false,
    page: color!(0xffffff),
    sidebar: color!(0xf6f6fa),
    surface: color!(0xf3f3f8),
    raised: color!(0xffffff),
    hover: color!(0xecebf4),
    line: color!(0xdcdde8),
    edge: color!(0x82879b),
    text: color!(0x191b24),
    muted: color!(0x5d6274),
    accent: color!(0x5b4bd6),
    on_accent: color!(0xffffff),
    accent_soft: color!(0xe6e3fb),
    accent_text: color!(0x4a3bc0),
    own: color!(0x5b4bd6),
    on_own: color!(0xffffff),
    own_muted: color!(0xe2dffd),
    own_link: color!(0xf0eeff),
    other: color!(0xf0f0f5),
    good: color!(0x0f7a50),
    warn: color!(0x8a5a00),
    bad: color!(0xc02440),
    on_bad: color!(0xffffff),
    scrim: Color::from_rgba(0.08, 0.08, 0.14, 0.38),
    mark: color!(0xb57400),
    ring: color!(0x2f2396),
};

/// Black, white and yellow, every line visible.
pub static CONTRAST: Colors = Colors {
    name: "contrast",
    dark: true,
    page: color!(0x000000),
    sidebar: color!(0x000000),
    surface: color!(0x0c0c0c),
    raised: color!(0x141414),
    hover: color!(0x2b2b2b),
    line: color!(0xb8b8b8),
    edge: color!(0xe2e2e2),
    text: color!(0xffffff),
    muted: color!(0xe2e2e2),
    accent: color!(0xffe14d),
    on_accent: color!(0x000000),
    accent_soft: color!(0x3a3300),
    accent_text: color!(0xffe14d),
    own: color!(0x0a2c66),
    on_own: color!(0xffffff),
    own_muted: color!(0xe6eeff),
    own_link: color!(0xfff0a0),
    other: color!(0x1c1c1c),
    good: color!(0x5dff9f),
    warn: color!(0xffd24d),
    bad: color!(0xff8a99),
    on_bad: color!(0x000000),
    scrim: Color::from_rgba(0.0, 0.0, 0.0, 0.8),
    mark: color!(0xffe14d),
    ring: color!(0xffffff),
};

impl Colors {
    /// The theme that iced's own widgets ask.
    #[must_use]
    pub fn theme(&self) -> iced::Theme {
        iced::Theme::custom(
            self.name.to_owned(),
            theme::Palette {
                background: self.page,
                text: self.text,
                primary: self.accent,
                success: self.good,
                warning: self.warn,
                danger: self.bad,
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(color: Color) -> f32 {
        let [r, g, b, _] = color.into_linear();
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// The contrast ratio of WCAG 2.1.
    fn contrast(a: Color, b: Color) -> f32 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn everything_can_be_read() {
        for colors in [&DARK, &LIGHT, &CONTRAST] {
            let least = if colors.name == "contrast" { 7.0 } else { 4.5 };
            for (text, ground) in [
                (colors.text, colors.page),
                (colors.text, colors.sidebar),
                (colors.text, colors.surface),
                (colors.text, colors.raised),
                (colors.muted, colors.raised),
                (colors.text, colors.other),
                (colors.text, colors.accent_soft),
                (colors.muted, colors.page),
                (colors.muted, colors.sidebar),
                (colors.muted, colors.surface),
                (colors.muted, colors.other),
                (colors.on_own, colors.own),
                (colors.own_muted, colors.own),
                (colors.own_link, colors.own),
                (colors.on_accent, colors.accent),
                (colors.accent_text, colors.page),
                (colors.accent_text, colors.accent_soft),
                (colors.on_bad, colors.bad),
                (colors.bad, colors.page),
                (colors.warn, colors.page),
                (colors.good, colors.page),
            ] {
                let ratio = contrast(text, ground);
                assert!(
                    ratio >= least,
                    "{}: {text:?} on {ground:?} is {ratio}",
                    colors.name
                );
            }
        }
    }

    /// The edges of fields, by which they are found (WCAG 2.1, 1.4.11).
    #[test]
    fn fields_can_be_seen() {
        for colors in [&DARK, &LIGHT, &CONTRAST] {
            for ground in [colors.page, colors.sidebar, colors.surface, colors.raised] {
                let ratio = contrast(colors.edge, ground);
                assert!(ratio >= 3.0, "{}: on {ground:?} it is {ratio}", colors.name);
            }
        }
    }
}
