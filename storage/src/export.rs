//! The container of an export: one file, sealed under a passphrase of its own, that holds records in an order.
//!
//! ```text
//! salt                                                              32
//! cost of Argon2id, masked by HMAC(salt): KiB (4), passes, lanes     6
//! beginning of the nonces                                           19
//! chunks of 64 KiB: sealed content, tag (16)
//! ```
//!
//! The chunks are sealed by XChaCha20-Poly1305 as in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015):
//! the nonce of a chunk is the beginning, its number (4) and whether it is the last (1). So no chunk can be left out,
//! moved, repeated or taken from another export, and a file that ends early or goes on is noticed. The contents of all
//! chunks, one after the other:
//!
//! ```text
//! version (2), then for each record: kind (1), length (4), bytes; kind 0 ends it; zeros
//! ```
//!
//! The zeros fill it up to one of eight sizes for each doubling, at least 1 MiB: the size of the file says little of what
//! is in it. All of the file looks random and the version is inside, so the file does not say what it is, and whoever
//! finds it learns no more than that there is a file of that size. For the same reason a wrong passphrase cannot be
//! told from damage in the first chunk.
//!
//! What the records mean is not known here.

use std::io::{self, Read, Seek, SeekFrom, Write};

use zeroize::Zeroizing;

use crate::header::{DeriveError, FRONT, Front, KdfParameters, WeakParameters, WriteError};
use crate::seal::{self, Key, NONCE, TAG};

/// The largest record of an export, in bytes.
pub const EXPORT_MAX_RECORD: usize = 4 << 20;

/// The largest export, in bytes of the file.
pub const EXPORT_MAX_FILE: u64 = 1 << 36;

/// The version of the container that is written.
pub const EXPORT_VERSION: u16 = 1;

const START: usize = NONCE - 5;
const CHUNK: usize = 64 << 10;
const CONTENT: usize = CHUNK - TAG;
/// The fewest chunks of a file.
const FEWEST: u64 = 16;
const MOST: u64 = EXPORT_MAX_FILE / CHUNK as u64;
const END: u8 = 0;
const LABEL: &[u8] = b"undertone/1 export\0";

