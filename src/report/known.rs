//! Probabilities with no more digits than are known, and words for them.
//!
//! The rule: let the *spread* be the epistemic range's width, or four standard errors of the
//! simulation if that is more, in percentage points. From a spread of 1 on, whole percents are
//! shown; below, as many decimals as the spread's leading digit. So `33%` with a range of 14 to 55,
//! and `0.13%` with one of 0.10 to 0.17. What would round to 0 or 100 and is not is told as `<1%`
//! or `>99%`. It holds for what is told at a glance: first screen, comparison, brief, their charts
//! and Markdown. Full tables and the charts of chapters show each error beside its number, and the
//! digits that it allows; files for machines keep every digit.

use super::format::{fixed, plain};
use crate::results::{
    ComesTrue, ConditionalResult, Epistemic, EpistemicStatus, GroupResult, OutcomeResult,
    QuestionResult, RunResult,
};
use crate::scenario::Words;

/// What stands before bounds inside of which the range lies: the trials do not show it more
/// closely.
pub const WITHIN: &str = "within ";

/// Decimals at most.
const MOST_PLACES: i32 = 9;

/// A probability with all that is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub probability: f64,
    pub std_error: f64,
    pub ci95: [f64; 2],
    pub epistemic90: Option<[f64; 2]>,
    pub epistemic: &'a Epistemic,
}

macro_rules! known {
    ($($result:ty),*) => {$(
        impl<'a> From<&'a $result> for Known<'a> {
            fn from(result: &'a $result) -> Self {
                Self {
                    probability: result.probability,
                    std_error: result.std_error,
                    ci95: result.ci95,
                    epistemic90: result.epistemic90,
                    epistemic: &result.epistemic,
                }
            }
        }
    )*};
}
known!(OutcomeResult, GroupResult, QuestionResult, ComesTrue);

/// Nothing is told of a range.
static UNTOLD: Epistemic = Epistemic {
    status: EpistemicStatus::NotSeparable,
    std_error: None,
    at_most_sd: None,
};

impl ConditionalResult {
    /// The chance among the trials in which the condition holds; `None` if there is none.
    pub fn known(&self) -> Option<Known<'_>> {
        Some(Known {
            probability: self.probability?,
            std_error: self.std_error?,
            ci95: self.ci95?,
            epistemic90: self.epistemic90,
            epistemic: self.epistemic.as_ref().unwrap_or(&UNTOLD),
        })
    }
}

impl Known<'_> {
    /// Decimals of the percentage; `None` if it is exact.
    pub fn places(&self) -> Option<i32> {
        places(self.epistemic90, self.std_error)
    }

    /// The percentage, such as `33%`.
    pub fn percent(&self) -> String {
        percent(self.probability, self.places())
    }

    /// The epistemic range, such as `14–55%`; empty where nothing is uncertain, and where nothing
    /// can be told.
    pub fn range(&self) -> String {
        let Some(ends) = self.epistemic90.filter(|_| self.has_range()) else {
            return String::new();
        };
        let told = range(ends, self.places());
        match self.epistemic.status {
            EpistemicStatus::Resolved => told,
            _ if !told.contains('–') => String::new(),
            _ => format!("{WITHIN}{told}"),
        }
    }

    /// Whether there is an epistemic range to tell.
    pub fn has_range(&self) -> bool {
        !matches!(
            self.epistemic.status,
            EpistemicStatus::Exact | EpistemicStatus::NotSeparable
        )
    }

    /// The simulation's error in percentage points, if it is not small against the range.
    pub fn notable_error(&self) -> Option<String> {
        let width = match self.epistemic90 {
            Some([low, high]) if self.has_range() => high - low,
            _ => 0.0,
        };
        // One digit: the number itself has none finer.
        let one_digit = || places(None, self.std_error / 4.0).unwrap_or(0);
        (self.std_error > 0.0 && self.std_error > width / 5.0)
            .then(|| fixed(100.0 * self.std_error, one_digit()))
    }
}

/// Decimals of a percentage with this range and simulation error.
pub fn places(ends: Option<[f64; 2]>, std_error: f64) -> Option<i32> {
    let width = ends.map_or(0.0, |[low, high]| high - low);
    let spread = 100.0 * width.max(4.0 * std_error);
    if !(spread > 0.0 && spread.is_finite()) {
        return None;
    }
    // Read off the decimal text, so that it is the same everywhere.
    let text = format!("{spread:.2e}");
    let exponent = text
        .split_once('e')
        .and_then(|(_, power)| power.parse().ok());
    Some((-exponent.unwrap_or(0_i32)).clamp(0, MOST_PLACES))
}

/// A percentage with so many decimals.
pub fn percent(p: f64, places: Option<i32>) -> String {
    let (sign, digits) = number(p, places);
    format!("{sign}{digits}%")
}

/// Both ends of a range with so many decimals, such as `14–55%`.
pub fn range([low, high]: [f64; 2], places: Option<i32>) -> String {
    let ((a, low), (b, high)) = (number(low, places), number(high, places));
    if (a, &low) == (b, &high) {
        return format!("{a}{low}%");
    }
    format!("{a}{low}–{b}{high}%")
}

