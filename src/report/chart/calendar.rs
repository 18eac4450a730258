//! Years since the start as dates along an axis.
//!
//! Takes the start (ISO date), a range of years and a stretch of pixels; gives ticks at the
//! beginnings of days, weeks, months, quarters or years, as dense as their labels allow. A start
//! that is no date, or a horizon beyond the calendar, gives plain years.

use super::scale::{self, Scale};
use super::text;
use crate::time::calendar::{self, SAME_INSTANT_IN_YEARS};
use jiff::civil::Date;
use jiff::{Span, ToSpan};

/// Pixels between two labels at least.
const GAP: f64 = 12.0;

/// A tick of a time axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DateTick {
    /// Years since the start.
    pub at: f64,
    /// `Jan`, `5 Mar`, `2027`, or a number of years.
    pub label: String,
    /// The year, at the first tick of each; empty elsewhere and where the label says it.
    pub year: String,
}

/// Distance between ticks.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Unit {
    Days(i64),
    Months(i64),
    Years(i64),
}

const UNITS: [Unit; 16] = [
    Unit::Days(1),
    Unit::Days(2),
    Unit::Days(7),
    Unit::Days(14),
    Unit::Months(1),
    Unit::Months(2),
    Unit::Months(3),
    Unit::Months(6),
    Unit::Years(1),
    Unit::Years(2),
    Unit::Years(5),
    Unit::Years(10),
    Unit::Years(20),
    Unit::Years(50),
    Unit::Years(100),
    Unit::Years(500),
];

/// Ticks whose labels at `size` do not meet and stay within the pixels by less than half a label.
pub(super) fn ticks(start: &str, scale: Scale, size: f64) -> Vec<DateTick> {
    let Ok(origin) = start.parse::<Date>() else {
        return plain_years(scale, size);
    };
    let Some((first, last)) = dates(origin, scale.data) else {
        return plain_years(scale, size);
    };
    for unit in UNITS {
        let ticks = at_unit(unit, origin, first, last);
        let apart = fits(&ticks, scale, size);
        if apart && ticks.len() >= 2 {
            return ticks;
        }
        if ticks.len() < 2 {
            break;
        }
    }
    // No unit has two ticks that fit: the two ends, or the start alone.
    let ends = |date: Date| DateTick {
        at: calendar::years_between(origin, date),
        label: short(date),
        year: date.year().to_string(),
    };
    let both = vec![ends(first), ends(last)];
    if fits(&both, scale, size) {
        both
    } else {
        both.into_iter().take(1).collect()
    }
}

/// First and last date that begin between both ends, if the calendar has them.
fn dates(origin: Date, [low, high]: [f64; 2]) -> Option<(Date, Date)> {
    let first = calendar::date_at(origin, low)?;
    let begun = low - calendar::years_between(origin, first) > SAME_INSTANT_IN_YEARS;
    let first = if begun { first.tomorrow().ok()? } else { first };
    Some((first, calendar::date_at(origin, high)?))
}

/// Every beginning of the unit from `first` to `last`; none if they are very many.
fn at_unit(unit: Unit, origin: Date, first: Date, last: Date) -> Vec<DateTick> {
    let mut ticks: Vec<DateTick> = Vec::new();
    let mut date = aligned(unit, origin, first);
    let step: Span = match unit {
        Unit::Days(days) => days.days(),
        Unit::Months(months) => months.months(),
        Unit::Years(years) => years.years(),
    };
    let mut year = None;
    while date <= last && ticks.len() < 400 {
        if date >= first {
            let label = match unit {
                Unit::Days(_) => short(date),
                Unit::Months(_) => date.strftime("%b").to_string(),
                Unit::Years(_) => date.year().to_string(),
            };
            let says_year = !matches!(unit, Unit::Years(_)) && year != Some(date.year());
            year = Some(date.year());
            ticks.push(DateTick {
                at: calendar::years_between(origin, date),
                label,
                year: if says_year {
                    date.year().to_string()
                } else {
                    String::new()
                },
            });
        }
        match date.checked_add(step) {
            Ok(next) => date = next,
            Err(_) => break,
        }
    }
    ticks
}

