//! Requests, acceptances, the insides of Olm messages and session resets.

use serde_json::{Value, json};
use undertone_wire::v1::{
    Accept, Confirm, DoorNotice, Inside, InsideKind, KEM_CIPHERTEXT, KEM_KEY, MAX_GREETING,
    MAX_NICKNAME, MessageError, RekeyAnswer, RekeyOffer, Request, Restore, Restored, SessionReset,
    SpareKeys,
};
use undertone_wire::{CopyProof, IdentifierError, KeyError, OnionKey, RequestId, X25519Secret};
use zeroize::Zeroizing;

use super::golden::{cases, compare, counting, field, hex, key, named, read, unhex};

fn request(nickname: &str, greeting: &str) -> Request {
    Request {
        id: RequestId::from_bytes(counting(1)),
        nickname: nickname.to_owned(),
        greeting: greeting.to_owned(),
        noise: key(0x10),
        olm: key(0x20),
        one_time_key: key(0x30),
        kem: Box::new(counting(0x40)),
        reply_door: OnionKey::from_bytes(counting(0x50)),
        reply_descriptor: X25519Secret::from_bytes(counting(0x60)),
        random: Zeroizing::new(counting(0x70)),
    }
}

fn requests() -> Vec<Request> {
    vec![
        request("Noor", "we met at the library"),
        request("Мила 🌱", ""),
        request(&"n".repeat(MAX_NICKNAME), &"g".repeat(MAX_GREETING)),
    ]
}

fn door() -> DoorNotice {
    DoorNotice {
        door: OnionKey::from_bytes(counting(0x80)),
        descriptor: X25519Secret::from_bytes(counting(0x90)),
    }
}

fn accept() -> Accept {
    Accept {
        noise: key(0x10),
        olm: key(0x20),
        ciphertext: Box::new(counting(0x40)),
        door: door(),
        nickname: "Amal".to_owned(),
        random: Zeroizing::new(counting(0x70)),
    }
}

fn restores() -> Vec<Restore> {
    let door = |door| Restore {
        generation: 1,
        olm: key(0x20),
        one_time_key: key(0x30),
        kem: Box::new(counting(0x40)),
        random: Zeroizing::new(counting(0x70)),
        door,
        proof: CopyProof::from_bytes(counting(0xc0)),
    };
    vec![door(None), door(Some(OnionKey::from_bytes(counting(0x80))))]
}

fn restored() -> Vec<Restored> {
    let door = |door| Restored {
        generation: 0x0102,
        olm: key(0x20),
        ciphertext: Box::new(counting(0x40)),
        random: Zeroizing::new(counting(0x70)),
        link: counting(0xb0),
        door,
        proof: CopyProof::from_bytes(counting(0xc0)),
    };
    vec![door(None), door(Some(OnionKey::from_bytes(counting(0x80))))]
}

/// A restore message of these fields and otherwise good ones.
fn restore_by_fields(generation: &[u8], olm: &[u8], kem: usize, door: &[u8]) -> Vec<u8> {
    let proof = field(7, &[8; 32]);
    [restore_without_proof(generation, olm, kem, door), proof].concat()
}

fn restore_without_proof(generation: &[u8], olm: &[u8], kem: usize, door: &[u8]) -> Vec<u8> {
    [
        generation.to_vec(),
        field(2, olm),
        field(3, key(0x30).as_bytes()),
        field(4, &vec![7; kem]),
        field(5, &[7; 32]),
        field(6, door),
    ]
    .concat()
}

fn restores_refused() -> Vec<(&'static str, Vec<u8>, MessageError)> {
    use MessageError::{Generation, Key, Length, Malformed, TooLong};
    let olm = key(0x20);
    let olm = olm.as_bytes();
    let first = [0x08, 1];
    let long = restore_by_fields(&first, olm, KEM_KEY, &[]);
    let spare = 4_097 - long.len() - 3;
    vec![
        ("no protocol buffer", vec![0xff; 40], Malformed),
        (
            "4,097 bytes",
            [long, field(15, &vec![0; spare])].concat(),
            TooLong,
        ),
        (
            "no generation",
            restore_by_fields(&[], olm, KEM_KEY, &[]),
            Generation,
        ),
        (
            "generation 4,194,304",
            restore_by_fields(&[0x08, 0x80, 0x80, 0x80, 0x02], olm, KEM_KEY, &[]),
            Generation,
        ),
        (
            "an Olm key of low order",
            restore_by_fields(&first, &[0; 32], KEM_KEY, &[]),
            Key(KeyError::LowOrder),
        ),
        (
            "a KEM key of one byte less",
            restore_by_fields(&first, olm, KEM_KEY - 1, &[]),
            Length,
        ),
        (
            "a door of 31 bytes",
            restore_by_fields(&first, olm, KEM_KEY, &[7; 31]),
            Key(KeyError::Length(31)),
        ),
        (
            "no proof",
            restore_without_proof(&first, olm, KEM_KEY, &[]),
            Length,
        ),
    ]
}

