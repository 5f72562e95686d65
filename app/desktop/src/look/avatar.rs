//! Pictures of people: their own, or else a pattern and a colour made from what only this computer knows of a
//! contact, so that two contacts of the same name are seen to be two. Pictures are drawn once and kept, a bounded
//! number of them. They prove nothing about who somebody is; that is what verification is for.

use std::cell::RefCell;
use std::collections::HashMap;

use data_encoding::BASE64;
use iced::widget::image::{FilterMethod, Handle, Image};
use image::{ImageFormat, ImageReader, Limits};
use sha2::{Digest as _, Sha256};

/// Fields of a pattern in a row; the right half mirrors the left.
const FIELDS: u32 = 5;
/// Pixels of a picture, large enough for every size that is shown.
const PIXELS: u32 = 120;
/// Pictures that are kept; then all are drawn anew.
const KEPT: usize = 512;

/// Pixels of a side of a person's own picture at most; the engine keeps them at 128.
const OWN_SIDE: u32 = 128;
/// Characters of one in base64 at most.
const OWN_TEXT: usize = 32 << 10;

/// Whose picture it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    /// The profile's.
    Me,
    /// A contact's.
    Contact([u8; 16]),
}

/// A picture that somebody has, ready to be drawn. `None`: there is none that can be read.
pub type Own = Option<Handle>;

/// Pictures that were drawn.
#[derive(Default)]
pub struct Avatars {
    drawn: RefCell<HashMap<([u8; 16], bool), Handle>>,
    /// Their own pictures, with the engine's name for each.
    own: RefCell<HashMap<Who, (String, Own)>>,
}

impl Avatars {
    /// Somebody's picture: their own, unless it is to be covered, or the pattern.
    #[must_use]
    pub fn show(
        &self,
        who: Who,
        pattern: [u8; 16],
        dark: bool,
        covered: bool,
        size: f32,
    ) -> Image<Handle> {
        let own = self.own.borrow();
        let own = own.get(&who).and_then(|(_, own)| own.clone());
        let handle = own
            .filter(|_| !covered)
            .unwrap_or_else(|| self.pattern(pattern, dark));
        sized(handle, size)
    }

    /// A pattern, whoever has pictures.
    #[must_use]
    pub fn show_pattern(&self, pattern: [u8; 16], dark: bool, size: f32) -> Image<Handle> {
        sized(self.pattern(pattern, dark), size)
    }

    fn pattern(&self, pattern: [u8; 16], dark: bool) -> Handle {
        let mut drawn = self.drawn.borrow_mut();
        if drawn.len() >= KEPT {
            drawn.clear();
        }
        drawn
            .entry((pattern, dark))
            .or_insert_with(|| Handle::from_rgba(PIXELS, PIXELS, draw(pattern, dark)))
            .clone()
    }

    /// Whether the picture of that name is here already, or was tried.
    #[must_use]
    pub fn has(&self, who: Who, name: &str) -> bool {
        let own = self.own.borrow();
        own.get(&who).is_some_and(|(known, _)| known == name)
    }

    /// Takes somebody's own picture.
    pub fn take(&self, who: Who, name: String, own: Own) {
        self.own.borrow_mut().insert(who, (name, own));
    }

    /// Lets go of the pictures of all others.
    pub fn keep_only(&self, wanted: impl Fn(Who) -> bool) {
        self.own.borrow_mut().retain(|who, _| wanted(*who));
    }

    /// Lets go of everybody: the profile is locked.
    pub fn forget(&self) {
        self.own.borrow_mut().clear();
        self.drawn.borrow_mut().clear();
    }
}

fn sized(handle: Handle, size: f32) -> Image<Handle> {
    Image::new(handle)
        .width(size)
        .height(size)
        .filter_method(FilterMethod::Linear)
}

/// Decodes what the engine keeps of a picture, and cuts it round. It takes about a millisecond; not while drawing.
#[must_use]
pub fn decode(jpeg: &str) -> Own {
    if jpeg.len() > OWN_TEXT {
        return None;
    }
    let bytes = BASE64.decode(jpeg.as_bytes()).ok()?;
    let mut reader = ImageReader::with_format(std::io::Cursor::new(bytes), ImageFormat::Jpeg);
    let mut limits = Limits::default();
    limits.max_image_width = Some(OWN_SIDE);
    limits.max_image_height = Some(OWN_SIDE);
    limits.max_alloc = Some(1 << 20);
    reader.limits(limits);
    let mut picture = reader.decode().ok()?.into_rgba8();
    let (width, height) = picture.dimensions();
    let (middle_x, middle_y) = (width as f32 / 2.0, height as f32 / 2.0);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let distance = (x as f32 + 0.5 - middle_x).hypot(y as f32 + 0.5 - middle_y);
        pixel.0[3] = opacity(middle_x.min(middle_y) - distance);
    }
    Some(Handle::from_rgba(width, height, picture.into_raw()))
}

/// How much of a pixel is inside, given how far inside of the edge its middle is.
fn opacity(inside: f32) -> u8 {
    // In range by the clamp.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let byte = (inside.clamp(0.0, 1.0) * 255.0) as u8;
    byte
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
            pixels.extend([r, g, b, opacity(radius - distance)]);
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
    fn a_picture_is_cut_round_and_what_is_none_is_refused() {
        let mut jpeg = std::io::Cursor::new(Vec::new());
        image::RgbImage::from_pixel(128, 128, image::Rgb([200, 30, 30]))
            .write_to(&mut jpeg, ImageFormat::Jpeg)
            .unwrap();
        let text = BASE64.encode(jpeg.get_ref());
        let Some(Handle::Rgba { pixels, .. }) = decode(&text) else {
            panic!("no picture");
        };
        assert_eq!((pixels[3], pixels[(64 * 128 + 64) * 4 + 3]), (0, 255));
        let mut large = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(129, 8)
            .write_to(&mut large, ImageFormat::Jpeg)
            .unwrap();
        for none in ["", "AAAA", "no base64", &BASE64.encode(large.get_ref())] {
            assert_eq!(decode(none), None);
        }
        assert_eq!(decode(&"A".repeat(OWN_TEXT + 4)), None);
    }

    #[test]
    fn pictures_of_people_are_kept_by_name_and_forgotten() {
        let avatars = Avatars::default();
        let who = Who::Contact([1; 16]);
        avatars.take(who, "one".to_owned(), None);
        avatars.take(Who::Me, "mine".to_owned(), None);
        assert!(avatars.has(who, "one") && !avatars.has(who, "two"));
        avatars.keep_only(|who| who == Who::Me);
        assert!(!avatars.has(who, "one") && avatars.has(Who::Me, "mine"));
        avatars.forget();
        assert!(!avatars.has(Who::Me, "mine"));
    }

    #[test]
    fn known_colours() {
        assert_eq!(hsl(0.0, 1.0, 0.5), [255, 0, 0]);
        assert_eq!(hsl(120.0, 1.0, 0.5), [0, 255, 0]);
        assert_eq!(hsl(240.0, 1.0, 0.5), [0, 0, 255]);
    }
}