/// A beginning of the unit at or before `first`: weeks count from the start, longer units from the
/// calendar's.
fn aligned(unit: Unit, origin: Date, first: Date) -> Date {
    let date = match unit {
        Unit::Days(days) => {
            let since = i64::from(calendar::days_between(origin, first));
            origin.checked_add((since.div_euclid(days) * days).days())
        }
        Unit::Months(months) => {
            let month = (i64::from(first.month()) - 1) / months * months + 1;
            Date::new(first.year(), month as i8, 1)
        }
        Unit::Years(years) => {
            let year = i64::from(first.year()).div_euclid(years) * years;
            Date::new(year.max(-9999) as i16, 1, 1)
        }
    };
    date.unwrap_or(first)
}

fn short(date: Date) -> String {
    format!("{} {}", date.day(), date.strftime("%b"))
}

/// Whether no label meets the next, nor the year under it the next year.
fn fits(ticks: &[DateTick], scale: Scale, size: f64) -> bool {
    let apart = |labels: Vec<(f64, f64)>| {
        labels.windows(2).all(|pair| {
            let ((a, wide_a), (b, wide_b)) = (pair[0], pair[1]);
            scale.at(b) - scale.at(a) >= (wide_a + wide_b) / 2.0 + GAP
        })
    };
    let of = |text: fn(&DateTick) -> &str| {
        (ticks.iter().filter(|tick| !text(tick).is_empty()))
            .map(|tick| (tick.at, text::bold_width(text(tick), size)))
            .collect()
    };
    apart(of(|tick| &tick.label)) && apart(of(|tick| &tick.year))
}

fn plain_years(scale: Scale, size: f64) -> Vec<DateTick> {
    let mut count = 8;
    loop {
        let ticks = scale::ticks(scale.data, count, false);
        let dated: Vec<DateTick> = (ticks.values.iter().zip(&ticks.labels))
            .map(|(&at, label)| DateTick {
                at,
                label: format!("year {label}"),
                year: String::new(),
            })
            .collect();
        if count <= 2 || fits(&dated, scale, size) {
            return dated;
        }
        count -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(start: &str, years: f64, width: f64) -> String {
        let scale = Scale {
            data: [0.0, years],
            pixels: [0.0, width],
        };
        let labels: Vec<String> = (ticks(start, scale, 11.0).into_iter())
            .map(|tick| format!("{} {}", tick.label, tick.year).trim().to_owned())
            .collect();
        labels.join(", ")
    }

    #[test]
    fn the_unit_follows_the_span_and_the_width() {
        let cases = [
            (
                3.0,
                600.0,
                "Jan 2026, Apr, Jul, Oct, Jan 2027, Apr, Jul, Oct, Jan 2028, Apr, Jul, Oct",
            ),
            (3.0, 240.0, "Jan 2026, Jul, Jan 2027, Jul, Jan 2028, Jul"),
            (10.0, 260.0, "2026, 2028, 2030, 2032, 2034"),
            (10.0, 200.0, "2030, 2035"),
            (
                60.0 / 365.25,
                600.0,
                "20 Dec 2025, 27 Dec, 3 Jan 2026, 10 Jan, 17 Jan, 24 Jan, 31 Jan, 7 Feb, 14 Feb",
            ),
        ];
        for (years, width, expected) in cases {
            assert_eq!(
                shown("2025-12-20", years, width),
                expected,
                "{years} years in {width} px"
            );
        }
    }

    #[test]
    fn a_start_that_is_no_date_gives_years() {
        assert_eq!(
            shown("soon", 4.0, 400.0),
            "year 0, year 1, year 2, year 3, year 4"
        );
        assert_eq!(shown("2026-01-01", 1e8, 200.0), "year 0, year 100,000,000");
    }

    proptest! {
        #[test]
        fn labels_never_meet_and_ticks_lie_within(days in 1..40_000_i64, width in 80.0..1000.0_f64, offset in 0..4000_i64) {
            let start = (jiff::civil::date(2020, 1, 1) + offset.days()).to_string();
            let scale = Scale { data: [0.0, days as f64 / 365.25], pixels: [0.0, width] };
            let ticks = ticks(&start, scale, 11.0);
            prop_assert!(!ticks.is_empty());
            prop_assert!(fits(&ticks, scale, 11.0));
            for tick in &ticks {
                prop_assert!(tick.at >= -1e-9 && tick.at <= scale.data[1] + 1e-9);
            }
        }
    }
}
