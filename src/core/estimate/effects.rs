//! Elementary effects: what one step of one input does, from many places, with all else as it is
//! there (Morris 1991).
//!
//! Takes the values before and after the step of each trajectory, under common random numbers;
//! gives the statistics that SALib names `mu`, `mu_star` (Campolongo, Cariboni & Saltelli 2007) and
//! `sigma`, and how much of an effect is chance.

use super::draw_means::{DrawMean, MOST_GROUPS};
use super::paired::two_sided;
use super::pick_freeze::product;

/// Statistics of the elementary effects of one input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effects {
    pub trajectories: u64,
    /// Mean.
    pub mu: f64,
    pub mu_std_error: f64,
    /// Mean of the absolute values. Contains what chance does: with no effect at all it is 0.8
    /// times `noise`.
    pub mu_star: f64,
    pub mu_star_std_error: f64,
    /// Standard deviation, freed of what chance adds to it.
    pub sigma: f64,
    /// By the delta method from the squares; near 0 half the root of their error, for there they
    /// are what is known.
    pub sigma_std_error: f64,
    /// Standard deviation that chance inside the draws gives to a single effect.
    pub noise: f64,
    /// Of no effect anywhere, one-sided.
    pub p_value: f64,
}

/// One step of one trajectory.
#[derive(Clone, Copy, Debug)]
pub struct Step<'d> {
    pub before: &'d DrawMean,
    pub after: &'d DrawMean,
    /// By how much the input rose, as a share of its range; negative if it fell.
    pub delta: f64,
}

/// Statistics over all steps; `None` for fewer than two with values in two groups.
pub fn elementary_effects<'d>(steps: impl Iterator<Item = Step<'d>>) -> Option<Effects> {
    let (mut effects, mut squares, mut noises) = (Vec::new(), Vec::new(), Vec::new());
    for step in steps {
        let mut gaps = [(0.0, 0.0); MOST_GROUPS];
        let mut n = 0;
        for (before, after) in step.before.groups.iter().zip(step.after.groups) {
            let gap = (after - before) / step.delta;
            if gap.is_finite() {
                gaps[n] = (gap, gap);
                n += 1;
            }
        }
        if n < 2 {
            continue;
        }
        let gaps = &gaps[..n];
        let mean = gaps.iter().map(|gap| gap.0).sum::<f64>() / n as f64;
        let spread: f64 = gaps.iter().map(|gap| (gap.0 - mean) * (gap.0 - mean)).sum();
        effects.push(mean);
        // Of the effect without chance.
        squares.push(product(gaps));
        noises.push(spread / (n * (n - 1)) as f64);
    }
    let r = effects.len() as f64;
    if r < 2.0 {
        return None;
    }
    let noise = noises.iter().sum::<f64>() / r;
    let (mu, mu_variance) = moments(&effects);
    let own = effects.iter().zip(&noises);
    let own: Vec<f64> = own
        .map(|(effect, noise)| (effect - mu) * (effect - mu) * r / (r - 1.0) - noise)
        .collect();
    let (sigma_square, square_spread) = moments(&own);
    let sigma = sigma_square.max(0.0).sqrt();
    let square_error = (square_spread / r).sqrt();
    let sizes: Vec<f64> = effects.iter().map(|effect| effect.abs()).collect();
    let (mu_star, mu_star_variance) = moments(&sizes);
    let (square, square_variance) = moments(&squares);
    let p_value = if square <= 0.0 {
        1.0
    } else if square_variance > 0.0 {
        two_sided(square / (square_variance / r).sqrt(), r - 1.0) / 2.0
    } else {
        0.0
    };
    Some(Effects {
        trajectories: r as u64,
        mu,
        mu_std_error: (mu_variance / r).sqrt(),
        mu_star,
        mu_star_std_error: (mu_star_variance / r).sqrt(),
        sigma,
        sigma_std_error: match square_error > 0.0 {
            true => square_error / (2.0 * sigma.max(square_error.sqrt())),
            false => 0.0,
        },
        noise: noise.sqrt(),
        p_value,
    })
}

/// Mean and variance (divisor n - 1).
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum();
    (mean, squares / (n - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    fn draw(groups: [f64; MOST_GROUPS]) -> DrawMean {
        DrawMean {
            groups,
            ..DrawMean::of_values(&groups, MOST_GROUPS)
        }
    }

    #[test]
    fn effects_without_chance_are_exact() {
        let values = [(1.0, 3.0, 0.5), (1.0, 0.0, -0.5), (2.0, 2.0, 0.5)];
        let draws: Vec<(DrawMean, DrawMean, f64)> = values
            .map(|(a, b, delta)| (draw([a; MOST_GROUPS]), draw([b; MOST_GROUPS]), delta))
            .into();
        let steps = draws.iter().map(|(before, after, delta)| Step {
            before,
            after,
            delta: *delta,
        });
        let found = elementary_effects(steps).expect("three steps");
        // 4, 2 and 0.
        assert!((found.mu - 2.0).abs() < 1e-12 && (found.mu_star - 2.0).abs() < 1e-12);
        assert!((found.sigma - 2.0).abs() < 1e-12 && found.noise == 0.0);
    }

    /// Effects of mean 1 and standard deviation 0.5 behind noise of 2: `sigma` is freed of it (mean
    /// of 60 runs within 0.1), `noise` told, and of 200 inputs without effect at most 20 are
    /// significant at 5%.
    #[test]
    fn chance_is_taken_off_the_spread_of_effects() {
        let run = |seed: u64, mean: f64, sd: f64| {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let mut normal = || (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
            let draws: Vec<DrawMean> = (0..64)
                .map(|_| {
                    let effect = mean + sd * normal();
                    let noise = 2.0 * (MOST_GROUPS as f64).sqrt();
                    draw(std::array::from_fn(|_| effect + noise * normal()))
                })
                .collect();
            let zero = draw([0.0; MOST_GROUPS]);
            let steps = draws.iter().map(|after| Step {
                before: &zero,
                after,
                delta: 1.0,
            });
            elementary_effects(steps).expect("steps")
        };
        let all: Vec<Effects> = (0..60).map(|seed| run(seed, 3.0, 3.0)).collect();
        let sigma = all.iter().map(|found| found.sigma).sum::<f64>() / 60.0;
        let noise = all.iter().map(|found| found.noise).sum::<f64>() / 60.0;
        assert!((sigma - 3.0).abs() < 0.15, "{sigma}");
        assert!((noise - 2.0).abs() < 0.1, "{noise}");
        let idle = (100..300).filter(|seed| run(*seed, 0.0, 0.0).p_value < 0.05);
        let idle = idle.count();
        assert!(idle <= 20, "{idle} of 200");
    }
}
