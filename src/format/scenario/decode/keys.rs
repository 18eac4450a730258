//! The keys that each object of the format may have.
//!
//! The decoder refuses all others; a test holds these lists against the schema.

pub const ROOT: &[&str] = &[
    "$schema",
    "format",
    "name",
    "title",
    "note",
    "headline",
    "words",
    "extends",
    "start",
    "horizon",
    "step",
    "sources",
    "parameters",
    "correlations",
    "trends",
    "weight_concentration",
    "shifts",
    "phases",
    "indicators",
    "noise_correlations",
    "derived",
    "events",
    "groups",
    "outcomes",
    "metrics",
    "questions",
    "evidence",
    "run",
];
pub const SOURCE: &[&str] = &["title", "author", "publisher", "url", "date", "note"];
pub const VALUE: &[&str] = &["value", "note", "source"];
pub const RANK_CORRELATION: &[&str] = &["between", "rank", "note", "source"];
pub const NOISE_CORRELATION: &[&str] = &["between", "value", "note", "source"];
pub const TREND: &[&str] = &["title", "weight", "when", "by", "note", "source"];
pub const PHASE: &[&str] = &["title", "start", "final", "note", "source"];
pub const INDICATOR: &[&str] = &[
    "title",
    "unit",
    "start",
    "drift",
    "volatility",
    "range",
    "at_range",
    "note",
    "source",
];
/// Also of metrics.
pub const DERIVED: &[&str] = &["title", "unit", "value", "note", "source"];
pub const EVENT: &[&str] = &[
    "title",
    "hazard",
    "at",
    "probability",
    "when",
    "if",
    "phases",
    "trends",
    "limit",
    "rest",
    "effects",
    "note",
    "source",
];
pub const HAZARD: &[&str] = &[
    "chance",
    "within",
    "rate",
    "per",
    "mean_wait",
    "value",
    "times",
    "note",
    "source",
];
pub const TIMES: &[&str] = &["trend", "phase", "indicator", "factor", "note", "source"];
pub const HAZARD_RATIO: &[&str] = &["ratio", "at", "per", "note", "source"];
pub const EFFECT: &[&str] = &[
    "set", "to", "add", "multiply", "by", "phase", "trend", "note", "source",
];
pub const GROUP: &[&str] = &["title", "note", "source"];
pub const OUTCOME: &[&str] = &["name", "title", "group", "when", "note", "source"];
pub const QUESTION: &[&str] = &["title", "ever", "by", "holds", "at", "note", "source"];
pub const RUN: &[&str] = &["trials", "draws", "seed", "times", "note"];
/// Of any distribution, percentiles aside.
pub const DISTRIBUTION: &[&str] = &[
    "value",
    "pert",
    "triangular",
    "uniform",
    "loguniform",
    "normal",
    "lognormal",
    "beta",
    "gamma",
    "weibull",
    "exponential",
    "student_t",
    "truncated_normal",
    "poisson",
    "binomial",
    "negative_binomial",
    "discrete",
    "experts",
    "lambda",
    "range",
    "note",
    "source",
];
/// What a parameter has besides.
pub const PARAMETER: &[&str] = &["title", "unit"];
/// What an expert has besides.
pub const EXPERT: &[&str] = &["name", "weight"];

/// The ways to state a hazard, each with its keys.
pub const HAZARD_FORMS: &[&[&str]] = &[
    &["chance", "within"],
    &["rate", "per"],
    &["mean_wait"],
    &["value"],
];

/// The ways in which an event is made to fire, each with its keys.
pub const EVENT_FORMS: &[&[&str]] = &[&["hazard"], &["at", "probability"], &["when"]];
/// The ways to ask a question, each with its keys.
pub const QUESTION_FORMS: &[&[&str]] = &[&["ever", "by"], &["holds", "at"]];

/// The keys of [`DISTRIBUTION`] that are a form each; percentiles together are one more.
pub const DISTRIBUTION_FORMS: &[&str] = DISTRIBUTION.split_at(DISTRIBUTION.len() - 4).0;

/// Whether a key is a percentile such as `p5`, `p50` or `p97.5`.
pub fn is_percentile(key: &str) -> bool {
    percentile(key).is_some()
}

/// The probability that a percentile key stands for, in (0, 1).
pub fn percentile(key: &str) -> Option<f64> {
    let digits = key.strip_prefix('p')?;
    if !digits.starts_with(|c: char| c.is_ascii_digit())
        || !digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    {
        return None;
    }
    let percent: f64 = digits.parse().ok()?;
    (percent > 0.0 && percent < 100.0).then_some(percent / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentile_keys_are_numbers_between_nought_and_a_hundred() {
        for (key, probability) in [
            ("p5", Some(0.05)),
            ("p50", Some(0.5)),
            ("p97.5", Some(0.975)),
            ("p0", None),
            ("p100", None),
        ] {
            assert_eq!(percentile(key), probability, "{key}");
        }
        for key in ["pert", "p", "5", "p-5", "p1e1", "p5x", "p.5"] {
            assert!(!is_percentile(key), "{key}");
        }
    }

    #[test]
    fn the_forms_of_a_distribution_leave_out_what_goes_with_any_of_them() {
        assert_eq!(DISTRIBUTION_FORMS.last(), Some(&"experts"));
    }
}
