//! A comparison in which the base is known from more trials than the other scenario has so far.
//!
//! Takes the base's whole run and a pair of shorter runs; gives the other scenario's probabilities
//! and means as the base plus what the pair says of the difference, each with the error of that sum
//! ([`PairTable::anchored`](crate::estimate::PairTable::anchored)). When the pair is as long as the
//! base, [`compare_grown`](super::compare_grown) says the same and more. Series over time and
//! ranges over parameter draws are those of the shorter run.

use super::compare::{correct, unlike};
use super::growing::{Look, are_identical, paired};
use super::pairs::{KINDS, Kind, Matching, Share, Side, told_of};
use super::study::Study;
use crate::engine::DRAWS_PER_BLOCK;
use crate::estimate::{AnchoredShare, REPLICATES};
use crate::model::ranges_of_metrics;
use crate::results::{CompareResult, Comparison, Difference, RunResult, tool};

/// Totals of the base over all its trials, by replicate.
#[derive(Clone)]
pub struct Totals {
    trials: [u64; REPLICATES],
    /// By kind and thing.
    hits: [Vec<[u64; REPLICATES]>; KINDS.len()],
    /// By metric: how many values there are, and their sums.
    metrics: Vec<([u64; REPLICATES], [f64; REPLICATES])>,
}

impl Totals {
    fn of(side: &Side, run: &Look, metrics: usize) -> Self {
        let per_draw = run.settings.trials_per_draw as usize;
        let mut totals = Self {
            trials: [0; REPLICATES],
            hits: Default::default(),
            metrics: vec![Default::default(); metrics],
        };
        for (block, ended) in run.ended.iter().enumerate() {
            let united = ended.in_groups(&side.groups);
            let read = side.read(ended, &united);
            for (own, bits) in totals.hits.iter_mut().zip(&read) {
                own.resize(bits.len(), [0; REPLICATES]);
            }
            for d in 0..DRAWS_PER_BLOCK as usize {
                let replicate = (block * DRAWS_PER_BLOCK as usize + d) % REPLICATES;
                let span = d * per_draw..(d + 1) * per_draw;
                totals.trials[replicate] += per_draw as u64;
                for (own, bits) in totals.hits.iter_mut().zip(&read) {
                    for (hits, bits) in own.iter_mut().zip(bits) {
                        hits[replicate] += u64::from(bits.count(span.clone()));
                    }
                }
                for ((values, sums), metric) in totals.metrics.iter_mut().zip(&ended.metrics) {
                    for value in metric[span.clone()].iter().filter(|v| !v.is_nan()) {
                        values[replicate] += 1;
                        sums[replicate] += value;
                    }
                }
            }
        }
        totals
    }
}

/// Compares a scenario with the base, of which `whole` is the longest run there is; `pair` are runs
/// of equal settings, base and other, paired as far as both go. The base's numbers in the result
/// are those of `whole`.
pub fn compare_anchored(
    (base, other): (&Study, &Study),
    whole: &Look,
    pair: [&Look; 2],
) -> CompareResult {
    let (found, comparison) = anchored((base, other), whole, pair);
    CompareResult {
        format: 1,
        tool: tool(),
        scenarios: vec![RunResult::clone(&whole.result), found],
        comparisons: vec![comparison],
        warnings: unlike(&[base, other]),
    }
}

