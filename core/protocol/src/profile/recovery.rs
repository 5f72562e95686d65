//! The recovery door (D10.4): how two contacts find each other whose doors both moved while neither
//! could hear of it. Both know its keys for a week from a root that they share; it is opened only for
//! contacts to whom a move of ours could not be told for three days, and for three of them at a time.
//!
//! The time is the network's consensus: two computers whose clocks are days apart come to the same week.

use std::time::Duration;

use undertone_wire::v1::{Direction, Inside, InsideKind, Purpose};
use undertone_wire::{ContactId, X25519Public, X25519Secret};

use crate::derive::{self, Secret};
use crate::keys::{DoorSeed, public_of};
use crate::limits::{MAX_RECOVERY, RECOVERY_SECONDS, RECOVERY_SLOT};
use crate::link::DoorName;
use crate::relation::Stage;
use crate::step::{Bug, Now, Turn};

use super::{Contact, Profile, WantedDial, WantedDoor};

const DAY: u64 = 24 * 3600;
const WEEK: u64 = 7 * DAY;

/// What the network said about the time, and when by the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NetworkTime {
    seconds: u64,
    at: Duration,
}

/// The keys of a recovery door for one week: of the door, and of its one reader.
pub(crate) struct RecoveryKeys {
    pub(crate) seed: DoorSeed,
    pub(crate) reader: X25519Secret,
}

impl RecoveryKeys {
    /// The door that one opens and the other dials in this direction.
    pub(crate) fn new(root: &Secret, dialling: Direction, week: u32) -> Self {
        let week = week.to_be_bytes();
        let context = [dialling.label(), &week[..]];
        let seed = derive::expand(root, "recovery door", &context);
        let reader = derive::expand(root, "recovery reader", &context);
        Self {
            seed: DoorSeed::from_bytes(*seed.as_bytes()),
            reader: X25519Secret::from_bytes(*reader.as_bytes()),
        }
    }

    fn reader_public(&self) -> Option<X25519Public> {
        public_of(&self.reader).ok()
    }
}

fn week_of(seconds: u64) -> u32 {
    (seconds / WEEK) as u32
}

/// Which week's door is to be dialled now; `None`: it is the turn of the ordinary one. The network's
/// time is a few hours old and not equally so on both sides, so near the end of a week its neighbour is tried, too.
fn dialled_week(seconds: u64) -> Option<u32> {
    let slot = seconds / RECOVERY_SLOT % 4;
    let neighbour = if seconds % WEEK < WEEK / 2 {
        week_of(seconds).saturating_sub(1)
    } else {
        week_of(seconds) + 1
    };
    match slot {
        1 => Some(week_of(seconds)),
        3 => Some(neighbour),
        _ => None,
    }
}

impl Profile {
    /// The network's time now, seconds since 1970.
    fn network_now(&self, now: Now) -> Option<u64> {
        let time = self.network_time?;
        let since = now.monotonic.saturating_sub(time.at);
        Some(time.seconds + since.as_secs())
    }

    /// The network tells the time.
    pub(super) fn network_time(&mut self, seconds: u64, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let at = turn.now.monotonic;
        // A consensus is hours old; what we count on from an earlier one is later then.
        let known = self.network_now(turn.now).unwrap_or(0);
        let seconds = seconds.max(known).min(u64::from(u32::MAX) * WEEK);
        self.network_time = Some(NetworkTime { seconds, at });
        let unknown = |contact: &&Contact| contact.relation.moved == Some(0);
        let unknown: Vec<ContactId> = self
            .contacts
            .values()
            .filter(unknown)
            .map(|contact| contact.relation.id)
            .collect();
        for id in unknown {
            self.contact_mut(id)?.relation.moved = Some(seconds);
            self.save_relation(id, turn)?;
        }
        self.look_at_recovery(turn);
        Ok(())
    }

    /// A door of ours moved, and this contact has to hear of it.
    pub(super) fn note_move(&mut self, id: ContactId, now: Now) -> Result<(), Bug> {
        // Not known yet is noted as zero.
        let since = self.network_now(now).unwrap_or(0);
        let moved = &mut self.contact_mut(id)?.relation.moved;
        // Of several moves that they did not hear of, the first counts.
        moved.get_or_insert(since);
        Ok(())
    }

    /// Whether everything about our doors was heard, after an acknowledgement.
    pub(super) fn check_moved(&mut self, id: ContactId, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let contact = self.contact_mut(id)?;
        let untold = contact.waiting.iter().any(|waiting| {
            let inside = Inside::decode(&waiting.inside).map(|inside| inside.kind);
            waiting.message.is_none() && matches!(inside, Ok(InsideKind::Door(_)))
        });
        if !untold
            && contact.relation.restoring.is_none()
            && contact.relation.moved.take().is_some()
        {
            self.save_relation(id, turn)?;
            self.look_at_recovery(turn);
        }
        Ok(())
    }

    /// Since when a contact cannot be told about a move, if that is long enough.
    fn lost_since(&self, contact: &Contact, now: Now) -> Option<u64> {
        let network = self.network_now(now)?;
        let since = contact.relation.moved.filter(|&since| since > 0)?;
        let accepted = matches!(contact.relation.stage, Stage::Accepted(_));
        let lost = accepted
            && !self.is_invisible(contact)
            && !contact.connected
            && network >= since + RECOVERY_SECONDS;
        lost.then_some(since)
    }

