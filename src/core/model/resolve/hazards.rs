//! Hazards: every way of stating one becomes a rate per year with its factors.

use super::Builder;
use super::formulas::{Context, STATE, at_start};
use super::machines::Domain;
use super::states::transposed;
use crate::diagnostic::{Diagnostic, Place, in_percent, pointer};
use crate::expression::{Arithmetic, Expr, Function, Thing, fold};
use crate::model::bounds::{Bounds, Use};
use crate::model::types::{Ageing, Baseline, Declared, Hazard, HazardRatio, Since};
use crate::scenario::{self, Base, Quantity, Times};

const FIXED: Context = at_start(
    "the base of a hazard is fixed by parameters; what depends on the state goes into `times`, or into a hazard that is one expression",
);
impl Builder<'_> {
    /// A hazard, and the chance that the file declares for it.
    pub fn hazard(&mut self, hazard: &scenario::Hazard) -> Option<(Hazard, Option<Declared>)> {
        let ageing = match &hazard.base {
            Base::Ageing(ageing) => Some(self.ageing(ageing)),
            _ => None,
        };
        let base = self.base(&hazard.base);
        let times = self.times(&hazard.times);
        let (base, declared) = base?;
        let mut built = times?;
        built.base = base;
        built.ageing = transposed(ageing)?;
        Some((built, declared))
    }

    fn base(&mut self, base: &Base) -> Option<(Expr, Option<Declared>)> {
        match base {
            Base::Chance { chance, within } => {
                let (p, years) = (
                    self.chance(chance),
                    self.number(within, FIXED, Bounds::DURATION),
                );
                let (p, years) = (p?, years?);
                let rate = chance_rate(&p, &years)?;
                let declared = Declared {
                    chance: p,
                    within: years,
                };
                Some((rate, Some(declared)))
            }
            Base::Rate { rate, per } => {
                let rate = self.number(rate, FIXED, Bounds::RATE)?;
                Some((divided(rate, Expr::Number(*per))?, None))
            }
            Base::MeanWait(wait) => {
                let years = self.number(wait, FIXED, Bounds::MEAN_WAIT)?;
                Some((divided(Expr::Number(1.0), years)?, None))
            }
            Base::Ageing(_) => Some((Expr::Number(1.0), None)),
            Base::PerYear(rate) => Some((self.number(rate, STATE, Bounds::RATE)?, None)),
        }
    }

    /// A chance as a number of [0, 1); a certain event has no finite rate.
    fn chance(&mut self, chance: &Quantity) -> Option<Expr> {
        let p = self.number(chance, FIXED, Bounds::ANY)?;
        let Expr::Number(value) = p else {
            self.uses.push(Use {
                place: chance.place(),
                formula: p.clone(),
                bounds: Bounds::CHANCE,
            });
            return Some(p);
        };
        if Bounds::CHANCE.allow(value) {
            return Some(p);
        }
        let report = Diagnostic::error(
            "value-out-of-range",
            chance.place(),
            if value == 1.0 {
                "a chance of 1 within any time would need an infinite rate".to_owned()
            } else {
                format!("{}, found {value}", Bounds::CHANCE.rule)
            },
        );
        self.report(if value == 1.0 {
            report.hint("write 0.99, or give the event a date by `at`, or a condition by `when`")
        } else {
            report.hints(in_percent(value))
        });
        None
    }

    /// The factors of a hazard, with a base of 1.
    fn times(&mut self, times: &Times) -> Option<Hazard> {
        let at = |key: &str| pointer::join(&times.pointer, key);
        let [of_trend, of_phase] = [Thing::Trend, Thing::Phase].map(Domain::Of);
        let trend = self.factors(&at("trend"), times.trend.iter(), of_trend);
        let phase = self.factors(&at("phase"), times.phase.iter(), of_phase);
        let by_state = self.factors_by_state(&at("state"), &times.state);
        let parent = pointer::join(&times.pointer, "indicator");
        let mut named: Vec<_> = times.indicator.iter().collect();
        named.sort_by_key(|(name, _)| *name);
        let ratios: Vec<Option<HazardRatio>> = named
            .into_iter()
            .map(|(name, ratio)| self.ratio(name, ratio, &parent))
            .collect();
        let factor = times
            .factor
            .as_ref()
            .map(|f| self.coefficient(f, STATE, Bounds::FACTOR));
        Some(Hazard {
            base: Expr::Number(1.0),
            by_trend: trend?,
            by_phase: phase?,
            by_state: by_state?,
            ratios: ratios.into_iter().collect::<Option<_>>()?,
            factor: transposed(factor)?,
            ageing: None,
        })
    }

    fn ageing(&mut self, ageing: &scenario::Ageing) -> Option<Ageing> {
        let since = match &ageing.since {
            scenario::Since::Start => Some(Since::Start),
            scenario::Since::Phase => Some(Since::Phase),
            scenario::Since::State(name) => self.state(&name.value, name.place()).map(Since::State),
            scenario::Since::Last(start) => self.starts_clock(start).map(Since::Last),
        };
        let mut fixed = |quantity: &Quantity, bounds| self.number(quantity, FIXED, bounds);
        let baseline = match &ageing.baseline {
            scenario::Baseline::Weibull { shape, scale } => {
                let (shape, scale) = (
                    fixed(shape, Bounds::DURATION),
                    fixed(scale, Bounds::DURATION),
                );
                Baseline::Weibull {
                    shape: shape?,
                    scale: scale?,
                }
            }
            scenario::Baseline::Gompertz { rate, growth } => {
                let (rate, growth) = (fixed(rate, Bounds::RATE), fixed(growth, Bounds::FINITE));
                Baseline::Gompertz {
                    rate: rate?,
                    growth: growth?,
                }
            }
            scenario::Baseline::LogLogistic { shape, scale } => {
                let (shape, scale) = (
                    fixed(shape, Bounds::DURATION),
                    fixed(scale, Bounds::DURATION),
                );
                Baseline::LogLogistic {
                    shape: shape?,
                    scale: scale?,
                }
            }
            scenario::Baseline::Steps(steps) => {
                let steps = steps
                    .iter()
                    .map(|(age, rate)| Some((age.value, fixed(rate, Bounds::RATE)?)));
                Baseline::Steps(steps.collect::<Option<_>>()?)
            }
        };
        Some(Ageing {
            baseline,
            since: since?,
        })
    }

    /// One factor for each trend, phase or value; 1 where none is stated. `Some(None)` if none is
    /// stated at all.
    pub fn factors<'c>(
        &mut self,
        parent: &str,
        stated: impl ExactSizeIterator<Item = (&'c String, &'c scenario::Coefficient)>,
        domain: Domain,
    ) -> Option<Option<Vec<Expr>>> {
        if stated.len() == 0 {
            return Some(None);
        }
        let arms = self.arms(parent, stated, domain, &[], STATE, Bounds::FACTOR)?;
        Some(Some(
            arms.into_iter()
                .map(|arm| arm.unwrap_or(Expr::Number(1.0)))
                .collect(),
        ))
    }

    fn ratio(
        &mut self,
        name: &str,
        ratio: &scenario::HazardRatio,
        parent: &str,
    ) -> Option<HazardRatio> {
        let subject = match (
            self.names.index(Thing::Indicator, name),
            self.names.index(Thing::Derived, name),
        ) {
            (Some(index), _) => Some(Expr::Indicator(index)),
            (None, Some(index)) => Some(Expr::Derived(index)),
            (None, None) => {
                let place = Place::key(pointer::join(parent, name));
                let hint = match self.names.value(name) {
                    Some((thing, _)) => Some(format!(
                        "`{name}` is {}; it can stand in `factor`",
                        thing.singular()
                    )),
                    None => self.suggest_state(name),
                };
                let mut report = Diagnostic::error(
                    "unknown-name",
                    place,
                    format!("no indicator or derived value is named `{name}`"),
                );
                report.hints.extend(hint);
                self.report(report);
                None
            }
        };
        let value = self.number(&ratio.ratio, FIXED, Bounds::RATIO);
        let at = self.number(&ratio.at, FIXED, Bounds::ANY);
        let per = self.number(&ratio.per, FIXED, Bounds::ANY);
        if per == Some(Expr::Number(0.0)) {
            self.error(
                "value-out-of-range",
                ratio.per.place(),
                "the distance `per` cannot be 0",
            );
            return None;
        }
        Some(HazardRatio {
            subject: subject?,
            ratio: value?,
            at: at?,
            per: per?,
        })
    }
}

