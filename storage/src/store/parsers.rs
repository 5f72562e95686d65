//! The store's own records as a fuzz target hands them over: see [`fuzzing`](crate::fuzzing).

pub(crate) use super::lists::count as list;
use super::tip::Tip;

/// Whether it is a tip, which is then written as it was read.
pub(crate) fn tip(bytes: &[u8]) -> bool {
    let tip = Tip::from_bytes(bytes);
    tip.is_some_and(|tip| {
        assert_eq!(tip.to_bytes(), *bytes, "a tip is written as it was read");
        true
    })
}
