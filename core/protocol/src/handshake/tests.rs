//! The handshake and the attacks on it (protocol review C6, C7, H5, H6, M6).

use snow::params::{CipherChoice, DHChoice, HashChoice};
use snow::resolvers::{CryptoResolver, DefaultResolver};
use snow::types::Dh;
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

/// What a thief of the listener's static key makes of the dialer's: it shows the public key, and finds one product of the
/// secret that it lacks from the other side. All others come out wrong.
struct StolenDh {
    dh: Box<dyn Dh>,
    /// Of the one whom the thief poses as, once this is the static key.
    posed: Option<X25519Public>,
    poses_as: X25519Public,
    listener: X25519Public,
}

impl Dh for StolenDh {
    fn name(&self) -> &'static str {
        self.dh.name()
    }

    fn pub_len(&self) -> usize {
        self.dh.pub_len()
    }

    fn priv_len(&self) -> usize {
        self.dh.priv_len()
    }

    /// Only static keys are set: with the listener's secret.
    fn set(&mut self, secret: &[u8]) {
        self.dh.set(secret);
        self.posed = Some(self.poses_as);
    }

    fn generate(&mut self, rng: &mut dyn snow::types::Random) -> Result<(), snow::Error> {
        self.dh.generate(rng)
    }

    fn pubkey(&self) -> &[u8] {
        match &self.posed {
            Some(posed) => posed.as_bytes(),
            None => self.dh.pubkey(),
        }
    }

    fn privkey(&self) -> &[u8] {
        self.dh.privkey()
    }

    fn dh(&self, public: &[u8], out: &mut [u8]) -> Result<(), snow::Error> {
        match &self.posed {
            // static-static: the same from either side.
            // The slice is as long as keys can be with any curve.
            Some(posed) if public.starts_with(self.listener.as_bytes()) => {
                self.dh.dh(posed.as_bytes(), out)
            }
            _ => self.dh.dh(public, out),
        }
    }
}

struct Stolen {
    poses_as: X25519Public,
    listener: X25519Public,
}

impl CryptoResolver for Stolen {
    fn resolve_rng(&self) -> Option<Box<dyn snow::types::Random>> {
        DefaultResolver.resolve_rng()
    }

    fn resolve_dh(&self, choice: &DHChoice) -> Option<Box<dyn Dh>> {
        Some(Box::new(StolenDh {
            dh: DefaultResolver.resolve_dh(choice)?,
            posed: None,
            poses_as: self.poses_as,
            listener: self.listener,
        }))
    }

    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn snow::types::Hash>> {
        DefaultResolver.resolve_hash(choice)
    }

    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn snow::types::Cipher>> {
        DefaultResolver.resolve_cipher(choice)
    }
}

/// Dials with all that the listener has and all that is public, as the one whom the listener expects.
fn steal(pair: &Pair, rng: &mut dyn CryptoRng) -> (Dialer, Flight1) {
    let of = |terms: &Terms| crate::keys::public_of(&terms.local).expect("key");
    let (alice, bob) = (of(&pair.dialer), of(&pair.listener));
    let (versions, nonce) = (version::SUPPORTED.to_vec(), [1; 16]);
    let purpose = pair.dialer.purpose;
    let resolver = Stolen {
        poses_as: alice,
        listener: bob,
    };
    let prologue = pair.listener.prologue(&versions, &nonce);
    let parameters = pattern(purpose).parse().expect("a pattern");
    let mut noise = Builder::with_resolver(parameters, Box::new(resolver))
        .prologue(&prologue)
        .and_then(|builder| builder.local_private_key(pair.listener.local.as_bytes()))
        .and_then(|builder| builder.remote_public_key(bob.as_bytes()))
        .and_then(|builder| builder.psk(0, pair.listener.psk0.as_bytes()))
        .and_then(|builder| builder.build_initiator())
        .expect("all that the pattern needs");
    let kem = KemSeed::random(rng);
    let mut message = Box::new([0; MESSAGE_1]);
    let length = noise
        .write_message(kem.public().as_slice(), message.as_mut_slice())
        .expect("message 1");
    assert_eq!(length, MESSAGE_1);
    let flight = Flight1 {
        versions,
        purpose,
        nonce,
        hint: [2; 16],
        noise: message,
    };
    let dialer = Dialer {
        noise: Box::new(noise),
        kem,
        purpose,
    };
    (dialer, flight)
}

/// H5: with the listener's static key and psk0 a thief writes a message 1 in a contact's name that the listener takes for
/// genuine. It can not read message 2, so no frame of its making ever opens; message 1 carries nothing that acts.
#[test]
fn a_thief_of_the_listeners_keys_cannot_finish_as_the_contact() {
    let rng = &mut rand::rng();
    let pair = pair(Purpose::Chat);
    let (dialer, flight) = steal(&pair, rng);
    let (answer, second) = answer(&pair.listener, &flight, rng).expect("it looks genuine");
    let Answer::Channel(mut channel) = answer else {
        panic!("KK stands for the listener after message 2");
    };
    assert_eq!(Some(channel.remote()), pair.listener.remote);
    let outcome = dialer.finish(&second.concat(), rng);
    assert_eq!(outcome.err(), Some(Refused::Noise));
    assert!(channel.open(&[0; CHAT_FRAME]).is_none());
}

/// The same where the dialer shows itself in message 3: the thief reads message 2, and fails with its third.
#[test]
fn a_thief_of_the_listeners_keys_cannot_show_the_contacts_key() {
    let rng = &mut rand::rng();
    let pair = pair(Purpose::Accept);
    let (dialer, flight) = steal(&pair, rng);
    let (answer, second) = answer(&pair.listener, &flight, rng).expect("anybody's message 1");
    let (_, third) = dialer.finish(&second.concat(), rng).expect("message 2");
    let Answer::Listener(listener) = answer else {
        panic!("XK waits for flight 3");
    };
    let outcome = listener.finish(&third.concat());
    assert_eq!(outcome.err(), Some(Refused::Noise));
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
