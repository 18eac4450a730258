//! What we tell an author: faults and doubts about a scenario, each with a code, a place and a way
//! out.
//!
//! Every stage that reads a file hands back [`Diagnostic`]s whose [`Place`]s are JSON pointers into
//! the effective scenario; [`Sources`] turns a place into a file, a line and a column, and only
//! when something is printed. [`text()`], [`line()`] and [`json`] write them down. Deciding *what*
//! is wrong is left to the stages.

mod brief;
mod codes;
mod digits;
mod index;
mod nearest;
mod place;
pub mod pointer;
mod render;
mod scan;
mod sources;

pub use brief::{brief, with_short_names};
pub use codes::{CODES, RUN_CODES};
pub use digits::{count, grouped, in_percent};
pub use nearest::{Slips, nearest};
pub use place::{Part, Place};
pub use render::{Excerpt, Style, json, line, text};
pub use scan::{Spot, find as scan_pointer};
pub use sources::{Edit, Layer, LayerId, Located, Origin, Sources};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario cannot be run.
    Error,
    /// The scenario can be run, but may not mean what its author thinks.
    Warning,
}

impl Severity {
    /// The word shown to the author.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// One thing to tell the author of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// Stable kebab-case name of the kind of fault, listed in [`CODES`].
    pub code: &'static str,
    pub severity: Severity,
    /// What is wrong and with which value: lower case, no full stop, names and values in backticks.
    pub message: String,
    pub place: Place,
    /// Ways out, most promising first.
    pub hints: Vec<String>,
    /// Other places that explain the fault, each with a short label such as "first stated here".
    pub related: Vec<(Place, String)>,
}

impl Diagnostic {
    /// An error at `place`.
    pub fn error(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, place, message.into())
    }

    /// A warning at `place`.
    pub fn warning(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, place, message.into())
    }

    fn new(severity: Severity, code: &'static str, place: Place, message: String) -> Self {
        Self {
            code,
            severity,
            message: brief(&message).into_owned(),
            place,
            hints: Vec::new(),
            related: Vec::new(),
        }
    }

    /// Adds a way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(brief(&hint.into()).into_owned());
        self
    }

    /// Adds ways out, if there are any.
    #[must_use]
    pub fn hints(self, hints: impl IntoIterator<Item = String>) -> Self {
        hints.into_iter().fold(self, Self::hint)
    }

    /// Adds "did you mean" if one of `candidates` looks like `name`.
    #[must_use]
    pub fn suggest<'a>(self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(name, candidates) {
            Some(found) => self.hint(format!("did you mean `{found}`?")),
            None => self,
        }
    }

    /// Adds a place that explains the fault.
    #[must_use]
    pub fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        self.related
            .push((place, brief(&label.into()).into_owned()));
        self
    }

    /// The same with other numbers for the layers that its places name.
    #[must_use]
    pub fn with_layers(mut self, renumber: impl Fn(LayerId) -> LayerId) -> Self {
        let places =
            std::iter::once(&mut self.place).chain(self.related.iter_mut().map(|(place, _)| place));
        for place in places {
            if let Part::Text(layer) = &mut place.part {
                *layer = renumber(*layer);
            }
        }
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
