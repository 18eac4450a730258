//! The difference between two scenarios split among the edits that make it.
//!
//! Takes a way to have the scenario with any of the edits; gives each edit's Shapley value: what it
//! adds, on average over all orders in which the edits can be made (Shapley 1953). The parts sum to
//! the whole. All runs have the same random numbers, so each part is a weighted sum of runs whose
//! common noise falls out, and its error is read from replicates.
//!
//! The sides may be finished results, of other seeds or sizes and of other versions of the engine.
//! Then other random numbers are a part of their own: edits are split under the numbers of each
//! side, and the numbers exchanged without the edits and with all of them, each half the time (the
//! value of Owen 1977, with the edits as one group). What this engine does not find again in a
//! result is the part of the engine.

use super::detectable::{self, LEVEL};
use super::quantity::Quantity;
use super::study::Study;
use crate::engine::{EngineError, Observer, Settings};
use crate::estimate::{MeanDifference, Replicated, difference};
use crate::random::{Seed, Site, Stream, TrialId};
use crate::results::{
    EDIT, ENGINE, ExplainPart, ExplainResult, ExplainedNumber, NUMBERS, RunInfo, RunResult, TOTAL,
    Tool, tool,
};
use crate::scenario::Findings;
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
    Refused { edits: Vec<usize>, report: Findings },
    #[error("{error}")]
    Failed {
        study: Box<Study>,
        #[source]
        error: EngineError,
    },
    #[error("interrupted")]
    Interrupted,
}

/// One side of a difference: how it is run, and the result that is there already.
#[derive(Clone, Debug)]
pub struct Side {
    pub settings: Settings,
    pub finished: Option<RunResult>,
}

impl Side {
    /// Whether both have the same random numbers, as many of them.
    fn has_numbers_of(&self, other: &Self) -> bool {
        let [a, b] = [self, other].map(|side| {
            let of = &side.settings;
            (of.seed, of.trials_per_draw, of.design, of.blocks)
        });
        a == b
    }
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
    sides: &[Side; 2],
    observer: &dyn Observer,
    open: &dyn Fn(u64) -> Result<Study, Findings>,
) -> Result<ExplainResult, NotExplained> {
    let whole = (1_u64 << names.len()) - 1;
    let weights = weights(names.len(), sides[0].settings.seed);
    let ran = ran(&weights, whole, of, sides, observer, open)?;
    let other_tools = || (sides.iter().flat_map(|side| &side.finished)).any(|r| r.tool != tool());
    let has_engine = other_tools() || !(0..ran.of.len()).all(|k| ran.is_found_again(k));
    let numbers = (0..ran.of.len())
        .map(|k| ran.number(k, names, &weights, has_engine.then(|| engine(sides))))
        .collect();
    let version = |side: &Side| Some(side.finished.as_ref()?.tool.version.clone());
    let has_other_numbers = ran.worlds == 2;
    Ok(ExplainResult {
        format: 1,
        tool: tool(),
        other_run: has_other_numbers.then(|| ran.other.run.clone()),
        base_version: version(&sides[0]),
        other_version: version(&sides[1]),
        edits: names.to_vec(),
        method: match weights.orders.len() {
            0 => "all-subsets".into(),
            _ => "drawn-orders".into(),
        },
        runs: ran.seen.len() as u64,
        orders: weights.orders.len() as u64,
        numbers,
        run: ran.base.run,
        base: ran.base.scenario,
        other: ran.other.scenario,
    })
}

/// All runs that are needed.
struct Ran {
    of: Vec<Quantity>,
    /// 2 if the sides have other random numbers, otherwise 1.
    worlds: usize,
    /// All edits, by bit.
    whole: u64,
    /// By the side whose random numbers they are, and set of edits; then by number.
    seen: BTreeMap<(usize, u64), Vec<Option<Replicated>>>,
    /// Both sides as they are compared: finished results where there are such.
    base: RunResult,
    other: RunResult,
    /// Of [`base`](Self::base) and [`other`](Self::other), by number.
    ends: [Vec<Option<Replicated>>; 2],
}

