//! Reads and writes the files of `tests/vectors/v1`, and the notations that they use.

use std::fmt::Debug;
use std::path::PathBuf;

use data_encoding::HEXLOWER;
use serde_json::Value;
use undertone_wire::X25519Public;

fn path(name: &str) -> PathBuf {
    let crate_folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    crate_folder.join(format!("../../tests/vectors/v1/{name}.json"))
}

/// The stored vectors of that name.
pub(crate) fn read(name: &str) -> Value {
    let text = std::fs::read_to_string(path(name)).expect("a file of vectors");
    serde_json::from_str(&text).expect("JSON")
}

/// Compares what is stored with what this build writes and gives what is stored; or writes it, when
/// the environment asks for that.
pub(crate) fn compare(name: &str, made: &Value) -> Value {
    if std::env::var_os("UNDERTONE_WRITE_VECTORS").is_some_and(|value| value == "1") {
        let text = serde_json::to_string_pretty(made).expect("JSON") + "\n";
        std::fs::write(path(name), text).expect("a file that can be written");
        panic!("written; run again");
    }
    let stored = read(name);
    let (Some(sections), Some(expected)) = (made.as_object(), stored.as_object()) else {
        panic!("{name}.json is no object");
    };
    assert_eq!(
        sections.keys().collect::<Vec<_>>(),
        expected.keys().collect::<Vec<_>>(),
        "the sections of {name}.json"
    );
    for (section, cases) in sections {
        assert_eq!(
            cases, &expected[section],
            "{name}.json, {section}: this build writes something else"
        );
    }
    stored
}

/// The cases of a section, of which there must be some.
pub(crate) fn cases<'a>(file: &'a Value, section: &str) -> &'a Vec<Value> {
    let cases = file[section].as_array().expect("a list");
    assert!(!cases.is_empty(), "{section} is empty");
    cases
}

pub(crate) fn hex(bytes: impl AsRef<[u8]>) -> String {
    HEXLOWER.encode(bytes.as_ref())
}

pub(crate) fn unhex(value: &Value) -> Vec<u8> {
    let text = value.as_str().expect("a text");
    HEXLOWER.decode(text.as_bytes()).expect("hex")
}

/// Hex without the zeros at the end: what is padded with zeros to a known length.
pub(crate) fn trimmed(bytes: &[u8]) -> String {
    let end = bytes.iter().rposition(|&b| b != 0).map_or(0, |at| at + 1);
    hex(&bytes[..end])
}

/// The reverse of [`trimmed`].
pub(crate) fn filled(value: &Value, length: usize) -> Vec<u8> {
    let mut bytes = unhex(value);
    assert!(bytes.len() <= length, "longer than it can be");
    bytes.resize(length, 0);
    bytes
}

/// The name of an error in the vectors: its variant, with what it holds.
pub(crate) fn named(error: &impl Debug) -> String {
    format!("{error:?}")
}

/// `length` bytes that count up from `start`, over and over.
pub(crate) fn counting<const N: usize>(start: u8) -> [u8; N] {
    let mut bytes = [0; N];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = start.wrapping_add(index as u8);
    }
    bytes
}

/// An X25519 public key of recognisable bytes.
pub(crate) fn key(start: u8) -> X25519Public {
    X25519Public::from_bytes(counting(start)).expect("not of low order")
}

/// A protocol-buffer field of wire type 2, by hand.
pub(crate) fn field(tag: u32, bytes: &[u8]) -> Vec<u8> {
    let mut field = Vec::new();
    for mut number in [tag << 3 | 2, bytes.len() as u32] {
        while number >= 0x80 {
            field.push(number as u8 | 0x80);
            number >>= 7;
        }
        field.push(number as u8);
    }
    field.extend_from_slice(bytes);
    field
}
