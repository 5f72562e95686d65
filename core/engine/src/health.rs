//! What is looked after while a profile runs and depends on no message: the room on the disk, the age of the last
//! export, the covering of deniable mode. This file keeps the times and decides; the actor does what blocks.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use undertone_storage::{ChangeSet, FreeSpace, Kind, ReadError};

use crate::conversations::{read, write};
use crate::disk::Disk;
use crate::language::{BackupView, DiskView, Event};

/// Between two looks at the room on the disk.
const LOOK: Duration = Duration::from_secs(60);
/// The same while there is little of it.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Between two coverings (D11.6). They come at fixed times after the start, whatever is done with the profile.
pub(crate) const COVER: Duration = Duration::from_secs(15 * 60);
/// An export older than this is too old, in seconds.
const BACKUP_AGE: u64 = 30 * 86_400;
/// A profile with contacts that is older than this should have been exported, in seconds.
const FIRST_BACKUP: u64 = 7 * 86_400;
/// The identifier of the record.
pub(crate) const BACKUP: &[u8] = b"backup";

/// What is remembered of exports.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
struct Backup {
    /// When a profile without an export was first seen, seconds since 1970.
    first_seen: u64,
    /// The last export, seconds since 1970.
    last: Option<u64>,
}

/// How much room the disk had when it was last looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Room {
    Enough,
    Low,
    Full,
}

/// What is known of a profile's health.
pub(crate) struct Health {
    look_at: Instant,
    cover_at: Instant,
    disk: Option<FreeSpace>,
    room: Room,
    backup: Backup,
    is_changed: bool,
    is_due: bool,
    cover_failed: bool,
}

impl Health {
    /// At a start at `wall` seconds since 1970.
    pub(crate) fn load(disk: &Disk, wall: u64) -> Result<Self, ReadError> {
        let stored: Option<Backup> = read(disk, Kind::Settings, BACKUP)?;
        let now = Instant::now();
        Ok(Self {
            look_at: now,
            cover_at: now + COVER,
            disk: None,
            room: Room::Enough,
            is_changed: stored.is_none(),
            backup: stored.unwrap_or(Backup {
                first_seen: wall,
                last: None,
            }),
            is_due: false,
            cover_failed: false,
        })
    }

    /// Whether the disk is to be looked at now; counts as done.
    pub(crate) fn wants_look(&mut self) -> bool {
        let now = Instant::now();
        let wants = now >= self.look_at;
        if wants {
            self.look_at = now
                + match self.room {
                    Room::Enough => LOOK,
                    Room::Low | Room::Full => LOOK_AGAIN,
                };
        }
        wants
    }

    /// Whether the other vaults are to be covered now; counts as done. Times that were missed are not made up for.
    pub(crate) fn wants_cover(&mut self) -> bool {
        let late = Instant::now().checked_duration_since(self.cover_at);
        if let Some(late) = late {
            let rounds = late.as_secs() / COVER.as_secs() + 1;
            self.cover_at += COVER * u32::try_from(rounds).unwrap_or(u32::MAX);
        }
        late.is_some()
    }

    /// When one of them is to be done next.
    pub(crate) fn next(&self) -> Instant {
        self.look_at.min(self.cover_at)
    }

    /// Takes in how the disk is; gives what is to be said about it.
    pub(crate) fn saw_disk(&mut self, found: Option<FreeSpace>) -> Option<Event> {
        self.disk = found;
        let found = found?;
        let room = match (found.is_full(), found.is_nearly_full()) {
            (true, _) => Room::Full,
            (_, true) => Room::Low,
            _ => Room::Enough,
        };
        let before = std::mem::replace(&mut self.room, room);
        let FreeSpace { available, total } = found;
        (before != room).then_some(match room {
            Room::Enough => Event::DiskEnough { available, total },
            Room::Low => Event::DiskLow { available, total },
            Room::Full => Event::DiskFull { available, total },
        })
    }

    /// Whether there is no room for what others send.
    pub(crate) fn is_disk_full(&self) -> bool {
        self.room == Room::Full
    }

    /// Takes in what time it is; gives what is to be said about exports.
    pub(crate) fn saw_time(&mut self, wall: u64, has_contacts: bool) -> Option<Event> {
        let was_due = std::mem::replace(&mut self.is_due, self.backup.is_due(wall, has_contacts));
        let last = self.backup.last;
        (self.is_due && !was_due).then_some(Event::BackupDue { last })
    }

    /// Takes in how the covering went.
    pub(crate) const fn covered(&mut self, whole: bool) {
        self.cover_failed = !whole;
    }

    pub(crate) const fn cover_failed(&self) -> bool {
        self.cover_failed
    }

