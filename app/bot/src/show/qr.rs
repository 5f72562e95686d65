//! QR codes out of half blocks, as a terminal can show them.

use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};

/// Colours that do not depend on the terminal's: black on white, as cameras expect it.
const BLACK_ON_WHITE: &str = "\u{1b}[30;107m";
const RESET: &str = "\u{1b}[0m";

/// Draws an invitation. Its letters are written large, which a QR code packs better; invitations
/// are read in any case. `None` if it is too long for a code.
#[must_use]
pub fn invitation(text: &str, colours: bool) -> Option<String> {
    draw(text.to_ascii_uppercase().as_bytes(), colours)
}

/// Draws bytes. `None` if they are too many for a code.
#[must_use]
pub fn draw(bytes: &[u8], colours: bool) -> Option<String> {
    let code = QrCode::with_error_correction_level(bytes, EcLevel::L).ok()?;
    let drawn = code.render::<Dense1x2>().build();
    if !colours {
        return Some(drawn);
    }
    let lines: Vec<String> = drawn
        .lines()
        .map(|line| format!("{BLACK_ON_WHITE}{line}{RESET}"))
        .collect();
    Some(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_square_and_fits_a_terminal() {
        // A reusable invitation: 70 bytes in base32.
        let text = format!("undertone:{}", "a".repeat(112));
        let drawn = invitation(&text, false).unwrap();
        let width = drawn.lines().next().unwrap().chars().count();
        assert_eq!(drawn.lines().count(), width.div_ceil(2));
        assert!(width <= 60, "{width}");
        assert!(
            drawn
                .chars()
                .all(|c| " \u{2580}\u{2584}\u{2588}\n".contains(c))
        );
        // Written small it needs a larger code.
        assert!(draw(text.as_bytes(), false).unwrap().len() > drawn.len());
    }

    #[test]
    fn colours_end_with_each_line() {
        let drawn = draw(b"x", true).unwrap();
        assert!(
            drawn
                .lines()
                .all(|line| line.starts_with(BLACK_ON_WHITE) && line.ends_with(RESET))
        );
        assert!(draw(&[0; 8000], true).is_none());
    }
}
