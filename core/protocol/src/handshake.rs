//! The link handshake (D3): Noise KK or XK with two pre-shared keys, the second from an ephemeral
//! ML-KEM-768 exchange. Pure: flights in, flights out. Who may dial, hints and replay are the
//! profile's; when a failure is answered with silence is too.

use rand::CryptoRng;
use snow::params::NoiseParams;
use snow::{Builder, HandshakeState, TransportState};
use undertone_wire::v1::{
    FLIGHT_1, FLIGHT_2, FLIGHT_3, Flight1, Flight2, KEM_KEY, MESSAGE_1, MESSAGE_2, MESSAGE_3,
    Purpose, TAG, VersionAnswer, pad,
};
use undertone_wire::{InvitationHash, OnionKey, X25519Public, X25519Secret, version};
use zeroize::Zeroizing;

use crate::derive::{self, Secret};
use crate::kem::{self, KemSeed};
use crate::step::Bug;

const KK: &str = "Noise_KKpsk0+psk2_25519_ChaChaPoly_BLAKE2s";
const XK: &str = "Noise_XKpsk0+psk2_25519_ChaChaPoly_BLAKE2s";

/// The one pattern of a purpose (D3.1).
pub(crate) const fn pattern(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Knock | Purpose::Accept => XK,
        Purpose::Chat | Purpose::Bulk | Purpose::Recovery => KK,
    }
}

/// Why a handshake ended without a channel. All the same to the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// A flight that is none.
    Malformed,
    /// A Noise message that does not authenticate, which is also how a wrong pre-shared key and
    /// a wrong KEM ciphertext show.
    Noise,
    /// A key of low order or an encapsulation key out of range.
    Key,
    /// No common version, or a lower one than both speak.
    Version,
}

/// What both sides must agree on before the first byte.
pub(crate) struct Terms {
    pub(crate) purpose: Purpose,
    pub(crate) psk0: Secret,
    /// Our Noise static key for this relationship (or the knock door's).
    pub(crate) local: X25519Secret,
    /// The other's. A listener of an XK pattern does not know it before message 3.
    pub(crate) remote: Option<X25519Public>,
    /// The dialled door.
    pub(crate) door: OnionKey,
    /// The invitation that a knock or an acceptance is about.
    pub(crate) invitation: Option<InvitationHash>,
}

impl Terms {
    pub(crate) fn prologue(&self, versions: &[u8], nonce: &[u8; 16]) -> Vec<u8> {
        let name = pattern(self.purpose).as_bytes();
        let invitation = self
            .invitation
            .map_or(Vec::new(), |i| i.as_bytes().to_vec());
        let mut bytes = b"undertone/1 link".to_vec();
        bytes.extend_from_slice(&(name.len() as u16).to_be_bytes());
        bytes.extend_from_slice(name);
        bytes.push(self.purpose as u8);
        bytes.extend_from_slice(&(versions.len() as u16).to_be_bytes());
        bytes.extend_from_slice(versions);
        bytes.extend_from_slice(self.door.as_bytes());
        bytes.extend_from_slice(nonce);
        bytes.extend_from_slice(&(invitation.len() as u16).to_be_bytes());
        bytes.extend_from_slice(&invitation);
        bytes
    }

    fn noise(
        &self,
        versions: &[u8],
        nonce: &[u8; 16],
        dialer: bool,
    ) -> Result<HandshakeState, Refused> {
        let parameters: NoiseParams = pattern(self.purpose).parse().map_err(|_| Refused::Noise)?;
        let prologue = self.prologue(versions, nonce);
        let mut builder = Builder::new(parameters)
            .prologue(&prologue)
            .and_then(|builder| builder.local_private_key(self.local.as_bytes()))
            .and_then(|builder| builder.psk(0, self.psk0.as_bytes()))
            .map_err(|_| Refused::Noise)?;
        if let Some(remote) = &self.remote {
            builder = builder
                .remote_public_key(remote.as_bytes())
                .map_err(|_| Refused::Noise)?;
        }
        if dialer {
            builder.build_initiator()
        } else {
            builder.build_responder()
        }
        .map_err(|_| Refused::Noise)
    }
}

