//! Invitations of all shapes, as people spell them, and damaged ones with the error.

use data_encoding::BASE32_NOPAD;
use serde_json::{Value, json};
use undertone_wire::v1::{Invitation, InvitationError, OneTimeSecret, ServerHint};
use undertone_wire::{KeyError, OnionKey};

use super::golden::{cases, compare, counting, hex, key, named, read, unhex};

fn samples() -> Vec<Invitation> {
    [(false, false), (true, false), (false, true), (true, true)]
        .into_iter()
        .map(|(one_time, server)| Invitation {
            door: OnionKey::from_bytes(counting(1)),
            noise: key(0x21),
            one_time: one_time.then(|| OneTimeSecret(counting(0x41))),
            server: server.then(|| ServerHint {
                root: counting(0x61),
                shelf: 0x0102_0304,
            }),
        })
        .collect()
}

fn described(invitation: &Invitation) -> Value {
    json!({
        "door": hex(invitation.door.as_bytes()),
        "noise": hex(invitation.noise.as_bytes()),
        "one_time": invitation.one_time.as_ref().map(|secret| hex(secret.0)),
        "server": invitation.server.map(|server| json!({
            "root": hex(server.root),
            "shelf": server.shelf,
        })),
        "bytes": hex(invitation.to_bytes()),
        "text": invitation.to_string(),
        "hash": hex(invitation.hash().as_bytes()),
    })
}

/// Other ways to write the first sample.
fn spellings(text: &str) -> Vec<String> {
    let (scheme, body) = text.split_once(':').expect("a scheme");
    vec![
        text.to_uppercase(),
        format!("UnderTone:{body}"),
        format!("\n  {}\r\n\t{} ", &text[..30], &text[30..]),
        format!("{scheme} : {}", body.replace('a', "a\u{a0}\u{2003}")),
        format!("{scheme}:{}", body.replace('o', "0")),
        format!("{scheme}:{}", body.replace('i', "1")),
        format!("{scheme}:{}", body.replace('b', "8")),
    ]
}

fn text_of(bytes: &[u8]) -> String {
    format!("undertone:{}", BASE32_NOPAD.encode(bytes).to_lowercase())
}

/// With the checksum that fits. Computed here, not by the crate.
fn summed(body: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    let hash = Sha256::new()
        .chain_update(b"undertone/1 invitation check")
        .chain_update(body)
        .finalize();
    text_of(&[body, &hash[..4]].concat())
}

