//! Days and months, as far as keys are kept by them.
//!
//! A conversation has one key a day, and one a month for what is older than
//! [`DAYS_KEPT`] days. This file counts days and says which month a day lies in. It
//! reads no clock: the caller names the day.

/// Days since 1970-01-01 (UTC), the day a message was stored here.
pub type Day = u32;

/// How many days a conversation keeps a key of its own for each day.
pub(crate) const DAYS_KEPT: u32 = 30;

/// Months since January of year 0, counted in the proleptic Gregorian calendar.
pub(crate) type Month = u32;

/// The month that `day` lies in. Algorithm: Howard Hinnant, "chrono-Compatible Low-Level
/// Date Algorithms", `civil_from_days`.
pub(crate) fn month_of(day: Day) -> Month {
    let shifted = u64::from(day) + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // 0 is March.
    let shifted_month = (5 * day_of_year + 2) / 153;
    let months = (era * 400 + year_of_era) * 12 + shifted_month + 2;
    // A u32 of days ends in the year 11,761,191: twelve months of each fit in a u32.
    u32::try_from(months).unwrap_or(u32::MAX)
}

/// The first day of a month, or day 0 for months before 1970. `days_from_civil` of the same source.
pub(crate) fn first_day_of(month: Month) -> Day {
    let (year, month) = (u64::from(month / 12), u64::from(month % 12));
    // Years that begin in March.
    let (year, shifted_month) = if month < 2 {
        (year.saturating_sub(1), month + 10)
    } else {
        (year, month - 2)
    };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * shifted_month + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = (era * 146_097 + day_of_era).saturating_sub(719_468);
    Day::try_from(days).unwrap_or(Day::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(year: u32, month: u32) -> Month {
        year * 12 + month - 1
    }

    #[test]
    fn months_change_where_the_calendar_says() {
        assert_eq!(month_of(0), month(1970, 1));
        assert_eq!(month_of(30), month(1970, 1));
        assert_eq!(month_of(31), month(1970, 2));
        assert_eq!(month_of(58), month(1970, 2));
        assert_eq!(month_of(59), month(1970, 3));
        // 2000-02-29 and the day after; 2100 is no leap year.
        assert_eq!(month_of(11_016), month(2000, 2));
        assert_eq!(month_of(11_017), month(2000, 3));
        assert_eq!(month_of(47_540), month(2100, 2));
        assert_eq!(month_of(47_541), month(2100, 3));
        assert_eq!(month_of(u32::MAX) / 12, 11_761_191);
    }

    #[test]
    fn the_first_day_lies_in_its_month_and_the_day_before_does_not() {
        for number in month(1970, 2)..month(2200, 1) {
            let first = first_day_of(number);
            assert_eq!(month_of(first), number);
            assert_eq!(month_of(first - 1), number - 1);
        }
        assert_eq!(first_day_of(month(1970, 1)), 0);
        assert_eq!(first_day_of(0), 0);
    }

    #[test]
    fn each_day_belongs_to_one_month_of_plausible_length() {
        let mut length = 0;
        let mut current = month_of(0);
        for day in 0..60_000 {
            let here = month_of(day);
            if here != current {
                assert_eq!(here, current + 1);
                assert!((28..=31).contains(&length), "day {day}: {length}");
                current = here;
                length = 0;
            }
            length += 1;
        }
    }
}
