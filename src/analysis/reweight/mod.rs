//! New start weights on a finished run, without simulating.
//!
//! Takes a result and the weights that were asked for; gives probabilities and means under them by
//! the law of total probability, P = Σ w P(under the trend), with their errors and their paired
//! differences from the run as it was. Weights act at the start and nowhere else, which is what
//! makes this exact up to chance. Needs nothing but the result, which the caller has
//! read.

mod ratios;

use super::detectable;
use super::study::Study;
use crate::diagnostic::nearest;
use crate::engine::CAUTION;
use crate::estimate::{
    REPLICATES, Reweighted, Shift, WeightedHits, WeightedValues, reweighted_mean, reweighted_share,
};
use crate::expression::{Arithmetic, Interval};
use crate::model::ranges_of_metrics;
use crate::results::{
    ByTrend, Difference, Epistemic, EpistemicStatus, MetricResult, NewWeight, Presence,
    ReweightResult, ReweightedMean, ReweightedShare, RunResult, tool,
};
use indexmap::IndexMap;

/// What the run says of one group, outcome or question.
struct Run<'r> {
    probability: f64,
    std_error: f64,
    ci95: [f64; 2],
    epistemic90: Option<[f64; 2]>,
    epistemic: &'r Epistemic,
    by_trend: &'r IndexMap<String, ByTrend>,
}

/// The same, out of a result of one of the three.
macro_rules! run_of {
    ($of:expr) => {
        Run {
            probability: $of.probability,
            std_error: $of.std_error,
            ci95: $of.ci95,
            epistemic90: $of.epistemic90,
            epistemic: &$of.epistemic,
            by_trend: &$of.by_trend,
        }
    };
}

/// How far weights may miss a sum of 1 before it is taken for a mistake: thirds written with three
/// digits.
const ROUNDING: f64 = 1.001e-3;
/// Below this two weights are one number with other roundings.
const SAME: f64 = 1e-12;
/// Why a run cannot be given these weights.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReweightError {
    #[error("no trend is named `{name}`{}", .near.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
    UnknownTrend { name: String, near: Option<String> },
    #[error("the weight of `{name}` is given twice")]
    Twice { name: String },
    #[error("the weight of `{name}` must be a number from 0 to 1: got {weight}")]
    OutOfRange { name: String, weight: f64 },
    #[error("the weights must sum to 1, and these sum to {sum}")]
    Sum { sum: f64 },
    #[error(
        "the weights given sum to {sum}, and the other trends, which would share the rest, have weight 0 in the run"
    )]
    NothingToScale { sum: f64 },
    #[error(
        "no trial of the run started under `{name}`, so nothing is known of what follows; simulate with a weight above 0 instead: --set trends.{name}.weight=…"
    )]
    NeverStarted { name: String },
    #[error(
        "too few trials of the run started under `{name}` ({trials}) to say what follows; simulate more, or with a larger weight"
    )]
    TooFew { name: String, trials: u64 },
    #[error("the result has no trends with weights")]
    NoTrends,
}

