//! What changes with every message of a relationship: the Olm session, the seal, sequences and
//! windows, and the outbox. One record, sealed under the rolling state key; waiting messages are
//! records of their own.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use undertone_wire::v1::{Acknowledgement, MAX_SPARES};
use undertone_wire::{MessageId, X25519Public};
use vodozemac::olm::Session;
use zeroize::Zeroizing;

use crate::derive::Secret;
use crate::pickle;
use crate::relation::zeroizing_bytes;
use crate::replay::ReplayWindow;
use crate::seal::Seal;
use crate::step::LinkId;

/// Olm keeps 40 skipped keys a chain; never more than this many messages are unacknowledged
/// (protocol §5), so none can be lost by reordering.
pub(crate) const WINDOW: usize = 32;
/// How many received ciphertexts are remembered to tell a repeat from damage. A sender has at
/// most [`WINDOW`] on the way.
const REMEMBERED: usize = 64;

/// Sequences of one generation stay below 2 to this power.
const SEQUENCE_BITS: u32 = 40;

/// The ratchet record.
#[derive(Serialize, Deserialize)]
pub(crate) struct Ratchet {
    pub(crate) seal: Seal,
    #[serde(with = "pickle::session")]
    pub(crate) session: Option<Session>,
    /// The one-time key that we handed out for a new session (D6.5).
    pub(crate) reset_key: Option<X25519Public>,
    /// Spare one-time keys of ours that they may begin a session with, oldest first, and theirs.
    #[serde(default)]
    pub(crate) spares: Vec<X25519Public>,
    #[serde(default)]
    pub(crate) peer_spares: Vec<X25519Public>,
    /// We opened the present session and nothing came under it yet.
    pub(crate) session_opened: bool,
    /// Ours and theirs (D12).
    pub(crate) generation: u32,
    pub(crate) peer_generation: u32,
    /// The sequence of our next message, from 1.
    pub(crate) next_sequence: u64,
    received_cumulative: u64,
    received_bitmap: u64,
    /// Digests of the last received ciphertexts.
    digests: VecDeque<u64>,
    /// Our last dial (D3.7).
    pub(crate) dial_counter: u64,
    pub(crate) replay: ReplayWindow,
    /// The place of the oldest waiting message and of the next one.
    pub(crate) outbox_first: u64,
    pub(crate) outbox_next: u64,
    /// The places of all waiting messages, where they lie too far apart to look at each in between.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) outbox_places: Vec<u64>,
    /// The number of the next message of the conversation, from 1.
    pub(crate) next_message: u64,
    /// The newest message of either side: parents of the next.
    pub(crate) heads: Vec<MessageId>,
    /// Places of the outbox of which a restored copy cannot tell what became: from the first, before the
    /// second.
    #[serde(default)]
    pub(crate) unknown: (u64, u64),
    /// The number and the day of the last line that said that they were restored.
    #[serde(default)]
    pub(crate) noted: Option<(u64, u32)>,
}

/// What is to be done with a received sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    New,
    Repeat,
    /// Further ahead than an honest sender goes.
    FarOut,
}

impl Ratchet {
    pub(crate) fn new(seal_root: Secret, session: Option<Session>, wall: u64) -> Self {
        Self {
            seal: Seal::new(seal_root, wall),
            session,
            reset_key: None,
            spares: Vec::new(),
            peer_spares: Vec::new(),
            session_opened: false,
            generation: 0,
            peer_generation: 0,
            next_sequence: 1,
            received_cumulative: 0,
            received_bitmap: 0,
            digests: VecDeque::new(),
            dial_counter: 0,
            replay: ReplayWindow::default(),
            outbox_first: 0,
            outbox_next: 0,
            outbox_places: Vec::new(),
            next_message: 1,
            heads: Vec::new(),
            unknown: (0, 0),
            noted: None,
        }
    }

    /// The other side was restored, or answered that we were (D12.2): sessions, sequences and seals begin
    /// anew. Dial counters, the outbox and the conversation go on.
    pub(crate) fn begin_generation(&mut self, root: Secret, peer_generation: u32, wall: u64) {
        self.seal = Seal::new(root, wall);
        self.session = None;
        self.reset_key = None;
        self.spares.clear();
        self.peer_spares.clear();
        self.session_opened = false;
        self.peer_generation = peer_generation;
        self.next_sequence = 1;
        self.received_cumulative = 0;
        self.received_bitmap = 0;
        self.digests.clear();
    }