    /// Whose recovery doors should be open, of which week. Where there are more than three, the turn
    /// changes every day.
    fn wanted_recovery(&self, now: Now) -> Vec<(ContactId, u32)> {
        let Some(network) = self.network_now(now) else {
            return Vec::new();
        };
        let mut lost: Vec<(u64, ContactId)> = self
            .contacts
            .values()
            .filter_map(|contact| Some((self.lost_since(contact, now)?, contact.relation.id)))
            .collect();
        lost.sort_unstable();
        if !lost.is_empty() {
            let turns = lost.len().div_ceil(MAX_RECOVERY) as u64;
            let first = (network / DAY % turns) as usize * MAX_RECOVERY;
            lost.rotate_left(first);
        }
        let week = week_of(network);
        let three = lost.into_iter().take(MAX_RECOVERY);
        three.map(|(_, id)| (id, week)).collect()
    }

    /// Notices when other recovery doors should be open than before.
    pub(super) fn look_at_recovery(&mut self, turn: &mut Turn<'_>) {
        let wanted = self.wanted_recovery(turn.now);
        if wanted != self.recovery {
            self.recovery = wanted;
            turn.step.doors_changed();
            turn.step.dials_changed();
        }
    }

    /// The recovery doors that should be open; one with a link stays until that ends.
    pub(super) fn recovery_doors(&self) -> Vec<WantedDoor> {
        let in_use = self.links.values().filter_map(|link| match link.door {
            Some(DoorName::Recovery(id, week)) if link.is_open() => Some((id, week)),
            _ => None,
        });
        let mut open: Vec<(ContactId, u32)> = self.recovery.iter().copied().chain(in_use).collect();
        open.sort_unstable();
        open.dedup();
        let doors = open.into_iter().filter_map(|(id, week)| {
            let keys = self.recovery_keys(id, week)?;
            Some(WantedDoor {
                name: DoorName::Recovery(id, week),
                readers: Some(vec![keys.reader_public()?]),
                seed: keys.seed,
            })
        });
        doors.collect()
    }

    /// The keys of the door that we open for a contact.
    pub(super) fn recovery_keys(&self, id: ContactId, week: u32) -> Option<RecoveryKeys> {
        let relation = &self.contacts.get(&id)?.relation;
        let root = &relation.bond()?.recovery_root;
        Some(RecoveryKeys::new(root, relation.receives(), week))
    }

    /// The keys of the door that we dial in this turn or dialled in the last one.
    pub(super) fn dialled_recovery(&self, id: ContactId, now: Now) -> Option<RecoveryKeys> {
        let network = self.network_now(now)?;
        let week = dialled_week(network).or(dialled_week(network.checked_sub(RECOVERY_SLOT)?))?;
        let relation = &self.contacts.get(&id)?.relation;
        let root = &relation.bond()?.recovery_root;
        Some(RecoveryKeys::new(root, relation.sends(), week))
    }

    /// The dial to a contact's recovery door, when it is the turn of that.
    pub(super) fn recovery_dial(&self, contact: &Contact, now: Now) -> Option<WantedDial> {
        self.lost_since(contact, now)?;
        dialled_week(self.network_now(now)?)?;
        let id = contact.relation.id;
        let keys = self.dialled_recovery(id, now)?;
        Some(WantedDial {
            contact: id,
            purpose: Purpose::Recovery,
            door: keys.seed.onion_key(),
            descriptor: Some(keys.reader),
            first: true,
        })
    }

    /// When to look at recovery doors and dials again.
    pub(super) fn next_recovery(&self, now: Now) -> Option<Duration> {
        let network = self.network_now(now)?;
        let waits = self.contacts.values().filter_map(|contact| {
            let since = contact.relation.moved.filter(|&since| since > 0)?;
            if contact.connected {
                return None;
            }
            let begins = since + RECOVERY_SECONDS;
            // The turns of days and weeks begin with one of these, too.
            let turn = RECOVERY_SLOT - network % RECOVERY_SLOT;
            Some(
                begins
                    .checked_sub(network)
                    .filter(|&wait| wait > 0)
                    .unwrap_or(turn),
            )
        });
        Some(now.monotonic + Duration::from_secs(waits.min()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sides_whose_times_differ_by_hours_meet_within_four_turns() {
        for begin in (0..2 * WEEK).step_by(3_571) {
            // The one who opens, at any time around.
            for skew in [0, 3 * 3_600, DAY] {
                let open = week_of(WEEK * 100 + begin + skew);
                let turns = (0..4).map(|turn| WEEK * 100 + begin + turn * RECOVERY_SLOT);
                let near = begin % WEEK;
                // Within the four turns the week of the other may have changed.
                if WEEK - near % WEEK < 4 * RECOVERY_SLOT + skew {
                    continue;
                }
                let tried: Vec<_> = turns.filter_map(dialled_week).collect();
                assert!(tried.contains(&open), "{begin} {skew}");
            }
        }
    }

    #[test]
    fn the_doors_of_the_two_directions_and_of_weeks_have_nothing_in_common() {
        let root = Secret::from_bytes([3; 32]);
        let mut seen = std::collections::BTreeSet::new();
        for dialling in [Direction::AToB, Direction::BToA] {
            for week in 2_900..2_903 {
                let keys = RecoveryKeys::new(&root, dialling, week);
                assert!(seen.insert(*keys.seed.as_bytes()));
                assert!(seen.insert(*keys.reader.as_bytes()));
            }
        }
    }
}
