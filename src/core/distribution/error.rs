//! What can be wrong with the arguments of a distribution.

use super::percentiles::name_of;

/// Why there is no such distribution. Names are those of
/// [`Family::arguments`](crate::family::Family::arguments).
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DistributionError {
    /// Too few or too many arguments.
    #[error("{family} takes the arguments {expected}: got {got} of them")]
    Count {
        family: &'static str,
        expected: String,
        got: usize,
    },
    /// NaN or infinite.
    #[error("{argument} must be a finite number: got {value}")]
    NotFinite { argument: &'static str, value: f64 },
    /// Outside what the family allows.
    #[error("{argument} must be {requirement}: got {value}")]
    Invalid {
        argument: &'static str,
        requirement: &'static str,
        value: f64,
    },
    /// Wrong relative to the other arguments; `got` lists them all.
    #[error("{argument} must {requirement}: got {got}")]
    Inconsistent {
        argument: &'static str,
        requirement: String,
        got: String,
    },
    /// One member of a list (`values`, `probabilities`, `weight` of a mixture).
    #[error("{argument} {} must be {requirement}: got {value}", .index + 1)]
    Item {
        argument: &'static str,
        index: usize,
        requirement: &'static str,
        value: f64,
    },
    /// One of several percentiles; `got` lists them all.
    #[error("{} must {requirement}: got {got}", name_of(*.level))]
    Percentile {
        index: usize,
        level: f64,
        requirement: String,
        got: String,
    },
    /// A list is wrong as a whole.
    #[error("{argument} must {requirement}: got {got}")]
    List {
        argument: &'static str,
        requirement: &'static str,
        got: String,
    },
    /// The bounds of a range.
    #[error("range must run from a lower to a higher finite number: got {low} to {high}")]
    Range { low: f64, high: f64 },
    /// Nothing of the distribution lies in the range.
    #[error(
        "range must keep some of the distribution: got {low} to {high}, where it has no probability"
    )]
    NothingLeft {
        low: f64,
        high: f64,
        /// Of the whole distribution.
        median: f64,
    },
}

impl DistributionError {
    /// Name of the argument that is at fault, or `range`; `None` if their number is.
    pub fn argument(&self) -> Option<&'static str> {
        match self {
            Self::Count { .. } | Self::Percentile { .. } => None,
            Self::NotFinite { argument, .. }
            | Self::Invalid { argument, .. }
            | Self::Inconsistent { argument, .. }
            | Self::Item { argument, .. }
            | Self::List { argument, .. } => Some(argument),
            Self::Range { .. } | Self::NothingLeft { .. } => Some("range"),
        }
    }

    /// Whether the argument at fault is a probability.
    pub fn wants_share(&self) -> bool {
        match self {
            Self::Invalid { requirement, .. } => requirement.contains("a probability"),
            Self::List { argument, .. } => *argument == "probabilities",
            _ => false,
        }
    }

    /// Position (from 0) in a list argument, or among percentiles, of the member that is at fault.
    pub fn item(&self) -> Option<usize> {
        match self {
            Self::Item { index, .. } | Self::Percentile { index, .. } => Some(*index),
            _ => None,
        }
    }

    /// A percentile is at fault.
    pub(super) fn percentile(
        index: usize,
        requirement: String,
        levels: &[f64],
        values: &[f64],
    ) -> Self {
        let got = levels.iter().zip(values);
        let got: Vec<String> = got
            .map(|(level, value)| format!("{} {value}", name_of(*level)))
            .collect();
        Self::Percentile {
            index,
            level: levels[index],
            requirement,
            got: got.join(", "),
        }
    }

    /// The arguments contradict each other; `got` holds their names and values.
    pub(super) fn inconsistent(
        argument: &'static str,
        requirement: &str,
        got: &[(&str, f64)],
    ) -> Self {
        let got: Vec<String> = got
            .iter()
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        Self::Inconsistent {
            argument,
            requirement: requirement.to_owned(),
            got: got.join(", "),
        }
    }
}

pub(super) fn finite(argument: &'static str, value: f64) -> Result<(), DistributionError> {
    if value.is_finite() {
        Ok(())
    } else {
        Err(DistributionError::NotFinite { argument, value })
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
            argument,
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
