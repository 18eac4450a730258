//! The headline: every result that it tells has to be one of the file's.

use super::Builder;
use crate::diagnostic::{Diagnostic, Place};
use crate::model::headline::{Headline, Of, Reading};

impl Builder<'_> {
    /// The headline in pieces; `None` if there is none, or if it is at fault, which has been
    /// reported.
    pub fn build_headline(&mut self) -> Option<Headline> {
        let stated = self.scenario.headline.as_ref()?;
        let headline = match Headline::parse(&stated.value) {
            Ok(headline) => headline,
            Err(fault) => {
                let place = Place::formula(&stated.pointer, fault.range);
                let report = Diagnostic::error("invalid-headline", place, fault.message);
                self.report(report.hint(fault.hint));
                return None;
            }
        };
        for reading in headline.readings() {
            self.is_told(reading, &stated.pointer);
        }
        Some(headline)
    }

    /// Reports a result that the file does not have.
    fn is_told(&mut self, reading: &Reading, pointer: &str) {
        let s = self.scenario;
        let names: Vec<&str> = match reading.of {
            Of::Group => s.groups.keys().map(String::as_str).collect(),
            Of::Outcome => (s.outcomes.iter().map(|o| o.name.value.as_str()))
                .chain(["unclassified"])
                .collect(),
            Of::Question => s.questions.keys().map(String::as_str).collect(),
            Of::Trend => s.trends.keys().map(String::as_str).collect(),
            Of::Metric => s.metrics.keys().map(String::as_str).collect(),
            Of::Ratio => s.ratios.keys().map(String::as_str).collect(),
        };
        let name = reading.name.as_str();
        let place = Place::formula(pointer, reading.range.clone());
        if !names.contains(&name) {
            let message = format!("no {} is named `{name}`", reading.of.noun());
            let report = Diagnostic::error("unknown-name", place, message).suggest(name, names);
            return self.report(report);
        }
        let tells_nothing = reading.of == Of::Trend
            && s.trends.get(name).is_some_and(|trend| trend.when.is_none())
            && reading.shows != crate::model::headline::Shows::Title;
        if tells_nothing {
            let message =
                format!("the trend `{name}` does not say what its coming true looks like");
            let hint = "give it a `when`, a condition over the path";
            self.report(Diagnostic::error("invalid-headline", place, message).hint(hint));
        }
    }
}
