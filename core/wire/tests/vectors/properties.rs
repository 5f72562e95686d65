//! Properties over seeded random input: what is written is read back equal; hostile bytes, random
//! and mutated, are refused or read to something within the limits, and never panic.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use undertone_wire::v1::{
    Accept, Acknowledgement, Confirm, Content, Direction, DoorNotice, FLIGHT_1, FLIGHT_2, Flight1,
    Flight2, FrameSize, Inside, InsideKind, Introduction, IntroductionStep, Invitation, Kind,
    Letter, MAX_GENERATION, MAX_GREETING, MAX_OLM, MAX_PARCEL, MAX_PARENTS, MAX_PICTURE, MAX_TEXT,
    MAX_TIMER, OneTimeSecret, Parcel, ParcelKind, ParcelReader, Purpose, RekeyAnswer, RekeyOffer,
    Request, SealedBody, ServerHint, SessionReset, ShortCode, Text, VersionAnswer, pad,
};
use undertone_wire::{
    CopyProof, IntroductionId, MessageId, OnionKey, PairId, RequestId, X25519Public, X25519Secret,
    version,
};
use zeroize::Zeroizing;

const ROUNDS: u64 = 300;

/// Runs with many seeds; a failure names its seed.
fn with_seeds(run: impl Fn(&mut ChaCha20Rng)) {
    for seed in 0..ROUNDS {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&mut rng)));
        assert!(outcome.is_ok(), "seed {seed}");
    }
}

