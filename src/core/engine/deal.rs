//! What a parameter draw deals to its trials: parameter values and start trends.
//!
//! Parameters come from the design (`random::design`). Start trends are taken from the inverse cumulative weights: systematically, in groups
//! that share one offset, or under the random design at a number of each trial's own. Either way every trial counts the same, and a change of
//! weights moves only the trials at a boundary.

use super::batch::Setup;
use super::start::{DrawValues, TrialStart};
use crate::distribution::{Build, Distribution, Family};
use crate::estimate::{BINS_OF_INPUT, REPLICATES, groups};
use crate::math::elementary;
use crate::math::special::{ln_gamma, normal_cdf, normal_quantile};
use crate::program::InputCode;
use crate::random::TrialId;
use crate::random::design::Design;

/// Occurrence under which the offset of a group, or the place of a trial, is drawn, apart from all others of that site.
const OFFSET: u32 = u32::MAX;

/// A draw's parameters and its trials.
pub struct Dealt {
    pub values: DrawValues,
    /// In the order of their numbers.
    pub trials: Vec<TrialStart>,
}

/// Deals draw `k` of a design; `position` is its place among the draws that a batch is given.
pub fn deal(
    design: Design,
    setup: &Setup<'_>,
    k: u32,
    trials_per_draw: u32,
    position: usize,
) -> Dealt {
    let program = setup.program;
    let replicate = k % REPLICATES as u32;
    let point = k / REPLICATES as u32;
    // A site's key already depends on the seed.
    let uniform = |site: u32| {
        let key = setup.streams[site as usize].key();
        design.uniform(0, key, u64::from(replicate), u64::from(point))
    };
    let mut scores: Vec<f64> = program
        .parameters
        .iter()
        .map(|parameter| parameter.site.map_or(0.5, uniform))
        .collect();
    if let Some(mix) = &program.parameter_mix {
        let normals: Vec<f64> = mix
            .members
            .iter()
            .map(|m| normal_quantile(scores[*m]))
            .collect();
        for (row, member) in mix.members.iter().enumerate() {
            let mixed: f64 = mix.factor[row]
                .iter()
                .zip(&normals)
                .map(|(w, z)| w * z)
                .sum();
            scores[*member] = normal_cdf(mixed);
        }
    }
    let mut parameters = vec![f64::NAN; program.parameters.len()];
    for &p in &program.parameter_order {
        parameters[p] = program.parameters[p].value.at(&parameters, scores[p]);
    }
    let weights = weights(setup, &uniform);
    let bins = (program.inputs.iter())
        .map(|input| match input {
            InputCode::Parameter(p) => bin_of(scores[*p]),
            InputCode::Weight { trend, edges } => {
                edges.partition_point(|edge| *edge < weights[*trend]) as u8
            }
        })
        .collect();
    let own = |trial: usize| {
        let trial = trial as u32;
        setup.streams[program.trend_site as usize].uniform(TrialId { draw: k, trial }, OFFSET)
    };
    let per_draw = trials_per_draw as usize;
    let places: Vec<f64> = match design {
        Design::Padded => systematic(per_draw, |g| match g {
            0 => uniform(program.trend_site),
            _ => own(g),
        }),
        Design::Random => (0..per_draw).map(own).collect(),
    };
    let trials = (places.iter().zip(0..))
        .map(|(u, trial)| TrialStart {
            id: TrialId { draw: k, trial },
            start_trend: pick(&weights, *u) as u8,
            draw: position,
        })
        .collect();
    Dealt {
        values: DrawValues { parameters, bins },
        trials,
    }
}

/// The bin that a number in [0, 1] lies in.
fn bin_of(u: f64) -> u8 {
    (u * BINS_OF_INPUT as f64).min(BINS_OF_INPUT as f64 - 1.0) as u8
}

/// Evenly spread places in (0, 1), group after group; each group starts at its own `offset`.
fn systematic(per_draw: usize, offset: impl Fn(usize) -> f64) -> Vec<f64> {
    let group_count = groups(per_draw);
    let group_size = per_draw / group_count;
    let mut places = Vec::with_capacity(per_draw);
    for g in 0..group_count {
        let offset = offset(g);
        places.extend((0..group_size).map(|i| (i as f64 + offset) / group_size as f64));
    }
    places
}

/// Start weights of a draw: fixed, or Dirichlet.
fn weights(setup: &Setup<'_>, uniform: &dyn Fn(u32) -> f64) -> Vec<f64> {
    let program = setup.program;
    let fixed: Vec<f64> = program.trends.iter().map(|t| t.weight).collect();
    let Some(concentration) = program.weight_concentration else {
        return fixed;
    };
    let uniforms: Vec<f64> = (program.trends.iter())
        .map(|trend| uniform(trend.weight_site))
        .collect();
    dirichlet(concentration, &fixed, &uniforms)
}

