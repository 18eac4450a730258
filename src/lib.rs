//! Quincunx simulates many possible futures of a conflict that an analyst has described, and
//! reports how they are distributed.
//!
//! An analyst writes a scenario file: regimes that drive events, the situations the conflict can be
//! in, indicators that wander, events with their hazards, what is uncertain, and how a finished
//! future is classified. Out come the probabilities of the outcomes, with two kinds of uncertainty
//! kept apart: the error of the simulation, which more trials shrink, and the spread that comes
//! from what the analyst does not know, which they do not.
//!
//! # The pipeline
//!
//! Modules stand in the order in which data flows, and each imports only from those before it:
//!
//! `scenario` reads files · `model` finds out what they mean · `program` compiles that to
//! operations on columns · `engine` simulates · `estimate` turns counts into estimates ·
//! [`results`] holds them as plain data · [`analysis`] compares and replays · [`report`] writes
//! tables, pages, JSON, CSV and Markdown · `cli` is the command line. They stand on [`diagnostic`]
//! (what an author is told), `expression` (formulas), `distribution`, `random` and `math`.
//!
//! # An example
//!
//! ```
//! use quincunx::{Silent, Study};
//!
//! let text = r#"{
//!     "format": 1, "name": "valley", "start": "2026-01-01", "horizon": "24 months", "step": "1 week",
//!     "phases": {"standoff": {"start": true}, "truce": {}},
//!     "events": {"truce_signed": {
//!         "hazard": {"chance": 0.3, "within": "12 months"}, "phases": ["standoff"], "effects": [{"phase": "truce"}]
//!     }},
//!     "outcomes": [{"name": "truce", "when": "phase == truce"}, {"name": "standoff", "when": "phase == standoff"}]
//! }"#;
//! let study = Study::from_text(text, "valley.json")?;
//! let settings = study.settings().trials(10_000).seed(1).build();
//! let result = study.run(&settings, &Silent)?;
//!
//! let truce = &result.outcomes[0];
//! let exact = 1.0 - 0.7 * 0.7;
//! assert!((truce.probability - exact).abs() < 4.0 * truce.std_error);
//! // Nothing in the file is uncertain, so the epistemic interval is the estimate itself.
//! assert_eq!(truce.epistemic90, Some([truce.probability; 2]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What can be relied on
//!
//! What these pages show: [`Study`] with its [`Settings`], [`results`], the questions of
//! [`analysis`], [`diagnostic`] and the writers of [`report`]. Result types grow: they cannot be
//! built by hand, and a `match` on them needs an arm for what is new. Modules that are not shown
//! are reachable for tests and benches, and change without notice. Without the feature `cli` there
//! is no command, and nothing that only a command needs.
//!
//! # Words
//!
//! | word | meaning |
//! | --- | --- |
//! | scenario | one file: the analyst's assumptions; it may extend another |
//! | trend | one of the mutually exclusive regimes that drive the conflict |
//! | phase | one of the mutually exclusive situations that it can be in; a final one ends a trial |
//! | indicator | a real number that describes the state |
//! | event | something that can happen: by a hazard, at a date, or when a condition becomes true |
//! | hazard | an event's instantaneous rate, per year |
//! | outcome | one of the classes of finished trials |
//! | metric | a number read off a finished trial |
//! | question | a yes/no forecast with a date |
//! | parameter | a named constant, often an uncertain one |
//! | draw | one sample of all uncertain parameters |
//! | trial | one simulated future, under one draw |
//! | block | 16 draws with all their trials: the unit of work and of merging |
//! | site | a named place that uses randomness; it keeps its numbers when other sites come and go |
//! | summary | what is kept of trials; it merges |
//! | estimate | a number with its uncertainty, read off a summary |
//!
//! The mathematics and how it is verified are described in `docs/method.md`, the file format in
//! `docs/reference.md`.

#![deny(unsafe_code)]

pub mod analysis;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[cfg(feature = "explore")]
#[doc(hidden)]
pub mod explore;
pub mod report;
pub mod results;

#[doc(hidden)]
pub use quincunx_core::{distribution, engine, estimate, expression, math, model, program, random};
pub use quincunx_format::diagnostic;
#[doc(hidden)]
pub use quincunx_format::{family, scenario, time};

pub use analysis::{SettingsBuilder, Study, compare, reweight, storyline};
pub use diagnostic::{Diagnostic, Severity};
pub use engine::{EngineError, Observer, Settings, Silent};
pub use results::{CompareResult, ReweightResult, RunResult, Storyline};
pub use scenario::Findings;
