//! The difference between two scenarios split among the edits that make it.
//!
//! Takes a way to have the scenario with any of the edits; gives each edit's Shapley value: what it
//! adds, on average over all orders in which the edits can be made (Shapley 1953). The parts sum to
//! the whole. All runs have the same random numbers, so each part is a weighted sum of runs whose
//! common noise falls out, and its error is read from replicates.

use super::detectable::{self, LEVEL};
use super::quantity::Quantity;
use super::study::Study;
use crate::engine::{EngineError, Observer, Settings};
use crate::estimate::{MeanDifference, Replicated, difference};
use crate::random::{Seed, Site, Stream, TrialId};
use crate::results::{ExplainPart, ExplainResult, ExplainedNumber, RunResult, tool};
use crate::scenario::Report;
use std::collections::BTreeMap;

/// Edits up to which all subsets are run.
pub const ALL_SUBSETS: usize = 6;
/// Runs that orders are drawn for when there are more edits.
const RUNS: usize = 64;
/// Edits that can be told apart.
pub const MOST_EDITS: usize = 32;

/// Why a difference could not be split.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotExplained {
    /// The scenario with only these edits cannot be used.
    #[error("the scenario cannot be used with some of the edits alone: {report}")]
    Refused { edits: Vec<usize>, report: Report },
    #[error("{error}")]
    Failed {
        study: Box<Study>,
        #[source]
        error: EngineError,
    },
    #[error("interrupted")]
    Interrupted,
}

/// The orders in which edits are made: all of them, or pairs of a random one and its reverse.
fn orders(edits: usize, seed: u64) -> Vec<Vec<usize>> {
    let mut stream = Stream::new(
        Site::new(Seed(seed), "explain/orders"),
        TrialId { draw: 0, trial: 0 },
    );
    let pairs = (RUNS / (2 * edits)).max(2);
    let mut orders = Vec::with_capacity(2 * pairs);
    for _ in 0..pairs {
        let order = stream.order(edits);
        orders.push(order.iter().rev().copied().collect());
        orders.push(order);
    }
    orders
}

/// Weight of each run, by the set of its edits, in each edit's part; for drawn orders once for each
/// of them too.
struct Weights {
    /// By edit.
    parts: Vec<BTreeMap<u64, f64>>,
    /// By order, then by edit: the runs without and with it. Empty where all subsets are run.
    orders: Vec<Vec<[u64; 2]>>,
}

fn weights(edits: usize, seed: u64) -> Weights {
    let mut parts = vec![BTreeMap::new(); edits];
    let mut add = |edit: usize, without: u64, weight: f64| {
        *parts[edit].entry(without | 1 << edit).or_insert(0.0) += weight;
        *parts[edit].entry(without).or_insert(0.0) -= weight;
    };
    if edits <= ALL_SUBSETS {
        let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
        let n = edits as u32;
        for without in 0..1_u64 << edits {
            let size = without.count_ones();
            for edit in (0..edits).filter(|edit| without >> edit & 1 == 0) {
                let weight = factorial(size) * factorial(n - size - 1) / factorial(n);
                add(edit, without, weight);
            }
        }
        return Weights {
            parts,
            orders: Vec::new(),
        };
    }
    let drawn = orders(edits, seed);
    let mut all = Vec::with_capacity(drawn.len());
    for order in &drawn {
        let mut made = 0_u64;
        let mut steps = vec![[0, 0]; edits];
        for edit in order {
            add(*edit, made, 1.0 / drawn.len() as f64);
            steps[*edit] = [made, made | 1 << edit];
            made |= 1 << edit;
        }
        all.push(steps);
    }
    Weights { parts, orders: all }
}

