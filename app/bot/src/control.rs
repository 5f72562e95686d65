//! The language between the process that runs a profile and the programs that drive it: one JSON
//! object a line, over a Unix socket in the profile's home. It exists so that a script, a bot in
//! any language and this program's own commands use the same thing. What can be said is the
//! engine's [`Command`]; this file only adds what a connection needs. The crate's README
//! describes it for the authors of bots.

pub mod lines;
pub mod several;
pub mod socket;

use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};
use undertone_engine::{Command, CommandError, ContactId, ConversationView, Event, Reply};

use self::several::{LOCK, PROFILES, Which};
use crate::passphrase::Entered;

/// The longest line that the running profile reads, in bytes: a message of 64 KiB in which every
/// byte is written as `\u00XX`, and the rest.
pub const MAX_REQUEST: usize = 6 * 65_536 + 16_384;

/// The longest line that it sends, in bytes: a page of [`MAX_PAGE`] such messages.
pub const MAX_ANSWER: usize = MAX_PAGE as usize * MAX_REQUEST;

/// The most messages in one answer over the socket; [`Command::History`] and [`Command::Search`] with a
/// higher limit are answered with this many.
pub const MAX_PAGE: u32 = 100;

/// The most conversations in one answer: each may have a last message and a draft of full length.
pub const MAX_CONVERSATIONS: usize = MAX_PAGE as usize / 2;

const EVENTS: &str = "events";
const STOP: &str = "stop";
const CONVERSATIONS: &str = "conversations";

/// What a line asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// A command for the engine.
    Engine(Command),
    /// A page of [`Command::Conversations`]: `{"command":"conversations","after":…}`.
    Conversations(After),
    /// Send events on this connection from now on: `{"command":"events"}`.
    Events,
    /// End the process: `{"command":"stop"}`.
    Stop,
    /// Unlock a further profile: `{"command":"unlock","passphrase":…}`.
    Unlock(Entered),
    /// End a profile: `{"command":"lock"}`.
    Lock,
    /// Which profiles run: `{"command":"profiles"}`.
    Profiles,
}

impl Serialize for Request {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = match self {
            Self::Engine(command) => return command.serialize(serializer),
            Self::Conversations(after) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("command", CONVERSATIONS)?;
                map.serialize_entry("after", &after.after)?;
                return map.end();
            }
            Self::Unlock(entered) => return several::write_unlock(entered, serializer),
            Self::Events => EVENTS,
            Self::Stop => STOP,
            Self::Lock => LOCK,
            Self::Profiles => PROFILES,
        };
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("command", name)?;
        map.end()
    }
}

/// Where a page of conversations begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct After {
    /// After the one with this contact; missing or null: with the first.
    #[serde(default)]
    pub after: Option<ContactId>,
}

/// A request and the number that its sender gave it.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbered {
    /// From the field `request`; comes back with the answer.
    pub number: Option<u64>,
    /// From the field `profile`: whom it concerns; `None`: the first.
    pub profile: Option<Which>,
    /// The request, or why it is none.
    pub request: Result<Request, RequestError>,
}

/// Why a line is no request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Not a JSON object; or no command of this version; or its fields are wrong. The text is the
    /// JSON reader's.
    #[error("not a request: {0}")]
    Malformed(Box<str>),
    /// Longer than [`MAX_REQUEST`]. The connection ends.
    #[error("a request can have {MAX_REQUEST} bytes")]
    LineTooLong,
}

/// Reads one line.
#[must_use]
pub fn read_request(line: &[u8]) -> Numbered {
    // Before anything of the line is copied.
    if let Some((number, request)) = several::read_unlock(line) {
        return Numbered {
            number,
            profile: None,
            request: request.map(Request::Unlock),
        };
    }
    let malformed = |error: serde_json::Error| RequestError::Malformed(error.to_string().into());
    let object = match serde_json::from_slice::<Map<String, Value>>(line) {
        Ok(object) => object,
        Err(error) => {
            return Numbered {
                number: None,
                profile: None,
                request: Err(malformed(error)),
            };
        }
    };
    let number = object.get("request").and_then(Value::as_u64);
    let profile = match several::read_which(object.get("profile")) {
        Ok(profile) => profile,
        Err(error) => {
            return Numbered {
                number,
                profile: None,
                request: Err(malformed(error)),
            };
        }
    };
    let request = match object.get("command").and_then(Value::as_str) {
        Some(EVENTS) => Ok(Request::Events),
        Some(STOP) => Ok(Request::Stop),
        Some(LOCK) => Ok(Request::Lock),
        Some(PROFILES) => Ok(Request::Profiles),
        Some(CONVERSATIONS) => serde_json::from_value(Value::Object(object))
            .map(Request::Conversations)
            .map_err(malformed),
        _ => serde_json::from_value(Value::Object(object))
            .map(|command| Request::Engine(bounded(command)))
            .map_err(malformed),
    };
    Numbered {
        number,
        profile,
        request,
    }
}

