//! Trends, phases, indicators, derived values, correlations, and what is read off a finished trial.

use super::value::Numbers;
use super::{Decoder, Object, keys};
use crate::diagnostic::pointer::join;
use crate::diagnostic::{Place, in_percent};
use crate::scenario::places::{BY, ELSE, REASONS, is_annotation};
use crate::scenario::types::{
    Asks, At, AtRange, By, Choice, Coefficient, Derived, Group, Indicator, Metric,
    NoiseCorrelation, NumberOrFormula, Outcome, Phase, Question, RankCorrelation, Ratio, Reference,
    Run, Source, Trend, Why,
};
use crate::scenario::words::{Slip as WordSlip, Words};
use indexmap::IndexMap;
use serde_json::Value;
use std::ops::RangeInclusive;

/// Beyond, weights are certain, or one trend has them all, for all purposes; and gamma variables of
/// larger shapes lose their digits.
const CONCENTRATIONS: RangeInclusive<f64> = 1e-6..=1e9;

/// Versions of the file format that are read.
pub const FORMATS: [u64; 2] = [1, 2];

impl<'v> Decoder<'v> {
    pub(super) fn format(&mut self, root: &Object<'v>) -> Option<u64> {
        let (value, pointer) = self.required(root, "format", "a scenario")?;
        if let Some(format) = FORMATS
            .into_iter()
            .find(|format| value.as_f64() == Some(*format as f64))
        {
            return Some(format);
        }
        self.fault(
            "unsupported-format",
            Place::value(pointer),
            format!(
                "this version reads formats 1 and 2, found {}",
                super::describe(value)
            ),
        );
        None
    }

    pub(super) fn scenario_name(&mut self, root: &Object<'v>) -> Option<String> {
        let (_, pointer) = self.required(root, "name", "a scenario")?;
        let name = self.text(root, "name")?;
        if name.trim().is_empty() || name.chars().any(char::is_control) {
            self.fault(
                "invalid-name",
                Place::value(pointer),
                "the name of a scenario is a line of text",
            );
            return None;
        }
        Some(name)
    }

    pub(super) fn words(&mut self, root: &Object<'v>) -> Option<Words> {
        let (value, pointer) = root.get("words")?;
        let slips = match Words::read(value) {
            Ok(words) => return Some(words),
            Err(slips) => slips,
        };
        let row = |i: usize| join(&pointer, &i.to_string());
        for slip in slips {
            let (column, i, message) = match slip {
                WordSlip::Table(expected) => {
                    self.wrong_type::<()>(&pointer, expected, value);
                    continue;
                }
                WordSlip::Row(i, expected) => {
                    self.wrong_type::<()>(&row(i), expected, &value[i]);
                    continue;
                }
                WordSlip::Word(i, message) => ("0", i, message),
                WordSlip::End(i, message) => ("1", i, message),
            };
            let place = Place::value(join(&row(i), column));
            self.fault("invalid-words", place, message);
        }
        None
    }

    pub(super) fn sources(&mut self, root: &Object<'v>) -> IndexMap<String, Source> {
        let Some((value, pointer)) = root.get("sources") else {
            return IndexMap::new();
        };
        let Value::Object(map) = value else {
            self.wrong_type::<()>(&pointer, "an object of named sources", value);
            return IndexMap::new();
        };
        map.iter()
            .filter_map(|(name, value)| {
                let object = self.object(
                    value,
                    &join(&pointer, name),
                    "a source",
                    &[keys::SOURCE],
                    |_| false,
                )?;
                let source = Source {
                    title: self.text(&object, "title"),
                    author: self.text(&object, "author"),
                    publisher: self.text(&object, "publisher"),
                    url: self.text(&object, "url"),
                    date: self.text(&object, "date"),
                    note: self.text(&object, "note"),
                };
                Some((name.clone(), source))
            })
            .collect()
    }

    pub(super) fn trend(&mut self, value: &'v Value, pointer: &str) -> Option<Trend> {
        let object = self.object(value, pointer, "a trend", &[keys::TREND], |_| false)?;
        let title = self.text(&object, "title");
        let why = self.why(&object);
        let when = object
            .get("when")
            .and_then(|(value, pointer)| self.condition(value, &pointer));
        let by = self.list(&object, "by", Self::deadline);
        if by.is_some() && !object.has("when") {
            let key = Place::key(join(&object.pointer, "by"));
            let message =
                "`by` says by when a trend is to have come true, and nothing says what that is";
            self.fault("missing-key", key, message)
                .hints
                .push("add `when`, a condition over the path".to_owned());
        }
        let (value, pointer) = self.required(&object, "weight", "a trend")?;
        let weight = self.number_within(value, &pointer, 0.0, f64::INFINITY, "a weight")?;
        Some(Trend {
            title,
            weight,
            when,
            by,
            why,
        })
    }

