//! Parcels cut into frames at every border, and frames that are refused.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use undertone_wire::v1::{FrameError, FrameSize, MAX_PARCEL, Parcel, ParcelKind, ParcelReader};

use super::golden::{cases, compare, filled, hex, named, read, trimmed};

const KINDS: [(ParcelKind, &str); 10] = [
    (ParcelKind::Nothing, "nothing"),
    (ParcelKind::Sealed, "sealed"),
    (ParcelKind::Acknowledgement, "acknowledgement"),
    (ParcelKind::Request, "request"),
    (ParcelKind::Received, "received"),
    (ParcelKind::Accept, "accept"),
    (ParcelKind::ShortCode, "short code"),
    (ParcelKind::SessionReset, "session reset"),
    (ParcelKind::Restore, "restore"),
    (ParcelKind::Restored, "restored"),
];

/// More frames than this are given by their hash.
const WRITTEN_OUT: usize = 3;

/// A parcel whose byte `i` is `i mod 256`.
fn parcel(kind: ParcelKind, length: usize) -> Parcel {
    Parcel {
        kind,
        bytes: (0..length).map(|index| index as u8).collect(),
    }
}

fn size_of(name: &Value) -> FrameSize {
    match name.as_str() {
        Some("chat") => FrameSize::Chat,
        Some("bulk") => FrameSize::Bulk,
        _ => panic!("no size of frames: {name}"),
    }
}

fn samples() -> Vec<(ParcelKind, &'static str, usize, &'static str)> {
    let mut samples: Vec<_> = KINDS
        .iter()
        .map(|(kind, name)| (*kind, *name, 5, "chat"))
        .collect();
    for length in [0, 955, 956, 957, 1_912, 1_913, 2_868, 2_869, MAX_PARCEL] {
        samples.push((ParcelKind::Sealed, "sealed", length, "chat"));
    }
    for length in [0, 3_883, 3_884, 3_885, MAX_PARCEL] {
        samples.push((ParcelKind::Sealed, "sealed", length, "bulk"));
    }
    samples
}

fn digest(frames: &[Vec<u8>]) -> String {
    hex(Sha256::digest(frames.concat()))
}

fn described((kind, name, length, size): (ParcelKind, &str, usize, &str)) -> Value {
    let frames = parcel(kind, length)
        .frames(size_of(&json!(size)))
        .expect("short enough");
    let written: Vec<String> = frames.iter().map(|frame| trimmed(frame)).collect();
    json!({
        "kind": name,
        "length": length,
        "size": size,
        "count": frames.len(),
        "sha256": digest(&frames),
        "frames": (written.len() <= WRITTEN_OUT).then_some(written),
    })
}

/// The plaintexts of chat frames, of which the last is refused.
fn refused() -> Vec<(&'static str, Vec<Vec<u8>>, FrameError)> {
    let frame = |start: &[u8]| {
        let mut frame = start.to_vec();
        frame.resize(960, 0);
        frame
    };
    let full = |flags: u8| {
        let mut frame = vec![7; 960];
        frame[..4].copy_from_slice(&[1, flags, 0x03, 0xbc]);
        frame
    };
    let mut last = frame(&[1, 0, 0, 0]);
    last[959] = 1;
    vec![
        (
            "a byte too short",
            vec![vec![0; 959]],
            FrameError::Length(959),
        ),
        (
            "a byte too long",
            vec![vec![0; 961]],
            FrameError::Length(961),
        ),
        ("an empty frame", vec![vec![]], FrameError::Length(0)),
        (
            "a flag that is not defined",
            vec![frame(&[0, 4])],
            FrameError::Flags(4),
        ),
        (
            "the highest flag",
            vec![frame(&[0, 0x80])],
            FrameError::Flags(0x80),
        ),
        (
            "a length of one more than fits",
            vec![frame(&[0, 0, 0x03, 0xbd])],
            FrameError::Payload(957),
        ),
        (
            "the highest length",
            vec![frame(&[0, 0, 0xff, 0xff])],
            FrameError::Payload(65_535),
        ),
        (
            "the last byte of the padding",
            vec![last],
            FrameError::Padding,
        ),
        (
            "the first byte of the padding",
            vec![frame(&[1, 0, 0, 1, 9, 1])],
            FrameError::Padding,
        ),
        ("an unknown kind", vec![frame(&[99])], FrameError::Kind(99)),
        (
            "more follow, but it is not full",
            vec![frame(&[1, 1, 0, 1, 9])],
            FrameError::Partial,
        ),
        (
            "a continuation of nothing",
            vec![frame(&[1, 2, 0, 1, 9])],
            FrameError::Fragment,
        ),
        (
            "an empty continuation",
            vec![full(1), frame(&[1, 2])],
            FrameError::Fragment,
        ),
        (
            "a start in the middle",
            vec![full(1), frame(&[1, 0, 0, 1, 9])],
            FrameError::Fragment,
        ),
        (
            "another kind in the middle",
            vec![full(1), frame(&[2, 2, 0, 1, 9])],
            FrameError::Fragment,
        ),
        (
            "nothing in the middle",
            vec![full(1), frame(&[])],
            FrameError::Fragment,
        ),
    ]
}

