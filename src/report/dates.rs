//! Years since the start as civil dates and durations, for the eye.

use super::format;
use crate::results::ScenarioInfo;
use crate::time::calendar::{self, DAYS_PER_YEAR};
use jiff::civil::Date;

/// The date on which the instant `years` after `start` (ISO) falls; far outside the calendar the
/// years themselves.
pub fn date_at(start: &str, years: f64) -> String {
    let start = start.parse::<Date>().ok();
    match start.and_then(|start| calendar::date_at(start, years)) {
        Some(date) => date.to_string(),
        None => format!("year {}", format::plain(years)),
    }
}

/// From when to when, and how long that is; of a scenario without time, that it has none.
pub fn period(info: &ScenarioInfo) -> String {
    if info.is_timeless() {
        return "without time".to_owned();
    }
    let end = date_at(&info.start, info.horizon);
    format!("{} to {end} ({})", info.start, duration(info.horizon))
}

/// A span of years in the unit that suits it: `36 months`, `90 days`, `10 years`.
pub fn duration(years: f64) -> String {
    let whole = |number: f64| (number - libm::round(number)).abs() < 1e-6 && number > 0.5;
    let (number, unit) = if whole(years) && years >= 4.0 {
        (years, "year")
    } else if whole(12.0 * years) {
        (12.0 * years, "month")
    } else if whole(DAYS_PER_YEAR * years) {
        (DAYS_PER_YEAR * years, "day")
    } else {
        (years, "year")
    };
    let number = format::plain(number);
    let plural = if number == "1" { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

/// A standard error of a date, in days.
pub fn days(years: f64) -> String {
    let days = DAYS_PER_YEAR * years;
    let error = format::estimate(days, days).error;
    if days > 0.0 {
        format!("{error} d")
    } else {
        error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_the_day_on_which_the_instant_falls() {
        assert_eq!(date_at("2026-01-01", 0.0), "2026-01-01");
        assert_eq!(date_at("2026-01-01", 1.0), "2027-01-01");
        assert_eq!(date_at("2026-01-01", 150.75 / 365.25), "2026-05-31");
        assert_eq!(date_at("2026-01-01", 1e9), "year 1,000,000,000");
        assert_eq!(date_at("2026-01-01", f64::INFINITY), "year inf");
    }

    #[test]
    fn durations_take_the_unit_that_is_whole() {
        let cases = [
            (3.0, "36 months"),
            (10.0, "10 years"),
            (90.0 / 365.25, "90 days"),
            (1.0 / 12.0, "1 month"),
            (0.123_456, "0.123456 years"),
        ];
        for (years, expected) in cases {
            assert_eq!(duration(years), expected);
        }
    }
}