    pub(super) fn group(&mut self, value: &'v Value, pointer: &str) -> Option<Group> {
        let object = self.object(value, pointer, "a group", &[keys::GROUP], |_| false)?;
        Some(Group {
            title: self.text(&object, "title"),
            why: self.why(&object),
        })
    }

    pub(super) fn concentration(&mut self, value: &'v Value, pointer: &str) -> Option<At<f64>> {
        let found = self.number(value, pointer)?;
        if CONCENTRATIONS.contains(&found.value) {
            return Some(found);
        }
        let (least, most) = (CONCENTRATIONS.start(), CONCENTRATIONS.end());
        let advice = if found.value > *most {
            "; leave it out if the weights are certain"
        } else {
            ""
        };
        self.out_of_range(
            &found.pointer,
            format!(
                "a concentration lies between {least:e} and {most:e}, found {}{advice}",
                found.value
            ),
        )
    }

    pub(super) fn phase(&mut self, value: &'v Value, pointer: &str) -> Option<Phase> {
        let object = self.object(value, pointer, "a phase", &[keys::PHASE], |_| false)?;
        let title = self.text(&object, "title");
        let why = self.why(&object);
        let is_final = self.truth(&object, "final").unwrap_or(false);
        let start = match object.get("start") {
            Some((value, pointer)) => Some(self.phase_start(value, &pointer)?),
            None => None,
        };
        Some(Phase {
            title,
            start,
            is_final,
            why,
        })
    }

    pub(super) fn phase_start(
        &mut self,
        value: &'v Value,
        pointer: &str,
    ) -> Option<At<NumberOrFormula>> {
        let (value, pointer) = self.bare(value, pointer, "a probability")?;
        if let Value::Bool(truth) = value {
            return Some(At::new(
                NumberOrFormula::Number(f64::from(u8::from(*truth))),
                pointer,
            ));
        }
        let found = self.bare_quantity(value, &pointer, Numbers::FORMULAS)?;
        self.is_probability(found, "the probability of a start")
    }

    pub(super) fn indicator(&mut self, value: &'v Value, pointer: &str) -> Option<Indicator> {
        let object = self.object(value, pointer, "an indicator", &[keys::INDICATOR], |_| {
            false
        })?;
        let title = self.text(&object, "title");
        let unit = self.text(&object, "unit");
        let why = self.why(&object);
        let start = self
            .required(&object, "start", "an indicator")
            .and_then(|(value, pointer)| self.draw(value, &pointer, Numbers::FORMULAS));
        let drift = object
            .get("drift")
            .and_then(|(value, pointer)| self.coefficient(value, &pointer));
        let volatility = object
            .get("volatility")
            .and_then(|(value, pointer)| self.coefficient(value, &pointer));
        if let Some(Coefficient::Plain(At {
            value: NumberOrFormula::Number(number),
            pointer,
        })) = &volatility
            && *number < 0.0
        {
            let (pointer, message) = (
                pointer.clone(),
                format!("a volatility is not negative, found {number}"),
            );
            self.out_of_range::<()>(&pointer, message);
        }
        let range = object
            .get("range")
            .and_then(|(value, pointer)| self.interval(value, &pointer, false));
        let at_range = self.at_range(&object);
        Some(Indicator {
            title,
            unit,
            start: start?,
            drift,
            volatility,
            range,
            at_range: at_range?,
            why,
        })
    }

    fn at_range(&mut self, object: &Object<'v>) -> Option<AtRange> {
        let Some((value, pointer)) = object.get("at_range") else {
            return Some(AtRange::default());
        };
        match value.as_str() {
            Some("clamp") => Some(AtRange::Clamp),
            Some("reflect") => Some(AtRange::Reflect),
            _ => self.no_such_word(&pointer, &["clamp", "reflect"], value),
        }
    }

    /// A number, a formula, or one of these for each trend, phase or value of a state.
    pub(super) fn coefficient(&mut self, value: &'v Value, pointer: &str) -> Option<Coefficient> {
        match value {
            Value::Object(map) if map.contains_key(BY) => self.choice(value, pointer),
            _ => Some(Coefficient::Plain(self.quantity(
                value,
                pointer,
                Numbers::FORMULAS,
            )?)),
        }
    }

