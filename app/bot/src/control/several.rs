//! What the control language says of several profiles in one process: which one a request concerns, which ones there are, unlocking
//! and locking. A passphrase is taken out of its line without a copy that stays in memory, and nothing that is said about a line
//! that holds one repeats any of it.

use data_encoding::BASE64;
use serde::ser::{Error as _, SerializeMap as _};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{Answer, RequestError, line, refused_line};
use crate::passphrase::{Entered, MAX_PASSPHRASE};

pub(super) const UNLOCK: &str = "unlock";
pub(super) const LOCK: &str = "lock";
pub(super) const PROFILES: &str = "profiles";
/// The name of the event that a profile has ended.
pub const LOCKED: &str = "locked";

/// Names one of the profiles that a process runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Which {
    /// By the number that it got when it was unlocked: the first has 1, and no number is given twice.
    Number(u32),
    /// By what it calls itself, if only one does.
    Nickname(String),
}

/// Digits are a number; it is for the profile to say that there is none.
impl std::str::FromStr for Which {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text
            .parse()
            .map_or_else(|_| Self::Nickname(text.to_owned()), Self::Number))
    }
}

/// A profile that runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its number.
    pub profile: u32,
    /// What it calls itself.
    pub nickname: String,
    /// The status of its own network, as in `profile`.
    pub network: Value,
}

/// Something of one profile.
#[derive(Serialize)]
pub(super) struct Of<'a, T> {
    #[serde(flatten)]
    pub(super) what: &'a T,
    pub(super) profile: u32,
}

/// Reads the field `profile`.
pub(super) fn read_which(field: Option<&Value>) -> serde_json::Result<Option<Which>> {
    field.map_or(Ok(None), Option::<Which>::deserialize)
}

/// What is looked at first. Texts are borrowed from the line.
#[derive(Deserialize)]
struct Head<'a> {
    command: &'a str,
    request: Option<u64>,
}

#[derive(Deserialize)]
struct Unlock<'a> {
    passphrase: &'a str,
}

/// Reads a line that asks to unlock. `None`: it asks for something else, or for nothing that can be read.
#[allow(clippy::type_complexity)]
pub(super) fn read_unlock(line: &[u8]) -> Option<(Option<u64>, Result<Entered, RequestError>)> {
    let head: Head<'_> = serde_json::from_slice(line).ok()?;
    (head.command == UNLOCK).then(|| {
        // The reader's own words could repeat what it did not understand.
        let why = "a passphrase is needed, in base64, of at most 1024 bytes";
        let entered = passphrase(line).ok_or(RequestError::Malformed(why.into()));
        (head.request, entered)
    })
}

fn passphrase(line: &[u8]) -> Option<Entered> {
    let unlock: Unlock<'_> = serde_json::from_slice(line).ok()?;
    let encoded = unlock.passphrase.as_bytes();
    let mut decoded = Zeroizing::new(vec![0; BASE64.decode_len(encoded.len()).ok()?]);
    let length = BASE64.decode_mut(encoded, &mut decoded).ok()?;
    decoded.truncate(length);
    let fits = (1..=MAX_PASSPHRASE).contains(&length);
    fits.then_some(Entered(decoded))
}

pub(super) fn write_unlock<S: Serializer>(
    Entered(passphrase): &Entered,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut encoded = Zeroizing::new(vec![0; BASE64.encode_len(passphrase.len())]);
    BASE64.encode_mut(passphrase, &mut encoded);
    let mut map = serializer.serialize_map(Some(2))?;
    map.serialize_entry("command", UNLOCK)?;
    let text = std::str::from_utf8(&encoded).map_err(S::Error::custom)?;
    map.serialize_entry("passphrase", text)?;
    map.end()
}

#[derive(Serialize)]
struct Unlocked {
    reply: &'static str,
    profile: u32,
}

/// The line that answers a request to unlock that was done.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn unlocked_line(number: Option<u64>, profile: u32) -> serde_json::Result<Vec<u8>> {
    line(&Answer {
        request: number,
        body: &Unlocked {
            reply: "unlocked",
            profile,
        },
    })
}

#[derive(Serialize)]
struct AllListed<'a> {
    reply: &'static str,
    profiles: &'a [Listed],
}

/// The line that lists the profiles that run.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn profiles_line(number: Option<u64>, profiles: &[Listed]) -> serde_json::Result<Vec<u8>> {
    line(&Answer {
        request: number,
        body: &AllListed {
            reply: PROFILES,
            profiles,
        },
    })
}

