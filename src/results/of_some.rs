//! Results that only some files ask for: questions about some futures, ratios of means, whole
//! distribution functions.

use super::types::{ByTrend, Epistemic, QuestionKind};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

fn yes() -> bool {
    true
}

/// A question about the trials in which a condition holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConditionalResult {
    pub name: String,
    pub title: String,
    pub asks: QuestionKind,
    /// ISO date; that of the end if the question has none.
    pub by: String,
    /// It has a date of its own; if not, it is about the whole run.
    #[serde(default = "yes")]
    pub dated: bool,
    /// The condition, as the file has it.
    pub given: String,
    /// Trials in which it held.
    pub trials_given: u64,
    /// Share of trials in which it held.
    pub given_probability: f64,
    pub given_std_error: f64,
    /// Among these trials; `None`: there is none.
    pub probability: Option<f64>,
    pub std_error: Option<f64>,
    pub ci95: Option<[f64; 2]>,
    /// `None` if `epistemic` is.
    #[serde(default)]
    pub epistemic90: Option<[f64; 2]>,
    /// Over parameter draws in which the condition held in some trial, each counted alike; `None`
    /// in results of earlier versions.
    #[serde(default)]
    pub epistemic: Option<Epistemic>,
    /// Among the trials that hold, by start trend; empty in results of earlier versions.
    #[serde(default)]
    pub by_trend: IndexMap<String, ByTrend>,
    /// Trials that hold and answer yes, by replicate.
    pub hits: Vec<u64>,
    /// Trials that hold, by replicate.
    pub trials: Vec<u64>,
}

/// The mean of one metric over the mean of another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RatioResult {
    pub name: String,
    pub title: String,
    pub unit: String,
    /// Names of the metrics.
    pub of: String,
    pub over: String,
    /// `None`: one of the two has no mean, or that below is zero.
    pub ratio: Option<f64>,
    /// By the delta method; `None` with values in fewer than two replicates, or where nothing
    /// varied though it could have.
    pub std_error: Option<f64>,
    /// Fieller's, where `shape` says from which side it is to be read.
    pub ci95: Option<[f64; 2]>,
    /// `None` as the error.
    pub shape: Option<RatioShape>,
    /// `None` if `epistemic` is, where there is no ratio, or where nothing can be told.
    #[serde(default)]
    pub epistemic90: Option<[f64; 2]>,
    /// Of the ratio within a parameter draw, each draw counted alike; `None` in results of earlier
    /// versions.
    #[serde(default)]
    pub epistemic: Option<Epistemic>,
}

/// Where a ratio lies, by the ends of Fieller's interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RatioShape {
    /// Between the two.
    Between,
    /// Below the first or above the second.
    Outside,
    /// No end can be told.
    Anywhere,
}

/// Distribution function of a metric over the trials in which it has a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DistributionResult {
    /// Ascending: every value that was seen, or the upper ends of bins.
    pub values: Vec<f64>,
    /// Share of those trials in which the metric is not larger.
    pub shares: Vec<f64>,
    pub shares_std_error: Vec<f64>,
}
