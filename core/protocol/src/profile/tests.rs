//! Dishonest peers that hold real keys: played by hand against one machine, because an honest
//! machine cannot be made to behave like this.

use rand::CryptoRng;
use undertone_wire::v1::{Flight1, FrameSize, Invitation, Parcel, ParcelKind, Purpose, Role};
use vodozemac::olm::{Account, OlmMessage, SessionConfig};

use super::*;
use crate::derive;
use crate::handshake::{self, Answer, Channel, Dialer, Terms};
use crate::keys::{DoorSeed, KeyPair};
use crate::relation::{dial_hint, provisional, request_transcript};
use crate::step::{Effect, Now, ViolationKind};

const NOW: Now = Now {
    monotonic: Duration::ZERO,
    wall: 1_800_000_000,
};

fn frames_to(effects: Vec<Effect>, link: LinkId) -> Vec<Vec<u8>> {
    let sent = effects.into_iter().filter_map(|effect| match effect {
        Effect::Send(to, frames) if to == link => Some(frames),
        _ => None,
    });
    sent.flatten().collect()
}

/// Reads one parcel from the frames of a channel.
fn read_parcel(channel: &mut Channel, frames: &[Vec<u8>]) -> Parcel {
    let mut reader = undertone_wire::v1::ParcelReader::new(FrameSize::Chat);
    let mut parcels = frames.iter().filter_map(|frame| {
        let plaintext = channel.open(frame).expect("a frame of this channel");
        reader.read(&plaintext).expect("a good frame")
    });
    parcels.next().expect("a parcel")
}

fn write_parcel(channel: &mut Channel, kind: ParcelKind, bytes: &[u8]) -> Vec<Vec<u8>> {
    let parcel = Parcel {
        kind,
        bytes: bytes.to_vec(),
    };
    let frames = parcel.frames(FrameSize::Chat).expect("short enough");
    let sealed = frames
        .iter()
        .map(|frame| channel.seal(frame).expect("open"));
    sealed.collect()
}

/// A requests by an invitation whose inviter is dishonest; gives the machine and the inviter's
/// channel to its reply door.
fn requested(rng: &mut dyn CryptoRng) -> (Profile, Channel, LinkId) {
    let (door, noise) = (DoorSeed::random(rng), KeyPair::random(rng).expect("key"));
    let invitation = Invitation {
        door: door.onion_key(),
        noise: noise.public,
        one_time: None,
        server: None,
    };
    let (mut profile, _) = Profile::create("Amal", NOW, rng).expect("a name");
    let text = invitation.to_string();
    let added = profile.add_contact_by(NOW, rng, &text, None, "hi");
    let (_, contact) = added.expect("a good invitation");
    let link = LinkId(1);
    let dialled = Input::Dialled {
        contact,
        purpose: Purpose::Knock,
        link,
    };
    let step = profile.handle(NOW, rng, dialled).expect("no bug");
    let flight = Flight1::decode(&frames_to(step.committed(), link).concat()).expect("flight 1");
    let ik = Secret::from_bytes([0; 32]);
    let terms = Terms {
        purpose: Purpose::Knock,
        psk0: derive::expand(&ik, "knock psk", &[]),
        local: noise.secret.clone(),
        remote: None,
        door: door.onion_key(),
        invitation: Some(invitation.hash()),
    };
    let (answer, second) = handshake::answer(&terms, &flight, rng).expect("an honest dialer");
    let Answer::Listener(listener) = answer else {
        panic!("a knock has a third flight");
    };
    let mut sent = Vec::new();
    for frame in second {
        let step = profile.handle(NOW, rng, Input::Frame(link, frame));
        sent.extend(frames_to(step.expect("no bug").committed(), link));
    }
    let mut knock = listener.finish(&sent[0]).expect("flight 3");
    let parcel = read_parcel(&mut knock, &sent[1..]);
    let request = undertone_wire::v1::Request::decode(&parcel.bytes).expect("a request");
    let transcript = request_transcript(&invitation.hash(), knock.hash(), &parcel.bytes);
    let prov = provisional(&transcript, &request.random, &ik);
    dial_reply_door(profile, contact, &request, &prov, &invitation, rng)
}

