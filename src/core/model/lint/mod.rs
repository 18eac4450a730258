//! Doubts about a model that can be run: what its author may not have meant.
//!
//! Takes a valid [`Model`], gives warnings with places. Only what can be told without simulating;
//! what shows in a run (an event that never fired, a rule that caught nothing) is told from its
//! result.

mod known;
mod levels;
mod means;
mod rates;
mod reach;
mod reads;
mod rules;
mod simultaneous;
mod start;
mod state;
mod states;
mod support;
mod units;
mod varying;
mod waits;

use super::bounds::Use;
use super::types::{Effect, Event, Machine, Model};
use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::expression::Expr;
use reach::Reached;

pub use means::find_meanless;
pub use state::ranges_of_metrics;

/// Every static warning about a model, in the order of its sections. `uses` are the formulas that
/// must stay within bounds; one that never can is an error.
pub fn lint(model: &Model, uses: &[Use]) -> Vec<Diagnostic> {
    let reached = Reached::of(model);
    let mut warnings = Vec::new();
    units::bare_durations(model, &mut warnings);
    units::long_step(model, &mut warnings);
    unused_parameters(model, &mut warnings);
    support::out_of_bounds(model, uses, &mut warnings);
    varying::of_draws(model, &mut warnings);
    reach::unreachable(model, &reached, &mut warnings);
    states::lint(model, &reached, &mut warnings);
    reach::dead_ends(model, &reached, &mut warnings);
    idle_indicators(model, &mut warnings);
    rates::coarse_drifts(model, &reached, &mut warnings);
    reach::silent_events(model, &reached, &mut warnings);
    rates::hazards(model, &reached, &mut warnings);
    levels::coarse_levels(model, &reached, &mut warnings);
    waits::before_the_first(model, &mut warnings);
    simultaneous::order_by_name(model, &reached, &mut warnings);
    rules::shadowed(model, &mut warnings);
    means::lint(model, &mut warnings);
    warnings
}

/// "the event `x`" or "the shift `a>b`".
fn event_noun(event: &Event) -> String {
    let noun = match event.shift.map(|shift| shift.machine) {
        None => "event",
        Some(Machine::State(_)) => "move",
        Some(_) => "shift",
    };
    format!("the {noun} `{}`", event.name)
}

fn unused_parameters(model: &Model, warnings: &mut Vec<Diagnostic>) {
    let mut used = vec![false; model.drawn_count()];
    model.each_formula(&mut |formula| {
        formula.visit(&mut |e| {
            if let Expr::Parameter(index) = e {
                used[*index] = true;
            }
        });
    });
    for (_, drawn) in model.all_drawn() {
        drawn.reads.iter().for_each(|&index| used[index] = true);
    }
    // Declared chances repeat the parameters of their hazards, so they add nothing here.
    for (index, drawn) in model.all_drawn().filter(|(index, _)| !used[*index]) {
        let noun = model.drawn_noun(index);
        let noun = if index < model.parameters.len() && drawn.value.is_drawn() {
            noun.replacen("the ", "the uncertain ", 1)
        } else {
            noun
        };
        warnings.push(
            Diagnostic::warning(
                "parameter-unused",
                Place::key(model.drawn_pointer(index)),
                format!("no formula reads {noun}"),
            )
            .hint("read it somewhere, or leave it out"),
        );
    }
}

fn idle_indicators(model: &Model, warnings: &mut Vec<Diagnostic>) {
    let still = |formula: &Option<Expr>| matches!(formula, None | Some(Expr::Number(0.0)));
    let mut moved = vec![false; model.indicators.len()];
    let effects = model.events.iter().flat_map(|event| &event.effects);
    effects
        .filter_map(Effect::indicator)
        .for_each(|index| moved[index] = true);
    for (indicator, moved) in model.indicators.iter().zip(moved) {
        if !moved && still(&indicator.drift) && still(&indicator.volatility) {
            warnings.push(
                Diagnostic::warning(
                    "indicator-never-moves",
                    Place::key(pointer::join("/indicators", &indicator.name)),
                    format!("nothing moves the indicator `{}`: it has no drift, no volatility, and no event acts on it", indicator.name),
                )
                .hint("make it a parameter if it is a constant"),
            );
        }
    }
}

#[cfg(test)]
mod tests;