fn insides() -> Vec<(&'static str, InsideKind)> {
    let mac = counting(0xa0);
    vec![
        (
            "content",
            InsideKind::Content(Zeroizing::new(vec![1, 2, 3])),
        ),
        ("empty content", InsideKind::Content(Zeroizing::new(vec![]))),
        (
            "confirm with door",
            InsideKind::Confirm(Confirm {
                mac,
                door: Some(door()),
            }),
        ),
        ("confirm", InsideKind::Confirm(Confirm { mac, door: None })),
        ("door", InsideKind::Door(door())),
        (
            "re-key offer",
            InsideKind::RekeyOffer(RekeyOffer {
                epoch: 1,
                key: Box::new(counting(3)),
            }),
        ),
        (
            "re-key answer",
            InsideKind::RekeyAnswer(RekeyAnswer {
                epoch: 300,
                ciphertext: Box::new(counting(4)),
            }),
        ),
        (
            "spare keys",
            InsideKind::Spares(SpareKeys {
                keys: vec![key(0x30), key(0x20)],
            }),
        ),
        (
            "one spare key",
            InsideKind::Spares(SpareKeys {
                keys: vec![key(0x30)],
            }),
        ),
        ("unknown", InsideKind::Unknown),
    ]
}

/// A request by its fields: written out by hand, so that single fields can be wrong.
fn by_fields(replaced: u32, with: &[u8]) -> Vec<u8> {
    let request = request("Noor", "hi");
    let fields: [&[u8]; 10] = [
        request.id.as_bytes(),
        request.nickname.as_bytes(),
        request.greeting.as_bytes(),
        request.noise.as_bytes(),
        request.olm.as_bytes(),
        request.one_time_key.as_bytes(),
        request.kem.as_slice(),
        request.reply_door.as_bytes(),
        request.reply_descriptor.as_bytes(),
        request.random.as_slice(),
    ];
    let mut bytes = Vec::new();
    for (tag, value) in (1..).zip(fields) {
        bytes.extend(field(tag, if tag == replaced { with } else { value }));
    }
    bytes
}

fn requests_refused() -> Vec<(&'static str, Vec<u8>, MessageError)> {
    use MessageError::{Greeting, Identifier, Key, Length, Malformed, Nickname, TooLong};
    let low = Key(KeyError::LowOrder);
    let no_id = Identifier(IdentifierError {
        expected: 16,
        found: 0,
    });
    let good = by_fields(0, &[]);
    let cut = good[..good.len() - 1].to_vec();
    let spare = 4_097 - good.len() - 3;
    let longer = [good, field(15, &vec![0; spare])].concat();
    vec![
        ("empty", vec![], no_id),
        ("no protocol buffer", vec![0xff; 40], Malformed),
        ("cut off", cut, Malformed),
        ("a field of another wire type", vec![0x08, 0x01], Malformed),
        ("4,097 bytes", longer, TooLong),
        (
            "an identifier of 15 bytes",
            by_fields(1, &[7; 15]),
            Identifier(IdentifierError {
                expected: 16,
                found: 15,
            }),
        ),
        ("an empty nickname", by_fields(2, b""), Nickname),
        (
            "a nickname of 129 bytes",
            by_fields(2, &[b'n'; 129]),
            Nickname,
        ),
        (
            "a line break in the nickname",
            by_fields(2, b"a\nb"),
            Nickname,
        ),
        (
            "a nickname that is not UTF-8",
            by_fields(2, &[0xff]),
            Malformed,
        ),
        (
            "a greeting of 501 bytes",
            by_fields(3, &[b'g'; 501]),
            Greeting,
        ),
        ("a Noise key of low order", by_fields(4, &[0; 32]), low),
        ("an Olm key of low order", by_fields(5, &[0; 32]), low),
        ("a one-time key of low order", by_fields(6, &[0; 32]), low),
        (
            "a Noise key of 31 bytes",
            by_fields(4, &[7; 31]),
            Key(KeyError::Length(31)),
        ),
        (
            "a KEM key of one byte less",
            by_fields(7, &[7; KEM_KEY - 1]),
            Length,
        ),
        (
            "a reply door of 33 bytes",
            by_fields(8, &[7; 33]),
            Key(KeyError::Length(33)),
        ),
        (
            "no descriptor key",
            by_fields(9, &[]),
            Key(KeyError::Length(0)),
        ),
        ("31 random bytes", by_fields(10, &[7; 31]), Length),
    ]
}

