//! Pictures of people: small, without anything but pixels. Whatever comes, from a file of the owner's, an application
//! or a contact, is decoded within limits of size and memory and encoded anew, so that no program that shows
//! pictures ever sees a byte that somebody else chose, and no place, time or camera travels along.
//!
//! A picture that travels is a JPEG of [`SIDE`] by [`SIDE`] pixels. Decoding costs about a millisecond.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};
use undertone_wire::v1::MAX_PICTURE;

/// The width and height of a picture, in pixels.
pub const SIDE: u32 = 128;
/// The largest file that [`shrink`] looks at, in bytes.
pub const MAX_FILE: usize = 16 << 20;
/// The largest picture that [`crate::Command::SetPicture`] takes, in bytes before base64.
pub const MAX_GIVEN: usize = 256 * 1024;

/// The longest side of a file that is looked at, in pixels, and the memory for it, in bytes.
const FILE: (u32, u64) = (10_000, 192 << 20);
/// The same for what an application gives.
const GIVEN: (u32, u64) = (1_024, 16 << 20);
/// The same for what a contact sends.
const RECEIVED: (u32, u64) = (SIDE, 1 << 20);
/// Qualities that are tried until the picture is small enough.
const QUALITIES: [u8; 5] = [85, 75, 60, 40, 20];

/// Why something is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// More bytes than are looked at.
    #[error("the file is larger than a picture can be")]
    TooLarge,
    /// Not one of the formats that are read.
    #[error("a picture must be a PNG, JPEG or WebP file")]
    Format,
    /// It does not decode, or not within the limits of size and memory.
    #[error("the picture is damaged, or has too many pixels")]
    Damaged,
    /// Of a contact: not of the size that pictures have.
    #[error("the picture does not have the size that pictures have")]
    Size,
}

/// Makes of a file's bytes what [`crate::Command::SetPicture`] takes: the middle of it, turned as its maker says it is to
/// be seen, [`SIDE`] by [`SIDE`] pixels. It can take a second and 200 MB.
///
/// # Errors
/// See [`PictureError`].
pub fn shrink(file: &[u8]) -> Result<Vec<u8>, PictureError> {
    if file.len() > MAX_FILE {
        return Err(PictureError::TooLarge);
    }
    let formats = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP];
    encode(&decode(file, &formats, FILE)?)
}

/// The same for what an application gives, within limits that do not hold the engine up.
pub(crate) fn given(bytes: &[u8]) -> Result<Vec<u8>, PictureError> {
    if bytes.len() > MAX_GIVEN {
        return Err(PictureError::TooLarge);
    }
    let formats = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP];
    encode(&decode(bytes, &formats, GIVEN)?)
}

/// Checks what a contact sent, which must be what programs of this version send, and encodes it anew. At most
/// [`MAX_PICTURE`] bytes are looked at, and 128 by 128 pixels.
///
/// # Errors
/// See [`PictureError`].
pub fn received(bytes: &[u8]) -> Result<Vec<u8>, PictureError> {
    if bytes.len() > MAX_PICTURE {
        return Err(PictureError::TooLarge);
    }
    let image = decode(bytes, &[ImageFormat::Jpeg], RECEIVED)?;
    if (image.width(), image.height()) != (SIDE, SIDE) {
        return Err(PictureError::Size);
    }
    encode(&image)
}

/// A fault in a decoder must not end a profile: its panic is a picture that is damaged.
fn decode(
    bytes: &[u8],
    formats: &[ImageFormat],
    limits: (u32, u64),
) -> Result<DynamicImage, PictureError> {
    std::panic::catch_unwind(|| decode_within(bytes, formats, limits))
        .unwrap_or(Err(PictureError::Damaged))
}

