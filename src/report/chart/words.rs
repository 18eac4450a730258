//! Probabilities in words.
//!
//! The scale of US Intelligence Community Directive 203, "Analytic Standards" (2015, section D.6.e.2.a), which leaves out certainty; both ends are
//! named here as what they are.

/// Lowest probability of each expression of the scale, ascending.
pub const SCALE: [(f64, &str); 7] = [
    (0.0, "almost no chance"),
    (0.05, "very unlikely"),
    (0.20, "unlikely"),
    (0.45, "roughly even chance"),
    (0.55, "likely"),
    (0.80, "very likely"),
    (0.95, "almost certain"),
];

/// The expression for a probability; `in no trial` and `in every trial` for 0 and 1; empty for what is no probability.
pub fn in_words(probability: f64) -> &'static str {
    if probability == 0.0 {
        return "in no trial";
    }
    if probability == 1.0 {
        return "in every trial";
    }
    if !(probability > 0.0 && probability < 1.0) {
        return "";
    }
    let at_or_below = SCALE.iter().rev().find(|(low, _)| *low <= probability);
    at_or_below.map_or("", |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_change_at_the_bounds_of_the_directive() {
        let cases = [
            (0.0, "in no trial"),
            (0.0001, "almost no chance"),
            (0.05, "very unlikely"),
            (0.1999, "very unlikely"),
            (0.2, "unlikely"),
            (0.5, "roughly even chance"),
            (0.55, "likely"),
            (0.8, "very likely"),
            (0.999, "almost certain"),
            (1.0, "in every trial"),
            (f64::NAN, ""),
            (1.5, ""),
        ];
        for (probability, expected) in cases {
            assert_eq!(in_words(probability), expected, "{probability}");
        }
    }
}
