//! Two models of jumps alone, written by hand and with rebop: exact trajectories to a fixed time,
//! of which only the end is kept.
//!
//! The same models as `benches/birth_death.json` and `benches/sir.json`.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Exp1};
use rebop::gillespie::{Gillespie, Rate};

const BIRTH: f64 = 10.0;
const DEATH: f64 = 0.1;
const BIRTH_DEATH_END: f64 = 100.0;

const INFECTION: f64 = 5e-4;
const HEALING: f64 = 0.25;
const SUSCEPTIBLE: i64 = 990;
const INFECTED: i64 = 10;
const SIR_END: f64 = 30.0;

/// Sum of what trajectories end with, and sum of squares.
pub type Ends = [f64; 2];

fn ends(trajectories: usize, mut end: impl FnMut(u64) -> f64) -> Ends {
    (0..trajectories as u64)
        .map(&mut end)
        .fold([0.0; 2], |[sum, squares], x| [sum + x, squares + x * x])
}

fn generator(seed: u64, trajectory: u64) -> SmallRng {
    SmallRng::seed_from_u64(seed.rotate_left(40) ^ trajectory)
}

/// Heads alive at the end.
pub fn birth_death_by_hand(trajectories: usize, seed: u64) -> Ends {
    ends(trajectories, |trajectory| {
        let mut random = generator(seed, trajectory);
        let (mut heads, mut time) = (0_i64, 0.0);
        loop {
            let rate = BIRTH + DEATH * heads as f64;
            let wait: f64 = Exp1.sample(&mut random);
            time += wait / rate;
            if time > BIRTH_DEATH_END {
                return heads as f64;
            }
            let born = random.random::<f64>() * rate < BIRTH;
            heads += if born { 1 } else { -1 };
        }
    })
}

/// Infected at the end.
pub fn sir_by_hand(trajectories: usize, seed: u64) -> Ends {
    ends(trajectories, |trajectory| {
        let mut random = generator(seed, trajectory);
        let (mut susceptible, mut infected, mut time) = (SUSCEPTIBLE, INFECTED, 0.0);
        while infected > 0 {
            let infection = INFECTION * (susceptible * infected) as f64;
            let rate = infection + HEALING * infected as f64;
            let wait: f64 = Exp1.sample(&mut random);
            time += wait / rate;
            if time > SIR_END {
                break;
            }
            if random.random::<f64>() * rate < infection {
                susceptible -= 1;
                infected += 1;
            } else {
                infected -= 1;
            }
        }
        infected as f64
    })
}

/// The same with rebop, whose model is made at run time as ours is.
pub fn birth_death_by_rebop(trajectories: usize, seed: u64) -> Ends {
    ends(trajectories, |trajectory| {
        let mut system = Gillespie::new_with_seed([0], false, seed.rotate_left(40) ^ trajectory);
        system.add_reaction(Rate::lma(BIRTH, [0]), [1]);
        system.add_reaction(Rate::lma(DEATH, [1]), [-1]);
        system.advance_until(BIRTH_DEATH_END);
        system.get_species(0) as f64
    })
}

/// The same with rebop, whose model is made at run time as ours is.
pub fn sir_by_rebop(trajectories: usize, seed: u64) -> Ends {
    ends(trajectories, |trajectory| {
        let start = [SUSCEPTIBLE as isize, INFECTED as isize, 0];
        let mut system = Gillespie::new_with_seed(start, false, seed.rotate_left(40) ^ trajectory);
        system.add_reaction(Rate::lma(INFECTION, [1, 1, 0]), [-1, 1, 0]);
        system.add_reaction(Rate::lma(HEALING, [0, 1, 0]), [0, -1, 1]);
        system.advance_until(SIR_END);
        system.get_species(1) as f64
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ours, root};

    const TRAJECTORIES: usize = 20_000;

    /// Mean and its standard error.
    fn mean([sum, squares]: Ends) -> (f64, f64) {
        let n = TRAJECTORIES as f64;
        let mean = sum / n;
        (mean, ((squares / n - mean * mean) / n).sqrt())
    }

    fn simulated(file: &str) -> (f64, f64) {
        let study = ours::open(&root().join("benches").join(file)).expect("it opens");
        let metric = &ours::run(&study, TRAJECTORIES as u64, 5, 1).metrics[0];
        (
            metric.mean.expect("a mean"),
            metric.std_error.expect("an error"),
        )
    }

    #[test]
    fn all_birth_death_programs_end_with_the_poisson_law() {
        // Poisson with mean 100 (1 - exp(-10)), from nobody.
        let exact = BIRTH / DEATH * (1.0 - (-DEATH * BIRTH_DEATH_END).exp());
        for (name, (mean, error)) in [
            ("hand", mean(birth_death_by_hand(TRAJECTORIES, 5))),
            ("rebop", mean(birth_death_by_rebop(TRAJECTORIES, 5))),
            ("ours", simulated("birth_death.json")),
        ] {
            assert!(
                (mean - exact).abs() < 4.0 * error,
                "{name}: {mean} ± {error}"
            );
            assert!(
                (error * error * TRAJECTORIES as f64 / exact - 1.0).abs() < 0.2,
                "{name}"
            );
        }
    }

    #[test]
    fn all_sir_programs_agree() {
        let (hand, error) = mean(sir_by_hand(TRAJECTORIES, 5));
        for (name, (mean, other)) in [
            ("rebop", mean(sir_by_rebop(TRAJECTORIES, 5))),
            ("ours", simulated("sir.json")),
        ] {
            let of_difference = (error * error + other * other).sqrt();
            assert!(
                (mean - hand).abs() < 4.0 * of_difference,
                "{name}: {mean} for {hand}"
            );
            assert!(of_difference < 0.01 * hand, "{name}");
        }
    }
}
