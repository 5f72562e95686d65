//! The form of one record on disk.
//!
//! A record is stored in one piece or in several, each of which is one entry of the log:
//!
//! ```text
//! key    HMAC-SHA-256(index key, "undertone/1 storage record" 0 kind id)                 32
//!        of later pieces: the same with "undertone/1 storage piece" 0 number kind id
//! value  nonce                                                                           24
//!        sealed under the outer key: slot number (8), kind (1), piece (2), tag (16)      27
//!        sealed under the slot's key: content, zeros up to the bucket; tag (16)
//! ```
//!
//! The contents of all pieces, one after the other, are: id length (1), id, value length (4), value. A
//! record of one piece takes 256, 512, 1024, 2048 or 4096 bytes, a longer one a multiple of 4096.
//! There are two reasons for pieces: nothing shows how long a long record is, and no page of the log
//! becomes so large that sled would put it into a file of its own (beyond 128 KiB; a page has up to 20
//! entries), where a failed write makes sled wait for ever.
//!
//! Without the outer key nothing tells which records share a slot; with it, but without the slot's key,
//! nothing of the content can be read. Kind, piece, slot number and record key are associated data of
//! the content, so records cannot be exchanged for each other. Both seals use the same nonce, but
//! never the same key.

use zeroize::Zeroizing;

use crate::change::{MAX_ID, MAX_VALUE};
use crate::seal::{self, KEY, Mismatch, NONCE, TAG};

/// Bytes of a piece that are not content.
pub(crate) const OVERHEAD: usize = NONCE + HEAD + TAG;
/// The smallest piece on disk, in bytes.
pub(crate) const SMALLEST: usize = 256;
/// The largest piece on disk, in bytes.
pub(crate) const LARGEST: usize = 4096;

/// All sizes a piece can have on disk, in bytes.
pub(crate) const SIZES: [usize; 5] = [SMALLEST, 512, 1024, 2048, LARGEST];

const HEAD_PLAIN: usize = 8 + 1 + 2;
const HEAD: usize = HEAD_PLAIN + TAG;
const CONTENT: usize = LARGEST - OVERHEAD;
const HEAD_LABEL: &[u8] = b"undertone/1 storage record head\0";
const BODY_LABEL: &[u8; 32] = b"undertone/1 storage record body\0";

/// The kind number of the store's own records. No [`Kind`](crate::Kind) has it.
pub(crate) const STRUCTURE: u8 = 0;
/// The slot number of the store's own records.
pub(crate) const STRUCTURE_SLOT: u64 = 0;

/// The name of a piece in the log.
pub(crate) type RecordKey = [u8; 32];

/// What the outer seal hides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) slot: u64,
    pub(crate) kind: u8,
    pub(crate) piece: u16,
}

