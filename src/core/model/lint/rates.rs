//! Rates against the step: near certainty within one step, and steps too coarse for what moves
//! within them.

use super::event_noun;
use super::reach::{Reached, can_fire};
use super::start::Start;
use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::expression::Expr;
use crate::model::types::{Fires, Hazard, Model};

/// Expected firings in one step above which a hazard is as good as certain (95%).
const NEAR_CERTAIN: f64 = 3.0;
/// Expected changes in one step above which freezing what moves them is a coarse approximation.
const COARSE: f64 = 0.5;

/// Warns of hazards that are near certainty within one step, or that follow something which moves
/// within the step.
pub fn hazards(model: &Model, reached: &Reached, warnings: &mut Vec<Diagnostic>) {
    let step = model.clock.step.min(model.clock.horizon);
    let rates = largest_rates(model, reached);
    let moving = Moving::of(model);
    for (event, rate) in model.events.iter().zip(rates) {
        let Fires::Hazard(hazard) = &event.fires else {
            continue;
        };
        // Its clock is exact, and its rate depends on the age.
        if hazard.ageing.is_some() {
            continue;
        }
        let place = Place::value(event.fires_pointer());
        let noun = event_noun(event);
        let shown = short(rate);
        if rate * step > NEAR_CERTAIN {
            warnings.push(
                Diagnostic::warning(
                    "hazard-near-certain",
                    place,
                    format!(
                        "{noun} is as good as certain within one step: its rate can be {shown} a year from the start, {} a step",
                        short(rate * step)
                    ),
                )
                .hint("check the unit of the rate (per year?), or shorten the step"),
            );
        } else if rate * step > COARSE && moving.is_read_by(hazard) {
            warnings.push(
                Diagnostic::warning(
                    "step-too-coarse",
                    place,
                    format!(
                        "the step is coarse for {noun}: its rate ({shown} a year from the start, {} a step) follows something that moves within the step",
                        short(rate * step)
                    ),
                )
                .hint(format!("a step of {} would do", suggested(COARSE / rate))),
            );
        }
    }
}

/// By event: the largest rate a year that its hazard has at the start, in whatever phase and trend
/// it can fire.
fn largest_rates(model: &Model, reached: &Reached) -> Vec<f64> {
    let mut start = Start::of(model);
    let mut rates = vec![0.0_f64; model.events.len()];
    for &(phase, trend) in &reached.pairs {
        if model.phases[phase].is_final {
            continue;
        }
        start.go(phase, trend);
        for (event, rate) in model.events.iter().zip(&mut rates) {
            if let Fires::Hazard(hazard) = &event.fires
                && can_fire(model, event, phase, trend)
            {
                *rate = rate.max(start.rate(hazard));
            }
        }
    }
    rates
}

/// What changes within a step, and is frozen there in hazards: the time, and indicators that
/// diffuse.
struct Moving<'a> {
    model: &'a Model,
    /// By derived value: does it read any of these?
    derived: Vec<bool>,
}

impl<'a> Moving<'a> {
    fn of(model: &'a Model) -> Self {
        let mut moving = Self {
            model,
            derived: vec![false; model.derived.len()],
        };
        for &index in &model.derived_order {
            moving.derived[index] = moving.is_read(&model.derived[index].value);
        }
        moving
    }

    fn is_read(&self, formula: &Expr) -> bool {
        let still = |f: &Option<Expr>| matches!(f, None | Some(Expr::Number(0.0)));
        formula.any(&|e| match e {
            Expr::Time | Expr::Month | Expr::TimeInPhase | Expr::Since(_) | Expr::Age(_) => true,
            Expr::Indicator(index) => {
                let indicator = &self.model.indicators[*index];
                !still(&indicator.drift) || !still(&indicator.volatility)
            }
            Expr::Derived(index) => self.derived[*index],
            _ => false,
        })
    }

    fn is_read_by(&self, hazard: &Hazard) -> bool {
        let mut found = false;
        hazard.each_formula(&mut |formula| found |= self.is_read(formula));
        found
    }
}

/// Warns of drifts that pull their indicator back so fast that a step overshoots.
pub fn coarse_drifts(model: &Model, reached: &Reached, warnings: &mut Vec<Diagnostic>) {
    let step = model.clock.step.min(model.clock.horizon);
    let mut start = Start::of(model);
    let mut pulls = vec![0.0_f64; model.indicators.len()];
    for &(phase, trend) in &reached.pairs {
        if model.phases[phase].is_final {
            continue;
        }
        start.go(phase, trend);
        for (index, indicator) in model.indicators.iter().enumerate() {
            if let Some(drift) = &indicator.drift {
                let pull = start.reversion(index, drift);
                pulls[index] = pulls[index].max(pull);
            }
        }
    }
    for (indicator, pull) in model.indicators.iter().zip(pulls) {
        if pull * step > COARSE {
            warnings.push(
                Diagnostic::warning(
                    "step-too-coarse",
                    Place::value(pointer::join(&pointer::join("/indicators", &indicator.name), "drift")),
                    format!(
                        "the step is coarse for the drift of `{}`: it closes {} of a gap in one step (a reversion rate of {} a year)",
                        indicator.name,
                        short(pull * step),
                        short(pull)
                    ),
                )
                .hint(format!("a step of {} would do", suggested(COARSE / pull))),
            );
        }
    }
}

/// Three digits.
pub fn short(value: f64) -> String {
    if !(1e-3..1e6).contains(&value.abs()) {
        return format!("{value:.2e}");
    }
    let digits = (0..4)
        .find(|d| value.abs() >= [100.0, 10.0, 1.0, 0.0][*d])
        .unwrap_or(3);
    let text = format!("{value:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A duration of at most so many years, as a file would state it.
pub fn suggested(years: f64) -> String {
    let days = years * crate::time::calendar::DAYS_PER_YEAR;
    if days >= 1.0 {
        format!("\"{} days\"", days.floor())
    } else {
        format!("{} years", short(years))
    }
}
