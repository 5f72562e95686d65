//! The limits of the machine, each with the attack that it stops.

use std::time::Duration;

/// A handshake must be through, and a knock or an acceptance be answered, within this time.
/// Stops half-open connections from piling up; strangers see silence until then (D3.8).
pub const HANDSHAKE: Duration = Duration::from_secs(30);

/// Connections that have not authenticated, over all doors. More are closed at once: a flood
/// takes bounded memory.
pub const MAX_UNAUTHENTICATED: usize = 128;

/// Handshakes answered at the doors for strangers, per minute, and at once. Each costs two
/// Diffie-Hellmans and an encapsulation; a flood gets silence.
pub const HANDSHAKES_PER_MINUTE: u32 = 60;

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

/// Encrypted bytes in flight on one link.
pub const MAX_IN_FLIGHT_BYTES: usize = 512 * 1024;

/// A live link sends at least something this often, less a random share of a quarter.
pub const KEEPALIVE: Duration = Duration::from_secs(24);

/// A live link that brought nothing for this long is dead. Arti reports nothing when a peer
/// freezes.
pub const DEAD: Duration = Duration::from_secs(55);

/// A request that was taken in is repeated after this long (D4.2), in seconds of the wall clock.
pub const REPEAT_SECONDS: u64 = 24 * 3600;
