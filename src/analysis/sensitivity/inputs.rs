//! The uncertain inputs of a study: their names, what they are correlated with, and where each draw
//! has them.

use crate::analysis::Study;
use crate::engine::{Inputs, Settings, Setup, inputs};
use crate::estimate::{BINS_OF_INPUT, bin_of_input};
use crate::math::special::{normal_cdf, normal_quantile};
use crate::model::Correlated;
use crate::program::InputCode;
use std::borrow::Cow;

/// Correlation of normal scores below which two parameters are taken to be independent: what
/// rounding leaves of none.
const NONE: f64 = 1e-12;
/// Variance of a parameter given the others below which they determine it.
const DETERMINED: f64 = 1e-9;

/// An input by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    pub name: String,
    pub title: String,
    /// `parameter` or `weight`.
    pub kind: &'static str,
    /// Names of parameters that it is correlated with.
    pub correlated_with: Vec<String>,
}

/// All inputs, in the order of the program.
pub fn named(study: &Study) -> Vec<Named> {
    let model = &study.model;
    let of = |input: &InputCode| match input {
        InputCode::Parameter(p) => {
            let parameter = &model.parameters[*p];
            let others = correlated(study.program.parameter_mix.as_ref(), *p);
            Named {
                name: parameter.name.clone(),
                title: parameter.title.clone(),
                kind: "parameter",
                correlated_with: (others.into_iter())
                    .map(|other| model.parameters[other].name.clone())
                    .collect(),
            }
        }
        InputCode::Weight { trend, .. } => Named {
            name: model.trends[*trend].name.clone(),
            title: model.trends[*trend].title.clone(),
            kind: "weight",
            correlated_with: Vec::new(),
        },
    };
    study.program.inputs.iter().map(of).collect()
}

/// Parameters correlated with one.
fn correlated(mix: Option<&Correlated>, parameter: usize) -> Vec<usize> {
    let Some(mix) = mix else {
        return Vec::new();
    };
    let Some(row) = mix.members.iter().position(|member| *member == parameter) else {
        return Vec::new();
    };
    let factor = &mix.factor;
    let correlation =
        |a: usize, b: usize| -> f64 { factor[a].iter().zip(&factor[b]).map(|(x, y)| x * y).sum() };
    (0..mix.members.len())
        .filter(|other| *other != row && correlation(row, *other).abs() > NONE)
        .map(|other| mix.members[other])
        .collect()
}

/// Bins of each input by draw, and of the part of it that the others do not determine.
pub struct Binned {
    /// By input and draw.
    pub bins: Vec<Vec<u8>>,
    /// By input and draw; `None` for inputs that are correlated with no other, or determined by
    /// them.
    pub own: Vec<Option<Vec<u8>>>,
}

/// Where the draws of a run have their inputs.
pub fn binned(study: &Study, settings: &Settings, draws: u32) -> Binned {
    let setup = Setup::new(&study.program, settings.seed);
    let program = &study.program;
    let mut found = Binned {
        bins: vec![Vec::with_capacity(draws as usize); program.inputs.len()],
        own: vec![None; program.inputs.len()],
    };
    let innovations = program.parameter_mix.as_ref().map(Innovations::new);
    let rows: Vec<Option<usize>> = (program.inputs.iter())
        .map(|input| {
            let (InputCode::Parameter(p), Some(mix)) = (input, &program.parameter_mix) else {
                return None;
            };
            let row = mix.members.iter().position(|member| member == p)?;
            let is_correlated = !correlated(Some(mix), *p).is_empty();
            let is_free = innovations.as_ref()?.scale[row].is_some();
            (is_correlated && is_free).then_some(row)
        })
        .collect();
    for k in 0..draws {
        let dealt: Inputs = inputs(settings.design, &setup, k);
        (found.bins.iter_mut().zip(&dealt.bins)).for_each(|(all, bin)| all.push(*bin));
        if let Some(innovations) = &innovations {
            let levels = innovations.levels(&dealt.independent);
            for (own, row) in found.own.iter_mut().zip(&rows) {
                if let Some(row) = row {
                    let bin = bin_of_input(levels[*row]);
                    own.get_or_insert_with(Vec::new).push(bin);
                }
            }
        }
    }
    found
}

