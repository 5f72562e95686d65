//! A stranger who dials a knock door, written from the specification (`core/wire/README.md`) and not
//! with the program's own handshake: only so can hostile bytes be brought behind the encryption, and
//! the two prove that the specification is enough.

use hkdf::Hkdf;
use ml_kem::array::Array;
use ml_kem::{Decapsulate, DecapsulationKey, KeyExport, MlKem768};
use rand::Rng;
use rand_chacha::ChaCha20Rng;
use sha2::{Digest, Sha256};
use snow::{Builder, HandshakeState, TransportState};
use undertone_wire::v1::Invitation;

const PATTERN: &str = "Noise_XKpsk0+psk2_25519_ChaChaPoly_BLAKE2s";
/// Purpose "knock".
const KNOCK: u8 = 3;
/// Both flights are two frames of 976 bytes.
const FLIGHT: usize = 1_952;
const KEM_KEY: usize = 1_184;
const KEM_CIPHERTEXT: usize = 1_088;

/// The stranger between its flight 1 and flight 2.
pub(crate) struct Dialer {
    noise: HandshakeState,
    kem: DecapsulationKey<MlKem768>,
    kem_key: Vec<u8>,
}

fn lp(part: &[u8]) -> Vec<u8> {
    [&(part.len() as u16).to_be_bytes()[..], part].concat()
}

/// `KDF(key, label, 32)`.
fn expand(key: &[u8; 32], label: &str) -> [u8; 32] {
    let mut output = [0; 32];
    let info = format!("undertone/1 {label}\0");
    let hkdf = Hkdf::<Sha256>::from_prk(key).expect("32 bytes");
    hkdf.expand(info.as_bytes(), &mut output).expect("32 bytes");
    output
}

impl Dialer {
    /// Makes flight 1 with this Noise static key.
    pub(crate) fn start(
        invitation: &Invitation,
        own: &[u8; 32],
        rng: &mut ChaCha20Rng,
    ) -> (Self, Vec<u8>) {
        let mut nonce_hint_and_padding = [0; FLIGHT];
        rng.fill_bytes(&mut nonce_hint_and_padding);
        let (nonce, rest) = nonce_hint_and_padding.split_at(16);
        let (hint, padding) = rest.split_at(16);
        let versions = [1];
        let prologue = [
            b"undertone/1 link".as_slice(),
            &lp(PATTERN.as_bytes()),
            &[KNOCK],
            &lp(&versions),
            invitation.door.as_bytes(),
            nonce,
            &lp(invitation.hash().as_bytes()),
        ]
        .concat();
        let ik = invitation
            .one_time
            .as_ref()
            .map_or([0; 32], |secret| secret.0);
        let mut noise = Builder::new(PATTERN.parse().expect("a pattern"))
            .prologue(&prologue)
            .and_then(|builder| builder.local_private_key(own))
            .and_then(|builder| builder.remote_public_key(invitation.noise.as_bytes()))
            .expect("set once");
        let psk0 = expand(&ik, "knock psk");
        noise = noise.psk(0, &psk0).expect("set once");
        let mut noise = noise.build_initiator().expect("all that the pattern needs");
        let mut seed = [0; 64];
        rng.fill_bytes(&mut seed);
        let kem = DecapsulationKey::from_seed(Array::from(seed));
        let kem_key = kem.encapsulation_key().to_bytes().to_vec();
        let mut message = [0; 32 + KEM_KEY + 16];
        noise.write_message(&kem_key, &mut message).expect("fits");
        let mut flight = [&[1, 1, KNOCK], nonce, hint, &message].concat();
        flight.extend_from_slice(&padding[..FLIGHT - flight.len()]);
        let dialer = Self {
            noise,
            kem,
            kem_key,
        };
        (dialer, flight)
    }

    /// Reads flight 2 and makes flight 3.
    pub(crate) fn finish(mut self, flight: &[u8]) -> (Stranger, Vec<u8>) {
        assert_eq!(flight.len(), FLIGHT);
        let (ciphertext, rest) = flight
            .split_first_chunk::<KEM_CIPHERTEXT>()
            .expect("long enough");
        let shared = self.kem.decapsulate(&Array::from(*ciphertext));
        let hash = Sha256::new()
            .chain_update(lp(b"undertone/1 kem"))
            .chain_update(lp(&self.kem_key))
            .chain_update(lp(ciphertext))
            .finalize();
        let (bound, _) = Hkdf::<Sha256>::extract(Some(&hash), &shared);
        let psk2 = expand(&bound.into(), "psk2");
        self.noise.set_psk(2, &psk2).expect("the pattern has it");
        let mut answer = [0; 51];
        let length = self
            .noise
            .read_message(&rest[..51], &mut answer)
            .expect("an honest listener's message 2");
        assert_eq!(answer[..length], [1, 1, 1], "version 1 of 1 to 1");
        let mut third = vec![0; 976];
        self.noise.write_message(&[], &mut third).expect("fits");
        let noise = self.noise.into_transport_mode().expect("complete");
        (Stranger { noise }, third)
    }
}

/// The stranger behind the handshake.
pub(crate) struct Stranger {
    noise: TransportState,
}

impl Stranger {
    /// Encrypts any plaintext as the next frame.
    pub(crate) fn seal(&mut self, plaintext: &[u8]) -> Vec<u8> {
        let mut frame = vec![0; plaintext.len() + 16];
        self.noise
            .write_message(plaintext, &mut frame)
            .expect("fits");
        frame
    }

    /// Decrypts the listener's next frame.
    pub(crate) fn open(&mut self, frame: &[u8]) -> Vec<u8> {
        let mut plaintext = vec![0; frame.len()];
        let length = self
            .noise
            .read_message(frame, &mut plaintext)
            .expect("the listener's frame");
        plaintext.truncate(length);
        plaintext
    }
}
