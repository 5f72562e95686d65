//! A hostile stranger at a knock door, against a whole `Profile`. The first byte of an input says how
//! far the stranger is honest:
//!
//! | byte | honest until | the rest of the input |
//! |---|---|---|
//! | 0 | nothing | the bytes it sends, in frames |
//! | 1 | flight 1 | changes of flight 1: place (2), bits to flip (1) |
//! | 2 | flight 2 | changes of flight 3 |
//! | 3 | the handshake | plaintexts of frames: length (2) and bytes, filled up with zeros |
//! | 4 | the handshake | kind (1) and bytes of a parcel, cut into frames as they should be |
//! | 5 | a frame | changes of an encrypted frame |

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use undertone_protocol::{
    Change, DoorName, Effect, Event, Input, LinkId, Now, Profile, RecordKey, StageName, Step,
    ViolationKind, public_of,
};
use undertone_wire::X25519Secret;
use undertone_wire::v1::{Invitation, Parcel, ParcelKind, Request};
use zeroize::Zeroizing;

use crate::dialer::{Dialer, Stranger};
use crate::memory::bounded;
use crate::seeds::{Seed, bytes, cases};

/// How far the profile let the stranger come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// Silence.
    Silence,
    /// Flight 2 came.
    Answered,
    /// The handshake is through: a frame was refused because it does not decrypt.
    Open,
    /// A frame was decrypted and its layout refused.
    Frame,
    /// A parcel was complete and out of place.
    Parcel,
    /// The parser of requests refused.
    Request,
    /// A request was read and its keys refused.
    Keys,
    /// A request was answered like every other and not kept.
    Dropped,
    /// A request was taken in and stored.
    Stored,
}

const NOW: Now = Now {
    monotonic: Duration::ZERO,
    wall: 1_800_000_000,
};
const LINK: LinkId = LinkId(1);
const FRAME: usize = 976;
/// The stranger's Noise static key: the same always, so that inputs can hold its public half.
const STATIC: [u8; 32] = [0x5a; 32];
/// What one frame may make a profile take: the parcel that it completes, the request, its records.
const MEMORY: usize = 256 * 1024;
/// More frames than this make no difference: the longest parcel has 78.
const MOST_FRAMES: usize = 90;

/// A profile with one open invitation, as it is stored.
struct Victim {
    records: BTreeMap<RecordKey, Vec<u8>>,
    invitation: Invitation,
    number: u64,
}

fn victim() -> &'static Victim {
    static VICTIM: OnceLock<Victim> = OnceLock::new();
    VICTIM.get_or_init(|| {
        let rng = &mut ChaCha20Rng::seed_from_u64(1);
        let (mut profile, step) = Profile::create("Noor", NOW, rng).expect("a good name");
        let mut records = BTreeMap::new();
        store(&mut records, &step);
        let (step, number) = profile.invite(NOW, rng, false, None).expect("room");
        store(&mut records, &step);
        let open = profile.open_invitations().next().expect("just made");
        Victim {
            records,
            invitation: open.text.parse().expect("own text"),
            number,
        }
    })
}

fn store(records: &mut BTreeMap<RecordKey, Vec<u8>>, step: &Step) {
    for change in step.changes().iter() {
        match change {
            Change::Put(key, _, value) => drop(records.insert(key, value.to_vec())),
            Change::Delete(key) => drop(records.remove(&key)),
        }
    }
}

fn load(records: &BTreeMap<RecordKey, Vec<u8>>) -> Profile {
    let get =
        |key| Ok::<_, std::convert::Infallible>(records.get(&key).cloned().map(Zeroizing::new));
    Profile::load(get).expect("what was stored can be loaded")
}

/// One connection to the victim.
struct Attempt {
    profile: Profile,
    records: BTreeMap<RecordKey, Vec<u8>>,
    rng: ChaCha20Rng,
    received: Vec<Vec<u8>>,
    depth: Depth,
    closed: bool,
}

impl Attempt {
    fn new() -> Self {
        let victim = victim();
        let mut attempt = Self {
            profile: load(&victim.records),
            records: victim.records.clone(),
            rng: ChaCha20Rng::seed_from_u64(2),
            received: Vec::new(),
            depth: Depth::Silence,
            closed: false,
        };
        let door = DoorName::Knock(victim.number);
        attempt.input(NOW, Input::Arrived { door, link: LINK });
        assert!(!attempt.closed && attempt.received.is_empty());
        attempt
    }

    /// The stranger sends a frame.
    fn frame(&mut self, frame: &[u8]) {
        if !self.closed {
            self.input(NOW, Input::Frame(LINK, frame.to_vec()));
        }
    }

    fn flight(&mut self, flight: &[u8]) {
        flight.chunks(FRAME).for_each(|frame| self.frame(frame));
    }

