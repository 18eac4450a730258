//! Precision per second: the variance of estimates at equal time, the simulator's design against
//! plain sampling.
//!
//! In goes a large scenario; out comes, for each of its outcomes, how many times longer plain
//! sampling (independent parameter draws, independent start trends) would have to run for the same
//! standard error. Both designs take turns under many seeds. A run is 16 independent replicates, so
//! a seed gives 16 values to measure a variance by, whatever the design does inside a replicate.
//!
//! No spread of draws and start trends removes the chance inside them: how much the gain could be
//! at most follows from the runs, too.

use super::Plan;
use crate::measure::{Contestant, Rates, Spread, take_turns};
use crate::ours;
use crate::table::{Row, Section, Target, three_digits};
use quincunx::random::design::Design;
use quincunx::results::{ByTrend, OutcomeResult, RunResult};
use quincunx::{Silent, Study};
use std::error::Error;

/// The default size of a run.
const TRIALS: u64 = 10_000;
const SEEDS: usize = 80;
const SEEDS_OF_A_LOOK: usize = 16;
/// Outcomes with fewer expected hits per replicate say little in so many seeds.
const LEAST_HITS: f64 = 8.0;

pub fn measure(plan: &Plan) -> Result<Option<Section>, Box<dyn Error>> {
    let study = ours::open(&plan.large())?;
    let seeds = if plan.quick { SEEDS_OF_A_LOOK } else { SEEDS };
    let designs = [Design::Random, Design::Padded];
    // A fault of the scenario shows here, once, and not in the middle of the measurement.
    for design in designs {
        run(&study, design, 1)?;
    }
    let mut kept: [Vec<RunResult>; 2] = [Vec::new(), Vec::new()];
    let [random, padded] = &mut kept;
    let rates = take_turns(
        seeds,
        vec![
            contestant("plain sampling", &study, Design::Random, random),
            contestant("the design", &study, Design::Padded, padded),
        ],
    );
    let [random, padded] = kept.map(|runs| outcomes(&runs));
    let time = Spread::ratio(&rates[1], &rates[0]).median;
    let mut rows = vec![
        Row::new(
            "time of plain sampling / of the design",
            Spread::ratio(&rates[1], &rates[0]),
            "",
            Target::None,
        )
        .with(format!(
            "{} / {} µs a trial",
            micros(&rates[0]),
            micros(&rates[1])
        )),
    ];
    let mut gains = Vec::new();
    for (plain, ours) in random.iter().zip(&padded) {
        if plain.hits < LEAST_HITS {
            continue;
        }
        let gain = plain.variance / ours.variance * time;
        gains.push(gain);
        // Variance of the logarithm of a quotient of two sample variances, each with its own excess
        // of tails.
        let error = (plain.relative_error().powi(2) + ours.relative_error().powi(2)).sqrt();
        let spread = Spread {
            median: gain,
            least: gain * (1.0 - error),
            most: gain * (1.0 + error),
        };
        rows.push(
            Row::new(
                format!("variance, {}", plain.name),
                spread,
                "",
                Target::AtLeast(2.0),
            )
            .with(format!(
                "P {}%; std. error {} / {} pp",
                three_digits(100.0 * plain.mean),
                three_digits(100.0 * plain.std_error()),
                three_digits(100.0 * ours.std_error())
            )),
        );
    }
    rows.push(Row::new(
        "variance, over these outcomes",
        Spread::of(&gains),
        "",
        Target::AtLeast(2.0),
    ));
    Ok(Some(Section {
        title: "Precision at equal time",
        note: format!(
            "How many times longer plain sampling has to run for the same standard error, on the large scenario with {TRIALS} trials under {seeds} seeds. In brackets: one standard error of the quotient on either side; in the last line the least and the most."
        ),
        rows,
    }))
}

fn run(study: &Study, design: Design, seed: u64) -> Result<RunResult, Box<dyn Error>> {
    let settings = ours::settings(study, TRIALS, seed, 1).design(design);
    Ok(study.run(&settings, &Silent)?)
}

fn contestant<'a>(
    name: &'static str,
    study: &'a Study,
    design: Design,
    kept: &'a mut Vec<RunResult>,
) -> Contestant<'a> {
    Contestant::new(name, move |seed| {
        // Both designs have been run once before; a failure now would be one of the machine.
        run(study, design, seed).map_or(0.0, |result| {
            let trials = result.run.trials as f64;
            kept.push(result);
            trials
        })
    })
}

fn micros(rates: &Rates) -> String {
    three_digits(1e6 * rates.seconds().median)
}

/// Spread of an outcome's probability under one design.
struct Measured {
    name: String,
    mean: f64,
    /// Mean hits of a replicate.
    hits: f64,
    /// Of the mean of a run.
    variance: f64,
    /// Replicates, and the kurtosis of their shares (3 for a normal law).
    n: f64,
    kurtosis: f64,
}

impl Measured {
    /// From the shares of all replicates of all seeds.
    fn new(name: &str, shares: &[f64], trials: f64) -> Self {
        let n = shares.len() as f64;
        let mean = shares.iter().sum::<f64>() / n;
        let moment = |power: i32| shares.iter().map(|s| (s - mean).powi(power)).sum::<f64>();
        let replicates = f64::from(REPLICATES as u32);
        Self {
            name: name.to_owned(),
            mean,
            hits: mean * trials,
            variance: moment(2) / (n - 1.0) / replicates,
            n,
            kurtosis: n * moment(4) / moment(2).powi(2),
        }
    }

    fn std_error(&self) -> f64 {
        self.variance.sqrt()
    }

    /// Standard error of the variance, as a share of it.
    fn relative_error(&self) -> f64 {
        ((self.kurtosis - (self.n - 3.0) / (self.n - 1.0)) / self.n).sqrt()
    }
}

const REPLICATES: usize = 16;

fn outcomes(runs: &[RunResult]) -> Vec<Measured> {
    let Some(first) = runs.first() else {
        return Vec::new();
    };
    let trials = first.run.trials as f64 / REPLICATES as f64;
    (0..first.outcomes.len())
        .map(|o| {
            let shares: Vec<f64> = runs
                .iter()
                .flat_map(|r| replicate_shares(&r.outcomes[o]))
                .collect();
            Measured::new(&first.outcomes[o].name, &shares, trials)
        })
        .collect()
}

/// Share of an outcome in each replicate.
fn replicate_shares(outcome: &OutcomeResult) -> Vec<f64> {
    let sum = |part: fn(&ByTrend) -> &Vec<u64>, m: usize| -> u64 {
        outcome.by_trend.values().map(|trend| part(trend)[m]).sum()
    };
    (0..REPLICATES)
        .map(|m| sum(|t| &t.hits, m) as f64 / sum(|t| &t.trials, m) as f64)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variance_of_a_run_is_a_sixteenth_of_that_of_a_replicate() {
        let shares: Vec<f64> = (0..1000)
            .map(|i| if i % 2 == 0 { 0.4 } else { 0.6 })
            .collect();
        let found = Measured::new("x", &shares, 100.0);
        assert!((found.mean - 0.5).abs() < 1e-12 && (found.hits - 50.0).abs() < 1e-9);
        assert!((found.variance / (0.01 / 16.0) - 1000.0 / 999.0).abs() < 1e-9);
        // Two points only: the least kurtosis there is.
        assert!((found.kurtosis - 1.0).abs() < 1e-9);
    }
}
