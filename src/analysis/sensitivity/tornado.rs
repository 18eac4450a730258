//! A tornado: each input at its 5% and at its 95%, all others as they are, in the same draws and
//! trials.

use super::design::Readings;
use super::inputs::{Named, ends};
use super::targets::Reading;
use crate::analysis::Study;
use crate::analysis::detectable;
use crate::engine::{DRAWS_PER_BLOCK, EngineError, Settings, Steer};
use crate::estimate::{MeanPair, PairTable, Proportion, REPLICATES, groups, ratio};
use crate::results::{DesignSize, Swing};

/// Probability levels at which an input is held.
const ENDS: [f64; 2] = [0.05, 0.95];
/// Trials of each draw: two in each of eight groups.
const TRIALS_PER_DRAW: u32 = 16;
/// Fewest draws per variant.
const LEAST_DRAWS: u64 = 32;

/// One input held at a level in every draw.
struct Held {
    input: usize,
    level: f64,
}

impl Steer for Held {
    fn level(&self, _: u32, input: usize) -> Option<f64> {
        (input == self.input).then_some(self.level)
    }
}

/// The size of each variant: all of them together have half as many trials as the run, and 512 each
/// at least.
pub fn size(run: &Settings, inputs: usize) -> Settings {
    let variants = (2 * inputs as u64).max(1);
    let trials = run.blocks.saturating_mul(run.trials_per_block());
    let draws = trials / 2 / variants / u64::from(TRIALS_PER_DRAW);
    run.clone()
        .trials_per_draw(TRIALS_PER_DRAW)
        .blocks(draws.max(LEAST_DRAWS).div_ceil(u64::from(DRAWS_PER_BLOCK)))
        .until(None)
}

/// What the tornado's variants are.
pub fn design_size(settings: &Settings, inputs: usize) -> DesignSize {
    DesignSize {
        variants: 2 * inputs as u64,
        draws: settings.blocks * u64::from(DRAWS_PER_BLOCK),
        trials_per_draw: settings.trials_per_draw,
    }
}

/// Where a variant has its inputs: the low side of each input, then its high side.
pub fn steer(pass: u64) -> impl Steer {
    Held {
        input: (pass / 2) as usize,
        level: ENDS[(pass % 2) as usize],
    }
}

/// Swings by target, largest first; `None` if a variant was cancelled.
///
/// # Errors
/// Those of `readings`.
pub fn tornado(
    study: &Study,
    named: &[Named],
    targets: usize,
    settings: &Settings,
    readings: Readings<'_>,
) -> Result<Option<Vec<Vec<Swing>>>, EngineError> {
    let ends = ends(study);
    let mut by_target: Vec<Vec<Swing>> = vec![Vec::new(); targets];
    for (input, of) in named.iter().enumerate() {
        let mut sides = Vec::with_capacity(2);
        for side in 0..2 {
            match readings(2 * input as u64 + side)? {
                Some(blocks) => sides.push(blocks),
                None => return Ok(None),
            }
        }
        for (t, swings) in by_target.iter_mut().enumerate() {
            let pairs = sides[0].iter().zip(&sides[1]).map(|(a, b)| [&a[t], &b[t]]);
            swings.push(swing(
                of,
                ends[input],
                pairs,
                settings.trials_per_draw as usize,
            ));
        }
    }
    for swings in &mut by_target {
        let rows = swings.iter_mut();
        detectable::correct(rows.map(|swing| (&mut swing.p_adjusted, &mut swing.detectable)));
        let size = |swing: &Swing| swing.swing.map_or(-1.0, f64::abs);
        swings.sort_by(|a, b| size(b).total_cmp(&size(a)));
    }
    Ok(Some(by_target))
}

/// What the trials of both sides say.
fn swing<'r>(
    of: &Named,
    ends: Option<[f64; 2]>,
    blocks: impl Iterator<Item = [&'r Reading; 2]>,
    per_draw: usize,
) -> Swing {
    let mut found = Swing {
        input: of.name.clone(),
        title: of.title.clone(),
        kind: of.kind.into(),
        input_low: ends.map(|ends| ends[0]),
        input_high: ends.map(|ends| ends[1]),
        low: None,
        low_std_error: None,
        high: None,
        high_std_error: None,
        swing: None,
        swing_std_error: None,
        swing_ci95: None,
        p_adjusted: None,
        detectable: false,
    };
    let mut table = PairTable::new(per_draw);
    let mut hits = [[0; REPLICATES]; 2];
    let mut trials = [0; REPLICATES];
    let mut draws = 0;
    let mut means = MeanPair::new();
    let mut sums = [([0.0; REPLICATES], [0.0; REPLICATES]); 2];
    let mut is_mean = false;
    for pair in blocks {
        for d in 0..DRAWS_PER_BLOCK as usize {
            let replicate = d % REPLICATES;
            let span = d * per_draw..(d + 1) * per_draw;
            match pair {
                [Reading::YesOrNo(a), Reading::YesOrNo(b)] => {
                    let [in_a, in_b] = [a.count(span.clone()), b.count(span.clone())];
                    let common = a.count_both(b, span);
                    table.add_draw(replicate, in_a, in_b, in_a - common, in_b - common);
                    hits[0][replicate] += u64::from(in_a);
                    hits[1][replicate] += u64::from(in_b);
                    trials[replicate] += per_draw as u64;
                    draws += 1;
                }
                [Reading::Values(a), Reading::Values(b)] => {
                    is_mean = true;
                    let sides = [&a[span.clone()], &b[span]];
                    means.add_draw(replicate, groups(per_draw), sides[0], sides[1]);
                    for ((sum, count), side) in sums.iter_mut().zip(sides) {
                        let known = || side.iter().filter(|value| !value.is_nan());
                        sum[replicate] += known().sum::<f64>();
                        count[replicate] += known().count() as f64;
                    }
                }
                _ => {}
            }
        }
    }
    if is_mean {
        let sides = sums.map(|(sum, count)| ratio(&sum, &count));
        let known = |x: f64| x.is_finite().then_some(x);
        let [(low, low_error), (high, high_error)] = sides;
        (found.low, found.high) = (known(low), known(high));
        (found.low_std_error, found.high_std_error) = (known(low_error), known(high_error));
        if let Some(difference) = means.difference() {
            found.swing = Some(difference.difference);
            found.swing_std_error = Some(difference.std_error);
            found.swing_ci95 = Some(difference.ci95);
            found.p_adjusted = Some(difference.p_value);
        }
    } else {
        let [low, high] = hits.map(|hits| Proportion::of(&hits, &trials, draws));
        (found.low, found.high) = (Some(low.probability), Some(high.probability));
        (found.low_std_error, found.high_std_error) = (Some(low.std_error), Some(high.std_error));
        let difference = table.difference();
        found.swing = Some(difference.difference);
        found.swing_std_error = Some(difference.shown_error());
        found.swing_ci95 = Some(difference.ci95);
        found.p_adjusted = Some(difference.p_value);
    }
    found
}
