//! Frames of one exact size over a byte stream. It exists so that nobody else has to think of
//! partial reads, of peers that send one byte a minute, or of peers that do not read. It does not
//! encrypt, and it does not know what a frame holds.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::time::{Instant, timeout, timeout_at};

use crate::BoxStream;

/// The size of every frame on a link; nothing else ever goes over it.
pub use undertone_wire::v1::FrameSize;

/// How long a peer may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimits {
    /// From the moment that a frame is waited for until it is complete.
    pub idle: Duration,
    /// From a frame's first byte until it is complete.
    pub frame: Duration,
}

/// Which limit a peer exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeLimit {
    /// The deadline given to [`FrameReader::set_deadline`], such as a handshake's.
    Deadline,
    /// [`ReadLimits::idle`].
    Idle,
    /// [`ReadLimits::frame`]: it began a frame and drips.
    Frame,
}

/// Why no frame came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The peer ended the stream after a whole frame.
    #[error("the peer closed the stream")]
    Closed,
    /// The peer ended the stream inside a frame.
    #[error("the stream ended inside a frame")]
    Truncated,
    /// The peer took too long.
    #[error("the peer was too slow ({0:?} limit)")]
    TimedOut(TimeLimit),
    /// The stream broke.
    #[error("the stream broke ({0})")]
    Io(io::ErrorKind),
}

/// The size cannot change inside a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a frame of the old size has begun")]
pub struct FrameBegun;

/// Reads frame after frame.
#[derive(Debug)]
pub struct FrameReader<R> {
    stream: R,
    size: FrameSize,
    limits: ReadLimits,
    deadline: Option<Instant>,
    /// Grows to the frame in use; never more than a bulk frame.
    buffer: Vec<u8>,
    filled: usize,
    /// When the present frame was first waited for.
    waiting_since: Option<Instant>,
    /// When the present frame's first byte came.
    begun: Option<Instant>,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    /// A reader at the border of a frame, without a deadline.
    pub fn new(stream: R, size: FrameSize, limits: ReadLimits) -> Self {
        Self {
            stream,
            size,
            limits,
            deadline: None,
            buffer: vec![0; size.wire()],
            filled: 0,
            waiting_since: None,
            begun: None,
        }
    }

    /// Sets or lifts a deadline for all that follows, however many frames: a handshake's 30 s are
    /// not begun anew by each flight.
    pub fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }

    /// Replaces the limits; the frame that is being waited for falls under the new ones.
    pub fn set_limits(&mut self, limits: ReadLimits) {
        self.limits = limits;
    }

    /// Changes the size, as a bulk link does after its handshake.
    ///
    /// # Errors
    /// [`FrameBegun`] when part of a frame has arrived and [`Self::read`] was cancelled.
    pub fn set_size(&mut self, size: FrameSize) -> Result<(), FrameBegun> {
        if self.filled != 0 {
            return Err(FrameBegun);
        }
        self.size = size;
        self.buffer.resize(size.wire(), 0);
        Ok(())
    }

    /// Waits for the next frame, which is borrowed until the next call.
    ///
    /// Cancel-safe: what has arrived is kept and so are the times from which limits count. What
    /// has already arrived in full is returned even after a limit has passed, so a caller that was
    /// busy does not blame the peer.
    ///
    /// # Errors
    /// See [`ReadError`]. None can be recovered from: the stream is to be closed.
    pub async fn read(&mut self) -> Result<&[u8], ReadError> {
        let now = Instant::now();
        let waiting_since = *self.waiting_since.get_or_insert(now);
        while self.filled < self.size.wire() {
            let (until, limit) = self.next_limit(waiting_since);
            let rest = &mut self.buffer[self.filled..];
            let read = match timeout_at(until, self.stream.read(rest)).await {
                Err(_) => return Err(ReadError::TimedOut(limit)),
                Ok(Err(error)) => return Err(ReadError::Io(error.kind())),
                Ok(Ok(0)) if self.filled == 0 => return Err(ReadError::Closed),
                Ok(Ok(0)) => return Err(ReadError::Truncated),
                Ok(Ok(read)) => read,
            };
            self.begun.get_or_insert_with(Instant::now);
            self.filled += read;
        }
        self.filled = 0;
        self.begun = None;
        self.waiting_since = None;
        Ok(&self.buffer)
    }

    /// As [`Self::read`], into a buffer of the caller's.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn read_into(&mut self, frame: &mut Vec<u8>) -> Result<(), ReadError> {
        let read = self.read().await?;
        frame.clear();
        frame.extend_from_slice(read);
        Ok(())
    }

    /// See [`discard_until`]. The other half of a split stream must be dropped too, else the
    /// stream stays open after the deadline.
    pub async fn discard_until(self, deadline: Instant, limit: u64) -> u64 {
        discard_until(self.stream, deadline, limit).await
    }

    /// Gives the stream back; part of a frame that has arrived is lost.
    pub fn into_inner(self) -> R {
        self.stream
    }

    /// The earliest of the limits that apply now.
    fn next_limit(&self, waiting_since: Instant) -> (Instant, TimeLimit) {
        let idle = Some((waiting_since + self.limits.idle, TimeLimit::Idle));
        let frame = self
            .begun
            .map(|begun| (begun + self.limits.frame, TimeLimit::Frame));
        let deadline = self.deadline.map(|at| (at, TimeLimit::Deadline));
        [idle, frame, deadline]
            .into_iter()
            .flatten()
            .min_by_key(|(at, _)| *at)
            .unwrap_or((waiting_since, TimeLimit::Idle))
    }
}

