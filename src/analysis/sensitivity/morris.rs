//! Screening by elementary effects: trajectories that move one parameter after another, each once.

use super::design::Draws;
use super::inputs::Named;
use crate::engine::{DRAWS_PER_BLOCK, EngineError, Settings, Steer};
use crate::estimate::{DrawMean, Effects, Step, elementary_effects};
use crate::random::design::Design;

/// Trials of each draw: two in each of eight groups.
const TRIALS_PER_DRAW: u32 = 16;
/// Fewest trajectories.
const LEAST_TRAJECTORIES: u64 = 32;
/// Levels of the grid, 0, ⅓, ⅔ and 1 of a parameter's range from its 5% to its 95%.
const LEVELS: usize = 4;
/// A step, as a share of the range: p / (2 (p - 1)).
const DELTA: f64 = LEVELS as f64 / (2.0 * (LEVELS - 1) as f64);
/// Tags that keep the numbers of places and of orders apart.
const PLACE: u64 = 0x6d6f_7272_6973_0000;
const ORDER: u64 = 0x6d6f_7272_6973_0001;

/// Trajectories, one per draw; parameters are counted in the order of inputs, which come first.
#[derive(Clone, Copy)]
struct Trajectories {
    seed: u64,
    parameters: usize,
}

impl Trajectories {
    /// Level at which a parameter starts, and the one that it steps to.
    fn levels(&self, draw: u32, parameter: usize) -> [usize; 2] {
        let u = Design::Random.uniform(self.seed, PLACE, parameter as u64, u64::from(draw));
        let start = ((u * LEVELS as f64) as usize).min(LEVELS - 1);
        [start, (start + LEVELS / 2) % LEVELS]
    }

    /// How many parameters step before it.
    fn rank(&self, draw: u32, parameter: usize) -> usize {
        let order = |p: usize| Design::Random.uniform(self.seed, ORDER, p as u64, u64::from(draw));
        let own = (order(parameter), parameter);
        (0..self.parameters)
            .filter(|p| (order(*p), *p) < own)
            .count()
    }
}

/// A point of all trajectories: so many parameters have stepped.
struct Point {
    trajectories: Trajectories,
    stepped: usize,
}

impl Steer for Point {
    fn level(&self, draw: u32, input: usize) -> Option<f64> {
        if input >= self.trajectories.parameters {
            return None;
        }
        let [start, end] = self.trajectories.levels(draw, input);
        let at = if self.trajectories.rank(draw, input) < self.stepped {
            end
        } else {
            start
        };
        Some(0.05 + 0.9 * at as f64 / (LEVELS - 1) as f64)
    }
}

/// The size of each pass: all have as many trials as the run, and 32 trajectories at least.
pub fn size(run: &Settings, parameters: usize) -> Settings {
    let trials = run.blocks.saturating_mul(run.trials_per_block());
    let draws = trials / (parameters as u64 + 1) / u64::from(TRIALS_PER_DRAW);
    run.clone()
        .trials_per_draw(TRIALS_PER_DRAW)
        .blocks((draws.max(LEAST_TRAJECTORIES)).div_ceil(u64::from(DRAWS_PER_BLOCK)))
        .until(None)
}

/// Parameters among the inputs; start weights, which cannot move alone, are left as they are.
pub fn parameters(named: &[Named]) -> usize {
    named
        .iter()
        .take_while(|one| one.kind == "parameter")
        .count()
}

/// Where a pass has its inputs: so many parameters have stepped.
pub fn steer(pass: u64, parameters: usize, settings: &Settings) -> impl Steer + use<> {
    Point {
        trajectories: trajectories(parameters, settings),
        stepped: pass as usize,
    }
}

fn trajectories(parameters: usize, settings: &Settings) -> Trajectories {
    Trajectories {
        seed: settings.seed,
        parameters,
    }
}

/// Statistics by target and parameter; `None` if a pass was cancelled.
///
/// # Errors
/// Those of `draws`.
pub fn morris(
    parameters: usize,
    targets: usize,
    settings: &Settings,
    draws: Draws<'_>,
) -> Result<Option<Vec<Vec<Option<Effects>>>>, EngineError> {
    let trajectories = trajectories(parameters, settings);
    // By point and target, the trajectories.
    let mut points: Vec<Vec<Vec<DrawMean>>> = Vec::with_capacity(parameters + 1);
    for stepped in 0..=parameters as u64 {
        match draws(stepped)? {
            Some(by_target) => points.push(by_target),
            None => return Ok(None),
        }
    }
    let trajectories_made = settings.blocks as u32 * DRAWS_PER_BLOCK;
    let of = |target: usize, parameter: usize| {
        let steps = (0..trajectories_made).map(|k| {
            let rank = trajectories.rank(k, parameter);
            let [start, end] = trajectories.levels(k, parameter);
            Step {
                before: &points[rank][target][k as usize],
                after: &points[rank + 1][target][k as usize],
                delta: if start < end { DELTA } else { -DELTA },
            }
        });
        elementary_effects(steps)
    };
    let by_target = (0..targets).map(|t| (0..parameters).map(|p| of(t, p)).collect());
    Ok(Some(by_target.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_point_of_a_trajectory_moves_one_parameter_by_a_step() {
        let trajectories = Trajectories {
            seed: 3,
            parameters: 5,
        };
        let mut seen = [0; LEVELS];
        for draw in 0..400 {
            let at = |stepped: usize| -> Vec<f64> {
                let point = Point {
                    trajectories,
                    stepped,
                };
                (0..5)
                    .map(|p| point.level(draw, p).expect("a level"))
                    .collect()
            };
            for stepped in 0..5 {
                let moved: Vec<f64> = (at(stepped).iter().zip(at(stepped + 1)))
                    .map(|(a, b)| (b - a).abs())
                    .filter(|gap| *gap > 1e-12)
                    .collect();
                assert_eq!(moved.len(), 1, "{draw}: {moved:?}");
                assert!((moved[0] - 0.9 * DELTA).abs() < 1e-12);
            }
            seen[trajectories.levels(draw, 2)[0]] += 1;
            let point = Point {
                trajectories,
                stepped: 2,
            };
            assert_eq!(point.level(draw, 5), None);
        }
        // Each level 100 times of 400, standard deviation 9.
        assert!(seen.iter().all(|n| (65..135).contains(n)), "{seen:?}");
    }
}
