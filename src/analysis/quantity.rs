//! One number of a result by its name: a group, an outcome, a question, a metric, a ratio of means,
//! or that a trend comes true.

use crate::diagnostic::nearest;
use crate::estimate::{PartialSum, REPLICATES, Replicated};
use crate::model::Model;
use crate::results::{
    ByTrend, Comparison, Difference, NONE_OF_THESE, RatioShape, RunResult, SweepOf, TrendScore,
    UNCLASSIFIED,
};
use indexmap::IndexMap;

/// What kind of number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Group,
    Outcome,
    Question,
    Conditional,
    Metric,
    Ratio,
    /// That a trend has come true at the end (`trends.X.when`).
    Trend,
}

/// All kinds with their names, singular as in results and plural as in files.
const KINDS: [(Kind, &str, &str); 7] = [
    (Kind::Group, "group", "groups"),
    (Kind::Outcome, "outcome", "outcomes"),
    (Kind::Question, "question", "questions"),
    (Kind::Conditional, "conditional", "questions"),
    (Kind::Metric, "metric", "metrics"),
    (Kind::Ratio, "ratio", "ratios"),
    (Kind::Trend, "trend", "trends"),
];

/// A number that every result of a scenario has.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    pub kind: Kind,
    /// Among those of its kind, in the model and in results; the outcome that is left over is the
    /// last. A trend's place among all trends of the model.
    pub index: usize,
    pub name: String,
    pub title: String,
    pub unit: String,
}

/// A name that no number has, or that several have.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownQuantity {
    #[error("no group, outcome, question, metric, ratio or trend with a `when` is named `{name}`{}", .near.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
    Unknown { name: String, near: Option<String> },
    #[error("`{name}` is the name of several things; say which: {}", .full.join(" or "))]
    Several { name: String, full: Vec<String> },
    #[error(
        "`{name}` is {kind}, which has no sensitivity: ask for a group, an outcome, a question, a metric or a trend"
    )]
    NotExplained { name: String, kind: &'static str },
    #[error(
        "`{name}` is {kind}, which has no column in a file of trials: ask for a group, an outcome or a metric"
    )]
    NotInTrials { name: String, kind: &'static str },
}

/// Estimate, standard error and 95% interval.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    pub value: Option<f64>,
    pub std_error: Option<f64>,
    pub ci95: Option<[f64; 2]>,
}

impl Kind {
    fn row(self) -> (Self, &'static str, &'static str) {
        let found = KINDS.iter().find(|(kind, ..)| *kind == self);
        *found.expect("all kinds are in the table")
    }

    /// As results write it.
    pub fn name(self) -> &'static str {
        self.row().1
    }
}

impl Quantity {
    /// The number of that name, which may have its section before it: `ceasefire`,
    /// `outcomes.ceasefire`.
    ///
    /// # Errors
    /// [`UnknownQuantity`] with the near match, or with the full names where several have it.
    pub fn named(model: &Model, text: &str) -> Result<Self, UnknownQuantity> {
        let all = Self::all(model);
        let wanted = |q: &&Self| q.name == text || q.path() == text;
        let mut found: Vec<&Self> = all.iter().filter(wanted).collect();
        // Outcomes are often named as the trends that lead to them: a trend that shares its name is
        // asked for by its section.
        if found.len() > 1 && !text.contains('.') {
            found.retain(|q| q.kind != Kind::Trend);
        }
        match found.as_slice() {
            [one] => Ok((*one).clone()),
            [] => {
                let (section, _) = text.split_once('.').unwrap_or_default();
                let paths = all.iter().map(Self::path);
                let names: Vec<String> = match KINDS.iter().any(|(.., plural)| *plural == section) {
                    true => paths.collect(),
                    false => all.iter().map(|q| q.name.clone()).collect(),
                };
                Err(UnknownQuantity::Unknown {
                    name: text.into(),
                    near: nearest(text, names.iter().map(String::as_str)).map(str::to_owned),
                })
            }
            several => Err(UnknownQuantity::Several {
                name: text.into(),
                full: several.iter().map(|q| q.path()).collect(),
            }),
        }
    }

