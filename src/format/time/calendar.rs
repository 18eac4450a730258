//! Civil dates on the time axis: the only place that turns days into years and back.
//!
//! t = 0 is the start date at 00:00, and a date D begins at (days from the start) / 365.25 years.
//! An instant belongs to the day on which it falls. Times carry rounding errors of some 1e-9 of a
//! day, so an instant less than [`SAME_INSTANT`] before midnight is midnight: otherwise a date's
//! own beginning could fall on the day before.

use jiff::Span;
use jiff::civil::Date;

/// Days of the year in which times are counted.
pub const DAYS_PER_YEAR: f64 = 365.25;

/// Instants are told apart to this part of a day, about a thousandth of a second.
pub const SAME_INSTANT: f64 = 1e-8;

/// The same in years.
pub const SAME_INSTANT_IN_YEARS: f64 = SAME_INSTANT / DAYS_PER_YEAR;

/// Days from one date to another; civil dates are at most some millions of days apart.
pub fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// Years from `start` to `date`, both at 00:00; negative before the start.
pub fn years_between(start: Date, date: Date) -> f64 {
    f64::from(days_between(start, date)) / DAYS_PER_YEAR
}

/// Whole days from the start to the day on which an instant falls (years since the start).
pub fn day_of(years: f64) -> f64 {
    libm::floor(years * DAYS_PER_YEAR + SAME_INSTANT)
}

/// The date on which an instant falls; `None` where there is no calendar.
pub fn date_at(start: Date, years: f64) -> Option<Date> {
    let days = day_of(years);
    let span = (days.abs() < 1e8).then(|| Span::new().try_days(days as i64))?;
    start.checked_add(span.ok()?).ok()
}

/// Days by which sums of a few times are off.
const ROUNDING_OF_DAYS: f64 = 1e-10;

/// The same in years.
pub const ROUNDING_OF_YEARS: f64 = ROUNDING_OF_DAYS / DAYS_PER_YEAR;

/// The horizon or the grid point that a time misses by less than `near`, all in years; otherwise
/// the time itself.
pub fn on_grid(time: f64, step: f64, horizon: f64, near: f64) -> f64 {
    if (time - horizon).abs() < near {
        return horizon;
    }
    let point = libm::round(time / step) * step;
    if (time - point).abs() < near {
        point
    } else {
        time
    }
}

/// The instant that is meant, if it is a whole second that rounding has missed; otherwise the
/// instant itself.
pub fn whole_second(years: f64) -> f64 {
    const SECONDS: f64 = 86_400.0;
    let days = years * DAYS_PER_YEAR;
    let whole = libm::round(days * SECONDS) / SECONDS;
    if (days - whole).abs() < ROUNDING_OF_DAYS {
        whole / DAYS_PER_YEAR
    } else {
        years
    }
}

/// Years from 00:00 of a day of the run to 00:00 of the same day so many months later (or earlier,
/// if they are less than none), or of the last of that month; `None` where the calendar ends.
pub fn years_of_months(start: Date, day: i64, months: i64) -> Option<f64> {
    let from = start.checked_add(Span::new().try_days(day).ok()?).ok()?;
    let to = from
        .checked_add(Span::new().try_months(months).ok()?)
        .ok()?;
    Some(years_between(from, to))
}

/// The days from one instant to another (years since the start) from which on so many months last
/// differently long: pairs of the instant at which a day begins, and that length in years.
pub fn lengths_of_months(start: Date, months: i64, from: f64, to: f64) -> Vec<(f64, f64)> {
    let day_at = |years| date_at(start, years);
    let Some((first, last)) = day_at(from).zip(day_at(to)) else {
        return Vec::new();
    };
    let begin = first.first_of_month();
    let Some(mut later) = Span::new()
        .try_months(months)
        .ok()
        .and_then(|span| begin.checked_add(span).ok())
    else {
        return Vec::new();
    };
    let mut lengths: Vec<(f64, f64)> = Vec::new();
    let mut month = begin;
    let mut number = i64::from(days_between(start, month));
    let mut number_later = i64::from(days_between(start, later));
    while month <= last {
        // Only the last days of a month may have none of their number so many months later.
        for day in [1, 29, 30, 31].map(i64::from) {
            if day > i64::from(month.days_in_month()) {
                break;
            }
            let from = number + day - 1;
            let to = number_later + day.min(i64::from(later.days_in_month())) - 1;
            let length = (to - from) as f64 / DAYS_PER_YEAR;
            if lengths.last().is_none_or(|(_, before)| *before != length) {
                lengths.push(((from as f64 - SAME_INSTANT) / DAYS_PER_YEAR, length));
            }
        }
        number += i64::from(month.days_in_month());
        number_later += i64::from(later.days_in_month());
        let next = |date: Date| date.checked_add(Span::new().months(1)).ok();
        match next(month).zip(next(later)) {
            Some(next) => (month, later) = next,
            None => break,
        }
    }
    lengths
}