/// The result of a run under new weights of the trends.
///
/// Trends that are not named share what the named ones leave, in the proportions that they had.
/// With the weights of the run every number is that of the run.
///
/// ```
/// use quincunx::{Silent, Study, reweight};
///
/// let study = Study::open("scenarios/baseline.json".as_ref(), &[])?;
/// let run = study.run(&study.settings().trials(1024).build(), &Silent)?;
/// let result = reweight(&run, &[("escalation".to_owned(), 0.5)])?;
/// assert_eq!(result.outcomes.len(), run.outcomes.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ReweightError`]: weights that are none, or that the run has no trials for.
pub fn reweight(
    result: &RunResult,
    asked: &[(String, f64)],
) -> Result<ReweightResult, ReweightError> {
    let weights = resolved(result, asked)?;
    let unchanged = weights.iter().all(|w| (w.weight - w.before).abs() < SAME);
    let draws = result.run.draws;
    let caution = if result.run.stopped_by_precision {
        CAUTION
    } else {
        1.0
    };
    let share = |name: &str, title: &str, run: Run<'_>| {
        let found = if unchanged {
            None
        } else {
            Some(share_of(run.by_trend, &weights, draws, caution)?)
        };
        Ok(reweighted(name, title, &run, found))
    };
    let mut groups = Vec::with_capacity(result.groups.len());
    for g in &result.groups {
        groups.push(share(&g.name, &g.title, run_of!(g))?);
    }
    let mut outcomes = Vec::with_capacity(result.outcomes.len());
    for o in &result.outcomes {
        outcomes.push(share(&o.name, &o.title, run_of!(o))?);
    }
    let mut questions = Vec::with_capacity(result.questions.len());
    for q in &result.questions {
        questions.push(share(&q.name, &q.title, run_of!(q))?);
    }
    let trials = result.outcomes.first().map(|o| &o.by_trend);
    let mut conditional = ratios::conditional(result, &weights, unchanged, caution);
    let mut means = ratios::means(result, &weights, unchanged);
    let ranges = ranges_by_name(result);
    let mut metrics: Vec<ReweightedMean> = (result.metrics.iter())
        .map(|metric| {
            let range = ranges.get(&metric.name).copied().unwrap_or(Interval::ALL);
            mean_of(metric, range, trials, &weights, unchanged)
        })
        .collect();
    for shares in [&mut groups, &mut outcomes, &mut questions, &mut conditional] {
        detectable::correct(shares.iter_mut().map(|one| one.difference.detected()));
    }
    detectable::correct(metrics.iter_mut().map(|one| one.difference.detected()));
    detectable::correct(means.iter_mut().map(|one| one.difference.detected()));
    let mut remarks = remarks(result, &weights, unchanged);
    remarks.extend(ratios::without_trials(result, &conditional));
    Ok(ReweightResult {
        format: 1,
        tool: tool(),
        run: result.run.clone(),
        scenario: result.scenario.clone(),
        weights,
        unchanged,
        groups,
        outcomes,
        questions,
        conditional,
        metrics,
        ratios: means,
        remarks,
    })
}

/// All weights, from those that were asked for.
fn resolved(result: &RunResult, asked: &[(String, f64)]) -> Result<Vec<NewWeight>, ReweightError> {
    let by_trend = result.outcomes.first().map(|outcome| &outcome.by_trend);
    let trials = |name: &str| -> u64 {
        let counts = by_trend.and_then(|by| by.get(name));
        counts.map_or(0, |by| by.trials.iter().sum())
    };
    let mut weights: Vec<NewWeight> = (result.trends.iter())
        .filter_map(|trend| {
            Some(NewWeight {
                name: trend.name.clone(),
                title: trend.title.clone(),
                before: trend.weight?,
                weight: trend.weight?,
                named: false,
                trials: trials(&trend.name),
            })
        })
        .collect();
    if weights.is_empty() {
        return Err(ReweightError::NoTrends);
    }
    for (name, weight) in asked {
        let Some(entry) = weights.iter_mut().find(|w| w.name == *name) else {
            let names = result.trends.iter().map(|trend| trend.name.as_str());
            return Err(ReweightError::UnknownTrend {
                name: name.clone(),
                near: nearest(name, names).map(str::to_owned),
            });
        };
        if entry.named {
            return Err(ReweightError::Twice { name: name.clone() });
        }
        if !(0.0..=1.0 + ROUNDING).contains(weight) {
            return Err(ReweightError::OutOfRange {
                name: name.clone(),
                weight: *weight,
            });
        }
        (entry.named, entry.weight) = (true, *weight);
    }
    fill_up(&mut weights)?;
    for entry in weights.iter().filter(|w| w.weight > 0.0) {
        let name = entry.name.clone();
        if entry.trials == 0 {
            return Err(ReweightError::NeverStarted { name });
        }
        let replicates = by_trend
            .and_then(|by| by.get(&name))
            .map_or(0, |by| by.trials.iter().filter(|n| **n > 0).count());
        if replicates < 2 {
            let trials = entry.trials;
            return Err(ReweightError::TooFew { name, trials });
        }
    }
    Ok(weights)
}