/// The other scenario's result and the comparison of [`compare_anchored`] alone.
pub fn anchored(
    (base, other): (&Study, &Study),
    whole: &Look,
    pair: [&Look; 2],
) -> (RunResult, Comparison) {
    let matching = Matching::new(base, other);
    let identical = are_identical(base, other);
    let (pairs, means) = paired(&matching, pair[0], pair[1]);
    let mut found = RunResult::clone(&pair[1].result);
    if identical {
        found.conditional.clone_from(&whole.result.conditional);
        found.ratios.clone_from(&whole.result.ratios);
    }
    let mut comparison = matching.comparison(&whole.result, &found, &pairs, &means, identical);
    let metrics = base.model.metrics.len();
    let totals = (whole.totals).get_or_init(|| Totals::of(&matching.sides[0], whole, metrics));

    for (index, kind) in KINDS.into_iter().enumerate() {
        let rows = match kind {
            Kind::Outcome => &mut comparison.differences,
            Kind::Group => &mut comparison.groups,
            Kind::Trend => &mut comparison.trends,
            Kind::Question => &mut comparison.questions,
        };
        let matched = matching.yes_or_no[index].iter();
        for ((m, table), row) in matched.zip(&pairs.tables[index]).zip(rows) {
            if row.difference.is_none() {
                continue;
            }
            if identical {
                if let (Some(a), Some(b)) = (m.base, m.other) {
                    put(kind, &mut found, b, told_of(kind, &whole.result, a));
                }
                row.other = row.base;
                continue;
            }
            // What the base does not have happens in none of its trials.
            let nothing = [0; REPLICATES];
            let hits = m.base.and_then(|i| totals.hits[index].get(i));
            let share = (table.pair).anchored(hits.unwrap_or(&nothing), &totals.trials);
            if let Some(share) = share {
                let own = (share.value, share.std_error, share.ci95);
                if let Some(b) = m.other {
                    put(kind, &mut found, b, Some(own));
                }
                tell(row, &share);
            }
        }
    }
    let ranges = ranges_of_metrics(&other.model);
    let matched = (matching.metrics.iter().zip(&means)).zip(&matching.ranges);
    for (((m, pair), range), row) in matched.zip(&mut comparison.metrics) {
        let (Some(a), Some(b)) = (m.base, m.other) else {
            continue;
        };
        if identical {
            let same = whole.result.metrics[a].clone();
            row.other = same.mean;
            found.metrics[b] = same;
            continue;
        }
        let (values, sums) = &totals.metrics[a];
        let Some(mean) = pair.anchored(values, sums) else {
            // The pair has its own difference, from its own base.
            row.base = row
                .other
                .zip(row.difference)
                .map(|(other, difference)| other - difference);
            continue;
        };
        let value = mean.value.clamp(ranges[b].low, ranges[b].high);
        let metric = &mut found.metrics[b];
        metric.mean = Some(value);
        metric.std_error = Some(mean.std_error);
        metric.ci95 = Some(ranges[b].around(value, mean.ci95));
        row.other = Some(value);
        row.difference = Some(value - (mean.value - mean.difference));
        row.std_error = Some(mean.difference_std_error);
        row.ci95 = Some(range.around(mean.difference, mean.difference_ci95));
        row.p_adjusted = Some(mean.p_value);
    }
    let mut comparisons = [comparison];
    correct(&mut comparisons);
    let [comparison] = comparisons;
    (found, comparison)
}

/// Puts a probability in the place of the one that a result has; a result without such a thing
/// stays as it is.
fn put(kind: Kind, result: &mut RunResult, i: usize, share: Option<Share>) {
    let Some(share) = share else { return };
    let place = match kind {
        Kind::Outcome => (result.outcomes.get_mut(i))
            .map(|o| (&mut o.probability, &mut o.std_error, &mut o.ci95)),
        Kind::Group => {
            (result.groups.get_mut(i)).map(|g| (&mut g.probability, &mut g.std_error, &mut g.ci95))
        }
        Kind::Trend => (result.scorecard.iter_mut())
            .filter_map(|t| t.comes_true.last_mut())
            .nth(i)
            .map(|t| (&mut t.probability, &mut t.std_error, &mut t.ci95)),
        Kind::Question => (result.questions.get_mut(i))
            .map(|q| (&mut q.probability, &mut q.std_error, &mut q.ci95)),
    };
    if let Some((probability, std_error, ci95)) = place {
        (*probability, *std_error, *ci95) = share;
    }
}

fn tell(row: &mut Difference, share: &AnchoredShare) {
    row.other = Some(share.value);
    row.difference = Some(share.difference.difference);
    row.std_error = Some(share.difference.std_error);
    row.ci95 = Some(share.difference.ci95);
    row.p_adjusted = Some(share.difference.p_value);
}