impl Head {
    fn to_bytes(self) -> [u8; HEAD_PLAIN] {
        let mut bytes = [0; HEAD_PLAIN];
        bytes[..8].copy_from_slice(&self.slot.to_be_bytes());
        bytes[8] = self.kind;
        bytes[9..].copy_from_slice(&self.piece.to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: [u8; HEAD_PLAIN]) -> Self {
        let [slot @ .., kind, high, low] = bytes;
        Self {
            slot: u64::from_be_bytes(slot),
            kind,
            piece: u16::from_be_bytes([high, low]),
        }
    }
}

/// The name of one piece of a record.
pub(crate) fn piece_key(index_key: &[u8; KEY], kind: u8, piece: u16, id: &[u8]) -> RecordKey {
    match piece {
        0 => seal::mac(index_key, "storage record", &[&[kind], id]),
        _ => seal::mac(
            index_key,
            "storage piece",
            &[&piece.to_be_bytes(), &[kind], id],
        ),
    }
}

/// Why a record could not be sealed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SealError {
    #[error("the record is too large")]
    TooLarge,
    #[error(transparent)]
    Randomness(#[from] std::io::Error),
    #[error(transparent)]
    Cipher(#[from] Mismatch),
}

/// The contents of the pieces of a record.
pub(crate) fn split(id: &[u8], value: &[u8]) -> Result<Vec<Zeroizing<Vec<u8>>>, SealError> {
    if value.len() > MAX_VALUE {
        return Err(SealError::TooLarge);
    }
    let id_length = u8::try_from(id.len()).map_err(|_| SealError::TooLarge)?;
    let value_length = u32::try_from(value.len()).map_err(|_| SealError::TooLarge)?;
    let mut all = Zeroizing::new(Vec::with_capacity(1 + id.len() + 4 + value.len()));
    all.push(id_length);
    all.extend_from_slice(id);
    all.extend_from_slice(&value_length.to_be_bytes());
    all.extend_from_slice(value);
    let size = if all.len() > CONTENT {
        CONTENT
    } else {
        (all.len() + OVERHEAD).next_power_of_two().max(SMALLEST) - OVERHEAD
    };
    Ok(all
        .chunks(size)
        .map(|part| {
            let mut content = Zeroizing::new(vec![0; size]);
            content[..part.len()].copy_from_slice(part);
            content
        })
        .collect())
}

/// Seals the content of one piece, which has the size of a bucket without the overhead.
pub(crate) fn seal_piece(
    outer: &[u8; KEY],
    slot_key: &[u8; KEY],
    head: Head,
    key: &RecordKey,
    content: &[u8],
) -> Result<Vec<u8>, SealError> {
    let mut nonce = [0; NONCE];
    seal::fill_random(&mut nonce)?;
    let mut sealed_head = head.to_bytes();
    let head_tag = seal::seal(outer, &nonce, HEAD_LABEL, &mut sealed_head)?;
    let mut out = Vec::with_capacity(content.len() + OVERHEAD);
    out.extend_from_slice(&nonce);
    out.extend_from_slice(&sealed_head);
    out.extend_from_slice(&head_tag);
    out.extend_from_slice(content);
    let tag = seal::seal(
        slot_key,
        &nonce,
        &associated(head, key),
        &mut out[NONCE + HEAD..],
    )?;
    out.extend_from_slice(&tag);
    Ok(out)
}

/// Opens the head of a piece.
pub(crate) fn open_head(outer: &[u8; KEY], stored: &[u8]) -> Result<Head, Mismatch> {
    let nonce = nonce(stored)?;
    let sealed = stored.get(NONCE..NONCE + HEAD).ok_or(Mismatch)?;
    let (plain, tag) = sealed.split_first_chunk::<HEAD_PLAIN>().ok_or(Mismatch)?;
    let mut plain = *plain;
    seal::open(
        outer,
        &nonce,
        HEAD_LABEL,
        &mut plain,
        tag.try_into().map_err(|_| Mismatch)?,
    )?;
    Ok(Head::from_bytes(plain))
}

/// Opens the content of a piece whose head is already open.
pub(crate) fn open_piece(
    slot_key: &[u8; KEY],
    head: Head,
    key: &RecordKey,
    stored: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Mismatch> {
    let nonce = nonce(stored)?;
    let body = stored.get(NONCE + HEAD..).ok_or(Mismatch)?;
    let (content, tag) = body.split_last_chunk::<TAG>().ok_or(Mismatch)?;
    let mut content = Zeroizing::new(content.to_vec());
    seal::open(slot_key, &nonce, &associated(head, key), &mut content, tag)?;
    Ok(content)
}

/// A record that is put together from its pieces.
pub(crate) struct Assembly {
    pub(crate) id: Vec<u8>,
    pub(crate) value: Zeroizing<Vec<u8>>,
    length: usize,
    /// Whether the first piece was all of it.
    pub(crate) is_single: bool,
}

impl Assembly {
    /// Begins with the content of the first piece.
    pub(crate) fn begin(content: &[u8]) -> Result<Self, Mismatch> {
        let (&id_length, rest) = content.split_first().ok_or(Mismatch)?;
        let (id, rest) = rest
            .split_at_checked(usize::from(id_length))
            .ok_or(Mismatch)?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(Mismatch)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| Mismatch)?;
        if length > MAX_VALUE {
            return Err(Mismatch);
        }
        // At its full size at once, so that no part is left behind when it grows.
        let value = Zeroizing::new(Vec::with_capacity(length));
        let mut assembly = Self {
            id: id.to_vec(),
            value,
            length,
            is_single: length <= rest.len(),
        };
        assembly.push(rest);
        Ok(assembly)
    }

    /// Adds the content of the next piece.
    pub(crate) fn push(&mut self, content: &[u8]) {
        let wanted = content.len().min(self.length - self.value.len());
        self.value.extend_from_slice(&content[..wanted]);
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.value.len() == self.length
    }
}

/// The nonce of a stored piece. It is drawn afresh at each sealing, so it also names the
/// version of the piece.
pub(crate) fn nonce(stored: &[u8]) -> Result<[u8; NONCE], Mismatch> {
    stored.first_chunk().copied().ok_or(Mismatch)
}

fn associated(head: Head, key: &RecordKey) -> [u8; 32 + HEAD_PLAIN + 32] {
    let mut out = [0; 32 + HEAD_PLAIN + 32];
    out[..32].copy_from_slice(BODY_LABEL);
    out[32..32 + HEAD_PLAIN].copy_from_slice(&head.to_bytes());
    out[32 + HEAD_PLAIN..].copy_from_slice(key);
    out
}

/// The most pieces a record has.
pub(crate) const MOST_PIECES: u16 = {
    let pieces = (1 + MAX_ID + 4 + MAX_VALUE).div_ceil(CONTENT);
    assert!(pieces < 1024);
    pieces as u16
};

#[cfg(test)]
mod tests {
    use super::*;

    const OUTER: [u8; KEY] = [1; KEY];
    const SLOT: [u8; KEY] = [2; KEY];
    const HEAD: Head = Head {
        slot: 77,
        kind: 5,
        piece: 0,
    };

    fn one_piece(value: &[u8]) -> (RecordKey, Vec<u8>) {
        let key = piece_key(&[3; KEY], 5, 0, b"id");
        let contents = split(b"id", value).unwrap();
        assert_eq!(contents.len(), 1);
        (
            key,
            seal_piece(&OUTER, &SLOT, HEAD, &key, &contents[0]).unwrap(),
        )
    }

    #[test]
    fn round_trip_at_every_edge() {
        let front = OVERHEAD + 5 + 2;
        let edges = [
            (0, 256, 1),
            (256 - front, 256, 1),
            (257 - front, 512, 1),
            (4096 - front, 4096, 1),
            (4097 - front, 4096, 2),
            (4096 - front + CONTENT, 4096, 2),
            (4097 - front + CONTENT, 4096, 3),
            (MAX_VALUE, 4096, (MAX_VALUE + 7).div_ceil(CONTENT)),
        ];
        for (size, bucket, pieces) in edges {
            let value: Vec<u8> = (0..size).map(|place| (place % 251) as u8).collect();
            let contents = split(b"id", &value).unwrap();
            assert_eq!(contents.len(), pieces, "{size}");
            let mut assembly: Option<Assembly> = None;
            for (number, content) in (0..).zip(&contents) {
                let head = Head {
                    piece: number,
                    ..HEAD
                };
                let key = piece_key(&[3; KEY], 5, number, b"id");
                let stored = seal_piece(&OUTER, &SLOT, head, &key, content).unwrap();
                assert_eq!(stored.len(), bucket, "{size}");
                assert_eq!(open_head(&OUTER, &stored), Ok(head));
                let opened = open_piece(&SLOT, head, &key, &stored).unwrap();
                assert_eq!(opened, *content);
                match &mut assembly {
                    None => assembly = Some(Assembly::begin(&opened).unwrap()),
                    Some(assembly) => {
                        assert!(!assembly.is_complete());
                        assembly.push(&opened);
                    }
                }
            }
            let assembly = assembly.unwrap();
            assert!(assembly.is_complete());
            assert_eq!(
                (&assembly.id[..], &assembly.value[..]),
                (&b"id"[..], &value[..])
            );
        }
        assert!(matches!(
            split(b"id", &vec![0; MAX_VALUE + 1]),
            Err(SealError::TooLarge)
        ));
        assert!(matches!(
            split(&[0; MAX_ID + 1], b""),
            Err(SealError::TooLarge)
        ));
        let longest = split(&[0; MAX_ID], &vec![0; MAX_VALUE]).unwrap();
        assert_eq!(longest.len(), usize::from(MOST_PIECES));
    }

    #[test]
    fn a_change_of_any_byte_is_noticed() {
        let (key, stored) = one_piece(b"value");
        let opens = |stored: &[u8]| {
            open_head(&OUTER, stored)
                .and_then(|head| open_piece(&SLOT, head, &key, stored).map(|_| ()))
        };
        assert_eq!(opens(&stored), Ok(()));
        for place in 0..stored.len() {
            let mut changed = stored.clone();
            changed[place] ^= 1;
            assert_eq!(opens(&changed), Err(Mismatch), "byte {place}");
            assert_eq!(opens(&stored[..place]), Err(Mismatch), "length {place}");
        }
    }

    #[test]
    fn contents_that_lie_about_their_lengths_are_refused() {
        assert!(Assembly::begin(b"").is_err());
        assert!(Assembly::begin(&[9, 1, 2]).is_err());
        assert!(Assembly::begin(&[0, 0, 0, 0]).is_err());
        assert!(Assembly::begin(&[0, 0xFF, 0xFF, 0xFF, 0xFF, 1]).is_err());
        assert!(!Assembly::begin(&[0, 0, 0, 0, 2, 1]).unwrap().is_complete());
    }

    #[test]
    fn records_cannot_stand_for_each_other() {
        let (key, stored) = one_piece(b"value");
        let other_key = piece_key(&[3; KEY], 5, 0, b"di");
        let keys = [
            key,
            other_key,
            piece_key(&[3; KEY], 6, 0, b"id"),
            piece_key(&[3; KEY], 5, 1, b"id"),
            piece_key(&[4; KEY], 5, 0, b"id"),
        ];
        for (place, one) in keys.iter().enumerate() {
            assert!(keys[place + 1..].iter().all(|other| one != other));
        }
        assert!(open_piece(&SLOT, HEAD, &key, &stored).is_ok());
        assert!(open_piece(&SLOT, HEAD, &other_key, &stored).is_err());
        assert!(open_piece(&SLOT, Head { kind: 6, ..HEAD }, &key, &stored).is_err());
        assert!(open_piece(&SLOT, Head { slot: 78, ..HEAD }, &key, &stored).is_err());
        assert!(open_piece(&SLOT, Head { piece: 1, ..HEAD }, &key, &stored).is_err());
        assert!(open_piece(&OUTER, HEAD, &key, &stored).is_err());
        assert!(open_head(&SLOT, &stored).is_err());
    }
}
