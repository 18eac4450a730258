//! A study: a scenario made ready to be simulated, with what its author should know about it.

use crate::diagnostic::{Diagnostic, Place, Sources};
use crate::engine::{EngineError, Observer, Settings, simulate};
use crate::family::Family;
use crate::model::{Model, build, build_undoubted};
use crate::program::{Program, compile};
use crate::random::size::size_fault;
use crate::results::{Parts, RunInfo, RunResult, Warning, assemble, assemble_parts, from_result};
use crate::scenario::{Findings, Loaded, load, load_str, load_text};
use std::path::Path;

/// Trials of a run if nobody says how many.
const USUAL_TRIALS: u64 = 10_000;

/// A model with its program.
#[derive(Debug)]
pub struct Study {
    pub model: Model,
    pub program: Program,
    /// Warnings that need no run, with their places in `sources`.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the scenario was read from.
    pub sources: Sources,
}

impl Study {
    /// Reads a scenario from a file (`-`: standard input), with settings `PATH=VALUE` as a last
    /// variant.
    ///
    /// ```
    /// use quincunx::Study;
    ///
    /// let set = "horizon=\"24 months\"".to_owned();
    /// let study = Study::open("scenarios/baseline.json".as_ref(), &[set])?;
    /// assert!(study.diagnostics.is_empty());
    ///
    /// // What is wrong with a file says where, and names the near match.
    /// let faults = Study::from_text("{\"fromat\": 1}", "typed.json").unwrap_err();
    /// assert!(faults.to_string().contains("format"));
    /// # Ok::<(), quincunx::Findings>(())
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with the file, its ancestors or the settings.
    pub fn open(path: &Path, sets: &[String]) -> Result<Self, Findings> {
        Self::new(load(path, sets)?)
    }

    /// Reads a scenario from a text; `name` is what diagnostics call it.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn from_text(text: &str, name: &str) -> Result<Self, Findings> {
        Self::new(load_str(text, name)?)
    }

    /// As [`from_text`](Self::from_text), with settings `PATH=VALUE` as a last variant.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn from_text_with(text: &str, name: &str, sets: &[String]) -> Result<Self, Findings> {
        Self::new(load_text(text, name, sets)?)
    }

    /// What there is to say of a scenario file, which is not made ready to be simulated.
    pub fn examined(path: &Path, sets: &[String]) -> Findings {
        let loaded = match load(path, sets) {
            Ok(loaded) => loaded,
            Err(report) => return report,
        };
        let diagnostics = match build(&loaded) {
            Ok(built) => built.warnings,
            Err(diagnostics) => diagnostics,
        };
        Findings {
            diagnostics,
            sources: loaded.sources,
        }
    }

    /// Builds and compiles a scenario that was read.
    ///
    /// # Errors
    /// What is wrong with its meaning.
    pub fn new(loaded: Loaded) -> Result<Self, Findings> {
        match build(&loaded) {
            Ok(built) => Ok(Self {
                program: compile(&built.model),
                model: built.model,
                diagnostics: built.warnings,
                sources: loaded.sources,
            }),
            Err(diagnostics) => Err(Findings {
                diagnostics,
                sources: loaded.sources,
            }),
        }
    }

    /// As [`new`](Self::new), without looking for doubts: it has no warnings, and what only they
    /// would refuse ends its run.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn hasty(loaded: Loaded) -> Result<Self, Findings> {
        match build_undoubted(&loaded) {
            Ok(model) => Ok(Self {
                program: compile(&model),
                model,
                diagnostics: Vec::new(),
                sources: loaded.sources,
            }),
            Err(diagnostics) => Err(Findings {
                diagnostics,
                sources: loaded.sources,
            }),
        }
    }

    /// Settings from the file's `run` section, where the caller does not say otherwise.
    ///
    /// ```
    /// # let text = r#"{"format": 1, "name": "coin", "start": "2026-01-01", "horizon": "1 year", "step": "1 month",
    /// #   "phases": {"going": {"start": true}}, "outcomes": [{"name": "over", "when": "true"}]}"#;
    /// let study = quincunx::Study::from_text(text, "coin.json")?;
    /// // Without any word on size: 10,000 trials under seed 1.
    /// assert_eq!(study.settings().build().seed, 1);
    /// let settings = study.settings().trials(100_000).seed(7).build().threads(2);
    /// # assert_eq!((settings.seed, settings.threads), (7, 2));
    /// # Ok::<(), quincunx::Findings>(())
    /// ```
    pub fn settings(&self) -> SettingsBuilder<'_> {
        SettingsBuilder {
            study: self,
            trials: None,
            draws: None,
            seed: None,
        }
    }

    /// Why a run of this size cannot be had, in the words of whoever states it: an option, or the
    /// file.
    pub fn size_fault(&self, trials: Option<u64>, draws: Option<u64>) -> Option<String> {
        let (all, each) = self.size(trials, draws);
        let fault = size_fault(all, each)?;
        let name = |asked: Option<u64>, option, key| if asked.is_some() { option } else { key };
        Some(fault.told(
            name(trials, "--trials", "`run.trials` of the scenario"),
            name(draws, "--draws", "`run.draws` of the scenario"),
        ))
    }

    /// Trials and draws: what the caller asks for, then what the file says.
    fn size(&self, trials: Option<u64>, draws: Option<u64>) -> (u64, Option<u64>) {
        let defaults = &self.model.run;
        let stated = trials.or(defaults.trials);
        // Draws of the file belong to trials of the file: asking for other trials asks for more
        // draws, not for more trials per draw.
        let draws = draws.or(defaults
            .draws
            .filter(|_| defaults.trials.is_none_or(|t| Some(t) == stated)));
        // A draw has at least one trial.
        let trials = stated.unwrap_or_else(|| USUAL_TRIALS.max(draws.unwrap_or(0)));
        (trials, draws)
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
            let at = format!("{}:{}:{}", located.file, span.line, span.column);
            Some(match reason(&self.model.source, path) {
                Some(reason) => format!("{at}: {reason}"),
                None => at,
            })
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

    /// So much of the result of a summary; only a whole one has warnings.
    pub(super) fn result_of(&self, summary: &crate::engine::Summary, parts: &Parts) -> RunResult {
        match parts {
            Parts::All => self.result(summary),
            some => assemble_parts(&self.model, &self.program, summary, some),
        }
    }
}

