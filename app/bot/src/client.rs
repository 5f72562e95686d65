//! The other end of the control socket: what this program's own commands use to talk to the
//! process that runs the profile. It knows the connection, not what the commands mean.

pub mod names;
pub mod view;

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::control::lines::{self, LineError, Lines};
use crate::control::several::{LOCKED, Which};
use crate::control::socket::{self, ConnectError};
use crate::control::{MAX_ANSWER, Request};

/// How long an answer may take. Commands only store and read; they do not wait for the network.
const ANSWER: Duration = Duration::from_secs(60);

/// Room for a request without a text, in bytes; one with a passphrase has at most half of it.
const LINE: usize = 4096;

/// The most events that are kept while an answer is awaited.
const MAX_EVENTS: usize = 4096;

/// Why a request was not done.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The profile refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nobody there.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// It ended meanwhile.
    #[error("the profile was stopped")]
    Gone,
    /// No answer within a minute.
    #[error("the profile does not answer")]
    Silent,
    /// An answer that this version does not understand.
    #[error("the profile's answer was not understood: does it run another version?")]
    NotUnderstood,
    /// The system refused.
    #[error("the control socket broke")]
    Io(#[from] io::Error),
}

/// What the profile said when it refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Deserialize)]
#[error("{message}")]
pub struct Refusal {
    /// The reason's name in the control language.
    pub error: String,
    /// The same for people.
    pub message: String,
}

/// A JSON object of the control language.
pub type Object = Map<String, Value>;

/// A connection to the process that runs a profile.
#[derive(Debug)]
pub struct Client {
    lines: Lines<OwnedReadHalf>,
    write: OwnedWriteHalf,
    last: u64,
    /// Whom requests concern; `None`: the first.
    profile: Option<Which>,
    /// What happened while an answer was awaited.
    events: VecDeque<Object>,
}

impl Client {
    /// Connects to the profile of a home.
    ///
    /// # Errors
    /// See [`ConnectError`].
    pub async fn connect(home: &Path) -> Result<Self, ConnectError> {
        let (read, write) = socket::connect(home).await?.into_split();
        let lines = Lines::new(read, MAX_ANSWER);
        Ok(Self {
            lines,
            write,
            last: 0,
            profile: None,
            events: VecDeque::new(),
        })
    }

    /// Has requests concern one of several profiles.
    #[must_use]
    pub fn of(mut self, profile: Option<Which>) -> Self {
        self.profile = profile;
        self
    }

    /// Makes a request and waits for its answer.
    ///
    /// # Errors
    /// See [`AskError`].
    pub async fn ask(&mut self, request: &Request) -> Result<Object, AskError> {
        self.last += 1;
        // It may hold a passphrase, and is longer than such a line from the beginning.
        let mut line = Zeroizing::new(Vec::with_capacity(LINE));
        let request = Line {
            request: self.last,
            profile: self.profile.as_ref(),
            body: request,
        };
        serde_json::to_writer(&mut *line, &request).map_err(io::Error::from)?;
        line.push(b'\n');
        let answer = async {
            lines::write(&mut self.write, &line).await?;
            loop {
                let object = read(&mut self.lines).await?;
                if object.contains_key("event") {
                    if self.events.len() == MAX_EVENTS {
                        return Err(AskError::NotUnderstood);
                    }
                    self.events.push_back(object);
                } else {
                    return Ok(object);
                }
            }
        };
        let mut object = timeout(ANSWER, answer)
            .await
            .map_err(|_| AskError::Silent)??;
        let number = object.remove("request");
        if object.contains_key("error") {
            return Err(understood::<Refusal>(object)?.into());
        }
        if number != Some(self.last.into()) || !object.contains_key("reply") {
            return Err(AskError::NotUnderstood);
        }
        Ok(object)
    }

    /// As [`Client::ask`], with the answer read into what it should be.
    ///
    /// # Errors
    /// See [`AskError`].
    pub async fn get<T: DeserializeOwned>(&mut self, request: &Request) -> Result<T, AskError> {
        understood(self.ask(request).await?)
    }

    /// The next event, after [`Request::Events`]. Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// [`AskError::Gone`] when the profile ends, be it alone.
    pub async fn event(&mut self) -> Result<Object, AskError> {
        let event = match self.events.pop_front() {
            Some(event) => event,
            None => read(&mut self.lines).await?,
        };
        if event.get("event").is_some_and(|name| name == LOCKED) {
            return Err(AskError::Gone);
        }
        Ok(event)
    }
}

async fn read(lines: &mut Lines<OwnedReadHalf>) -> Result<Object, AskError> {
    match lines.next().await {
        Ok(Some(line)) => serde_json::from_slice(&line).map_err(|_| AskError::NotUnderstood),
        Ok(None) => Err(AskError::Gone),
        Err(LineError::TooLong) => Err(AskError::NotUnderstood),
        Err(LineError::Io(error)) => match error.kind() {
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => Err(AskError::Gone),
            _ => Err(error.into()),
        },
    }
}

/// Reads an answer or an event into what it should be.
///
/// # Errors
/// [`AskError::NotUnderstood`].
pub fn understood<T: DeserializeOwned>(object: Object) -> Result<T, AskError> {
    serde_json::from_value(Value::Object(object)).map_err(|_| AskError::NotUnderstood)
}

#[derive(Serialize)]
struct Line<'a> {
    request: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'a Which>,
    #[serde(flatten)]
    body: &'a Request,
}
