//! A decoded scenario to a valid model.
//!
//! Takes what the file says, name by name; gives the [`Model`], in which names are indices in
//! canonical order, times are years, and nothing can fail any more on the author's account, or
//! every fault of the file at once. Warnings come from here where normalising hides something from
//! the author, and otherwise from `lint`. Each section of the file has a file here.

mod clocks;
mod correlation;
mod draws;
mod events;
mod formulas;
mod hazards;
mod headline;
mod history;
mod machines;
mod names;
mod parameters;
mod readings;
mod states;
mod tables;
mod time;

use super::bounds::Use;
use super::lint::{find_meanless, lint};
use super::types::{Clock, Model};
use crate::diagnostic::{Diagnostic, Place};
use crate::expression::Names;
use crate::scenario::{Loaded, Scenario, sha256};
use parameters::Drawn;

/// A model, and what its author should look at.
#[derive(Clone, Debug)]
pub struct Built {
    pub model: Model,
    pub warnings: Vec<Diagnostic>,
}

/// Builds the model of a scenario that was read.
///
/// # Errors
/// Every fault that can be found, with the warnings of this stage and of reading among them.
pub fn build(loaded: &Loaded) -> Result<Built, Vec<Diagnostic>> {
    let with_reading = |found: Vec<Diagnostic>| [&loaded.warnings[..], &found[..]].concat();
    build_scenario(&loaded.scenario, &loaded.value, &sha256(&loaded.value))
        .map(|built| Built {
            warnings: with_reading(built.warnings),
            ..built
        })
        .map_err(with_reading)
}

/// Builds the model of a scenario that was read, and looks for no doubts about it: what only those
/// would refuse ends its run.
///
/// # Errors
/// Every fault that can be found without them.
pub fn build_undoubted(loaded: &Loaded) -> Result<Model, Vec<Diagnostic>> {
    let hash = sha256(&loaded.value);
    resolved(&loaded.scenario, &loaded.value, &hash).map(|found| found.model)
}

/// Builds the model of a decoded scenario. `source` is the effective scenario as JSON, `sha256` the
/// hash of its assumptions; both are only carried along.
///
/// # Errors
/// Every fault that can be found, with the warnings of this stage among them.
pub fn build_scenario(
    scenario: &Scenario,
    source: &serde_json::Value,
    sha256: &str,
) -> Result<Built, Vec<Diagnostic>> {
    let Resolved {
        model,
        uses,
        mut warnings,
    } = resolved(scenario, source, sha256)?;
    warnings.extend(lint(&model, &uses));
    if warnings.iter().any(Diagnostic::is_error) {
        return Err(warnings);
    }
    Ok(Built { model, warnings })
}

/// A model about which no doubts were looked for.
struct Resolved {
    model: Model,
    /// Formulas that must stay within bounds.
    uses: Vec<Use>,
    warnings: Vec<Diagnostic>,
}

fn resolved(
    scenario: &Scenario,
    source: &serde_json::Value,
    sha256: &str,
) -> Result<Resolved, Vec<Diagnostic>> {
    let mut builder = Builder {
        scenario,
        names: Names::default(),
        clock: None,
        uses: Vec::new(),
        diagnostics: Vec::new(),
    };
    builder.collect_names();
    builder.clock = builder.build_clock();
    builder.names.horizon = builder.clock.as_ref().map(|clock| clock.horizon);
    builder.build_tables();
    let by_calendar = scenario.format > 1 && builder.names.start.is_some();
    let horizon = builder.names.horizon.filter(|_| by_calendar);
    builder.names.calendar = horizon.map(|horizon| (0.0, horizon));
    builder.names.steps_in_months = builder.clock.as_ref().is_some_and(|clock| {
        let months = 12.0 * clock.step;
        months > 0.5 && (months - months.round()).abs() < 1e-9
    });
    let history = builder.build_history();
    builder.names.fired = history.fired();
    builder.names.calendar = horizon.map(|horizon| (history.earliest(), horizon));
    let Drawn {
        parameters,
        per_trial,
        order: drawn_order,
    } = builder.build_drawn();
    let [parameter_copula, per_trial_copula] = builder.rank_copulas(&parameters, &per_trial);
    let trends = builder.build_trends();
    let weight_concentration = builder.weight_concentration();
    let phases = builder.build_phases();
    let states = builder.build_states();
    let indicators = builder.build_indicators();
    let noise_correlation = builder.noise_correlation(&indicators);
    let derived = builder.build_derived();
    let events = builder.build_events();
    let metrics = builder.build_metrics();
    let ratios = builder.build_ratios(&metrics);
    let (groups, outcomes) = (builder.build_groups(), builder.build_outcomes());
    let (questions, conditional) = builder.build_questions();
    let headline = builder.build_headline();
    let run = builder.run_defaults();

    let Builder {
        clock,
        uses,
        diagnostics,
        ..
    } = builder;
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    let (Some(clock), Some((derived, derived_order)), false) = (clock, derived, failed) else {
        return Err(diagnostics);
    };
    let mut model = Model {
        name: scenario.name.clone(),
        title: titled(&scenario.title, &scenario.name),
        sha256: sha256.to_owned(),
        source: source.clone(),
        clock,
        parameters,
        per_trial,
        drawn_order,
        parameter_copula,
        per_trial_copula,
        trends,
        weight_concentration,
        phases,
        states,
        indicators,
        noise_correlation,
        derived,
        derived_order,
        events,
        history,
        groups,
        outcomes,
        metrics,
        ratios,
        questions,
        conditional,
        headline,
        run,
    };
    find_meanless(&mut model);
    Ok(Resolved {
        model,
        uses,
        warnings: diagnostics,
    })
}

/// The work in progress: what has been found out, and what has been found wrong. After a fault
/// every section goes on with what it has, so that the rest of the file is looked at too; the
/// result is thrown away.
struct Builder<'a> {
    scenario: &'a Scenario,
    names: Names,
    /// `None` if the file's times are at fault.
    clock: Option<Clock>,
    /// Formulas that must stay within bounds.
    uses: Vec<Use>,
    diagnostics: Vec<Diagnostic>,
}

impl Builder<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn error(&mut self, code: &'static str, place: Place, message: impl Into<String>) {
        self.report(Diagnostic::error(code, place, message));
    }
}

/// The title, or else the name.
fn titled(title: &Option<String>, name: &str) -> String {
    title.clone().unwrap_or_else(|| name.to_owned())
}

/// Keys of a section with their ranks in the file, in canonical order.
fn canonical<T>(section: &indexmap::IndexMap<String, T>) -> Vec<(usize, &String, &T)> {
    let mut items: Vec<_> = section
        .iter()
        .enumerate()
        .map(|(rank, (name, item))| (rank, name, item))
        .collect();
    items.sort_by_key(|(_, name, _)| *name);
    items
}

#[cfg(test)]
mod tests;
