//! What a batch remembers of its trials until they are finished: a trial that is stopped must leave
//! every statistic.

use super::lanes::Lanes;
use crate::program::{Column, LANES, Program};

/// Values at the reported times.
pub struct Record {
    /// Phase by reported time and lane.
    pub phases: Vec<u8>,
    /// Trend by reported time and lane.
    pub trends: Vec<u8>,
    /// By state: value by reported time and lane.
    pub states: Vec<Vec<u8>>,
    /// Indicators, then derived values, by reported time, item and lane.
    pub series: Vec<f64>,
    /// By event: lanes in which the window of its declared chance has not opened yet.
    pub unopened: Vec<Lanes>,
    /// Indicators on their way to the next grid point.
    pub next: Vec<Column>,
}

impl Record {
    pub fn new(program: &Program) -> Self {
        let times = program.report.len();
        let items = program.indicators.len() + program.derived.len();
        Self {
            phases: Vec::with_capacity(times * LANES),
            trends: Vec::with_capacity(times * LANES),
            states: vec![Vec::with_capacity(times * LANES); program.states.len()],
            series: Vec::with_capacity(times * items * LANES),
            unopened: vec![0; program.events.len()],
            next: vec![Column::ZERO; program.indicators.len()],
        }
    }

    pub fn clear(&mut self) {
        self.phases.clear();
        self.trends.clear();
        self.states.iter_mut().for_each(Vec::clear);
        self.series.clear();
    }
}
