//! One connection at the control socket: reads requests, has each answered in turn by the profile that it names, and sends events
//! once they were asked for. It holds no state of any profile.

use std::io;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::select_all;
use tokio::net::UnixStream;
use tokio::sync::mpsc;
use undertone_engine::{Command, Engine, Event, EventStream, Reply};

use super::profiles::{Profiles, WhichError, unlock_name};
use crate::control::lines::{self, LineError, Lines};
use crate::control::several::{self, Which};
use crate::control::{self, MAX_REQUEST, Numbered, Request, RequestError};

/// Serves a connection to its end. A message in `stop` ends the process.
pub(super) async fn serve(stream: UnixStream, profiles: Profiles, stop: mpsc::Sender<()>) {
    if let Err(error) = answer_all(stream, &profiles, &stop).await {
        tracing::debug!(kind = ?error.kind(), "a connection at the control socket broke");
    }
}

/// Events of profiles, by their numbers.
type Heard = Vec<(u32, EventStream)>;

async fn answer_all(
    stream: UnixStream,
    profiles: &Profiles,
    stop: &mpsc::Sender<()>,
) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut requests = Lines::new(read, MAX_REQUEST);
    let mut heard = Heard::new();
    loop {
        let line = tokio::select! {
            line = requests.next() => line,
            (number, event) = next_event(&mut heard) => {
                let line = match event {
                    Some(event) => control::event_line(&event, number)?,
                    None => {
                        heard.retain(|(known, _)| *known != number);
                        several::locked_line(number)?
                    }
                };
                lines::write(&mut write, &line).await?;
                continue;
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
        let Numbered {
            number,
            profile,
            request,
        } = control::read_request(&line);
        // The copy that the request has goes with it.
        drop(line);
        let is_stop = request == Ok(Request::Stop);
        let busy = profiles.busy();
        let answer = match request {
            Ok(request) => answer(profiles, &mut heard, number, profile, request).await,
            Err(error) => control::error_line(number, &error),
        };
        lines::write(&mut write, &answer?).await?;
        drop(busy);
        if is_stop {
            // A full channel has been told already.
            let _ = stop.try_send(());
        }
    }
}

async fn answer(
    profiles: &Profiles,
    heard: &mut Heard,
    number: Option<u64>,
    profile: Option<Which>,
    request: Request,
) -> serde_json::Result<Vec<u8>> {
    match request {
        Request::Stop => return control::reply_line(number, &Reply::Done),
        Request::Profiles => return several::profiles_line(number, &profiles.list().await),
        Request::Unlock(entered) => {
            return match profiles.unlock(entered.0).await {
                Ok(profile) => several::unlocked_line(number, profile),
                Err(error) => several::profile_line(number, unlock_name(&error), &error),
            };
        }
        _ => {}
    }
    let (found, engine) = match profiles.find(profile.as_ref()).await {
        Ok(found) => found,
        Err(error) => return refused(number, error),
    };
    match request {
        Request::Events => {
            // Before the answer: what happens after it is certainly told.
            if heard.iter().all(|(known, _)| *known != found) {
                heard.push((found, engine.events()));
            }
            control::reply_line(number, &Reply::Done)
        }
        Request::Lock => {
            drop(engine);
            profiles.lock(found).await;
            control::reply_line(number, &Reply::Done)
        }
        Request::Engine(command) => run(&engine, number, command).await,
        Request::Conversations(after) => match engine.run(Command::Conversations).await {
            Ok(Reply::Conversations { conversations }) => {
                control::conversations_line(number, conversations, after)
            }
            Ok(reply) => control::reply_line(number, &reply),
            Err(error) => control::refusal_line(number, &error),
        },
        // Answered above.
        Request::Stop | Request::Profiles | Request::Unlock(_) => {
            control::reply_line(number, &Reply::Done)
        }
    }
}

async fn run(
    engine: &Arc<Engine>,
    number: Option<u64>,
    command: Command,
) -> serde_json::Result<Vec<u8>> {
    match engine.run(command).await {
        Ok(reply) => control::reply_line(number, &reply),
        Err(error) => control::refusal_line(number, &error),
    }
}

fn refused(number: Option<u64>, error: WhichError) -> serde_json::Result<Vec<u8>> {
    several::profile_line(number, error.name(), &error)
}

/// Waits for ever while no events were asked for. `None`: the profile is gone.
async fn next_event(heard: &mut Heard) -> (u32, Option<Event>) {
    if heard.is_empty() {
        return std::future::pending().await;
    }
    let next = heard
        .iter_mut()
        .map(|(number, events)| events.next().map(|event| (*number, event)).boxed());
    select_all(next).await.0
}
