//! What happened in one trial, firing by firing: the raw material of a storyline.

use std::collections::BTreeMap;

/// Follows one lane of a batch.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    pub lane: usize,
    pub entries: Vec<Entry>,
    /// Whether only the first firings of each event, and those that turn the trial, are kept.
    is_short: bool,
    /// Firings that are not kept, by event.
    pub left_out: BTreeMap<u32, u64>,
    turns: usize,
}

/// Firings of an event that a short journal keeps, from the first.
const KEPT: u32 = 50;
/// Firings that change the phase or the trend which it keeps besides.
const TURNS: usize = 2000;

/// One firing.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Years since the start.
    pub time: f64,
    pub event: u32,
    /// How often it has fired, this time included.
    pub count: u32,
    pub changes: Vec<Change>,
    /// By indicator, right after the firing.
    pub indicators: Vec<f64>,
}

/// One effect of a firing.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    Indicator {
        indicator: usize,
        from: f64,
        to: f64,
    },
    Phase {
        from: usize,
        to: usize,
    },
    Trend {
        from: usize,
        to: usize,
    },
    State {
        state: usize,
        from: usize,
        to: usize,
    },
}

impl Journal {
    /// Of the first lane.
    pub fn new(is_short: bool) -> Self {
        Self {
            is_short,
            ..Self::default()
        }
    }

    /// Whether a firing has a place; if not, it is counted.
    pub fn keeps(&mut self, event: u32, count: u32, changes: &[Change]) -> bool {
        if !self.is_short || count <= KEPT {
            return true;
        }
        let turns = changes
            .iter()
            .any(|change| !matches!(change, Change::Indicator { .. }));
        if turns && self.turns < TURNS {
            self.turns += 1;
            return true;
        }
        *self.left_out.entry(event).or_default() += 1;
        false
    }
}
