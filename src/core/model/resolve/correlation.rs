//! Correlations between parameters (Spearman's, by a Gaussian copula) and between the noises of
//! indicators.
//!
//! Pairs become one matrix over the correlated members in canonical order, with zero where no pair
//! is stated, and the matrix its Cholesky factor.

use super::Builder;
use crate::diagnostic::{Diagnostic, Place};
use crate::distribution::copula::{self, CopulaError};
use crate::distribution::{Build, Distribution, Family};
use crate::expression::{Expr, Thing};
use crate::model::types::{Correlated, Indicator, Parameter, ParameterValue};
use crate::scenario::{At, Reference};
use std::collections::BTreeMap;

/// A stated pair.
struct Pair<'a> {
    pointer: &'a str,
    between: &'a [Reference; 2],
    value: &'a At<f64>,
}

/// The Cholesky factor for correlations between the members of the given indices.
type Factor<'a> = dyn Fn(&[usize], &[Vec<f64>]) -> Result<Vec<Vec<f64>>, CopulaError> + 'a;

impl Builder<'_> {
    /// The rank correlation of parameters, and that of quantities of the trial.
    pub fn rank_copulas(
        &mut self,
        parameters: &[Parameter],
        per_trial: &[Parameter],
    ) -> [Option<Correlated>; 2] {
        let s = self.scenario;
        let (mut of_draws, mut of_trials) = (Vec::new(), Vec::new());
        for c in &s.correlations {
            let pair = Pair {
                pointer: &c.pointer,
                between: &c.between,
                value: &c.rank,
            };
            let is = |thing: Thing, side: usize| {
                self.names.index(thing, &c.between[side].value).is_some()
            };
            let [first, second] = [0, 1].map(|side| is(Thing::PerTrial, side));
            let mixed = first && is(Thing::Parameter, 1) || second && is(Thing::Parameter, 0);
            if mixed {
                let [once, drawn] =
                    if first { [0, 1] } else { [1, 0] }.map(|side| c.between[side].value.clone());
                self.report(
                    Diagnostic::error(
                        "invalid-correlation",
                        Place::value(&c.pointer),
                        format!("`{drawn}` is a parameter, which a draw fixes for many trials, and `{once}` is drawn anew in each of them: nothing can tie the two"),
                    )
                    .hint(format!("let `{once}` depend on `{drawn}` by a formula in its distribution")),
                );
            } else if first || second {
                of_trials.push(pair);
            } else {
                of_draws.push(pair);
            }
        }
        [
            self.rank_copula(&of_draws, Thing::Parameter, parameters),
            self.rank_copula(&of_trials, Thing::PerTrial, per_trial),
        ]
    }

    fn rank_copula(
        &mut self,
        pairs: &[Pair],
        thing: Thing,
        items: &[Parameter],
    ) -> Option<Correlated> {
        let steady = |index: usize| {
            let constant = match &items.get(index)?.value {
                ParameterValue::Constant(_) => true,
                ParameterValue::Uncertain(distribution) => {
                    let (least, greatest) = distribution.support();
                    least == greatest
                }
                ParameterValue::Varying(_) => false,
                ParameterValue::Formula(_) => {
                    return Some(
                        "is a formula of others, so it has no chance of its own that could be correlated",
                    );
                }
            };
            constant.then_some("is a constant, so nothing can be correlated with it")
        };
        let even = Family::Uniform.build(&[0.0, 1.0], None, None).ok();
        let factor = |members: &[usize], ranks: &[Vec<f64>]| {
            let margins: Vec<&Distribution> = members
                .iter()
                .filter_map(|index| match &items.get(*index)?.value {
                    ParameterValue::Constant(_) | ParameterValue::Formula(_) => None,
                    ParameterValue::Uncertain(distribution) => Some(distribution),
                    // It differs from draw to draw: what is correlated is the place in it.
                    ParameterValue::Varying(_) => even.as_ref(),
                })
                .collect();
            copula::spearman_factor(ranks, &margins)
        };
        self.correlated(pairs, thing, "/correlations", &steady, &factor)
    }

    /// The correlation between the noises of indicators.
    pub fn noise_correlation(&mut self, indicators: &[Indicator]) -> Option<Correlated> {
        let s = self.scenario;
        let pairs: Vec<Pair> = s
            .noise_correlations
            .iter()
            .map(|c| Pair {
                pointer: &c.pointer,
                between: &c.between,
                value: &c.value,
            })
            .collect();
        let names = self.names.indicators.clone();
        let steady = |index: usize| {
            let indicator = indicators
                .iter()
                .find(|i| Some(&i.name) == names.get(index))?;
            let still = matches!(indicator.volatility, None | Some(Expr::Number(0.0)));
            still.then_some("has no volatility, so it has no noise to correlate")
        };
        self.correlated(
            &pairs,
            Thing::Indicator,
            "/noise_correlations",
            &steady,
            &|_, correlations| copula::cholesky(correlations),
        )
    }

    fn correlated(
        &mut self,
        pairs: &[Pair],
        thing: Thing,
        section: &str,
        steady: &dyn Fn(usize) -> Option<&'static str>,
        factor: &Factor,
    ) -> Option<Correlated> {
        let mut sound = true;
        let mut stated: BTreeMap<(usize, usize), (f64, Place)> = BTreeMap::new();
        for pair in pairs {
            let found = [0, 1].map(|side| {
                let reference = &pair.between[side];
                let index = self.resolve(thing, &reference.value, reference.place())?;
                if let Some(why) = steady(index) {
                    self.error(
                        "correlates-constant",
                        reference.place(),
                        format!("the {} `{}` {why}", thing.noun(), reference.value),
                    );
                    return None;
                }
                Some(index)
            });
            let value = pair.value.value;
            let [Some(a), Some(b)] = found else {
                sound = false;
                continue;
            };
            let place = Place::value(pair.pointer);
            if a == b {
                let name = &pair.between[0].value;
                self.error(
                    "invalid-correlation",
                    place,
                    format!("`{name}` is correlated with itself"),
                );
                sound = false;
                continue;
            }
            let key = (a.min(b), a.max(b));
            if let Some((_, earlier)) = stated.get(&key) {
                let [first, second] = pair.between;
                self.report(
                    Diagnostic::error(
                        "invalid-correlation",
                        place,
                        format!(
                            "the correlation of `{}` and `{}` is stated twice",
                            first.value, second.value
                        ),
                    )
                    .related(earlier.clone(), "first stated here"),
                );
                sound = false;
                continue;
            }
            stated.insert(key, (value, place));
        }
        if !sound || stated.is_empty() {
            return None;
        }
        let mut members: Vec<usize> = stated.keys().flat_map(|(a, b)| [*a, *b]).collect();
        members.sort_unstable();
        members.dedup();
        let row = |index: usize| members.binary_search(&index).unwrap_or(0);
        let mut matrix = vec![vec![0.0; members.len()]; members.len()];
        for (i, line) in matrix.iter_mut().enumerate() {
            line[i] = 1.0;
        }
        for ((a, b), (value, _)) in &stated {
            matrix[row(*a)][row(*b)] = *value;
            matrix[row(*b)][row(*a)] = *value;
        }
        match factor(&members, &matrix) {
            Ok(factor) => Some(Correlated { members, factor }),
            Err(error) => {
                let names: Vec<String> = members
                    .iter()
                    .map(|m| format!("`{}`", self.names.list(thing)[*m]))
                    .collect();
                if let CopulaError::Unattainable {
                    row,
                    column,
                    rank,
                    low,
                    high,
                } = error
                {
                    let key = (members[column], members[row]);
                    let place = stated.get(&key).map(|(_, place)| place.clone());
                    self.report(
                        Diagnostic::error(
                            "correlation-out-of-reach",
                            place.unwrap_or_else(|| Place::value(section)),
                            format!(
                                "{} and {} cannot have the rank correlation {rank}: they have few values, and whatever ties them, it lies between {} and {}",
                                names[column],
                                names[row],
                                inwards(low),
                                inwards(high)
                            ),
                        )
                        .hint("state one in this range, or write one of the two as a formula of the other"),
                    );
                    return None;
                }
                let why = match error {
                    CopulaError::NotPositiveDefinite { member, .. } => {
                        format!("given the others, none are possible for {}", names[member])
                    }
                    other => other.to_string(),
                };
                self.report(
                    Diagnostic::error(
                        "correlations-contradict",
                        Place::value(section),
                        format!(
                            "the correlations among {} contradict one another: their matrix is not positive definite ({why})",
                            names.join(", ")
                        ),
                    )
                    .hint("bring the correlations closer to 0, or state the missing pairs"),
                );
                None
            }
        }
    }
}

/// With three decimals, rounded towards 0, so that what is told can be stated.
fn inwards(correlation: f64) -> String {
    format!("{:.3}", (correlation * 1e3).trunc() / 1e3)
}