/// Sum of gamma variables below which the digits of the larger ones are in doubt, and with them all shares.
const UNDERFLOW: f64 = 1e-280;

/// Shares that sum to one, with these means and this concentration, from one uniform number each.
fn dirichlet(concentration: f64, means: &[f64], uniforms: &[f64]) -> Vec<f64> {
    let shares: Vec<f64> = (means.iter().zip(uniforms))
        .map(|(mean, u)| {
            let gamma = Family::Gamma.build(&[concentration * mean, 1.0], None, None);
            gamma.map_or(0.0, |g: Distribution| g.quantile(*u))
        })
        .collect();
    let total: f64 = shares.iter().sum();
    if total > UNDERFLOW {
        return shares.iter().map(|s| s / total).collect();
    }
    // Far below one, the distribution function of a gamma variable is x^a / Gamma(a + 1): its quantile has a logarithm even where it underflows.
    let logs: Vec<f64> = (means.iter().zip(uniforms))
        .map(|(mean, u)| {
            let a = concentration * mean;
            if a > 0.0 {
                (elementary::ln(*u) + ln_gamma(a + 1.0)) / a
            } else {
                f64::NEG_INFINITY
            }
        })
        .collect();
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let shares: Vec<f64> = logs.iter().map(|l| elementary::exp(l - largest)).collect();
    let total: f64 = shares.iter().sum();
    shares.iter().map(|s| s / total).collect()
}

/// Index at which the cumulative weights pass `u`.
fn pick(weights: &[f64], u: f64) -> usize {
    let mut below = 0.0;
    let mut last = 0;
    for (i, weight) in weights.iter().enumerate() {
        if *weight > 0.0 {
            below += weight;
            last = i;
            if u < below {
                return i;
            }
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::{dirichlet, pick};
    use crate::random::design::Design;

    fn uniforms(draw: u64) -> [f64; 2] {
        [3, 4].map(|site| Design::Random.uniform(1, site, 0, draw))
    }

    /// Beta(0.0008, 0.0002) lies between 0.01 and 0.99 with probability 0.0015. 20,000 draws; false alarm 1 in 10^6.
    #[test]
    fn a_tiny_concentration_gives_nearly_all_weight_to_one_trend() {
        let (mut first, mut between) = (0.0, 0);
        for draw in 0..20_000 {
            let shares = dirichlet(0.001, &[0.8, 0.2], &uniforms(draw));
            assert!((shares[0] + shares[1] - 1.0).abs() < 1e-12);
            first += shares[0];
            between += i32::from(shares[0] > 0.01 && shares[0] < 0.99);
        }
        assert!((first / 20_000.0 - 0.8).abs() < 0.015, "{first}");
        assert!(between < 60, "{between}");
    }

    /// The largest concentration that a file may state: Beta(4e8, 6e8) has a standard deviation of 1.5e-5.
    #[test]
    fn the_surest_weights_are_the_weights() {
        for draw in 0..500 {
            let uniforms = [2, 3, 4].map(|site| Design::Random.uniform(1, site, 0, draw));
            let shares = dirichlet(1e9, &[0.0, 0.4, 0.6], &uniforms);
            assert_eq!(shares[0], 0.0);
            assert!(
                (shares[1] - 0.4).abs() < 1e-4 && (shares[2] - 0.6).abs() < 1e-4,
                "{shares:?}"
            );
        }
    }

    #[test]
    fn shares_do_not_jump_where_the_gamma_variables_underflow() {
        // The first pair lies above the threshold, the second below; the shares depend on the distance of a pair alone.
        for a in [0.02, 0.0205, 0.021, 0.0215] {
            let u = |logarithm: f64| libm::exp(a * logarithm - libm::lgamma(a + 1.0));
            let shares = dirichlet(2.0 * a, &[0.5, 0.5], &[u(-640.0), u(-641.0)]);
            let deeper = dirichlet(2.0 * a, &[0.5, 0.5], &[u(-645.5), u(-646.5)]);
            assert!(
                (shares[0] - deeper[0]).abs() < 1e-9,
                "{shares:?} {deeper:?}"
            );
            assert!(
                (shares[0] - 1.0 / (1.0 + libm::exp(-1.0))).abs() < 1e-9,
                "{shares:?}"
            );
        }
    }

    #[test]
    fn a_trend_of_weight_zero_keeps_no_share() {
        let shares = dirichlet(0.0005, &[0.6, 0.0, 0.4], &[1e-9, 0.5, 1e-9]);
        assert_eq!(shares[1], 0.0);
        assert!((shares[0] + shares[2] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_weight_of_zero_is_never_picked() {
        let weights = [0.0, 0.25, 0.0, 0.75, 0.0];
        assert_eq!(pick(&weights, 0.0), 1);
        assert_eq!(pick(&weights, 0.2499), 1);
        assert_eq!(pick(&weights, 0.25), 3);
        assert_eq!(pick(&weights, 1.0), 3);
    }
}