fn decode_within(
    bytes: &[u8],
    formats: &[ImageFormat],
    (side, memory): (u32, u64),
) -> Result<DynamicImage, PictureError> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(|_| PictureError::Format)?;
    let known = reader
        .format()
        .is_some_and(|format| formats.contains(&format));
    if !known {
        return Err(PictureError::Format);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(side);
    limits.max_image_height = Some(side);
    limits.max_alloc = Some(memory);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| PictureError::Damaged)?;
    let (width, height) = decoder.dimensions();
    // Not every decoder compares before it begins.
    let too_large = width > side || height > side || decoder.total_bytes() > memory;
    if width == 0 || height == 0 || too_large {
        return Err(PictureError::Damaged);
    }
    let orientation = decoder.orientation();
    let image = DynamicImage::from_decoder(decoder);
    let mut image = image.map_err(|_| PictureError::Damaged)?;
    // A turn that cannot be read is none.
    if let Ok(orientation) = orientation {
        image.apply_orientation(orientation);
    }
    Ok(image)
}

/// The pixels alone, on white where nothing is.
fn encode(image: &DynamicImage) -> Result<Vec<u8>, PictureError> {
    let small = if (image.width(), image.height()) == (SIDE, SIDE) {
        image.to_rgba8()
    } else {
        image
            .resize_to_fill(SIDE, SIDE, FilterType::Triangle)
            .to_rgba8()
    };
    let mut pixels = RgbImage::new(SIDE, SIDE);
    for (new, old) in pixels.pixels_mut().zip(small.pixels()) {
        let [red, green, blue, opacity] = old.0;
        let over = |colour: u8| {
            let (colour, opacity) = (u32::from(colour), u32::from(opacity));
            ((colour * opacity + 255 * (255 - opacity)) / 255) as u8
        };
        new.0 = [over(red), over(green), over(blue)];
    }
    for quality in QUALITIES {
        let mut jpeg = Vec::with_capacity(MAX_PICTURE);
        JpegEncoder::new_with_quality(&mut jpeg, quality)
            .encode_image(&pixels)
            .map_err(|_| PictureError::Damaged)?;
        if jpeg.len() <= MAX_PICTURE {
            return Ok(jpeg);
        }
    }
    Err(PictureError::TooLarge)
}

#[cfg(test)]
mod tests {
    use rand::{Rng as _, RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha20Rng;

    use super::*;

    fn picture(width: u32, height: u32) -> DynamicImage {
        let pixel = |x: u32, y: u32| image::Rgba([x as u8, y as u8, (x ^ y) as u8, 255]);
        DynamicImage::ImageRgba8(image::RgbaImage::from_fn(width, height, pixel))
    }

    fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let image = DynamicImage::ImageRgb8(image.to_rgb8());
        image.write_to(&mut bytes, format).expect("written");
        bytes.into_inner()
    }

    fn noise(seed: u64) -> DynamicImage {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut bytes = vec![0; (SIDE * SIDE * 3) as usize];
        rng.fill_bytes(&mut bytes);
        DynamicImage::ImageRgb8(RgbImage::from_raw(SIDE, SIDE, bytes).expect("fits"))
    }

