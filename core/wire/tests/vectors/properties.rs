//! Properties over seeded random input: what is written is read back equal; hostile bytes, random
//! and mutated, are refused or read to something within the limits, and never panic.

mod random;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use undertone_wire::CopyProof;
use undertone_wire::v1::{
    Accept, Acknowledgement, Content, FLIGHT_1, FLIGHT_2, Flight1, Flight2, FrameSize, Inside,
    Invitation, Kind, Letter, MAX_GENERATION, MAX_PARCEL, MAX_PARENTS, MAX_TEXT, ParcelReader,
    Request, SealedBody, SessionReset, ShortCode, Text, VersionAnswer, pad,
};

use self::random::{
    accept, body, bytes, content, flight_1, flight_2, inside, invitation, key, length, letter,
    mutate, parcel, request, some_encoding, words,
};

const ROUNDS: u64 = 300;

/// Runs with many seeds; a failure names its seed.
fn with_seeds(run: impl Fn(&mut ChaCha20Rng)) {
    for seed in 0..ROUNDS {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&mut rng)));
        assert!(outcome.is_ok(), "seed {seed}");
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
