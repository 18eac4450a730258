//! What is kept of trials: integer tables, one set a thread, and sums of floats, one node a block.
//!
//! Counts add in any order. Float sums go through the merge tree of `estimate`, so that a run has the same bytes for any number of threads.

use crate::estimate::{
    BinTable, HitTable, Levels, MeanNode, Merge, Moments, REPLICATES, Sketch, groups,
};
use crate::program::Program;
use crate::random::design::Design;

/// A count for each replicate.
pub type ByReplicate = [u64; REPLICATES];

/// Distribution of one series at one time, or of a metric, by replicate.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantiles {
    /// The range is declared.
    Bins(BinTable),
    Scaled(Sketch),
}

impl Quantiles {
    fn new(low: f64, high: f64) -> Self {
        if low.is_finite() && high.is_finite() {
            Self::Bins(BinTable::new(low, high))
        } else {
            Self::Scaled(Sketch::new())
        }
    }

    pub fn add(&mut self, replicate: usize, values: &[f64]) {
        match self {
            Self::Bins(table) => table.add(replicate, values),
            Self::Scaled(sketch) => sketch.add(replicate, values),
        }
    }

    fn settle(&mut self) {
        match self {
            Self::Bins(table) => table.settle(),
            Self::Scaled(sketch) => sketch.settle(),
        }
    }

    fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Bins(a), Self::Bins(b)) => a.merge(b),
            (Self::Scaled(a), Self::Scaled(b)) => a.merge(b),
            _ => unreachable!("one program has one layout"),
        }
    }

    /// Quantiles at ascending shares with their standard errors; of a settled tally.
    pub fn with_errors<const N: usize>(&self, p: [f64; N]) -> [Option<(f64, f64)>; N] {
        match self {
            Self::Bins(table) => Levels::new(table).with_errors(p),
            Self::Scaled(sketch) => Levels::new(sketch).with_errors(p),
        }
    }
}

/// Integer counts of an event.
#[derive(Clone, Debug)]
pub struct EventTally {
    /// Trials in which it fired.
    pub fired: ByReplicate,
    /// Firings.
    pub firings: ByReplicate,
    /// Trials whose first firing lies at or before reported time i and after the one before it; by time.
    pub first_by: Vec<ByReplicate>,
    pub first_time: BinTable,
    /// Trials whose window closed by the horizon.
    pub windows: ByReplicate,
    /// Of those, trials in which it fired within the window.
    pub realised: ByReplicate,
    /// Trials whose window never opened.
    pub never_open: ByReplicate,
}

/// Integer tables of a run or of a part of it.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Trials that were not stopped.
    pub trials: ByReplicate,
    /// Trials that were stopped, and the first of them.
    pub stopped: u64,
    pub first_stopped: Option<u64>,
    /// Stopped trials by the place that stopped them.
    pub stopped_at: Vec<u64>,
    /// Rules in order, then `unclassified`.
    pub outcomes: Vec<HitTable>,
    pub questions: Vec<HitTable>,
    /// Trials that satisfy a rule, whichever outcome they were given.
    pub matched: Vec<u64>,
    /// By outcome given and rule satisfied.
    pub overlap: Vec<Vec<u64>>,
    /// By reported time, then phase.
    pub phases: Vec<ByReplicate>,
    /// By reported time, then trend.
    pub trends: Vec<ByReplicate>,
    /// By reported time, then indicator, then derived value.
    pub series: Vec<Quantiles>,
    pub events: Vec<EventTally>,
    /// Metric values.
    pub metrics: Vec<Quantiles>,
    /// Means of metrics over the trials of a draw.
    pub draw_means: Vec<Sketch>,
    /// Trials by start trend and replicate, stopped ones left out.
    pub by_trend: Vec<ByReplicate>,
    /// Trials by outcome and replicate, stopped ones left out.
    pub by_outcome: Vec<ByReplicate>,
}

impl Tally {
    pub fn new(program: &Program, trials_per_draw: usize) -> Self {
        let hits = HitTable::new(
            trials_per_draw,
            groups(trials_per_draw),
            program.trends.len(),
        );
        let times = program.report.len();
        let rules = program.outcomes.len();
        let mut series = Vec::new();
        for _ in 0..times {
            series.extend(
                program
                    .indicators
                    .iter()
                    .map(|i| Quantiles::new(i.low, i.high)),
            );
            series.extend(
                program
                    .derived
                    .iter()
                    .map(|_| Quantiles::new(f64::NEG_INFINITY, f64::INFINITY)),
            );
        }
        let event = EventTally {
            fired: [0; REPLICATES],
            firings: [0; REPLICATES],
            first_by: vec![[0; REPLICATES]; times],
            first_time: BinTable::new(0.0, program.horizon),
            windows: [0; REPLICATES],
            realised: [0; REPLICATES],
            never_open: [0; REPLICATES],
        };
        Self {
            trials: [0; REPLICATES],
            stopped: 0,
            first_stopped: None,
            stopped_at: vec![0; program.labels.len()],
            outcomes: vec![hits.clone(); rules + 1],
            questions: vec![hits; program.questions.len()],
            matched: vec![0; rules],
            overlap: vec![vec![0; rules]; rules + 1],
            phases: vec![[0; REPLICATES]; times * program.phases.len()],
            trends: vec![[0; REPLICATES]; times * program.trends.len()],
            series,
            events: vec![event; program.events.len()],
            metrics: vec![Quantiles::new(f64::NEG_INFINITY, f64::INFINITY); program.metrics.len()],
            draw_means: vec![Sketch::new(); program.metrics.len()],
            by_trend: vec![[0; REPLICATES]; program.trends.len()],
            by_outcome: vec![[0; REPLICATES]; rules + 1],
        }
    }

