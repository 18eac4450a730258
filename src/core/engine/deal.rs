//! What a parameter draw deals to its trials: parameter values and start trends.
//!
//! Parameters come from the design (`random::design`). Start trends are taken from the inverse
//! cumulative weights: systematically, in groups that share one offset, or under the random design
//! at a number of each trial's own. Either way every trial counts the same, and a change of weights
//! moves only the trials at a boundary.

use super::batch::Setup;
use super::start::{DrawValues, TrialStart};
use crate::distribution::copula::correlate;
use crate::distribution::{Build, Distribution, Family};
use crate::estimate::{REPLICATES, bin_of_input, groups};
use crate::math::elementary;
use crate::math::special::{ln_gamma, normal_cdf, normal_quantile};
use crate::program::InputCode;
use crate::random::TrialId;
use crate::random::design::Design;

/// Occurrence under which the offset of a group, or the place of a trial, is drawn, apart from all
/// others of that site.
const OFFSET: u32 = u32::MAX;

/// A draw's parameters and its trials.
pub struct Dealt {
    pub values: DrawValues,
    /// In the order of their numbers.
    pub trials: Vec<TrialStart>,
}

/// Places of the inputs that are not the run's own: what an analysis of sensitivity changes between
/// runs that share everything else.
///
/// Inputs are numbered as in [`Program::inputs`](crate::program::Program::inputs).
pub trait Steer: Sync {
    /// Which set of uniform numbers an input takes in a draw; 0 is the run's own, and others are
    /// independent of it.
    fn sheet(&self, _draw: u32, _input: usize) -> u64 {
        0
    }

    /// The probability level that an input is held at in a draw, correlations or not. A start
    /// weight stands at the nearest twentieth strictly between 0 and 1, and the other weights share
    /// the rest in the proportions that they have in the draw.
    fn level(&self, _draw: u32, _input: usize) -> Option<f64> {
        None
    }
}

/// What a draw has instead of numbers of its own.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// Probability level of each parameter, before correlations are mixed in; 0.5 for those that
    /// are not drawn.
    pub independent: Vec<f64>,
    /// The same after it.
    pub scores: Vec<f64>,
    pub parameters: Vec<f64>,
    /// Start weight of each trend.
    pub weights: Vec<f64>,
    /// Bin of each input.
    pub bins: Vec<u8>,
}

/// Inputs of draw `k` of a design: all that is uncertain for a whole draw.
pub fn inputs(design: Design, setup: &Setup<'_>, k: u32) -> Inputs {
    let program = setup.program;
    let replicate = k % REPLICATES as u32;
    let point = k / REPLICATES as u32;
    // A site's key already depends on the seed.
    let uniform = |site: u32, sheet: u64| {
        let key = setup.sites[site as usize].key();
        design.uniform(sheet, key, u64::from(replicate), u64::from(point))
    };
    let mut sheets = vec![0; program.parameters.len()];
    let mut weight_sheet = 0;
    if let Some(steer) = setup.steer {
        for (i, input) in program.inputs.iter().enumerate() {
            match input {
                InputCode::Parameter(p) => sheets[*p] = steer.sheet(k, i),
                InputCode::Weight { .. } => weight_sheet = steer.sheet(k, i),
            }
        }
    }
    let independent: Vec<f64> = (program.parameters.iter().zip(&sheets))
        .map(|(parameter, sheet)| parameter.site.map_or(0.5, |site| uniform(site, *sheet)))
        .collect();
    let mut scores = independent.clone();
    if let Some(mix) = &program.parameter_mix {
        let levels = mix.members.iter().map(|member| scores[*member]);
        let mut mixed: Vec<f64> = levels.map(normal_quantile).collect();
        correlate(&mix.factor, &mut mixed);
        for (member, score) in mix.members.iter().zip(mixed) {
            scores[*member] = normal_cdf(score);
        }
    }
    let mut weights = weights(setup, &|site| uniform(site, weight_sheet));
    if let Some(steer) = setup.steer {
        for (i, input) in program.inputs.iter().enumerate() {
            let Some(level) = steer.level(k, i) else {
                continue;
            };
            match input {
                InputCode::Parameter(p) => scores[*p] = level,
                InputCode::Weight { trend, edges } => {
                    hold(&mut weights, *trend, edge_at(edges, level));
                }
            }
        }
    }
    let mut parameters = vec![f64::NAN; program.parameters.len()];
    for &p in &program.parameter_order {
        parameters[p] = program.parameters[p].value.at(&parameters, scores[p]);
    }
    let bins = (program.inputs.iter())
        .map(|input| match input {
            InputCode::Parameter(p) => bin_of_input(scores[*p]),
            InputCode::Weight { trend, edges } => {
                edges.partition_point(|edge| *edge < weights[*trend]) as u8
            }
        })
        .collect();
    Inputs {
        independent,
        scores,
        parameters,
        weights,
        bins,
    }
}

