//! Numbers that may be drawn: constants, formulas, distributions.
//!
//! A distribution whose arguments are all constants is made here, once; one with formulas among them keeps its formulas, and is made at each use.

use super::Builder;
use super::formulas::{ANY, Context};
use crate::diagnostic::{Diagnostic, Place};
use crate::distribution::{Distribution, DistributionError, Family};
use crate::expression::Expr;
use crate::model::types::{Draw, VaryingDraw};
use crate::scenario::{self, Form, Quantity};

/// What the arguments of a distribution may be.
#[derive(Clone, Copy)]
enum Arguments {
    Constants,
    Formulas(Context),
    /// The same, and constants are kept as formulas: they stand beside others in a pool.
    Kept(Context),
}

/// A distribution, as far as it can be made beforehand.
enum Shape {
    Fixed(Distribution),
    Varying(VaryingDraw),
}

impl Builder<'_> {
    /// A number that is drawn at each use, or computed.
    pub fn draw(&mut self, draw: &scenario::Draw, context: Context) -> Option<Draw> {
        match draw {
            scenario::Draw::Value(quantity) => Some(Draw::Value(self.number(quantity, context, ANY)?)),
            scenario::Draw::Distribution(distribution) => {
                Some(match self.shape(distribution, Arguments::Formulas(context))? {
                    Shape::Fixed(distribution) => Draw::Fixed(distribution),
                    Shape::Varying(varying) => Draw::Varying(varying),
                })
            }
        }
    }

    /// A distribution that is made of constants, as those of parameters are.
    pub fn fixed_distribution(&mut self, distribution: &scenario::Distribution) -> Option<Distribution> {
        match self.shape(distribution, Arguments::Constants)? {
            Shape::Fixed(distribution) => Some(distribution),
            Shape::Varying(_) => None,
        }
    }

    fn shape(&mut self, distribution: &scenario::Distribution, allowed: Arguments) -> Option<Shape> {
        let (low, high) = distribution.range.as_ref().map_or((None, None), |r| (r.low, r.high));
        match &distribution.form {
            Form::Percentiles(points) => {
                let family = self.metalog(points, &distribution.pointer)?;
                let quantities: Vec<&Quantity> = points.iter().map(|(_, q)| q).collect();
                self.member(distribution, family, &quantities, allowed, (low, high))
            }
            Form::Family { family, arguments } => {
                let quantities: Vec<&Quantity> = arguments.iter().collect();
                self.member(distribution, known_family(*family), &quantities, allowed, (low, high))
            }
            Form::Fitted { family, percentiles } => {
                let [(first, _), (second, _)] = percentiles;
                let fitted = match family {
                    scenario::Family::Lognormal => Family::LognormalFromPercentiles { low: *first, high: *second },
                    _ => Family::NormalFromPercentiles { low: *first, high: *second },
                };
                let quantities: Vec<&Quantity> = percentiles.iter().map(|(_, q)| q).collect();
                self.member(distribution, fitted, &quantities, allowed, (low, high))
            }
            Form::Discrete { values, probabilities } => self.discrete(distribution, values, probabilities, allowed),
            Form::Experts(experts) => self.pooled(distribution, experts, allowed),
        }
    }

    /// A distribution of one family with its arguments in order.
    fn member(
        &mut self,
        distribution: &scenario::Distribution,
        family: Family,
        quantities: &[&Quantity],
        allowed: Arguments,
        (low, high): (Option<f64>, Option<f64>),
    ) -> Option<Shape> {
        let arguments = self.arguments(quantities, allowed)?;
        let fixed = constants(&arguments).filter(|_| !matches!(allowed, Arguments::Kept(_)));
        match fixed {
            Some(values) => match family.build(&values, low, high) {
                Ok(built) => Some(Shape::Fixed(built)),
                Err(error) => {
                    self.refused(distribution, quantities, &error);
                    None
                }
            },
            None => Some(Shape::Varying(VaryingDraw::Family {
                family,
                arguments,
                low,
                high,
            })),
        }
    }

    fn arguments(&mut self, quantities: &[&Quantity], allowed: Arguments) -> Option<Vec<Expr>> {
        let built: Vec<Option<Expr>> = quantities
            .iter()
            .map(|quantity| match allowed {
                Arguments::Constants => self.constant(quantity).map(Expr::Number),
                Arguments::Formulas(context) | Arguments::Kept(context) => self.number(quantity, context, ANY),
            })
            .collect();
        built.into_iter().collect()
    }

    fn metalog(&mut self, points: &[(f64, Quantity)], pointer: &str) -> Option<Family> {
        match points {
            [(tail, _), (middle, _), (upper, _)] if *middle == 0.5 && (tail + upper - 1.0).abs() < 1e-9 => {
                Some(Family::Metalog { tail: *tail })
            }
            _ => {
                let found: Vec<String> = points.iter().map(|(p, _)| format!("p{}", (p * 1e8).round() / 1e6)).collect();
                self.report(
                    Diagnostic::error(
                        "invalid-distribution",
                        Place::value(pointer),
                        format!("percentiles are p50 and one symmetric pair, found {}", found.join(", ")),
                    )
                    .hint("write for instance `\"p5\"`, `\"p50\"` and `\"p95\"`"),
                );
                None
            }
        }
    }

    fn discrete(
        &mut self,
        distribution: &scenario::Distribution,
        values: &[Quantity],
        probabilities: &[Quantity],
        allowed: Arguments,
    ) -> Option<Shape> {
        let quantities: Vec<&Quantity> = values.iter().chain(probabilities).collect();
        let (low, high) = distribution.range.as_ref().map_or((None, None), |r| (r.low, r.high));
        self.member(distribution, Family::Discrete, &quantities, allowed, (low, high))
    }

    fn pooled(
        &mut self,
        distribution: &scenario::Distribution,
        experts: &[scenario::Expert],
        allowed: Arguments,
    ) -> Option<Shape> {
        let shapes: Vec<Option<(f64, Shape)>> = experts
            .iter()
            .map(|expert| Some((expert.weight.value, self.shape(&expert.distribution, allowed)?)))
            .collect();
        let shapes: Vec<(f64, Shape)> = shapes.into_iter().collect::<Option<_>>()?;
        let total: f64 = shapes.iter().map(|(weight, _)| weight).sum();
        if !(total > 0.0) {
            self.error("invalid-distribution", Place::value(&distribution.pointer), "all experts have the weight 0");
            return None;
        }
        let all_fixed = shapes.iter().all(|(_, shape)| matches!(shape, Shape::Fixed(_)));
        if all_fixed {
            let parts = shapes
                .into_iter()
                .filter_map(|(weight, shape)| match shape {
                    Shape::Fixed(part) => Some((weight, part)),
                    Shape::Varying(_) => None,
                })
                .collect();
            let (low, high) = distribution.range.as_ref().map_or((None, None), |r| (r.low, r.high));
            let pooled = Distribution::mixture(parts).and_then(|pooled| match (low, high) {
                (None, None) => Ok(pooled),
                _ => pooled.truncated(low, high),
            });
            return match pooled {
                Ok(pooled) => Some(Shape::Fixed(pooled)),
                Err(error) => {
                    self.refused(distribution, &[], &error);
                    None
                }
            };
        }
        if let Some(range) = &distribution.range {
            self.report(
                Diagnostic::error(
                    "invalid-distribution",
                    Place::value(&range.pointer),
                    "a pool with formulas among its arguments cannot be truncated as a whole",
                )
                .hint("give each expert the range"),
            );
            return None;
        }
        let parts = match allowed {
            Arguments::Formulas(context) if shapes.iter().any(|(_, s)| matches!(s, Shape::Fixed(_))) => {
                return self.pooled(distribution, experts, Arguments::Kept(context));
            }
            _ => shapes.into_iter().filter_map(|(weight, shape)| match shape {
                Shape::Varying(varying) => Some((weight / total, varying)),
                Shape::Fixed(_) => None,
            }),
        };
        Some(Shape::Varying(VaryingDraw::Mixture(parts.collect())))
    }

    /// Reports why a distribution cannot be, at the argument that is to blame if one is.
    fn refused(&mut self, distribution: &scenario::Distribution, quantities: &[&Quantity], error: &DistributionError) {
        let blamed = error.argument().and_then(|index| quantities.get(index));
        let place = blamed.map_or_else(|| Place::value(&distribution.pointer), |quantity| quantity.place());
        self.error("invalid-distribution", place, error.to_string());
    }
}

fn constants(arguments: &[Expr]) -> Option<Vec<f64>> {
    arguments
        .iter()
        .map(|argument| match argument {
            Expr::Number(value) => Some(*value),
            _ => None,
        })
        .collect()
}

fn known_family(family: scenario::Family) -> Family {
    match family {
        scenario::Family::Pert => Family::Pert,
        scenario::Family::Normal => Family::Normal,
        scenario::Family::Lognormal => Family::Lognormal,
        scenario::Family::Triangular => Family::Triangular,
        scenario::Family::Uniform => Family::Uniform,
        scenario::Family::Loguniform => Family::Loguniform,
        scenario::Family::Beta => Family::Beta,
        scenario::Family::Gamma => Family::Gamma,
        scenario::Family::Weibull => Family::Weibull,
        scenario::Family::Exponential => Family::Exponential,
        scenario::Family::StudentT => Family::StudentT,
        scenario::Family::TruncatedNormal => Family::TruncatedNormal,
        scenario::Family::Poisson => Family::Poisson,
        scenario::Family::Binomial => Family::Binomial,
        scenario::Family::NegativeBinomial => Family::NegativeBinomial,
        scenario::Family::NegativeBinomialByMean => Family::NegativeBinomialByMean,
    }
}
