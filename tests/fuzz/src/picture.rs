//! Pictures that contacts send: bytes that may be anything, behind which a decoder stands that others wrote. Whatever
//! is taken must come out as a picture of ours.

use data_encoding::BASE64;
use undertone_engine::picture;
use undertone_wire::v1::MAX_PICTURE;

use crate::seeds::Seed;

/// A PNG of one white pixel.
const PIXEL: &[u8] =
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==";

/// How far an input got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// No picture.
    Refused,
    /// A picture.
    Taken,
}

/// Looks at a picture.
///
/// # Panics
/// When what was taken does not come out as a picture that is taken.
pub fn run(data: &[u8]) -> Depth {
    match picture::received(data) {
        Ok(ours) => {
            assert!(ours.len() <= MAX_PICTURE);
            assert!(picture::received(&ours).is_ok());
            Depth::Taken
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            Depth::Refused
        }
    }
}

fn pixel() -> Vec<u8> {
    BASE64.decode(PIXEL).expect("base64")
}

/// A picture as it is sent.
pub(crate) fn whole() -> Vec<u8> {
    picture::shrink(&pixel()).expect("a picture")
}

/// A picture of ours, whole and in parts.
///
/// # Panics
/// When a picture of one pixel is none.
#[must_use]
pub fn seeds() -> Vec<Seed<Depth>> {
    let (pixel, whole) = (pixel(), whole());
    let seed = |name: &str, bytes: &[u8], reaches| Seed {
        name: name.to_owned(),
        bytes: bytes.to_vec(),
        reaches,
    };
    vec![
        seed("whole", &whole, Depth::Taken),
        seed("header", &whole[..whole.len() / 2], Depth::Refused),
        seed("png", &pixel, Depth::Refused),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_reach_the_decoder() {
        let _alone = crate::memory::alone();
        crate::check_and_write(&seeds(), run);
    }
}
