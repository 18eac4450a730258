//! Numbers as text, with digits no finer than their error allows.
//!
//! Takes a value and its standard error; gives strings. Both share one number of decimals, chosen
//! by the error alone, so that a reader never sees a digit that the simulation does not support.
//! Tables align them.

pub use crate::diagnostic::count;
use crate::diagnostic::grouped;
use crate::results::SeriesResult;

/// A value and its error, rounded alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rounded {
    pub value: String,
    /// `exact` if there is no error at all; [`IN_ALL_TRIALS`] if none has been seen.
    pub error: String,
}

/// Half-width of a central 90% range in standard deviations: quantile 0.95 of the standard normal.
pub const CENTRAL_90: f64 = 1.645;

/// Digits after the decimal point that a number with this standard error deserves; negative: round
/// to tens, hundreds, …
///
/// Two digits of the error are kept if its leading digits are below 355, otherwise one (the rule of
/// the Particle Data Group): rounding then adds little to the error and claims nothing beyond it.
/// `None` unless `std_error` is positive and finite.
pub fn decimals(std_error: f64) -> Option<i32> {
    if !(std_error > 0.0 && std_error.is_finite()) {
        return None;
    }
    let (leading, exponent) = scientific(std_error);
    Some(if leading < 3.55 {
        1 - exponent
    } else {
        -exponent
    })
}

/// An error of the same power of ten of which one digit counts: a number rounded by it ends where
/// the leading digit of the error stands.
pub fn one_digit(error: f64) -> f64 {
    match error > 0.0 && error.is_finite() {
        true => 5.0 * ten_to(scientific(error).1),
        false => error,
    }
}

/// A value with its error, in one text.
pub fn with_error(rounded: Rounded) -> String {
    match rounded.error.as_str() {
        "" => rounded.value,
        error @ ("exact" | IN_ALL_TRIALS) => format!("{} ({error})", rounded.value),
        error => format!("{} ± {error}", rounded.value),
    }
}

/// `1 outcome`, `3 outcomes`.
pub fn number_of(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {what}{plural}", count(number as u64))
}

/// `value` and `std_error` with the digits that the error allows, thousands separated by commas.
///
/// An error of zero gives the value in full and the word `exact`. Very large or small pairs are
/// written with one power of ten.
pub fn estimate(value: f64, std_error: f64) -> Rounded {
    if !value.is_finite() || std_error.is_nan() {
        return Rounded {
            value: "n/a".into(),
            error: String::new(),
        };
    }
    let Some(places) = decimals(std_error) else {
        let error = if std_error == 0.0 { "exact" } else { "unknown" };
        return Rounded {
            value: plain(value),
            error: error.into(),
        };
    };
    if let Some(exponent) = power_of_ten(value.abs().max(std_error), places) {
        let scale = ten_to(exponent);
        let places = places + exponent;
        return Rounded {
            value: format!("{}e{exponent}", fixed(value / scale, places)),
            error: format!("{}e{exponent}", fixed(std_error / scale, places)),
        };
    }
    Rounded {
        value: fixed(value, places),
        error: fixed(std_error, places),
    }
}

/// What stands beside a mean that all trials share, though the file does not make it so: more of
/// them may change it.
pub const IN_ALL_TRIALS: &str = "in all trials";

/// The mean of a quantity at one of the reported times.
pub fn mean_at(series: &SeriesResult, place: usize) -> Rounded {
    let value = |values: &[f64]| values.get(place).copied().unwrap_or(f64::NAN);
    let rounded = estimate(value(&series.mean), value(&series.mean_std_error));
    match rounded.error.as_str() {
        "exact" if !series.fixed => Rounded {
            error: IN_ALL_TRIALS.into(),
            ..rounded
        },
        _ => rounded,
    }
}

/// A probability as a percentage, its error in percentage points (without the unit).
pub fn percentage(probability: f64, std_error: f64) -> Rounded {
    if !probability.is_finite() || std_error.is_nan() {
        return Rounded {
            value: "n/a".into(),
            error: String::new(),
        };
    }
    match percent_decimals(std_error) {
        Some(places) => Rounded {
            value: format!("{}%", percent_digits(probability, places)),
            error: fixed(100.0 * std_error, places),
        },
        None => Rounded {
            value: format!("{}%", plain(100.0 * probability)),
            error: "exact".into(),
        },
    }
}