/// `psk2` of D3.5.
pub(crate) fn psk2(key: &[u8; KEM_KEY], flight: &Flight2, shared: &Secret) -> Secret {
    derive::expand(&kem::bind(key, &flight.ciphertext, shared), "psk2", &[])
}

/// Random padding up to `length`, cut into frames.
fn frames(flight: Vec<u8>, length: usize, rng: &mut dyn CryptoRng) -> Vec<Vec<u8>> {
    let mut padding = vec![0; length.saturating_sub(flight.len())];
    rng.fill_bytes(&mut padding);
    pad(flight, length, &padding)
}

/// X25519 keys that travel as Noise ephemerals are checked like all others (D1.5).
fn check_ephemeral(message: &[u8]) -> Result<(), Refused> {
    let ephemeral = message.first_chunk::<32>().ok_or(Refused::Malformed)?;
    X25519Public::from_bytes(*ephemeral).map_err(|_| Refused::Key)?;
    Ok(())
}

/// The dialing side between flight 1 and flight 2.
pub(crate) struct Dialer {
    noise: Box<HandshakeState>,
    kem: KemSeed,
    purpose: Purpose,
}

impl Dialer {
    /// Makes flight 1.
    pub(crate) fn start(
        terms: &Terms,
        nonce: [u8; 16],
        hint: [u8; 16],
        rng: &mut dyn CryptoRng,
    ) -> Result<(Self, Vec<Vec<u8>>), Bug> {
        let versions = version::SUPPORTED.to_vec();
        let mut noise = terms
            .noise(&versions, &nonce, true)
            .map_err(|_| Bug("the dialer's Noise state cannot be built"))?;
        let kem = KemSeed::random(rng);
        let mut message = Box::new([0; MESSAGE_1]);
        match noise.write_message(kem.public().as_slice(), message.as_mut_slice()) {
            Ok(MESSAGE_1) => {}
            _ => return Err(Bug("Noise message 1 cannot be written")),
        }
        let flight = Flight1 {
            versions,
            purpose: terms.purpose,
            nonce,
            hint,
            noise: message,
        };
        let dialer = Self {
            noise: Box::new(noise),
            kem,
            purpose: terms.purpose,
        };
        Ok((dialer, frames(flight.encode(), FLIGHT_1, rng)))
    }