fn bounded(mut command: Command) -> Command {
    if let Command::History { limit, .. } | Command::Search { limit, .. } = &mut command {
        *limit = (*limit).min(MAX_PAGE);
    }
    command
}

#[derive(Serialize)]
struct Answer<'a, T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<u64>,
    #[serde(flatten)]
    body: &'a T,
}

#[derive(Serialize)]
struct Refused {
    error: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Value>,
    message: String,
}

/// The line that answers a request that was done.
///
/// # Errors
/// When the reply cannot be written as JSON.
pub fn reply_line(number: Option<u64>, reply: &Reply) -> serde_json::Result<Vec<u8>> {
    line(&Answer {
        request: number,
        body: reply,
    })
}

/// The line that answers [`Request::Conversations`].
///
/// # Errors
/// When the reply cannot be written as JSON.
pub fn conversations_line(
    number: Option<u64>,
    mut conversations: Vec<ConversationView>,
    After { after }: After,
) -> serde_json::Result<Vec<u8>> {
    let first = after.map_or(0, |after| {
        let place = conversations.iter().position(|one| one.contact == after);
        place.map_or(conversations.len(), |place| place + 1)
    });
    conversations.drain(..first);
    let is_more = conversations.len() > MAX_CONVERSATIONS;
    conversations.truncate(MAX_CONVERSATIONS);
    let more = conversations.last().filter(|_| is_more);
    line(&Answer {
        request: number,
        body: &Page {
            reply: CONVERSATIONS,
            more: more.map(|last| last.contact),
            conversations: &conversations,
        },
    })
}

#[derive(Serialize)]
struct Page<'a> {
    reply: &'static str,
    conversations: &'a [ConversationView],
    more: Option<ContactId>,
}

/// The line that answers a command that the engine refused.
///
/// # Errors
/// When the error cannot be written as JSON.
pub fn refusal_line(number: Option<u64>, error: &CommandError) -> serde_json::Result<Vec<u8>> {
    let message = error.to_string();
    let (error, detail) = match serde_json::to_value(error)? {
        // An error with a detail is written as {"name": detail}.
        Value::Object(named) => match named.into_iter().next() {
            Some((name, detail)) => (Value::String(name), Some(detail)),
            None => (Value::Null, None),
        },
        name => (name, None),
    };
    line(&Answer {
        request: number,
        body: &Refused {
            error,
            detail,
            message,
        },
    })
}

/// The line that answers what is no request.
///
/// # Errors
/// When the error cannot be written as JSON.
pub fn error_line(number: Option<u64>, error: &RequestError) -> serde_json::Result<Vec<u8>> {
    let name = match error {
        RequestError::Malformed(_) => "malformed",
        RequestError::LineTooLong => "line_too_long",
    };
    refused_line(number, name, error.to_string())
}

/// The line that says why something was not done.
fn refused_line(number: Option<u64>, name: &str, message: String) -> serde_json::Result<Vec<u8>> {
    let body = Refused {
        error: name.into(),
        detail: None,
        message,
    };
    line(&Answer {
        request: number,
        body: &body,
    })
}

/// The line that tells of an event of a profile.
///
/// # Errors
/// When the event cannot be written as JSON.
pub fn event_line(event: &Event, profile: u32) -> serde_json::Result<Vec<u8>> {
    line(&several::Of {
        what: event,
        profile,
    })
}