fn ran(
    weights: &Weights,
    whole: u64,
    of: &[Quantity],
    sides: &[Side; 2],
    observer: &dyn Observer,
    open: &dyn Fn(u64) -> Result<Study, Findings>,
) -> Result<Ran, NotExplained> {
    let mut sets: Vec<u64> = (weights.parts.iter())
        .flat_map(|part| part.keys().copied())
        .collect();
    sets.extend([0, whole]);
    sets.sort_unstable();
    sets.dedup();
    let worlds = match sides[0].has_numbers_of(&sides[1]) {
        true => 1,
        false => 2,
    };
    let blocks: u64 = (sides[..worlds].iter())
        .map(|side| side.settings.blocks)
        .sum();
    let steps = super::sweep::Steps::new(observer, sets.len() as u64 * blocks);
    let [mut base, mut other] = [0, 1].map(|side: usize| sides[side].finished.clone());
    let mut of = of.to_vec();
    let mut seen: BTreeMap<(usize, u64), Vec<Option<Replicated>>> = BTreeMap::new();
    for set in sets {
        let study = open(set).map_err(|report| NotExplained::Refused {
            edits: (0..weights.parts.len())
                .filter(|edit| set >> edit & 1 == 1)
                .collect(),
            report,
        })?;
        for (world, side) in sides[..worlds].iter().enumerate() {
            let run = match study.run(&side.settings, &steps) {
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
                let first = base.as_ref().unwrap_or(&run);
                of = Quantity::leading(&study.model, first).into_iter().collect();
            }
            seen.insert(
                (world, set),
                of.iter().map(|q| q.replicated(&run)).collect(),
            );
            if (world, set) == (0, 0) {
                base.get_or_insert_with(|| run.clone());
            }
            if (world, set) == (worlds - 1, whole) {
                other.get_or_insert(run);
            }
        }
    }
    let (Some(base), Some(other)) = (base, other) else {
        return Err(NotExplained::Interrupted);
    };
    let ends = [&base, &other].map(|run| of.iter().map(|q| q.replicated(run)).collect());
    Ok(Ran {
        of,
        worlds,
        whole,
        seen,
        base,
        other,
        ends,
    })
}

impl Ran {
    /// A number in the run with some edits under the random numbers of a side.
    fn at(&self, world: usize, set: u64, k: usize) -> Option<&Replicated> {
        self.seen[&(world, set)][k].as_ref()
    }

    /// The same in the runs that finished results are of, made again.
    fn again(&self, k: usize) -> [Option<&Replicated>; 2] {
        [self.at(0, 0, k), self.at(self.worlds - 1, self.whole, k)]
    }

    /// Whether this engine finds a number of both results again.
    fn is_found_again(&self, k: usize) -> bool {
        self.again(k) == [0, 1].map(|side: usize| self.ends[side][k].as_ref())
    }

