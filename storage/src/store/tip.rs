//! The tip: one record that counts the commits and sums up which version of which record must be there.
//!
//! The sum is HMAC(audit key, record key ∥ nonce) over all records, added modulo 2²⁵⁶ (MSet-Add-Hash, Clarke et
//! al. 2003). It is written with every batch. It is computed again over the log when that is opened or soon after, so damage
//! that sled passes over in silence is found.

use crate::record::{self, RecordKey};
use crate::seal::{self, Mismatch, VaultKeys};

/// A sum over records, which does not depend on their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) records: u64,
    digits: [u8; 32],
}

impl Sum {
    pub(crate) fn add(
        &mut self,
        keys: &VaultKeys,
        key: &RecordKey,
        stored: &[u8],
    ) -> Result<(), Mismatch> {
        self.add_terms(&term(keys, key, stored)?, 1);
        Ok(())
    }

    /// Adds the records that another sum is made of.
    pub(crate) fn include(&mut self, other: &Self) {
        self.add_terms(&other.digits, other.records);
    }

    fn add_terms(&mut self, terms: &[u8; 32], records: u64) {
        let mut carry = 0;
        for (digit, term) in self.digits.iter_mut().zip(terms) {
            let sum = u16::from(*digit) + u16::from(*term) + carry;
            [*digit, _] = sum.to_le_bytes();
            carry = sum >> 8;
        }
        self.records = self.records.wrapping_add(records);
    }

    fn subtract_term(&mut self, term: &[u8; 32]) {
        let mut borrow = false;
        for (digit, term) in self.digits.iter_mut().zip(term) {
            let (difference, under) = digit.overflowing_sub(*term);
            let (difference, under_again) = difference.overflowing_sub(u8::from(borrow));
            *digit = difference;
            borrow = under || under_again;
        }
        self.records = self.records.wrapping_sub(1);
    }

    fn to_bytes(self) -> [u8; 40] {
        let mut bytes = [0; 40];
        bytes[..8].copy_from_slice(&self.records.to_be_bytes());
        bytes[8..].copy_from_slice(&self.digits);
        bytes
    }

    fn from_bytes(bytes: &[u8; 40]) -> Option<Self> {
        let (records, digits) = bytes.split_first_chunk::<8>()?;
        Some(Self {
            records: u64::from_be_bytes(*records),
            digits: digits.try_into().ok()?,
        })
    }
}

/// What the log holds, in short.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tip {
    pub(crate) commits: u64,
    /// The size of all records, in bytes.
    pub(crate) bytes: u64,
    /// All records but this one.
    pub(crate) all: Sum,
    /// Those of them that opening looks at in any case: what is in [`Slot::State`](crate::Slot::State) and
    /// [`Slot::Data`](crate::Slot::Data), the lists of these, and the schema.
    pub(crate) state: Sum,
    /// How far the check of all records has come since the store was opened; `None`: it is done. Not stored.
    pub(crate) checked: Option<Checked>,
}

/// What a check of all records has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Checked {
    /// Records whose key is less than this, as they are now.
    pub(crate) sum: Sum,
    pub(crate) until: RecordKey,
    /// Only records that this vault's keys open are counted.
    pub(crate) is_shared: bool,
}

/// A version of a record, if there is one, and whether it is part of the state.
type Version<'a> = Option<(&'a [u8], bool)>;

impl Tip {
    /// Takes in that a record was replaced; `None`: there was none, or is none.
    pub(crate) fn replace(
        &mut self,
        keys: &VaultKeys,
        key: &RecordKey,
        (before, after): (Version<'_>, Version<'_>),
    ) -> Result<(), Mismatch> {
        if let Some((stored, is_state)) = before {
            let term = term(keys, key, stored)?;
            for sum in self.sums(key, is_state) {
                sum.subtract_term(&term);
            }
            self.bytes = self.bytes.wrapping_sub(size(key, stored));
        }
        if let Some((stored, is_state)) = after {
            let term = term(keys, key, stored)?;
            for sum in self.sums(key, is_state) {
                sum.add_terms(&term, 1);
            }
            self.bytes = self.bytes.wrapping_add(size(key, stored));
        }
        Ok(())
    }

    /// The sums that a record is part of.
    fn sums(&mut self, key: &RecordKey, is_state: bool) -> impl Iterator<Item = &mut Sum> {
        let checked = self.checked.as_mut().filter(|checked| *key < checked.until);
        [
            Some(&mut self.all),
            Some(&mut self.state).filter(|_| is_state),
            checked.map(|checked| &mut checked.sum),
        ]
        .into_iter()
        .flatten()
    }

    pub(crate) fn to_bytes(self) -> [u8; 96] {
        let mut bytes = [0; 96];
        bytes[..8].copy_from_slice(&self.commits.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.bytes.to_be_bytes());
        bytes[16..56].copy_from_slice(&self.all.to_bytes());
        bytes[56..].copy_from_slice(&self.state.to_bytes());
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; 96] = bytes.try_into().ok()?;
        let (commits, rest) = bytes.split_first_chunk::<8>()?;
        let (size, rest) = rest.split_first_chunk::<8>()?;
        let (all, rest) = rest.split_first_chunk::<40>()?;
        Some(Self {
            commits: u64::from_be_bytes(*commits),
            bytes: u64::from_be_bytes(*size),
            all: Sum::from_bytes(all)?,
            state: Sum::from_bytes(rest.try_into().ok()?)?,
            checked: None,
        })
    }
}

/// What a record takes in the log, in bytes, before what sled adds.
pub(crate) fn size(key: &[u8], stored: &[u8]) -> u64 {
    (key.len() + stored.len()) as u64
}

fn term(keys: &VaultKeys, key: &RecordKey, stored: &[u8]) -> Result<[u8; 32], Mismatch> {
    Ok(seal::mac(
        &keys.audit,
        "storage audit",
        &[key, &record::nonce(stored)?],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::DataKey;

    #[test]
    fn the_sum_forgets_order_and_what_was_taken_away() {
        let keys = VaultKeys::derive(&DataKey::from_bytes([1; 32])).unwrap();
        let record = |number: u8| ([number; 32], [number; 300]);
        let (mut one, mut other) = (Sum::default(), Sum::default());
        for number in 0..200 {
            let (key, stored) = record(number);
            one.add(&keys, &key, &stored).unwrap();
        }
        for number in (100..200).rev() {
            let (key, stored) = record(number);
            other.add(&keys, &key, &stored).unwrap();
        }
        assert_ne!(one, other);
        let (mut parts, mut part) = (Sum::default(), Sum::default());
        for number in 0..100 {
            let (key, stored) = record(number);
            part.add(&keys, &key, &stored).unwrap();
        }
        parts.include(&part);
        parts.include(&other);
        assert_eq!(parts, one);
        for number in 0..100 {
            let (key, stored) = record(number);
            one.subtract_term(&term(&keys, &key, &stored).unwrap());
        }
        assert_eq!(one, other);
        let tip = Tip {
            commits: 7,
            bytes: 9,
            all: one,
            state: parts,
            checked: None,
        };
        assert_eq!(Tip::from_bytes(&tip.to_bytes()), Some(tip));
        assert_eq!(Tip::from_bytes(b"short"), None);
        // Another version of a record is another sum.
        let mut version = Sum::default();
        version.add(&keys, &[1; 32], &[1; 300]).unwrap();
        let mut later = Sum::default();
        later.add(&keys, &[1; 32], &[2; 300]).unwrap();
        assert_ne!(version, later);
    }
}