fn insides_refused() -> Vec<(&'static str, Vec<u8>, MessageError)> {
    use MessageError::{Key, Length, Malformed};
    let door = [field(1, &[7; 32]), field(2, &[7; 31])].concat();
    let rekey = |length: usize| [vec![0x08, 1], field(2, &vec![7; length])].concat();
    vec![
        ("no protocol buffer", vec![0xff], Malformed),
        (
            "a confirmation of 31 bytes",
            field(2, &field(1, &[7; 31])),
            Length,
        ),
        ("a confirmation without one", field(2, &[]), Length),
        (
            "a door without its key",
            field(3, &field(1, &[7; 32])),
            Key(KeyError::Length(0)),
        ),
        (
            "a descriptor key of 31 bytes",
            field(3, &door),
            Key(KeyError::Length(31)),
        ),
        (
            "an offer with a ciphertext",
            field(4, &rekey(KEM_CIPHERTEXT)),
            Length,
        ),
        ("an answer with a key", field(5, &rekey(KEM_KEY)), Length),
        ("no spare key", field(6, &[]), Length),
        (
            "three spare keys",
            field(6, &field(1, &[7; 32]).repeat(3)),
            Length,
        ),
        (
            "a spare key of low order",
            field(6, &field(1, &[0; 32])),
            Key(KeyError::LowOrder),
        ),
    ]
}

fn refused_as(list: Vec<(&str, Vec<u8>, MessageError)>) -> Vec<Value> {
    list.into_iter()
        .map(|(what, bytes, error)| {
            json!({ "what": what, "bytes": hex(bytes), "error": named(&error) })
        })
        .collect()
}

fn made() -> Value {
    let requests: Vec<Value> = requests()
        .iter()
        .map(|request| {
            json!({
                "id": hex(request.id.as_bytes()),
                "nickname": request.nickname,
                "greeting": request.greeting,
                "noise": hex(request.noise.as_bytes()),
                "olm": hex(request.olm.as_bytes()),
                "one_time_key": hex(request.one_time_key.as_bytes()),
                "kem": hex(request.kem.as_slice()),
                "reply_door": hex(request.reply_door.as_bytes()),
                "reply_descriptor": hex(request.reply_descriptor.as_bytes()),
                "random": hex(request.random.as_slice()),
                "bytes": hex(request.encode().expect("within limits")),
            })
        })
        .collect();
    let accept = accept();
    let accept = json!({
        "noise": hex(accept.noise.as_bytes()),
        "olm": hex(accept.olm.as_bytes()),
        "ciphertext": hex(accept.ciphertext.as_slice()),
        "door": hex(accept.door.door.as_bytes()),
        "descriptor": hex(accept.door.descriptor.as_bytes()),
        "nickname": accept.nickname,
        "random": hex(accept.random.as_slice()),
        "bytes": hex(accept.encode().expect("within limits")),
    });
    let insides: Vec<Value> = insides()
        .into_iter()
        .map(|(what, kind)| json!({ "what": what, "bytes": hex(Inside { kind }.encode()) }))
        .collect();
    let reset = SessionReset {
        one_time_key: key(0x30),
    };
    json!({
        "requests": requests,
        "requests_refused": refused_as(requests_refused()),
        "accepts": [accept],
        "insides": insides,
        "insides_refused": refused_as(insides_refused()),
        "insides_unknown": [
            { "what": "empty", "bytes": "" },
            { "what": "a kind of a later version", "bytes": hex(field(9, &[1, 2])) },
        ],
        "session_resets": [{
            "one_time_key": hex(reset.one_time_key.as_bytes()),
            "bytes": hex(reset.encode()),
        }],
        "restores": restores()
            .iter()
            .map(|restore| {
                json!({
                    "generation": restore.generation,
                    "olm": hex(restore.olm.as_bytes()),
                    "one_time_key": hex(restore.one_time_key.as_bytes()),
                    "kem": hex(restore.kem.as_slice()),
                    "random": hex(restore.random.as_slice()),
                    "door": restore.door.map(|door| hex(door.as_bytes())),
                    "proof": hex(restore.proof.as_bytes()),
                    "bytes": hex(restore.encode()),
                })
            })
            .collect::<Vec<_>>(),
        "restores_refused": refused_as(restores_refused()),
        "restored": restored()
            .iter()
            .map(|restored| {
                json!({
                    "generation": restored.generation,
                    "olm": hex(restored.olm.as_bytes()),
                    "ciphertext": hex(restored.ciphertext.as_slice()),
                    "random": hex(restored.random.as_slice()),
                    "link": hex(restored.link),
                    "door": restored.door.map(|door| hex(door.as_bytes())),
                    "proof": hex(restored.proof.as_bytes()),
                    "bytes": hex(restored.encode()),
                })
            })
            .collect::<Vec<_>>(),
        "session_resets_refused": ["", hex([9; 31]), hex([9; 33]), hex([0; 32])],
    })
}