fn dial_reply_door(
    mut profile: Profile,
    contact: ContactId,
    request: &undertone_wire::v1::Request,
    prov: &Secret,
    invitation: &Invitation,
    rng: &mut dyn CryptoRng,
) -> (Profile, Channel, LinkId) {
    let mut nonce = [7; 16];
    nonce[..8].fill(0);
    let door = request.reply_door;
    let terms = Terms {
        purpose: Purpose::Accept,
        psk0: derive::expand(prov, "accept psk", &[]),
        local: KeyPair::random(rng).expect("key").secret,
        remote: Some(request.noise),
        door,
        invitation: Some(invitation.hash()),
    };
    let hint = dial_hint(prov, Role::B, &nonce, &door, Purpose::Accept);
    let (dialer, first) = Dialer::start(&terms, nonce, hint, rng).expect("terms");
    let link = LinkId(2);
    let arrived = Input::Arrived {
        door: DoorName::Reply(contact),
        link,
    };
    let inputs = std::iter::once(arrived).chain(first.into_iter().map(|f| Input::Frame(link, f)));
    let step = profile.handle_all(NOW, rng, inputs).expect("no bug");
    let second = frames_to(step.committed(), link).concat();
    let (channel, third) = dialer.finish(&second, rng).expect("an honest listener");
    let inputs = third.into_iter().map(|frame| Input::Frame(link, frame));
    let step = profile.handle_all(NOW, rng, inputs).expect("no bug");
    assert_eq!(step.violations(), []);
    (profile, channel, link)
}

/// Whatever an inviter sends over the reply door before its acceptance costs it the link and
/// nothing else: not our program.
#[test]
fn parcels_before_the_acceptance_are_violations_and_not_bugs() {
    for kind in [
        ParcelKind::Sealed,
        ParcelKind::Acknowledgement,
        ParcelKind::SessionReset,
        ParcelKind::Request,
        ParcelKind::Received,
    ] {
        let rng = &mut rand::rng();
        let (mut profile, mut channel, link) = requested(rng);
        let frame = write_parcel(&mut channel, kind, &[0; 900]).remove(0);
        let step = profile.handle(NOW, rng, Input::Frame(link, frame));
        let step = step.expect("no bug");
        let kinds: Vec<_> = step.violations().iter().map(|v| v.kind).collect();
        assert_eq!(kinds, [ViolationKind::OutOfPlace], "{kind:?}");
    }
}

#[test]
fn a_long_or_malformed_acceptance_is_a_violation() {
    let rng = &mut rand::rng();
    for bytes in [vec![0; 70 * 1024], vec![0xff; 100], Vec::new()] {
        let (mut profile, mut channel, link) = requested(rng);
        let frames = write_parcel(&mut channel, ParcelKind::Accept, &bytes);
        let inputs = frames.into_iter().map(|frame| Input::Frame(link, frame));
        let step = profile.handle_all(NOW, rng, inputs).expect("no bug");
        let kinds: Vec<_> = step.violations().iter().map(|v| v.kind).collect();
        assert_eq!(kinds, [ViolationKind::Malformed]);
    }
}

/// vodozemac takes a ratchet key of low order in and fails only when we answer.
#[test]
fn low_order_keys_inside_olm_are_refused_before_they_are_used() {
    let (alice, mut bob) = (Account::new(), Account::new());
    bob.generate_one_time_keys(1);
    let key = *bob.one_time_keys().values().next().expect("a key");
    let mut session = alice
        .create_outbound_session(SessionConfig::version_1(), bob.curve25519_key(), key)
        .expect("a session");
    let (kind, bytes) = session.encrypt("hello").expect("encrypts").to_parts();
    let good = OlmMessage::from_parts(kind, &bytes).expect("own message");
    assert_eq!(messages::check_olm_keys(&good), Ok(()));
    let OlmMessage::PreKey(first) = &good else {
        panic!("the first message opens the session");
    };
    for public in [
        first.message().ratchet_key(),
        first.base_key(),
        first.one_time_key(),
    ] {
        let public = public.to_bytes();
        let at = bytes.windows(32).position(|window| window == public);
        let mut bad = bytes.clone();
        let at = at.expect("the key stands in the message");
        bad[at..at + 32].fill(0);
        let bad = OlmMessage::from_parts(kind, &bad).expect("still well-formed");
        assert_eq!(messages::check_olm_keys(&bad), Err(ViolationKind::Key));
    }
}
