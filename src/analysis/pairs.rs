//! Two scenarios trial by trial: what belongs together, and what is counted of it.
//!
//! Things of two files belong together by name, the base's order first. Of each yes or no the
//! trials of a draw are paired under common random numbers; means of metrics are paired by draw.

use super::changes::changes;
use super::ratios;
use super::study::Study;
use crate::engine::{Bits, BlockTrials, DRAWS_PER_BLOCK};
use crate::estimate::{
    Epistemic, MeanPair, PairTable, PairedDifference, REPLICATES, RatioOfDraw, ShiftTable,
    groups as groups_of_draw,
};
use crate::expression::{Arithmetic, Interval};
use crate::model::{Model, ranges_of_metrics};
use crate::results::{
    Comparison, Difference, Distance, Presence, RunResult, in_display_order, told,
};
use std::ops::Range;

/// A thing that one or both files have, by its index in each.
pub(super) struct Match {
    name: String,
    title: String,
    pub(super) base: Option<usize>,
    pub(super) other: Option<usize>,
}

/// Kinds of yes or no.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Outcome,
    Group,
    /// A trend that has come true at the end.
    Trend,
    Question,
}

pub(super) const KINDS: [Kind; 4] = [Kind::Outcome, Kind::Group, Kind::Trend, Kind::Question];

/// How the things of two files belong together.
pub struct Matching {
    /// By kind.
    pub(super) yes_or_no: [Vec<Match>; KINDS.len()],
    pub(super) metrics: Vec<Match>,
    /// Ratios of means that both have, by name: in each the metrics above and below the line.
    ratios: Vec<(String, [[usize; 2]; 2])>,
    /// What the difference of each metric can be.
    pub(super) ranges: Vec<Interval>,
    pub(super) sides: [Side; 2],
    uncertain: bool,
}

/// Where the trials of a block say what groups and trends there are.
pub(super) struct Side {
    /// Outcomes of each group.
    pub(super) groups: Vec<Box<[usize]>>,
    /// The question of each trend that can come true, in the file's order.
    trends: Vec<usize>,
}

impl Side {
    fn of(study: &Study) -> Self {
        let program = &study.program;
        let trends = coming_true(&study.model).into_iter();
        Self {
            groups: program.groups.clone(),
            trends: trends
                .map(|z| program.trends[z].materialised.end - 1)
                .collect(),
        }
    }

    /// The trials that say yes, by kind.
    pub(super) fn read<'t>(
        &self,
        ended: &'t BlockTrials,
        united: &'t [Bits],
    ) -> [Vec<&'t Bits>; KINDS.len()] {
        KINDS.map(|kind| match kind {
            Kind::Outcome => ended.outcomes.iter().collect(),
            Kind::Group => united.iter().collect(),
            Kind::Trend => self.trends.iter().map(|q| &ended.questions[*q]).collect(),
            Kind::Question => ended.questions.iter().collect(),
        })
    }
}

/// Trends that can come true, in the file's order.
fn coming_true(model: &Model) -> Vec<usize> {
    let mut order = in_display_order(&model.trends, |trend| trend.display);
    // With a single trend there is no scorecard to compare.
    order.retain(|z| model.trends.len() > 1 && model.trends[*z].materialises.is_some());
    order
}

/// Ratios of means that both files have, and their metrics above and below the line.
fn ratios_of_both(base: &Model, other: &Model) -> Vec<(String, [[usize; 2]; 2])> {
    let sides = |name: &str| {
        let mut same = other.ratios.iter().filter(|ratio| ratio.name == name);
        same.next().map(|ratio| [ratio.of, ratio.over])
    };
    let own = base.ratios.iter();
    own.filter_map(|ratio| {
        let there = sides(&ratio.name)?;
        Some((ratio.name.clone(), [[ratio.of, ratio.over], there]))
    })
    .collect()
}

fn by_name(base: &[(String, String)], other: &[(String, String)]) -> Vec<Match> {
    let find = |items: &[(String, String)], name: &str| items.iter().position(|(n, _)| n == name);
    let mut all: Vec<Match> = (base.iter().enumerate())
        .map(|(i, (name, title))| Match {
            name: name.clone(),
            title: title.clone(),
            base: Some(i),
            other: find(other, name),
        })
        .collect();
    for (i, (name, title)) in other.iter().enumerate() {
        if find(base, name).is_none() {
            all.push(Match {
                name: name.clone(),
                title: title.clone(),
                base: None,
                other: Some(i),
            });
        }
    }
    all
}

