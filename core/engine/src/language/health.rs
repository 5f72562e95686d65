//! What is shown of a profile's health: what will fail soon, what waits, what a mode costs.

use serde::Serialize;
use undertone_transport::NetworkStatus;

/// How a running profile is. Everything that is not well is said by a field, nothing is summed up: what to
/// say about it is the application's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HealthView {
    /// The room on the disk; `None`: the file system does not say.
    pub disk: Option<DiskView>,
    /// The last export.
    pub backup: BackupView,
    /// Deniable mode (D11.6).
    pub deniable: DeniableView,
    /// Messages of mine that their contacts have not acknowledged.
    pub undelivered: u32,
    /// The contacts that these wait for.
    pub undelivered_contacts: u32,
    /// Doors that are published.
    pub doors_reachable: u32,
    /// Doors that should be.
    pub doors: u32,
    /// Hidden: no door is opened and nobody is dialled, so nothing arrives.
    pub hidden: bool,
    /// The network's status, and why it is not ready.
    pub network: NetworkStatus,
}

/// The room of the file system that the profile lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DiskView {
    /// Bytes that may still be written.
    pub available: u64,
    /// Bytes altogether.
    pub total: u64,
    /// It will be full soon.
    pub nearly_full: bool,
    /// Nothing is taken in until there is room again, see [`Event::DiskFull`](super::Event::DiskFull).
    pub full: bool,
}

/// When the profile was last exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BackupView {
    /// Seconds since 1970; `None`: never.
    pub last: Option<u64>,
    /// It is time for one: the last is more than 30 days old, or there are contacts, there never was one, and the
    /// profile is known to be older than 7 days.
    pub due: bool,
}

/// Deniable mode and its cost since the profile was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DeniableView {
    /// On.
    pub on: bool,
    /// Bytes written for this profile.
    pub own_bytes: u64,
    /// Bytes written beside, into the other three vaults.
    pub cover_bytes: u64,
    /// The last covering left something out: the vaults may differ until the next opening.
    pub failed: bool,
}
