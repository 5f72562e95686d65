//! Frames and parcels. A *frame* is the unit on the wire, of one size whatever it carries; a
//! *parcel* is a run of bytes of one kind, cut into as many frames as it needs (D3, protocol §3).
//!
//! Inside the encryption a frame is `kind(1) ∥ flags(1) ∥ length(2) ∥ payload ∥ zeros`.

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Bytes on the wire of a frame for what a person types: two Tor cells.
pub const CHAT_FRAME: usize = 976;
/// Bytes on the wire of a frame of a bulk stream: eight Tor cells.
pub const BULK_FRAME: usize = 3_904;
/// Bytes of the authentication tag in every frame.
pub const TAG: usize = 16;
/// The longest parcel. A text of 64 KiB in its Olm message and seal fits.
pub const MAX_PARCEL: usize = 72 * 1024;

const HEADER: usize = 4;
const FLAG_MORE: u8 = 1;
const FLAG_CONTINUES: u8 = 2;

/// The two sizes of frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameSize {
    /// [`CHAT_FRAME`].
    Chat,
    /// [`BULK_FRAME`].
    Bulk,
}

impl FrameSize {
    /// Bytes on the wire.
    #[must_use]
    pub const fn wire(self) -> usize {
        match self {
            Self::Chat => CHAT_FRAME,
            Self::Bulk => BULK_FRAME,
        }
    }

    /// Bytes inside the encryption.
    #[must_use]
    pub const fn plaintext(self) -> usize {
        self.wire() - TAG
    }

    /// Bytes of a parcel that one frame carries.
    #[must_use]
    pub const fn payload(self) -> usize {
        self.plaintext() - HEADER
    }
}

/// What a parcel holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ParcelKind {
    /// Nothing: keeps the link alive or fills a slot.
    Nothing = 0,
    /// A sealed Olm message.
    Sealed = 1,
    /// An [`super::Acknowledgement`].
    Acknowledgement = 2,
    /// A contact request (knock links only).
    Request = 3,
    /// The one answer to every request (knock links only). Empty.
    Received = 4,
    /// The acceptance (accept links only).
    Accept = 5,
    /// A [`super::ShortCode`] (D5.2).
    ShortCode = 6,
    /// Asks for a new Olm session (D6.5).
    SessionReset = 7,
    /// A [`super::Restore`] (D12.2).
    Restore = 8,
    /// A [`super::Restored`] (D12.2).
    Restored = 9,
}

impl ParcelKind {
    const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Nothing,
            1 => Self::Sealed,
            2 => Self::Acknowledgement,
            3 => Self::Request,
            4 => Self::Received,
            5 => Self::Accept,
            6 => Self::ShortCode,
            7 => Self::SessionReset,
            8 => Self::Restore,
            9 => Self::Restored,
            _ => return None,
        })
    }
}

/// A run of bytes of one kind. Its memory is cleared: it may hold what a request says.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Parcel {
    /// What the bytes are.
    #[zeroize(skip)]
    pub kind: ParcelKind,
    /// At most [`MAX_PARCEL`] bytes.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Parcel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Parcel({:?}, {} B)", self.kind, self.bytes.len())
    }
}

/// Why a decrypted frame is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Not as long as the frames of this link.
    #[error("a frame of {0} bytes inside the encryption")]
    Length(usize),
    /// A length field beyond the frame.
    #[error("a frame says that it carries {0} bytes, more than it can")]
    Payload(usize),
    /// Bytes other than zero in the padding, a place to hide things in.
    #[error("the padding of a frame is not zero")]
    Padding,
    /// Flags that this version does not define.
    #[error("a frame with unknown flags {0:#04x}")]
    Flags(u8),
    /// A kind that this version does not define.
    #[error("a frame of unknown kind {0}")]
    Kind(u8),
    /// A continuation without a start, another kind in the middle, or a start in the middle.
    #[error("a fragment out of place")]
    Fragment,
    /// A fragment that is not full although more follow.
    #[error("a fragment in the middle is not full")]
    Partial,
    /// Longer than [`MAX_PARCEL`].
    #[error("a parcel of more than {MAX_PARCEL} bytes")]
    TooLong,
}

impl Parcel {
    /// Cuts the parcel into frame plaintexts, in order. An empty parcel is one frame.
    ///
    /// # Errors
    /// [`FrameError::TooLong`] beyond [`MAX_PARCEL`].
    pub fn frames(&self, size: FrameSize) -> Result<Vec<Vec<u8>>, FrameError> {
        if self.bytes.len() > MAX_PARCEL {
            return Err(FrameError::TooLong);
        }
        let capacity = size.payload();
        let count = self.bytes.len().div_ceil(capacity).max(1);
        let frame = |index: usize| {
            let start = index * capacity;
            let end = (start + capacity).min(self.bytes.len());
            let piece = &self.bytes[start..end];
            let more = if index + 1 < count { FLAG_MORE } else { 0 };
            let continues = if index > 0 { FLAG_CONTINUES } else { 0 };
            let mut plaintext = Vec::with_capacity(size.plaintext());
            plaintext.push(self.kind as u8);
            plaintext.push(more | continues);
            plaintext.extend_from_slice(&(piece.len() as u16).to_be_bytes());
            plaintext.extend_from_slice(piece);
            plaintext.resize(size.plaintext(), 0);
            plaintext
        };
        Ok((0..count).map(frame).collect())
    }
}

