//! A relationship as it is stored: who it is, where it stands, and the keys that both share.
//! What changes with every message is in [`crate::ratchet`].

use serde::{Deserialize, Serialize};
use undertone_wire::v1::{Direction, Role};
use undertone_wire::{
    ContactId, CopyProof, InvitationHash, OnionKey, PairId, RequestId, X25519Public, X25519Secret,
};
use vodozemac::olm::Account;
use zeroize::Zeroizing;

use crate::derive::{self, Secret};
use crate::kem::KemSeed;
use crate::keys::{DoorSeed, KeyPair};
use crate::limits::MAX_SESSIONS;
use crate::pickle;
use crate::profile::{Answered, Introduced, Notes, Offer, Restoring};

/// At most this many tries of one request (D4.2: once a day for 14 days).
pub(crate) const MAX_TRIES: usize = 14;

/// One relationship.
#[derive(Serialize, Deserialize)]
pub(crate) struct Relation {
    pub(crate) id: ContactId,
    pub(crate) role: Role,
    /// What they call themselves; for a request of ours, empty until they answer.
    pub(crate) nickname: String,
    pub(crate) pet_name: Option<String>,
    /// When it began here, seconds since 1970.
    pub(crate) created: u64,
    /// Ours for this relationship; destroyed by a block.
    pub(crate) noise: Option<KeyPair>,
    #[serde(with = "pickle::account")]
    pub(crate) account: Option<Account>,
    pub(crate) stage: Stage,
    /// A few words that they show about themselves.
    #[serde(default)]
    pub(crate) status: String,
    /// How long messages live after they were read.
    #[serde(default)]
    pub(crate) timer: Timer,
    /// Base keys of all sessions that the other ever opened: none is accepted twice (D6.5).
    #[serde(default)]
    pub(crate) base_keys: Vec<serde_bytes::ByteArray<32>>,
    /// We were restored, and they have not answered yet (D12.2).
    #[serde(default)]
    pub(crate) restoring: Option<Box<Restoring>>,
    /// They were restored, and have not shown yet that our answer came.
    #[serde(default)]
    pub(crate) answered: Option<Box<Answered>>,
    /// Since when a move of our door could not be told, by the network's clock; 0: not known (D10.4).
    #[serde(default)]
    pub(crate) moved: Option<u64>,
    /// They know a newer copy of this profile, and proved it (D12.3).
    #[serde(default)]
    pub(crate) replaced: bool,
    /// The highest generation of a copy of this profile that they ever proved, and the highest of which the owner heard and
    /// goes on with this copy all the same.
    #[serde(default)]
    pub(crate) proven: u32,
    #[serde(default)]
    pub(crate) dismissed: u32,
    #[serde(default)]
    pub(crate) extras: Extras,
}

/// What is known of a contact besides keys and names.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Extras {
    /// They say that they are away.
    pub(crate) away: bool,
    /// Through whom they came.
    pub(crate) introduced: Option<Introduced>,
    /// Whom they want us to meet.
    pub(crate) offers: Vec<Offer>,
}

/// The disappearing timer that both sides agree on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Timer {
    /// 0: until deleted.
    pub(crate) seconds: u32,
    version: u32,
    /// Role A set it.
    by_a: bool,
}

impl Timer {
    /// The next setting by a role.
    pub(crate) const fn next(self, seconds: u32, by: Role) -> Self {
        Self {
            seconds,
            version: self.version.saturating_add(1),
            by_a: matches!(by, Role::A),
        }
    }

    /// What travels of it.
    pub(crate) const fn version(self) -> u32 {
        self.version
    }

    /// Takes the other side's setting in: the higher version holds, of equal ones A's.
    pub(crate) fn merge(&mut self, seconds: u32, version: u32, by: Role) {
        let by_a = by == Role::A;
        if (version, by_a) > (self.version, self.by_a) {
            *self = Self {
                seconds,
                version,
                by_a,
            };
        }
    }
}