    /// The numbers of these names, each once, in the order in which they are first named.
    ///
    /// # Errors
    /// As [`named`](Self::named), of the first name that is wrong.
    pub fn all_named(model: &Model, names: &[String]) -> Result<Vec<Self>, UnknownQuantity> {
        let mut found: Vec<Self> = Vec::new();
        for name in names {
            let one = Self::named(model, name.trim())?;
            if !found.contains(&one) {
                found.push(one);
            }
        }
        Ok(found)
    }

    /// All that a result of this scenario has.
    pub fn all(model: &Model) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        let mut add = |kind, name: &str, title: &str, unit: &str| {
            let index = all.iter().filter(|one| one.kind == kind).count();
            all.push(Self {
                kind,
                index,
                name: name.into(),
                title: title.into(),
                unit: unit.into(),
            });
        };
        for group in &model.groups {
            add(Kind::Group, &group.name, &group.title, "");
        }
        for outcome in &model.outcomes {
            add(Kind::Outcome, &outcome.name, &outcome.title, "");
        }
        if !model.outcomes.is_empty() {
            add(Kind::Outcome, UNCLASSIFIED, NONE_OF_THESE, "");
        }
        for question in &model.questions {
            add(Kind::Question, &question.name, &question.title, "");
        }
        for one in &model.conditional {
            let question = &one.question;
            add(Kind::Conditional, &question.name, &question.title, "");
        }
        for metric in &model.metrics {
            add(Kind::Metric, &metric.name, &metric.title, &metric.unit);
        }
        for ratio in &model.ratios {
            add(Kind::Ratio, &ratio.name, &ratio.title, &ratio.unit);
        }
        // With a single trend a result has no scorecard.
        let trends = model.trends.iter().enumerate();
        let can_come_true =
            trends.filter(|(_, trend)| model.trends.len() > 1 && trend.materialises.is_some());
        all.extend(can_come_true.map(|(index, trend)| {
            let named = match trend.title.as_str() {
                "" => &trend.name,
                title => title,
            };
            Self {
                kind: Kind::Trend,
                index,
                name: trend.name.clone(),
                title: format!("{named} (comes true)"),
                unit: String::new(),
            }
        }));
        all
    }

    /// What a run is asked first: its likeliest group; without groups its likeliest outcome,
    /// otherwise the first number that it has.
    pub fn leading(model: &Model, result: &RunResult) -> Option<Self> {
        let all = Self::all(model);
        let likeliest = |kind: Kind| {
            let of_kind = (all.iter()).filter(|q| q.kind == kind && q.name != UNCLASSIFIED);
            // The first of equals.
            of_kind.rev().max_by(|a, b| {
                let value = |q: &Self| q.read(result).value.unwrap_or(0.0);
                value(a).total_cmp(&value(b))
            })
        };
        likeliest(Kind::Group)
            .or_else(|| likeliest(Kind::Outcome))
            .or(all.iter().find(|q| q.kind != Kind::Trend))
            .cloned()
    }

    /// The name with its section.
    pub fn path(&self) -> String {
        let (.., section) = self.kind.row();
        format!("{section}.{}", self.name)
    }

    /// Whether it is a number from 0 to 1.
    pub fn is_probability(&self) -> bool {
        !matches!(self.kind, Kind::Metric | Kind::Ratio)
    }

    /// Whether it is the mean of a metric.
    pub fn is_metric(&self) -> bool {
        self.kind == Kind::Metric
    }

    /// What it is if it is not yes or no in each future, in words; `None` of a group, an outcome, a
    /// question or a trend.
    pub fn not_yes_or_no(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Group | Kind::Outcome | Kind::Question | Kind::Trend => None,
            Kind::Conditional => Some("a question about some of the futures"),
            Kind::Metric => Some("a metric"),
            Kind::Ratio => Some("a ratio of means"),
        }
    }

    /// What a result says of it.
    pub fn told(&self) -> SweepOf {
        SweepOf {
            name: self.name.clone(),
            title: self.title.clone(),
            kind: self.kind.name().into(),
            unit: self.unit.clone(),
        }
    }

    /// Its estimate in a result; nothing if the result does not have it.
    pub fn read(&self, result: &RunResult) -> Reading {
        let share = |value: f64, std_error: f64, ci95: [f64; 2]| Reading {
            value: Some(value),
            std_error: Some(std_error),
            ci95: Some(ci95),
        };
        let name = self.name.as_str();
        let found = match self.kind {
            Kind::Group => (result.groups.iter().find(|g| g.name == name))
                .map(|g| share(g.probability, g.std_error, g.ci95)),
            Kind::Outcome => (result.outcomes.iter().find(|o| o.name == name))
                .map(|o| share(o.probability, o.std_error, o.ci95)),
            Kind::Question => (result.questions.iter().find(|q| q.name == name))
                .map(|q| share(q.probability, q.std_error, q.ci95)),
            Kind::Conditional => {
                (result.conditional.iter().find(|q| q.name == name)).map(|q| Reading {
                    value: q.probability,
                    std_error: q.std_error,
                    ci95: q.ci95,
                })
            }
            Kind::Metric => (result.metrics.iter().find(|m| m.name == name)).map(|m| Reading {
                value: m.mean,
                std_error: m.std_error,
                ci95: m.ci95,
            }),
            Kind::Ratio => (result.ratios.iter().find(|r| r.name == name)).map(|r| Reading {
                value: r.ratio,
                std_error: r.std_error,
                ci95: r.ci95.filter(|_| r.shape == Some(RatioShape::Between)),
            }),
            Kind::Trend => (self
                .scored(result)
                .and_then(|trend| trend.comes_true.last()))
            .map(|end| share(end.probability, end.std_error, end.ci95)),
        };
        found.unwrap_or_default()
    }

    /// The trend's own row of a result.
    fn scored<'r>(&self, result: &'r RunResult) -> Option<&'r TrendScore> {
        result
            .scorecard
            .iter()
            .find(|trend| trend.name == self.name)
    }

    /// Its row in a comparison.
    pub fn difference<'c>(&self, comparison: &'c Comparison) -> Option<&'c Difference> {
        let rows = match self.kind {
            Kind::Group => &comparison.groups,
            Kind::Outcome => &comparison.differences,
            Kind::Question => &comparison.questions,
            Kind::Conditional => &comparison.conditional,
            Kind::Metric => &comparison.metrics,
            Kind::Ratio => &comparison.ratios,
            Kind::Trend => &comparison.trends,
        };
        rows.iter().find(|row| row.outcome == self.name)
    }

    /// Its number in a result with what each replicate adds to it; `None` if it has none there.
    pub fn replicated(&self, result: &RunResult) -> Option<Replicated> {
        let name = self.name.as_str();
        let share = |by_trend: &IndexMap<String, ByTrend>| {
            let all = |of: fn(&ByTrend) -> &Vec<u64>| -> [u64; REPLICATES] {
                let at = |m: usize| {
                    by_trend
                        .values()
                        .map(|by| of(by).get(m).copied().unwrap_or(0))
                        .sum()
                };
                std::array::from_fn(at)
            };
            Replicated::share(&all(|by| &by.hits), &all(|by| &by.trials))
        };
        match self.kind {
            Kind::Group => share(&result.groups.iter().find(|g| g.name == name)?.by_trend),
            Kind::Outcome => share(&result.outcomes.iter().find(|o| o.name == name)?.by_trend),
            Kind::Question => share(&result.questions.iter().find(|q| q.name == name)?.by_trend),
            Kind::Trend => share(&self.scored(result)?.comes_true.last()?.by_trend),
            Kind::Conditional => {
                let question = result.conditional.iter().find(|q| q.name == name)?;
                let of =
                    |counts: &[u64]| std::array::from_fn(|m| counts.get(m).copied().unwrap_or(0));
                Replicated::share(&of(&question.hits), &of(&question.trials))
            }
            Kind::Metric => {
                let metric = result.metrics.iter().find(|m| m.name == name)?;
                let mut sums = [PartialSum::default(); REPLICATES];
                for by in metric.by_trend.values() {
                    for (own, (sum, values)) in sums.iter_mut().zip(by.sums.iter().zip(&by.values))
                    {
                        own.sum += sum;
                        own.values += values;
                    }
                }
                metric.mean.and_then(|_| Replicated::mean(&sums))
            }
            Kind::Ratio => result.replicated(result.ratios.iter().find(|r| r.name == name)?),
        }
    }
}
