//! Key files as a fuzz target hands them over: see [`fuzzing`](crate::fuzzing).

use super::*;

impl Ring {
    /// How many slots there are, each of which can be asked for.
    pub(crate) fn count(&self) -> usize {
        let numbers: Vec<SlotNumber> = self.entries().map(|(number, _)| number).collect();
        for number in &numbers {
            let _ = (self.lists(*number), self.is_erased(*number));
        }
        let days = [0, 20_000, Day::MAX].map(|day| Slot::Conversation {
            conversation: [4; 16],
            day,
        });
        for slot in [Slot::Data, Slot::State].into_iter().chain(days) {
            let live = self.live(self.purpose_of(slot));
            assert!(live.is_none_or(|number| numbers.contains(&number)));
        }
        let _ = self.state_slots().count();
        numbers.len()
    }

    /// The content of a key file with slots of all kinds, and how many there are.
    pub(crate) fn example() -> (Vec<u8>, usize) {
        let conversation = [4; 16];
        let purposes = [
            Purpose::Data,
            Purpose::State,
            Purpose::Day {
                conversation,
                day: 20_000,
            },
            Purpose::Month {
                conversation,
                month: 24_000,
            },
        ];
        let entries = (1..).zip(purposes).map(|(number, purpose)| StoredEntry {
            number,
            purpose,
            key: &[9; KEY],
            retiring_into: (number == 1).then_some(2),
        });
        let stored = StoredRing {
            merged_through: Some(19_900),
            deniable: 1,
            entries: entries.collect(),
            erased: BTreeMap::from([(77, 16)]),
        };
        let slots = stored.entries.len();
        let stored = postcard::to_stdvec(&stored).unwrap_or_default();
        let length = u32::try_from(stored.len()).unwrap_or_default();
        let front = [&[FORM][..], &3_u64.to_be_bytes(), &length.to_be_bytes()].concat();
        ([front, stored].concat(), slots)
    }
}