/// Why a frame was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The caller's frame has another size than the link's.
    #[error("a frame of {0} bytes does not fit this link")]
    Size(usize),
    /// An earlier write failed or was cancelled, so the peer would read frames shifted.
    #[error("an earlier frame was not written whole")]
    Broken,
    /// The peer does not read, or the stream stands still.
    #[error("the peer does not read")]
    TimedOut,
    /// The stream broke.
    #[error("the stream broke ({0})")]
    Io(io::ErrorKind),
}

/// Writes frame after frame.
#[derive(Debug)]
pub struct FrameWriter<W> {
    stream: W,
    size: FrameSize,
    limit: Duration,
    broken: bool,
}

impl<W: AsyncWrite + Unpin> FrameWriter<W> {
    /// A writer that gives each frame `limit` to leave.
    pub fn new(stream: W, size: FrameSize, limit: Duration) -> Self {
        Self {
            stream,
            size,
            limit,
            broken: false,
        }
    }

    /// Changes the size of the frames that follow.
    pub fn set_size(&mut self, size: FrameSize) {
        self.size = size;
    }

    /// Writes one frame and flushes it: a Tor stream sends nothing short of a cell until then.
    ///
    /// Not cancel-safe: when the future is dropped, the writer refuses to go on.
    ///
    /// # Errors
    /// See [`WriteError`]. After all but [`WriteError::Size`] the stream is to be closed.
    pub async fn write(&mut self, frame: &[u8]) -> Result<(), WriteError> {
        if frame.len() != self.size.wire() {
            return Err(WriteError::Size(frame.len()));
        }
        if self.broken {
            return Err(WriteError::Broken);
        }
        self.broken = true;
        let sent = timeout(self.limit, async {
            self.stream.write_all(frame).await?;
            self.stream.flush().await
        });
        match sent.await {
            Err(_) => Err(WriteError::TimedOut),
            Ok(Err(error)) => Err(WriteError::Io(error.kind())),
            Ok(Ok(())) => {
                self.broken = false;
                Ok(())
            }
        }
    }

    /// Ends the stream in order, so that the peer reads [`ReadError::Closed`].
    ///
    /// # Errors
    /// [`WriteError::TimedOut`], [`WriteError::Io`]. The stream is gone in any case.
    pub async fn close(mut self) -> Result<(), WriteError> {
        match timeout(self.limit, self.stream.shutdown()).await {
            Err(_) => Err(WriteError::TimedOut),
            Ok(Err(error)) => Err(WriteError::Io(error.kind())),
            Ok(Ok(())) => Ok(()),
        }
    }
}

/// A reader and a writer for the two directions of one stream. The stream closes when both are
/// dropped.
#[must_use]
pub fn split(
    stream: BoxStream,
    size: FrameSize,
    limits: ReadLimits,
    write_limit: Duration,
) -> (
    FrameReader<ReadHalf<BoxStream>>,
    FrameWriter<WriteHalf<BoxStream>>,
) {
    let (read, write) = tokio::io::split(stream);
    (
        FrameReader::new(read, size, limits),
        FrameWriter::new(write, size, write_limit),
    )
}

