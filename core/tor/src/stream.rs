//! A stream that its door can cut.
//!
//! Arti keeps streams and their rendezvous circuits open when their onion service ends, and the
//! stream lives in whoever uses it. A door that is dropped must take its streams with it (D9:
//! nothing goes on over an abandoned key), so the Arti stream sits in a slot that both can reach.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use arti_client::DataStream;
use futures::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::OwnedSemaphorePermit;

/// What holds the Arti stream until either side lets go.
pub(crate) struct Slot<S> {
    stream: Mutex<Option<S>>,
    reader: AtomicWaker,
    writer: AtomicWaker,
}

impl<S> Slot<S> {
    /// Closes the stream at once; whoever waits on it hears of it.
    fn cut(&self) {
        let stream = self.lock().take();
        // Outside the lock: closing an Arti stream wakes other tasks.
        drop(stream);
        self.reader.wake();
        self.writer.wake();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<S>> {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The streams of one door.
pub(crate) struct Cuttable<S = DataStream>(Mutex<Slots<S>>);

struct Slots<S> {
    cut: bool,
    next_id: u64,
    live: HashMap<u64, Weak<Slot<S>>>,
}

impl<S> Cuttable<S> {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Slots {
            cut: false,
            next_id: 0,
            live: HashMap::new(),
        }))
    }

    /// Wraps a stream, which occupies `place` until it is dropped. `None` after
    /// [`Cuttable::cut_all`].
    pub(crate) fn add(
        self: &Arc<Self>,
        stream: S,
        place: OwnedSemaphorePermit,
    ) -> Option<CuttableStream<S>> {
        let slot = Arc::new(Slot {
            stream: Mutex::new(Some(stream)),
            reader: AtomicWaker::new(),
            writer: AtomicWaker::new(),
        });
        let mut slots = self.lock();
        if slots.cut {
            return None;
        }
        let id = slots.next_id;
        slots.next_id += 1;
        slots.live.insert(id, Arc::downgrade(&slot));
        Some(CuttableStream {
            slot,
            owner: Arc::clone(self),
            id,
            _place: place,
            _circuit: None,
        })
    }

    /// Closes every stream, and those that would be added later.
    pub(crate) fn cut_all(&self) {
        let live = {
            let mut slots = self.lock();
            slots.cut = true;
            std::mem::take(&mut slots.live)
        };
        for slot in live.values().filter_map(Weak::upgrade) {
            slot.cut();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Slots<S>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the application reads and writes.
pub(crate) struct CuttableStream<S = DataStream> {
    slot: Arc<Slot<S>>,
    owner: Arc<Cuttable<S>>,
    id: u64,
    _place: OwnedSemaphorePermit,
    _circuit: Option<Arc<()>>,
}

impl<S> Drop for CuttableStream<S> {
    fn drop(&mut self) {
        self.owner.lock().live.remove(&self.id);
    }
}

impl<S> CuttableStream<S> {
    /// Lets the circuit see by `token` that it has this stream.
    pub(crate) fn counted(mut self, token: Arc<()>) -> Self {
        self._circuit = Some(token);
        self
    }
}

impl<S: Unpin> CuttableStream<S> {
    fn poll<T>(
        &self,
        waker: &AtomicWaker,
        now: &Waker,
        act: impl FnOnce(Pin<&mut S>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        // Registered before the look, so that a cut in between is not missed.
        waker.register(now);
        match self.slot.lock().as_mut() {
            Some(stream) => act(Pin::new(stream)),
            None => Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into())),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for CuttableStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll(&self.slot.reader, cx.waker(), |stream| {
            stream.poll_read(&mut Context::from_waker(cx.waker()), buf)
        })
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for CuttableStream<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll(&self.slot.writer, cx.waker(), |stream| {
            stream.poll_write(&mut Context::from_waker(cx.waker()), bytes)
        })
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll(&self.slot.writer, cx.waker(), |stream| {
            stream.poll_flush(&mut Context::from_waker(cx.waker()))
        })
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll(&self.slot.writer, cx.waker(), |stream| {
            stream.poll_shutdown(&mut Context::from_waker(cx.waker()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
    use tokio::sync::Semaphore;

    fn place() -> OwnedSemaphorePermit {
        Arc::new(Semaphore::new(1))
            .try_acquire_owned()
            .expect("free")
    }

    #[tokio::test]
    async fn bytes_pass_until_the_cut_which_both_ends_see() {
        let streams = Arc::new(Cuttable::<DuplexStream>::new());
        let (near, mut far) = tokio::io::duplex(64);
        let mut stream = streams.add(near, place()).expect("open");
        far.write_all(b"hello").await.expect("written");
        let mut bytes = [0; 5];
        stream.read_exact(&mut bytes).await.expect("read");
        assert_eq!(&bytes, b"hello");

        let waiting = tokio::spawn(async move {
            let error = stream.read_u8().await.expect_err("cut");
            (error.kind(), stream.write_all(b"x").await.is_err())
        });
        tokio::task::yield_now().await;
        streams.cut_all();
        let (kind, refused) = waiting.await.expect("joined");
        assert_eq!(kind, io::ErrorKind::ConnectionAborted);
        assert!(refused);
        assert_eq!(far.read(&mut bytes).await.expect("end"), 0);
        assert!(streams.add(far, place()).is_none(), "closed for good");
    }

    #[tokio::test]
    async fn a_dropped_stream_is_forgotten() {
        let streams = Arc::new(Cuttable::<DuplexStream>::new());
        let stream = streams.add(tokio::io::duplex(1).0, place()).expect("open");
        assert_eq!(streams.lock().live.len(), 1);
        drop(stream);
        assert!(streams.lock().live.is_empty());
    }
}