/// Names and titles of the things of a kind.
fn named(kind: Kind, model: &Model) -> Vec<(String, String)> {
    let pair = |name: &String, title: &String| (name.clone(), title.clone());
    match kind {
        Kind::Outcome => {
            let outcomes = model.outcomes.iter();
            outcomes.map(|o| pair(&o.name, &o.title)).collect()
        }
        Kind::Group => {
            let groups = model.groups.iter();
            groups.map(|g| pair(&g.name, &g.title)).collect()
        }
        Kind::Trend => {
            let trends = coming_true(model).into_iter().map(|z| &model.trends[z]);
            trends.map(|t| pair(&t.name, &t.title)).collect()
        }
        Kind::Question => {
            let questions = model.questions.iter();
            questions.map(|q| pair(&q.name, &q.title)).collect()
        }
    }
}

/// A probability with its error and interval.
pub type Share = (f64, f64, [f64; 2]);

/// Probability of a thing of a result.
pub fn told_of(kind: Kind, result: &RunResult, i: usize) -> Option<Share> {
    match kind {
        Kind::Outcome => {
            let found = result.outcomes.get(i)?;
            Some((found.probability, found.std_error, found.ci95))
        }
        Kind::Group => {
            let found = result.groups.get(i)?;
            Some((found.probability, found.std_error, found.ci95))
        }
        Kind::Trend => {
            let mut trends = result.scorecard.iter().filter_map(|t| t.comes_true.last());
            let found = trends.nth(i)?;
            Some((found.probability, found.std_error, found.ci95))
        }
        Kind::Question => {
            let found = result.questions.get(i)?;
            Some((found.probability, found.std_error, found.ci95))
        }
    }
}

impl Matching {
    pub fn new(base: &Study, other: &Study) -> Self {
        let mut yes_or_no =
            KINDS.map(|kind| by_name(&named(kind, &base.model), &named(kind, &other.model)));
        yes_or_no[0].push(Match {
            name: "unclassified".into(),
            title: "None of these".into(),
            base: Some(base.model.outcomes.len()),
            other: Some(other.model.outcomes.len()),
        });
        let metrics = |study: &Study| -> Vec<(String, String)> {
            let metrics = study.model.metrics.iter();
            metrics.map(|m| (m.name.clone(), m.title.clone())).collect()
        };
        let metrics = by_name(&metrics(base), &metrics(other));
        let [own, others] = [base, other].map(|study| ranges_of_metrics(&study.model));
        let ranges = metrics.iter().map(|m| match (m.base, m.other) {
            (Some(a), Some(b)) => others[b].arithmetic(Arithmetic::Subtract, own[a]),
            _ => Interval::ALL,
        });
        Self {
            ranges: ranges.collect(),
            yes_or_no,
            metrics,
            ratios: ratios_of_both(&base.model, &other.model),
            sides: [Side::of(base), Side::of(other)],
            uncertain: base.program.uncertain || other.program.uncertain,
        }
    }

    /// Sums of metrics, then of ratios of means, before the first draw.
    pub fn no_means(&self) -> Vec<MeanPair> {
        vec![MeanPair::new(); self.metrics.len() + self.ratios.len()]
    }

    pub fn comparison(
        &self,
        base: &RunResult,
        other: &RunResult,
        pairs: &Pairs,
        means: &[MeanPair],
        identical: bool,
    ) -> Comparison {
        let section = |index: usize| -> Vec<Difference> {
            (self.yes_or_no[index].iter().zip(&pairs.tables[index]))
                .map(|(m, table)| self.row(KINDS[index], m, table, [base, other], identical))
                .collect()
        };
        let told = self.uncertain && !identical;
        let metrics = (self.metrics.iter().zip(means).zip(&self.ranges))
            .map(|((m, pair), range)| metric(m, pair, *range, [base, other], told))
            .collect();
        let differences = section(0);
        let distance = Distance {
            total_variation: differences
                .iter()
                .filter_map(|d| d.difference)
                .map(f64::abs)
                .sum::<f64>()
                / 2.0,
            // Mean of |normal| is sd x sqrt(2 / pi): what the sum would be if every difference were
            // noise.
            noise: differences.iter().filter_map(|d| d.std_error).sum::<f64>() / 2.0
                * (2.0 / std::f64::consts::PI).sqrt(),
        };
        Comparison {
            base: base.scenario.name.clone(),
            other: other.scenario.name.clone(),
            identical,
            // A result that has only some of its parts does not say what it was made from.
            changes: match other.scenario.source.is_null() {
                true => Vec::new(),
                false => changes(&base.scenario.source, &other.scenario.source),
            },
            differences,
            groups: section(1),
            trends: section(2),
            questions: section(3),
            conditional: ratios::conditional(base, other, identical),
            metrics,
            ratios: self.ratio_rows([base, other], &means[self.metrics.len()..], identical),
            distance,
        }
    }

