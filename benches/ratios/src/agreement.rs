//! Whether a program simulates the reference model: its numbers against the published ones of a
//! million trials.
//!
//! The fixture is the one of the simulator's own test (`tests/oracles/reference/`). A program is
//! run in groups with seeds of their own; the spread between groups gives the standard error of
//! every number, and scaled to a million trials that of the published one.

use crate::law::{EVENTS, INDICATORS, PHASES, STEPS, TRENDS};
use crate::tally::{Findings, LEVELS};
use serde_json::Value;
use std::error::Error;
use std::path::Path;

/// Numbers of a program or of the publication, as shares or means, in one fixed order.
struct Numbers {
    values: Vec<f64>,
    trials: f64,
}

impl Numbers {
    fn of(found: &Findings) -> Self {
        let trials = found.trials as f64;
        let tally = &found.tally;
        let counts = [
            tally.outcomes.as_flattened(),
            tally.occupancy.as_flattened(),
            &tally.ceasefires,
            &tally.events,
        ];
        let shares = counts
            .concat()
            .into_iter()
            .map(|count| count as f64 / trials);
        let means = tally.sums.iter().map(|sum| sum / trials);
        let quantiles = found.quantiles.as_flattened().iter().copied();
        Self {
            values: shares.chain(means).chain(quantiles).collect(),
            trials,
        }
    }

    fn published(root: &Path) -> Result<Self, Box<dyn Error>> {
        let file = root.join("tests/oracles/reference/million.json");
        let text =
            std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        let json: Value = serde_json::from_str(&text)?;
        let trials = json["trials"].as_f64().ok_or("no number of trials")?;
        let mut values = Vec::new();
        for (key, scale) in [
            ("outcomes", trials),
            ("occupancy", trials),
            ("first_ceasefires", trials),
            ("mean_counts", 1.0),
            ("means", 1.0),
            ("quantiles", 1.0),
        ] {
            flatten(&json[key], scale, &mut values)?;
        }
        Ok(Self { values, trials })
    }
}

fn flatten(value: &Value, scale: f64, into: &mut Vec<f64>) -> Result<(), Box<dyn Error>> {
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| flatten(item, scale, into)),
        _ => {
            into.push(value.as_f64().ok_or("not a number")? / scale);
            Ok(())
        }
    }
}

/// How far a program is from the publication.
pub struct Agreement {
    /// Numbers that were compared.
    pub compared: usize,
    /// Largest difference, in standard errors of the difference.
    pub largest: f64,
    /// Standard deviation of the differences in their standard errors: 1 for the same law.
    pub spread: f64,
}

/// Trials of a number's rarer side that a comparison needs, over all groups.
const FEWEST: f64 = 100.0;

/// Compares a program with the published numbers.
///
/// `run` takes trials and a seed. With 64 groups a difference of `z` standard errors has a
/// t-distribution of 63 degrees of freedom.
///
/// # Errors
/// A fixture that cannot be read, or that does not have the numbers of a program.
pub fn compare(
    root: &Path,
    run: impl Fn(usize, u64) -> Findings,
    groups: u64,
    trials_per_group: usize,
) -> Result<Agreement, Box<dyn Error>> {
    let published = Numbers::published(root)?;
    let size = published.values.len();
    let (mut sum, mut squares) = (vec![0.0; size], vec![0.0; size]);
    let mut trials = 0.0;
    for group in 0..groups {
        let found = Numbers::of(&run(trials_per_group, 1000 + group));
        if found.values.len() != size {
            return Err("the published numbers are others than a program's".into());
        }
        trials += found.trials;
        for (i, value) in found.values.iter().enumerate() {
            let off = value - published.values[i];
            sum[i] += off;
            squares[i] += off * off;
        }
    }
    let counted = TRENDS * PHASES + (PHASES + 1) * (STEPS + 1);
    debug_assert_eq!(size, counted + EVENTS + INDICATORS * (1 + LEVELS.len()));
    let n = groups as f64;
    let mut agreement = Agreement {
        compared: 0,
        largest: 0.0,
        spread: 0.0,
    };
    for i in 0..size {
        let share = published.values[i];
        let rare = i < counted && share.min(1.0 - share) * trials < FEWEST;
        let mean = sum[i] / n;
        let variance = (squares[i] - n * mean * mean) / (n - 1.0);
        let own = variance / n;
        if rare || own <= 0.0 {
            continue;
        }
        let z = mean / (own + own * trials / published.trials).sqrt();
        agreement.compared += 1;
        agreement.largest = agreement.largest.max(z.abs());
        agreement.spread += z * z;
    }
    agreement.spread = (agreement.spread / agreement.compared as f64).sqrt();
    Ok(agreement)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{batched, root, scalar};

    /// Largest difference allowed: about 1,000 numbers, many of which hang together, with
    /// t-distributed differences.
    const MOST: f64 = 4.5;

    fn agreement(run: impl Fn(usize, u64) -> Findings) -> Agreement {
        compare(&root(), run, 64, 6400).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn both_programs_simulate_the_reference_model() {
        for (name, found) in [
            ("scalar", agreement(scalar::run)),
            ("batched", agreement(batched::run)),
        ] {
            assert!(found.compared > 800, "{name}: {}", found.compared);
            assert!(found.largest < MOST, "{name}: {}", found.largest);
            assert!(found.spread < 1.6, "{name}: {}", found.spread);
        }
    }

    #[test]
    fn two_percent_more_of_one_event_is_noticed() {
        let more = |trials, seed| {
            let mut found = scalar::run(trials, seed);
            found.tally.events[11] += found.tally.events[11] / 50;
            found
        };
        assert!(agreement(more).largest > MOST);
    }
}
