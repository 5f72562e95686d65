//! All decoders of undertone-wire. The first byte of an input selects one; the rest is what a peer
//! sent it. Selector 0 is the whole chain behind a link's encryption, without the seal and Olm: frames,
//! parcel, sealed body, letter, inside, content.

use undertone_wire::v1::{
    Accept, Acknowledgement, Content, Flight1, Flight2, FrameSize, Inside, InsideKind, Invitation,
    Kind, Letter, MAX_PARCEL, Parcel, ParcelKind, ParcelReader, Request, Restore, Restored,
    SealedBody, SessionReset, ShortCode, VersionAnswer,
};
use undertone_wire::{MessageId, OnionKey, X25519Public, X25519Secret, version};

use crate::memory::{bounded, of_input};
use crate::seeds::{Seed, bytes, cases, unhex};

/// The innermost decoder that read something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Depth {
    Nothing,
    Parcel,
    Body,
    Letter,
    Inside,
    Content,
    Request,
    Accept,
    Acknowledgement,
    SessionReset,
    Restore,
    Restored,
    Flight1,
    Flight2,
    VersionAnswer,
    Invitation,
    Key,
}

/// Gives the input to the decoder that its first byte names.
///
/// # Panics
/// When what was read is written differently, or too much memory is taken.
pub fn run(data: &[u8]) -> Depth {
    let Some((&selector, data)) = data.split_first() else {
        return Depth::Nothing;
    };
    match selector {
        0 => chain(FrameSize::Chat, data),
        1 => chain(FrameSize::Bulk, data),
        2 => flight_1(data),
        3 => flight_2(data),
        4 => request(data),
        5 => accept(data),
        6 => inside(data),
        7 => content(data),
        8 => body(data),
        9 => letter(data),
        10 => acknowledgement(data),
        11 => session_reset(data),
        12 => version_answer(data),
        13 => invitation(data),
        14 => keys(data),
        15 => restore(data),
        16 => restored(data),
        _ => Depth::Nothing,
    }
}

fn decode<T>(data: &[u8], decode: impl FnOnce(&[u8]) -> T) -> T {
    bounded(of_input(data.len()), || decode(data))
}

/// Plaintexts of frames: length (2, big-endian) and that many bytes, each filled up with zeros.
fn chain(size: FrameSize, mut data: &[u8]) -> Depth {
    let mut deepest = Depth::Nothing;
    let mut reader = ParcelReader::new(size);
    while let Some((length, rest)) = data.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (start, rest) = rest.split_at(length);
        data = rest;
        let mut frame = start.to_vec();
        if frame.len() < size.plaintext() {
            frame.resize(size.plaintext(), 0);
        }
        match bounded(MAX_PARCEL, || reader.read(&frame)) {
            Ok(Some(parcel)) => deepest = parcel_behind(size, &parcel),
            Ok(None) => {}
            // The link ends.
            Err(_) => return deepest,
        }
    }
    deepest
}

fn parcel_behind(size: FrameSize, parcel: &Parcel) -> Depth {
    assert!(parcel.bytes.len() <= MAX_PARCEL);
    let mut again = ParcelReader::new(size);
    let frames = parcel.frames(size).expect("what was read can be written");
    let read = frames
        .iter()
        .fold(None, |_, frame| again.read(frame).expect("own frame"));
    assert_eq!(read.as_ref(), Some(parcel));
    let depth = match parcel.kind {
        ParcelKind::Sealed => body(&parcel.bytes),
        ParcelKind::Acknowledgement => acknowledgement(&parcel.bytes),
        ParcelKind::Request => request(&parcel.bytes),
        ParcelKind::Accept => accept(&parcel.bytes),
        ParcelKind::ShortCode => short_code(&parcel.bytes),
        ParcelKind::SessionReset => session_reset(&parcel.bytes),
        ParcelKind::Restore => restore(&parcel.bytes),
        ParcelKind::Restored => restored(&parcel.bytes),
        ParcelKind::Nothing | ParcelKind::Received => Depth::Nothing,
    };
    deeper(Depth::Parcel, depth)
}

fn deeper(outer: Depth, inner: Depth) -> Depth {
    if inner == Depth::Nothing {
        outer
    } else {
        inner
    }
}

fn short_code(data: &[u8]) -> Depth {
    if let Some(step) = ShortCode::decode(data) {
        assert_eq!(step.encode(), data);
    }
    Depth::Nothing
}

fn body(data: &[u8]) -> Depth {
    let Ok(body) = decode(data, SealedBody::decode) else {
        return Depth::Nothing;
    };
    let again = body.encode().expect("what was read can be written");
    assert_eq!(SealedBody::decode(&again).as_ref(), Ok(&body));
    deeper(Depth::Body, letter(&body.olm))
}

fn letter(data: &[u8]) -> Depth {
    let Ok(letter) = decode(data, Letter::decode) else {
        return Depth::Nothing;
    };
    assert_eq!(letter.encode().as_slice(), data);
    deeper(Depth::Letter, inside(&letter.inside))
}