/// Why an export could not be written. What was written so far is of no use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportWriteError {
    /// A record is larger than [`EXPORT_MAX_RECORD`], or has kind 0.
    #[error("a record does not fit into an export")]
    Record,
    /// The export would be larger than [`EXPORT_MAX_FILE`].
    #[error("the export is too large")]
    TooLarge,
    /// See [`WeakParameters`].
    #[error(transparent)]
    Parameters(#[from] WeakParameters),
    /// Argon2id found not enough memory.
    #[error("not enough memory to derive a key from the passphrase: close other programs")]
    Memory,
    /// The file could not be written.
    #[error("the export cannot be written: {0}")]
    Io(#[from] io::Error),
}

/// Why an export could not be read. All of them but [`Io`](Self::Io) are found before a record is handed out, if the
/// file does not change meanwhile.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportReadError {
    /// The beginning does not open: a wrong passphrase, another file, or damage.
    #[error("wrong passphrase, or this is no export, or its beginning is damaged")]
    NotOpened,
    /// The file is whole up to some place and ends there.
    #[error("the export is cut off: copy it again from where it came")]
    CutOff,
    /// Something in the file was changed.
    #[error("the export is damaged: copy it again from where it came")]
    Damaged,
    /// Something follows the end.
    #[error("something was added to the export: copy it again from where it came")]
    TooLong,
    /// Written by a newer program.
    #[error("this export has version {0}, which is newer than this program: use a newer version")]
    NewerVersion(u16),
    /// The file is larger than [`EXPORT_MAX_FILE`].
    #[error("the file is too large for an export")]
    TooLarge,
    /// The file asks for a cost that this build refuses; or it is no export.
    #[error("this is no export, or its beginning is damaged: {0}")]
    Parameters(#[from] WeakParameters),
    /// Argon2id found not enough memory.
    #[error("not enough memory to derive a key from the passphrase: close other programs")]
    Memory,
    /// The file could not be read.
    #[error("the export cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// The key and the nonces of one file.
struct Stream {
    key: Key,
    start: [u8; START],
    front: Front,
}

impl Stream {
    fn nonce(&self, number: u32, is_last: bool) -> [u8; NONCE] {
        let mut nonce = [0; NONCE];
        nonce[..START].copy_from_slice(&self.start);
        nonce[START..START + 4].copy_from_slice(&number.to_be_bytes());
        nonce[START + 4] = u8::from(is_last);
        nonce
    }

    fn associated(&self) -> Vec<u8> {
        [LABEL, self.front.bytes()].concat()
    }

    fn seal(&self, number: u32, is_last: bool, chunk: &mut [u8]) -> Result<(), seal::Mismatch> {
        let (content, tag) = chunk.split_at_mut(CONTENT);
        let nonce = self.nonce(number, is_last);
        let sealed = seal::seal(&self.key, &nonce, &self.associated(), content)?;
        tag.copy_from_slice(&sealed);
        Ok(())
    }

    /// Opens a chunk where it lies; if it does not open, nothing has changed.
    fn open(&self, number: u32, is_last: bool, chunk: &mut [u8]) -> bool {
        let Some((content, tag)) = chunk.split_last_chunk_mut::<TAG>() else {
            return false;
        };
        let nonce = self.nonce(number, is_last);
        seal::open(&self.key, &nonce, &self.associated(), content, tag).is_ok()
    }
}

fn stream_key(front: &Front, passphrase: &[u8]) -> Result<Key, DeriveError> {
    let key = front.derive(passphrase)?;
    // Cannot fail with a key of this length; a salt belongs to one file or one home, never to both.
    seal::expand(&key, "export").map_err(|_| WeakParameters::OutOfRange.into())
}

/// Writes an export. Without [`finish`](Self::finish) the file is cut off, and refused when it is read.
pub struct ExportWriter<W: Write> {
    out: W,
    stream: Stream,
    /// The content of the chunk that is being filled, with room for its tag.
    chunk: Zeroizing<Vec<u8>>,
    filled: usize,
    number: u32,
}

impl<W: Write> ExportWriter<W> {
    /// Begins an export under a passphrase, which is best not one of the profiles'. It takes as long as opening a store.
    ///
    /// # Errors
    /// See [`ExportWriteError`].
    pub fn new(
        mut out: W,
        passphrase: &[u8],
        cost: KdfParameters,
    ) -> Result<Self, ExportWriteError> {
        let front = Front::generate(cost)?;
        let mut start = [0; START];
        seal::fill_random(&mut start)?;
        let key = stream_key(&front, passphrase).map_err(WriteError::from)?;
        out.write_all(front.bytes())?;
        out.write_all(&start)?;
        let mut writer = Self {
            out,
            stream: Stream { key, start, front },
            chunk: Zeroizing::new(vec![0; CHUNK]),
            filled: 0,
            number: 0,
        };
        writer.push(&EXPORT_VERSION.to_be_bytes())?;
        Ok(writer)
    }

    /// Adds a record: a kind from 1 to 255 and up to [`EXPORT_MAX_RECORD`] bytes.
    ///
    /// # Errors
    /// See [`ExportWriteError`]. After [`ExportWriteError::Record`] nothing was written, and the export goes on.
    pub fn record(&mut self, kind: u8, bytes: &[u8]) -> Result<(), ExportWriteError> {
        let length = u32::try_from(bytes.len()).map_err(|_| ExportWriteError::Record)?;
        if kind == END || bytes.len() > EXPORT_MAX_RECORD {
            return Err(ExportWriteError::Record);
        }
        self.push(&[kind])?;
        self.push(&length.to_be_bytes())?;
        self.push(bytes)
    }

    /// Ends the export and gives back what it was written to, flushed. A file still has to be made durable.
    ///
    /// # Errors
    /// See [`ExportWriteError`].
    pub fn finish(mut self) -> Result<W, ExportWriteError> {
        self.push(&[END])?;
        let chunks = padded(u64::from(self.number) + 1);
        while u64::from(self.number) + 1 < chunks {
            self.chunk[self.filled..].fill(0);
            self.write_chunk(false)?;
        }
        self.chunk[self.filled..].fill(0);
        self.write_chunk(true)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn push(&mut self, mut bytes: &[u8]) -> Result<(), ExportWriteError> {
        while !bytes.is_empty() {
            // A full chunk is written only when more follows: it might be the last.
            if self.filled == CONTENT {
                self.write_chunk(false)?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(CONTENT - self.filled));
            self.chunk[self.filled..self.filled + now.len()].copy_from_slice(now);
            self.filled += now.len();
            bytes = later;
        }
        Ok(())
    }

    fn write_chunk(&mut self, is_last: bool) -> Result<(), ExportWriteError> {
        // Padding may add an eighth: what does not fit then is noticed here as well.
        if u64::from(self.number) + 1 >= MOST {
            return Err(ExportWriteError::TooLarge);
        }
        self.stream
            .seal(self.number, is_last, &mut self.chunk)
            .map_err(|_| ExportWriteError::TooLarge)?;
        self.out.write_all(&self.chunk)?;
        self.number += 1;
        self.filled = 0;
        Ok(())
    }
}

/// How many chunks a file has that needs so many: one of eight numbers for each doubling.
fn padded(chunks: u64) -> u64 {
    let chunks = chunks.max(FEWEST);
    let step = (chunks.next_power_of_two() / 16).max(1);
    chunks.next_multiple_of(step)
}

impl From<WriteError> for ExportWriteError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Derive(DeriveError::Memory) => Self::Memory,
            WriteError::Derive(DeriveError::Parameters(error)) => Self::Parameters(error),
            WriteError::Seal(error) => Self::Io(io::Error::other(error)),
            WriteError::Io(error) => Self::Io(error),
        }
    }
}

