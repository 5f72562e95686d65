//! Standard output and standard input as the commands use them: whole lines out, bounded text in.

use std::fmt;
use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};

use serde::Serialize;
use serde_json::Value;

use crate::client::Object;
use crate::failure::Failure;
use crate::visible;

/// The most that is read from standard input, in bytes: the longest message and a line break.
const MAX_INPUT: u64 = 65_536 + 1;

/// Writes a line to standard output.
///
/// # Errors
/// [`Failure::Output`].
pub fn line(text: impl fmt::Display) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(Failure::Output)
}

/// Writes a JSON object on a line of its own.
///
/// # Errors
/// [`Failure::Output`].
pub fn json(object: Object) -> Result<(), Failure> {
    line(visible::json(&Value::Object(object)))
}

/// Writes a value as a JSON object on a line of its own.
///
/// # Errors
/// [`Failure::Output`].
pub fn value(value: &impl Serialize) -> Result<(), Failure> {
    let value = serde_json::to_value(value).map_err(|error| Failure::Output(error.into()))?;
    line(visible::json(&value))
}

/// Writes a remark for a person to standard error, so that it is not in the way of a script.
pub fn remark(text: impl fmt::Display) {
    // Nobody may be there to read it, and then it is not needed.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Whether a person looks at standard output.
#[must_use]
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether standard output is a terminal that can draw letters in several ways.
#[must_use]
pub fn is_styled() -> bool {
    is_terminal() && std::env::var_os("TERM").is_some_and(|name| !name.is_empty() && name != "dumb")
}

/// All of standard input, without a line break at its end.
///
/// # Errors
/// When it cannot be read, is no text, or is longer than a message can be.
pub fn read_input() -> Result<String, Failure> {
    read_text(io::stdin().lock())
}

/// One line of standard input; a person at a terminal is asked for it.
///
/// # Errors
/// As [`read_input`].
pub fn read_line(question: &str) -> Result<String, Failure> {
    let input = io::stdin();
    if input.is_terminal() {
        let mut to = io::stderr();
        // Whoever sees no question can still answer it.
        let _ = to.write_all(question.as_bytes()).and_then(|()| to.flush());
    }
    read_first_line(input.lock())
}

fn read_first_line(from: impl io::BufRead) -> Result<String, Failure> {
    let mut line = Vec::new();
    from.take(MAX_INPUT + 1)
        .read_until(b'\n', &mut line)
        .map_err(Failure::Input)?;
    read_text(&line[..])
}

/// The words of an argument list, or standard input where there are none.
///
/// # Errors
/// As [`read_input`].
pub fn words(words: Vec<String>) -> Result<String, Failure> {
    if words.is_empty() {
        read_input()
    } else {
        Ok(words.join(" "))
    }
}

fn read_text(from: impl io::Read) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    from.take(MAX_INPUT + 1)
        .read_to_end(&mut bytes)
        .map_err(Failure::Input)?;
    if bytes.len() as u64 > MAX_INPUT {
        return Err(Failure::InputTooLong);
    }
    let mut text = String::from_utf8(bytes).map_err(|_| Failure::InputNotText)?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_is_bounded_text() {
        assert_eq!(read_text(&b"two\nlines\r\n"[..]).unwrap(), "two\nlines");
        assert_eq!(read_first_line(&b"one\r\nmore"[..]).unwrap(), "one");
        assert_eq!(read_first_line(&b""[..]).unwrap(), "");
        let endless = read_first_line(io::BufReader::new(io::repeat(b'a')));
        assert!(matches!(endless, Err(Failure::InputTooLong)));
        assert_eq!(read_text(&b""[..]).unwrap(), "");
        let longest = vec![b'x'; 65_536];
        assert_eq!(
            read_text(&[&longest[..], b"\n"].concat()[..])
                .unwrap()
                .len(),
            65_536
        );
        assert!(matches!(
            read_text(io::repeat(b'x')),
            Err(Failure::InputTooLong)
        ));
        assert!(matches!(read_text(&[0xff][..]), Err(Failure::InputNotText)));
    }
}