    fn input(&mut self, now: Now, input: Input) {
        let (profile, rng) = (&mut self.profile, &mut self.rng);
        let step =
            bounded(MEMORY, || profile.handle(now, rng, input)).expect("no broken invariant");
        for violation in step.violations() {
            let depth = match violation.kind {
                ViolationKind::Frame => Depth::Open,
                ViolationKind::Layout(_) => Depth::Frame,
                ViolationKind::OutOfPlace => Depth::Parcel,
                ViolationKind::Malformed => Depth::Request,
                ViolationKind::Key => Depth::Keys,
                other => panic!("a stranger cannot do this: {other:?}"),
            };
            self.depth = self.depth.max(depth);
        }
        let violated = !step.violations().is_empty();
        let before = self.received.len();
        let writes = !step.changes().is_empty();
        store(&mut self.records, &step);
        let mut stored = false;
        for effect in step.committed() {
            match effect {
                Effect::Send(LINK, frames) => self.received.extend(frames),
                Effect::Close(LINK) => self.closed = true,
                // Frames that were on the way already still come.
                Effect::Silence(LINK) => {}
                Effect::Event(Event::RequestReceived(_)) => stored = true,
                Effect::DoorsChanged | Effect::DialsChanged => {}
                other => panic!("a stranger causes {other:?}"),
            }
        }
        match self.received.len() {
            0 => {}
            1 => panic!("half a flight"),
            2 => self.depth = self.depth.max(Depth::Answered),
            3 if stored => self.depth = Depth::Stored,
            _ => self.depth = self.depth.max(Depth::Dropped),
        }
        let answered = before == 2 && self.received.len() == 3;
        assert_eq!(
            writes, answered,
            "a request is answered after a commit, and nothing else writes"
        );
        assert!(!violated || self.closed, "a violation closes the link");
        assert!(self.received.iter().all(|frame| frame.len() == FRAME));
    }

    /// What must be true whatever the stranger did.
    fn end(mut self, stranger: Option<&mut Stranger>) -> Depth {
        match (self.depth, stranger) {
            (Depth::Silence, _) => assert!(self.received.is_empty(), "silence is silent"),
            (Depth::Dropped | Depth::Stored, Some(stranger)) => {
                assert_eq!(self.received.len(), 3, "flight 2 and the one answer");
                let answer = stranger.open(&self.received[2]);
                assert_eq!(answer[0], ParcelKind::Received as u8);
                assert!(answer[1..].iter().all(|&byte| byte == 0) && answer.len() == FRAME - 16);
                assert!(self.closed);
                let profile = load(&self.records);
                let stages: Vec<StageName> = profile.contacts().map(|c| c.stage).collect();
                let kept = usize::from(self.depth == Depth::Stored);
                assert_eq!(stages, vec![StageName::Undecided; kept]);
                assert!(
                    self.records
                        .values()
                        .all(|record| record.len() <= 16 * 1024)
                );
            }
            (Depth::Dropped | Depth::Stored, None) => panic!("a request without a handshake"),
            _ => assert_eq!(self.received.len(), 2, "nothing but flight 2"),
        }
        if !self.closed {
            let late = Now {
                monotonic: Duration::from_secs(30),
                ..NOW
            };
            self.input(late, Input::Wake);
            assert!(self.closed, "still open at the deadline of the handshake");
        }
        self.depth
    }
}

/// Lets the stranger that the input describes knock.
///
/// # Panics
/// When the profile does what a stranger must not make it do.
pub fn run(data: &[u8]) -> Depth {
    let Some((&stage, data)) = data.split_first() else {
        return Depth::Silence;
    };
    let mut attempt = Attempt::new();
    if stage == 0 {
        for piece in data.chunks(FRAME).take(MOST_FRAMES) {
            attempt.frame(&filled(piece, FRAME));
        }
        return attempt.end(None);
    }
    let rng = &mut ChaCha20Rng::seed_from_u64(3);
    let (dialer, mut first) = Dialer::start(&victim().invitation, &STATIC, rng);
    if stage == 1 {
        change(&mut first, data);
        attempt.flight(&first);
        return attempt.end(None);
    }
    attempt.flight(&first);
    assert_eq!(attempt.depth, Depth::Answered, "the dialer is honest");
    let (mut stranger, mut third) = dialer.finish(&attempt.received.concat());
    if stage == 2 {
        change(&mut third, data);
    }
    attempt.flight(&third);
    match stage {
        2 => attempt.frame(&stranger.seal(&[0; 960])),
        3 => plaintexts(data).for_each(|plaintext| attempt.frame(&stranger.seal(&plaintext))),
        4 => parcel(data).for_each(|plaintext| attempt.frame(&stranger.seal(&plaintext))),
        _ => {
            let mut frame = stranger.seal(&[0; 960]);
            change(&mut frame, data);
            attempt.frame(&frame);
        }
    }
    attempt.end(Some(&mut stranger))
}

fn filled(piece: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = piece.to_vec();
    bytes.truncate(length);
    bytes.resize(length, 0);
    bytes
}