    /// All of these together, ready to be read. Empty tables if there are none.
    pub fn united(parts: impl IntoIterator<Item = Self>, empty: impl FnOnce() -> Self) -> Self {
        let mut parts = parts.into_iter();
        // The first takes in the others, one of which goes as the next comes: nothing is copied, and no further tables are made.
        let mut all = parts.next().unwrap_or_else(empty);
        parts.for_each(|part| all.merge(&part));
        all.settle();
        all
    }

    /// Sorts in what still waits in the tables of quantiles, as reading needs it.
    fn settle(&mut self) {
        let tables = self.series.iter_mut().chain(&mut self.metrics);
        tables.for_each(Quantiles::settle);
        self.draw_means.iter_mut().for_each(Sketch::settle);
        self.events.iter_mut().for_each(|e| e.first_time.settle());
    }

    /// Adds what another thread or shard has counted.
    pub fn merge(&mut self, other: &Self) {
        fn add(a: &mut ByReplicate, b: &ByReplicate) {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        }
        fn add_all(a: &mut [ByReplicate], b: &[ByReplicate]) {
            a.iter_mut().zip(b).for_each(|(a, b)| add(a, b));
        }
        fn sum(a: &mut [u64], b: &[u64]) {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        }
        add(&mut self.trials, &other.trials);
        self.stopped += other.stopped;
        self.first_stopped = match (self.first_stopped, other.first_stopped) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        sum(&mut self.stopped_at, &other.stopped_at);
        self.outcomes
            .iter_mut()
            .zip(&other.outcomes)
            .for_each(|(a, b)| a.merge(b));
        self.questions
            .iter_mut()
            .zip(&other.questions)
            .for_each(|(a, b)| a.merge(b));
        sum(&mut self.matched, &other.matched);
        self.overlap
            .iter_mut()
            .zip(&other.overlap)
            .for_each(|(a, b)| sum(a, b));
        add_all(&mut self.phases, &other.phases);
        add_all(&mut self.trends, &other.trends);
        self.series
            .iter_mut()
            .zip(&other.series)
            .for_each(|(a, b)| a.merge(b));
        for (a, b) in self.events.iter_mut().zip(&other.events) {
            add(&mut a.fired, &b.fired);
            add(&mut a.firings, &b.firings);
            add_all(&mut a.first_by, &b.first_by);
            a.first_time.merge(&b.first_time);
            add(&mut a.windows, &b.windows);
            add(&mut a.realised, &b.realised);
            add(&mut a.never_open, &b.never_open);
        }
        self.metrics
            .iter_mut()
            .zip(&other.metrics)
            .for_each(|(a, b)| a.merge(b));
        self.draw_means
            .iter_mut()
            .zip(&other.draw_means)
            .for_each(|(a, b)| a.merge(b));
        add_all(&mut self.by_trend, &other.by_trend);
        add_all(&mut self.by_outcome, &other.by_outcome);
    }
}

/// Float sums of a stretch of blocks.
#[derive(Clone, Debug)]
pub struct Node {
    /// By reported time, then indicator, then derived value, then replicate.
    pub series: Vec<Moments>,
    pub metrics: Vec<MeanNode>,
    /// Declared chances summed over the trials whose window closed, by event.
    pub declared: Vec<f64>,
}

impl Node {
    pub fn new(program: &Program) -> Self {
        let items = program.indicators.len() + program.derived.len();
        let metric = MeanNode::new(program.trends.len(), program.outcomes.len() + 1);
        Self {
            series: vec![Moments::default(); program.report.len() * items * REPLICATES],
            metrics: vec![metric; program.metrics.len()],
            declared: vec![0.0; program.events.len()],
        }
    }
}

impl Merge for Node {
    fn merge(mut self, right: Self) -> Self {
        self.series
            .iter_mut()
            .zip(&right.series)
            .for_each(|(a, b)| a.merge(b));
        self.metrics
            .iter_mut()
            .zip(&right.metrics)
            .for_each(|(a, b)| a.merge(b));
        self.declared
            .iter_mut()
            .zip(&right.declared)
            .for_each(|(a, b)| *a += b);
        self
    }
}

/// Everything that is kept of a run.
#[derive(Clone, Debug)]
pub struct Summary {
    pub seed: u64,
    pub trials_per_draw: u32,
    pub design: Design,
    pub blocks: u64,
    /// The caller ended the run early.
    pub interrupted: bool,
    pub tally: Tally,
    pub node: Node,
}

impl Summary {
    pub fn trials(&self) -> u64 {
        self.draws() * u64::from(self.trials_per_draw)
    }

    pub fn draws(&self) -> u64 {
        self.blocks * REPLICATES as u64
    }
}
