//! What a batch remembers of its trials until they are finished: a trial that is stopped must leave every statistic.

use crate::program::{LANES, Program};

/// Values at the reported times.
pub struct Record {
    /// Phase by reported time and lane.
    pub phases: Vec<u8>,
    /// Trend by reported time and lane.
    pub trends: Vec<u8>,
    /// Indicators, then derived values, by reported time, item and lane.
    pub series: Vec<f64>,
    /// Indicators on their way to the next grid point.
    pub next: Vec<(usize, [f64; LANES])>,
}

impl Record {
    pub fn new(program: &Program) -> Self {
        let times = program.report.len();
        let items = program.indicators.len() + program.derived.len();
        Self {
            phases: Vec::with_capacity(times * LANES),
            trends: Vec::with_capacity(times * LANES),
            series: Vec::with_capacity(times * items * LANES),
            next: Vec::with_capacity(program.indicators.len()),
        }
    }

    pub fn clear(&mut self) {
        self.phases.clear();
        self.trends.clear();
        self.series.clear();
    }
}