/// The rate at which at least one firing within so many years has this chance: -ln(1 - p) / T.
fn chance_rate(chance: &Expr, years: &Expr) -> Option<Expr> {
    let numerator = match chance {
        // log1p keeps the digits of a small chance.
        Expr::Number(p) => Expr::Number(-libm::log1p(-p)),
        p => {
            let rest = Expr::Arithmetic(
                Arithmetic::Subtract,
                Box::new(Expr::Number(1.0)),
                Box::new(p.clone()),
            );
            Expr::Negate(Box::new(Expr::Call(Function::Ln, vec![rest])))
        }
    };
    divided(numerator, years.clone())
}

fn divided(a: Expr, b: Expr) -> Option<Expr> {
    if b == Expr::Number(1.0) {
        return Some(a);
    }
    fold(Expr::Arithmetic(
        Arithmetic::Divide,
        Box::new(a),
        Box::new(b),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chance_becomes_the_rate_that_realises_it() {
        let Some(Expr::Number(rate)) = chance_rate(&Expr::Number(0.3), &Expr::Number(2.0)) else {
            panic!("constants fold");
        };
        assert!((1.0 - libm::exp(-rate * 2.0) - 0.3).abs() < 1e-15);
        let Some(Expr::Number(tiny)) = chance_rate(&Expr::Number(1e-18), &Expr::Number(1.0)) else {
            panic!("constants fold");
        };
        assert_eq!(tiny, 1e-18);
    }
}
