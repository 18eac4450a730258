//! What happened before the start, as types.

use super::types::{At, Quantity, Why};
use indexmap::IndexMap;
use jiff::civil::Date;

/// Since when what a trial starts in lasts, and when events fired before the start.
#[derive(Clone, Debug)]
pub struct History {
    pub pointer: String,
    /// Years since the phase was entered.
    pub phase: Option<Quantity>,
    /// Years since a state last moved, by its name; a key's place is the pointer with `Part::Key`.
    pub states: IndexMap<String, Quantity>,
    /// Firings of an event, a branch or a move, by its name.
    pub events: IndexMap<String, Vec<Before>>,
    pub why: Why,
}

/// When something happened before the start.
#[derive(Clone, Debug)]
pub enum Before {
    Date(At<Date>),
    /// Years since the start, less than 0.
    Formula(Quantity),
}
