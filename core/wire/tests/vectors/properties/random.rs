//! Values and bytes of every kind, by lot.

use rand::{Rng, RngExt};
use rand_chacha::ChaCha20Rng;
use undertone_wire::v1::{
    Accept, Confirm, Content, Direction, DoorNotice, FLIGHT_1, FLIGHT_2, Flight1, Flight2, Inside,
    InsideKind, Introduction, IntroductionStep, Invitation, Kind, Letter, MAX_GREETING, MAX_OLM,
    MAX_PARCEL, MAX_PARENTS, MAX_PICTURE, MAX_TEXT, MAX_TIMER, OneTimeSecret, Parcel, ParcelKind,
    Purpose, RekeyAnswer, RekeyOffer, Request, SealedBody, ServerHint, Text, pad,
};
use undertone_wire::{
    IntroductionId, MessageId, OnionKey, PairId, RequestId, X25519Public, X25519Secret, version,
};
use zeroize::Zeroizing;

pub(super) fn array<const N: usize>(rng: &mut ChaCha20Rng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

pub(super) fn bytes(rng: &mut ChaCha20Rng, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// Short more often than long.
pub(super) fn length(rng: &mut ChaCha20Rng, most: usize) -> usize {
    let most = rng.random_range(0..=most);
    rng.random_range(0..=most)
}

pub(super) fn words(rng: &mut ChaCha20Rng, most: usize) -> String {
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

pub(super) fn key(rng: &mut ChaCha20Rng) -> X25519Public {
    X25519Public::from_bytes(array(rng)).expect("nobody draws one of low order")
}

pub(super) fn id(rng: &mut ChaCha20Rng) -> MessageId {
    MessageId::from_bytes(array(rng))
}

pub(super) fn ids(rng: &mut ChaCha20Rng, least: usize, most: usize) -> Vec<MessageId> {
    (0..rng.random_range(least..=most))
        .map(|_| id(rng))
        .collect()
}

pub(super) fn door(rng: &mut ChaCha20Rng) -> DoorNotice {
    DoorNotice {
        door: OnionKey::from_bytes(array(rng)),
        descriptor: X25519Secret::from_bytes(array(rng)),
    }
}

pub(super) fn invitation(rng: &mut ChaCha20Rng) -> Invitation {
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

pub(super) fn request(rng: &mut ChaCha20Rng) -> Request {
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

pub(super) fn accept(rng: &mut ChaCha20Rng) -> Accept {
    Accept {
        noise: key(rng),
        olm: key(rng),
        ciphertext: Box::new(array(rng)),
        door: door(rng),
        nickname: format!("n{}", words(rng, 127)),
        random: Zeroizing::new(array(rng)),
    }
}

pub(super) fn inside(rng: &mut ChaCha20Rng) -> Inside {
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

pub(super) fn introduction(rng: &mut ChaCha20Rng) -> Introduction {
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

pub(super) fn content(rng: &mut ChaCha20Rng) -> Content {
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

pub(super) fn parcel(rng: &mut ChaCha20Rng) -> Parcel {
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

pub(super) fn body(rng: &mut ChaCha20Rng) -> SealedBody {
    let length = length(rng, MAX_OLM);
    SealedBody {
        offset: rng.random(),
        olm_type: rng.random_range(0..2),
        olm: bytes(rng, length),
    }
}

pub(super) fn letter(rng: &mut ChaCha20Rng) -> Letter {
    Letter {
        pair: PairId::from_bytes(array(rng)),
        direction: [Direction::AToB, Direction::BToA][rng.random_range(0..2)],
        generation: rng.random(),
        sequence: rng.random_range(1..=u64::MAX),
        inside: inside(rng).encode(),
    }
}

pub(super) fn flight_1(rng: &mut ChaCha20Rng) -> Flight1 {
    let offered = rng.random_range(1..=version::MAX_OFFERED);
    Flight1 {
        versions: bytes(rng, offered),
        purpose: Purpose::from_byte(rng.random_range(1..=5)).expect("defined"),
        nonce: array(rng),
        hint: array(rng),
        noise: Box::new(array(rng)),
    }
}

pub(super) fn flight_2(rng: &mut ChaCha20Rng) -> Flight2 {
    Flight2 {
        ciphertext: Box::new(array(rng)),
        noise: array(rng),
    }
}

/// Bytes of a request, an acceptance, an inside, a content, a body, a letter, flights, an
/// invitation: what the decoders below take.
pub(super) fn some_encoding(rng: &mut ChaCha20Rng) -> Vec<u8> {
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
pub(super) fn mutate(rng: &mut ChaCha20Rng, bytes: &mut Vec<u8>) {
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
