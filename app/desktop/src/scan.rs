//! Reads a QR code from a picture file. The picture comes from somewhere: its size on the disk, its measures
//! and what decoding may take are bounded, only PNG and JPEG are decoded, and it is made small before it is looked
//! through. What the code says is judged by whoever wanted it.

use std::fs::File;
use std::io::{Cursor, Read as _};
use std::path::Path;

use image::{GrayImage, ImageFormat, ImageReader, Limits, imageops};

/// Bytes of a file at most.
const FILE: u64 = 20 << 20;
/// Pixels of a side at most.
const SIDE: u32 = 12_000;
/// Bytes that decoding may take at most.
const MEMORY: u64 = 256 << 20;
/// Pixels of the longer side of what is looked through. An invitation has some 70 modules.
const LOOKED: u32 = 1_600;
/// Bytes of a code at most: the largest one has 2,953.
const CODE: usize = 4_096;

/// Why no code was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// Missing, closed to us, no file, or too large.
    #[error("the file cannot be read, or has more than 20 MB")]
    File,
    /// Not PNG or JPEG, damaged, or too large.
    #[error("the file is no picture that can be read")]
    Picture,
    /// There is no code in it, or it cannot be read.
    #[error("there is no QR code in the picture")]
    NoCode,
}

impl ScanError {
    /// Its sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::File => "scan-file",
            Self::Picture => "scan-picture",
            Self::NoCode => "scan-no-code",
        }
    }
}

/// What the first readable code of a picture says. It takes up to some seconds.
///
/// # Errors
/// See [`ScanError`].
pub fn scan(path: &Path) -> Result<Vec<u8>, ScanError> {
    let bytes = read(path).ok_or(ScanError::File)?;
    let picture = decode(&bytes).ok_or(ScanError::Picture)?;
    find(&picture).ok_or(ScanError::NoCode)
}

fn read(path: &Path) -> Option<Vec<u8>> {
    // A pipe would be waited for.
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    let file = File::open(path).ok()?;
    file.take(FILE + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= FILE).then_some(bytes)
}

fn decode(bytes: &[u8]) -> Option<GrayImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg)) {
        return None;
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let picture = reader.decode().ok()?.into_luma8();
    let (width, height) = picture.dimensions();
    let longer = width.max(height);
    if longer <= LOOKED {
        return Some(picture);
    }
    let smaller = |side: u32| (u64::from(side) * u64::from(LOOKED) / u64::from(longer)).max(1);
    let (width, height) = (smaller(width), smaller(height));
    Some(imageops::resize(
        &picture,
        u32::try_from(width).ok()?,
        u32::try_from(height).ok()?,
        imageops::FilterType::Triangle,
    ))
}

fn find(picture: &GrayImage) -> Option<Vec<u8>> {
    let (width, height) = picture.dimensions();
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(
        usize::try_from(width).ok()?,
        usize::try_from(height).ok()?,
        |x, y| match (u32::try_from(x), u32::try_from(y)) {
            (Ok(x), Ok(y)) => picture.get_pixel(x, y).0[0],
            _ => 255,
        },
    );
    prepared.detect_grids().iter().find_map(|grid| {
        let mut code = Vec::new();
        grid.decode_to(&mut code).ok()?;
        (!code.is_empty() && code.len() <= CODE).then_some(code)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;
    use qrcode::QrCode;

    fn picture(content: &[u8], module: u32) -> GrayImage {
        let code = QrCode::new(content).unwrap();
        let width = u32::try_from(code.width()).unwrap();
        let side = (width + 8) * module;
        GrayImage::from_fn(side, side, |x, y| {
            let at = |v: u32| (v / module).checked_sub(4).filter(|v| *v < width);
            let dark = match (at(x), at(y)) {
                (Some(x), Some(y)) => code[(x as usize, y as usize)] == qrcode::Color::Dark,
                _ => false,
            };
            Luma([if dark { 20 } else { 235 }])
        })
    }

    #[test]
    fn a_code_in_a_picture_is_read() {
        let place = tempfile::tempdir().unwrap();
        let text = format!("undertone:{}", "abcdefghijklmnop234567".repeat(12));
        for (name, module) in [("a.png", 3), ("large.png", 40), ("a.jpg", 6)] {
            let path = place.path().join(name);
            picture(text.as_bytes(), module).save(&path).unwrap();
            assert_eq!(scan(&path).unwrap(), text.as_bytes(), "{name}");
        }
        // Bytes that are no text.
        let path = place.path().join("bytes.png");
        picture(&[0, 255, 7, 128], 6).save(&path).unwrap();
        assert_eq!(scan(&path).unwrap(), [0, 255, 7, 128]);
    }

    #[test]
    fn what_is_no_picture_of_a_code_is_refused() {
        let place = tempfile::tempdir().unwrap();
        let path = |name: &str| place.path().join(name);
        assert_eq!(scan(&path("missing")), Err(ScanError::File));
        assert_eq!(scan(place.path()), Err(ScanError::File));
        std::fs::write(path("text.png"), "not a picture").unwrap();
        assert_eq!(scan(&path("text.png")), Err(ScanError::Picture));
        GrayImage::new(50, 50).save(path("blank.png")).unwrap();
        assert_eq!(scan(&path("blank.png")), Err(ScanError::NoCode));
        let large = File::create(path("large.png")).unwrap();
        large.set_len(FILE + 1).unwrap();
        assert_eq!(scan(&path("large.png")), Err(ScanError::File));
        // A small file that says it is enormous.
        let mut bytes = Vec::new();
        let small = GrayImage::new(8, 8);
        small
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
            .unwrap();
        bytes[16..20].copy_from_slice(&200_000_u32.to_be_bytes());
        bytes[20..24].copy_from_slice(&200_000_u32.to_be_bytes());
        assert!(decode(&bytes).is_none());
        // Every damage of a real one is refused or read, and never panics.
        let mut bytes = Vec::new();
        picture(b"undertone", 2)
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Jpeg)
            .unwrap();
        for at in (0..bytes.len()).step_by(7) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0xff;
            if let Some(picture) = decode(&damaged) {
                let _ = find(&picture);
            }
        }
    }
}
