//! Reads what is typed, line by line, on a thread of its own: the system has no way to wait for a
//! terminal that can be given up. The thread ends with the input, or with the process.

use std::io::{self, BufRead, Read as _};

use tokio::sync::mpsc;

/// The longest line, in bytes: the longest message and a line break.
const LONGEST: u64 = 65_536 + 1;

/// Lines that are typed ahead.
const AHEAD: usize = 16;

/// The lines of standard input, without their breaks. It ends with the input, with a line that is
/// too long, and with one that is no text.
pub(super) fn lines() -> mpsc::Receiver<String> {
    let (to, lines) = mpsc::channel(AHEAD);
    std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        while let Some(line) = next(&mut input) {
            if to.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}

fn next(input: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    input.take(LONGEST).read_line(&mut line).ok()?;
    let text = line.strip_suffix('\n')?;
    Some(text.strip_suffix('\r').unwrap_or(text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_with_the_input_and_with_an_endless_line() {
        let mut input = &b"one\r\n\ntwo\nrest"[..];
        assert_eq!(next(&mut input).unwrap(), "one");
        assert_eq!(next(&mut input).unwrap(), "");
        assert_eq!(next(&mut input).unwrap(), "two");
        assert!(next(&mut input).is_none());
        assert!(next(&mut io::BufReader::new(io::repeat(b'x'))).is_none());
        assert!(next(&mut &b"\xff\n"[..]).is_none());
        let longest = [vec![b'x'; 65_536], b"\n".to_vec()].concat();
        assert_eq!(next(&mut &longest[..]).unwrap().len(), 65_536);
    }
}