    /// Differences in ratios of means, with their ranges over draws where both ratios have one.
    fn ratio_rows(
        &self,
        [base, other]: [&RunResult; 2],
        pairs: &[MeanPair],
        identical: bool,
    ) -> Vec<Difference> {
        let mut rows = ratios::means(base, other, identical);
        let has_range = |result: &RunResult, name: &str| {
            let mut named = result.ratios.iter().filter(|ratio| ratio.name == name);
            named.any(|ratio| ratio.epistemic90.is_some())
        };
        for ((name, _), pair) in self.ratios.iter().zip(pairs) {
            let Some(row) = rows.iter_mut().find(|row| row.outcome == *name) else {
                continue;
            };
            let Some(difference) = row.difference else {
                continue;
            };
            let is_known = has_range(base, name) && has_range(other, name);
            let epistemic = match identical || is_known {
                true => pair.epistemic_about(difference, self.uncertain && !identical),
                false => Epistemic::not_separable(),
            };
            row.epistemic90 = epistemic.ends;
            row.epistemic = Some(told(&epistemic));
        }
        rows
    }

    /// The difference in one probability.
    fn row(
        &self,
        kind: Kind,
        m: &Match,
        table: &Table,
        [base, other]: [&RunResult; 2],
        identical: bool,
    ) -> Difference {
        let sides = [
            m.base
                .and_then(|i| told_of(kind, base, i))
                .map(|(p, error, _)| (p, error)),
            m.other
                .and_then(|i| told_of(kind, other, i))
                .map(|(p, error, _)| (p, error)),
        ];
        let mut values = sides.map(|side| side.map(|(p, _)| p));
        // No trial ends in an outcome that the file does not have; nothing else can be said to be
        // false because it is not asked.
        if kind == Kind::Outcome {
            values = values.map(|value| value.or(Some(0.0)));
        }
        let mut row = missing(m, values);
        if both(values).is_none() {
            return row;
        }
        let paired = if identical {
            PairedDifference::of_identical_programs()
        } else {
            table.pair.difference()
        };
        let epistemic = table.shift.epistemic(self.uncertain && !identical);
        row.difference = Some(paired.difference);
        row.std_error = Some(paired.shown_error());
        row.ci95 = Some(paired.ci95);
        row.unpaired_std_error =
            both(sides.map(|s| s.map(|(_, e)| e))).map(|[a, b]| (a * a + b * b).sqrt());
        row.epistemic90 = epistemic.ends;
        row.epistemic = Some(told(&epistemic));
        row.p_adjusted = Some(paired.p_value);
        row
    }
}

fn metric(
    m: &Match,
    pair: &MeanPair,
    range: Interval,
    [base, other]: [&RunResult; 2],
    uncertain: bool,
) -> Difference {
    let of = |result: &RunResult, i: Option<usize>| i.and_then(|i| result.metrics[i].mean);
    let error = |result: &RunResult, i: Option<usize>| i.and_then(|i| result.metrics[i].std_error);
    let values = [of(base, m.base), of(other, m.other)];
    let errors = [error(base, m.base), error(other, m.other)];
    let mut row = missing(m, values);
    if let (Some(_), Some(d)) = (both(values), pair.difference()) {
        row.difference = Some(d.difference);
        row.std_error = Some(d.std_error);
        row.ci95 = Some(range.around(d.difference, d.ci95));
        row.unpaired_std_error = both(errors).map(|[a, b]| (a * a + b * b).sqrt());
        row.p_adjusted = Some(d.p_value);
        let epistemic = pair.epistemic(uncertain);
        row.epistemic90 = (epistemic.ends).map(|ends| range.around(d.difference, ends));
        row.epistemic = Some(told(&epistemic));
    }
    row
}

fn both<T>([a, b]: [Option<T>; 2]) -> Option<[T; 2]> {
    Some([a?, b?])
}

fn present(m: &Match) -> Presence {
    match (m.base, m.other) {
        (Some(_), Some(_)) => Presence::Both,
        (Some(_), None) => Presence::Base,
        _ => Presence::Other,
    }
}

