//! The keys that each object of the format may have.
//!
//! The decoder refuses all others; a test holds these lists against the schema.

use crate::family::FAMILIES;
use crate::scenario::combine::COMBINES;
use crate::scenario::places::{ELSE, REASONS};

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
    "per_trial",
    "correlations",
    "trends",
    "weight_concentration",
    "shifts",
    "phases",
    "states",
    "indicators",
    "noise_correlations",
    "tables",
    "derived",
    "events",
    "history",
    "groups",
    "outcomes",
    "metrics",
    "ratios",
    "questions",
    "evidence",
    "run",
];
/// What makes the time axis: all of it, or nothing in a file that needs no time.
pub const TIME: [&str; 3] = ["start", "horizon", "step"];
/// Sections that need time.
pub const TIMED: [&str; 9] = [
    "states",
    "trends",
    "weight_concentration",
    "shifts",
    "phases",
    "indicators",
    "noise_correlations",
    "events",
    "history",
];
/// Sections of which a file without time has at least one.
pub const TOLD: [&str; 3] = ["outcomes", "metrics", "questions"];
pub const SOURCE: &[&str] = &["title", "author", "publisher", "url", "date", "note"];
pub const VALUE: &[&str] = &["value", "note", "source"];
pub const RANK_CORRELATION: &[&str] = &["between", "rank", "note", "source"];
pub const NOISE_CORRELATION: &[&str] = &["between", "value", "note", "source"];
pub const TREND: &[&str] = &["title", "weight", "when", "by", "note", "source"];
pub const PHASE: &[&str] = &["title", "start", "final", "note", "source"];
pub const STATE: &[&str] = &["title", "values", "moves", "each_step", "note", "source"];
pub const STATE_VALUE: &[&str] = &["title", "start", "note", "source"];
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
pub const TABLE: &[&str] = &[
    "title", "unit", "over", "points", "file", "x", "y", "between", "wrap", "outside", "note",
    "source",
];
pub const DERIVED: &[&str] = &["title", "unit", "value", "note", "source"];
pub const METRIC: &[&str] = &["title", "unit", "value", "full", "note", "source"];
pub const RATIO: &[&str] = &["title", "unit", "of", "over", "note", "source"];
pub const EVENT: &[&str] = &[
    "title",
    "hazard",
    "at",
    "when",
    "every",
    "from",
    "until",
    "after",
    "wait",
    "again",
    "on_leave",
    "probability",
    "if_not_allowed",
    "if",
    "in",
    "not_in",
    "phases",
    "trends",
    "limit",
    "rest",
    "priority",
    "effects",
    "branches",
    "note",
    "source",
];
/// Beside the names of states.
pub const HISTORY: &[&str] = &["phase", "events", "note", "source"];
pub const ENTRY: &[&str] = &["phase", "trend", "state", "value"];
pub const BRANCH: &[&str] = &["title", "probability", "effects", "note", "source"];
pub const HAZARD: &[&str] = &[
    "chance",
    "within",
    "rate",
    "per",
    "mean_wait",
    "value",
    "ageing",
    "since",
    "times",
    "note",
    "source",
];
pub const TIMES: &[&str] = &[
    "trend",
    "phase",
    "state",
    "indicator",
    "factor",
    "note",
    "source",
];
pub const HAZARD_RATIO: &[&str] = &["ratio", "at", "per", "note", "source"];
pub const EFFECT: &[&str] = &{
    let mut keys = [""; COMBINES.len() + AMOUNTS.len() + OTHER_EFFECTS.len() + REASONS.len()];
    let (mut at, mut i) = (0, 0);
    while i < COMBINES.len() {
        keys[at] = COMBINES[i].key;
        (at, i) = (at + 1, i + 1);
    }
    i = 0;
    while i < AMOUNTS.len() {
        keys[at] = AMOUNTS[i];
        (at, i) = (at + 1, i + 1);
    }
    i = 0;
    while i < OTHER_EFFECTS.len() {
        keys[at] = OTHER_EFFECTS[i];
        (at, i) = (at + 1, i + 1);
    }
    keys[at] = REASONS[0];
    keys[at + 1] = REASONS[1];
    keys
};
/// Keys of the number that an effect on an indicator takes.
pub const AMOUNTS: [&str; 2] = ["to", "by"];
/// Effects on something else than one indicator.
pub const OTHER_EFFECTS: [&str; 4] = ["phase", "trend", "move", "together"];
pub const GROUP: &[&str] = &["title", "note", "source"];
pub const OUTCOME: &[&str] = &["name", "title", "group", "when", "note", "source"];
pub const QUESTION: &[&str] = &[
    "title", "ever", "by", "holds", "at", "given", "note", "source",
];
pub const RUN: &[&str] = &["trials", "draws", "seed", "times", "quantiles", "note"];
/// Of any distribution, percentiles aside: a form, what belongs to one of them, and reasons.
pub const DISTRIBUTION: &[&str] = &{
    let mut keys = [""; 1 + LEADING + SHAPES.len() + BESIDE.len() + 1 + REASONS.len()];
    keys[0] = "value";
    let (mut at, mut line) = (1, 0);
    while line < FAMILIES.len() {
        if !FAMILIES[line].about.is_empty() {
            keys[at] = FAMILIES[line].name;
            at += 1;
        }
        line += 1;
    }
    let mut i = 0;
    while i < SHAPES.len() {
        keys[at] = SHAPES[i];
        (at, i) = (at + 1, i + 1);
    }
    i = 0;
    while i < BESIDE.len() {
        keys[at] = BESIDE[i].0;
        (at, i) = (at + 1, i + 1);
    }
    keys[at] = "range";
    keys[at + 1] = REASONS[0];
    keys[at + 2] = REASONS[1];
    keys
};
/// Families that a file can name.
const LEADING: usize = {
    let (mut count, mut line) = (0, 0);
    while line < FAMILIES.len() {
        count += !FAMILIES[line].about.is_empty() as usize;
        line += 1;
    }
    count
};
/// Forms of a distribution that are no family.
const SHAPES: [&str; 5] = ["discrete", "cumulative", "experts", "point_mass", "of"];
/// Keys that go with one form only, and which; percentiles are called `p50` here.
pub const BESIDE: [(&str, &str); 5] = [
    ("lambda", "pert"),
    ("shape", "p50"),
    (ELSE, "point_mass"),
    ("shift", "of"),
    ("scale", "of"),
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
    &["ageing", "since"],
];
/// How a hazard may change with age, each with its arguments; `steps` is a list.
pub const AGEING_FORMS: &[(&str, [&str; 2])] = &[
    ("weibull", ["shape", "scale"]),
    ("gompertz", ["rate", "growth"]),
    ("log_logistic", ["shape", "scale"]),
];
pub const AGEING: &[&str] = &["weibull", "gompertz", "log_logistic", "steps"];