/// Flips bits: place (2), bits (1), over and over.
fn change(bytes: &mut [u8], changes: &[u8]) {
    for change in changes.chunks_exact(3) {
        let at = usize::from(u16::from_be_bytes([change[0], change[1]])) % bytes.len();
        bytes[at] ^= change[2];
    }
}

/// Length (2) and bytes, each filled up to a whole frame.
fn plaintexts(mut data: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    std::iter::from_fn(move || {
        let (length, rest) = data.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (plaintext, rest) = rest.split_at(length);
        data = rest;
        Some(filled(plaintext, FRAME - 16))
    })
    .take(MOST_FRAMES)
}

/// A parcel of any kind, also one that the program does not know.
fn parcel(data: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let (kind, bytes) = data.split_first().unwrap_or((&0, &[]));
    let pieces: Vec<&[u8]> = match bytes {
        [] => vec![bytes],
        _ => bytes.chunks(956).collect(),
    };
    let last = pieces.len() - 1;
    (0..).zip(pieces).map(move |(index, piece)| {
        let flags = u8::from(index < last) | u8::from(index > 0) << 1;
        let [high, low] = (piece.len() as u16).to_be_bytes();
        let plaintext = [&[*kind, flags, high, low], piece].concat();
        filled(&plaintext, FRAME - 16)
    })
}

/// A good request of the stranger.
fn request() -> Request {
    let case = &cases("messages", "requests")[0];
    let mut request = Request::decode(&bytes(case)).expect("a vector");
    request.noise = public_of(&X25519Secret::from_bytes(STATIC)).expect("a key");
    request
}

/// Strangers that come as far as each [`Depth`].
#[must_use]
pub fn seeds() -> Vec<Seed<Depth>> {
    let mut reflection = request();
    reflection.olm = victim().invitation.noise;
    let reflection = reflection.encode().expect("within limits");
    let request = request().encode().expect("within limits");
    let rng = &mut ChaCha20Rng::seed_from_u64(4);
    let (_, flight) = Dialer::start(&victim().invitation, &STATIC, rng);
    let other = bytes(&cases("messages", "requests")[0]);
    let cut = &request[..request.len() - 1];
    let kind = [ParcelKind::Request as u8];
    let framed: Vec<u8> = {
        let parcel = Parcel {
            kind: ParcelKind::Request,
            bytes: request.to_vec(),
        };
        let frames = parcel
            .frames(undertone_wire::v1::FrameSize::Chat)
            .expect("short enough");
        let framed = frames
            .iter()
            .flat_map(|frame| [&[0x03, 0xc0], frame.as_slice()].concat());
        framed.collect()
    };
    let seed = |name: &str, parts: &[&[u8]], reaches| Seed {
        name: name.to_owned(),
        bytes: parts.concat(),
        reaches,
    };
    vec![
        seed("nothing", &[&[0]], Depth::Silence),
        seed("zeros", &[&[0], &[0; 2 * FRAME]], Depth::Silence),
        seed("flight-1", &[&[0], &flight], Depth::Answered),
        seed("flight-1-changed", &[&[1], &[0, 100, 1]], Depth::Silence),
        seed(
            "flight-1-padding-changed",
            &[&[1], &[0x07, 0x9f, 1]],
            Depth::Answered,
        ),
        seed("flight-3-changed", &[&[2], &[0, 1, 1]], Depth::Answered),
        seed(
            "flight-3-padding-changed",
            &[&[2], &[0, 100, 1]],
            Depth::Parcel,
        ),
        seed("frame-changed", &[&[5], &[0, 1, 1]], Depth::Open),
        seed("frame-of-no-kind", &[&[3], &[0, 1, 99]], Depth::Frame),
        seed("empty-parcel", &[&[4], &[0]], Depth::Parcel),
        seed("sealed-parcel", &[&[4], &[1, 2, 3]], Depth::Parcel),
        seed("request-cut", &[&[4], &kind, cut], Depth::Request),
        seed(
            "request-of-another-key",
            &[&[4], &kind, &other],
            Depth::Keys,
        ),
        seed(
            "request-of-our-own-key",
            &[&[4], &kind, &reflection],
            Depth::Dropped,
        ),
        seed("request", &[&[4], &kind, &request], Depth::Stored),
        seed("request-in-frames", &[&[3], &framed], Depth::Stored),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_reach_every_depth() {
        let _alone = crate::memory::alone();
        let seeds = seeds();
        crate::check_and_write(&seeds, run);
        for depth in [
            Depth::Silence,
            Depth::Answered,
            Depth::Open,
            Depth::Frame,
            Depth::Parcel,
            Depth::Request,
            Depth::Keys,
            Depth::Dropped,
            Depth::Stored,
        ] {
            assert!(seeds.iter().any(|seed| seed.reaches == depth), "{depth:?}");
        }
    }
}