/// Makes the weights sum to 1: those that are not named give way in proportion.
fn fill_up(weights: &mut [NewWeight]) -> Result<(), ReweightError> {
    let sum: f64 = weights.iter().filter(|w| w.named).map(|w| w.weight).sum();
    let rest: f64 = weights.iter().filter(|w| !w.named).map(|w| w.before).sum();
    let shown = (sum * 1e6).round() / 1e6;
    let all_named = weights.iter().all(|w| w.named);
    if (all_named && (sum - 1.0).abs() > ROUNDING) || sum > 1.0 + ROUNDING {
        return Err(ReweightError::Sum { sum: shown });
    }
    if all_named || sum >= 1.0 {
        for entry in weights {
            entry.weight = if entry.named { entry.weight / sum } else { 0.0 };
        }
        return Ok(());
    }
    if rest <= 0.0 {
        return Err(ReweightError::NothingToScale { sum: shown });
    }
    for entry in weights.iter_mut().filter(|w| !w.named) {
        entry.weight = entry.before * (1.0 - sum) / rest;
    }
    Ok(())
}

fn by_replicate(counts: &[u64]) -> [u64; REPLICATES] {
    std::array::from_fn(|m| counts.get(m).copied().unwrap_or(0))
}

fn share_of(
    by_trend: &IndexMap<String, ByTrend>,
    weights: &[NewWeight],
    draws: u64,
    caution: f64,
) -> Result<Reweighted, ReweightError> {
    let parts: Vec<WeightedHits> = (weights.iter())
        .map(|w| {
            let counts = by_trend.get(&w.name);
            WeightedHits {
                weight: w.weight,
                hits: counts.map_or([0; REPLICATES], |by| by_replicate(&by.hits)),
                trials: counts.map_or([0; REPLICATES], |by| by_replicate(&by.trials)),
            }
        })
        .collect();
    // Trends of positive weight have trials in two replicates: that was looked at before.
    reweighted_share(&parts, draws, caution).ok_or(ReweightError::NoTrends)
}

fn reweighted(
    name: &str,
    title: &str,
    run: &Run<'_>,
    found: Option<Reweighted>,
) -> ReweightedShare {
    let (probability, std_error, ci95, shift) = match found {
        Some(found) => (found.value, found.std_error, found.ci95, found.shift),
        None => (run.probability, run.std_error, run.ci95, NO_SHIFT),
    };
    let exact = run.epistemic.status == EpistemicStatus::Exact;
    ReweightedShare {
        name: name.into(),
        title: title.into(),
        probability,
        std_error,
        ci95,
        epistemic90: match found {
            None => run.epistemic90,
            Some(_) => exact.then_some([probability; 2]),
        },
        epistemic: (found.is_none() || exact).then(|| run.epistemic.clone()),
        difference: difference(
            name,
            title,
            [Some(run.probability), Some(probability)],
            Some(shift),
        ),
    }
}

/// The same weights: every difference is exactly nil.
const NO_SHIFT: Shift = Shift {
    difference: 0.0,
    std_error: 0.0,
    ci95: [0.0; 2],
    p_value: 1.0,
};

fn difference(
    name: &str,
    title: &str,
    [base, other]: [Option<f64>; 2],
    shift: Option<Shift>,
) -> Difference {
    Difference {
        outcome: name.into(),
        title: title.into(),
        base,
        other,
        difference: shift.map(|s| s.difference),
        std_error: shift.map(|s| s.std_error),
        ci95: shift.map(|s| s.ci95),
        unpaired_std_error: None,
        epistemic90: None,
        epistemic: None,
        detectable: false,
        p_adjusted: shift.map(|s| s.p_value),
        present: Presence::Both,
    }
}

/// What the values of each metric can be, as far as the scenario in the result says.
fn ranges_by_name(result: &RunResult) -> IndexMap<String, Interval> {
    let source = result.scenario.source.to_string();
    let Ok(study) = Study::from_text(&source, "scenario.source") else {
        return IndexMap::new();
    };
    let names = study.model.metrics.iter().map(|metric| metric.name.clone());
    names.zip(ranges_of_metrics(&study.model)).collect()
}

