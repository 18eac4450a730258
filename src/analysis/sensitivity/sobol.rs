//! First-order and total indices by pick and freeze: passes that take some inputs from a second,
//! independent sample.

use super::design::Draws;
use super::inputs::Named;
use crate::engine::{DRAWS_PER_BLOCK, EngineError, Settings, Steer};
use crate::estimate::{PickFreeze, pick_freeze};

/// Trials of each draw: two in each of eight groups.
const TRIALS_PER_DRAW: u32 = 16;
/// Fewest draws per pass.
const LEAST_DRAWS: u64 = 256;

/// Inputs that are taken from the second sample together: one alone, all that are correlated with
/// one another, or all start weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// By number.
    pub inputs: Vec<usize>,
    pub of: Named,
}

/// Inputs in factors that are independent of one another, in the order of their first inputs.
pub fn factors(named: &[Named]) -> Vec<Factor> {
    let mut factors: Vec<Factor> = Vec::new();
    let mut is_taken = vec![false; named.len()];
    for first in 0..named.len() {
        if is_taken[first] {
            continue;
        }
        // Whatever hangs together with it, directly or by way of others.
        let mut inputs = vec![first];
        is_taken[first] = true;
        let mut next = 0;
        while let Some(&at) = inputs.get(next) {
            next += 1;
            for other in 0..named.len() {
                let together = match (named[at].kind, named[other].kind) {
                    ("weight", "weight") => true,
                    ("parameter", "parameter") => {
                        named[at].correlated_with.contains(&named[other].name)
                    }
                    _ => false,
                };
                if together && !is_taken[other] {
                    is_taken[other] = true;
                    inputs.push(other);
                }
            }
        }
        inputs.sort_unstable();
        let of = match inputs.as_slice() {
            [only] => named[*only].clone(),
            all => joined(all.iter().map(|i| &named[*i])),
        };
        factors.push(Factor { inputs, of });
    }
    factors
}

/// Several inputs under one name.
fn joined<'n>(inputs: impl Iterator<Item = &'n Named>) -> Named {
    let all: Vec<&Named> = inputs.collect();
    let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
    let title = match all[0].kind {
        "weight" => "All start weights together".to_owned(),
        _ => format!("{} correlated parameters together", all.len()),
    };
    Named {
        name: names.join("+"),
        title,
        kind: match all[0].kind {
            "weight" => "weights",
            _ => "parameters",
        },
        correlated_with: Vec::new(),
    }
}

/// The second sample for some inputs, by number.
struct Second(Vec<bool>);

impl Steer for Second {
    fn sheet(&self, _: u32, input: usize) -> u64 {
        u64::from(self.0[input])
    }
}

/// The size of each pass: all passes have as many trials as the run, and 256 draws each at least.
pub fn size(run: &Settings, factors: usize) -> Settings {
    let trials = run.blocks.saturating_mul(run.trials_per_block());
    let draws = trials / (factors as u64 + 2) / u64::from(TRIALS_PER_DRAW);
    run.clone()
        .trials_per_draw(TRIALS_PER_DRAW)
        .blocks(draws.max(LEAST_DRAWS).div_ceil(u64::from(DRAWS_PER_BLOCK)))
        .until(None)
}

/// Where a pass has its inputs: the first sample, the second, then the first with each factor in
/// turn from the second.
pub fn steer(pass: u64, factors: &[Factor], inputs: usize) -> impl Steer + use<> {
    let is_second = |input: usize| match pass {
        0 => false,
        1 => true,
        mixed => factors[mixed as usize - 2].inputs.contains(&input),
    };
    Second((0..inputs).map(is_second).collect())
}

/// Indices by target and factor; `None` if a pass was cancelled. An index is `None` where no
/// epistemic variance was seen.
///
/// # Errors
/// Those of `draws`.
pub fn sobol(
    factors: &[Factor],
    targets: usize,
    draws: Draws<'_>,
) -> Result<Option<Vec<Vec<Option<PickFreeze>>>>, EngineError> {
    let Some(a) = draws(0)? else {
        return Ok(None);
    };
    let Some(b) = draws(1)? else {
        return Ok(None);
    };
    let mut found = vec![Vec::with_capacity(factors.len()); targets];
    for f in 0..factors.len() as u64 {
        let Some(mixed) = draws(2 + f)? else {
            return Ok(None);
        };
        for (t, found) in found.iter_mut().enumerate() {
            found.push(pick_freeze([&a[t], &b[t]], &mixed[t]));
        }
    }
    Ok(Some(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_that_hang_together_are_one_factor() {
        let named = |name: &str, kind, with: &[&str]| Named {
            name: name.into(),
            title: String::new(),
            kind,
            correlated_with: with.iter().map(|other| (*other).to_owned()).collect(),
        };
        let factors = factors(&[
            named("a", "parameter", &["c"]),
            named("b", "parameter", &[]),
            named("c", "parameter", &["a", "d"]),
            named("d", "parameter", &["c"]),
            named("calm", "weight", &[]),
            named("wild", "weight", &[]),
        ]);
        let told: Vec<(&str, &[usize])> = (factors.iter())
            .map(|factor| (factor.of.name.as_str(), factor.inputs.as_slice()))
            .collect();
        assert_eq!(
            told,
            [
                ("a+c+d", &[0, 2, 3][..]),
                ("b", &[1]),
                ("calm+wild", &[4, 5])
            ]
        );
    }
}
