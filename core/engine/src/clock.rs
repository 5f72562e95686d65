//! Where the machine's time comes from, and whether it passed as it should: a computer that slept,
//! a program that was stopped, a wall clock that was set. Tests hand in a clock of their own.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;
use undertone_protocol::Now;

/// How often the clocks are looked at, and so how long after waking a sleep goes unnoticed.
const LOOK: Duration = Duration::from_secs(5);
/// A shorter sleep or stop is no more than a slow network: links and dials bear it.
const SHORT: Duration = Duration::from_secs(20);
/// A wall clock that was set by less was only corrected. Tor minds hours, we mind nothing.
const CORRECTION: Duration = Duration::from_secs(60);
/// The kernel keeps the connections of a stopped program, but routers on the way forget them.
const FORGOTTEN: Duration = Duration::from_secs(300);

/// Tells the time. What is monotonic is tokio's, which tests can pause.
pub trait Clock: Send + Sync + 'static {
    /// Seconds since 1970.
    fn wall(&self) -> u64;

    /// Time since the computer started, its sleep included; nobody can set it. `None`, as by
    /// default, where that cannot be told: a sleep is then taken from the wall clock, and not told
    /// from a clock that was set forward.
    fn since_boot(&self) -> Option<Duration> {
        None
    }
}

/// The computer's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn wall(&self) -> u64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs())
    }

    /// `CLOCK_BOOTTIME` as Linux shows it in `/proc/uptime` (proc_uptime(5)), to 10 ms.
    fn since_boot(&self) -> Option<Duration> {
        let text = std::fs::read_to_string("/proc/uptime").ok()?;
        let seconds = text.split_ascii_whitespace().next()?.parse().ok()?;
        Duration::try_from_secs_f64(seconds).ok()
    }
}

/// The time of one run: monotonic since its start, wall from the clock.
pub(crate) struct Time {
    clock: Box<dyn Clock>,
    start: Instant,
}

impl Time {
    pub(crate) fn new(clock: Box<dyn Clock>) -> Self {
        Self {
            clock,
            start: Instant::now(),
        }
    }

    pub(crate) fn now(&self) -> Now {
        Now {
            monotonic: self.start.elapsed(),
            wall: self.clock.wall(),
        }
    }

    /// The instant of a monotonic time of this run.
    pub(crate) fn instant(&self, monotonic: Duration) -> Instant {
        self.start + monotonic
    }

    fn reading(&self) -> Reading {
        let Now { monotonic, wall } = self.now();
        Reading {
            monotonic,
            boot: self.clock.since_boot(),
            wall,
        }
    }
}

/// Looks at the clocks again and again.
pub(crate) struct Watch {
    last: Reading,
}

impl Watch {
    pub(crate) fn new(time: &Time) -> Self {
        Self {
            last: time.reading(),
        }
    }

    /// When the next look is due, by the monotonic clock.
    pub(crate) fn due(&self) -> Duration {
        self.last.monotonic + LOOK
    }

    /// Looks, if it is time to; what did not pass as it should since the last look.
    pub(crate) fn look(&mut self, time: &Time) -> Option<Gap> {
        if time.now().monotonic < self.due() {
            return None;
        }
        let now = time.reading();
        gap(std::mem::replace(&mut self.last, now), now)
    }
}

/// All clocks at one moment. The monotonic one stands still while the computer sleeps, and runs
/// while the program alone is stopped.
#[derive(Clone, Copy, Debug)]
struct Reading {
    monotonic: Duration,
    boot: Option<Duration>,
    wall: u64,
}

/// What did not pass as it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    /// The computer slept for this long.
    pub(crate) slept: Duration,
    /// The program was stopped for this long, or had no turn.
    pub(crate) stopped: Duration,
    /// The wall clock was set.
    pub(crate) set: bool,
}

impl Gap {
    /// For how long nobody heard anything of us.
    pub(crate) fn silence(&self) -> Duration {
        self.slept.saturating_add(self.stopped)
    }

    /// Whether the network layer has to begin anew: its connections may be dead without a word, or
    /// what it knows of the network is of another time. After a short stop it is well: the kernel
    /// has kept its connections.
    pub(crate) fn concerns_network(&self) -> bool {
        !self.slept.is_zero() || self.set || self.stopped >= FORGOTTEN
    }
}