/// The last instant that falls on a date, in years since the start: 00:00 of the next day is later.
pub fn last_instant(start: Date, date: Date) -> f64 {
    let next = f64::from(days_between(start, date)) + 1.0;
    let mut last = (next - SAME_INSTANT) / DAYS_PER_YEAR;
    while day_of(last) >= next {
        last = last.next_down();
    }
    while day_of(last.next_up()) < next {
        last = last.next_up();
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn a_date_lies_as_many_years_after_the_start_as_days_over_365_and_a_quarter() {
        let years = |a, b| years_between(a, b);
        assert_eq!(years(date(2026, 1, 1), date(2027, 1, 1)), 365.0 / 365.25);
        assert_eq!(years(date(2026, 3, 1), date(2026, 2, 1)), -28.0 / 365.25);
        assert_eq!(years(date(2024, 1, 1), date(2028, 1, 1)), 4.0);
    }

    #[test]
    fn an_instant_falls_on_its_day_and_not_on_the_nearest_midnight() {
        let start = date(2026, 1, 1);
        for (days, expected) in [
            (0.0, date(2026, 1, 1)),
            (150.75, date(2026, 5, 31)),
            (150.999_999, date(2026, 5, 31)),
            (151.0, date(2026, 6, 1)),
            (730.5, date(2028, 1, 1)),
            (-0.25, date(2025, 12, 31)),
        ] {
            assert_eq!(
                date_at(start, days / DAYS_PER_YEAR),
                Some(expected),
                "{days}"
            );
        }
        assert_eq!(date_at(start, 2.0), Some(date(2028, 1, 1)), "24 months");
        assert_eq!(date_at(start, 1e9), None);
        assert_eq!(date_at(start, f64::NAN), None);
    }

    /// What the calendar's own arithmetic says of every day.
    #[test]
    fn months_last_as_long_as_from_a_day_to_that_of_the_same_number() {
        let start = date(2023, 11, 30);
        for months in [-14, -1, 1, 3, 12, 25] {
            let (from, to) = (-1.3, 3.9);
            let found = lengths_of_months(start, months, from, to);
            assert!(found.len() > 1, "{months}");
            let first = date_at(start, from)
                .expect("in the calendar")
                .first_of_month();
            let last = date_at(start, to).expect("in the calendar");
            let days = i64::from(days_between(start, first))..=i64::from(days_between(start, last));
            for day in days {
                let at = day as f64 / DAYS_PER_YEAR;
                let own = found.iter().rev().find(|(begins, _)| *begins <= at);
                let exact = years_of_months(start, day, months);
                assert_eq!(own.map(|(_, length)| *length), exact, "{months} from {day}");
            }
        }
        // Where the calendar ends nothing is said.
        assert!(lengths_of_months(date(9999, 6, 1), 12, 0.0, 0.1).is_empty());
    }

    proptest! {
        #[test]
        fn a_midnight_is_on_its_day_however_it_was_computed(first in 0..700_000_i64, days in 0..2_000_000_i64, parts in 1..400_i64) {
            let start = date(1, 1, 1).checked_add(Span::new().days(first)).expect("in the calendar");
            let Ok(day) = start.checked_add(Span::new().days(days)) else { return Ok(()) };
            let years = years_between(start, day);
            prop_assert_eq!(date_at(start, years), Some(day));
            let step = days as f64 / parts as f64 / DAYS_PER_YEAR;
            prop_assert_eq!(date_at(start, parts as f64 * step), Some(day), "as {} steps", parts);
            let last = last_instant(start, day);
            prop_assert_eq!(date_at(start, last), Some(day));
            prop_assert_ne!(date_at(start, last.next_up()), Some(day));
            prop_assert!(last > years && last < years + 1.0 / DAYS_PER_YEAR);
        }
    }
}