/// Puts frames together to parcels. Holds at most one unfinished parcel, for which it takes
/// [`MAX_PARCEL`] bytes of memory, and nothing between parcels.
#[derive(Debug)]
pub struct ParcelReader {
    size: FrameSize,
    pending: Option<Parcel>,
}

impl ParcelReader {
    /// A reader of frames of one size.
    #[must_use]
    pub const fn new(size: FrameSize) -> Self {
        Self {
            size,
            pending: None,
        }
    }

    /// Takes the plaintext of the next frame; `Some` when it completed a parcel.
    ///
    /// # Errors
    /// Any [`FrameError`] ends the link; the reader must not be used on.
    pub fn read(&mut self, plaintext: &[u8]) -> Result<Option<Parcel>, FrameError> {
        if plaintext.len() != self.size.plaintext() {
            return Err(FrameError::Length(plaintext.len()));
        }
        let &[kind, flags, high, low, ref rest @ ..] = plaintext else {
            return Err(FrameError::Length(plaintext.len()));
        };
        if flags & !(FLAG_MORE | FLAG_CONTINUES) != 0 {
            return Err(FrameError::Flags(flags));
        }
        let length = usize::from(u16::from_be_bytes([high, low]));
        let (payload, padding) = rest
            .split_at_checked(length)
            .ok_or(FrameError::Payload(length))?;
        if padding.iter().any(|&byte| byte != 0) {
            return Err(FrameError::Padding);
        }
        let kind = ParcelKind::from_byte(kind).ok_or(FrameError::Kind(kind))?;
        let more = flags & FLAG_MORE != 0;
        if more && !padding.is_empty() {
            return Err(FrameError::Partial);
        }
        let mut parcel = match (flags & FLAG_CONTINUES != 0, self.pending.take()) {
            // The whole room at once: a vector that grows would leave copies of what it holds.
            (false, None) => Parcel {
                kind,
                bytes: Vec::with_capacity(if more { MAX_PARCEL } else { length }),
            },
            (true, Some(parcel)) if parcel.kind == kind && !payload.is_empty() => parcel,
            _ => return Err(FrameError::Fragment),
        };
        if parcel.bytes.len() + payload.len() > MAX_PARCEL {
            return Err(FrameError::TooLong);
        }
        parcel.bytes.extend_from_slice(payload);
        if more {
            self.pending = Some(parcel);
            return Ok(None);
        }
        Ok(Some(parcel))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(length: usize, size: FrameSize) -> usize {
        let parcel = Parcel {
            kind: ParcelKind::Sealed,
            bytes: (0..length).map(|i| i as u8).collect(),
        };
        let frames = parcel.frames(size).expect("short enough");
        let mut reader = ParcelReader::new(size);
        for (index, frame) in frames.iter().enumerate() {
            let read = reader.read(frame).expect("own frame");
            if index + 1 == frames.len() {
                assert_eq!(read.as_ref(), Some(&parcel));
            } else {
                assert_eq!(read, None);
            }
        }
        frames.len()
    }

    #[test]
    fn parcels_of_every_border_length_round_trip() {
        let payload = FrameSize::Chat.payload();
        assert_eq!(payload, 956);
        assert_eq!(FrameSize::Bulk.payload(), 3_884);
        assert_eq!(round_trip(0, FrameSize::Chat), 1);
        assert_eq!(round_trip(payload, FrameSize::Chat), 1);
        assert_eq!(round_trip(payload + 1, FrameSize::Chat), 2);
        assert_eq!(round_trip(MAX_PARCEL, FrameSize::Chat), 78);
        assert_eq!(round_trip(MAX_PARCEL, FrameSize::Bulk), 19);
    }

    #[test]
    fn too_long_a_parcel_is_neither_written_nor_read() {
        let parcel = Parcel {
            kind: ParcelKind::Sealed,
            bytes: vec![1; MAX_PARCEL + 1],
        };
        assert_eq!(parcel.frames(FrameSize::Chat), Err(FrameError::TooLong));
        let mut reader = ParcelReader::new(FrameSize::Chat);
        let mut frame = vec![1; 960];
        frame[..4].copy_from_slice(&[1, FLAG_MORE, 0x03, 0xbc]);
        let mut outcome = reader.read(&frame);
        frame[1] |= FLAG_CONTINUES;
        let mut count = 1;
        while outcome == Ok(None) {
            outcome = reader.read(&frame);
            count += 1;
        }
        assert_eq!((outcome, count), (Err(FrameError::TooLong), 78));
    }

    #[test]
    fn malformed_frames_are_refused() {
        let check = |frame: &[u8], error| {
            let mut reader = ParcelReader::new(FrameSize::Chat);
            assert_eq!(reader.read(frame), Err(error));
        };
        let good = Parcel {
            kind: ParcelKind::Nothing,
            bytes: vec![],
        }
        .frames(FrameSize::Chat)
        .expect("short")
        .remove(0);
        let with = |at: usize, value: u8| {
            let mut frame = good.clone();
            frame[at] = value;
            frame
        };
        check(&good[1..], FrameError::Length(959));
        check(&with(0, 99), FrameError::Kind(99));
        check(&with(0, 99), FrameError::Kind(99));
        check(&with(1, 4), FrameError::Flags(4));
        check(&with(1, FLAG_CONTINUES), FrameError::Fragment);
        check(&with(1, FLAG_MORE), FrameError::Partial);
        check(&with(2, 0xff), FrameError::Payload(0xff00));
        check(&with(959, 1), FrameError::Padding);
    }
}