    fn choice(&mut self, value: &'v Value, pointer: &str) -> Option<Coefficient> {
        let object = self.object(value, pointer, "a choice", &[], |_| true)?;
        let (by, by_pointer) = object.get(BY)?;
        let by = match by.as_str() {
            Some("trend") => By::Trend,
            Some("phase") => By::Phase,
            Some(state) => {
                self.check_name(state, Place::value(by_pointer));
                By::State(state.to_owned())
            }
            None => {
                let expected = "`trend`, `phase` or the name of a state";
                return self.wrong_type(&by_pointer, expected, by);
            }
        };
        // A trend or phase may be called `note`: then the key is its arm.
        let [has_note, has_source] =
            REASONS.map(|key| is_annotation(self.whole, &[], object.map, key));
        let why = Why {
            note: if has_note {
                self.text(&object, "note")
            } else {
                None
            },
            source: if has_source {
                self.source(&object)
            } else {
                None
            }
            .unwrap_or_default(),
        };
        let mut arms = IndexMap::new();
        let mut otherwise = None;
        for (name, value) in object.map {
            let pointer = join(pointer, name);
            match name.as_str() {
                BY => {}
                "note" if has_note => {}
                "source" if has_source => {}
                ELSE => otherwise = self.coefficient(value, &pointer),
                _ => {
                    self.check_name(name, Place::key(pointer.clone()));
                    if let Some(arm) = self.coefficient(value, &pointer) {
                        arms.insert(name.clone(), arm);
                    }
                }
            }
        }
        Some(Coefficient::By(Box::new(Choice {
            pointer: pointer.to_owned(),
            by,
            arms,
            otherwise,
            why,
        })))
    }

    pub(super) fn derived(&mut self, value: &'v Value, pointer: &str) -> Option<Derived> {
        if !matches!(value, Value::Object(map) if !map.contains_key(BY)) {
            let value = self.coefficient(value, pointer)?;
            return Some(Derived {
                title: None,
                unit: None,
                value,
                why: Default::default(),
            });
        }
        let object = self.object(value, pointer, "a derived value", &[keys::DERIVED], |_| {
            false
        })?;
        let title = self.text(&object, "title");
        let unit = self.text(&object, "unit");
        let why = self.why(&object);
        let (value, pointer) = self.required(&object, "value", "a derived value")?;
        Some(Derived {
            title,
            unit,
            value: self.coefficient(value, &pointer)?,
            why,
        })
    }

    pub(super) fn metric(&mut self, value: &'v Value, pointer: &str) -> Option<Metric> {
        if !value.is_object() {
            let value = self.bare_quantity(value, pointer, Numbers::FORMULAS)?;
            return Some(Metric {
                title: None,
                unit: None,
                value,
                full: false,
                why: Default::default(),
            });
        }
        let object = self.object(value, pointer, "a metric", &[keys::METRIC], |_| false)?;
        let full = self.truth(&object, "full").unwrap_or(false);
        let title = self.text(&object, "title");
        let unit = self.text(&object, "unit");
        let why = self.why(&object);
        let (value, pointer) = self.required(&object, "value", "a metric")?;
        Some(Metric {
            title,
            unit,
            value: self.bare_quantity(value, &pointer, Numbers::FORMULAS)?,
            full,
            why,
        })
    }