fn array<const N: usize>(rng: &mut ChaCha20Rng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

fn bytes(rng: &mut ChaCha20Rng, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// Short more often than long.
fn length(rng: &mut ChaCha20Rng, most: usize) -> usize {
    let most = rng.random_range(0..=most);
    rng.random_range(0..=most)
}

fn words(rng: &mut ChaCha20Rng, most: usize) -> String {
    let most = length(rng, most);
    let mut text = String::new();
    loop {
        let next = ['a', 'ß', 'ж', '語', '🌱'][rng.random_range(0..5)];
        if text.len() + next.len_utf8() > most {
            return text;
        }
        text.push(next);
    }
}

fn key(rng: &mut ChaCha20Rng) -> X25519Public {
    X25519Public::from_bytes(array(rng)).expect("nobody draws one of low order")
}

fn id(rng: &mut ChaCha20Rng) -> MessageId {
    MessageId::from_bytes(array(rng))
}

fn ids(rng: &mut ChaCha20Rng, least: usize, most: usize) -> Vec<MessageId> {
    (0..rng.random_range(least..=most))
        .map(|_| id(rng))
        .collect()
}

fn door(rng: &mut ChaCha20Rng) -> DoorNotice {
    DoorNotice {
        door: OnionKey::from_bytes(array(rng)),
        descriptor: X25519Secret::from_bytes(array(rng)),
    }
}

fn invitation(rng: &mut ChaCha20Rng) -> Invitation {
    Invitation {
        door: OnionKey::from_bytes(array(rng)),
        noise: key(rng),
        one_time: rng.random::<bool>().then(|| OneTimeSecret(array(rng))),
        server: rng.random::<bool>().then(|| ServerHint {
            root: array(rng),
            shelf: rng.random(),
        }),
    }
}

fn request(rng: &mut ChaCha20Rng) -> Request {
    Request {
        id: RequestId::from_bytes(array(rng)),
        nickname: format!("n{}", words(rng, 127)),
        greeting: words(rng, MAX_GREETING),
        noise: key(rng),
        olm: key(rng),
        one_time_key: key(rng),
        kem: Box::new(array(rng)),
        reply_door: OnionKey::from_bytes(array(rng)),
        reply_descriptor: X25519Secret::from_bytes(array(rng)),
        random: Zeroizing::new(array(rng)),
    }
}

fn accept(rng: &mut ChaCha20Rng) -> Accept {
    Accept {
        noise: key(rng),
        olm: key(rng),
        ciphertext: Box::new(array(rng)),
        door: door(rng),
        nickname: format!("n{}", words(rng, 127)),
        random: Zeroizing::new(array(rng)),
    }
}

fn inside(rng: &mut ChaCha20Rng) -> Inside {
    let kind = match rng.random_range(0..6) {
        0 => {
            let length = length(rng, 5_000);
            InsideKind::Content(Zeroizing::new(bytes(rng, length)))
        }
        1 => InsideKind::Confirm(Confirm {
            mac: array(rng),
            door: rng.random::<bool>().then(|| door(rng)),
        }),
        2 => InsideKind::Door(door(rng)),
        3 => InsideKind::RekeyOffer(RekeyOffer {
            epoch: rng.random(),
            key: Box::new(array(rng)),
        }),
        4 => InsideKind::RekeyAnswer(RekeyAnswer {
            epoch: rng.random(),
            ciphertext: Box::new(array(rng)),
        }),
        _ => InsideKind::Unknown,
    };
    Inside { kind }
}

fn introduction(rng: &mut ChaCha20Rng) -> Introduction {
    let step = match rng.random_range(0..4) {
        0 => IntroductionStep::Offer(format!("n{}", words(rng, 127))),
        1 => IntroductionStep::Answer(rng.random()),
        2 => IntroductionStep::Ready,
        _ => IntroductionStep::Invitation(Box::new(Invitation {
            one_time: Some(OneTimeSecret(array(rng))),
            ..invitation(rng)
        })),
    };
    let id = IntroductionId::from_bytes(array(rng));
    Introduction { id, step }
}

fn content(rng: &mut ChaCha20Rng) -> Content {
    let target = id(rng);
    let kind = match rng.random_range(0..13) {
        0 => Kind::Text(Text {
            text: words(rng, MAX_TEXT),
            reply_to: rng.random::<bool>().then_some(target),
            expires: rng
                .random::<bool>()
                .then(|| rng.random_range(1..=MAX_TIMER)),
            forwarded: rng.random(),
        }),
        1 => Kind::Edit {
            target,
            text: words(rng, 500),
        },
        2 => Kind::Delete { target },
        3 => Kind::Reaction {
            target,
            emoji: words(rng, 64),
        },
        4 => Kind::Delivered(ids(rng, 1, 256)),
        5 => Kind::Read(ids(rng, 1, 256)),
        6 => Kind::Typing {
            active: rng.random(),
        },
        7 => Kind::Timer {
            seconds: rng.random_range(0..=MAX_TIMER),
            version: rng.random(),
        },
        8 => Kind::Status(words(rng, 256)),
        9 => Kind::Away(rng.random()),
        10 => {
            let length = length(rng, MAX_PICTURE);
            Kind::Picture(bytes(rng, length))
        }
        11 => Kind::Introduction(introduction(rng)),
        _ => Kind::Nickname(format!("n{}", words(rng, 127))),
    };
    Content {
        id: id(rng),
        parents: ids(rng, 0, MAX_PARENTS),
        kind,
    }
}

fn parcel(rng: &mut ChaCha20Rng) -> Parcel {
    let kinds = [
        ParcelKind::Nothing,
        ParcelKind::Sealed,
        ParcelKind::Acknowledgement,
        ParcelKind::Request,
        ParcelKind::Received,
        ParcelKind::Accept,
        ParcelKind::ShortCode,
        ParcelKind::SessionReset,
    ];
    let length = length(rng, MAX_PARCEL);
    Parcel {
        kind: kinds[rng.random_range(0..kinds.len())],
        bytes: bytes(rng, length),
    }
}

fn body(rng: &mut ChaCha20Rng) -> SealedBody {
    let length = length(rng, MAX_OLM);
    SealedBody {
        offset: rng.random(),
        olm_type: rng.random_range(0..2),
        olm: bytes(rng, length),
    }
}

fn letter(rng: &mut ChaCha20Rng) -> Letter {
    Letter {
        pair: PairId::from_bytes(array(rng)),
        direction: [Direction::AToB, Direction::BToA][rng.random_range(0..2)],
        generation: rng.random(),
        sequence: rng.random_range(1..=u64::MAX),
        inside: inside(rng).encode(),
    }
}

fn flight_1(rng: &mut ChaCha20Rng) -> Flight1 {
    let offered = rng.random_range(1..=version::MAX_OFFERED);
    Flight1 {
        versions: bytes(rng, offered),
        purpose: Purpose::from_byte(rng.random_range(1..=5)).expect("defined"),
        nonce: array(rng),
        hint: array(rng),
        noise: Box::new(array(rng)),
    }
}

fn flight_2(rng: &mut ChaCha20Rng) -> Flight2 {
    Flight2 {
        ciphertext: Box::new(array(rng)),
        noise: array(rng),
    }
}

/// Bytes of a request, an acceptance, an inside, a content, a body, a letter, flights, an
/// invitation: what the decoders below take.
fn some_encoding(rng: &mut ChaCha20Rng) -> Vec<u8> {
    match rng.random_range(0..9) {
        0 => request(rng).encode().expect("within limits").to_vec(),
        1 => accept(rng).encode().expect("within limits").to_vec(),
        2 => inside(rng).encode().to_vec(),
        3 => content(rng).encode().expect("within limits"),
        4 => body(rng).encode().expect("within limits").to_vec(),
        5 => letter(rng).encode().to_vec(),
        6 => pad(flight_1(rng).encode(), FLIGHT_1, &[]).concat(),
        7 => pad(flight_2(rng).encode(), FLIGHT_2, &[]).concat(),
        _ => invitation(rng).to_bytes().to_vec(),
    }
}

/// Flips bits, overwrites, cuts out, doubles and truncates.
fn mutate(rng: &mut ChaCha20Rng, bytes: &mut Vec<u8>) {
    for _ in 0..rng.random_range(1..6) {
        if bytes.is_empty() {
            return;
        }
        let at = rng.random_range(0..bytes.len());
        let end = (at + rng.random_range(1..20)).min(bytes.len());
        match rng.random_range(0..6) {
            0 => bytes[at] ^= 1 << rng.random_range(0..8),
            1 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][rng.random_range(0..5)],
            2 => drop(bytes.drain(at..end)),
            3 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            4 => rng.fill_bytes(&mut bytes[at..end]),
            _ => bytes.truncate(at),
        }
    }
}

/// Gives the bytes to every decoder. What one accepts is within the limits, is no longer than what
/// it was read from, and means the same when it is written and read again.
fn decode_all(bytes: &[u8]) {
    if let Ok(request) = Request::decode(bytes) {
        let again = request.encode().expect("what was read can be written");
        assert!(again.len() <= bytes.len() && Request::decode(&again) == Ok(request));
    }
    if let Ok(accept) = Accept::decode(bytes) {
        let again = accept.encode().expect("what was read can be written");
        assert!(again.len() <= bytes.len() && Accept::decode(&again) == Ok(accept));
    }
    if let Ok(inside) = Inside::decode(bytes) {
        let again = inside.encode();
        assert!(again.len() <= bytes.len() && Inside::decode(&again) == Ok(inside));
    }
    if let Ok(content) = Content::decode(bytes)
        && !matches!(content.kind, Kind::Unsupported(_))
    {
        let again = content.encode().expect("what was read can be written");
        assert!(Content::decode(&again) == Ok(content));
    }
    if let Ok(body) = SealedBody::decode(bytes) {
        assert!(body.olm.len() <= bytes.len());
        let again = body.encode().expect("what was read can be written");
        assert_eq!(SealedBody::decode(&again), Ok(body));
    }
    if let Ok(letter) = Letter::decode(bytes) {
        assert_eq!(letter.encode().as_slice(), bytes);
    }
    if let Some(flight) = Flight1::decode(bytes) {
        let again = flight.encode();
        assert_eq!(again, bytes[..again.len()]);
    }
    if let Some(flight) = Flight2::decode(bytes) {
        let again = flight.encode();
        assert_eq!(again, bytes[..again.len()]);
    }
    if let Ok(invitation) = Invitation::from_bytes(bytes) {
        assert_eq!(invitation.to_bytes().as_slice(), bytes);
    }
    if let Some(acknowledgement) = Acknowledgement::decode(bytes) {
        assert_eq!(acknowledgement.encode(), bytes);
    }
    if let Some(step) = ShortCode::decode(bytes) {
        assert_eq!(step.encode(), bytes);
    }
    if let Ok(reset) = SessionReset::decode(bytes) {
        assert_eq!(reset.encode(), bytes);
    }
    if let Some(answer) = VersionAnswer::decode(bytes) {
        assert_eq!(answer.encode(), bytes);
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(invitation) = text.parse::<Invitation>()
    {
        assert_eq!(invitation.to_string().parse(), Ok(invitation));
    }
}

#[test]
fn what_is_written_is_read_back_equal() {
    with_seeds(|rng| {
        let value = invitation(rng);
        assert_eq!(Invitation::from_bytes(&value.to_bytes()), Ok(value.clone()));
        assert_eq!(value.to_string().parse(), Ok(value));
        let value = request(rng);
        assert_eq!(Request::decode(&value.encode().expect("limits")), Ok(value));
        let value = accept(rng);
        assert_eq!(Accept::decode(&value.encode().expect("limits")), Ok(value));
        let value = inside(rng);
        assert_eq!(Inside::decode(&value.encode()), Ok(value));
        let value = content(rng);
        assert!(Content::decode(&value.encode().expect("limits")) == Ok(value));
        let value = body(rng);
        assert_eq!(
            SealedBody::decode(&value.encode().expect("fits")),
            Ok(value)
        );
        let value = letter(rng);
        assert_eq!(Letter::decode(&value.encode()), Ok(value));
        let value = flight_1(rng);
        let padding = bytes(rng, FLIGHT_1);
        let frames = pad(value.encode(), FLIGHT_1, &padding);
        assert_eq!(Flight1::decode(&frames.concat()), Some(value));
        let value = flight_2(rng);
        let frames = pad(value.encode(), FLIGHT_2, &padding);
        assert_eq!(Flight2::decode(&frames.concat()), Some(value));
        let value = Acknowledgement {
            cumulative: rng.random(),
            bitmap: rng.random(),
            from: rng.random_range(0..=MAX_GENERATION),
            to: rng.random_range(0..=MAX_GENERATION),
            proof: rng
                .random::<bool>()
                .then(|| CopyProof::from_bytes(rng.random())),
        };
        assert_eq!(Acknowledgement::decode(&value.encode()), Some(value));
        let value = SessionReset {
            one_time_key: key(rng),
        };
        assert_eq!(SessionReset::decode(&value.encode()), Ok(value));
    });
}

#[test]
fn parcels_in_a_row_come_back_in_order() {
    with_seeds(|rng| {
        let size = [FrameSize::Chat, FrameSize::Bulk][rng.random_range(0..2)];
        let mut reader = ParcelReader::new(size);
        for _ in 0..3 {
            let parcel = parcel(rng);
            let mut read = None;
            for frame in parcel.frames(size).expect("short enough") {
                assert_eq!(frame.len(), size.plaintext());
                assert_eq!(read, None, "complete before its last frame");
                read = reader.read(&frame).expect("own frame");
            }
            assert_eq!(read, Some(parcel));
        }
    });
}

#[test]
fn random_bytes_never_panic() {
    with_seeds(|rng| {
        let length = length(rng, 5_000);
        decode_all(&bytes(rng, length));
        // Short ones reach what a random long one cannot.
        for length in 0..40 {
            decode_all(&bytes(rng, length));
        }
        let mut flight = bytes(rng, FLIGHT_1);
        flight[0] = rng.random_range(0..10);
        let at = usize::from(flight[0]) + 1;
        flight[at] = rng.random_range(0..7);
        decode_all(&flight);
        decode_all(words(rng, 600).as_bytes());
    });
}

#[test]
fn mutated_bytes_never_panic() {
    with_seeds(|rng| {
        let mut bytes = some_encoding(rng);
        decode_all(&bytes);
        for _ in 0..10 {
            mutate(rng, &mut bytes);
            decode_all(&bytes);
        }
        let mut text = invitation(rng).to_string().into_bytes();
        for _ in 0..10 {
            mutate(rng, &mut text);
            decode_all(&text);
        }
    });
}

#[test]
fn hostile_frames_never_panic_nor_become_a_parcel_over_the_limit() {
    let completed = std::cell::Cell::new(0);
    with_seeds(|rng| {
        let mut reader = ParcelReader::new(FrameSize::Chat);
        for _ in 0..200 {
            let payload = [0, 1, 955, 956, 957][rng.random_range(0..5)];
            let mut frame = bytes(rng, 960);
            frame[0] = rng.random_range(0..9);
            // Mostly a fragment in the middle, so that the limit is reached.
            frame[1] = if rng.random_range(0..60) == 0 { 0 } else { 3 };
            frame[2..4].copy_from_slice(&u16::to_be_bytes(payload));
            if rng.random_range(0..50) > 0 {
                let end = usize::from(payload).min(956);
                frame[4 + end..].fill(0);
            }
            let parcel = reader.read(&frame);
            if let Ok(Some(parcel)) = &parcel {
                completed.set(completed.get() + 1);
                assert!(parcel.bytes.len() <= MAX_PARCEL);
            }
            if parcel.is_err() {
                reader = ParcelReader::new(FrameSize::Chat);
            }
        }
    });
    assert!(
        completed.get() > 100,
        "the frames are too wild to test anything"
    );
}

#[test]
fn the_limits_of_what_is_accepted_hold() {
    with_seeds(|rng| {
        let mut bytes = content(rng).encode().expect("limits");
        mutate(rng, &mut bytes);
        let Ok(content) = Content::decode(&bytes) else {
            return;
        };
        assert!(content.parents.len() <= MAX_PARENTS);
        match content.kind {
            Kind::Text(Text { text, .. }) | Kind::Edit { text, .. } => {
                assert!(text.len() <= MAX_TEXT)
            }
            Kind::Reaction { emoji, .. } => assert!(emoji.len() <= 64),
            Kind::Delivered(ids) | Kind::Read(ids) => assert!((1..=256).contains(&ids.len())),
            Kind::Nickname(name) => assert!((1..=128).contains(&name.len())),
            _ => {}
        }
    });
}