fn made() -> Value {
    let parcels: Vec<Value> = samples().into_iter().map(described).collect();
    let refused: Vec<Value> = refused()
        .into_iter()
        .map(|(what, frames, error)| {
            let frames: Vec<Value> = frames
                .iter()
                .map(|frame| json!({ "length": frame.len(), "bytes": trimmed(frame) }))
                .collect();
            json!({ "what": what, "frames": frames, "error": named(&error) })
        })
        .collect();
    json!({ "parcels": parcels, "refused": refused })
}

#[test]
fn parcels_become_the_stored_frames_and_come_back() {
    let file = compare("frames", &made());
    for case in cases(&file, "parcels") {
        let size = size_of(&case["size"]);
        let (kind, _) = KINDS
            .into_iter()
            .find(|(_, name)| case["kind"] == *name)
            .expect("a kind");
        let length = case["length"].as_u64().expect("a number") as usize;
        let parcel = parcel(kind, length);
        let frames = match case["frames"].as_array() {
            Some(frames) => frames
                .iter()
                .map(|frame| filled(frame, size.plaintext()))
                .collect(),
            None => parcel.frames(size).expect("short enough"),
        };
        assert_eq!(case["sha256"], digest(&frames));
        assert_eq!(case["count"], frames.len());
        let mut reader = ParcelReader::new(size);
        let (last, earlier) = frames.split_last().expect("a frame");
        for frame in earlier {
            assert_eq!(reader.read(frame), Ok(None));
        }
        assert_eq!(reader.read(last), Ok(Some(parcel)));
    }
}

#[test]
fn frames_are_refused_for_the_stored_reason() {
    for case in cases(&read("frames"), "refused") {
        let mut reader = ParcelReader::new(FrameSize::Chat);
        let frames: Vec<Vec<u8>> = cases(case, "frames")
            .iter()
            .map(|frame| {
                let length = frame["length"].as_u64().expect("a number");
                filled(&frame["bytes"], length as usize)
            })
            .collect();
        let (last, earlier) = frames.split_last().expect("a frame");
        for frame in earlier {
            assert_eq!(reader.read(frame), Ok(None), "{}", case["what"]);
        }
        let error = reader.read(last).unwrap_err();
        assert_eq!(case["error"], named(&error), "{}", case["what"]);
    }
}

#[test]
fn one_byte_more_than_the_longest_parcel_is_refused_in_both_directions() {
    let long = parcel(ParcelKind::Sealed, MAX_PARCEL + 1);
    assert_eq!(long.frames(FrameSize::Bulk), Err(FrameError::TooLong));
    let mut frames = parcel(ParcelKind::Sealed, MAX_PARCEL)
        .frames(FrameSize::Bulk)
        .expect("just short enough");
    let last = frames.last_mut().expect("a frame");
    let length = u16::from_be_bytes([last[2], last[3]]);
    last[2..4].copy_from_slice(&(length + 1).to_be_bytes());
    let mut reader = ParcelReader::new(FrameSize::Bulk);
    let outcomes: Vec<_> = frames.iter().map(|frame| reader.read(frame)).collect();
    let (last, earlier) = outcomes.split_last().expect("a frame");
    assert!(earlier.iter().all(|outcome| *outcome == Ok(None)));
    assert_eq!(*last, Err(FrameError::TooLong));
}
