//! The seal around every Olm message (D6.2) and its re-keying by ML-KEM (D6.4): a recorder needs
//! X25519 *and* every KEM step.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use undertone_wire::PairId;
use undertone_wire::v1::{Direction, RekeyAnswer, RekeyOffer, SealedBody};
use zeroize::Zeroizing;

use crate::derive::{self, Secret};
use crate::kem::{self, KemSeed};
use crate::step::{Bug, ViolationKind};

/// A re-keys after this many messages of its own...
const REKEY_MESSAGES: u32 = 100;
/// ... or after this many seconds (7 days).
const REKEY_SECONDS: u64 = 7 * 24 * 3600;

const NONCE: usize = 24;

/// The seal keys of one relationship.
#[derive(Serialize, Deserialize)]
pub(crate) struct Seal {
    /// One or two successive epochs, lowest first.
    keys: Vec<(u32, Secret)>,
    /// The epoch under which we send.
    sending: u32,
    /// A's open offer: the epoch and the decapsulation seed.
    offer: Option<(u32, KemSeed)>,
    /// While an older key is kept: the first sequence that is only ever sealed under `sending`.
    /// Its acknowledgement proves that the peer has the newer key.
    boundary: Option<u64>,
    /// Messages sent since the last re-key.
    messages: u32,
    /// When the present epoch began, by the wall clock.
    since: u64,
}

impl Seal {
    pub(crate) fn new(root: Secret, wall: u64) -> Self {
        Self {
            keys: vec![(0, root)],
            sending: 0,
            offer: None,
            boundary: None,
            messages: 0,
            since: wall,
        }
    }

    /// In the middle of its life, for vectors.
    #[cfg(test)]
    pub(crate) fn at(epoch: u32, root: Secret) -> Self {
        let mut seal = Self::new(root.clone(), 0);
        seal.keys = vec![(epoch, root)];
        seal.sending = epoch;
        seal
    }

    /// The epoch under which we send.
    pub(crate) const fn epoch(&self) -> u32 {
        self.sending
    }

    fn key(&self, epoch: u32) -> Option<&Secret> {
        self.keys.iter().find(|(e, _)| *e == epoch).map(|(_, k)| k)
    }

    /// Seals a body anew for one transmission.
    pub(crate) fn seal(
        &self,
        pair: &PairId,
        direction: Direction,
        body: &SealedBody,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, Bug> {
        let key = self
            .key(self.sending)
            .ok_or(Bug("the sending epoch has no key"))?;
        let plaintext = body.encode().map_err(|_| Bug("an Olm message too long"))?;
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        let payload = Payload {
            msg: &plaintext,
            aad: &associated(pair, direction, self.sending),
        };
        let ciphertext = cipher(key, direction)
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| Bug("the seal failed"))?;
        Ok([&nonce[..], &ciphertext].concat())
    }

    /// Opens a received seal under the epochs we hold (at most two).
    pub(crate) fn open(
        &self,
        pair: &PairId,
        direction: Direction,
        sealed: &[u8],
    ) -> Result<(SealedBody, u32), ViolationKind> {
        let (nonce, ciphertext) = sealed
            .split_first_chunk::<NONCE>()
            .ok_or(ViolationKind::Seal)?;
        let opened = self.keys.iter().rev().find_map(|(epoch, key)| {
            let payload = Payload {
                msg: ciphertext,
                aad: &associated(pair, direction, *epoch),
            };
            let plaintext = cipher(key, direction)
                .decrypt(&XNonce::from(*nonce), payload)
                .ok()?;
            Some((Zeroizing::new(plaintext), *epoch))
        });
        let (plaintext, epoch) = opened.ok_or(ViolationKind::Seal)?;
        let body = SealedBody::decode(&plaintext).map_err(|_| ViolationKind::Malformed)?;
        Ok((body, epoch))
    }

    /// A message came under this epoch: B follows, from its message `next_sequence` on. `true` when
    /// something changed.
    pub(crate) fn received_under(&mut self, epoch: u32, next_sequence: u64) -> bool {
        let follows = epoch > self.sending;
        if follows {
            self.sending = epoch;
            self.boundary = Some(next_sequence);
        }
        follows
    }