#[test]
fn messages_are_written_and_read_as_stored() {
    let file = compare("messages", &made());
    for (case, request) in cases(&file, "requests").iter().zip(requests()) {
        assert_eq!(Request::decode(&unhex(&case["bytes"])), Ok(request));
    }
    let bytes = unhex(&cases(&file, "accepts")[0]["bytes"]);
    assert_eq!(Accept::decode(&bytes), Ok(accept()));
    for (case, (what, kind)) in cases(&file, "insides").iter().zip(insides()) {
        let inside = Inside { kind };
        assert_eq!(Inside::decode(&unhex(&case["bytes"])), Ok(inside), "{what}");
    }
    for (case, restore) in cases(&file, "restores").iter().zip(restores()) {
        assert_eq!(Restore::decode(&unhex(&case["bytes"])), Ok(restore));
    }
    for (case, restored) in cases(&file, "restored").iter().zip(restored()) {
        assert_eq!(Restored::decode(&unhex(&case["bytes"])), Ok(restored));
    }
    let bytes = unhex(&cases(&file, "session_resets")[0]["bytes"]);
    let reset = SessionReset::decode(&bytes).expect("a key");
    assert_eq!(reset.one_time_key, key(0x30));
}

#[test]
fn messages_are_refused_for_the_stored_reason() {
    let file = read("messages");
    assert_eq!(
        Request::decode(&by_fields(0, &[])),
        Ok(request("Noor", "hi")),
        "the fields by hand are those of the crate"
    );
    for case in cases(&file, "requests_refused") {
        let error = Request::decode(&unhex(&case["bytes"])).unwrap_err();
        assert_eq!(case["error"], named(&error), "{}", case["what"]);
    }
    for case in cases(&file, "insides_refused") {
        let error = Inside::decode(&unhex(&case["bytes"])).unwrap_err();
        assert_eq!(case["error"], named(&error), "{}", case["what"]);
    }
    for case in cases(&file, "restores_refused") {
        let error = Restore::decode(&unhex(&case["bytes"])).unwrap_err();
        assert_eq!(case["error"], named(&error), "{}", case["what"]);
    }
    for case in cases(&file, "insides_unknown") {
        let inside = Inside::decode(&unhex(&case["bytes"])).expect("kept");
        assert_eq!(inside.kind, InsideKind::Unknown, "{}", case["what"]);
    }
    for bytes in cases(&file, "session_resets_refused") {
        assert!(SessionReset::decode(&unhex(bytes)).is_err(), "{bytes}");
    }
}

#[test]
fn fields_of_later_versions_are_skipped_and_the_last_of_a_doubled_field_counts() {
    let later = [by_fields(0, &[]), field(14, b"later")].concat();
    assert_eq!(Request::decode(&later), Ok(request("Noor", "hi")));
    let twice = [by_fields(0, &[]), field(2, b"Amal")].concat();
    assert_eq!(Request::decode(&twice), Ok(request("Amal", "hi")));
}