/// The digits, and what stands before them where they would say 0 or 100 of something else.
fn number(p: f64, places: Option<i32>) -> (&'static str, String) {
    let Some(places) = places else {
        return ("", plain(100.0 * p));
    };
    let digits = fixed(100.0 * p, places);
    let unit = (0..places).fold(1.0, |unit, _| unit / 10.0);
    let is = |x: f64| digits == fixed(x, places);
    if p > 0.0 && is(0.0) {
        ("<", fixed(unit, places))
    } else if p < 1.0 && is(100.0) {
        (">", fixed(100.0 - unit, places))
    } else if p <= 0.0 || p >= 1.0 {
        ("", plain(100.0 * p))
    } else {
        ("", digits)
    }
}

/// The words that stand beside chances of a run: those of its file, or the usual ones.
pub struct Scale {
    words: Words,
    is_own: bool,
}

impl Scale {
    pub fn of(run: &RunResult) -> Self {
        let stated = Words::stated(&run.scenario.source);
        Self {
            is_own: stated.is_some(),
            words: stated.unwrap_or_default(),
        }
    }

    /// The word for a probability, or two neighbours, if the whole epistemic range lies within
    /// them; otherwise nothing.
    pub fn word(&self, known: &Known<'_>) -> String {
        let range = match known.epistemic.status {
            EpistemicStatus::NotSeparable => None,
            EpistemicStatus::Exact => Some(known.ci95),
            _ => known.epistemic90,
        };
        let found = range.and_then(|range| self.words.for_range(range));
        found.unwrap_or_default()
    }

    /// Whether the file states them.
    pub fn is_own(&self) -> bool {
        self.is_own
    }

    /// Where the words come from: a sentence.
    pub fn told(&self) -> String {
        if !self.is_own {
            return "Words follow the scale of US Intelligence Community Directive 203.".into();
        }
        let rows: Vec<String> = (self.words.rows().iter())
            .map(|(word, end)| format!("{word} up to {}%", plain(100.0 * end)))
            .collect();
        format!("Words are those of the file: {}.", rows.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(p: f64, std_error: f64, ends: [f64; 2]) -> String {
        let digits = places(Some(ends), std_error);
        format!("{} {}", percent(p, digits), range(ends, digits))
    }

    #[test]
    fn no_digit_is_finer_than_the_spread() {
        for (p, error, ends, expected) in [
            (0.3293, 0.0012, [0.141, 0.548], "33% 14–55%"),
            (0.0013, 0.000_05, [0.001, 0.0017], "0.13% 0.10–0.17%"),
            (0.0412, 0.0005, [0.038, 0.045], "4.1% 3.8–4.5%"),
            (0.004, 0.0002, [0.0001, 0.03], "<1% <1–3%"),
            (0.998, 0.0002, [0.96, 0.9999], ">99% 96–>99%"),
            (0.3293, 0.0012, [0.3293, 0.3293], "32.9% 32.9%"),
            (0.3293, 0.0052, [0.3293, 0.3293], "33% 33%"),
            (0.0, 0.0003, [0.0, 0.02], "0% 0–2%"),
            (1.0, 0.0003, [0.98, 1.0], "100% 98–100%"),
            (0.125, 0.0, [0.125, 0.125], "12.5% 12.5%"),
        ] {
            assert_eq!(shown(p, error, ends), expected);
        }
    }

    #[test]
    fn an_error_at_a_glance_has_one_digit() {
        let exact = Epistemic {
            status: EpistemicStatus::Exact,
            ..UNTOLD
        };
        for (std_error, told) in [
            (0.0036, "68% ±0.4"),
            (0.0023, "68.0% ±0.2"),
            (0.034, "68% ±3"),
        ] {
            let known = Known {
                probability: 0.68,
                std_error,
                ci95: [0.0, 1.0],
                epistemic90: None,
                epistemic: &exact,
            };
            let error = known.notable_error().expect("nothing else is uncertain");
            assert_eq!(format!("{} ±{error}", known.percent()), told);
        }
    }

    #[test]
    fn what_cannot_be_told_apart_from_chance_has_no_word() {
        let scale = Scale {
            words: Words::default(),
            is_own: false,
        };
        let said = |status, ends| {
            let epistemic = Epistemic {
                status,
                std_error: None,
                at_most_sd: None,
            };
            scale.word(&Known {
                probability: 0.5,
                std_error: 0.001,
                ci95: [0.49, 0.51],
                epistemic90: ends,
                epistemic: &epistemic,
            })
        };
        let range = Some([0.6, 0.7]);
        assert_eq!(said(EpistemicStatus::Resolved, range), "likely");
        assert_eq!(said(EpistemicStatus::Resolved, None), "");
        assert_eq!(said(EpistemicStatus::NotSeparable, range), "");
        assert_eq!(said(EpistemicStatus::Exact, None), "roughly even chance");
    }
}