/// Where it stands.
#[derive(Serialize, Deserialize)]
pub(crate) enum Stage {
    /// A: asked, not answered.
    Requested(Box<Outgoing>),
    /// A: asked often enough.
    NoAnswer,
    /// B: asked by them, not decided.
    Undecided(Box<Incoming>),
    /// B: accepted, their confirmation is to come.
    Accepting(Box<Accepting>, Box<Bond>),
    /// Contacts.
    Accepted(Box<Bond>),
    /// B: rejected. The identifier keeps repeats quiet; the invitation is retired by a block.
    Rejected(RequestId, u64),
    /// Blocked; B keeps the identifier of the request.
    Blocked(Option<RequestId>),
    /// Nobody else: the conversation with oneself.
    Myself(Notes),
}

/// Where a relationship stands, without what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StageName {
    /// I asked; no answer yet.
    Requested,
    /// I asked often enough; no answer came.
    NoAnswer,
    /// They ask; I have not decided.
    Undecided,
    /// I accepted; their confirmation is on the way.
    Accepting,
    /// Contacts.
    Accepted,
    /// I rejected their request.
    Rejected,
    /// I blocked them.
    Blocked,
    /// It is me: notes that are never sent.
    Myself,
}

/// One try of a request: every knock has its own handshake hash, hence its own secret (D4.3).
#[derive(Serialize, Deserialize)]
pub(crate) struct Try {
    pub(crate) prov: Secret,
    #[serde(with = "serde_bytes")]
    pub(crate) transcript: [u8; 32],
    /// The other side's program took it in, so its answer may be about this one.
    pub(crate) delivered: bool,
}

/// What A keeps of a pending request; all of it is destroyed when it ends.
#[derive(Serialize, Deserialize)]
pub(crate) struct Outgoing {
    /// The invitation's knock door and its key.
    pub(crate) knock_door: OnionKey,
    pub(crate) knock_noise: X25519Public,
    pub(crate) invitation: InvitationHash,
    /// `ik` (D2.2).
    pub(crate) ik: Secret,
    /// The encoded request, the same in every try.
    #[serde(with = "zeroizing_bytes")]
    pub(crate) request: Zeroizing<Vec<u8>>,
    pub(crate) kem: KemSeed,
    pub(crate) random: Secret,
    pub(crate) reply_seed: DoorSeed,
    /// The public half of the descriptor key that the request hands over.
    pub(crate) reply_reader: X25519Public,
    pub(crate) tries: Vec<Try>,
    /// When the other side's program took it in, seconds since 1970.
    pub(crate) delivered: Option<u64>,
    /// How often it was taken in.
    pub(crate) deliveries: u32,
}

/// What B keeps of a request before the decision.
#[derive(Serialize, Deserialize)]
pub(crate) struct Incoming {
    pub(crate) id: RequestId,
    #[serde(with = "zeroizing_bytes")]
    pub(crate) request: Zeroizing<Vec<u8>>,
    pub(crate) greeting: String,
    /// Which invitation was used.
    pub(crate) invitation: u64,
    pub(crate) invitation_hash: InvitationHash,
    pub(crate) last: Try,
}

/// What B keeps until A's confirmation came.
#[derive(Serialize, Deserialize)]
pub(crate) struct Accepting {
    /// The encoded acceptance, the same in every dial.
    #[serde(with = "zeroizing_bytes")]
    pub(crate) accept: Zeroizing<Vec<u8>>,
    pub(crate) prov: Secret,
    pub(crate) invitation: InvitationHash,
    pub(crate) reply_door: OnionKey,
    pub(crate) reply_descriptor: X25519Secret,
    /// What A's confirmation must be.
    #[serde(with = "serde_bytes")]
    pub(crate) expected: [u8; 32],
}

/// The other's contact door.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PeerDoor {
    pub(crate) door: OnionKey,
    pub(crate) descriptor: X25519Secret,
}

