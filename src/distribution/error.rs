//! What can be wrong with the arguments of a distribution.

use std::borrow::Cow;
use std::fmt;

/// Why there is no such distribution.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DistributionError {
    /// Too few or too many arguments.
    #[error("{family} takes {expected}: got {got} arguments")]
    Count {
        family: &'static str,
        expected: String,
        got: usize,
    },
    /// NaN or infinite.
    #[error("{argument} must be a finite number: got {value}")]
    NotFinite { argument: Argument, value: f64 },
    /// Outside what the family allows.
    #[error("{argument} must be {requirement}: got {value}")]
    Invalid {
        argument: Argument,
        requirement: &'static str,
        value: f64,
    },
    /// Wrong relative to other arguments; `got` lists them all.
    #[error("{argument} must {requirement}: got {got}")]
    Inconsistent {
        argument: Argument,
        requirement: String,
        got: String,
    },
    /// The bounds of a range.
    #[error("range must run from a lower to a higher finite number: got {low} to {high}")]
    Range { low: f64, high: f64 },
    /// Nothing of the distribution lies in the range.
    #[error(
        "range must keep some of the distribution: got {low} to {high}, where it has no probability"
    )]
    NothingLeft { low: f64, high: f64 },
}

/// An argument that is at fault: its name in a scenario file, and where it stands among the arguments if that is one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    pub name: Cow<'static, str>,
    /// Counted from 0; of a mixture, the part.
    pub index: Option<usize>,
}

impl From<&'static str> for Argument {
    /// Named only; [`DistributionError::located`] finds its place.
    fn from(name: &'static str) -> Self {
        Self {
            name: Cow::Borrowed(name),
            index: None,
        }
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl DistributionError {
    /// Place of the argument that is at fault, in the order in which they were given; `None` if no single one is.
    pub fn argument(&self) -> Option<usize> {
        self.at_fault().and_then(|argument| argument.index)
    }

    /// The argument that is at fault; `None` if their number or the range is.
    pub fn at_fault(&self) -> Option<&Argument> {
        match self {
            Self::NotFinite { argument, .. }
            | Self::Invalid { argument, .. }
            | Self::Inconsistent { argument, .. } => Some(argument),
            Self::Count { .. } | Self::Range { .. } | Self::NothingLeft { .. } => None,
        }
    }

    /// With the place of the argument found by its name.
    pub(super) fn located(mut self, names: &[&str]) -> Self {
        if let Self::NotFinite { argument, .. }
        | Self::Invalid { argument, .. }
        | Self::Inconsistent { argument, .. } = &mut self
            && argument.index.is_none()
        {
            argument.index = names.iter().position(|name| *name == argument.name);
        }
        self
    }

    /// The arguments contradict each other; `got` holds their names and values.
    pub(super) fn inconsistent(
        argument: impl Into<Argument>,
        requirement: impl Into<String>,
        got: &[(&str, f64)],
    ) -> Self {
        let got: Vec<String> = got
            .iter()
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        Self::Inconsistent {
            argument: argument.into(),
            requirement: requirement.into(),
            got: got.join(", "),
        }
    }
}

/// Member `index` (from 0) of a list, which stands at `place` among all arguments.
pub(super) fn item(list: &str, index: usize, place: usize) -> Argument {
    Argument {
        name: Cow::Owned(format!("{list} {}", index + 1)),
        index: Some(place),
    }
}

/// The percentile with probability `p` below it, which stands at `place` among all arguments.
pub(super) fn percentile(p: f64, place: usize) -> Argument {
    Argument {
        name: Cow::Owned(percentile_name(p)),
        index: Some(place),
    }
}

/// Name of the percentile with probability `p` below it: `p5` for 0.05.
pub(super) fn percentile_name(p: f64) -> String {
    format!("p{}", libm::round(p * 1e8) / 1e6)
}

pub(super) fn finite(argument: &'static str, value: f64) -> Result<(), DistributionError> {
    if value.is_finite() {
        Ok(())
    } else {
        Err(DistributionError::NotFinite {
            argument: argument.into(),
            value,
        })
    }
}

/// Fails unless `holds`.
pub(super) fn require(
    holds: bool,
    argument: &'static str,
    requirement: &'static str,
    value: f64,
) -> Result<(), DistributionError> {
    if holds {
        Ok(())
    } else {
        Err(DistributionError::Invalid {
            argument: argument.into(),
            requirement,
            value,
        })
    }
}

pub(super) fn positive(argument: &'static str, value: f64) -> Result<(), DistributionError> {
    finite(argument, value)?;
    require(value > 0.0, argument, "positive", value)
}

pub(super) fn not_negative(argument: &'static str, value: f64) -> Result<(), DistributionError> {
    finite(argument, value)?;
    require(value >= 0.0, argument, "zero or positive", value)
}