/// Both ends of a range of probabilities in percent, such as `40.9–41.5%`, rounded to what
/// `std_error` allows.
pub fn percent_range(ends: [f64; 2], std_error: f64) -> String {
    let places = percent_decimals(std_error).unwrap_or(1);
    let [low, high] = ends.map(|p| percent_digits(p, places));
    match low == high {
        true => format!("{low}%"),
        false => format!("{low}–{high}%"),
    }
}

/// A difference of probabilities in percentage points with its sign (without the unit).
pub fn points(difference: f64, std_error: f64) -> Rounded {
    let Some(places) = percent_decimals(std_error) else {
        return Rounded {
            value: signed(plain(100.0 * difference), difference),
            error: "exact".into(),
        };
    };
    Rounded {
        value: signed(fixed(100.0 * difference, places), difference),
        error: fixed(100.0 * std_error, places),
    }
}

/// Both ends of an interval of differences in percentage points, such as `-3.5 to -2.7`.
pub fn points_range(ends: [f64; 2], std_error: f64) -> String {
    let places = percent_decimals(std_error).unwrap_or(1);
    let [low, high] = ends.map(|end| signed(fixed(100.0 * end, places), end));
    format!("{low} to {high}")
}

/// A difference in the unit of a metric, with its sign.
pub fn difference(value: f64, std_error: f64) -> Rounded {
    let mut rounded = estimate(value, std_error);
    rounded.value = signed(rounded.value, value);
    rounded
}

/// Both ends of an interval of differences in the unit of a metric, such as `-3.5 to +2.7`.
pub fn difference_range(ends: [f64; 2], std_error: f64) -> String {
    let [low, high] = ends.map(|end| difference(end, std_error).value);
    format!("{low} to {high}")
}

/// Both ends of a range, such as `12 to 15`, rounded to what `std_error` allows.
pub fn range(ends: [f64; 2], std_error: f64) -> String {
    let [low, high] = ends.map(|end| estimate(end, std_error).value);
    self::ends(&low, &high)
}

/// From one to the other: ends that read the same are told once.
pub fn ends(low: &str, high: &str) -> String {
    match low == high {
        true => low.to_owned(),
        false => format!("{low} to {high}"),
    }
}

/// Quantiles with their errors, shown together.
///
/// An error can be far below what is worth reading (that of a count's quantile is nil): no digit is
/// shown below a thousandth of the quantiles' span, and zeros that only such an error supports are
/// left out. Where all are whole, as those of a count are, no decimals are.
pub fn quantiles(pairs: &[(f64, f64)]) -> Vec<String> {
    let values = || pairs.iter().map(|pair| pair.0);
    let span = values().fold(f64::NEG_INFINITY, f64::max) - values().fold(f64::INFINITY, f64::min);
    let floor = span / 1000.0;
    let are_whole = values().all(|value| value.fract() == 0.0 && value.abs() < 1e15);
    let show = |&(value, error): &(f64, f64)| {
        let text = estimate(value, error.max(floor)).value;
        if (are_whole || error < floor) && !text.contains('e') {
            without_trailing_zeros(&text).to_owned()
        } else {
            text
        }
    };
    pairs.iter().map(show).collect()
}

/// A number that has no error (an input, a setting): at most six significant digits, no trailing
/// zeros.
pub fn plain(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    if !value.is_finite() {
        return value.to_string();
    }
    let (_, exponent) = scientific(value.abs());
    if !(-5..12).contains(&exponent) {
        let text = format!("{value:.5e}");
        let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{power}", without_trailing_zeros(mantissa));
    }
    without_trailing_zeros(&fixed(value, (5 - exponent).max(0))).to_owned()
}

/// An exact number of one trial: three digits, without zeros behind the point that say nothing.
pub fn significant(value: f64) -> String {
    let text = estimate(value, one_digit(value.abs() / 100.0)).value;
    match text.contains('e') {
        true => text,
        false => without_trailing_zeros(&text).to_owned(),
    }
}

