//! One connection, from its first byte to its end. A link knows how far it is trusted; what its
//! parcels mean is the profile's business.

use std::time::Duration;

use rand::RngExt;
use undertone_wire::ContactId;
use undertone_wire::v1::{FrameError, FrameSize, Parcel, ParcelKind, ParcelReader, Purpose, Role};
use zeroize::Zeroizing;

use crate::handshake::{Channel, Dialer, Listener};
use crate::limits::{DEAD, HANDSHAKE, KEEPALIVE};
use crate::profile::Pending;
use crate::step::{Bug, LinkId, Now, Turn, ViolationKind};

/// Names a door of the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DoorName {
    /// The knock door of an invitation.
    Knock(u64),
    /// The reply door of a pending request.
    Reply(ContactId),
    /// The contact door of a circle.
    Circle(u32),
    /// The recovery door for one contact in one week.
    Recovery(ContactId, u32),
}

/// How far a connection is.
pub(crate) enum Phase {
    /// Listening: flight 1 is to come.
    Flight1(Vec<u8>),
    /// Listening: whoever it is gets silence until the deadline (D3.8).
    Silent,
    /// Dialling: flight 2 is to come.
    Flight2(Box<Dialer>, Vec<u8>),
    /// Listening: flight 3 is to come.
    Flight3(Listener),
    /// Authenticated.
    Open(Box<Open>),
}

/// An authenticated connection.
pub(crate) struct Open {
    pub(crate) channel: Channel,
    reader: ParcelReader,
}

/// One connection.
pub(crate) struct Link {
    pub(crate) id: LinkId,
    pub(crate) contact: Option<ContactId>,
    /// The door it came in by; `None` when we dialled.
    pub(crate) door: Option<DoorName>,
    pub(crate) purpose: Option<Purpose>,
    pub(crate) phase: Phase,
    /// The transcript of the try of our request that this link is about.
    pub(crate) attempt: Option<[u8; 32]>,
    /// Everything acts only from the dialer's first transport frame on (D3.9).
    pub(crate) live: bool,
    /// We received a frame on it: the other side holds the link for live too.
    pub(crate) confirmed: bool,
    pub(crate) acknowledge: bool,
    /// Both sides are of the generations that the other knows: nothing else has an effect before.
    pub(crate) agreed: bool,
    /// Something came on it that only the copy which we know can say: not one that was restored from the same export.
    pub(crate) genuine: bool,
    /// The dialer's counter, and the generation that it names.
    pub(crate) counter: u64,
    pub(crate) claimed: u32,
    pub(crate) reset_asked: bool,
    /// A restore of theirs was answered on it.
    pub(crate) restore_answered: bool,
    /// We opened a new session with a spare key because of what came on it.
    pub(crate) spare_used: bool,
    /// An acceptance that waits for its confirmation.
    pub(crate) pending: Option<Box<Pending>>,
    deadline: Option<Duration>,
    last_received: Duration,
    next_keepalive: Duration,
}

impl Link {
    pub(crate) fn new(id: LinkId, door: Option<DoorName>, phase: Phase, now: Now) -> Self {
        Self {
            id,
            contact: None,
            door,
            purpose: None,
            phase,
            attempt: None,
            live: false,
            confirmed: false,
            acknowledge: false,
            agreed: false,
            genuine: false,
            counter: 0,
            claimed: 0,
            reset_asked: false,
            restore_answered: false,
            spare_used: false,
            pending: None,
            deadline: Some(now.monotonic + HANDSHAKE),
            last_received: now.monotonic,
            next_keepalive: now.monotonic + KEEPALIVE,
        }
    }

    pub(crate) const fn dialled(&self) -> bool {
        self.door.is_none()
    }

    pub(crate) const fn is_silent(&self) -> bool {
        matches!(self.phase, Phase::Silent)
    }