/// The ways in which an event is made to fire, each with its keys.
pub const EVENT_FORMS: &[&[&str]] = &[
    &["hazard"],
    &["at"],
    &["when"],
    &["every", "from", "until"],
    &["after", "wait", "again", "on_leave"],
];
/// What goes with any of them but a hazard: it goes with the form that it was stated for.
pub const OF_EVENT_FORMS: &[&str] = &["probability", "if_not_allowed"];
/// The ways to state the points of a table: here, or as two columns of a file.
pub const TABLE_FORMS: &[&[&str]] = &[&["points"], &["file", "x", "y"]];
/// The ways to ask a question, each with its keys.
pub const QUESTION_FORMS: &[&[&str]] = &[&["ever", "by"], &["holds", "at"]];

/// The keys of [`DISTRIBUTION`] that are a form each; percentiles together are one more.
pub const DISTRIBUTION_FORMS: &[&str] = DISTRIBUTION.split_at(1 + LEADING + SHAPES.len()).0;

/// Keys such as `p5`, `p50`, `p97.5`.
pub const PERCENTILE: &str = "^p([0-9]?[1-9]|[1-9]0)([.][0-9]+)?$|^p0?0[.]0*[1-9][0-9]*$";

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
        assert_eq!(DISTRIBUTION_FORMS.last(), Some(&"of"));
        assert_eq!(DISTRIBUTION_FORMS.first(), Some(&"value"));
        for row in FAMILIES {
            assert!(DISTRIBUTION_FORMS.contains(&row.name), "{}", row.name);
            // What stands beside a family is known as such.
            for argument in row.beside() {
                assert!(BESIDE.contains(&(argument.name, row.name)));
            }
        }
        for (beside, _) in BESIDE {
            assert!(!DISTRIBUTION_FORMS.contains(&beside), "{beside}");
        }
    }
}
