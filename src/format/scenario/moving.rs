//! States as types: variables with named values, what is restricted to some of these, and where
//! moves lead.

use super::forms;
use super::types::{At, Hazard, Quantity, Reference, Why};
use indexmap::IndexMap;
use schemars::JsonSchema;

/// A variable that has one of a few named values at a time.
#[derive(Clone, Debug)]
pub struct State {
    pub pointer: String,
    pub title: Option<String>,
    pub values: IndexMap<String, StateValue>,
    /// Hazards of moving from one value (outer key) to another (inner key).
    pub moves: IndexMap<String, IndexMap<String, Hazard>>,
    /// Probabilities of moving from one value (outer key) to another (inner key) at the end of each
    /// grid step.
    pub each_step: IndexMap<String, IndexMap<String, Quantity>>,
    pub why: Why,
}

/// A value that a state can have.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StateValue {
    /// Name to show to readers.
    pub title: Option<String>,
    /// Probability of having it at t = 0; `true` means 1.
    #[schemars(with = "Option<forms::StartForm>")]
    pub start: Option<Quantity>,
    #[schemars(flatten)]
    pub why: Why,
}

/// Where an event may fire, by one state.
#[derive(Clone, Debug)]
pub struct Restriction {
    /// The state, or `phase` or `trend`.
    pub state: Reference,
    pub values: Vec<Reference>,
    /// It may fire outside of these values, rather than in them.
    pub is_outside: bool,
}

/// Where a move leads.
#[derive(Clone, Debug)]
pub enum Destination {
    Named(Reference),
    /// Drawn at each firing: names with their probabilities.
    Drawn {
        pointer: String,
        shares: IndexMap<String, Share>,
    },
}

/// A share of the firings.
#[derive(Clone, Debug)]
pub enum Share {
    Probability(Quantity),
    /// What the others leave.
    Rest(At<()>),
}
