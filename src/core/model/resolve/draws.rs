//! Numbers that may be drawn: constants, formulas, distributions.
//!
//! A distribution is taken apart into a recipe and the row of numbers that it takes. If all of them
//! are constants it is made here, once; with formulas among them it keeps its formulas, and is made
//! at each use.

use super::Builder;
use super::formulas::Context;
use crate::diagnostic::{Diagnostic, Place, in_percent};
use crate::distribution::{Distribution, DistributionError, Ranged, Recipe, Through};
use crate::expression::Expr;
use crate::family::Kind;
use crate::model::bounds::Bounds;
use crate::model::types::{Draw, VaryingDraw};
use crate::scenario::{self, Form, Interval, NumberOrFormula, Quantity};

/// A number of a row: where it stands, and what it may be if it is a formula.
#[derive(Clone)]
struct Entry {
    quantity: Quantity,
    bounds: Bounds,
    /// The distribution that it belongs to keeps to shares from 0 to 1.
    is_of_shares: bool,
}

/// A distribution taken apart.
#[derive(Clone)]
struct Parts {
    ranged: Ranged,
    row: Vec<Entry>,
}

impl Builder<'_> {
    /// A number that is drawn at each use, or computed.
    pub fn draw(&mut self, draw: &scenario::Draw, context: Context) -> Option<Draw> {
        let distribution = match draw {
            scenario::Draw::Value(quantity) => {
                return Some(Draw::Value(self.number(
                    quantity,
                    context,
                    Bounds::FINITE,
                )?));
            }
            scenario::Draw::Distribution(distribution) => distribution,
        };
        let parts = self.parts(distribution)?;
        let arguments: Vec<Option<Expr>> = (parts.row.iter())
            .map(|entry| self.number(&entry.quantity, context, entry.bounds))
            .collect();
        let arguments: Vec<Expr> = arguments.into_iter().collect::<Option<_>>()?;
        let constants: Option<Vec<f64>> = arguments.iter().map(constant).collect();
        if let Some(numbers) = constants {
            return self.made(distribution, &parts, &numbers).map(Draw::Fixed);
        }
        self.possible(distribution, &parts, &arguments)?;
        Some(Draw::Varying(VaryingDraw {
            ranged: parts.ranged,
            arguments,
        }))
    }

    /// The same where plain numbers are left to the distribution alone, which says more of what is
    /// wrong with them.
    pub fn drawn_once(&mut self, draw: &scenario::Draw, context: Context) -> Option<Draw> {
        if let scenario::Draw::Distribution(distribution) = draw {
            let parts = self.parts(distribution)?;
            let plain = parts.row.iter().map(|entry| match entry.quantity.value {
                NumberOrFormula::Number(number) => Some(number),
                NumberOrFormula::Formula(_) => None,
            });
            if let Some(numbers) = plain.collect::<Option<Vec<f64>>>() {
                return self.made(distribution, &parts, &numbers).map(Draw::Fixed);
            }
        }
        self.draw(draw, context)
    }

    /// The same once the parameters that are constants are known: what was computed from them alone
    /// is a number, or a fixed distribution.
    pub fn settled(
        &mut self,
        stated: &scenario::Draw,
        draw: Draw,
        known: &[Option<f64>],
    ) -> Option<Draw> {
        let is_known = |formula: &Expr| {
            !formula.any(&|part| matches!(part, Expr::Parameter(p) if known.get(*p).copied().flatten().is_none()))
        };
        let values: Vec<f64> = known
            .iter()
            .map(|value| value.unwrap_or(f64::NAN))
            .collect();
        match (draw, stated) {
            (Draw::Value(formula), scenario::Draw::Value(quantity)) if is_known(&formula) => {
                let value = formula.over(&values);
                if !value.is_finite() {
                    let text = match &quantity.value {
                        NumberOrFormula::Formula(text) => text.clone(),
                        NumberOrFormula::Number(value) => value.to_string(),
                    };
                    let message = format!("`{text}` has no finite value");
                    self.error("not-finite", quantity.place(), message);
                    return None;
                }
                Some(Draw::Value(Expr::Number(value)))
            }
            (Draw::Varying(varying), scenario::Draw::Distribution(distribution))
                if varying.arguments.iter().all(is_known) =>
            {
                let numbers: Vec<f64> = (varying.arguments.iter())
                    .map(|argument| argument.over(&values))
                    .collect();
                let parts = self.parts(distribution)?;
                self.made(distribution, &parts, &numbers).map(Draw::Fixed)
            }
            (draw, _) => Some(draw),
        }
    }

    fn made(
        &mut self,
        distribution: &scenario::Distribution,
        parts: &Parts,
        numbers: &[f64],
    ) -> Option<Distribution> {
        let (error, blamed) = match parts.ranged.make(numbers) {
            Ok(made) => return Some(made),
            Err(found) => found,
        };
        // A sum of probabilities that is off on account of one that is none by itself.
        let too_large = || match parts.ranged.recipe {
            Recipe::Discrete(count) if error.argument() == Some("probabilities") => {
                (count..numbers.len()).find(|place| numbers[*place] > 1.0)
            }
            _ => None,
        };
        let quantity = (blamed.or_else(too_large)).and_then(|place| parts.row.get(place));
        let place = match (quantity, &distribution.range) {
            (Some(entry), _) => entry.quantity.place(),
            (None, Some(range)) if error.argument() == Some("range") => {
                Place::value(&range.pointer)
            }
            (None, _) => Place::value(&distribution.pointer),
        };
        // A number in percent where the author, or the family, has shares from 0 to 1.
        let is_of_shares = match quantity {
            Some(entry) => entry.is_of_shares,
            None => keeps_to_shares(distribution),
        };
        let number = match (quantity.map(|entry| &entry.quantity.value), &error) {
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
        None
    }

    /// What can be said of listed probabilities that are all constants, though their values are
    /// not.
    fn possible(
        &mut self,
        distribution: &scenario::Distribution,
        parts: &Parts,
        arguments: &[Expr],
    ) -> Option<()> {
        let Recipe::Discrete(count) = parts.ranged.recipe else {
            return Some(());
        };
        let shares: Option<Vec<f64>> = arguments[count..].iter().map(constant).collect();
        let Some(shares) = shares else {
            return Some(());
        };
        let numbers: Vec<f64> = (0..count).map(|i| i as f64).chain(shares).collect();
        let mut whole = parts.clone();
        (whole.ranged.low, whole.ranged.high) = (None, None);
        self.made(distribution, &whole, &numbers).map(|_| ())
    }

    fn parts(&mut self, distribution: &scenario::Distribution) -> Option<Parts> {
        let free = |quantity: &Quantity| entry(quantity, Bounds::FINITE);
        let share = |quantity: &Quantity| entry(quantity, Bounds::PROBABILITY);
        let (recipe, row) = match &distribution.form {
            Form::Percentiles { points, monotone } => {
                let levels = points.iter().map(|(level, _)| *level).collect();
                let through = if *monotone {
                    Through::Monotone
                } else {
                    Through::Metalog
                };
                let row = points.iter().map(|(_, quantity)| free(quantity)).collect();
                (Recipe::Percentiles(levels, through), row)
            }
            Form::Family { family, arguments } => {
                let row = arguments.iter().zip(family.arguments());
                let row = row.map(|(quantity, argument)| match argument.kind {
                    Kind::Spread | Kind::Positive => entry(quantity, Bounds::SCALE),
                    Kind::Place | Kind::Number => free(quantity),
                });
                (Recipe::Family(*family), row.collect())
            }
            Form::Fitted {
                family,
                percentiles: [(low, at_low), (high, at_high)],
            } => (
                Recipe::Fitted(*family, [*low, *high]),
                vec![free(at_low), free(at_high)],
            ),
            Form::Discrete {
                values,
                probabilities,
            } => {
                let row = values
                    .iter()
                    .map(free)
                    .chain(probabilities.iter().map(share));
                (Recipe::Discrete(values.len()), row.collect())
            }
            Form::Cumulative(points) => {
                let levels = points.iter().map(|(_, level)| *level).collect();
                let row = points.iter().map(|(quantity, _)| free(quantity)).collect();
                (Recipe::Cumulative(levels), row)
            }
            Form::Experts(experts) => {
                let mut row = Vec::new();
                let mut pooled = Vec::with_capacity(experts.len());
                for expert in experts {
                    let part = self.parts(&expert.distribution)?;
                    row.extend(part.row);
                    pooled.push((expert.weight.value, part.ranged));
                }
                (Recipe::Pool(pooled), row)
            }
            Form::PointMass {
                at,
                probability,
                otherwise,
            } => {
                let rest = self.parts_of_draw(otherwise)?;
                let mut row = vec![free(at), share(probability)];
                row.extend(rest.row);
                (Recipe::PointMass(Box::new(rest.ranged)), row)
            }
            Form::Shifted { shift, scale, of } => {
                let of = self.parts_of_draw(of)?;
                let stated = |given: &Option<Quantity>, default: f64| {
                    given.clone().unwrap_or_else(|| {
                        scenario::At::new(NumberOrFormula::Number(default), &distribution.pointer)
                    })
                };
                let mut row = vec![
                    free(&stated(shift, 0.0)),
                    entry(&stated(scale, 1.0), Bounds::SCALE),
                ];
                row.extend(of.row);
                (Recipe::Shifted(Box::new(of.ranged)), row)
            }
        };
        let mut row: Vec<Entry> = row;
        if keeps_to_shares(distribution) {
            row.iter_mut().for_each(|entry| entry.is_of_shares = true);
        }
        let ends = |range: &Interval| (range.low, range.high);
        let (low, high) = distribution.range.as_ref().map_or((None, None), ends);
        let ranged = Ranged { recipe, low, high };
        Some(Parts { ranged, row })
    }

    /// The same of what may be a number: a list of one value.
    fn parts_of_draw(&mut self, draw: &scenario::Draw) -> Option<Parts> {
        match draw {
            scenario::Draw::Distribution(distribution) => self.parts(distribution),
            scenario::Draw::Value(quantity) => {
                let sure = scenario::At::new(NumberOrFormula::Number(1.0), &quantity.pointer);
                Some(Parts {
                    ranged: Ranged {
                        recipe: Recipe::Discrete(1),
                        low: None,
                        high: None,
                    },
                    row: vec![
                        entry(quantity, Bounds::FINITE),
                        entry(&sure, Bounds::PROBABILITY),
                    ],
                })
            }
        }
    }
}

fn entry(quantity: &Quantity, bounds: Bounds) -> Entry {
    Entry {
        quantity: quantity.clone(),
        bounds,
        is_of_shares: false,
    }
}

/// Whether a distribution has a range within 0 and 1.
fn keeps_to_shares(distribution: &scenario::Distribution) -> bool {
    (distribution.range.as_ref())
        .is_some_and(|range| range.low >= Some(0.0) && range.high.is_some_and(|high| high <= 1.0))
}

fn constant(argument: &Expr) -> Option<f64> {
    match argument {
        Expr::Number(value) => Some(*value),
        _ => None,
    }
}