/// An exact number of one trial before and after a change, with the digits that tell them apart.
pub fn change(from: f64, to: f64) -> [String; 2] {
    let change = (to - from).abs();
    match change > 0.0 && change.is_finite() {
        true => [from, to].map(|value| estimate(value, change).value),
        false => [from, to].map(significant),
    }
}

/// Decimals of a percentage whose probability has this standard error, at most nine.
fn percent_decimals(std_error: f64) -> Option<i32> {
    decimals(100.0 * std_error).map(|places| places.clamp(0, 9))
}

/// A percentage that says 0 or 100 only if the probability is that: anything between keeps a digit
/// of difference.
fn percent_digits(probability: f64, places: i32) -> String {
    if probability == 0.0 || probability == 1.0 {
        return format!("{}", 100.0 * probability);
    }
    fixed(100.0 * probability, places)
}

/// A number with its sign and so many decimals; `None` if it rounds to 0.
pub fn signed_fixed(value: f64, places: i32) -> Option<String> {
    let digits = fixed(value, places);
    let is_zero = digits.chars().all(|c| matches!(c, '0' | '.'));
    (!is_zero).then(|| signed(digits, value))
}

/// `value` with a fixed number of decimals; negative `places` round before the point. No negative
/// zero.
pub fn fixed(value: f64, places: i32) -> String {
    let digits = if places >= 0 {
        format!("{value:.*}", places as usize)
    } else {
        let unit = ten_to(-places);
        format!("{:.0}", (value / unit).round() * unit)
    };
    match digits.strip_prefix('-') {
        Some(zero) if zero.chars().all(|c| matches!(c, '0' | '.')) => grouped(zero),
        Some(positive) => format!("-{}", grouped(positive)),
        None => grouped(&digits),
    }
}

fn signed(digits: String, value: f64) -> String {
    let is_zero = digits.chars().all(|c| matches!(c, '0' | '.'));
    if value > 0.0 && !is_zero {
        format!("+{digits}")
    } else {
        digits
    }
}

fn without_trailing_zeros(digits: &str) -> &str {
    if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        digits
    }
}

/// Leading digits (1 to 10) and decimal exponent, read off the decimal text: correctly rounded
/// everywhere.
fn scientific(value: f64) -> (f64, i32) {
    let text = format!("{value:.2e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (
        mantissa.parse().unwrap_or(0.0),
        exponent.parse().unwrap_or(0),
    )
}

fn ten_to(exponent: i32) -> f64 {
    // Parsing is correctly rounded; a power computed by multiplication is not.
    format!("1e{exponent}").parse().unwrap_or(f64::INFINITY)
}

