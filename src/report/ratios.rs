//! Ratios of two totals, in words: questions about the trials in which a condition holds, and
//! ratios of means.
//!
//! Terminal, Markdown and pages show the same rows.

use super::amounts;
use super::format::{self, Rounded};
use super::table::epistemic_range;
use crate::results::{ConditionalResult, QuestionKind, RatioResult, RatioShape, RunResult};

/// What is shown of one of them.
pub struct Row {
    pub title: String,
    /// What it is about.
    pub remark: String,
    /// A word without an error where there is none.
    pub estimate: Rounded,
    /// Empty where there is none.
    pub interval: String,
    /// As the assumptions vary; empty where that is not told.
    pub range: String,
}

/// Whether some row says a range over draws that is more than that nothing is uncertain.
pub fn have_ranges(rows: &[Row]) -> bool {
    rows.iter()
        .any(|row| !matches!(row.range.as_str(), "" | "exact"))
}

impl Row {
    /// Estimate and error.
    pub fn told(&self) -> String {
        match self.estimate.error.as_str() {
            "" => self.estimate.value.clone(),
            error => format!("{} ± {error}", self.estimate.value),
        }
    }
}

/// Chances in a hundred.
pub fn conditional(result: &RunResult) -> Vec<Row> {
    result.conditional.iter().map(of_conditional).collect()
}

fn of_conditional(question: &ConditionalResult) -> Row {
    let word = if question.asks == QuestionKind::Holds {
        "on"
    } else {
        "by"
    };
    let when = match question.dated {
        true => format!("{word} {}, ", question.by),
        false => String::new(),
    };
    let share = format::percentage(question.given_probability, question.given_std_error).value;
    let trials = match question.trials_given {
        1 => "1 trial".to_owned(),
        n => format!("{} trials", format::count(n)),
    };
    Row {
        title: label(&question.title, &question.name),
        remark: format!(
            "{when}given {}: {share} of futures, {trials}",
            question.given
        ),
        estimate: conditional_estimate(question),
        interval: match (question.ci95, question.std_error) {
            (Some(ends), Some(error)) => format::percent_range(ends, error),
            _ => String::new(),
        },
        range: match (&question.epistemic, question.probability) {
            (Some(told), Some(_)) => epistemic_range(question.epistemic90, told),
            _ => String::new(),
        },
    }
}

/// The chance, or a word.
pub fn conditional_estimate(question: &ConditionalResult) -> Rounded {
    match (question.probability, question.std_error) {
        (Some(p), Some(error)) => format::percentage(p, error),
        _ => Rounded {
            value: "no trial".into(),
            error: String::new(),
        },
    }
}

/// Ratios of means.
pub fn means(result: &RunResult) -> Vec<Row> {
    result
        .ratios
        .iter()
        .map(|ratio| of_means(result, ratio))
        .collect()
}

fn of_means(result: &RunResult, ratio: &RatioResult) -> Row {
    let title = |name: &str| {
        let found = result.metrics.iter().find(|m| m.name == name);
        found.map_or_else(|| name.to_owned(), |m| label(&m.title, &m.name))
    };
    let name = label(&ratio.title, &ratio.name);
    Row {
        title: match ratio.unit.as_str() {
            "" => name,
            unit => format!("{name}, {unit}"),
        },
        remark: {
            let (of, over) = (title(&ratio.of), title(&ratio.over));
            let doubt = match ratio.shape {
                Some(RatioShape::Outside) => "; the latter may be zero, so the interval is open",
                Some(RatioShape::Anywhere) => "; both may be zero, so nothing is excluded",
                _ => "",
            };
            format!("mean of {of} over mean of {over}{doubt}")
        },
        estimate: means_estimate(ratio),
        interval: interval(ratio),
        range: match (&ratio.epistemic, ratio.ratio) {
            (Some(told), Some(_)) => {
                amounts::epistemic(told, ratio.epistemic90, format::range, amounts::plus_minus)
            }
            _ => String::new(),
        },
    }
}

/// The ratio, or words.
pub fn means_estimate(ratio: &RatioResult) -> Rounded {
    let plain = |value: String| Rounded {
        value,
        error: String::new(),
    };
    match (ratio.ratio, ratio.std_error) {
        (Some(value), Some(error)) => format::estimate(value, error),
        (Some(value), None) => plain(format::plain(value)),
        _ => plain("no ratio".into()),
    }
}

/// Where it lies with 95% confidence, in words where that is not between two numbers.
fn interval(ratio: &RatioResult) -> String {
    let error = ratio.std_error.unwrap_or(f64::NAN);
    match (ratio.shape, ratio.ci95) {
        (Some(RatioShape::Between), Some(ends)) => format::range(ends, error),
        (Some(RatioShape::Outside), Some(ends)) => {
            let [low, high] = ends.map(|end| format::estimate(end, error).value);
            format!("below {low} or above {high}")
        }
        (Some(_), _) => "any number".into(),
        _ => String::new(),
    }
}

/// The name of a share, such as `p80` or `p97.5`.
pub fn level(share: f64) -> String {
    format!("p{}", format::plain(100.0 * share))
}

fn label(title: &str, name: &str) -> String {
    crate::results::label(title, name).to_owned()
}