/// A row without a difference.
fn missing(m: &Match, values: [Option<f64>; 2]) -> Difference {
    Difference {
        outcome: m.name.clone(),
        title: m.title.clone(),
        base: values[0],
        other: values[1],
        difference: None,
        std_error: None,
        ci95: None,
        unpaired_std_error: None,
        epistemic90: None,
        epistemic: None,
        detectable: false,
        p_adjusted: None,
        present: present(m),
    }
}

/// Integer tables of one pair, by kind.
pub struct Pairs {
    pub(super) tables: [Vec<Table>; KINDS.len()],
    groups: usize,
}

/// What is counted of one yes or no.
#[derive(Clone)]
pub(super) struct Table {
    pub(super) pair: PairTable,
    shift: ShiftTable,
}

impl Pairs {
    pub fn new(matching: &Matching, per_draw: usize) -> Self {
        let groups = groups_of_draw(per_draw);
        let table = Table {
            pair: PairTable::new(per_draw),
            shift: ShiftTable::new(per_draw, groups),
        };
        let tables = |index: usize| vec![table.clone(); matching.yes_or_no[index].len()];
        Self {
            tables: std::array::from_fn(tables),
            groups,
        }
    }

    pub fn merge(&mut self, other: &Self) {
        let own = self.tables.iter_mut().flatten();
        for (a, b) in own.zip(other.tables.iter().flatten()) {
            a.pair.merge(&b.pair);
            a.shift.merge(&b.shift);
        }
    }

    /// Pairs the trials of a block, and gives the metrics' sums.
    pub fn add_block(
        &mut self,
        matching: &Matching,
        block: u64,
        per_draw: usize,
        base: &BlockTrials,
        other: &BlockTrials,
    ) -> Vec<MeanPair> {
        let united = [
            base.in_groups(&matching.sides[0].groups),
            other.in_groups(&matching.sides[1].groups),
        ];
        let of_base = matching.sides[0].read(base, &united[0]);
        let of_other = matching.sides[1].read(other, &united[1]);
        let mut means = matching.no_means();
        for d in 0..DRAWS_PER_BLOCK as usize {
            let replicate = (block as usize * DRAWS_PER_BLOCK as usize + d) % REPLICATES;
            let span = d * per_draw..(d + 1) * per_draw;
            for (kind, tables) in self.tables.iter_mut().enumerate() {
                for (m, table) in matching.yes_or_no[kind].iter().zip(tables) {
                    let bits = [
                        m.base.map(|i| of_base[kind][i]),
                        m.other.map(|i| of_other[kind][i]),
                    ];
                    table.add(replicate, self.groups, &span, bits);
                }
            }
            let (of_metrics, of_ratios) = means.split_at_mut(matching.metrics.len());
            for ((_, sides), pair) in matching.ratios.iter().zip(of_ratios) {
                let [a, b] = [(base, sides[0]), (other, sides[1])].map(|(ended, metrics)| {
                    let [of, over] = metrics.map(|m| &ended.metrics[m][span.clone()]);
                    RatioOfDraw::new(of, over, self.groups)
                });
                if let (RatioOfDraw::Values(a), RatioOfDraw::Values(b)) = (a, b) {
                    pair.add_draw(replicate, self.groups, &a, &b);
                }
            }
            for (m, pair) in matching.metrics.iter().zip(of_metrics) {
                if let (Some(a), Some(b)) = (m.base, m.other) {
                    pair.add_draw(
                        replicate,
                        self.groups,
                        &base.metrics[a][span.clone()],
                        &other.metrics[b][span.clone()],
                    );
                }
            }
        }
        means
    }
}

impl Table {
    /// Pairs the trials of a draw; what a file does not have holds in none of them.
    fn add(
        &mut self,
        replicate: usize,
        groups: usize,
        span: &Range<usize>,
        [base, other]: [Option<&Bits>; 2],
    ) {
        let hits =
            |bits: Option<&Bits>, span: Range<usize>| bits.map_or(0, |bits| bits.count(span));
        let (a_hits, b_hits) = (hits(base, span.clone()), hits(other, span.clone()));
        let common = match (base, other) {
            (Some(a), Some(b)) => a.count_both(b, span.clone()),
            _ => 0,
        };
        self.pair
            .add_draw(replicate, a_hits, b_hits, a_hits - common, b_hits - common);
        let trials = span.len();
        let mut differences = [0_i32; 8];
        for (g, difference) in differences[..groups].iter_mut().enumerate() {
            let part = span.start + g * trials / groups..span.start + (g + 1) * trials / groups;
            *difference = hits(other, part.clone()) as i32 - hits(base, part) as i32;
        }
        self.shift.add_draw(replicate, &differences[..groups]);
    }
}