    /// Adds the record to a change set if it is not stored yet.
    pub(crate) fn write(&mut self, set: &mut ChangeSet) {
        if std::mem::take(&mut self.is_changed) {
            write(set, Kind::Settings, BACKUP, &self.backup);
        }
    }

    pub(crate) fn disk_view(&self) -> Option<DiskView> {
        self.disk.map(|found| DiskView {
            available: found.available,
            total: found.total,
            nearly_full: found.is_nearly_full(),
            full: found.is_full(),
        })
    }

    pub(crate) fn backup_view(&self, wall: u64, has_contacts: bool) -> BackupView {
        BackupView {
            last: self.backup.last,
            due: self.backup.is_due(wall, has_contacts),
        }
    }
}

/// Notes in a store that no engine runs on that it was exported.
pub(crate) fn note_export(set: &mut ChangeSet, stored: Option<&[u8]>, wall: u64) {
    let before = stored.and_then(|record| ciborium::from_reader::<Backup, _>(record).ok());
    let backup = Backup {
        first_seen: before.map_or(wall, |backup| backup.first_seen),
        last: Some(wall),
    };
    write(set, Kind::Settings, BACKUP, &backup);
}

impl Backup {
    /// A clock that was set back makes nothing due.
    const fn is_due(&self, wall: u64, has_contacts: bool) -> bool {
        match self.last {
            Some(last) => wall.saturating_sub(last) > BACKUP_AGE,
            None => has_contacts && wall.saturating_sub(self.first_seen) > FIRST_BACKUP,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health() -> Health {
        let now = Instant::now();
        Health {
            look_at: now,
            cover_at: now + COVER,
            disk: None,
            room: Room::Enough,
            backup: Backup {
                first_seen: 1_000,
                last: None,
            },
            is_changed: true,
            is_due: false,
            cover_failed: false,
        }
    }

    #[test]
    fn a_disk_is_called_low_once_and_again_after_it_was_not() {
        let mut health = health();
        let total = 100 << 30;
        let enough = FreeSpace {
            available: 50 << 30,
            total,
        };
        let low = FreeSpace {
            available: 200 << 20,
            total,
        };
        assert_eq!(health.saw_disk(Some(enough)), None);
        assert!(matches!(
            health.saw_disk(Some(low)),
            Some(Event::DiskLow { available, .. }) if available == 200 << 20
        ));
        assert_eq!(health.saw_disk(Some(low)), None);
        assert_eq!(health.saw_disk(None), None);
        assert_eq!(health.disk_view(), None);
        assert!(matches!(
            health.saw_disk(Some(enough)),
            Some(Event::DiskEnough { .. })
        ));
        assert!(health.saw_disk(Some(low)).is_some());
        assert!(health.disk_view().is_some_and(|disk| disk.nearly_full));
        assert!(!health.is_disk_full());
        let full = FreeSpace {
            available: 1 << 20,
            total,
        };
        let said = health.saw_disk(Some(full));
        assert!(matches!(said, Some(Event::DiskFull { .. })));
        assert!(health.is_disk_full());
        assert!(health.disk_view().is_some_and(|disk| disk.full));
        let said = health.saw_disk(Some(low));
        assert!(matches!(said, Some(Event::DiskLow { .. })) && !health.is_disk_full());
    }

    #[test]
    fn an_export_is_due_after_a_week_without_one_and_a_month_after_the_last() {
        let mut health = health();
        assert_eq!(health.saw_time(1_000 + FIRST_BACKUP, true), None);
        assert_eq!(health.saw_time(1_001 + FIRST_BACKUP, false), None);
        let due = Some(Event::BackupDue { last: None });
        assert_eq!(health.saw_time(1_001 + FIRST_BACKUP, true), due);
        assert_eq!(health.saw_time(1_002 + FIRST_BACKUP, true), None);
        health.backup.last = Some(2_000_000);
        assert_eq!(health.saw_time(2_000_000 + BACKUP_AGE, true), None);
        assert!(health.saw_time(2_000_001 + BACKUP_AGE, true).is_some());
        // A clock that was set back.
        assert_eq!(health.saw_time(5, true), None);
    }

    #[tokio::test(start_paused = true)]
    async fn coverings_come_at_fixed_times_and_are_not_made_up_for() {
        let mut health = health();
        let start = health.cover_at - COVER;
        assert!(!health.wants_cover());
        tokio::time::advance(COVER + Duration::from_secs(7)).await;
        assert!(health.wants_cover());
        assert!(!health.wants_cover());
        assert_eq!(health.cover_at, start + COVER * 2);
        // The computer was busy for an hour.
        tokio::time::advance(COVER * 4).await;
        assert!(health.wants_cover());
        assert!(!health.wants_cover());
        assert_eq!(health.cover_at, start + COVER * 6);
    }
}