fn inside(data: &[u8]) -> Depth {
    let Ok(inside) = decode(data, Inside::decode) else {
        return Depth::Nothing;
    };
    let again = inside.encode();
    assert!(again.len() <= data.len());
    assert_eq!(Inside::decode(&again).as_ref(), Ok(&inside));
    match inside.kind {
        InsideKind::Content(bytes) => deeper(Depth::Inside, content(&bytes)),
        _ => Depth::Inside,
    }
}

fn content(data: &[u8]) -> Depth {
    let Ok(content) = decode(data, Content::decode) else {
        return Depth::Nothing;
    };
    if matches!(content.kind, Kind::Unsupported(_)) {
        assert!(content.encode().is_err());
    } else {
        let again = content.encode().expect("what was read can be written");
        assert!(Content::decode(&again) == Ok(content));
    }
    Depth::Content
}

fn request(data: &[u8]) -> Depth {
    let Ok(request) = decode(data, Request::decode) else {
        return Depth::Nothing;
    };
    let again = request.encode().expect("what was read can be written");
    assert!(again.len() <= data.len());
    assert_eq!(Request::decode(&again), Ok(request));
    Depth::Request
}

fn accept(data: &[u8]) -> Depth {
    let Ok(accept) = decode(data, Accept::decode) else {
        return Depth::Nothing;
    };
    let again = accept.encode().expect("what was read can be written");
    assert!(again.len() <= data.len());
    assert_eq!(Accept::decode(&again), Ok(accept));
    Depth::Accept
}

fn acknowledgement(data: &[u8]) -> Depth {
    let Some(read) = decode(data, Acknowledgement::decode) else {
        return Depth::Nothing;
    };
    assert_eq!(read.encode(), data);
    assert!(read.covers(read.cumulative));
    if let Some(beyond) = read.cumulative.checked_add(66) {
        assert!(!read.covers(beyond));
    }
    Depth::Acknowledgement
}

fn session_reset(data: &[u8]) -> Depth {
    let Ok(reset) = decode(data, SessionReset::decode) else {
        return Depth::Nothing;
    };
    assert_eq!(reset.encode(), data);
    Depth::SessionReset
}

fn restore(data: &[u8]) -> Depth {
    let Ok(restore) = decode(data, Restore::decode) else {
        return Depth::Nothing;
    };
    let again = restore.encode();
    assert!(again.len() <= data.len());
    assert_eq!(Restore::decode(&again), Ok(restore));
    Depth::Restore
}

fn restored(data: &[u8]) -> Depth {
    let Ok(restored) = decode(data, Restored::decode) else {
        return Depth::Nothing;
    };
    let again = restored.encode();
    assert!(again.len() <= data.len());
    assert_eq!(Restored::decode(&again), Ok(restored));
    Depth::Restored
}

fn flight_1(data: &[u8]) -> Depth {
    let Some(flight) = decode(data, Flight1::decode) else {
        return Depth::Nothing;
    };
    let again = flight.encode();
    assert_eq!(again, data[..again.len()]);
    if let Some(chosen) = version::choose(&flight.versions) {
        assert!(flight.versions.contains(&chosen) && version::SUPPORTED.contains(&chosen));
    }
    Depth::Flight1
}

fn flight_2(data: &[u8]) -> Depth {
    let Some(flight) = decode(data, Flight2::decode) else {
        return Depth::Nothing;
    };
    let again = flight.encode();
    assert_eq!(again, data[..again.len()]);
    Depth::Flight2
}

fn version_answer(data: &[u8]) -> Depth {
    let Some(answer) = decode(data, VersionAnswer::decode) else {
        return Depth::Nothing;
    };
    assert_eq!(answer.encode(), data);
    Depth::VersionAnswer
}

fn invitation(data: &[u8]) -> Depth {
    let Ok(invitation) = decode(data, Invitation::from_bytes) else {
        return Depth::Nothing;
    };
    assert_eq!(invitation.to_bytes().as_slice(), data);
    Depth::Invitation
}

fn keys(data: &[u8]) -> Depth {
    let secret = X25519Secret::try_from(data).is_ok();
    let onion = OnionKey::try_from(data).is_ok();
    assert_eq!((secret, onion), (data.len() == 32, data.len() == 32));
    assert_eq!(MessageId::try_from(data).is_ok(), data.len() == 16);
    match X25519Public::try_from(data) {
        Ok(key) => {
            assert_eq!(key.as_bytes().as_slice(), data);
            Depth::Key
        }
        Err(_) => Depth::Nothing,
    }
}