    /// The difference of a number, split; with a part of the engine, if it has a name.
    fn number(
        &self,
        k: usize,
        names: &[String],
        weights: &Weights,
        engine: Option<String>,
    ) -> ExplainedNumber {
        let quantity = &self.of[k];
        let trials = self.base.run.trials.min(self.other.run.trials) as f64;
        let floor = match quantity.is_probability() {
            // Two trials that differ, one each way, are never excluded: the interval of a pair
            // without any.
            true => 2.0_f64.sqrt() / (trials + 2.0),
            false => 0.0,
        };
        let share = 1.0 / self.worlds as f64;
        let mut parts: Vec<ExplainPart> = (names.iter().zip(&weights.parts).enumerate())
            .map(|(edit, (name, part))| {
                let terms = (0..self.worlds).flat_map(|world| {
                    let weighed = part.iter();
                    weighed.map(move |(set, w)| (w * share, self.at(world, *set, k)))
                });
                let drawn: Option<Vec<f64>> = (weights.orders.iter())
                    .map(|steps| {
                        let [without, with] = steps[edit];
                        let adds = (0..self.worlds).map(|world| {
                            Some(self.at(world, with, k)?.ratio - self.at(world, without, k)?.ratio)
                        });
                        Some(adds.sum::<Option<f64>>()? * share)
                    })
                    .collect();
                told((EDIT, name), sum(terms), &drawn.unwrap_or_default(), floor)
            })
            .collect();
        if self.worlds == 2 {
            let swapped = [0, self.whole].map(|set| {
                let one = |world: usize| self.at(world, set, k);
                [(0.5, one(1)), (-0.5, one(0))]
            });
            let name = other_numbers([&self.base.run, &self.other.run]);
            let found = sum(swapped.into_iter().flatten());
            parts.push(told((NUMBERS, &name), found, &[], floor));
        }
        let [base, other] = [0, 1].map(|side: usize| self.ends[side][k].as_ref());
        if let Some(name) = engine {
            let [first, last] = self.again(k);
            let found = sum([(1.0, first), (-1.0, base), (1.0, other), (-1.0, last)]);
            // What is found again to the last digit is no matter of chance.
            let floor = if self.is_found_again(k) { 0.0 } else { floor };
            parts.push(told((ENGINE, &name), found, &[], floor));
        }
        detectable::correct(
            (parts.iter_mut()).map(|part| (&mut part.p_adjusted, &mut part.detectable)),
        );
        let mut total = told((TOTAL, ""), sum([(1.0, other), (-1.0, base)]), &[], floor);
        total.detectable = total.p_adjusted.is_some_and(|p| p < LEVEL);
        let of = quantity.told();
        ExplainedNumber {
            name: of.name,
            title: of.title,
            kind: of.kind,
            unit: of.unit,
            base: quantity.read(&self.base).value,
            other: quantity.read(&self.other).value,
            total,
            parts,
        }
    }
}

/// A weighted sum of runs; `None` if one of them has no such number.
fn sum<'r>(
    terms: impl IntoIterator<Item = (f64, Option<&'r Replicated>)>,
) -> Option<MeanDifference> {
    let terms: Option<Vec<(f64, &Replicated)>> = (terms.into_iter())
        .map(|(weight, one)| Some((weight, one?)))
        .collect();
    Replicated::weighted(&terms?)
}

/// What other random numbers are called: what of the two runs differs.
fn other_numbers([a, b]: [&RunInfo; 2]) -> String {
    let mut parts = Vec::new();
    if a.seed != b.seed {
        parts.push(format!("seed {} → {}", a.seed, b.seed));
    }
    let size = |run: &RunInfo| (run.trials, run.trials_per_draw);
    if size(a) != size(b) {
        parts.push("other size".into());
    }
    if a.design != b.design {
        parts.push("other design".into());
    }
    format!("sampling noise ({})", parts.join(", "))
}

/// What another engine is called.
fn engine(sides: &[Side; 2]) -> String {
    let ours = tool();
    let [a, b] = [0, 1].map(|side: usize| {
        let finished = sides[side].finished.as_ref();
        finished.map_or(&ours, |result| &result.tool)
    });
    let told = |of: &Tool| match of.name == ours.name {
        true => of.version.clone(),
        false => format!("{} {}", of.name, of.version),
    };
    match (a == b, a == &ours) {
        (false, _) => format!("engine ({} → {})", told(a), told(b)),
        (true, true) => format!("engine (another build of {})", told(a)),
        (true, false) => format!("engine ({}, edits by {})", told(a), told(&ours)),
    }
}

/// A part with its error, to which drawn orders add what they differ by: pairs of an order and its
/// reverse are independent of one another.
fn told(
    (kind, name): (&str, &str),
    found: Option<MeanDifference>,
    drawn: &[f64],
    floor: f64,
) -> ExplainPart {
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
        kind: kind.into(),
        edit: name.into(),
        difference: found.map(|d| d.difference),
        std_error: found.map(|d| d.std_error),
        ci95: found.map(|d| d.ci95),
        detectable: false,
        p_adjusted: found.map(|d| d.p_value),
    }
}
