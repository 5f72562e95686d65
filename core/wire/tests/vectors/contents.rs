//! Content messages of every kind, of kinds that this version does not know, and refused ones.

use serde_json::{Value, json};
use undertone_wire::v1::{
    Content, ContentError, Introduction, IntroductionStep, Invitation, Kind, MAX_PICTURE,
    MAX_STATUS, MAX_TEXT, MAX_TIMER, MessageError, OneTimeSecret, Text,
};
use undertone_wire::{IdentifierError, IntroductionId, MessageId, OnionKey};

use super::golden::{cases, compare, counting, field, hex, key, named, read, unhex};

fn id(start: u8) -> MessageId {
    MessageId::from_bytes(counting(start))
}

fn samples() -> Vec<(&'static str, Content)> {
    let text = |text: &str, reply_to| {
        Kind::Text(Text {
            text: text.to_owned(),
            reply_to,
            ..Text::default()
        })
    };
    let passing = Kind::Text(Text {
        text: "x".into(),
        reply_to: None,
        expires: Some(MAX_TIMER),
        forwarded: true,
    });
    let content = |parents: &[u8], kind| Content {
        id: id(1),
        parents: parents.iter().map(|&start| id(start)).collect(),
        kind,
    };
    let target = id(0x20);
    let emoji = "\u{1f44d}\u{1f3fd}".to_owned();
    vec![
        ("text", content(&[], text("grüß dich 👋", None))),
        ("empty text", content(&[], text("", None))),
        ("reply", content(&[0x30], text("yes", Some(target)))),
        (
            "four parents",
            content(&[0x30, 0x40, 0x50, 0x60], text("x", None)),
        ),
        (
            "edit",
            content(
                &[0x30],
                Kind::Edit {
                    target,
                    text: "x".into(),
                },
            ),
        ),
        ("delete", content(&[0x30], Kind::Delete { target })),
        ("reaction", content(&[], Kind::Reaction { target, emoji })),
        (
            "reaction taken back",
            content(
                &[],
                Kind::Reaction {
                    target,
                    emoji: String::new(),
                },
            ),
        ),
        ("delivered", content(&[], Kind::Delivered(vec![target]))),
        ("read", content(&[], Kind::Read(vec![target, id(0x70)]))),
        ("typing", content(&[], Kind::Typing { active: true })),
        (
            "typing stopped",
            content(&[], Kind::Typing { active: false }),
        ),
        ("nickname", content(&[], Kind::Nickname("Amal".into()))),
        ("forwarded and disappearing", content(&[0x30], passing)),
        (
            "timer",
            content(
                &[],
                Kind::Timer {
                    seconds: 86_400,
                    version: 2,
                },
            ),
        ),
        ("status", content(&[], Kind::Status("on the road".into()))),
        ("away", content(&[], Kind::Away(true))),
        ("back again", content(&[], Kind::Away(false))),
        ("picture", content(&[], Kind::Picture(vec![0xff, 0xd8]))),
        ("no picture", content(&[], Kind::Picture(Vec::new()))),
        (
            "an introduction",
            introduction(IntroductionStep::Offer("Amal".into())),
        ),
        ("yes", introduction(IntroductionStep::Answer(true))),
        ("no", introduction(IntroductionStep::Answer(false))),
        ("both agreed", introduction(IntroductionStep::Ready)),
        (
            "the invitation of an introduction",
            introduction(IntroductionStep::Invitation(Box::new(invitation()))),
        ),
    ]
}

fn invitation() -> Invitation {
    Invitation {
        door: OnionKey::from_bytes(counting(0x80)),
        noise: key(0x40),
        one_time: Some(OneTimeSecret(counting(0xa0))),
        server: None,
    }
}

fn introduction(step: IntroductionStep) -> Content {
    let id = IntroductionId::from_bytes(counting(0x50));
    Content {
        id: self::id(1),
        parents: Vec::new(),
        kind: Kind::Introduction(Introduction { id, step }),
    }
}

fn with_id(rest: &[u8]) -> Vec<u8> {
    [&field(1, id(1).as_bytes()), rest].concat()
}

fn unsupported() -> Vec<(&'static str, Vec<u8>, u32)> {
    vec![
        ("a file offer", with_id(&field(32, b"file")), 32),
        ("a group change", with_id(&field(33, b"group")), 33),
        (
            "a kind of a later version",
            with_id(&field(200, b"later")),
            0,
        ),
        ("no kind", with_id(&[]), 0),
        (
            "a text, then a file offer",
            with_id(&[field(3, &field(1, b"x")), field(32, b"file")].concat()),
            32,
        ),
    ]
}

