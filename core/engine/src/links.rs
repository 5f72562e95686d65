//! One connection's two tasks: frames in to the actor, frames out to the stream. Neither knows what
//! a frame holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use undertone_protocol::LinkId;
use undertone_transport::BoxStream;
use undertone_transport::framing::{FrameReader, FrameSize, FrameWriter, ReadLimits, split};

use crate::actor::Message;

/// The machine ends silent links itself; this only bounds a reader that was forgotten.
const IDLE: Duration = Duration::from_secs(180);
/// A frame that has begun must be complete in this time: a dripping peer holds nothing for long.
const FRAME: Duration = Duration::from_secs(30);
/// A peer that does not read for this long is given up.
const WRITE: Duration = Duration::from_secs(60);

/// Bytes that may wait for a peer that reads slowly; more ends the connection.
const QUEUE: usize = 4 * 1024 * 1024;
/// How long a closed connection may still write what was given to it.
const DRAIN: Duration = Duration::from_secs(10);

/// A connection that the actor holds. Dropping it cuts the connection at once; [`Self::close`]
/// lets first leave what was given to it.
pub(crate) struct Connection {
    frames: Option<mpsc::UnboundedSender<Vec<u8>>>,
    shared: Arc<Shared>,
    reader: JoinHandle<()>,
    writer: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    /// Bytes that wait for the writer.
    queued: AtomicUsize,
    /// What comes is thrown away.
    silent: AtomicBool,
}

impl Connection {
    pub(crate) fn start(link: LinkId, stream: BoxStream, inbox: mpsc::Sender<Message>) -> Self {
        let limits = ReadLimits {
            idle: IDLE,
            frame: FRAME,
        };
        let (incoming, outgoing) = split(stream, FrameSize::Chat, limits, WRITE);
        let shared = Arc::new(Shared::default());
        // Its bytes are counted: see QUEUE.
        let (frames, queue) = mpsc::unbounded_channel::<Vec<u8>>();
        let reader = read(link, incoming, Arc::clone(&shared), inbox.clone());
        let writer = write(link, outgoing, queue, Arc::clone(&shared), inbox);
        Self {
            frames: Some(frames),
            shared,
            reader: tokio::spawn(reader),
            writer: Some(tokio::spawn(writer)),
        }
    }

    /// `false`: too much waits already, and nothing more is taken.
    pub(crate) fn send(&self, frames: Vec<Vec<u8>>) -> bool {
        let Some(sender) = &self.frames else {
            return true;
        };
        for frame in frames {
            let before = self.shared.queued.fetch_add(frame.len(), Ordering::Relaxed);
            if before > QUEUE {
                return false;
            }
            // A writer that ended has reported so already.
            let _ = sender.send(frame);
        }
        true
    }

    /// From now on what comes is thrown away unread.
    pub(crate) fn silence(&self) {
        self.shared.silent.store(true, Ordering::Relaxed);
    }

    /// Closes after what was sent has left, or after [`DRAIN`].
    pub(crate) fn close(self) {
        tokio::spawn(self.finish(DRAIN));
    }

    /// The same with another limit, and waits for it.
    pub(crate) async fn finish(mut self, limit: Duration) {
        self.frames = None;
        if let Some(mut writer) = self.writer.take()
            && tokio::time::timeout(limit, &mut writer).await.is_err()
        {
            writer.abort();
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.reader.abort();
        if let Some(writer) = &self.writer {
            writer.abort();
        }
    }
}

async fn read(
    link: LinkId,
    mut incoming: FrameReader<ReadHalf<BoxStream>>,
    shared: Arc<Shared>,
    inbox: mpsc::Sender<Message>,
) {
    loop {
        let message = match incoming.read().await {
            Ok(_) if shared.silent.load(Ordering::Relaxed) => continue,
            Ok(frame) => Message::Frame(link, frame.to_vec()),
            Err(_) => Message::Closed(link),
        };
        let over = matches!(message, Message::Closed(_));
        // An actor that is gone needs no report.
        if inbox.send(message).await.is_err() || over {
            return;
        }
    }
}

async fn write(
    link: LinkId,
    mut outgoing: FrameWriter<WriteHalf<BoxStream>>,
    mut queue: mpsc::UnboundedReceiver<Vec<u8>>,
    shared: Arc<Shared>,
    inbox: mpsc::Sender<Message>,
) {
    while let Some(frame) = queue.recv().await {
        if outgoing.write(&frame).await.is_err() {
            let _ = inbox.send(Message::Closed(link)).await;
            return;
        }
        shared.queued.fetch_sub(frame.len(), Ordering::Relaxed);
    }
    // It may be gone already.
    let _ = outgoing.close().await;
}
