//! A study: a scenario made ready to be simulated, with what its author should know about it.

use crate::diagnostic::{Diagnostic, Place, Sources};
use crate::engine::{EngineError, Observer, Settings, simulate};
use crate::model::{Model, build};
use crate::program::{Program, compile};
use crate::results::{RunResult, Warning, assemble, from_result};
use crate::scenario::{Loaded, Report, load, load_str};
use std::path::Path;

/// A model with its program.
pub struct Study {
    pub model: Model,
    pub program: Program,
    /// Warnings that need no run, with their places in `sources`.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the scenario was read from.
    pub sources: Sources,
}

impl Study {
    /// Reads a scenario from a file (`-`: standard input), with settings `PATH=VALUE` as a last variant.
    ///
    /// # Errors
    /// Everything that is wrong with the file, its ancestors or the settings.
    pub fn open(path: &Path, sets: &[String]) -> Result<Self, Report> {
        Self::new(load(path, sets)?)
    }

    /// Reads a scenario from a text; `name` is what diagnostics call it.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn from_text(text: &str, name: &str) -> Result<Self, Report> {
        Self::new(load_str(text, name)?)
    }

    /// Builds and compiles a scenario that was read.
    ///
    /// # Errors
    /// What is wrong with its meaning.
    pub fn new(loaded: Loaded) -> Result<Self, Report> {
        match build(&loaded) {
            Ok(built) => Ok(Self {
                program: compile(&built.model),
                model: built.model,
                diagnostics: built.warnings,
                sources: loaded.sources,
            }),
            Err(diagnostics) => Err(Report {
                diagnostics,
                sources: loaded.sources,
            }),
        }
    }

    /// Settings from the file's `run` section, where the caller does not say otherwise.
    ///
    /// Without any word on size: 10,000 trials under seed 1.
    pub fn settings(&self, trials: Option<u64>, draws: Option<u64>, seed: Option<u64>) -> Settings {
        let defaults = &self.model.run;
        let trials = trials.or(defaults.trials).unwrap_or(10_000);
        // Draws of the file belong to trials of the file: asking for other trials asks for more draws, not for more trials a draw.
        let draws = draws.or(defaults
            .draws
            .filter(|_| defaults.trials.is_none_or(|t| t == trials)));
        Settings::new(trials, draws, seed.or(defaults.seed).unwrap_or(1))
    }

    /// Simulates and reads off every estimate.
    ///
    /// # Errors
    /// [`EngineError`] if events fire without end or too many trials are not finite.
    pub fn run(
        &self,
        settings: &Settings,
        observer: &dyn Observer,
    ) -> Result<RunResult, EngineError> {
        let summary =
            simulate(&self.program, settings, observer).map_err(|error| self.located(error))?;
        Ok(self.result(&summary))
    }

    /// An error of the engine with the place in the files that it is about.
    pub(super) fn located(&self, error: EngineError) -> EngineError {
        error.placed(|path| {
            let located = self.sources.locate(&Place::value(path))?;
            let span = located.span?;
            Some(format!("{}:{}:{}", located.file, span.line, span.column))
        })
    }

    /// The result of a summary, with all warnings.
    pub fn result(&self, summary: &crate::engine::Summary) -> RunResult {
        let mut result = assemble(&self.model, &self.program, summary);
        let mut warnings: Vec<Warning> = self.diagnostics.iter().map(told).collect();
        warnings.extend(from_result(&self.model, &result));
        result.warnings = warnings;
        result
    }
}

fn told(diagnostic: &Diagnostic) -> Warning {
    Warning {
        code: diagnostic.code.into(),
        message: diagnostic.message.clone(),
        path: diagnostic.place.pointer.clone(),
    }
}
