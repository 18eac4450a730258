//! What a parameter draw deals to its trials: parameter values and start trends.
//!
//! Parameters come from the design (`random::design`), start trends systematically from the inverse cumulative weights, in groups that share
//! one offset: every trial counts the same, and a change of weights moves only the trials at a boundary.

use super::batch::Setup;
use super::start::{DrawValues, TrialStart};
use crate::distribution::{Distribution, Family};
use crate::estimate::{REPLICATES, groups};
use crate::math::special::{normal_cdf, normal_quantile};
use crate::program::ParameterCode;
use crate::random::TrialId;
use crate::random::design::Design;

/// Occurrence under which a group's offset is drawn, apart from all others of that site.
const GROUP_OFFSET: u32 = u32::MAX;

/// A draw's parameters and its trials.
pub struct Dealt {
    pub values: DrawValues,
    /// Weights of the start trends in this draw.
    pub trials: Vec<TrialStart>,
}

/// Deals draw `k`; `position` is its place among the draws that a batch is given.
pub fn deal(setup: &Setup<'_>, k: u32, trials_per_draw: u32, position: usize) -> Dealt {
    let program = setup.program;
    let replicate = k % REPLICATES as u32;
    let point = k / REPLICATES as u32;
    // A site's key already depends on the seed.
    let uniform = |site: u32| {
        let key = setup.streams[site as usize].key();
        Design::Padded.uniform(0, key, u64::from(replicate), u64::from(point))
    };
    let mut scores: Vec<f64> = program
        .parameters
        .iter()
        .map(|p| match p {
            ParameterCode::Constant(_) => 0.5,
            ParameterCode::Uncertain { site, .. } => uniform(*site),
        })
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
    let parameters = (program.parameters.iter().zip(&scores))
        .map(|(parameter, u)| match parameter {
            ParameterCode::Constant(value) => *value,
            ParameterCode::Uncertain { distribution, .. } => distribution.quantile(*u),
        })
        .collect();
    let weights = weights(setup, &uniform);
    let per_draw = trials_per_draw as usize;
    let group_count = groups(per_draw);
    let group_size = per_draw / group_count;
    let mut trials = Vec::with_capacity(per_draw);
    for g in 0..group_count {
        let offset = if g == 0 {
            uniform(program.trend_site)
        } else {
            let id = TrialId {
                draw: k,
                trial: g as u32,
            };
            setup.streams[program.trend_site as usize].uniform(id, GROUP_OFFSET)
        };
        for i in 0..group_size {
            let u = (i as f64 + offset) / group_size as f64;
            trials.push(TrialStart {
                id: TrialId {
                    draw: k,
                    trial: trials.len() as u32,
                },
                start_trend: pick(&weights, u) as u8,
                draw: position,
            });
        }
    }
    Dealt {
        values: DrawValues { parameters },
        trials,
    }
}

/// Start weights of a draw: fixed, or Dirichlet by normalised gamma variables.
fn weights(setup: &Setup<'_>, uniform: &dyn Fn(u32) -> f64) -> Vec<f64> {
    let program = setup.program;
    let fixed: Vec<f64> = program.trends.iter().map(|t| t.weight).collect();
    let Some(concentration) = program.weight_concentration else {
        return fixed;
    };
    let shares: Vec<f64> = program
        .trends
        .iter()
        .map(|trend| {
            let gamma = Family::Gamma.build(&[concentration * trend.weight, 1.0], None, None);
            gamma.map_or(0.0, |g: Distribution| {
                g.quantile(uniform(trend.weight_site))
            })
        })
        .collect();
    let total: f64 = shares.iter().sum();
    // All shares can underflow together only for concentrations far below one.
    if total > 0.0 {
        shares.iter().map(|s| s / total).collect()
    } else {
        fixed
    }
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
    use super::pick;

    #[test]
    fn a_weight_of_zero_is_never_picked() {
        let weights = [0.0, 0.25, 0.0, 0.75, 0.0];
        assert_eq!(pick(&weights, 0.0), 1);
        assert_eq!(pick(&weights, 0.2499), 1);
        assert_eq!(pick(&weights, 0.25), 3);
        assert_eq!(pick(&weights, 1.0), 3);
    }
}