fn refused() -> Vec<(&'static str, Vec<u8>, ContentError)> {
    let wrong = |found| {
        ContentError::Malformed(MessageError::Identifier(IdentifierError {
            expected: 16,
            found,
        }))
    };
    let malformed = ContentError::Malformed(MessageError::Malformed);
    let nickname = ContentError::Malformed(MessageError::Nickname);
    let target = field(2, id(0x20).as_bytes());
    let many = field(1, &[7; 16]).repeat(257);
    let mut reusable = invitation();
    reusable.one_time = None;
    let reusable = reusable.to_string();
    vec![
        ("empty", vec![], wrong(0)),
        ("no protocol buffer", vec![0xff], malformed),
        ("an identifier of 17 bytes", field(1, &[7; 17]), wrong(17)),
        (
            "five parents",
            with_id(&field(2, &[7; 16]).repeat(5)),
            ContentError::Parents,
        ),
        ("a parent of 3 bytes", with_id(&field(2, &[7; 3])), wrong(3)),
        (
            "text that is not UTF-8",
            with_id(&field(3, &field(1, &[0xff]))),
            malformed,
        ),
        (
            "a reply to 15 bytes",
            with_id(&field(3, &field(2, &[7; 15]))),
            wrong(15),
        ),
        (
            "an edit of nothing",
            with_id(&field(4, &field(1, b"x"))),
            wrong(0),
        ),
        ("a delete of nothing", with_id(&field(5, &[])), wrong(0)),
        (
            "a reaction at nothing",
            with_id(&field(6, &field(1, b"x"))),
            wrong(0),
        ),
        (
            "a reaction of 65 bytes",
            with_id(&field(6, &[field(1, &[b'x'; 65]), target].concat())),
            ContentError::Reaction,
        ),
        (
            "a text that disappears after a year and a second",
            with_id(&field(3, &[0x18, 0x81, 0x9f, 0x8b, 0x0f])),
            ContentError::Timer,
        ),
        (
            "a status of two lines",
            with_id(&field(12, b"a\nb")),
            ContentError::Status,
        ),
        (
            "a status of 257 bytes",
            with_id(&field(12, &[b'x'; MAX_STATUS + 1])),
            ContentError::Status,
        ),
        (
            "a receipt for nothing",
            with_id(&field(7, &[])),
            ContentError::Receipt,
        ),
        (
            "a receipt for 257",
            with_id(&field(8, &many)),
            ContentError::Receipt,
        ),
        (
            "a receipt for 15 bytes",
            with_id(&field(8, &field(1, &[7; 15]))),
            wrong(15),
        ),
        ("an empty nickname", with_id(&field(10, &[])), nickname),
        (
            "a bell in the nickname",
            with_id(&field(10, b"a\x07")),
            nickname,
        ),
        (
            "a picture of 12,289 bytes",
            with_id(&field(14, &vec![7; MAX_PICTURE + 1])),
            ContentError::Picture,
        ),
        (
            "an introduction without a step",
            with_id(&field(15, &field(1, &[7; 16]))),
            ContentError::Introduction,
        ),
        (
            "an introduction of 15 bytes",
            with_id(&field(15, &[field(1, &[7; 15]), vec![0x20, 1]].concat())),
            wrong(15),
        ),
        (
            "an introduction of nobody",
            with_id(&field(15, &[field(1, &[7; 16]), field(2, b"")].concat())),
            nickname,
        ),
        (
            "an introduction with a text that is no invitation",
            with_id(&field(15, &[field(1, &[7; 16]), field(5, b"x")].concat())),
            ContentError::Introduction,
        ),
        (
            "an introduction with an invitation for everybody",
            with_id(&field(
                15,
                &[field(1, &[7; 16]), field(5, reusable.as_bytes())].concat(),
            )),
            ContentError::Introduction,
        ),
        ("typing as text", with_id(&field(9, b"x")), malformed),
    ]
}

fn made() -> Value {
    let valid: Vec<Value> = samples()
        .into_iter()
        .map(|(what, content)| {
            let bytes = hex(content.encode().expect("within limits"));
            json!({ "what": what, "bytes": bytes })
        })
        .collect();
    let unsupported: Vec<Value> = unsupported()
        .into_iter()
        .map(|(what, bytes, tag)| json!({ "what": what, "bytes": hex(bytes), "tag": tag }))
        .collect();
    let refused: Vec<Value> = refused()
        .into_iter()
        .map(|(what, bytes, error)| {
            json!({ "what": what, "bytes": hex(bytes), "error": named(&error) })
        })
        .collect();
    json!({ "valid": valid, "unsupported": unsupported, "refused": refused })
}

#[test]
fn contents_are_written_and_read_as_stored() {
    let file = compare("contents", &made());
    for (case, (what, content)) in cases(&file, "valid").iter().zip(samples()) {
        let read = Content::decode(&unhex(&case["bytes"]));
        assert!(read == Ok(content), "{what}");
    }
    for case in cases(&file, "unsupported") {
        let read = Content::decode(&unhex(&case["bytes"])).expect("kept");
        let Kind::Unsupported(tag) = read.kind else {
            panic!("{}", case["what"]);
        };
        assert_eq!(case["tag"], tag);
        assert!(read.encode() == Err(ContentError::Unsupported));
    }
}

#[test]
fn contents_are_refused_for_the_stored_reason() {
    for case in cases(&read("contents"), "refused") {
        let error = Content::decode(&unhex(&case["bytes"])).unwrap_err();
        assert_eq!(case["error"], named(&error), "{}", case["what"]);
    }
}

#[test]
fn the_longest_text_passes_and_one_byte_more_does_not() {
    let with = |length: usize| with_id(&field(3, &field(1, &vec![b'x'; length])));
    assert!(Content::decode(&with(MAX_TEXT)).is_ok());
    assert!(Content::decode(&with(MAX_TEXT + 1)) == Err(ContentError::TextTooLong(MAX_TEXT + 1)));
}
