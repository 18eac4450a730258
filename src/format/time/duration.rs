//! Durations in words, in years, and dates as they are written.
//!
//! A year is 365.25 days, a month a twelfth of a year, a week 7 days. Takes a text; gives a
//! number of years.

use super::calendar::DAYS_PER_YEAR;
use jiff::civil::Date;

/// The words for units of time, singular; the plural is understood too.
pub const UNITS: &[&str] = &["year", "month", "week", "day", "hour"];

/// Why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotADuration {
    /// It does not even look like one; it may be a formula.
    #[error("this is no duration, such as \"12 months\"")]
    Unlike,
    /// A number with a word that is no unit of time.
    #[error("`{0}` is no unit of time")]
    Unit(String),
    /// A unit with a number that makes no sense.
    #[error("`{0}` is no number of them")]
    Number(String),
}

/// Years meant by `"12 months"`, `"90 days"`, `"1/52 years"`; not negative, finite.
pub fn years(text: &str) -> Result<f64, NotADuration> {
    let text = text.trim();
    let split = text
        .find(|c: char| c.is_alphabetic())
        .ok_or(NotADuration::Unlike)?;
    let (number, unit) = text.split_at(split);
    let number = number.trim();
    let numeric = number
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '.' | '/' | ' '));
    if number.is_empty() || !numeric || !unit.chars().all(char::is_alphabetic) {
        return Err(NotADuration::Unlike);
    }
    let (count, units) =
        unit_in(unit, quotient(number)).ok_or_else(|| NotADuration::Unit(unit.to_owned()))?;
    count
        .map(|count| in_years(count, units))
        .filter(|years| years.is_finite())
        .ok_or_else(|| NotADuration::Number(number.to_owned()))
}

/// Years in one `"year"`, `"month"`, `"week"`, `"day"` or `"hour"`.
pub fn of(count: f64, word: &str) -> Option<f64> {
    let (_, unit) = unit_in(word, None)?;
    Some(in_years(count, unit))
}

pub fn unit(text: &str) -> Option<f64> {
    UNITS.contains(&text).then(|| in_years(1.0, text))
}

/// Months of the calendar meant by `"6 months"` or `"2 years"`; `None` for parts of them and for
/// all other units.
pub fn whole_months(text: &str) -> Option<u32> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(char::is_alphabetic)?);
    let count: u32 = number.trim().parse().ok()?;
    let (_, unit) = unit_in(unit, None)?;
    let months = match unit {
        "year" => 12,
        "month" => 1,
        _ => return None,
    };
    count.checked_mul(months)
}

/// A date written YYYY-MM-DD.
pub fn date(text: &str) -> Option<Date> {
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(at, b)| {
            if at == 4 || at == 7 {
                b == b'-'
            } else {
                b.is_ascii_digit()
            }
        });
    if shaped { text.parse().ok() } else { None }
}

/// Whether a text was probably meant as a date: four digits, then only digits and separators, so
/// that no such text is taken for the subtraction `2026 - 03 - 01`.
pub fn resembles_date(text: &str) -> bool {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits == 4
        && text.len() > 4
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'/' | b'.'))
        && text
            .bytes()
            .filter(|b| matches!(b, b'-' | b'/' | b'.'))
            .count()
            == 2
}

fn unit_in(word: &str, count: Option<f64>) -> Option<(Option<f64>, &'static str)> {
    UNITS
        .iter()
        .find(|unit| word == **unit || word.strip_suffix('s') == Some(unit))
        .map(|unit| (count, *unit))
}

fn in_years(count: f64, unit: &str) -> f64 {
    match unit {
        "month" => count / 12.0,
        "week" => count * 7.0 / DAYS_PER_YEAR,
        "day" => count / DAYS_PER_YEAR,
        "hour" => count / (24.0 * DAYS_PER_YEAR),
        _ => count,
    }
}

fn quotient(text: &str) -> Option<f64> {
    let number = |part: &str| part.trim().parse::<f64>().ok();
    match text.split_once('/') {
        Some((above, below)) => {
            let below = number(below)?;
            if below > 0.0 {
                Some(number(above)? / below)
            } else {
                None
            }
        }
        None => number(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_in_words_are_years() {
        for (text, expected) in [
            ("12 months", 1.0),
            ("1 month", 1.0 / 12.0),
            ("90 days", 90.0 / 365.25),
            ("1 week", 7.0 / 365.25),
            ("2 years", 2.0),
            ("1/52 years", 1.0 / 52.0),
            ("0.5 year", 0.5),
            ("36months", 3.0),
            ("  6  hours ", 0.25 / 365.25),
        ] {
            assert_eq!(years(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_misspelt_unit_is_told_from_a_formula() {
        assert_eq!(years("12 moths"), Err(NotADuration::Unit("moths".into())));
        assert_eq!(years("1/0 years"), Err(NotADuration::Number("1/0".into())));
        assert_eq!(
            years("1.2.3 years"),
            Err(NotADuration::Number("1.2.3".into()))
        );
        for formula in [
            "2 * delay",
            "delay",
            "",
            "12",
            "-3 months",
            "months",
            "2 months + x",
        ] {
            assert_eq!(years(formula), Err(NotADuration::Unlike), "{formula}");
        }
    }

    #[test]
    fn only_real_days_written_in_full_are_dates() {
        assert!(date("2028-02-29").is_some());
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-1-5",
            "20260105",
            "2026-01-05T00:00",
            "26-01-05",
            "2026/01/05",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
        assert!(resembles_date("2026-1-5") && resembles_date("2026/13/05"));
        assert!(!resembles_date("2026 - x") && !resembles_date("2026.5"));
    }
}
