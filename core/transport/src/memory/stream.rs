//! One end of a stream, as the programs under test hold it. It exists to turn the network's
//! answers into polls and timers. It has no rules of its own.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::pipe::Answer;
use super::state::{Shared, Side};
use super::trace::StreamId;

/// One end; dropping it closes the stream and loses what was not flushed.
#[derive(Debug)]
pub(super) struct MemoryStream {
    shared: Arc<Shared>,
    id: StreamId,
    side: Side,
    reading: Timer,
    writing: Timer,
}

impl MemoryStream {
    pub(super) fn new(shared: Arc<Shared>, id: StreamId, side: Side) -> Self {
        Self {
            shared,
            id,
            side,
            reading: Timer::default(),
            writing: Timer::default(),
        }
    }

    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        flush: bool,
    ) -> Poll<io::Result<usize>> {
        let (id, side) = (self.id, self.side);
        loop {
            let answer = self
                .shared
                .with(|state| state.write(id, side, cx.waker(), bytes, flush));
            match answer {
                Some(Answer::Ready(taken)) => return Poll::Ready(Ok(taken)),
                Some(Answer::Failed(kind)) => return Poll::Ready(Err(kind.into())),
                Some(Answer::Until(at)) => ready!(self.writing.poll(at, cx)),
                Some(Answer::Pending) => return Poll::Pending,
                None => return Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
            }
        }
    }
}

impl AsyncRead for MemoryStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if buf.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        let (id, side) = (self.id, self.side);
        loop {
            let answer = self
                .shared
                .with(|state| state.read(id, side, cx.waker(), buf));
            match answer {
                Some(Answer::Ready(_)) => return Poll::Ready(Ok(())),
                Some(Answer::Failed(kind)) => return Poll::Ready(Err(kind.into())),
                Some(Answer::Until(at)) => ready!(self.reading.poll(at, cx)),
                Some(Answer::Pending) => return Poll::Pending,
                None => return Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
            }
        }
    }
}

impl AsyncWrite for MemoryStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_send(cx, buf, false)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send(cx, &[], true))?;
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_flush(cx))?;
        let (id, side) = (self.id, self.side);
        self.shared.with(|state| state.close(id, side));
        Poll::Ready(Ok(()))
    }
}

impl Drop for MemoryStream {
    fn drop(&mut self) {
        let (id, side) = (self.id, self.side);
        self.shared.with(|state| state.drop_end(id, side));
    }
}

/// One timer, used again and again.
#[derive(Debug, Default)]
struct Timer(Option<Pin<Box<Sleep>>>);

impl Timer {
    fn poll(&mut self, at: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(at)));
        if sleep.deadline() != at {
            sleep.as_mut().reset(at);
        }
        sleep.as_mut().poll(cx)
    }
}