/// The one answer to everything that is not wanted (D3.8): reads, throws away, writes nothing, and
/// closes the stream at `deadline` by dropping it. Returns the number of bytes thrown away.
///
/// After `limit` bytes it stops reading and still closes no earlier: a flood fills the peer's own
/// window and tells it nothing. When the peer ends the stream there is nobody left to be told
/// anything, so it returns at once.
pub async fn discard_until<S: AsyncRead + Unpin>(
    mut stream: S,
    deadline: Instant,
    limit: u64,
) -> u64 {
    let mut scratch = [0; 1024];
    let mut discarded = 0;
    let reading = async {
        while discarded < limit {
            let want = usize::try_from(limit - discarded)
                .unwrap_or(usize::MAX)
                .min(scratch.len());
            match stream.read(&mut scratch[..want]).await {
                Ok(0) | Err(_) => return,
                Ok(read) => discarded += read as u64,
            }
        }
        std::future::pending::<()>().await;
    };
    // Elapsed is the rule here, not a failure.
    let _ = timeout_at(deadline, reading).await;
    discarded
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{DuplexStream, duplex};

    const LIMITS: ReadLimits = ReadLimits {
        idle: Duration::from_secs(90),
        frame: Duration::from_secs(20),
    };
    const CHAT: usize = FrameSize::Chat.wire();

    fn reader() -> (DuplexStream, FrameReader<DuplexStream>) {
        let (peer, stream) = duplex(64 * 1024);
        (peer, FrameReader::new(stream, FrameSize::Chat, LIMITS))
    }

    #[tokio::test(start_paused = true)]
    async fn frames_come_out_as_they_went_in_however_they_were_cut() {
        for step in [1, 975, 976, 977, 3000] {
            let (mut peer, mut reader) = reader();
            let bytes: Vec<u8> = (0..3 * CHAT).map(|n| (n % 253) as u8).collect();
            let sent = bytes.clone();
            let task = tokio::spawn(async move {
                for chunk in sent.chunks(step) {
                    peer.write_all(chunk).await.unwrap();
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            });
            for frame in bytes.chunks(CHAT) {
                assert_eq!(reader.read().await.unwrap(), frame);
            }
            task.await.unwrap();
            assert_eq!(reader.read().await, Err(ReadError::Closed));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_end_inside_a_frame_is_not_a_close() {
        let (mut peer, mut reader) = reader();
        peer.write_all(&[1; CHAT + 1]).await.unwrap();
        drop(peer);
        let mut frame = Vec::new();
        reader.read_into(&mut frame).await.unwrap();
        assert_eq!(frame, [1; CHAT]);
        assert_eq!(reader.read().await, Err(ReadError::Truncated));
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_peer_a_dripping_peer_and_a_long_handshake_are_told_apart() {
        let (_silent, mut waiting) = reader();
        let begun = Instant::now();
        assert_eq!(
            waiting.read().await,
            Err(ReadError::TimedOut(TimeLimit::Idle))
        );
        assert_eq!(begun.elapsed(), LIMITS.idle);

        let (mut peer, mut dripping) = reader();
        let begun = Instant::now();
        let drip = tokio::spawn(async move {
            while peer.write_all(&[0]).await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        assert_eq!(
            dripping.read().await,
            Err(ReadError::TimedOut(TimeLimit::Frame))
        );
        assert_eq!(begun.elapsed(), LIMITS.frame);
        drop(dripping);
        drip.await.unwrap();

        // Each frame is in time; together they are not.
        let (mut peer, mut slow) = reader();
        let begun = Instant::now();
        slow.set_deadline(Some(begun + Duration::from_secs(30)));
        let sending = tokio::spawn(async move {
            while peer.write_all(&[0; CHAT]).await.is_ok() {
                tokio::time::sleep(Duration::from_secs(12)).await;
            }
        });
        for _ in 0..3 {
            slow.read().await.unwrap();
        }
        assert_eq!(
            slow.read().await,
            Err(ReadError::TimedOut(TimeLimit::Deadline))
        );
        assert_eq!(begun.elapsed(), Duration::from_secs(30));
        slow.set_deadline(None);
        assert!(slow.read().await.is_ok());
        drop(slow);
        sending.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn cancelling_a_read_loses_no_byte_and_begins_no_limit_anew() {
        let (mut peer, mut reader) = reader();
        let begun = Instant::now();
        peer.write_all(&[7; 500]).await.unwrap();
        for _ in 0..19 {
            let cancelled = timeout(Duration::from_secs(1), reader.read()).await;
            assert!(cancelled.is_err());
        }
        assert_eq!(reader.set_size(FrameSize::Bulk), Err(FrameBegun));
        assert_eq!(
            reader.read().await,
            Err(ReadError::TimedOut(TimeLimit::Frame))
        );
        assert_eq!(begun.elapsed(), LIMITS.frame);
        peer.write_all(&[7; 476]).await.unwrap();
        assert_eq!(reader.read().await.unwrap(), [7; CHAT]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_frame_that_is_there_is_returned_to_a_caller_who_comes_late() {
        let (mut peer, mut reader) = reader();
        assert!(
            timeout(Duration::from_secs(1), reader.read())
                .await
                .is_err()
        );
        peer.write_all(&[3; CHAT]).await.unwrap();
        tokio::time::sleep(LIMITS.idle * 2).await;
        assert_eq!(reader.read().await.unwrap(), [3; CHAT]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_size_changes_at_a_border() {
        let (peer, stream) = duplex(64 * 1024);
        let mut reader = FrameReader::new(stream, FrameSize::Chat, LIMITS);
        let mut writer = FrameWriter::new(peer, FrameSize::Chat, LIMITS.frame);
        writer.write(&[1; CHAT]).await.unwrap();
        writer.set_size(FrameSize::Bulk);
        assert_eq!(writer.write(&[1; CHAT]).await, Err(WriteError::Size(CHAT)));
        writer.write(&[2; 3904]).await.unwrap();
        writer.close().await.unwrap();
        assert_eq!(reader.read().await.unwrap(), [1; CHAT]);
        reader.set_size(FrameSize::Bulk).unwrap();
        assert_eq!(reader.read().await.unwrap(), [2; 3904]);
        assert_eq!(reader.read().await, Err(ReadError::Closed));
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_does_not_read_ends_the_writer_for_good() {
        let (mut peer, stream) = duplex(CHAT + 100);
        let mut writer = FrameWriter::new(stream, FrameSize::Chat, Duration::from_secs(10));
        writer.write(&[1; CHAT]).await.unwrap();
        let begun = Instant::now();
        assert_eq!(writer.write(&[2; CHAT]).await, Err(WriteError::TimedOut));
        assert_eq!(begun.elapsed(), Duration::from_secs(10));
        let mut read = [0; CHAT];
        peer.read_exact(&mut read).await.unwrap();
        // There is room again; what would follow is shifted by 876 bytes.
        assert_eq!(writer.write(&[3; CHAT]).await, Err(WriteError::Broken));
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_write_ends_the_writer_for_good() {
        let (_peer, stream) = duplex(100);
        let mut writer = FrameWriter::new(stream, FrameSize::Chat, Duration::from_secs(10));
        assert!(
            timeout(Duration::from_secs(1), writer.write(&[1; CHAT]))
                .await
                .is_err()
        );
        assert_eq!(writer.write(&[1; CHAT]).await, Err(WriteError::Broken));
    }

    #[tokio::test(start_paused = true)]
    async fn discarding_ends_at_the_deadline_whatever_the_peer_sends() {
        for (sends, reads) in [(0, 0), (500, 500), (4096, 4096), (50_000, 4096)] {
            let (mut peer, stream) = duplex(64 * 1024);
            let begun = Instant::now();
            let deadline = begun + Duration::from_secs(30);
            let discarding = tokio::spawn(discard_until(stream, deadline, 4096));
            peer.write_all(&vec![9; sends]).await.unwrap();
            let mut answer = Vec::new();
            // Reading ends when the stream was closed; what stays unread there is the peer's loss.
            peer.read_to_end(&mut answer).await.unwrap();
            assert!(answer.is_empty());
            assert_eq!(begun.elapsed(), Duration::from_secs(30));
            assert_eq!(discarding.await.unwrap(), reads);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn discarding_does_not_wait_for_a_peer_that_has_left() {
        let (peer, reader) = reader();
        drop(peer);
        let begun = Instant::now();
        let deadline = begun + Duration::from_secs(30);
        assert_eq!(reader.discard_until(deadline, 4096).await, 0);
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }
}
