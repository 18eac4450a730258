//! What counts as a probability, though rounding has passed over it.

/// What rounding makes of a probability of nothing, such as `1 - p - q`.
pub const ROUNDING: f64 = 1e-12;
/// By how much probabilities that sum to one may miss it: a third written with nine digits does.
pub const SLACK: f64 = 1e-9;

/// Whether a number is a probability; NaN is none.
pub fn is_probability(p: f64) -> bool {
    (-ROUNDING..=1.0 + ROUNDING).contains(&p)
}

/// Whether probabilities that exclude one another sum to more than they can; so does NaN.
pub fn is_too_much(sum: f64) -> bool {
    !(sum <= 1.0 + SLACK)
}

/// Whether probabilities sum to one.
pub fn is_one(sum: f64) -> bool {
    (sum - 1.0).abs() <= SLACK
}

/// Whether probabilities that exclude one another leave nothing.
pub fn is_all(sum: f64) -> bool {
    sum >= 1.0 - SLACK
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_forgiven_and_more_is_not() {
        for (p, is_one) in [
            (1.0 - 0.9 - 0.1, true),
            (0.7 + 0.2 + 0.1, true),
            (1.0 + f64::EPSILON, true),
            (-1e-9, false),
            (1.0 + 1e-9, false),
            (f64::NAN, false),
        ] {
            assert_eq!(is_probability(p), is_one, "{p}");
        }
        for (sum, too_much, all) in [
            (0.333_333_333 * 3.0, false, true),
            (0.1 * 3.0 + 0.7, false, true),
            (1.0 + 1e-6, true, true),
            (1.0 - 1e-6, false, false),
            (f64::NAN, true, false),
        ] {
            assert_eq!((is_too_much(sum), is_all(sum)), (too_much, all), "{sum}");
        }
    }
}