#[derive(Serialize)]
struct Locked {
    event: &'static str,
}

/// The line that tells that a profile has ended: nothing more will be heard of it.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn locked_line(profile: u32) -> serde_json::Result<Vec<u8>> {
    line(&Of {
        what: &Locked { event: LOCKED },
        profile,
    })
}

/// The line that says why nothing was done for a profile. The name is part of the language.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn profile_line(
    number: Option<u64>,
    name: &'static str,
    why: &dyn std::error::Error,
) -> serde_json::Result<Vec<u8>> {
    refused_line(number, name, why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::{Numbered, Request, read_request};

    fn read(line: &str) -> Numbered {
        read_request(line.as_bytes())
    }

    #[test]
    fn a_request_names_its_profile_by_number_or_nickname() {
        for (field, which) in [
            ("1", Some(Which::Number(1))),
            ("\"Ann\"", Some(Which::Nickname("Ann".to_owned()))),
            ("\"2\"", Some(Which::Nickname("2".to_owned()))),
            ("null", None),
        ] {
            let numbered = read(&format!("{{\"command\":\"lock\",\"profile\":{field}}}"));
            assert_eq!(numbered.profile, which);
            assert_eq!(numbered.request, Ok(Request::Lock));
        }
        for field in ["-1", "[]", "{}", "1.5", "4294967296", "true"] {
            let line = format!("{{\"command\":\"lock\",\"request\":3,\"profile\":{field}}}");
            let numbered = read(&line);
            assert!(
                numbered.request.is_err() && numbered.number == Some(3),
                "{field}"
            );
        }
        assert_eq!("7".parse(), Ok(Which::Number(7)));
        assert_eq!("7 ".parse(), Ok(Which::Nickname("7 ".to_owned())));
        assert_eq!(
            serde_json::to_string(&[Which::Number(7), Which::Nickname("7".to_owned())]).unwrap(),
            "[7,\"7\"]"
        );
    }

    #[test]
    fn a_passphrase_crosses_the_socket_and_is_shown_nowhere() {
        let secret = Entered(Zeroizing::new(b"corr\xffct \"horse\"".to_vec()));
        let request = Request::Unlock(secret);
        let line = serde_json::to_string(&request).unwrap();
        assert_eq!(read(&line).request, Ok(request.clone()));
        let shown = format!("{request:?}");
        assert_eq!(shown, "Unlock(Entered(..))");
        let numbered = read("{\"request\":9,\"passphrase\":\"eA==\",\"command\":\"unlock\"}");
        assert_eq!(numbered.number, Some(9));
        assert!(numbered.request.is_ok());
    }

    #[test]
    fn what_is_no_passphrase_is_not_repeated() {
        let long = BASE64.encode(&[b'x'; MAX_PASSPHRASE + 1]);
        for wrong in [
            "7".to_owned(),
            "\"\"".to_owned(),
            "\"hunter2!\"".to_owned(),
            "\"hunter2\\u0021\"".to_owned(),
            "[\"hunter2\"]".to_owned(),
            format!("\"{long}\""),
        ] {
            let line = format!("{{\"command\":\"unlock\",\"request\":4,\"passphrase\":{wrong}}}");
            let numbered = read(&line);
            assert_eq!(numbered.number, Some(4));
            let Err(error) = numbered.request else {
                panic!("{wrong} is taken");
            };
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
        // Written so that it is not seen at first: it is no command then.
        let hidden = "{\"command\":\"unl\\u006fck\",\"passphrase\":\"hunter2\"}";
        let Err(error) = read(hidden).request else {
            panic!("it is taken");
        };
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn events_and_answers_say_whose_they_are() {
        let text = |line: serde_json::Result<Vec<u8>>| String::from_utf8(line.unwrap()).unwrap();
        assert_eq!(
            text(locked_line(2)),
            "{\"event\":\"locked\",\"profile\":2}\n"
        );
        assert_eq!(
            text(unlocked_line(Some(1), 2)),
            "{\"request\":1,\"reply\":\"unlocked\",\"profile\":2}\n"
        );
        let event = undertone_engine::Event::Missed { count: 3 };
        let told: Value = serde_json::from_str(&text(super::super::event_line(&event, 2))).unwrap();
        assert_eq!(told["event"], "missed");
        assert_eq!((&told["count"], &told["profile"]), (&3.into(), &2.into()));
    }
}