/// What each of some correlated normal scores has to itself: its residual when all others are
/// known.
///
/// With z = L η the residuals are, up to scale, P z = L⁻ᵀ η, where P is the inverse of the
/// correlation matrix L Lᵀ; that of score i has variance P_ii, so P z / √P_ii is standard normal.
struct Innovations<'m> {
    mix: &'m Correlated,
    /// 1/√P_ii; `None` where the others determine a score.
    scale: Vec<Option<f64>>,
}

impl<'m> Innovations<'m> {
    fn new(mix: &'m Correlated) -> Self {
        let n = mix.members.len();
        let is_singular = (0..n).any(|i| mix.factor[i][i].abs() < DETERMINED);
        let scale = (0..n).map(|i| {
            if is_singular {
                return None;
            }
            // P_ii is the squared length of row i of L⁻ᵀ, which is column i of L⁻¹.
            let mut column = vec![0.0; n];
            for row in i..n {
                let unit = if row == i { 1.0 } else { 0.0 };
                let known: f64 = (i..row).map(|j| mix.factor[row][j] * column[j]).sum();
                column[row] = (unit - known) / mix.factor[row][row];
            }
            let precision: f64 = column.iter().map(|x| x * x).sum();
            (1.0 / precision > DETERMINED).then(|| 1.0 / precision.sqrt())
        });
        Self {
            mix,
            scale: scale.collect(),
        }
    }

    /// Probability level of each residual, by row of the mixture, from the independent levels of
    /// all parameters.
    fn levels(&self, independent: &[f64]) -> Vec<f64> {
        let n = self.mix.members.len();
        let mut residuals = vec![0.0; n];
        for i in (0..n).rev() {
            let eta = normal_quantile(independent[self.mix.members[i]]);
            let known: f64 = (i + 1..n)
                .map(|j| self.mix.factor[j][i] * residuals[j])
                .sum();
            residuals[i] = (eta - known) / self.mix.factor[i][i];
        }
        (residuals.iter().zip(&self.scale))
            .map(|(residual, scale)| normal_cdf(residual * scale.unwrap_or(0.0)))
            .collect()
    }
}

/// Values of each input at its 5% and at its 95%; `None` if they depend on other parameters.
pub fn ends(study: &Study) -> Vec<Option<[f64; 2]>> {
    let of = |input: &InputCode| match input {
        InputCode::Weight { edges, .. } => Some([edges[0], edges[BINS_OF_INPUT - 2]]),
        InputCode::Parameter(p) => match &study.model.parameters[*p].value.distribution(&[])? {
            Cow::Borrowed(fixed) => Some([0.05, 0.95].map(|level| fixed.quantile(level))),
            Cow::Owned(_) => None,
        },
    };
    study.program.inputs.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three scores with correlations 0.6, 0.3 and 0.2: the residual of each is uncorrelated with
    /// the other two scores and has variance 1.
    #[test]
    fn what_a_score_has_to_itself_is_uncorrelated_with_the_others() {
        let c = [[1.0, 0.6, 0.3], [0.6, 1.0, 0.2], [0.3, 0.2, 1.0]];
        let mut factor = vec![vec![0.0; 3]; 3];
        for i in 0..3_usize {
            for j in 0..=i {
                let known: f64 = (0..j).map(|k| factor[i][k] * factor[j][k]).sum();
                let rest: f64 = c[i][j] - known;
                factor[i][j] = if i == j {
                    rest.sqrt()
                } else {
                    rest / factor[j][j]
                };
            }
        }
        let mix = Correlated {
            members: vec![0, 1, 2],
            factor: factor.clone(),
        };
        let innovations = Innovations::new(&mix);
        // Linear in η: columns by unit vectors.
        let column = |j: usize| -> Vec<f64> {
            let mut eta = [0.5; 3];
            eta[j] = normal_cdf(1.0);
            let levels = innovations.levels(&eta);
            levels.into_iter().map(normal_quantile).collect()
        };
        let columns: Vec<Vec<f64>> = (0..3).map(column).collect();
        for i in 0..3 {
            let residual: Vec<f64> = columns.iter().map(|column| column[i]).collect();
            let product =
                |other: &[f64]| -> f64 { residual.iter().zip(other).map(|(x, y)| x * y).sum() };
            let variance = product(&residual);
            assert!((variance - 1.0).abs() < 1e-9, "{i}: {variance}");
            for (other, row) in factor.iter().enumerate().filter(|(row, _)| *row != i) {
                let with = product(row);
                assert!(with.abs() < 1e-9, "{i}, {other}: {with}");
            }
        }
    }
}