/// The power of ten to take out, if plain digits would be unreadable.
fn power_of_ten(magnitude: f64, places: i32) -> Option<i32> {
    let (_, exponent) = scientific(magnitude);
    (exponent >= 9 || (places > 6 && exponent < -3)).then_some(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(rounded: Rounded) -> String {
        format!("{} ± {}", rounded.value, rounded.error)
    }

    #[test]
    fn digits_are_no_finer_than_the_error_allows() {
        let cases = [
            (0.412_37, 0.001_53, "0.4124 ± 0.0015"),
            (0.412_37, 0.003_6, "0.412 ± 0.004"),
            (0.412_37, 0.009_7, "0.412 ± 0.010"),
            (0.412_37, 0.099_99, "0.41 ± 0.10"),
            (83_412.3, 251.2, "83,410 ± 250"),
            (83_412.3, 612.0, "83,400 ± 600"),
            (1_234_567.0, 3.0, "1,234,567.0 ± 3.0"),
            (-0.001, 0.2, "0.00 ± 0.20"),
            (-12.345, 0.2, "-12.35 ± 0.20"),
            (0.0, 0.5, "0.0 ± 0.5"),
            (1.234e-5, 5.0e-7, "1.23e-5 ± 0.05e-5"),
            (-2.0e12, 1.0e10, "-2.000e12 ± 0.010e12"),
        ];
        for (value, error, expected) in cases {
            assert_eq!(
                joined(estimate(value, error)),
                expected,
                "{value} ± {error}"
            );
        }
    }

    #[test]
    fn a_mean_that_all_trials_share_is_exact_only_if_the_file_makes_it_so() {
        let mut series = crate::report::fixture::run().indicators.remove(0);
        series.mean.fill(3.0);
        series.mean_std_error.fill(0.0);
        assert_eq!(joined(mean_at(&series, 0)), "3 ± in all trials");
        series.fixed = true;
        assert_eq!(joined(mean_at(&series, 0)), "3 ± exact");
        series.mean_std_error.fill(0.1);
        series.fixed = false;
        assert_eq!(joined(mean_at(&series, 0)), "3.00 ± 0.10");
    }

    #[test]
    fn ends_that_read_the_same_are_told_once() {
        assert_eq!(range([0.4, 0.4], 0.1), "0.40");
        assert_eq!(range([0.4, 0.52], 0.1), "0.40 to 0.52");
        assert_eq!(percent_range([0.411, 0.4112], 0.05), "41%");
        assert_eq!(ends("2026-02-05", "2026-02-05"), "2026-02-05");
    }

    #[test]
    fn no_error_is_called_exact_and_a_missing_one_is_not() {
        assert_eq!(joined(estimate(0.25, 0.0)), "0.25 ± exact");
        assert_eq!(joined(percentage(0.125, 0.0)), "12.5% ± exact");
        assert_eq!(joined(points(0.0, 0.0)), "0 ± exact");
        assert_eq!(estimate(f64::NAN, 0.1).value, "n/a");
        assert_eq!(estimate(1.0, f64::INFINITY).error, "unknown");
    }

    #[test]
    fn percentages_have_errors_in_percentage_points() {
        let cases = [
            (0.412_37, 0.001_53, "41.24% ± 0.15"),
            (0.000_214, 0.000_047, "0.021% ± 0.005"),
            (0.0, 0.000_47, "0% ± 0.05"),
            (1.0, 0.000_47, "100% ± 0.05"),
            (0.5, 0.2, "50% ± 20"),
        ];
        for (p, error, expected) in cases {
            assert_eq!(joined(percentage(p, error)), expected);
        }
        assert_eq!(percent_range([0.4094, 0.4154], 0.0015), "40.94–41.54%");
        assert_eq!(percent_range([0.0, 0.0004], 0.0001), "0–0.040%");
    }

    #[test]
    fn differences_carry_their_sign_unless_they_round_to_zero() {
        assert_eq!(joined(points(0.031, 0.002)), "+3.10 ± 0.20");
        assert_eq!(joined(points(-0.031, 0.002)), "-3.10 ± 0.20");
        assert_eq!(joined(points(0.000_01, 0.002)), "0.00 ± 0.20");
        assert_eq!(points_range([-0.004, 0.006], 0.002), "-0.40 to +0.60");
        assert_eq!(joined(difference(1234.0, 20.0)), "+1,234 ± 20");
        assert_eq!(difference_range([-0.2, 1234.0], 20.0), "0 to +1,234");
    }

    #[test]
    fn quantiles_of_counts_are_whole_and_others_keep_the_digits_of_their_errors() {
        let shown = |pairs: &[(f64, f64)]| quantiles(pairs).join(" to ");
        assert_eq!(
            shown(&[(5.4e-318, 0.0), (3.000_000_000_79, 1e-9)]),
            "0 to 3"
        );
        assert_eq!(shown(&[(6.72, 0.05), (52.094, 0.001)]), "6.72 to 52.09");
        assert_eq!(shown(&[(2.0, 0.0), (2.0, 0.0)]), "2 to 2");
        assert_eq!(shown(&[(0.0, 0.2), (84.0, 0.03)]), "0 to 84");
        assert_eq!(shown(&[(0.0, 0.2), (84.5, 0.03)]), "0.00 to 84.5");
        assert_eq!(shown(&[(-1e-12, 0.0), (0.5, 0.02)]), "0 to 0.500");
    }

    #[test]
    fn inputs_are_shown_in_full_up_to_six_digits() {
        let cases = [
            (0.0, "0"),
            (0.3, "0.3"),
            (100.0, "100"),
            (1.0 / 3.0, "0.333333"),
            (1234.5, "1,234.5"),
            (123_456_789.0, "123,456,789"),
            (1e-9, "1e-9"),
            (1.5e20, "1.5e20"),
        ];
        for (value, expected) in cases {
            assert_eq!(plain(value), expected);
        }
    }
}