    pub(super) fn ratio(&mut self, value: &'v Value, pointer: &str) -> Option<Ratio> {
        let what = "a ratio";
        let object = self.object(value, pointer, what, &[keys::RATIO], |_| false)?;
        let (title, unit) = (self.text(&object, "title"), self.text(&object, "unit"));
        let why = self.why(&object);
        let mut metric = |key: &'static str| {
            let (value, pointer) = self.required(&object, key, what)?;
            self.reference(value, &pointer)
        };
        let (of, over) = (metric("of"), metric("over"));
        Some(Ratio {
            title,
            unit,
            of: of?,
            over: over?,
            why,
        })
    }

    /// A share at which a quantile is told.
    fn level(&mut self, value: &'v Value, pointer: &str) -> Option<At<f64>> {
        let found = self.number(value, pointer)?;
        if found.value > 0.0 && found.value < 1.0 {
            return Some(found);
        }
        let message = format!(
            "a quantile is at a share between 0 and 1, found {}",
            found.value
        );
        let fault = self.fault("value-out-of-range", Place::value(pointer), message);
        if found.value < 100.0 {
            fault.hints.extend(in_percent(found.value));
        }
        None
    }

    pub(super) fn question(&mut self, value: &'v Value, pointer: &str) -> Option<Question> {
        let what = "a question";
        let object = self.object(value, pointer, what, &[keys::QUESTION], |_| false)?;
        let title = self.text(&object, "title");
        let why = self.why(&object);
        let form = self.one_form(&object, keys::QUESTION_FORMS, what)?;
        let day = if form == "ever" { "by" } else { "at" };
        let condition = self
            .required(&object, form, what)
            .and_then(|(value, pointer)| self.condition(value, &pointer));
        let date = match object.get(day) {
            Some((value, pointer)) => Some(self.dated(value, &pointer)?),
            None => None,
        };
        let given = match object.get("given") {
            Some((value, pointer)) => Some(self.condition(value, &pointer)?),
            None => None,
        };
        let condition = condition?;
        let asks = if form == "ever" {
            Asks::EverBy {
                condition,
                by: date,
            }
        } else {
            Asks::HoldsAt {
                condition,
                at: date,
            }
        };
        Some(Question {
            pointer: pointer.to_owned(),
            title,
            asks,
            given,
            why,
        })
    }

    pub(super) fn outcomes(&mut self, root: &Object<'v>) -> Vec<Outcome> {
        let outcomes = self
            .list(root, "outcomes", Self::outcome)
            .unwrap_or_default();
        for (rank, outcome) in outcomes.iter().enumerate() {
            let Some(first) = outcomes[..rank]
                .iter()
                .find(|other| other.name.value == outcome.name.value)
            else {
                continue;
            };
            let first = first.name.place();
            self.fault(
                "duplicate-name",
                outcome.name.place(),
                format!("two outcomes are named `{}`", outcome.name.value),
            )
            .related
            .push((first, "the first is here".to_owned()));
        }
        outcomes
    }

    fn outcome(&mut self, value: &'v Value, pointer: &str) -> Option<Outcome> {
        let object = self.object(value, pointer, "an outcome", &[keys::OUTCOME], |_| false)?;
        let title = self.text(&object, "title");
        let why = self.why(&object);
        let name = self
            .required(&object, "name", "an outcome")
            .and_then(|(value, pointer)| self.reference(value, &pointer));
        if let Some(name) = &name {
            self.check_name(&name.value, name.place());
        }
        let group = object
            .get("group")
            .and_then(|(value, pointer)| self.reference(value, &pointer));
        let when = self
            .required(&object, "when", "an outcome")
            .and_then(|(value, pointer)| self.condition(value, &pointer));
        Some(Outcome {
            pointer: pointer.to_owned(),
            name: name?,
            title,
            group,
            when: when?,
            why,
        })
    }

    pub(super) fn rank_correlation(
        &mut self,
        value: &'v Value,
        pointer: &str,
    ) -> Option<RankCorrelation> {
        let object = self.object(
            value,
            pointer,
            "a correlation",
            &[keys::RANK_CORRELATION],
            |_| false,
        )?;
        let why = self.why(&object);
        let between = self.pair(&object);
        let (value, at) = self.required(&object, "rank", "a correlation")?;
        let rank = self.correlation(value, &at);
        Some(RankCorrelation {
            pointer: pointer.to_owned(),
            between: between?,
            rank: rank?,
            why,
        })
    }

    pub(super) fn noise_correlation(
        &mut self,
        value: &'v Value,
        pointer: &str,
    ) -> Option<NoiseCorrelation> {
        let object = self.object(
            value,
            pointer,
            "a correlation",
            &[keys::NOISE_CORRELATION],
            |_| false,
        )?;
        let why = self.why(&object);
        let between = self.pair(&object);
        let (value, at) = self.required(&object, "value", "a correlation")?;
        let value = self.correlation(value, &at);
        Some(NoiseCorrelation {
            pointer: pointer.to_owned(),
            between: between?,
            value: value?,
            why,
        })
    }

    fn pair(&mut self, object: &Object<'v>) -> Option<[Reference; 2]> {
        let (value, pointer) = self.required(object, "between", "a correlation")?;
        let Some([first, second]) = value.as_array().map(Vec::as_slice) else {
            return self.wrong_type(&pointer, "a list of two names", value);
        };
        let first = self.reference(first, &join(&pointer, "0"));
        let second = self.reference(second, &join(&pointer, "1"));
        Some([first?, second?])
    }

    pub(super) fn run(&mut self, root: &Object<'v>) -> Run {
        let object = root.get("run").and_then(|(value, pointer)| {
            self.object(value, &pointer, "`run`", &[keys::RUN], |_| false)
        });
        let Some(object) = object else {
            return Run::default();
        };
        let mut whole = |key: &str, low: u64| {
            let (value, pointer) = object.get(key)?;
            self.whole(value, &pointer, low, &format!("`{key}`"))
        };
        let (trials, draws, seed) = (whole("trials", 1), whole("draws", 1), whole("seed", 0));
        let times = self.list(&object, "times", Self::reported_time);
        let quantiles = self.list(&object, "quantiles", Self::level);
        Run {
            trials,
            draws,
            seed,
            times,
            quantiles,
            note: self.text(&object, "note"),
        }
    }
}