/// What two contacts share.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Bond {
    pub(crate) pair: PairId,
    pub(crate) link_root: Secret,
    /// For the recovery door (D10.4).
    pub(crate) recovery_root: Secret,
    pub(crate) peer_noise: X25519Public,
    pub(crate) peer_olm: X25519Public,
    /// Unknown to B until A's confirmation.
    pub(crate) peer_door: Option<PeerDoor>,
    /// Our circle for this contact, and the descriptor key that lets it in.
    pub(crate) circle: u32,
    pub(crate) reader: X25519Public,
    /// B: the invitation that A used, which a block retires, and A's request, whose repeats are
    /// known by it.
    pub(crate) invitation: Option<(u64, RequestId)>,
    /// The code was compared; the other's Noise key that it was about (D5.3).
    pub(crate) verified: Option<X25519Public>,
    /// Known to the copies of this profile alone: their proofs are made of it.
    #[serde(default)]
    pub(crate) copies: Option<Secret>,
    /// What the present copy of the other gave to be shown to its older ones.
    #[serde(default)]
    pub(crate) peer_proof: Option<CopyProof>,
}

impl Bond {
    /// What shows to older copies of this profile that one of a generation exists (D12.3). A contact cannot make it, and who
    /// was given one can show no other; proofs for two contacts have nothing in common.
    pub(crate) fn proof(&self, generation: u32) -> Option<CopyProof> {
        let proof = copy_proof(self.copies.as_ref()?, generation);
        Some(CopyProof::from_bytes(*proof.as_bytes()))
    }

    /// Whether a contact was given this by a copy of this profile of that generation.
    pub(crate) fn proves(&self, generation: u32, shown: &CopyProof) -> bool {
        let expected = self.proof(generation);
        expected.is_some_and(|expected| derive::equal(expected.as_bytes(), shown.as_bytes()))
    }
}

/// `KDF(secret of the copies, "copy", generation)`.
pub(crate) fn copy_proof(copies: &Secret, generation: u32) -> Secret {
    derive::expand(copies, "copy", &[&generation.to_be_bytes()])
}

/// All that is derived from the transcript (D4.5–6), once.
pub(crate) struct Derived {
    pub(crate) pair: PairId,
    pub(crate) link_root: Secret,
    pub(crate) recovery_root: Secret,
    pub(crate) seal_root: Secret,
    confirm_a: [u8; 32],
    confirm_b: [u8; 32],
}

impl Derived {
    /// From the request's transcript, the acceptance as it travelled, and the three secrets.
    pub(crate) fn new(
        request_transcript: &[u8; 32],
        accept: &[u8],
        shared: &Secret,
        random_a: &[u8; 32],
        random_b: &[u8; 32],
    ) -> Self {
        let transcript = derive::hash("contact", &[request_transcript, accept]);
        let root = derive::extract(&transcript, &[shared.as_bytes(), random_a, random_b]);
        let pair = derive::hash("pair", &[&transcript]);
        let mut id = [0; 16];
        id.copy_from_slice(&pair[..16]);
        let confirm = |role: Role| {
            let key = derive::expand(&root, "confirm", &[&[role.byte()]]);
            derive::mac(&key, "confirm", &[&transcript])
        };
        Self {
            pair: PairId::from_bytes(id),
            link_root: derive::expand(&root, "link root", &[]),
            recovery_root: derive::expand(&root, "recovery root", &[]),
            seal_root: derive::expand(&root, "seal root", &[]),
            confirm_a: confirm(Role::A),
            confirm_b: confirm(Role::B),
        }
    }

    pub(crate) const fn confirm(&self, role: Role) -> [u8; 32] {
        match role {
            Role::A => self.confirm_a,
            Role::B => self.confirm_b,
        }
    }
}