/// The vectors, each for its decoder, and wrapped into one another for the chain.
#[must_use]
pub fn seeds() -> Vec<Seed<Depth>> {
    let mut seeds = Vec::new();
    let mut add = |selector: u8, bytes: &[u8], reaches| {
        seeds.push(Seed {
            name: format!("vector-{selector:02}-{:03}", seeds.len()),
            bytes: [&[selector], bytes].concat(),
            reaches,
        });
    };
    let flight = |case: &serde_json::Value| -> Vec<u8> {
        let frames = case["frames"].as_array().expect("a list");
        frames.iter().flat_map(unhex).collect()
    };
    for case in cases("flights", "flight_1") {
        add(2, &flight(&case), Depth::Flight1);
    }
    for case in cases("flights", "flight_2") {
        add(3, &flight(&case), Depth::Flight2);
    }
    for (selector, file, section, reaches) in [
        (4, "messages", "requests", Depth::Request),
        (4, "messages", "requests_refused", Depth::Nothing),
        (5, "messages", "accepts", Depth::Accept),
        (6, "messages", "insides_refused", Depth::Nothing),
        (7, "contents", "valid", Depth::Content),
        (7, "contents", "unsupported", Depth::Content),
        (7, "contents", "refused", Depth::Nothing),
        (8, "sealed", "bodies_refused", Depth::Nothing),
        (9, "sealed", "letters_refused", Depth::Nothing),
        (10, "sealed", "acknowledgements", Depth::Acknowledgement),
        (11, "messages", "session_resets", Depth::SessionReset),
        (12, "flights", "version_answers", Depth::VersionAnswer),
        (15, "messages", "restores", Depth::Restore),
        (15, "messages", "restores_refused", Depth::Nothing),
        (16, "messages", "restored", Depth::Restored),
        (13, "invitations", "valid", Depth::Invitation),
    ] {
        for case in cases(file, section) {
            add(selector, &bytes(&case), reaches);
        }
    }
    for key in cases("keys", "accepted") {
        add(14, &unhex(&key), Depth::Key);
    }
    for case in cases("contents", "valid").iter().take(9) {
        add(
            0,
            &framed(ParcelKind::Sealed, &wrapped(&bytes(case))),
            Depth::Content,
        );
    }
    for (kind, file, section, reaches) in [
        (ParcelKind::Request, "messages", "requests", Depth::Request),
        (ParcelKind::Accept, "messages", "accepts", Depth::Accept),
        (
            ParcelKind::Acknowledgement,
            "sealed",
            "acknowledgements",
            Depth::Acknowledgement,
        ),
        (
            ParcelKind::SessionReset,
            "messages",
            "session_resets",
            Depth::SessionReset,
        ),
    ] {
        for case in cases(file, section).iter().take(1) {
            add(0, &framed(kind, &bytes(case)), reaches);
        }
    }
    seeds
}

/// A content message as it stands in a sealed parcel, without the encryptions.
fn wrapped(content: &[u8]) -> Vec<u8> {
    let inside = Inside {
        kind: InsideKind::Content(zeroize::Zeroizing::new(content.to_vec())),
    };
    let letter = Letter {
        pair: undertone_wire::PairId::from_bytes([1; 16]),
        direction: undertone_wire::v1::Direction::AToB,
        generation: 0,
        sequence: 1,
        inside: inside.encode(),
    };
    let body = SealedBody {
        offset: 0,
        olm_type: 1,
        olm: letter.encode().to_vec(),
    };
    body.encode().expect("short enough").to_vec()
}

/// The notation of [`chain`].
fn framed(kind: ParcelKind, bytes: &[u8]) -> Vec<u8> {
    let parcel = Parcel {
        kind,
        bytes: bytes.to_vec(),
    };
    let mut data = Vec::new();
    for frame in parcel.frames(FrameSize::Chat).expect("short enough") {
        let end = frame
            .iter()
            .rposition(|&byte| byte != 0)
            .map_or(0, |at| at + 1);
        data.extend_from_slice(&(end as u16).to_be_bytes());
        data.extend_from_slice(&frame[..end]);
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_reach_the_innermost_parsers() {
        let _alone = crate::memory::alone();
        let seeds = seeds();
        crate::check_and_write(&seeds, run);
        let deepest = |seed: &Seed<Depth>| seed.bytes[0] == 0 && seed.reaches == Depth::Content;
        assert!(
            seeds.iter().any(deepest),
            "no seed goes through the whole chain"
        );
        for selector in 2..17 {
            let reached =
                |seed: &&Seed<Depth>| seed.bytes[0] == selector && seed.reaches != Depth::Nothing;
            // Bodies, letters and insides are reached through the chain.
            assert!(seeds.iter().any(|s| reached(&s)) || (6..10).contains(&selector));
        }
    }

    #[test]
    fn the_worst_list_of_nothing_stays_within_its_bound() {
        let _alone = crate::memory::alone();
        // 36,000 empty parents, and a receipt for as many empty names.
        let parents = [0x12, 0].repeat(36_000);
        let head = [0x3a, 0xc0, 0xb2, 0x04];
        let receipt = [&head[..], &[0x0a, 0].repeat(36_000)].concat();
        for worst in [parents, receipt] {
            assert_eq!(run(&[&[7], &worst[..]].concat()), Depth::Nothing);
            // It is the worst: a quarter of the bound is not enough.
            let most = of_input(worst.len()) / 4;
            let outcome = std::panic::catch_unwind(|| bounded(most, || Content::decode(&worst)));
            assert!(outcome.is_err());
        }
    }
}
