//! The handshake and the attacks on it (protocol review C6, C7, H5, H6, M6).

use undertone_wire::v1::CHAT_FRAME;

use super::*;
use crate::keys::KeyPair;

struct Pair {
    dialer: Terms,
    listener: Terms,
}

fn pair(purpose: Purpose) -> Pair {
    let rng = &mut rand::rng();
    let a = KeyPair::random(rng).expect("key");
    let b = KeyPair::random(rng).expect("key");
    let psk0 = Secret::random(rng);
    let door = OnionKey::from_bytes([7; 32]);
    let invitation = (pattern(purpose) == XK).then(|| InvitationHash::from_bytes([8; 32]));
    let knows_dialer = pattern(purpose) == KK;
    Pair {
        dialer: Terms {
            purpose,
            psk0: psk0.clone(),
            local: a.secret,
            remote: Some(b.public),
            door,
            invitation,
        },
        listener: Terms {
            purpose,
            psk0,
            local: b.secret,
            remote: knows_dialer.then_some(a.public),
            door,
            invitation,
        },
    }
}

fn run(pair: &Pair) -> Result<(Channel, Channel), Refused> {
    let rng = &mut rand::rng();
    let (dialer, first) = Dialer::start(&pair.dialer, [1; 16], [2; 16], rng).expect("terms");
    assert!(first.len() == 2 && first.iter().all(|frame| frame.len() == CHAT_FRAME));
    let flight = Flight1::decode(&first.concat()).expect("own flight");
    let (answer, second) = answer(&pair.listener, &flight, rng)?;
    assert!(second.len() == 2 && second.iter().all(|frame| frame.len() == CHAT_FRAME));
    let (dialed, third) = dialer.finish(&second.concat(), rng)?;
    let listened = match answer {
        Answer::Channel(channel) => *channel,
        Answer::Listener(listener) => listener.finish(&third.concat())?,
    };
    Ok((dialed, listened))
}

#[test]
fn every_purpose_gives_a_channel_that_knows_the_peer() {
    for purpose in [
        Purpose::Chat,
        Purpose::Bulk,
        Purpose::Knock,
        Purpose::Accept,
        Purpose::Recovery,
    ] {
        let pair = pair(purpose);
        let (mut a, mut b) = run(&pair).expect("honest handshake");
        assert_eq!(a.hash(), b.hash());
        assert_eq!(Some(a.remote()), pair.dialer.remote);
        if let Some(known) = pair.listener.remote {
            assert_eq!(b.remote(), known);
        }
        let frame = a.seal(&[5; 960]).expect("frame");
        assert_eq!(frame.len(), CHAT_FRAME);
        assert_eq!(b.open(&frame).as_deref(), Some(&vec![5; 960]));
        assert!(b.open(&frame).is_none(), "a frame opens once");
    }
}

/// Whatever the two sides do not agree on makes the listener fail before it answers.
#[test]
fn disagreement_about_any_term_fails_at_the_listener() {
    type Change = fn(&mut Terms);
    let changes: [Change; 4] = [
        |terms| terms.psk0 = Secret::from_bytes([9; 32]),
        |terms| terms.door = OnionKey::from_bytes([9; 32]),
        |terms| terms.invitation = Some(InvitationHash::from_bytes([9; 32])),
        |terms| terms.local = X25519Secret::from_bytes([9; 32]),
    ];
    for purpose in [Purpose::Chat, Purpose::Knock] {
        for change in changes {
            let mut pair = pair(purpose);
            change(&mut pair.listener);
            assert_eq!(run(&pair).err(), Some(Refused::Noise));
        }
    }
}

#[test]
fn a_dialer_whose_key_the_listener_does_not_expect_fails() {
    let mut pair = pair(Purpose::Chat);
    pair.dialer.local = X25519Secret::from_bytes([9; 32]);
    assert_eq!(run(&pair).err(), Some(Refused::Noise));
}

/// H5: with the listener's static key and psk0 a thief can pose as a contact in message 1, but
/// not get past message 2, and message 1 carries nothing that acts.
#[test]
fn a_thief_of_the_listeners_keys_cannot_finish_as_the_contact() {
    let rng = &mut rand::rng();
    let pair = pair(Purpose::Chat);
    // The thief writes message 1 with a key of its own: without Alice's static key the
    // static-static secret is computed from Bob's side, which our dialer cannot express; the
    // nearest it can do is to be refused at message 1.
    let thief = Terms {
        local: pair.listener.local.clone(),
        remote: pair.listener.remote,
        psk0: pair.dialer.psk0.clone(),
        purpose: Purpose::Chat,
        door: pair.dialer.door,
        invitation: None,
    };
    let (_, first) = Dialer::start(&thief, [1; 16], [2; 16], rng).expect("terms");
    let flight = Flight1::decode(&first.concat()).expect("own flight");
    assert_eq!(
        answer(&pair.listener, &flight, rng).err(),
        Some(Refused::Noise)
    );
}

/// C7: a wrong KEM ciphertext shows as a Noise error at the dialer, never as a weaker channel.
#[test]
fn a_changed_kem_ciphertext_ends_the_handshake() {
    let rng = &mut rand::rng();
    let pair = pair(Purpose::Chat);
    let (dialer, first) = Dialer::start(&pair.dialer, [1; 16], [2; 16], rng).expect("terms");
    let flight = Flight1::decode(&first.concat()).expect("own flight");
    let (_, second) = answer(&pair.listener, &flight, rng).expect("honest dialer");
    let mut second = second.concat();
    second[0] ^= 1;
    assert_eq!(dialer.finish(&second, rng).err(), Some(Refused::Noise));
}

/// The versions offered stand in the prologue: dropping the highest on the way is noticed.
#[test]
fn a_downgrade_of_the_offer_is_noticed() {
    let rng = &mut rand::rng();
    let pair = pair(Purpose::Chat);
    let (_, first) = Dialer::start(&pair.dialer, [1; 16], [2; 16], rng).expect("terms");
    let mut flight = Flight1::decode(&first.concat()).expect("own flight");
    flight.versions = vec![1, 0];
    assert_eq!(
        answer(&pair.listener, &flight, rng).err(),
        Some(Refused::Noise)
    );
    flight.versions = vec![99];
    assert_eq!(
        answer(&pair.listener, &flight, rng).err(),
        Some(Refused::Version)
    );
}

/// M6: snow accepts low-order keys; we do not.
#[test]
fn low_order_ephemerals_are_refused() {
    let rng = &mut rand::rng();
    let pair = pair(Purpose::Chat);
    let (dialer, first) = Dialer::start(&pair.dialer, [1; 16], [2; 16], rng).expect("terms");
    let mut flight = Flight1::decode(&first.concat()).expect("own flight");
    flight.noise[..32].fill(0);
    assert_eq!(
        answer(&pair.listener, &flight, rng).err(),
        Some(Refused::Key)
    );
    let mut second = vec![0; FLIGHT_2];
    second[undertone_wire::v1::KEM_CIPHERTEXT] = 1;
    assert_eq!(dialer.finish(&second, rng).err(), Some(Refused::Key));
}
