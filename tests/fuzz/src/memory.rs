//! Counts the memory that a parser takes, so that an input which makes it take more than it may is
//! found like a panic.

use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What every call may take whatever its input: error values, a stored record, a formatted text.
const SLACK: usize = 4 * 1024;

/// The most bytes that an input of that length may make a decoder take. The worst is a list of empty
/// byte strings: two bytes on the wire, 24 in memory, and three times that while the list grows.
pub(crate) const fn of_input(length: usize) -> usize {
    40 * length
}

/// Runs it and panics when it took more than `most` bytes at once. Other threads are counted too:
/// whoever measures must be alone.
pub(crate) fn bounded<T>(most: usize, run: impl FnOnce() -> T) -> T {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let value = run();
    let taken = MEMORY.peak_usage().saturating_sub(before);
    assert!(
        taken <= most + SLACK,
        "took {taken} bytes, {most} are allowed"
    );
    value
}

/// Keeps tests that measure memory from running at the same time.
#[cfg(test)]
pub(crate) fn alone() -> std::sync::MutexGuard<'static, ()> {
    static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());
    LOCK.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_much_is_noticed() {
        let _alone = alone();
        assert_eq!(bounded(100_000, || vec![0u8; 100_000].len()), 100_000);
        let outcome = std::panic::catch_unwind(|| bounded(100_000, || vec![0u8; 200_000].len()));
        assert!(outcome.is_err());
    }
}