    #[test]
    fn every_format_becomes_a_small_picture_that_a_contact_takes() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            for (width, height) in [(128, 128), (1, 1), (3_000, 20), (500, 700)] {
                let small = shrink(&file(&picture(width, height), format)).expect("a picture");
                assert!(small.len() <= MAX_PICTURE, "{format:?}");
                assert!(received(&small).is_ok(), "{format:?} {width}");
            }
        }
        let worst = shrink(&file(&noise(1), ImageFormat::Png)).expect("noise");
        assert!(worst.len() <= MAX_PICTURE && received(&worst).is_ok());
    }

    #[test]
    fn nothing_but_pixels_is_left() {
        let mut jpeg = shrink(&file(&picture(300, 300), ImageFormat::Png)).expect("a picture");
        let secret = b"Exif\0\0taken at home";
        let mut segment = vec![0xff, 0xe1, 0, secret.len() as u8 + 2];
        segment.extend_from_slice(secret);
        jpeg.splice(2..2, segment);
        jpeg.extend_from_slice(b"something behind the end");
        let holds = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).any(|w| w == what);
        assert!(holds(&jpeg, b"taken at home"), "the control");
        for clean in [shrink(&jpeg), given(&jpeg), received(&jpeg)] {
            let clean = clean.expect("a picture with something in it");
            assert!(!holds(&clean, b"Exif") && !holds(&clean, b"behind"));
            assert!(clean.ends_with(&[0xff, 0xd9]));
        }
    }

    #[test]
    fn a_photograph_is_turned_as_its_camera_says() {
        let mut tall = RgbImage::new(SIDE, SIDE);
        for (_, y, pixel) in tall.enumerate_pixels_mut() {
            pixel.0 = if y < SIDE / 2 { [255; 3] } else { [0; 3] };
        }
        let mut jpeg = file(&DynamicImage::ImageRgb8(tall), ImageFormat::Jpeg);
        // Orientation 3: to be turned by half.
        let exif = b"Exif\0\0II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x03\0\0\0\0\0\0\0";
        let mut segment = vec![0xff, 0xe1, 0, exif.len() as u8 + 2];
        segment.extend_from_slice(exif);
        jpeg.splice(2..2, segment);
        let turned = shrink(&jpeg).expect("a picture");
        let turned = image::load_from_memory(&turned)
            .expect("decodes")
            .to_luma8();
        assert!(turned.get_pixel(60, 5).0[0] < 50 && turned.get_pixel(60, 120).0[0] > 200);
    }

    #[test]
    fn what_is_transparent_is_white() {
        let clear = DynamicImage::ImageRgba8(image::RgbaImage::new(10, 10));
        let mut bytes = Cursor::new(Vec::new());
        clear
            .write_to(&mut bytes, ImageFormat::Png)
            .expect("written");
        let small = shrink(&bytes.into_inner()).expect("a picture");
        let small = image::load_from_memory(&small).expect("decodes").to_luma8();
        assert!(small.pixels().all(|pixel| pixel.0[0] > 250));
    }

    #[test]
    fn what_is_too_large_or_no_picture_is_refused() {
        assert_eq!(shrink(b"GIF89a"), Err(PictureError::Format));
        assert_eq!(shrink(b""), Err(PictureError::Format));
        assert_eq!(shrink(&vec![0; MAX_FILE + 1]), Err(PictureError::TooLarge));
        let small = file(&picture(64, 64), ImageFormat::Jpeg);
        assert_eq!(received(&small), Err(PictureError::Size));
        let plain = DynamicImage::ImageRgb8(RgbImage::new(SIDE, SIDE));
        let png = file(&plain, ImageFormat::Png);
        assert_eq!(received(&png), Err(PictureError::Format));
        let wide = file(&picture(2_000, 10), ImageFormat::Png);
        assert_eq!(given(&wide), Err(PictureError::Damaged));
        assert!(shrink(&wide).is_ok(), "the control");
        // A file of some bytes that says it has four thousand million pixels.
        let mut bomb = file(&picture(8, 8), ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        assert!(shrink(&bomb).is_err());
        let mut jpeg = shrink(&png).expect("a picture");
        let frame = jpeg
            .windows(2)
            .position(|w| w == [0xff, 0xc0])
            .expect("a frame");
        jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
        assert_eq!(received(&jpeg), Err(PictureError::Damaged));
    }

    #[test]
    fn mutated_pictures_are_refused_or_become_pictures_of_ours() {
        let good = shrink(&file(&picture(300, 200), ImageFormat::Png)).expect("a picture");
        let (mut taken, mut refused) = (0, 0);
        for seed in 0..600 {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            let mut bytes = good.clone();
            for _ in 0..rng.random_range(1..20) {
                let at = rng.random_range(0..bytes.len());
                match rng.random_range(0..3) {
                    0 => bytes[at] = rng.random(),
                    1 => bytes.truncate(at.max(1)),
                    _ => bytes.insert(at, rng.random()),
                }
            }
            match received(&bytes) {
                Ok(ours) => {
                    taken += 1;
                    assert!(
                        ours.len() <= MAX_PICTURE && received(&ours).is_ok(),
                        "{seed}"
                    );
                }
                Err(_) => refused += 1,
            }
        }
        assert!(taken > 0 && refused > 0, "{taken} {refused}");
    }
}