/// The transcript hash of a request (D4.3).
pub(crate) fn request_transcript(
    invitation: &InvitationHash,
    link: &[u8; 32],
    request: &[u8],
) -> [u8; 32] {
    derive::hash("request", &[invitation.as_bytes(), link, request])
}

/// `prov = EXT(th_req, r_A ∥ ik)`.
pub(crate) fn provisional(transcript: &[u8; 32], random: &[u8; 32], ik: &Secret) -> Secret {
    derive::extract(transcript, &[random, ik.as_bytes()])
}

/// The dial hint (D3.7), from `link_root` of contacts or `prov` of a pending request.
pub(crate) fn dial_hint(
    root: &Secret,
    dialer: Role,
    nonce: &[u8; 16],
    door: &OnionKey,
    purpose: undertone_wire::v1::Purpose,
) -> [u8; 16] {
    let key = derive::expand(root, "dial hint", &[&[dialer.byte()]]);
    let full = derive::mac(
        &key,
        "dial hint",
        &[nonce, door.as_bytes(), &[purpose as u8]],
    );
    let mut hint = [0; 16];
    hint.copy_from_slice(&full[..16]);
    hint
}

impl Relation {
    pub(crate) const fn stage_name(&self) -> StageName {
        match self.stage {
            Stage::Requested(_) => StageName::Requested,
            Stage::NoAnswer => StageName::NoAnswer,
            Stage::Undecided(_) => StageName::Undecided,
            Stage::Accepting(..) => StageName::Accepting,
            Stage::Accepted(_) => StageName::Accepted,
            Stage::Rejected(..) => StageName::Rejected,
            Stage::Blocked(_) => StageName::Blocked,
            Stage::Myself(_) => StageName::Myself,
        }
    }

    pub(crate) fn bond(&self) -> Option<&Bond> {
        match &self.stage {
            Stage::Accepting(_, bond) | Stage::Accepted(bond) => Some(bond),
            _ => None,
        }
    }

    pub(crate) fn bond_mut(&mut self) -> Option<&mut Bond> {
        match &mut self.stage {
            Stage::Accepting(_, bond) | Stage::Accepted(bond) => Some(bond),
            _ => None,
        }
    }

    /// Whether a session with this base key was accepted before.
    pub(crate) fn knows_base_key(&self, key: &[u8; 32]) -> bool {
        self.base_keys.iter().any(|known| **known == *key)
    }

    /// Whether they opened as many sessions as a relationship can have.
    pub(crate) const fn had_all_sessions(&self) -> bool {
        self.base_keys.len() >= MAX_SESSIONS
    }

    /// The base key of a session that they opened: none is accepted twice.
    pub(crate) fn remember_base_key(&mut self, key: [u8; 32]) {
        self.base_keys.push(key.into());
    }

    /// Whether a received key is one of ours in this relationship (D1.5): a reflection. Comparing
    /// with the keys of others would tell them that both are ours.
    pub(crate) fn is_own(&self, key: &X25519Public) -> bool {
        let olm = self.account.as_ref().map(|a| a.curve25519_key().to_bytes());
        self.noise.as_ref().is_some_and(|own| own.public == *key) || olm == Some(*key.as_bytes())
    }

    /// The direction of what we send.
    pub(crate) const fn sends(&self) -> Direction {
        self.role.sends()
    }

    /// The direction of what we receive.
    pub(crate) const fn receives(&self) -> Direction {
        self.role.other().sends()
    }
}

/// Bytes that are cleared when dropped, as a CBOR byte string.
pub(crate) mod zeroizing_bytes {
    use serde::{Deserialize, Deserializer, Serializer};
    use zeroize::Zeroizing;

    pub(crate) fn serialize<S: Serializer>(
        bytes: &Zeroizing<Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Zeroizing<Vec<u8>>, D::Error> {
        Ok(Zeroizing::new(
            serde_bytes::ByteBuf::deserialize(deserializer)?.into_vec(),
        ))
    }
}
