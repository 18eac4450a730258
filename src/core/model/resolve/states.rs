//! Trends with their weights, phases with their starts, indicators.

use super::formulas::{SO_FAR, STATE, at_start};
use super::names::ONLY;
use super::time::stated;
use super::{Builder, canonical, titled};
use crate::diagnostic::{Diagnostic, Place, in_percent, pointer};
use crate::expression::Expr;
use crate::math::chance;
use crate::model::bounds::Bounds;
use crate::model::types::{AtRange, Draw, Indicator, Materialises, Mean, Phase, Trend};
use crate::scenario::{self, At, Horizon};

impl Builder<'_> {
    /// Trends in canonical order, their weights summing to one.
    pub fn build_trends(&mut self) -> Vec<Trend> {
        let s = self.scenario;
        if s.trends.is_empty() {
            return vec![Trend {
                name: ONLY.to_owned(),
                title: ONLY.to_owned(),
                display: 0,
                weight: 1.0,
                materialises: None,
            }];
        }
        for trend in s.trends.values() {
            let weight = trend.weight.value;
            if !(weight >= 0.0 && weight.is_finite()) {
                self.error(
                    "value-out-of-range",
                    trend.weight.place(),
                    format!("found {weight}: a weight is 0 or more"),
                );
            }
        }
        // Summed in canonical order: the order of keys must not move the last bit.
        let items = canonical(&s.trends);
        let sum: f64 = items.iter().map(|(_, _, trend)| trend.weight.value).sum();
        if !(sum > 0.0) {
            self.error(
                "value-out-of-range",
                Place::value("/trends"),
                "all weights are zero, so no trial could start",
            );
        } else if !chance::is_one(sum) {
            self.weights_not_one(sum);
        }
        let scale = if (sum - 1.0).abs() <= f64::EPSILON * 4.0 {
            1.0
        } else {
            sum
        };
        items
            .into_iter()
            .map(|(display, name, trend)| Trend {
                name: name.clone(),
                title: titled(&trend.title, name),
                display,
                weight: trend.weight.value / scale,
                materialises: self.materialises(trend),
            })
            .collect()
    }

    /// What a trend's coming true looks like; `None` if the file does not say, or wrongly.
    fn materialises(&mut self, trend: &scenario::Trend) -> Option<Materialises> {
        let stated = trend.when.as_ref()?;
        let when = self.condition(stated, SO_FAR);
        let clock = self.clock.clone()?;
        let mut by = match &trend.by {
            Some(times) => times.iter().filter_map(|t| self.asked_by(t)).collect(),
            None if clock.horizon > 1.0 => vec![clock.snapped(1.0)],
            None => Vec::new(),
        };
        by.push(clock.horizon);
        by.sort_by(f64::total_cmp);
        by.dedup();
        let when = when?;
        let looks_back = self.looks_back(&when, by[0], stated.place());
        looks_back.then_some(Materialises { when, by })
    }

    /// A time by which a trend may have come true.
    fn asked_by(&mut self, time: &At<Horizon>) -> Option<f64> {
        let years = match time.value {
            // All of the day counts, as it does for a question.
            Horizon::Date(date) => {
                return self.question_time(&At::new(date, &time.pointer), true);
            }
            Horizon::Years(years) => years,
        };
        let clock = self.clock.as_ref()?;
        let snapped = clock.snapped(years);
        if snapped > 0.0 && snapped <= clock.horizon {
            return Some(snapped);
        }
        let message = format!(
            "a trend is asked for after the start and by the horizon ({} years), found {} years",
            shown(clock.horizon),
            shown(years)
        );
        self.report(
            Diagnostic::error("date-out-of-range", time.place(), message)
                .related(stated(self.scenario.horizon.as_ref()), "the horizon"),
        );
        None
    }

    /// Weights may be in any proportion, but mostly they are meant as probabilities: tells of the
    /// one that spoils the sum, if there is one.
    fn weights_not_one(&mut self, sum: f64) {
        let stated: Vec<(f64, Place)> = (self.scenario.trends.values())
            .map(|trend| (trend.weight.value, trend.weight.place()))
            .collect();
        let list: Vec<String> = stated.iter().map(|(weight, _)| shown(*weight)).collect();
        let terms = match list.len() {
            2..=8 => format!(" ({})", list.join(" + ")),
            _ => String::new(),
        };
        let message = format!(
            "the weights of the trends sum to {}{terms}, not to 1; each is divided by that",
            shown(sum)
        );
        let above = |limit: f64| stated.iter().filter(move |(weight, _)| *weight > limit);
        let warning = |place: Place| Diagnostic::warning("weights-not-one", place, message);
        let report = match above(1.0).collect::<Vec<_>>().as_slice() {
            // One in percent among shares.
            [(weight, place)] if stated.len() > 1 && sum - weight <= 1.0 => {
                warning(place.clone()).hints(in_percent(*weight))
            }
            _ => warning(Place::value("/trends"))
                .hint("change them so that they sum to 1, if they are meant as probabilities"),
        };
        self.report(report);
    }

    /// The concentration of the weights, if they are uncertain.
    pub fn weight_concentration(&self) -> Option<f64> {
        Some(self.scenario.weight_concentration.as_ref()?.value)
    }

    /// Phases in canonical order; at least one can be started in.
    pub fn build_phases(&mut self) -> Vec<Phase> {
        let s = self.scenario;
        if s.phases.is_empty() {
            return vec![Phase {
                name: ONLY.to_owned(),
                title: ONLY.to_owned(),
                display: 0,
                start: Expr::Number(1.0),
                is_final: false,
            }];
        }
        let context = at_start("where a trial starts is drawn before the state exists");
        let mut sound = true;
        let mut phases: Vec<Phase> = Vec::new();
        for (display, name, phase) in canonical(&s.phases) {
            let start = match &phase.start {
                None => Some(Expr::Number(0.0)),
                Some(quantity) => self.number(quantity, context, Bounds::PROBABILITY),
            };
            sound &= start.is_some();
            phases.push(Phase {
                name: name.clone(),
                title: titled(&phase.title, name),
                display,
                start: start.unwrap_or(Expr::Number(0.0)),
                is_final: phase.is_final,
            });
        }
        if !sound {
            return phases;
        }
        if phases.iter().all(|p| p.start == Expr::Number(0.0)) {
            self.report(
                Diagnostic::error(
                    "no-start-phase",
                    Place::value("/phases"),
                    "no phase says that a trial can start in it",
                )
                .hint(format!(
                    "write `\"start\": true` in the first one, `{}`",
                    s.phases.keys().next().map_or("", |n| n)
                )),
            );
            return phases;
        }
        let starts: Vec<&mut Expr> = phases.iter_mut().map(|p| &mut p.start).collect();
        self.normalise(starts, "/phases", "starting in a phase");
        phases
    }

    /// Makes constant probabilities of starts sum to one, and says so.
    pub fn normalise(&mut self, starts: Vec<&mut Expr>, pointer: &str, what: &str) {
        let constants: Option<Vec<f64>> = starts
            .iter()
            .map(|start| match **start {
                Expr::Number(value) => Some(value),
                _ => None,
            })
            .collect();
        let Some(constants) = constants else {
            return;
        };
        let sum: f64 = constants.iter().sum();
        if chance::is_one(sum) {
            return;
        }
        let message = format!(
            "the probabilities of {what} sum to {}, not to 1; each is divided by that",
            shown(sum)
        );
        self.report(
            Diagnostic::warning("starts-not-one", Place::value(pointer), message)
                .hint("change them so that they sum to 1"),
        );
        for (start, value) in starts.into_iter().zip(constants) {
            *start = Expr::Number(value / sum);
        }
    }

    /// Indicators in canonical order. One that is at fault is left out, and the model is not used.
    pub fn build_indicators(&mut self) -> Vec<Indicator> {
        let s = self.scenario;
        canonical(&s.indicators)
            .into_iter()
            .filter_map(|(display, name, indicator)| self.build_indicator(display, name, indicator))
            .collect()
    }

    fn build_indicator(
        &mut self,
        display: usize,
        name: &str,
        indicator: &scenario::Indicator,
    ) -> Option<Indicator> {
        let at = pointer::join("/indicators", name);
        let start = self.draw(
            &indicator.start,
            at_start("a start value is drawn before the state exists"),
        );
        let drift = indicator
            .drift
            .as_ref()
            .map(|d| self.coefficient(d, STATE, Bounds::FINITE));
        let volatility = indicator
            .volatility
            .as_ref()
            .map(|v| self.coefficient(v, STATE, Bounds::VOLATILITY));
        let (low, high) = match &indicator.range {
            None => (None, None),
            Some(range) => {
                if let (Some(low), Some(high)) = (range.low, range.high)
                    && !(low < high)
                {
                    self.error(
                        "value-out-of-range",
                        Place::value(&range.pointer),
                        format!("the lower end of a range lies below the upper one, found {low} and {high}"),
                    );
                    return None;
                }
                (range.low, range.high)
            }
        };
        let start = start?;
        let outside = |value: f64| {
            low.is_some_and(|low| value < low) || high.is_some_and(|high| value > high)
        };
        if let Draw::Value(Expr::Number(value)) = start
            && outside(value)
        {
            let limits = format!(
                "{} to {}",
                low.map_or("-∞".to_owned(), |v| v.to_string()),
                high.map_or("∞".to_owned(), |v| v.to_string())
            );
            self.report(
                Diagnostic::warning(
                    "start-outside-range",
                    Place::value(pointer::join(&at, "start")),
                    format!("`{name}` starts at {value}, outside of its range {limits}, and is moved into it at once"),
                )
                .hints(in_percent(value).filter(|_| low >= Some(0.0) && high == Some(1.0)))
                .hint("change the start, or the range"),
            );
        }
        Some(Indicator {
            name: name.to_owned(),
            title: titled(&indicator.title, name),
            unit: indicator.unit.clone().unwrap_or_default(),
            display,
            start,
            drift: transposed(drift)?,
            volatility: transposed(volatility)?,
            low,
            high,
            at_range: match indicator.at_range {
                scenario::AtRange::Clamp => AtRange::Clamp,
                scenario::AtRange::Reflect => AtRange::Reflect,
            },
            mean: Mean::Steady,
        })
    }
}

/// `None` only if something was stated and is at fault.
pub fn transposed<T>(stated: Option<Option<T>>) -> Option<Option<T>> {
    match stated {
        None => Some(None),
        Some(built) => built.map(Some),
    }
}

/// A sum without the noise of its last digits.
fn shown(sum: f64) -> String {
    let rounded = (sum * 1e9).round() / 1e9;
    rounded.to_string()
}