/// What happened between two readings that should be [`LOOK`] apart.
fn gap(before: Reading, now: Reading) -> Option<Gap> {
    let long = |time: Duration| if time >= SHORT { time } else { Duration::ZERO };
    let ran = now.monotonic.saturating_sub(before.monotonic);
    let by_wall = Duration::from_secs(now.wall.saturating_sub(before.wall));
    let booted = before.boot.zip(now.boot);
    let passed = booted.map_or(by_wall, |(before, now)| now.saturating_sub(before));
    let passed = passed.max(ran);
    let due = before.wall.saturating_add(passed.as_secs());
    let gap = Gap {
        slept: long(passed - ran),
        stopped: long(ran.saturating_sub(LOOK)),
        set: now.wall.abs_diff(due) >= CORRECTION.as_secs(),
    };
    (gap.set || !gap.silence().is_zero()).then_some(gap)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    /// What is seen when the clocks ran for so long: monotonic, since boot, wall.
    fn after(ran: u64, boot: Option<u64>, wall: i64) -> Option<Gap> {
        let before = Reading {
            monotonic: seconds(1_000),
            boot: boot.map(|_| seconds(50_000)),
            wall: 1_800_000_000,
        };
        let now = Reading {
            monotonic: before.monotonic + seconds(ran),
            boot: boot.map(|boot| seconds(50_000 + boot)),
            wall: before.wall.saturating_add_signed(wall),
        };
        gap(before, now)
    }

    fn was(slept: u64, stopped: u64, set: bool) -> Option<Gap> {
        Some(Gap {
            slept: seconds(slept),
            stopped: seconds(stopped),
            set,
        })
    }

    #[test]
    fn time_that_passes_as_it_should_is_no_gap() {
        for boot in [Some(5), None] {
            assert_eq!(after(5, boot, 5), None);
            // The time server corrects a few seconds, in both directions.
            assert_eq!(after(5, boot, 5 + 15), None);
            assert_eq!(after(5, boot, 5 - 15), None);
        }
        // A loaded computer, a slow disk.
        assert_eq!(after(24, Some(24), 24), None);
        assert_eq!(after(5, Some(24), 24), None);
    }

    #[test]
    fn a_sleep_is_what_passed_since_boot_and_not_for_the_monotonic_clock() {
        assert_eq!(after(5, Some(3_605), 3_605), was(3_600, 0, false));
        assert_eq!(after(0, Some(30), 30), was(30, 0, false));
        assert_eq!(after(5, None, 3_605), was(3_600, 0, false));
    }

    #[test]
    fn a_stop_is_what_passed_for_the_monotonic_clock_without_a_look() {
        for boot in [Some(80), None] {
            let gap = after(80, boot, 80);
            assert_eq!(gap, was(0, 75, false));
            assert!(gap.is_some_and(|gap| !gap.concerns_network()));
        }
        let long = after(3_605, Some(3_605), 3_605);
        assert!(long.is_some_and(|gap| gap.concerns_network()));
        // Stopped, and then the computer slept as well.
        let both = after(65, Some(165), 165);
        assert_eq!(both, was(100, 60, false));
        assert_eq!(both.map(|gap| gap.silence()), Some(seconds(160)));
    }

    #[test]
    fn a_clock_that_was_set_is_no_sleep_where_the_difference_can_be_told() {
        for wall in [3 * DAY, -3 * DAY, 60 + 5, -60 + 5] {
            let gap = after(5, Some(5), wall);
            assert_eq!(gap, was(0, 0, true), "{wall}");
            assert!(gap.is_some_and(|gap| gap.concerns_network()));
        }
        // The time of day is no business of a clock that counts from 1970: nothing at midnight,
        // in another time zone, or when summer begins. Backward is never a sleep.
        assert_eq!(after(5, None, -3 * DAY), was(0, 0, true));
        assert_eq!(after(5, None, 3 * DAY), was(3 * 86_400 - 5, 0, false));
        // Both at once: a sleep of an hour, and a clock that is a year ahead afterwards.
        let both = after(5, Some(3_605), 3_605 + 365 * DAY);
        assert_eq!(both, was(3_600, 0, true));
    }

    #[test]
    fn absurd_clocks_are_borne() {
        let reading = |monotonic, boot, wall| Reading {
            monotonic: seconds(monotonic),
            boot,
            wall,
        };
        // Before 1970, after the end of time, backward, and a source that comes and goes.
        let all = [
            reading(0, None, 0),
            reading(5, Some(Duration::MAX), u64::MAX),
            reading(10, None, u64::MAX),
            reading(15, Some(Duration::ZERO), 0),
            reading(0, Some(seconds(1)), 1),
        ];
        for before in all {
            for now in all {
                let seen = gap(before, now);
                assert!(seen.is_none_or(|gap| gap.set || gap.silence() >= SHORT));
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn looks_come_at_their_time() {
        let time = Time::new(Box::new(SystemClock));
        let mut watch = Watch::new(&time);
        assert_eq!(watch.due(), time.now().monotonic + LOOK);
        tokio::time::advance(LOOK - Duration::from_millis(1)).await;
        let before = watch.due();
        assert_eq!(watch.look(&time), None);
        assert_eq!(watch.due(), before, "it was not time yet");
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(watch.look(&time), None);
        assert_eq!(watch.due(), before + LOOK);
        // As when the program is stopped: only the monotonic clock is the test's.
        tokio::time::advance(LOOK + seconds(75)).await;
        assert!(
            watch
                .look(&time)
                .is_some_and(|gap| gap.stopped == seconds(75))
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn linux_tells_the_time_since_boot() {
        let first = SystemClock.since_boot().expect("/proc is there");
        let second = SystemClock.since_boot().expect("/proc is there");
        assert!(Duration::ZERO < first && first <= second);
        assert!(SystemClock.wall() > 1_700_000_000);
    }
}