fn line(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use undertone_engine::Stage;

    use super::several::UNLOCK;
    use super::*;

    fn read(line: &str) -> Numbered {
        read_request(line.as_bytes())
    }

    fn text(line: serde_json::Result<Vec<u8>>) -> String {
        String::from_utf8(line.unwrap()).unwrap()
    }

    #[test]
    fn requests_are_commands_with_a_number() {
        let numbered = read(r#"{"request":7,"command":"invite","one_time":true}"#);
        assert_eq!(numbered.number, Some(7));
        let invite = Command::Invite {
            one_time: true,
            expires_after: None,
        };
        assert_eq!(numbered.request, Ok(Request::Engine(invite)));
        assert_eq!(read(r#"{"command":"events"}"#).request, Ok(Request::Events));
        assert_eq!(read(r#"{"command":"stop"}"#).request, Ok(Request::Stop));
        let profile = Numbered {
            number: None,
            profile: None,
            request: Ok(Request::Engine(Command::Profile)),
        };
        assert_eq!(read(r#"{"command":"profile","later":[{}]}"#), profile);
    }

    #[test]
    fn what_is_no_request_is_answered_under_its_number() {
        for line in [
            "",
            "x",
            "[]",
            "7",
            r#"{"command":7}"#,
            r#"{"command":"fly"}"#,
            "{}",
        ] {
            assert!(
                matches!(read(line).request, Err(RequestError::Malformed(_))),
                "{line}"
            );
        }
        let numbered = read(r#"{"request":3,"command":"invite"}"#);
        assert_eq!(numbered.number, Some(3));
        let answer = text(error_line(Some(3), &numbered.request.unwrap_err()));
        assert!(answer.starts_with(r#"{"request":3,"error":"malformed","message":"not a "#));
        // Deeper than any request: refused by the JSON reader, not by the stack.
        let deep = format!(r#"{{"command":"profile","x":{}"#, "[".repeat(100_000));
        assert!(read(&deep).request.is_err());
    }

    #[test]
    fn answers_say_reply_or_error() {
        assert_eq!(
            text(reply_line(Some(1), &Reply::Done)),
            "{\"request\":1,\"reply\":\"done\"}\n"
        );
        assert_eq!(
            text(refusal_line(
                Some(2),
                &CommandError::WrongStage(Stage::Blocked)
            )),
            concat!(
                r#"{"request":2,"error":"wrong_stage","detail":"blocked","#,
                r#""message":"this is not possible for a contact that is Blocked"}"#,
                "\n"
            )
        );
        assert_eq!(
            text(refusal_line(None, &CommandError::Empty)),
            "{\"error\":\"empty\",\"message\":\"the message is empty\"}\n"
        );
    }

    /// The longest message fits into a request and a full page into an answer, however its bytes
    /// are written.
    #[test]
    fn limits_fit_together() {
        let text = "\u{1}".repeat(65_536);
        let request = serde_json::json!({ "command": "send", "text": text }).to_string();
        assert!(request.len() + 1_000 < MAX_REQUEST);
    }

    #[test]
    fn conversations_come_in_pages() {
        let id = |number: u8| ContactId::from_bytes([number; 16]);
        let all: Vec<_> = (0..120)
            .map(|number| ConversationView {
                contact: id(number),
                unread: 0,
                last: None,
                draft: None,
                pinned_messages: Vec::new(),
                timer: 0,
                settings: undertone_engine::ConversationSettings::default(),
            })
            .collect();
        let (mut seen, mut after) = (Vec::new(), After::default());
        for size in [50, 50, 20] {
            let asked = serde_json::to_string(&Request::Conversations(after)).unwrap();
            assert_eq!(read(&asked).request, Ok(Request::Conversations(after)));
            let answer = text(conversations_line(Some(1), all.clone(), after));
            let answer: Value = serde_json::from_str(&answer).unwrap();
            assert_eq!(answer["reply"], "conversations");
            let page = answer["conversations"].as_array().unwrap();
            assert_eq!(page.len(), size);
            seen.extend(page.iter().map(|one| one["contact"].clone()));
            after.after = serde_json::from_value(answer["more"].clone()).unwrap();
        }
        assert_eq!(after.after, None);
        let expected: Vec<_> = (0..120).map(|number| id(number).to_string()).collect();
        assert_eq!(seen, expected);
        assert!(
            read(r#"{"command":"conversations","after":7}"#)
                .request
                .is_err()
        );
        const { assert!(MAX_CONVERSATIONS * 2 * MAX_REQUEST <= MAX_ANSWER) };
    }

    /// The reader of JSON names all commands when it does not know one.
    #[test]
    fn the_readme_describes_every_command() {
        let readme = include_str!("../README.md");
        let Err(RequestError::Malformed(text)) = read(r#"{"command":"fly"}"#).request else {
            panic!("there is no command \"fly\"");
        };
        let names: Vec<&str> = text.split('`').skip(3).step_by(2).collect();
        assert!(names.len() > 15, "{text}");
        for name in names.iter().chain(&[EVENTS, STOP, UNLOCK, LOCK, PROFILES]) {
            let described = readme.lines().any(|line| {
                line.split('|')
                    .nth(1)
                    .is_some_and(|cell| cell.contains(&format!("`{name}`")))
            });
            assert!(described, "{name}");
        }
        let examples = readme
            .lines()
            .filter(|line| line.starts_with("{\"request\""));
        assert_eq!(
            examples
                .map(|line| assert!(read(line).request.is_ok(), "{line}"))
                .count(),
            3
        );
        assert_eq!(MAX_REQUEST, 409_600);
    }
}