    pub(crate) const fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open(_))
    }

    /// Whether messages may travel on it.
    pub(crate) fn carries_messages(&self) -> bool {
        self.live
            && self.pending.is_none()
            && matches!(
                self.purpose,
                Some(Purpose::Chat | Purpose::Accept | Purpose::Recovery)
            )
    }

    /// Whether the other side goes on with this very copy.
    pub(crate) fn is_agreed(&self) -> bool {
        let chat = matches!(self.purpose, Some(Purpose::Chat | Purpose::Recovery));
        chat && self.live && self.agreed
    }

    /// Which of two links of a pair survives: the one that both know to live, then the one that
    /// A dialled, then the newer (D3.10).
    pub(crate) fn rank(&self, own: Role) -> (bool, bool, LinkId) {
        let dialled_by_a = (own == Role::A) == self.dialled();
        (self.confirmed, dialled_by_a, self.id)
    }

    pub(crate) fn open(&mut self, channel: Channel, now: Now) {
        self.last_received = now.monotonic;
        self.phase = Phase::Open(Box::new(Open {
            channel,
            reader: ParcelReader::new(FrameSize::Chat),
        }));
    }

    /// From now on the link lives as long as both sides are heard.
    pub(crate) fn go_live(&mut self, now: Now) {
        self.live = true;
        self.deadline = None;
        self.last_received = now.monotonic;
    }

    /// Whether nothing was heard for too long, or the handshake took too long.
    pub(crate) fn is_over(&self, now: Now) -> bool {
        match self.deadline {
            Some(deadline) => now.monotonic >= deadline,
            None => now.monotonic >= self.last_received + DEAD,
        }
    }

    /// Whether a door was there and gave no answer to flight 1 until the deadline, or nearly so.
    pub(crate) fn met_silence(&self, now: Now) -> bool {
        let waited = |deadline| now.monotonic + HANDSHAKE / 6 >= deadline;
        matches!(self.phase, Phase::Flight2(..)) && self.deadline.is_some_and(waited)
    }

    /// When [`Self::is_over`] or [`Self::keepalive`] have to be asked next.
    pub(crate) fn next_wake(&self) -> Duration {
        match self.deadline {
            Some(deadline) => deadline,
            None => (self.last_received + DEAD).min(self.next_keepalive),
        }
    }

    /// Sends an empty frame when the link was quiet for long enough.
    pub(crate) fn keepalive(&mut self, turn: &mut Turn<'_>) -> Result<(), Bug> {
        if self.live && turn.now.monotonic >= self.next_keepalive {
            self.send(ParcelKind::Nothing, Vec::new(), turn)?;
        }
        Ok(())
    }

    /// Encrypts a parcel into frames and puts them into the step.
    pub(crate) fn send(
        &mut self,
        kind: ParcelKind,
        bytes: Vec<u8>,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let Phase::Open(open) = &mut self.phase else {
            return Err(Bug("a parcel for a link that is not open"));
        };
        let parcel = Parcel { kind, bytes };
        let frames = parcel
            .frames(FrameSize::Chat)
            .map_err(|_| Bug("a parcel of ours is too long"))?;
        let frames = frames
            .into_iter()
            .map(|plaintext| open.channel.seal(&Zeroizing::new(plaintext)))
            .collect::<Result<Vec<_>, _>>()?;
        let jitter = turn.rng.random_range(Duration::ZERO..KEEPALIVE / 4);
        self.next_keepalive = turn.now.monotonic + KEEPALIVE - jitter;
        turn.step.send(self.id, frames);
        Ok(())
    }

    /// Decrypts a frame; `Some` when it completed a parcel.
    pub(crate) fn receive(
        &mut self,
        frame: &[u8],
        now: Now,
    ) -> Result<Option<Parcel>, ViolationKind> {
        let Phase::Open(open) = &mut self.phase else {
            return Err(ViolationKind::OutOfPlace);
        };
        let plaintext = open.channel.open(frame).ok_or(ViolationKind::Frame)?;
        self.last_received = now.monotonic;
        self.confirmed = true;
        open.reader
            .read(&plaintext)
            .map_err(|error: FrameError| error.into())
    }
}
