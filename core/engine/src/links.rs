//! One connection's two tasks: frames in to the actor, frames out to the stream. Neither knows what
//! a frame holds.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use undertone_protocol::LinkId;
use undertone_transport::BoxStream;
use undertone_transport::framing::{FrameSize, ReadLimits, split};

use crate::actor::Message;

/// The machine ends silent links itself; this only bounds a reader that was forgotten.
const IDLE: Duration = Duration::from_secs(180);
/// A frame that has begun must be complete in this time: a dripping peer holds nothing for long.
const FRAME: Duration = Duration::from_secs(30);
/// A peer that does not read for this long is given up.
const WRITE: Duration = Duration::from_secs(60);

/// A connection that the actor holds. Dropping it closes the connection at once; [`Self::close`]
/// lets first leave what was given to it.
pub(crate) struct Connection {
    frames: Option<mpsc::UnboundedSender<Vec<u8>>>,
    reader: JoinHandle<()>,
    writer: Option<JoinHandle<()>>,
}

impl Connection {
    pub(crate) fn start(link: LinkId, stream: BoxStream, inbox: mpsc::Sender<Message>) -> Self {
        let limits = ReadLimits {
            idle: IDLE,
            frame: FRAME,
        };
        let (mut incoming, mut outgoing) = split(stream, FrameSize::Chat, limits, WRITE);
        // Unbounded, but the machine never has more than a window of messages on the way.
        let (frames, mut queue) = mpsc::unbounded_channel::<Vec<u8>>();
        let reports = inbox.clone();
        let reader = tokio::spawn(async move {
            loop {
                let message = match incoming.read().await {
                    Ok(frame) => Message::Frame(link, frame.to_vec()),
                    Err(_) => Message::Closed(link),
                };
                let over = matches!(message, Message::Closed(_));
                if reports.send(message).await.is_err() || over {
                    return;
                }
            }
        });
        let writer = tokio::spawn(async move {
            while let Some(frame) = queue.recv().await {
                if outgoing.write(&frame).await.is_err() {
                    // An actor that is gone needs no report.
                    let _ = inbox.send(Message::Closed(link)).await;
                    return;
                }
            }
            let _ = outgoing.close().await;
        });
        Self {
            frames: Some(frames),
            reader,
            writer: Some(writer),
        }
    }

    pub(crate) fn send(&self, frames: Vec<Vec<u8>>) {
        if let Some(sender) = &self.frames {
            for frame in frames {
                // A writer that ended has reported so already.
                let _ = sender.send(frame);
            }
        }
    }

    /// Closes after what was sent has left: the writer ends by itself when its queue is empty, and
    /// each of its writes has a limit.
    pub(crate) fn close(mut self) {
        self.writer.take();
    }

    /// The same, and waits for it.
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