    /// One more message of ours. `Some` when A has to offer a new key now.
    pub(crate) fn count_and_offer(
        &mut self,
        wall: u64,
        rng: &mut dyn CryptoRng,
    ) -> Option<RekeyOffer> {
        self.messages = self.messages.saturating_add(1);
        let due =
            self.messages >= REKEY_MESSAGES || wall.saturating_sub(self.since) >= REKEY_SECONDS;
        if !due || self.offer.is_some() || self.keys.len() > 1 {
            return None;
        }
        let seed = KemSeed::random(rng);
        let epoch = self.sending.checked_add(1)?;
        let key = seed.public();
        self.offer = Some((epoch, seed));
        Some(RekeyOffer { epoch, key })
    }

    /// B takes an offer.
    pub(crate) fn answer(
        &mut self,
        offer: &RekeyOffer,
        wall: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<RekeyAnswer, ViolationKind> {
        // A offers only when it has dropped its own older key, so ours is not needed either: who
        // never writes never sees its boundary acknowledged and still holds it.
        if self.keys.len() > 1 && self.keys.iter().all(|(epoch, _)| *epoch <= self.sending) {
            self.forget_older();
        }
        let [(epoch, root)] = self.keys.as_slice() else {
            return Err(ViolationKind::Rekey);
        };
        if epoch.checked_add(1) != Some(offer.epoch) {
            return Err(ViolationKind::Rekey);
        }
        let (ciphertext, shared) =
            kem::encapsulate(&offer.key, rng).map_err(|_| ViolationKind::Key)?;
        let next = step(root, &offer.key, &ciphertext, &shared);
        self.keys.push((offer.epoch, next));
        self.messages = 0;
        self.since = wall;
        Ok(RekeyAnswer {
            epoch: offer.epoch,
            ciphertext,
        })
    }

    /// A takes the answer and sends under the new epoch from now on, its message `next_sequence`
    /// and those after it never under another.
    pub(crate) fn finish(
        &mut self,
        answer: &RekeyAnswer,
        next_sequence: u64,
        wall: u64,
    ) -> Result<(), ViolationKind> {
        let Some((epoch, seed)) = self.offer.take_if(|(epoch, _)| *epoch == answer.epoch) else {
            return Err(ViolationKind::Rekey);
        };
        let root = self.key(self.sending).ok_or(ViolationKind::Rekey)?;
        let shared = seed.decapsulate(&answer.ciphertext);
        let next = step(root, &seed.public(), &answer.ciphertext, &shared);
        self.keys.push((epoch, next));
        self.sending = epoch;
        self.boundary = Some(next_sequence);
        self.messages = 0;
        self.since = wall;
        Ok(())
    }

    /// Deletes the older key once the peer acknowledged a message under the newer and no gap is
    /// open. `true` when a key was deleted.
    pub(crate) fn retire(&mut self, acknowledged: u64, gap: bool) -> bool {
        let safe = self.boundary.is_some_and(|first| acknowledged >= first);
        if self.keys.len() < 2 || gap || !safe {
            return false;
        }
        self.forget_older();
        true
    }

    fn forget_older(&mut self) {
        let sending = self.sending;
        self.keys.retain(|(epoch, _)| *epoch >= sending);
        self.boundary = None;
    }
}

/// `S_{e+1} = EXT(S_e, ss ∥ H(ek ∥ ct))`.
pub(crate) fn step(
    root: &Secret,
    key: &[u8; undertone_wire::v1::KEM_KEY],
    ciphertext: &[u8; undertone_wire::v1::KEM_CIPHERTEXT],
    shared: &Secret,
) -> Secret {
    derive::extract(
        root.as_bytes(),
        &[shared.as_bytes(), &derive::hash("kem", &[key, ciphertext])],
    )
}

pub(crate) fn associated(pair: &PairId, direction: Direction, epoch: u32) -> Vec<u8> {
    [
        b"undertone/1 seal".as_slice(),
        pair.as_bytes(),
        direction.label(),
        &epoch.to_be_bytes(),
    ]
    .concat()
}

fn cipher(key: &Secret, direction: Direction) -> XChaCha20Poly1305 {
    let key = derive::expand(key, "seal", &[direction.label()]);
    XChaCha20Poly1305::new(key.as_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: PairId = PairId::from_bytes([1; 16]);

    fn body(text: &[u8]) -> SealedBody {
        SealedBody {
            offset: 3,
            olm_type: 1,
            olm: text.to_vec(),
        }
    }

    fn seals() -> (Seal, Seal) {
        let root = Secret::from_bytes([4; 32]);
        (Seal::new(root.clone(), 0), Seal::new(root, 0))
    }

    #[test]
    fn opens_only_for_the_same_pair_direction_and_bytes() {
        let rng = &mut rand::rng();
        let (a, b) = seals();
        let sealed = a
            .seal(&PAIR, Direction::AToB, &body(b"hi"), rng)
            .expect("seal");
        assert_eq!(sealed.len(), 956);
        let opened = b.open(&PAIR, Direction::AToB, &sealed).expect("open");
        assert_eq!(opened, (body(b"hi"), 0));
        let other = PairId::from_bytes([2; 16]);
        assert!(b.open(&other, Direction::AToB, &sealed).is_err());
        assert!(b.open(&PAIR, Direction::BToA, &sealed).is_err());
        for at in [0, 30, 955] {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert!(b.open(&PAIR, Direction::AToB, &damaged).is_err());
        }
    }

    #[test]
    fn rekeys_after_a_hundred_messages_without_losing_what_is_on_the_way() {
        let rng = &mut rand::rng();
        let (mut a, mut b) = seals();
        let offer = (1..=100)
            .find_map(|_| a.count_and_offer(0, rng))
            .expect("due");
        assert!(a.count_and_offer(0, rng).is_none(), "one offer at a time");
        let answer = b.answer(&offer, 0, rng).expect("fits");
        assert_eq!(b.answer(&offer, 0, rng), Err(ViolationKind::Rekey));
        // B goes on sending under the old epoch, A under the new; both are read.
        let late = b
            .seal(&PAIR, Direction::BToA, &body(b"late"), rng)
            .expect("seal");
        a.finish(&answer, 101, 0).expect("fits");
        assert_eq!(a.finish(&answer, 101, 0), Err(ViolationKind::Rekey));
        assert_eq!(a.open(&PAIR, Direction::BToA, &late).map(|o| o.1), Ok(0));
        let new = a
            .seal(&PAIR, Direction::AToB, &body(b"new"), rng)
            .expect("seal");
        let (_, epoch) = b.open(&PAIR, Direction::AToB, &new).expect("open");
        assert_eq!(epoch, 1);
        assert!(b.received_under(epoch, 10));
        // The old key lives until a message under the new one is acknowledged without a gap.
        assert!(!a.retire(100, false));
        assert!(!a.retire(101, true));
        assert!(a.retire(101, false));
        assert!(a.open(&PAIR, Direction::BToA, &late).is_err());
        let after = b
            .seal(&PAIR, Direction::BToA, &body(b"after"), rng)
            .expect("seal");
        assert_eq!(a.open(&PAIR, Direction::BToA, &after).map(|o| o.1), Ok(1));
        assert!(b.retire(10, false));
    }

    /// Who only listens never has a message acknowledged, and follows all the same.
    #[test]
    fn a_silent_side_follows_one_rekey_after_another() {
        let rng = &mut rand::rng();
        let (mut a, mut b) = seals();
        for epoch in 1..5 {
            let offer = (0..100)
                .find_map(|_| a.count_and_offer(0, rng))
                .expect("due");
            let answer = b.answer(&offer, 0, rng).expect("follows");
            a.finish(&answer, 1, 0).expect("fits");
            let sealed = a
                .seal(&PAIR, Direction::AToB, &body(b"x"), rng)
                .expect("seal");
            let (_, under) = b.open(&PAIR, Direction::AToB, &sealed).expect("open");
            assert_eq!(under, epoch);
            b.received_under(under, 1);
            assert!(a.retire(1, false));
        }
    }

    #[test]
    fn a_week_is_enough_and_an_unfitting_epoch_is_refused() {
        let rng = &mut rand::rng();
        let (mut a, mut b) = seals();
        assert!(a.count_and_offer(REKEY_SECONDS - 1, rng).is_none());
        let mut offer = a.count_and_offer(REKEY_SECONDS, rng).expect("due");
        offer.epoch = 2;
        assert_eq!(b.answer(&offer, 0, rng), Err(ViolationKind::Rekey));
    }
}