impl From<DeriveError> for ExportReadError {
    fn from(error: DeriveError) -> Self {
        match error {
            DeriveError::Memory => Self::Memory,
            DeriveError::Parameters(error) => Self::Parameters(error),
        }
    }
}

/// A kind and what it is of.
pub type ExportRecord = (u8, Zeroizing<Vec<u8>>);

/// Reads an export that was read once already, from its beginning to its end, and found to be whole.
pub struct ExportReader<R: Read + Seek> {
    input: R,
    stream: Stream,
    origin: u64,
    chunks: u32,
    number: u32,
    chunk: Zeroizing<Vec<u8>>,
    taken: usize,
    is_ended: bool,
}

impl<R: Read + Seek> std::fmt::Debug for ExportReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ExportReader(…)")
    }
}

impl<R: Read + Seek> ExportReader<R> {
    /// Opens an export and verifies all of it, from where `input` stands to its end: passphrase, order, length, form. It
    /// takes as long as opening a store, and then as long as reading the file. Memory is bounded by one record.
    ///
    /// # Errors
    /// See [`ExportReadError`].
    pub fn open(mut input: R, passphrase: &[u8]) -> Result<Self, ExportReadError> {
        let origin = input.stream_position()?;
        let size = input.seek(SeekFrom::End(0))?.saturating_sub(origin);
        input.seek(SeekFrom::Start(origin))?;
        if size > EXPORT_MAX_FILE {
            return Err(ExportReadError::TooLarge);
        }
        let (mut front, mut start) = ([0; FRONT], [0; START]);
        let body = size.checked_sub((FRONT + START) as u64);
        let body = body.ok_or(ExportReadError::NotOpened)?;
        // What is no whole chunk is the rest of one that was cut off, or was added.
        let chunks = u32::try_from(body / CHUNK as u64).map_err(|_| ExportReadError::TooLarge)?;
        if chunks == 0 {
            return Err(ExportReadError::NotOpened);
        }
        input.read_exact(&mut front)?;
        input.read_exact(&mut start)?;
        let front = Front::from_bytes(front);
        let key = stream_key(&front, passphrase)?;
        let mut reader = Self {
            input,
            stream: Stream { key, start, front },
            origin,
            chunks,
            number: 0,
            chunk: Zeroizing::new(vec![0; CHUNK]),
            taken: CONTENT,
            is_ended: false,
        };
        reader.verify(body % CHUNK as u64 == 0)?;
        reader.rewind()?;
        Ok(reader)
    }

