//! Pictures of people: a pattern and a colour made from what only this computer knows of a contact,
//! so that two contacts of the same name are seen to be two. Pictures are drawn once and kept. They
//! prove nothing about who somebody is; that is what verification is for.

use std::cell::RefCell;
use std::collections::HashMap;

use iced::widget::image::{FilterMethod, Handle, Image};
use sha2::{Digest as _, Sha256};

/// Fields of a pattern in a row; the right half mirrors the left.
const FIELDS: u32 = 5;
/// Pixels of a picture, large enough for every size that is shown.
const PIXELS: u32 = 120;
/// Pictures that are kept; then all are drawn anew.
const KEPT: usize = 512;

/// Pictures that were drawn.
#[derive(Default)]
pub struct Avatars {
    drawn: RefCell<HashMap<([u8; 16], bool), Handle>>,
}

impl Avatars {
    /// The picture of a contact, or of the profile.
    #[must_use]
    pub fn show(&self, who: [u8; 16], dark: bool, size: f32) -> Image<Handle> {
        let mut drawn = self.drawn.borrow_mut();
        if drawn.len() >= KEPT {
            drawn.clear();
        }
        let handle = drawn
            .entry((who, dark))
            .or_insert_with(|| Handle::from_rgba(PIXELS, PIXELS, draw(who, dark)));
        Image::new(handle.clone())
            .width(size)
            .height(size)
            .filter_method(FilterMethod::Linear)
    }
}

/// Hues that can be told apart and that fit the themes, in degrees.
const HUES: [f32; 10] = [
    8.0, 28.0, 48.0, 95.0, 150.0, 175.0, 205.0, 235.0, 275.0, 330.0,
];

fn draw(who: [u8; 16], dark: bool) -> Vec<u8> {
    let seed = Sha256::digest(who);
    let hue = HUES[usize::from(seed[0]) % HUES.len()];
    let (ground, figure) = if dark {
        (hsl(hue, 0.38, 0.22), hsl(hue, 0.72, 0.72))
    } else {
        (hsl(hue, 0.62, 0.90), hsl(hue, 0.58, 0.40))
    };
    let half = FIELDS.div_ceil(2);
    let filled = |x: u32, y: u32| {
        let column = x.min(FIELDS - 1 - x);
        let bit = (y * half + column) as usize;
        seed[1 + bit / 8] >> (bit % 8) & 1 == 1
    };
    // The pattern lies inside the circle.
    let side = PIXELS as f32 * 0.60;
    let begin = (PIXELS as f32 - side) / 2.0;
    let field = side / FIELDS as f32;
    let radius = PIXELS as f32 / 2.0;
    let mut pixels = Vec::with_capacity((PIXELS * PIXELS * 4) as usize);
    for y in 0..PIXELS {
        for x in 0..PIXELS {
            let (px, py) = (x as f32 + 0.5, y as f32 + 0.5);
            let (fx, fy) = ((px - begin) / field, (py - begin) / field);
            let inside = |f: f32| (0.0..FIELDS as f32).contains(&f);
            // In range by the test before it.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let on = inside(fx) && inside(fy) && filled(fx as u32, fy as u32);
            let [r, g, b] = if on { figure } else { ground };
            let distance = (px - radius).hypot(py - radius);
            let alpha = (radius - distance).clamp(0.0, 1.0);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            pixels.extend([r, g, b, (alpha * 255.0) as u8]);
        }
    }
    pixels
}

fn hsl(hue: f32, saturation: f32, lightness: f32) -> [u8; 3] {
    let chroma = saturation * lightness.min(1.0 - lightness);
    [0.0, 8.0, 4.0].map(|n| {
        let k = (n + hue / 30.0) % 12.0;
        let value = lightness - chroma * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let byte = (value * 255.0).round() as u8;
        byte
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_differ_and_stay_the_same() {
        let all: std::collections::HashSet<Vec<u8>> =
            (0..64).map(|n| draw([n; 16], true)).collect();
        assert_eq!(all.len(), 64);
        assert_eq!(draw([1; 16], true), draw([1; 16], true));
        assert_ne!(draw([1; 16], true), draw([1; 16], false));
    }

    #[test]
    fn corners_are_clear() {
        let pixels = draw([3; 16], false);
        assert_eq!(pixels.len(), (PIXELS * PIXELS * 4) as usize);
        assert_eq!(pixels[3], 0);
    }

    #[test]
    fn known_colours() {
        assert_eq!(hsl(0.0, 1.0, 0.5), [255, 0, 0]);
        assert_eq!(hsl(120.0, 1.0, 0.5), [0, 255, 0]);
        assert_eq!(hsl(240.0, 1.0, 0.5), [0, 0, 255]);
    }
}