    /// Reads flight 2; the channel stands. The XK pattern needs the returned flight 3 to be sent
    /// first.
    pub(crate) fn finish(
        mut self,
        flight: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<(Channel, Vec<Vec<u8>>), Refused> {
        let flight = Flight2::decode(flight).ok_or(Refused::Malformed)?;
        check_ephemeral(&flight.noise)?;
        let shared = self.kem.decapsulate(&flight.ciphertext);
        let psk = psk2(&self.kem.public(), &flight, &shared);
        self.noise
            .set_psk(2, psk.as_bytes())
            .map_err(|_| Refused::Noise)?;
        let mut payload = [0; MESSAGE_2];
        let length = self
            .noise
            .read_message(&flight.noise, &mut payload)
            .map_err(|_| Refused::Noise)?;
        let answer = VersionAnswer::decode(&payload[..length]).ok_or(Refused::Malformed)?;
        let common = version::SUPPORTED
            .iter()
            .copied()
            .filter(|v| (answer.lowest..=answer.highest).contains(v))
            .max();
        if common != Some(answer.chosen) {
            return Err(Refused::Version);
        }
        let third = if pattern(self.purpose) == XK {
            let mut message = [0; MESSAGE_3];
            self.noise
                .write_message(&[], &mut message)
                .map_err(|_| Refused::Noise)?;
            frames(message.to_vec(), FLIGHT_3, rng)
        } else {
            Vec::new()
        };
        Ok((Channel::new(*self.noise)?, third))
    }
}

/// The listening side of the XK pattern between flight 2 and flight 3.
pub(crate) struct Listener {
    noise: Box<HandshakeState>,
}

/// What answering flight 1 leads to.
pub(crate) enum Answer {
    /// KK: the channel stands.
    Channel(Box<Channel>),
    /// XK: flight 3 is to come.
    Listener(Listener),
}

/// Reads flight 1 and makes flight 2. Does the first Diffie-Hellman, so the hint and the counter
/// must have been checked before.
pub(crate) fn answer(
    terms: &Terms,
    flight: &Flight1,
    rng: &mut dyn CryptoRng,
) -> Result<(Answer, Vec<Vec<u8>>), Refused> {
    let chosen = version::choose(&flight.versions).ok_or(Refused::Version)?;
    check_ephemeral(flight.noise.as_slice())?;
    let mut noise = terms.noise(&flight.versions, &flight.nonce, false)?;
    let mut key = Zeroizing::new([0; MESSAGE_1]);
    let length = noise
        .read_message(flight.noise.as_slice(), key.as_mut_slice())
        .map_err(|_| Refused::Noise)?;
    let key: &[u8; KEM_KEY] = key[..length].try_into().map_err(|_| Refused::Malformed)?;
    let (ciphertext, shared) = kem::encapsulate(key, rng).map_err(|_| Refused::Key)?;
    let mut second = Flight2 {
        ciphertext,
        noise: [0; MESSAGE_2],
    };
    let psk = psk2(key, &second, &shared);
    noise
        .set_psk(2, psk.as_bytes())
        .map_err(|_| Refused::Noise)?;
    let range = VersionAnswer {
        chosen,
        lowest: *version::SUPPORTED.first().unwrap_or(&chosen),
        highest: *version::SUPPORTED.last().unwrap_or(&chosen),
    };
    noise
        .write_message(&range.encode(), &mut second.noise)
        .map_err(|_| Refused::Noise)?;
    let frames = frames(second.encode(), FLIGHT_2, rng);
    let next = if pattern(terms.purpose) == XK {
        Answer::Listener(Listener {
            noise: Box::new(noise),
        })
    } else {
        Answer::Channel(Box::new(Channel::new(noise)?))
    };
    Ok((next, frames))
}

impl Listener {
    /// Reads flight 3; the channel stands and knows who dials.
    pub(crate) fn finish(mut self, flight: &[u8]) -> Result<Channel, Refused> {
        if flight.len() != FLIGHT_3 {
            return Err(Refused::Malformed);
        }
        let message = flight.get(..MESSAGE_3).ok_or(Refused::Malformed)?;
        let length = self
            .noise
            .read_message(message, &mut [0; MESSAGE_3])
            .map_err(|_| Refused::Noise)?;
        if length != 0 {
            return Err(Refused::Malformed);
        }
        Channel::new(*self.noise)
    }
}

/// An authenticated channel: frames in order, each decrypted once.
pub(crate) struct Channel {
    noise: TransportState,
    hash: [u8; 32],
    remote: X25519Public,
}

impl Channel {
    fn new(noise: HandshakeState) -> Result<Self, Refused> {
        let hash = noise
            .get_handshake_hash()
            .try_into()
            .map_err(|_| Refused::Noise)?;
        let remote = noise.get_remote_static().ok_or(Refused::Noise)?;
        let remote = X25519Public::try_from(remote).map_err(|_| Refused::Key)?;
        let noise = noise.into_transport_mode().map_err(|_| Refused::Noise)?;
        Ok(Self {
            noise,
            hash,
            remote,
        })
    }

    /// The handshake hash: public, unique to this link (D3.11).
    pub(crate) const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// The other side's Noise static key.
    pub(crate) const fn remote(&self) -> X25519Public {
        self.remote
    }

    pub(crate) fn seal(&mut self, plaintext: &[u8]) -> Result<Vec<u8>, Bug> {
        let mut frame = vec![0; plaintext.len() + TAG];
        match self.noise.write_message(plaintext, &mut frame) {
            Ok(length) if length == frame.len() => Ok(frame),
            _ => Err(Bug("a frame cannot be encrypted")),
        }
    }

    pub(crate) fn open(&mut self, frame: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let mut plaintext = Zeroizing::new(vec![0; frame.len()]);
        let length = self.noise.read_message(frame, &mut plaintext).ok()?;
        plaintext.truncate(length);
        Some(plaintext)
    }
}

#[cfg(test)]
mod tests;
