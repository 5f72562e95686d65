//! Lines of bounded length over a byte stream, in both directions. Needed because the readers of
//! the libraries grow with what the other side sends.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use zeroize::Zeroizing;

/// How long the other side may leave what it was sent unread.
const WRITE_DEADLINE: Duration = Duration::from_secs(30);

/// Read at a time, in bytes.
const CHUNK: usize = 16 * 1024;

/// Reads lines. A line may hold a passphrase: nothing of what was read stays in memory that is given back.
pub struct Lines<R> {
    from: R,
    buffer: Zeroizing<Vec<u8>>,
    /// No line break before this place.
    searched: usize,
    longest: usize,
}

/// What was read is not printed.
impl<R> std::fmt::Debug for Lines<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lines(..)")
    }
}

/// Why there is no next line.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// Longer than was agreed. Nothing after it can be read.
    #[error("a line is too long")]
    TooLong,
    /// The stream failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl<R: AsyncRead + Unpin> Lines<R> {
    /// Reads lines of at most `longest` bytes from a stream.
    pub fn new(from: R, longest: usize) -> Self {
        Self {
            from,
            buffer: Zeroizing::default(),
            searched: 0,
            longest,
        }
    }

    /// The next line without its line break; `None` at the end. A line without a break at the
    /// end of the stream is none. Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// See [`LineError`].
    pub async fn next(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, LineError> {
        loop {
            let unsearched = self.buffer.get(self.searched..).unwrap_or_default();
            if let Some(offset) = unsearched.iter().position(|byte| *byte == b'\n') {
                let end = self.searched + offset;
                if end > self.longest {
                    return Err(LineError::TooLong);
                }
                let rest = Zeroizing::new(self.buffer.split_off(end + 1));
                let mut line = std::mem::replace(&mut self.buffer, rest);
                line.pop();
                self.searched = 0;
                return Ok(Some(line));
            }
            self.searched = self.buffer.len();
            if self.searched > self.longest {
                return Err(LineError::TooLong);
            }
            self.make_room();
            if self.from.read_buf(&mut *self.buffer).await? == 0 {
                return Ok(None);
            }
        }
    }
}

impl<R> Lines<R> {
    /// Makes room for what is read next. A vector that grows by itself would leave what it held where it lay.
    fn make_room(&mut self) {
        let length = self.buffer.len();
        if self.buffer.capacity() - length < CHUNK {
            let mut larger = Zeroizing::new(Vec::with_capacity((2 * length).max(length + CHUNK)));
            larger.extend_from_slice(&self.buffer);
            self.buffer = larger;
        }
    }
}

/// Writes a line that has its break already.
///
/// # Errors
/// Also when the other side does not read for 30 s.
pub async fn write(to: &mut (impl AsyncWrite + Unpin), line: &[u8]) -> io::Result<()> {
    let written = async {
        to.write_all(line).await?;
        to.flush().await
    };
    match tokio::time::timeout(WRITE_DEADLINE, written).await {
        Ok(result) => result,
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_come_whole_however_they_arrive() {
        let mut lines = Lines::new(&b"one\n\ntwo\r\nthree"[..], 10);
        assert_eq!(lines.next().await.unwrap().unwrap().as_slice(), b"one");
        assert_eq!(lines.next().await.unwrap().unwrap().as_slice(), b"");
        assert_eq!(lines.next().await.unwrap().unwrap().as_slice(), b"two\r");
        assert!(lines.next().await.unwrap().is_none());

        let (mut near, far) = tokio::io::duplex(1);
        let writing = tokio::spawn(async move { write(&mut near, b"slow\nline\n").await });
        let mut lines = Lines::new(far, 10);
        assert_eq!(lines.next().await.unwrap().unwrap().as_slice(), b"slow");
        assert_eq!(lines.next().await.unwrap().unwrap().as_slice(), b"line");
        writing.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn an_endless_line_ends_the_reading_and_not_the_memory() {
        let mut lines = Lines::new(tokio::io::repeat(b'x'), 100_000);
        assert!(matches!(lines.next().await, Err(LineError::TooLong)));
        assert!(
            lines.buffer.capacity() < 400_000,
            "{}",
            lines.buffer.capacity()
        );
        let mut exact = Lines::new(&b"12345\n123456\n"[..], 5);
        assert_eq!(exact.next().await.unwrap().unwrap().as_slice(), b"12345");
        assert!(matches!(exact.next().await, Err(LineError::TooLong)));
    }

    #[tokio::test]
    async fn a_read_that_was_given_up_loses_nothing() {
        let (mut near, far) = tokio::io::duplex(64);
        let mut lines = Lines::new(far, 10);
        write(&mut near, b"ha").await.unwrap();
        tokio::select! {
            biased;
            _ = lines.next() => panic!("there is no whole line yet"),
            () = tokio::task::yield_now() => {}
        }
        write(&mut near, b"lf\n").await.unwrap();
        assert_eq!(lines.next().await.unwrap().unwrap().as_slice(), b"half");
    }

    #[tokio::test(start_paused = true)]
    async fn someone_who_does_not_read_is_given_up() {
        let (mut near, _far) = tokio::io::duplex(4);
        let error = write(&mut near, b"more than fits\n").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
