//! One connection at the control socket: reads requests, answers each in turn, and sends events
//! once they were asked for. It holds no state of the profile.

use std::io;
use std::sync::Arc;

use tokio::net::UnixStream;
use tokio::net::unix::OwnedWriteHalf;
use tokio::sync::mpsc;
use undertone_engine::{Command, Engine, Event, EventStream, Reply};

use crate::control::lines::{self, LineError, Lines};
use crate::control::{self, MAX_REQUEST, Numbered, Request, RequestError};

/// Serves a connection to its end. A message in `stop` ends the process.
pub(super) async fn serve(stream: UnixStream, engine: Arc<Engine>, stop: mpsc::Sender<()>) {
    if let Err(error) = answer_all(stream, &engine, &stop).await {
        tracing::debug!(kind = ?error.kind(), "a connection at the control socket broke");
    }
}

async fn answer_all(
    stream: UnixStream,
    engine: &Engine,
    stop: &mpsc::Sender<()>,
) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut requests = Lines::new(read, MAX_REQUEST);
    let mut events = None;
    loop {
        let line = tokio::select! {
            line = requests.next() => line,
            event = next_event(&mut events) => match event {
                Some(event) => {
                    lines::write(&mut write, &control::event_line(&event)?).await?;
                    continue;
                }
                None => return Ok(()),
            },
        };
        let line = match line {
            Ok(Some(line)) => line,
            Ok(None) => return Ok(()),
            Err(LineError::TooLong) => {
                let answer = control::error_line(None, &RequestError::LineTooLong)?;
                return lines::write(&mut write, &answer).await;
            }
            Err(LineError::Io(error)) => return Err(error),
        };
        let Numbered { number, request } = control::read_request(&line);
        if request == Ok(Request::Events) {
            // Before the answer: what happens after it is certainly told.
            events = Some(engine.events());
        }
        answer(&mut write, engine, number, &request).await?;
        if request == Ok(Request::Stop) {
            // A full channel has been told already.
            let _ = stop.try_send(());
        }
    }
}

async fn answer(
    write: &mut OwnedWriteHalf,
    engine: &Engine,
    number: Option<u64>,
    request: &Result<Request, RequestError>,
) -> io::Result<()> {
    let line = match request {
        Ok(Request::Events | Request::Stop) => control::reply_line(number, &Reply::Done),
        Ok(Request::Engine(command)) => match engine.run(command.clone()).await {
            Ok(reply) => control::reply_line(number, &reply),
            Err(error) => control::refusal_line(number, &error),
        },
        Ok(Request::Conversations(after)) => match engine.run(Command::Conversations).await {
            Ok(Reply::Conversations { conversations }) => {
                control::conversations_line(number, conversations, *after)
            }
            Ok(reply) => control::reply_line(number, &reply),
            Err(error) => control::refusal_line(number, &error),
        },
        Err(error) => control::error_line(number, error),
    };
    lines::write(write, &line?).await
}

/// Waits for ever while no events were asked for. `None`: the engine is gone.
async fn next_event(events: &mut Option<EventStream>) -> Option<Event> {
    match events {
        Some(events) => events.next().await,
        None => std::future::pending().await,
    }
}