/// Sums of a metric by trend, with the new weights; results of earlier versions do not have them.
fn values_of(
    metric: &MetricResult,
    trials: Option<&IndexMap<String, ByTrend>>,
    weights: &[NewWeight],
) -> Option<Vec<WeightedValues>> {
    let parts = weights.iter().map(|w| {
        let group = metric.by_trend.get(&w.name)?;
        if group.sums.len() != REPLICATES || group.values.len() != REPLICATES {
            return None;
        }
        Some(WeightedValues {
            weight: w.weight,
            sums: std::array::from_fn(|m| group.sums[m]),
            values: by_replicate(&group.values),
            trials: by_replicate(&trials?.get(&w.name)?.trials),
        })
    });
    parts.collect()
}

fn mean_of(
    metric: &MetricResult,
    range: Interval,
    trials: Option<&IndexMap<String, ByTrend>>,
    weights: &[NewWeight],
    unchanged: bool,
) -> ReweightedMean {
    let known = || values_of(metric, trials, weights);
    let defined_share = |parts: &Vec<WeightedValues>| -> f64 {
        let of = |part: &WeightedValues| {
            let n: u64 = part.trials.iter().sum();
            part.weight * part.values.iter().sum::<u64>() as f64 / n as f64
        };
        parts.iter().filter(|p| p.weight > 0.0).map(of).sum()
    };
    let (defined, mean, std_error, ci95, shift) = if unchanged {
        let shift = metric.mean.map(|_| NO_SHIFT);
        (
            Some(metric.defined),
            metric.mean,
            metric.std_error,
            metric.ci95,
            shift,
        )
    } else {
        let parts = known();
        let found = parts.as_ref().and_then(|parts| reweighted_mean(parts));
        (
            parts.as_ref().map(defined_share),
            found.map(|f| f.value),
            found.map(|f| f.std_error),
            found.map(|f| range.around(f.value, f.ci95)),
            found.map(|f| {
                let possible = range.arithmetic(Arithmetic::Subtract, range);
                Shift {
                    ci95: possible.around(f.shift.difference, f.shift.ci95),
                    ..f.shift
                }
            }),
        )
    };
    ReweightedMean {
        name: metric.name.clone(),
        title: metric.title.clone(),
        unit: metric.unit.clone(),
        defined,
        mean,
        std_error,
        ci95,
        difference: difference(&metric.name, &metric.title, [metric.mean, mean], shift),
    }
}

/// Holm's correction over one table.
fn remarks(result: &RunResult, weights: &[NewWeight], unchanged: bool) -> Vec<String> {
    if unchanged {
        return vec!["These are the weights of the run: nothing changes.".into()];
    }
    let mut remarks = Vec::new();
    let scaled: Vec<String> = (weights.iter())
        .filter(|w| !w.named && w.before > 0.0)
        .map(|w| format!("`{}`", w.name))
        .collect();
    if !scaled.is_empty() {
        remarks.push(format!(
            "Not named, and scaled in proportion so that the weights sum to 1: {}.",
            scaled.join(", ")
        ));
    }
    remarks.push(
        "Left out, because a finished run does not hold them by start trend: quantiles, standard deviations, histograms, events, and \
         everything over time. A run with these weights (--set trends.NAME.weight=…) gives them."
            .into(),
    );
    let exact = |status: EpistemicStatus| status == EpistemicStatus::Exact;
    if !result.outcomes.iter().all(|o| exact(o.epistemic.status)) {
        remarks.push(
            "The epistemic ranges are left out too: how the probabilities under the trends vary together from draw to draw is not in a result."
                .into(),
        );
    }
    if result
        .scenario
        .source
        .get("weight_concentration")
        .is_some_and(|c| !c.is_null())
    {
        remarks.push(
            "The weights of the scenario are uncertain (`weight_concentration`): the new ones are taken as their means.".into(),
        );
    }
    if result
        .metrics
        .iter()
        .any(|m| !m.has_no_mean() && m.by_trend.values().any(|group| group.sums.is_empty()))
    {
        remarks.push("The result was made by an earlier version, which did not keep what the means of metrics need.".into());
    }
    remarks
}