/// The edge nearest to a probability level.
fn edge_at(edges: &[f64], level: f64) -> f64 {
    let step = libm::round(level * (edges.len() + 1) as f64) as usize;
    edges[step.clamp(1, edges.len()) - 1]
}

/// Gives one weight a value; the others share the rest in the proportions that they have.
///
/// Shares of a Dirichlet distribution among the others do not depend on the one (it is neutral), so
/// this is the draw given that weight.
fn hold(weights: &mut [f64], trend: usize, value: f64) {
    let rest: f64 = (weights.iter().enumerate())
        .filter(|(z, _)| *z != trend)
        .map(|(_, weight)| weight)
        .sum();
    for (z, weight) in weights.iter_mut().enumerate() {
        if z == trend {
            *weight = if rest > 0.0 { value } else { 1.0 };
        } else if rest > 0.0 {
            *weight *= (1.0 - value) / rest;
        }
    }
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
    let Inputs {
        parameters,
        weights,
        bins,
        ..
    } = inputs(design, setup, k);
    let first_offset = || {
        let key = setup.sites[program.trend_site as usize].key();
        let (replicate, point) = (k % REPLICATES as u32, k / REPLICATES as u32);
        design.uniform(0, key, u64::from(replicate), u64::from(point))
    };
    let own = |trial: usize| {
        let trial = trial as u32;
        setup.sites[program.trend_site as usize].uniform(TrialId { draw: k, trial }, OFFSET)
    };
    let per_draw = trials_per_draw as usize;
    let places: Vec<f64> = match design {
        Design::Padded => systematic(per_draw, |g| match g {
            0 => first_offset(),
            _ => own(g),
        }),
        Design::Random => (0..per_draw).map(own).collect(),
    };
    let trials = (places.iter().zip(0..))
        .map(|(u, trial)| TrialStart {
            id: TrialId { draw: k, trial },
            start_trend: chosen(&weights, *u) as u8,
            draw: position,
        })
        .collect();
    Dealt {
        values: DrawValues { parameters, bins },
        trials,
    }
}

/// Start trends of the trials of draw `k` of a design.
pub fn start_trends(
    design: Design,
    setup: &Setup<'_>,
    k: u32,
    trials_per_draw: u32,
) -> impl Iterator<Item = u8> {
    let trials = deal(design, setup, k, trials_per_draw, 0).trials;
    trials.into_iter().map(|trial| trial.start_trend)
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

/// Sum of gamma variables below which the digits of the larger ones are in doubt, and with them all
/// shares.
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
    // Far below one, the distribution function of a gamma variable is x^a / Gamma(a + 1): its
    // quantile has a logarithm even where it underflows.
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
fn chosen(weights: &[f64], u: f64) -> usize {
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
    use super::{chosen, dirichlet, edge_at, hold};
    use crate::random::design::Design;

    fn uniforms(draw: u64) -> [f64; 2] {
        [3, 4].map(|site| Design::Random.uniform(1, site, 0, draw))
    }

    /// Beta(0.0008, 0.0002) lies between 0.01 and 0.99 with probability 0.0015. 20,000 draws; false
    /// alarm 1 in 10^6.
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

    /// The largest concentration that a file may state: Beta(4e8, 6e8) has a standard deviation of
    /// 1.5e-5.
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
        // The first pair lies above the threshold, the second below; the shares depend on the
        // distance of a pair alone.
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
    fn a_weight_that_is_held_leaves_the_proportions_of_the_others() {
        let mut weights = [0.2, 0.3, 0.5];
        hold(&mut weights, 1, 0.65);
        for (found, wanted) in weights.iter().zip([0.1, 0.65, 0.25]) {
            assert!((found - wanted).abs() < 1e-15, "{weights:?}");
        }
        // Where the others have nothing, there is nothing to give to them.
        let mut weights = [0.0, 1.0];
        hold(&mut weights, 1, 0.3);
        assert_eq!(weights, [0.0, 1.0]);

        let edges: Vec<f64> = (1..20).map(f64::from).collect();
        for (level, edge) in [
            (0.0, 1.0),
            (0.05, 1.0),
            (0.36, 7.0),
            (0.95, 19.0),
            (1.0, 19.0),
        ] {
            assert_eq!(edge_at(&edges, level), edge);
        }
    }

    #[test]
    fn a_weight_of_zero_is_never_picked() {
        let weights = [0.0, 0.25, 0.0, 0.75, 0.0];
        assert_eq!(chosen(&weights, 0.0), 1);
        assert_eq!(chosen(&weights, 0.2499), 1);
        assert_eq!(chosen(&weights, 0.25), 3);
        assert_eq!(chosen(&weights, 1.0), 3);
    }
}