    /// The next record, or `None` after the last one.
    ///
    /// # Errors
    /// See [`ExportReadError`]. After [`open`](Self::open) only if the file cannot be read or has changed meanwhile.
    pub fn record(&mut self) -> Result<Option<ExportRecord>, ExportReadError> {
        let Some((kind, length)) = self.record_head()? else {
            return Ok(None);
        };
        let mut bytes = Zeroizing::new(vec![0; length]);
        self.take(&mut bytes)?;
        Ok(Some((kind, bytes)))
    }

    fn record_head(&mut self) -> Result<Option<(u8, usize)>, ExportReadError> {
        if self.is_ended {
            return Ok(None);
        }
        let mut kind = [0];
        self.take(&mut kind)?;
        if kind == [END] {
            self.is_ended = true;
            return Ok(None);
        }
        let mut length = [0; 4];
        self.take(&mut length)?;
        let length = usize::try_from(u32::from_be_bytes(length));
        match length {
            Ok(length) if length <= EXPORT_MAX_RECORD => Ok(Some((kind[0], length))),
            _ => Err(ExportReadError::Damaged),
        }
    }

    /// Reads everything once and keeps nothing.
    fn verify(&mut self, is_even: bool) -> Result<(), ExportReadError> {
        self.begin()?;
        while let Some((_, mut length)) = self.record_head()? {
            let mut part = Zeroizing::new([0; 4096]);
            while length > 0 {
                let now = length.min(part.len());
                self.take(&mut part[..now])?;
                length -= now;
            }
        }
        loop {
            if self.chunk[self.taken..CONTENT]
                .iter()
                .any(|byte| *byte != 0)
            {
                return Err(ExportReadError::Damaged);
            }
            if self.number == self.chunks {
                break;
            }
            self.next_chunk()?;
        }
        if is_even {
            Ok(())
        } else {
            Err(ExportReadError::TooLong)
        }
    }

    /// Goes back to the first record.
    ///
    /// # Errors
    /// Only if the file cannot be read or has changed meanwhile.
    pub fn rewind(&mut self) -> Result<(), ExportReadError> {
        let start = self.origin + (FRONT + START) as u64;
        self.input.seek(SeekFrom::Start(start))?;
        self.number = 0;
        self.taken = CONTENT;
        self.is_ended = false;
        self.begin()
    }

    fn begin(&mut self) -> Result<(), ExportReadError> {
        let mut version = [0; 2];
        self.take(&mut version)?;
        match u16::from_be_bytes(version) {
            EXPORT_VERSION => Ok(()),
            0 => Err(ExportReadError::Damaged),
            version => Err(ExportReadError::NewerVersion(version)),
        }
    }

    fn take(&mut self, mut bytes: &mut [u8]) -> Result<(), ExportReadError> {
        while !bytes.is_empty() {
            if self.taken == CONTENT {
                self.next_chunk()?;
            }
            let count = bytes.len().min(CONTENT - self.taken);
            let (now, later) = bytes.split_at_mut(count);
            now.copy_from_slice(&self.chunk[self.taken..self.taken + count]);
            self.taken += count;
            bytes = later;
        }
        Ok(())
    }

    /// Reads and opens the next chunk. What is wrong with one that does not open is found out as far as possible.
    fn next_chunk(&mut self) -> Result<(), ExportReadError> {
        let number = self.number;
        if number == self.chunks {
            return Err(ExportReadError::Damaged);
        }
        self.input.read_exact(&mut self.chunk)?;
        let is_last = number + 1 == self.chunks;
        if !self.stream.open(number, is_last, &mut self.chunk) {
            return Err(if self.stream.open(number, !is_last, &mut self.chunk) {
                if is_last {
                    ExportReadError::CutOff
                } else {
                    ExportReadError::TooLong
                }
            } else if number == 0 {
                ExportReadError::NotOpened
            } else {
                ExportReadError::Damaged
            });
        }
        self.number += 1;
        self.taken = 0;
        Ok(())
    }
}
