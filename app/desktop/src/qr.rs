//! Draws QR codes: black on white in every theme, because cameras want it so.

use iced::widget::image::{FilterMethod, Handle};
use iced::widget::{Image, container};
use iced::{Color, Element, border};
use qrcode::{Color as Module, QrCode};

/// Pixels of a module.
const SCALE: usize = 4;
/// Empty modules around the code, as the standard wants.
const QUIET: usize = 4;

/// A code that was drawn.
#[derive(Clone, Debug)]
pub struct Code {
    handle: Handle,
}

impl Code {
    /// Draws a code. `None`: too long for one.
    #[must_use]
    pub fn draw(content: &[u8]) -> Option<Self> {
        let code = QrCode::with_error_correction_level(content, qrcode::EcLevel::L).ok()?;
        let modules = code.width();
        let side = (modules + 2 * QUIET) * SCALE;
        let dark = |x: usize, y: usize| {
            let place = |at: usize| (at / SCALE).checked_sub(QUIET).filter(|at| *at < modules);
            match (place(x), place(y)) {
                (Some(x), Some(y)) => code[(x, y)] == Module::Dark,
                _ => false,
            }
        };
        let mut pixels = Vec::with_capacity(side * side * 4);
        for y in 0..side {
            for x in 0..side {
                let [r, g, b] = if dark(x, y) { [0, 0, 0] } else { [255; 3] };
                pixels.extend([r, g, b, 255]);
            }
        }
        let side = u32::try_from(side).ok()?;
        Some(Self {
            handle: Handle::from_rgba(side, side, pixels),
        })
    }

    /// The code on a white ground with round corners.
    pub fn view<'a, Message: 'a>(&self, size: f32) -> Element<'a, Message> {
        let image = Image::new(self.handle.clone())
            .width(size)
            .height(size)
            .filter_method(FilterMethod::Nearest);
        container(image)
            .padding(6)
            .style(|_| container::Style {
                background: Some(Color::WHITE.into()),
                border: border::rounded(14),
                ..container::Style::default()
            })
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_drawn() {
        assert!(Code::draw(b"undertone:abc").is_some());
        assert!(Code::draw(&[b'x'; 2_900]).is_some());
        assert!(Code::draw(&[b'x'; 3_000]).is_none());
    }
}