/// Why a number that is finite may have stopped a trial at this place.
fn reason(source: &serde_json::Value, path: &str) -> Option<&'static str> {
    let stated = source.pointer(path)?;
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match parts.as_slice() {
        [.., "branches"] | ["states", _, "each_step", ..] => {
            Some("probabilities that exclude one another sum to more than 1, or one is below 0")
        }
        [.., "phase" | "trend" | "to"] if stated.is_object() && parts.contains(&"effects") => {
            Some("probabilities that exclude one another sum to more than 1, or one is below 0")
        }
        _ => {
            let keys = stated.as_object()?.keys();
            let is_family = |key: &String| Family::named(key).next().is_some();
            keys.into_iter().any(is_family).then_some(
                "its arguments make no distribution, such as a low end above the high one",
            )
        }
    }
}

impl Study {
    /// What ended a run on the scenario's account, with its place in the file; `None` if something
    /// else is to blame.
    pub fn explain(&self, error: &EngineError) -> Option<Diagnostic> {
        let place = |name: &str| {
            let event = self.model.events.iter().find(|event| event.name == name)?;
            Some(Place::value(event.fires_pointer()))
        };
        let found = |code, place, hint: &str| {
            Some(Diagnostic::error(code, place, error.to_string()).hint(hint))
        };
        match error {
            EngineError::Explosion { event, .. } => found(
                "too-many-firings",
                place(event)?,
                "a rate is per year: check its unit, and what it grows with; \"limit\" says how often an event may fire",
            ),
            EngineError::Runaway { events, .. } => {
                let mut places = events.iter().filter_map(|name| place(name));
                let mut fault = found(
                    "endless-firings",
                    places.next()?,
                    "give one of them a \"limit\" or a \"rest\", or a condition that its own effects end",
                )?;
                for other in places {
                    fault = fault.related(other, "fires in the same instant");
                }
                Some(fault)
            }
            EngineError::NonFinite { path, .. } => found(
                "non-finite",
                Place::value(path.as_str()),
                "keep it within bounds, by a \"range\" or `clamp`",
            ),
            // What is about the size that was asked for is not about the file.
            _ => None,
        }
    }
}

/// Settings in the making: what the caller says of size and seed, then what the file says.
#[derive(Clone, Debug)]
#[must_use]
pub struct SettingsBuilder<'s> {
    study: &'s Study,
    trials: Option<u64>,
    draws: Option<u64>,
    seed: Option<u64>,
}

impl SettingsBuilder<'_> {
    /// So many trials at least: whole blocks are simulated.
    pub fn trials(mut self, trials: impl Into<Option<u64>>) -> Self {
        self.trials = trials.into();
        self
    }

    /// So many parameter draws at least, with equally many trials each.
    pub fn draws(mut self, draws: impl Into<Option<u64>>) -> Self {
        self.draws = draws.into();
        self
    }

    pub fn seed(mut self, seed: impl Into<Option<u64>>) -> Self {
        self.seed = seed.into();
        self
    }

    /// The settings; whether a run of that size can be had says
    /// [`size_fault`](Study::size_fault).
    pub fn build(self) -> Settings {
        let (trials, draws) = self.study.size(self.trials, self.draws);
        let seed = self.seed.or(self.study.model.run.seed).unwrap_or(1);
        Settings::new(trials, draws, seed)
    }
}

/// The settings of a finished run, which had so many blocks in the end.
pub fn settings_of(run: &RunInfo) -> Settings {
    Settings::new(1, None, run.seed)
        .trials_per_draw(run.trials_per_draw)
        .design(run.design)
        .blocks(run.blocks)
}

/// A diagnostic as results have it.
pub(super) fn told(diagnostic: &Diagnostic) -> Warning {
    Warning {
        code: diagnostic.code.into(),
        message: diagnostic.message.clone(),
        path: diagnostic.place.pointer.clone(),
    }
}