fn damaged() -> Vec<(&'static str, String, InvitationError)> {
    let samples = samples();
    let good = samples[0].to_bytes();
    let text = samples[0].to_string();
    let body = &good[..good.len() - 4];
    let changed = |at: usize, value: u8| {
        let mut body = body.to_vec();
        body[at] = value;
        body
    };
    let mut low_order = body.to_vec();
    low_order[34..66].fill(0);
    let last = text.len() - 1;
    let mut both = samples[3].to_bytes().to_vec();
    both.truncate(both.len() - 4);
    vec![
        ("empty", String::new(), InvitationError::Scheme),
        (
            "another scheme",
            format!("http{text}"),
            InvitationError::Scheme,
        ),
        (
            "a letter of the scheme is not ASCII",
            text.replace("e:", "\u{435}:"),
            InvitationError::Scheme,
        ),
        ("513 bytes", "u".repeat(513), InvitationError::TooLong),
        (
            "a good one behind 400 spaces",
            " ".repeat(400) + &text,
            InvitationError::TooLong,
        ),
        (
            "a character outside the alphabet",
            text.replacen('a', "!", 3),
            InvitationError::Alphabet,
        ),
        (
            "the digit nine",
            text[..last].to_owned() + "9",
            InvitationError::Alphabet,
        ),
        (
            "a zero-width space",
            text[..last - 2].to_owned() + "\u{200b}",
            InvitationError::Alphabet,
        ),
        (
            "padding",
            text[..last].to_owned() + "=",
            InvitationError::Alphabet,
        ),
        (
            "nothing behind the scheme",
            "undertone:".into(),
            InvitationError::Length,
        ),
        (
            "a length that base32 cannot have",
            format!("{text}a"),
            InvitationError::Length,
        ),
        (
            "bits behind the last byte",
            "undertone:ab".into(),
            InvitationError::Length,
        ),
        ("version only", text_of(&[1]), InvitationError::Length),
        ("four bytes", text_of(&[1; 4]), InvitationError::Length),
        (
            "a key of low order and a byte too many",
            summed(&[&low_order[..], &[0]].concat()),
            InvitationError::Length,
        ),
        (
            "version and checksum only",
            summed(&[1]),
            InvitationError::Length,
        ),
        (
            "cut within a key, right checksum",
            summed(&body[..65]),
            InvitationError::Length,
        ),
        (
            "a byte too many, right checksum",
            summed(&[body, &[0]].concat()),
            InvitationError::Length,
        ),
        (
            "flags say one-time, no secret",
            summed(&changed(1, 1)),
            InvitationError::Length,
        ),
        (
            "flags say server, no hint",
            summed(&changed(1, 2)),
            InvitationError::Length,
        ),
        (
            "hint without its shelf",
            summed(&both[..both.len() - 4]),
            InvitationError::Length,
        ),
        (
            "version 0, right checksum",
            summed(&changed(0, 0)),
            InvitationError::Version(0),
        ),
        (
            "version 2, wrong checksum",
            text_of(&[&[2], &good[1..]].concat()),
            InvitationError::Version(2),
        ),
        (
            "version 255, nothing else",
            text_of(&[255]),
            InvitationError::Version(255),
        ),
        (
            "last characters missing",
            text[..text.len() - 8].to_owned(),
            InvitationError::Checksum,
        ),
        (
            "a bit of the checksum",
            text_of(&[body, &[good[66] ^ 1], &good[67..]].concat()),
            InvitationError::Checksum,
        ),
        (
            "a bit of the door",
            text_of(&[&changed(2, 0), &good[66..]].concat()),
            InvitationError::Checksum,
        ),
        (
            "unknown flags, wrong checksum",
            text_of(&[&changed(1, 4), &good[66..]].concat()),
            InvitationError::Checksum,
        ),
        (
            "an unknown flag",
            summed(&changed(1, 4)),
            InvitationError::Flags,
        ),
        (
            "all flags",
            summed(&changed(1, 0xff)),
            InvitationError::Flags,
        ),
        (
            "a key of low order",
            summed(&low_order),
            InvitationError::Key(KeyError::LowOrder),
        ),
    ]
}

fn made() -> Value {
    let valid: Vec<Value> = samples().iter().map(described).collect();
    let refused: Vec<Value> = damaged()
        .into_iter()
        .map(|(what, text, error)| json!({ "what": what, "text": text, "error": named(&error) }))
        .collect();
    json!({
        "valid": valid,
        "spellings_of_the_first": spellings(&samples()[0].to_string()),
        "refused": refused,
    })
}

#[test]
fn invitations_are_written_and_read_as_stored() {
    let file = compare("invitations", &made());
    let stored = cases(&file, "valid");
    assert_eq!(stored.len(), samples().len());
    for (case, sample) in stored.iter().zip(samples()) {
        let text = case["text"].as_str().expect("a text");
        assert_eq!(text.parse(), Ok(sample.clone()));
        assert_eq!(Invitation::from_bytes(&unhex(&case["bytes"])), Ok(sample));
    }
    for text in cases(&file, "spellings_of_the_first") {
        let read: Invitation = text.as_str().expect("a text").parse().expect("readable");
        assert_eq!(read, samples()[0], "{text}");
    }
}

#[test]
fn damaged_invitations_are_refused_for_the_stored_reason() {
    for case in cases(&read("invitations"), "refused") {
        let text = case["text"].as_str().expect("a text");
        let error = text.parse::<Invitation>().unwrap_err();
        assert_eq!(case["error"], named(&error), "{}", case["what"]);
    }
}

#[test]
fn texts_and_hashes_are_those_of_the_reference() {
    for case in cases(&read("derivations"), "invitations") {
        let invitation = Invitation::from_bytes(&unhex(&case["bytes"])).expect("readable");
        assert_eq!(case["text"], invitation.to_string());
        assert_eq!(case["hash"], hex(invitation.hash().as_bytes()));
        assert_eq!(case["door"], hex(invitation.door.as_bytes()));
        assert_eq!(case["noise"], hex(invitation.noise.as_bytes()));
    }
}