    /// What we acknowledge.
    pub(crate) const fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement {
            cumulative: self.received_cumulative,
            bitmap: self.received_bitmap,
            from: self.generation,
            to: self.peer_generation,
            proof: None,
        }
    }

    /// Whether something between received messages is missing.
    pub(crate) const fn has_gap(&self) -> bool {
        self.received_bitmap != 0
    }

    /// Where a message of theirs stands among all that they ever sent: sequences begin anew whenever either side was
    /// restored, and then one of the two generations is higher.
    pub(crate) const fn order(&self, sequence: u64) -> u64 {
        let restores = self.generation as u64 + self.peer_generation as u64;
        restores << SEQUENCE_BITS | sequence
    }

    pub(crate) fn judge(&self, sequence: u64) -> Arrival {
        if self.acknowledgement().covers(sequence) {
            Arrival::Repeat
        } else if sequence - self.received_cumulative > 65 {
            Arrival::FarOut
        } else {
            Arrival::New
        }
    }

    /// Takes a new sequence in. Only after [`Self::judge`] called it new.
    pub(crate) fn receive(&mut self, sequence: u64) {
        let distance = sequence - self.received_cumulative;
        if distance > 1 {
            self.received_bitmap |= 1 << (distance - 2);
            return;
        }
        self.received_cumulative += 1;
        while self.received_bitmap & 1 == 1 {
            self.received_bitmap >>= 1;
            self.received_cumulative += 1;
        }
        self.received_bitmap >>= 1;
    }

    /// Whether we handed this key out for a new session, in either way (D6.5), and it is not spent.
    pub(crate) fn handed_out(&self, key: [u8; 32]) -> bool {
        let same = |ours: &X25519Public| *ours.as_bytes() == key;
        self.reset_key.as_ref().is_some_and(same) || self.spares.iter().any(same)
    }

    /// A key that was handed out serves no more.
    pub(crate) fn spend(&mut self, key: [u8; 32]) {
        self.reset_key.take_if(|ours| *ours.as_bytes() == key);
        self.spares.retain(|ours| *ours.as_bytes() != key);
    }

    /// Keeps the newest spare keys of the other.
    pub(crate) fn take_spares(&mut self, keys: &[X25519Public]) {
        for key in keys {
            if !self.peer_spares.contains(key) {
                self.peer_spares.push(*key);
            }
        }
        let excess = self.peer_spares.len().saturating_sub(MAX_SPARES);
        self.peer_spares.drain(..excess);
    }

    pub(crate) fn is_repeat(&self, olm: &[u8]) -> bool {
        self.digests.contains(&digest(olm))
    }

    pub(crate) fn remember(&mut self, olm: &[u8]) {
        self.digests.push_back(digest(olm));
        if self.digests.len() > REMEMBERED {
            self.digests.pop_front();
        }
    }
}

fn digest(olm: &[u8]) -> u64 {
    let hash = Sha256::new()
        .chain_update(b"undertone/1 received")
        .chain_update(olm)
        .finalize();
    hash.first_chunk::<8>()
        .map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// An Olm ciphertext, made once.
#[derive(Serialize, Deserialize)]
pub(crate) struct Encrypted {
    pub(crate) sequence: u64,
    pub(crate) olm_type: u8,
    #[serde(with = "serde_bytes")]
    pub(crate) olm: Vec<u8>,
}

/// One waiting message.
#[derive(Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub(crate) place: u64,
    /// The conversation's number and the name, unless it is a service message.
    pub(crate) message: Option<(u64, MessageId)>,
    /// It changes a message, as the owner wanted: an edit, a reaction, taking back.
    #[serde(default)]
    pub(crate) changes_message: bool,
    /// When it was written, seconds since 1970.
    pub(crate) written: u64,
    /// The encoded [`undertone_wire::v1::Inside`].
    #[serde(with = "zeroizing_bytes")]
    pub(crate) inside: Zeroizing<Vec<u8>>,
    pub(crate) encrypted: Option<Encrypted>,
    /// The link on which it was transmitted last, in this run.
    #[serde(skip)]
    pub(crate) on: Option<LinkId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratchet() -> Ratchet {
        Ratchet::new(Secret::from_bytes([1; 32]), None, 0)
    }

    #[test]
    fn every_order_of_arrival_is_counted_right() {
        let mut ratchet = ratchet();
        for sequence in [2, 4, 1, 66, 3, 5] {
            assert_eq!(ratchet.judge(sequence), Arrival::New, "{sequence}");
            ratchet.receive(sequence);
            assert_eq!(ratchet.judge(sequence), Arrival::Repeat, "{sequence}");
        }
        assert_eq!(ratchet.acknowledgement().cumulative, 5);
        assert!(ratchet.has_gap());
        assert_eq!(ratchet.judge(71), Arrival::FarOut);
        for sequence in 6..66 {
            assert_eq!(ratchet.judge(sequence), Arrival::New);
            ratchet.receive(sequence);
        }
        assert_eq!(ratchet.acknowledgement().cumulative, 66);
        assert!(!ratchet.has_gap());
    }

    #[test]
    fn the_window_agrees_with_a_set() {
        let mut ratchet = ratchet();
        let mut seen = std::collections::BTreeSet::new();
        let mut state = 7u64;
        for _ in 0..5_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let low = (1..).find(|s| !seen.contains(s)).unwrap_or(1);
            let sequence = low + (state >> 59);
            let arrival = ratchet.judge(sequence);
            assert_eq!(arrival == Arrival::Repeat, seen.contains(&sequence));
            if arrival == Arrival::New {
                ratchet.receive(sequence);
                seen.insert(sequence);
            }
            for check in low..low + 64 {
                assert_eq!(
                    ratchet.acknowledgement().covers(check),
                    seen.contains(&check)
                );
            }
        }
    }
}