/// Runs the scenario with the edits of each set that is needed, and splits each number's
/// difference; `open` has the scenario with some edits, by bit.
///
/// Without names of numbers it is the one that the scenario without edits leads to most often.
///
/// # Errors
/// [`NotExplained`].
pub fn explain(
    names: &[String],
    of: &[Quantity],
    settings: &Settings,
    observer: &dyn Observer,
    open: &dyn Fn(u64) -> Result<Study, Report>,
) -> Result<ExplainResult, NotExplained> {
    let edits = names.len();
    let whole = (1_u64 << edits) - 1;
    let weights = weights(edits, settings.seed);
    let mut sets: Vec<u64> = weights
        .parts
        .iter()
        .flat_map(|part| part.keys().copied())
        .collect();
    sets.extend([0, whole]);
    sets.sort_unstable();
    sets.dedup();
    let steps = super::sweep::Steps::new(observer, sets.len() as u64 * settings.blocks);
    let mut of = of.to_vec();
    let mut first: Option<RunResult> = None;
    let mut last: Option<RunResult> = None;
    // By set, by number.
    let mut seen: BTreeMap<u64, Vec<Option<Replicated>>> = BTreeMap::new();
    for set in sets {
        let study = open(set).map_err(|report| NotExplained::Refused {
            edits: (0..edits).filter(|edit| set >> edit & 1 == 1).collect(),
            report,
        })?;
        let run = match study.run(settings, &steps) {
            Ok(run) => run,
            Err(error) => {
                let study = Box::new(study);
                return Err(NotExplained::Failed { study, error });
            }
        };
        if run.run.interrupted {
            return Err(NotExplained::Interrupted);
        }
        if of.is_empty() {
            of = Quantity::leading(&study.model, &run).into_iter().collect();
        }
        seen.insert(set, of.iter().map(|q| q.replicated(&run)).collect());
        if set == 0 {
            first = Some(run.clone());
        }
        if set == whole {
            last = Some(run);
        }
    }
    let (Some(base), Some(other)) = (first, last) else {
        return Err(NotExplained::Interrupted);
    };
    let trials = base.run.trials as f64;
    let numbers = (of.iter().enumerate()).map(|(k, quantity)| {
        let floor = match quantity.is_probability() {
            // Two trials that differ, one each way, are never excluded: the interval of a pair
            // without any.
            true => 2.0_f64.sqrt() / (trials + 2.0),
            false => 0.0,
        };
        let at = |set: u64| seen[&set][k].as_ref();
        let sum = |terms: &[(f64, u64)]| -> Option<MeanDifference> {
            let terms: Option<Vec<(f64, &Replicated)>> = (terms.iter())
                .map(|(weight, set)| Some((*weight, at(*set)?)))
                .collect();
            Replicated::weighted(&terms?)
        };
        let mut parts: Vec<ExplainPart> = (names.iter().zip(&weights.parts).enumerate())
            .map(|(edit, (name, part))| {
                let terms: Vec<(f64, u64)> = part.iter().map(|(set, w)| (*w, *set)).collect();
                let drawn: Option<Vec<f64>> = (weights.orders.iter())
                    .map(|steps| {
                        let [without, with] = steps[edit];
                        Some(at(with)?.ratio - at(without)?.ratio)
                    })
                    .collect();
                told(name, sum(&terms), &drawn.unwrap_or_default(), floor)
            })
            .collect();
        let rows = parts.iter_mut();
        detectable::correct(rows.map(|part| (&mut part.p_adjusted, &mut part.detectable)));
        let mut total = told("", sum(&[(1.0, whole), (-1.0, 0)]), &[], floor);
        total.detectable = total.p_adjusted.is_some_and(|p| p < LEVEL);
        let of = quantity.told();
        ExplainedNumber {
            name: of.name,
            title: of.title,
            kind: of.kind,
            unit: of.unit,
            base: quantity.read(&base).value,
            other: quantity.read(&other).value,
            total,
            parts,
        }
    });
    Ok(ExplainResult {
        format: 1,
        tool: tool(),
        run: base.run.clone(),
        base: base.scenario.clone(),
        other: other.scenario.clone(),
        edits: names.to_vec(),
        method: match weights.orders.len() {
            0 => "all-subsets".into(),
            _ => "drawn-orders".into(),
        },
        runs: seen.len() as u64,
        orders: weights.orders.len() as u64,
        numbers: numbers.collect(),
    })
}

/// A part with its error, to which drawn orders add what they differ by: pairs of an order and its
/// reverse are independent of one another.
fn told(name: &str, found: Option<MeanDifference>, drawn: &[f64], floor: f64) -> ExplainPart {
    let pairs: Vec<f64> = drawn
        .chunks(2)
        .map(|pair| pair.iter().sum::<f64>() / pair.len() as f64)
        .collect();
    let n = pairs.len() as f64;
    let mean = pairs.iter().sum::<f64>() / n;
    let of_orders = match pairs.len() {
        0 | 1 => 0.0,
        _ => pairs.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n * (n - 1.0)),
    };
    let found = found.map(|d| {
        let error = (d.std_error * d.std_error + of_orders).sqrt().max(floor);
        difference(d.difference, error, d.degrees_of_freedom as usize + 1)
    });
    ExplainPart {
        edit: name.into(),
        difference: found.map(|d| d.difference),
        std_error: found.map(|d| d.std_error),
        ci95: found.map(|d| d.ci95),
        detectable: false,
        p_adjusted: found.map(|d| d.p_value),
    }
}
