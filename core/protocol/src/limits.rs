//! The limits of the machine, each with the attack that it stops.

use std::time::Duration;

/// A handshake must be through, and a knock or an acceptance be answered, within this time.
/// Stops half-open connections from piling up; strangers see silence until then (D3.8).
pub const HANDSHAKE: Duration = Duration::from_secs(30);

/// Connections at one door on which nothing was said yet and that are listened to. With one more, the oldest that has not
/// shown who it is gets silence: an honest one does so at once, so that a flood takes bounded memory and nobody's turn,
/// and no door tells of another.
pub const MAX_UNAUTHENTICATED: usize = 64;

/// Connections at one door that are held before anything was said. The network layer refuses more before this does.
pub const MAX_HELD: usize = 512;

/// Handshakes answered at one door, per minute and at once. Each costs two Diffie-Hellmans and an
/// encapsulation; a flood gets silence.
pub const HANDSHAKES_PER_MINUTE: u32 = 60;

/// Handshakes that one contact gets at circle and recovery doors, per minute and at once: a door is common to a circle, and
/// one of its members must not use up what is there for all.
pub const CONTACT_HANDSHAKES_PER_MINUTE: u32 = 20;

/// Generations by which a restored copy can be ahead of what its contact knows. An old export in wrong hands must not
/// be able to use up all that there are.
pub const MAX_AHEAD: u32 = 64;

/// Dials in a row that did not arrive. A counter that is further ahead is none of an honest program, and would leave none
/// for its next dials.
pub const MAX_MISSED_DIALS: u64 = 1 << 24;

/// Links that one contact opened and said nothing on. The older ones end.
pub const MAX_MUTE: usize = 2;

/// New sessions (D6.5) that one contact gets, per minute and at once.
pub const RESETS_PER_MINUTE: u32 = 6;

/// Sessions that a contact can open in the whole life of a relationship: their base keys are kept for
/// ever (D6.5), and a contact that opens one after another must not fill the disk.
pub const MAX_SESSIONS: usize = 4_096;

/// Restores of one contact (D12.2) that are answered at once; after that, one in [`RESTORE_PAUSE`]. Each costs an
/// encapsulation, a line of the conversation and new keys. In the whole life of a relationship there are
/// no more than [`undertone_wire::v1::MAX_GENERATION`], for each needs a higher generation.
pub const RESTORES: u32 = 4;
/// See [`RESTORES`].
pub const RESTORE_PAUSE: Duration = Duration::from_secs(3_600);

/// Contacts for whom a recovery door is open at a time (D10.4).
pub const MAX_RECOVERY: usize = 3;

/// For so many seconds a move of our door must not have reached a contact before its recovery door is
/// opened (D10.4).
pub const RECOVERY_SECONDS: u64 = 3 * 24 * 3600;

/// Ordinary and recovery doors of a lost contact are dialled in turns of so many seconds.
pub const RECOVERY_SLOT: u64 = 1_200;

/// Bytes that one contact can make us store with messages: at once after a start, and per minute after that, some 9,000
/// messages and 37. More waits on their side. It slows down a contact that wants to fill the disk, to 360 MiB a day; what
/// keeps room for the owner is that nothing is taken in any more when the disk is nearly full, which the engine sees to.
pub const INBOUND_BURST: u32 = 64 * 1024 * 1024;
/// See [`INBOUND_BURST`].
pub const INBOUND_PER_MINUTE: u32 = 256 * 1024;
/// What storing a message costs beside its own bytes, in bytes: the record, the ratchet, the search index and what the store's log adds.
pub const INBOUND_EACH: u32 = 6 * 1024;

/// One short code (D5.2) a contact in this time: whoever stands between has one guess in it.
pub const SHORT_CODE: Duration = Duration::from_secs(60);

/// How long a request of ours, and an acceptance of ours, is tried, in seconds (D4.2: 14 days).
pub const REQUEST_SECONDS: u64 = 14 * 24 * 3600;

/// Undecided, rejected and blocked requests that are kept (D4.7).
pub const MAX_REQUESTS: usize = 64;

/// The longest stored request, in bytes (D4.7).
pub const MAX_REQUEST: usize = 4_096;

/// Pending requests of our own: each has a reply door (D4.2).
pub const MAX_PENDING: usize = 8;

/// Open invitations: each has a knock door.
pub const MAX_INVITATIONS: usize = 16;

/// Contacts of a circle: one padded client block of a descriptor (D10.6).
pub const MAX_CIRCLE: usize = 16;

/// Messages waiting for one contact, and their bytes. A contact who is away for long must not
/// fill memory and disk.
pub const MAX_WAITING: usize = 10_000;
/// See [`MAX_WAITING`].
pub const MAX_WAITING_BYTES: usize = 16 * 1024 * 1024;

/// A sign that somebody is writing which took longer than so many seconds to leave is worth nothing.
pub const TYPING_SECONDS: u32 = 10;

/// Circles whose doors are open: each is an onion service.
pub const MAX_CIRCLES: usize = 64;

/// Introductions that we make at a time.
pub const MAX_INTRODUCTIONS: usize = 32;

/// Introductions that one contact offers us and that are not over. More are dropped unseen.
pub const MAX_OFFERS: usize = 4;

/// After so many seconds an introduction is over: 14 days.
pub const INTRODUCTION_SECONDS: u64 = 14 * 24 * 3600;

/// Encrypted bytes in flight on one link.
pub const MAX_IN_FLIGHT_BYTES: usize = 512 * 1024;

/// A live link sends at least something this often, less a random share of a quarter.
pub const KEEPALIVE: Duration = Duration::from_secs(24);

/// A live link that brought nothing for this long is dead. Arti reports nothing when a peer
/// freezes.
pub const DEAD: Duration = Duration::from_secs(55);

/// A request that was taken in is repeated after this long (D4.2), in seconds of the wall clock.
pub const REPEAT_SECONDS: u64 = 24 * 3600;
