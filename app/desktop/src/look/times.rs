//! What time it is, and how moments are written. The clock is asked when something happens and not
//! while drawing, so that drawing the same state twice gives the same picture.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::words::Words;

/// The present moment and the place's time zone.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Seconds since 1970.
    pub now: u64,
    zone: TimeZone,
}

impl Clock {
    /// The computer's.
    #[must_use]
    pub fn system() -> Self {
        let mut clock = Self {
            now: 0,
            zone: TimeZone::system(),
        };
        clock.look();
        clock
    }

    /// A clock that stands still, at Greenwich.
    #[must_use]
    pub const fn fixed(now: u64) -> Self {
        Self {
            now,
            zone: TimeZone::UTC,
        }
    }

    /// Reads the computer's clock.
    pub fn look(&mut self) {
        self.now = u64::try_from(Timestamp::now().as_second()).unwrap_or_default();
    }

    fn civil(&self, time: u64) -> jiff::civil::DateTime {
        let second = i64::try_from(time).unwrap_or(i64::MAX);
        let moment = Timestamp::from_second(second).unwrap_or(Timestamp::MAX);
        self.zone.to_datetime(moment)
    }

    /// The day of a moment, to compare with others.
    #[must_use]
    pub fn day(&self, time: u64) -> Date {
        self.civil(time).date()
    }

    /// Hours and minutes.
    #[must_use]
    pub fn time_of_day(&self, time: u64) -> String {
        let time = self.civil(time).time();
        format!("{:02}:{:02}", time.hour(), time.minute())
    }

    /// The heading of a day.
    #[must_use]
    pub fn day_heading(&self, time: u64, words: &Words) -> String {
        let (day, today) = (self.day(time), self.day(self.now));
        if day == today {
            return words.say("day-today");
        }
        if day.tomorrow().is_ok_and(|next| next == today) {
            return words.say("day-yesterday");
        }
        let month = words.with(
            "month-name",
            [("month", u64::try_from(day.month()).unwrap_or(1).into())],
        );
        let number = u64::try_from(day.day()).unwrap_or(1).to_string();
        words.with(
            "day-date",
            [
                ("day", number.into()),
                ("month", month.into()),
                ("year", day.year().to_string().into()),
            ],
        )
    }

    /// The moment of the newest message in a list: a time today, otherwise a short date.
    #[must_use]
    pub fn short(&self, time: u64, words: &Words) -> String {
        let (day, today) = (self.day(time), self.day(self.now));
        if day == today {
            return self.time_of_day(time);
        }
        if day.tomorrow().is_ok_and(|next| next == today) {
            return words.say("day-yesterday");
        }
        words.with(
            "day-short",
            [
                ("day", day.day().to_string().into()),
                ("month", day.month().to_string().into()),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn days_have_names_and_dates() {
        let clock = Clock::fixed(1_800_000_000);
        let words = Words::new(Language::English);
        assert_eq!(clock.time_of_day(1_800_000_000), "08:00");
        assert_eq!(clock.day_heading(1_800_000_000, &words), "Today");
        assert_eq!(
            clock.day_heading(1_800_000_000 - 86_400, &words),
            "Yesterday"
        );
        assert_eq!(clock.day_heading(0, &words), "1 January 1970");
        // A hostile or broken clock on the other side does no harm.
        assert!(!clock.day_heading(u64::MAX, &words).is_empty());
    }
}
