//! Numbers that may be drawn: constants, formulas, distributions.
//!
//! A distribution whose arguments are all constants is made here, once; one with formulas among them keeps its formulas, and is made at each use.

use super::Builder;
use super::formulas::Context;
use crate::diagnostic::{Diagnostic, Place, in_percent};
use crate::distribution::{Distribution, DistributionError, Family};
use crate::expression::Expr;
use crate::model::bounds::Bounds;
use crate::model::types::{Draw, VaryingDraw};
use crate::scenario::{self, Form, NumberOrFormula, Quantity};

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
            scenario::Draw::Value(quantity) => Some(Draw::Value(self.number(
                quantity,
                context,
                Bounds::FINITE,
            )?)),
            scenario::Draw::Distribution(distribution) => Some(
                match self.shape(distribution, Arguments::Formulas(context))? {
                    Shape::Fixed(distribution) => Draw::Fixed(distribution),
                    Shape::Varying(varying) => Draw::Varying(varying),
                },
            ),
        }
    }

    /// A distribution that is made of constants, as those of parameters are.
    pub fn fixed_distribution(
        &mut self,
        distribution: &scenario::Distribution,
    ) -> Option<Distribution> {
        match self.shape(distribution, Arguments::Constants)? {
            Shape::Fixed(distribution) => Some(distribution),
            Shape::Varying(_) => None,
        }
    }

    fn shape(
        &mut self,
        distribution: &scenario::Distribution,
        allowed: Arguments,
    ) -> Option<Shape> {
        let (low, high) = distribution
            .range
            .as_ref()
            .map_or((None, None), |r| (r.low, r.high));
        match &distribution.form {
            Form::Percentiles(points) => {
                let family = self.metalog(points, &distribution.pointer)?;
                let quantities: Vec<&Quantity> = points.iter().map(|(_, q)| q).collect();
                self.member(distribution, family, &quantities, allowed, (low, high))
            }
            Form::Family { family, arguments } => {
                let quantities: Vec<&Quantity> = arguments.iter().collect();
                self.member(
                    distribution,
                    known_family(*family),
                    &quantities,
                    allowed,
                    (low, high),
                )
            }
            Form::Fitted {
                family,
                percentiles,
            } => {
                let tail = self.tail(percentiles, &distribution.pointer)?;
                let fitted = match family {
                    scenario::Family::Lognormal => Family::LognormalFromPercentiles { tail },
                    _ => Family::NormalFromPercentiles { tail },
                };
                let quantities: Vec<&Quantity> = percentiles.iter().map(|(_, q)| q).collect();
                self.member(distribution, fitted, &quantities, allowed, (low, high))
            }
            Form::Discrete {
                values,
                probabilities,
            } => self.discrete(distribution, values, probabilities, allowed),
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
        let arguments = self.arguments(family.arguments(), quantities, allowed)?;
        let fixed = constants(&arguments).filter(|_| !matches!(allowed, Arguments::Kept(_)));
        match fixed {
            Some(values) => match family.build(&values, low, high) {
                Ok(built) => Some(Shape::Fixed(built)),
                Err(error) => {
                    let blamed = error
                        .argument()
                        .and_then(|name| family.arguments().iter().position(|known| *known == name))
                        .and_then(|index| quantities.get(index));
                    self.refused(distribution, blamed.copied(), &error);
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

    fn arguments(
        &mut self,
        names: &[&str],
        quantities: &[&Quantity],
        allowed: Arguments,
    ) -> Option<Vec<Expr>> {
        /// Arguments that no family takes below 0.
        const SCALES: [&str; 9] = [
            "alpha", "beta", "df", "rate", "scale", "sd", "shape", "sigma", "size",
        ];
        let built: Vec<Option<Expr>> = quantities
            .iter()
            .enumerate()
            .map(|(index, quantity)| match allowed {
                Arguments::Constants => self.constant(quantity).map(Expr::Number),
                Arguments::Formulas(context) | Arguments::Kept(context) => {
                    let is_scale = names.get(index).is_some_and(|name| SCALES.contains(name));
                    let bounds = if is_scale {
                        Bounds::SCALE
                    } else {
                        Bounds::FINITE
                    };
                    self.number(quantity, context, bounds)
                }
            })
            .collect();
        built.into_iter().collect()
    }

    fn metalog(&mut self, points: &[(f64, Quantity)], pointer: &str) -> Option<Family> {
        if let [low, (middle, _), high] = points
            && *middle == 0.5
        {
            let tail = self.tail(&[low.clone(), high.clone()], pointer)?;
            return Some(Family::Metalog { tail });
        }
        self.asymmetric(points, pointer);
        None
    }

    /// The probability in each tail of two symmetric percentiles.
    fn tail(&mut self, points: &[(f64, Quantity); 2], pointer: &str) -> Option<f64> {
        let [(low, _), (high, _)] = points;
        if (low + high - 1.0).abs() < 1e-9 && *low < 0.5 {
            return Some(*low);
        }
        self.asymmetric(points, pointer);
        None
    }

    fn asymmetric(&mut self, points: &[(f64, Quantity)], pointer: &str) {
        let found: Vec<String> = points
            .iter()
            .map(|(p, _)| format!("p{}", (p * 1e8).round() / 1e6))
            .collect();
        self.report(
            Diagnostic::error(
                "invalid-percentiles",
                Place::value(pointer),
                format!(
                    "percentiles come in symmetric pairs around p50, found {}",
                    found.join(", ")
                ),
            )
            .hint("write for instance `\"p5\"`, `\"p50\"` and `\"p95\"`"),
        );
    }

    fn discrete(
        &mut self,
        distribution: &scenario::Distribution,
        values: &[Quantity],
        probabilities: &[Quantity],
        allowed: Arguments,
    ) -> Option<Shape> {
        let points = self.arguments(&[], &values.iter().collect::<Vec<_>>(), allowed);
        let shares = self.arguments(&[], &probabilities.iter().collect::<Vec<_>>(), allowed);
        let (points, shares) = (points?, shares?);
        let Some(shares) = constants(&shares) else {
            self.report(
                Diagnostic::error(
                    "invalid-distribution",
                    Place::value(&distribution.pointer),
                    "the probabilities of a discrete distribution are numbers, not formulas",
                )
                .hint("use several events with hazards or probabilities of their own"),
            );
            return None;
        };
        let fixed = constants(&points);
        // With formulas for values, the probabilities are checked on their own.
        let trial: Vec<f64> = fixed
            .clone()
            .unwrap_or_else(|| (0..points.len()).map(|i| i as f64).collect());
        let built = match Distribution::discrete(&trial, &shares) {
            Ok(built) => built,
            Err(error) => {
                let item = error.item().unwrap_or(0);
                let blamed = match error.argument() {
                    Some("values") => values.get(item),
                    Some("probabilities") if error.item().is_some() => probabilities.get(item),
                    // A sum that is off on account of one that is no share by itself.
                    Some("probabilities") => {
                        let position = shares.iter().position(|share| *share > 1.0);
                        position.and_then(|index| probabilities.get(index))
                    }
                    _ => None,
                };
                self.refused(distribution, blamed, &error);
                return None;
            }
        };
        if fixed.is_some() && !matches!(allowed, Arguments::Kept(_)) {
            return self.ranged(distribution, built).map(Shape::Fixed);
        }
        if let Some(range) = &distribution.range {
            let place = Place::value(&range.pointer);
            self.error(
                "invalid-distribution",
                place,
                "a discrete distribution with formulas among its values cannot be truncated",
            );
            return None;
        }
        let total: f64 = shares.iter().sum();
        let parts = points.into_iter().zip(shares).map(|(value, share)| {
            // A normal without spread is the value itself.
            let point = VaryingDraw::Family {
                family: Family::Normal,
                arguments: vec![value, Expr::Number(0.0)],
                low: None,
                high: None,
            };
            (share / total, point)
        });
        Some(Shape::Varying(VaryingDraw::Mixture(parts.collect())))
    }

    /// The distribution truncated to its range, if it has one.
    fn ranged(
        &mut self,
        distribution: &scenario::Distribution,
        whole: Distribution,
    ) -> Option<Distribution> {
        let Some(range) = &distribution.range else {
            return Some(whole);
        };
        match whole.truncated(range.low, range.high) {
            Ok(truncated) => Some(truncated),
            Err(error) => {
                self.refused(distribution, None, &error);
                None
            }
        }
    }

    fn pooled(
        &mut self,
        distribution: &scenario::Distribution,
        experts: &[scenario::Expert],
        allowed: Arguments,
    ) -> Option<Shape> {
        let shapes: Vec<Option<(f64, Shape)>> = experts
            .iter()
            .map(|expert| {
                Some((
                    expert.weight.value,
                    self.shape(&expert.distribution, allowed)?,
                ))
            })
            .collect();
        let shapes: Vec<(f64, Shape)> = shapes.into_iter().collect::<Option<_>>()?;
        let total: f64 = shapes.iter().map(|(weight, _)| weight).sum();
        if !(total > 0.0) {
            self.error(
                "invalid-distribution",
                Place::value(&distribution.pointer),
                "all experts have the weight 0",
            );
            return None;
        }
        let all_fixed = shapes
            .iter()
            .all(|(_, shape)| matches!(shape, Shape::Fixed(_)));
        if all_fixed {
            let parts = shapes
                .into_iter()
                .filter_map(|(weight, shape)| match shape {
                    Shape::Fixed(part) => Some((weight, part)),
                    Shape::Varying(_) => None,
                })
                .collect();
            return match Distribution::mixture(parts) {
                Ok(pooled) => self.ranged(distribution, pooled).map(Shape::Fixed),
                Err(error) => {
                    self.refused(distribution, None, &error);
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
            Arguments::Formulas(context)
                if shapes.iter().any(|(_, s)| matches!(s, Shape::Fixed(_))) =>
            {
                return self.pooled(distribution, experts, Arguments::Kept(context));
            }
            _ => shapes
                .into_iter()
                .filter_map(|(weight, shape)| match shape {
                    Shape::Varying(varying) => Some((weight / total, varying)),
                    Shape::Fixed(_) => None,
                }),
        };
        Some(Shape::Varying(VaryingDraw::Mixture(parts.collect())))
    }

    /// Reports why a distribution cannot be, at the argument that is to blame if one is.
    fn refused(
        &mut self,
        distribution: &scenario::Distribution,
        blamed: Option<&Quantity>,
        error: &DistributionError,
    ) {
        let place = match (blamed, &distribution.range) {
            (Some(quantity), _) => quantity.place(),
            (None, Some(range)) if error.argument() == Some("range") => {
                Place::value(&range.pointer)
            }
            (None, _) => Place::value(&distribution.pointer),
        };
        // A number in percent where the author, or the family, has shares from 0 to 1.
        let is_of_shares = (distribution.range.as_ref())
            .is_some_and(|range| range.low >= Some(0.0) && range.high.is_some_and(|h| h <= 1.0));
        let number = match (blamed.map(|quantity| &quantity.value), error) {
            (_, DistributionError::NothingLeft { median, .. }) => Some(*median),
            (Some(NumberOrFormula::Number(number)), DistributionError::Inconsistent { .. }) => {
                Some(*number).filter(|_| is_of_shares)
            }
            (Some(NumberOrFormula::Number(number)), _) => Some(*number),
            _ => None,
        };
        let wanted = is_of_shares || error.wants_share();
        let hint = number.filter(|_| wanted).and_then(in_percent);
        let text = error.to_string();
        self.report(Diagnostic::error("invalid-distribution", place, text).hints(hint));
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
        scenario::Family::NegativeBinomialByMean => Family::NegativeBinomialFromMean,
    }
}
