//! Numbers and names in sentences.

use super::markup::Markup;
pub use crate::report::format::{number_of, with_error};
use crate::report::{dates, format};
pub use crate::results::label;
use crate::results::{Epistemic, EpistemicStatus, RunInfo, ScenarioInfo};

/// `a`, `a and b`, `a, b and c`.
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// The same for markup.
pub fn list_of(items: Vec<Markup>) -> Markup {
    let mut items = items;
    let Some(last) = items.pop() else {
        return Markup::default();
    };
    if items.is_empty() {
        return last;
    }
    Markup::join(items, ", ").and(" and ").and(last)
}

/// From when to when.
pub fn period(info: &ScenarioInfo) -> String {
    dates::period(info)
}

/// How much was simulated.
pub fn size(run: &RunInfo) -> String {
    let mut text = format!(
        "{} simulated futures: {} draws of the uncertain parameters with {} futures each",
        format::count(run.trials),
        format::count(run.draws),
        run.trials_per_draw
    );
    if run.interrupted {
        text += " (interrupted: fewer than were asked for)";
    }
    text
}

/// Error below which a sentence shows no further digits: whole percents, from 10% down tenths, from
/// 1% down hundredths.
fn coarse(probability: f64, std_error: f64) -> f64 {
    let enough = if probability >= 0.0995 {
        0.01 * 0.355
    } else if probability >= 0.00995 {
        0.001 * 0.355
    } else {
        0.0001 * 0.355
    };
    std_error.max(10.0 * enough)
}

/// A probability for a sentence: `33%`, `4.1%`, `0.35%`; no finer than its error.
pub fn percent(probability: f64, std_error: f64) -> String {
    format::percentage(probability, coarse(probability, std_error)).value
}

/// A range of probabilities for a sentence: its upper end sets the digits, unless the lower one
/// would be lost.
pub fn percent_range(ends: [f64; 2], std_error: f64) -> String {
    let digits = if ends[0] < 0.00995 { 0.05 } else { ends[1] };
    format::percent_range(ends, coarse(digits, std_error))
}

/// Where a probability lies as parameters take the values that the scenario allows, if that is
/// known to be more than a point.
pub fn epistemic_range(range: Option<[f64; 2]>, epistemic: &Epistemic) -> Option<String> {
    let ends = range.filter(|_| epistemic.status == EpistemicStatus::Resolved)?;
    let error = epistemic
        .std_error
        .map_or((ends[1] - ends[0]).abs() / 20.0, |[low, high]| {
            low.max(high)
        });
    Some(percent_range(ends, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_show_no_more_than_a_reader_keeps_and_the_error_allows() {
        assert_eq!(percent(0.329_3, 0.001_4), "33%");
        assert_eq!(percent(0.040_9, 0.000_7), "4.1%");
        assert_eq!(percent(0.003_48, 0.000_1), "0.35%");
        assert_eq!(percent(0.329_3, 0.05), "33%");
        assert_eq!(percent(0.041, 0.05), "4%");
        assert_eq!(percent(0.0, 0.000_1), "0%");
        assert_eq!(percent_range([0.12, 0.55], 0.004), "12–55%");
        assert_eq!(percent_range([0.0957, 0.566], 0.004), "10–57%");
        assert_eq!(percent_range([0.0063, 0.109], 0.0004), "0.6–10.9%");
    }

    #[test]
    fn lists_end_with_and() {
        let list = |items: &[&str]| list(&items.iter().map(|i| (*i).into()).collect::<Vec<_>>());
        assert_eq!(list(&[]), "");
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        let of = list_of(vec!["<a>".into(), "b".into()]);
        assert_eq!(of.as_str(), "&lt;a&gt; and b");
    }
}
