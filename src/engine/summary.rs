//! What is kept of trials: integer tables, one set a thread, and sums of floats, one node a block.
//!
//! Counts add in any order. Float sums go through the merge tree of `estimate`, so that a run has the same bytes for any number of threads.

use super::looks::CAUTION;
use crate::estimate::{
    BinTables, HitTable, Levels, MeanNode, Merge, REPLICATES, SeriesMoments, Sketch, groups,
};
use crate::program::Program;
use crate::random::design::Design;

/// A count for each replicate.
pub type ByReplicate = [u64; REPLICATES];

/// Distributions of series, by replicate.
#[derive(Clone, Debug)]
pub struct SeriesQuantiles {
    /// Where each series is counted.
    places: Vec<Place>,
    bins: BinTables,
    sketches: Vec<Sketch>,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    /// The range is declared: in that table.
    Bins(usize),
    /// It is not: in that sketch.
    Scaled(usize),
}

impl SeriesQuantiles {
    /// Series with these ranges.
    fn new(ranges: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let (mut bounds, mut scaled) = (Vec::new(), 0);
        let places = ranges
            .into_iter()
            .map(|(low, high)| {
                if low.is_finite() && high.is_finite() {
                    bounds.push((low, high));
                    Place::Bins(bounds.len() - 1)
                } else {
                    scaled += 1;
                    Place::Scaled(scaled - 1)
                }
            })
            .collect();
        Self {
            places,
            bins: BinTables::new(bounds),
            sketches: vec![Sketch::new(); scaled],
        }
    }

    /// Takes in numbers of `replicate`: the first `counted` of each column, one column a series.
    pub fn add<'a>(&mut self, replicate: usize, columns: impl Iterator<Item = &'a [f64]>) {
        for (place, values) in self.places.iter().zip(columns) {
            match *place {
                Place::Bins(table) => self.bins.add(table, replicate, values),
                Place::Scaled(sketch) => self.sketches[sketch].add(replicate, values),
            }
        }
    }

    fn settle(&mut self) {
        self.bins.settle();
        self.sketches.iter_mut().for_each(Sketch::settle);
    }

    fn merge(&mut self, other: &Self) {
        self.bins.merge(&other.bins);
        let sketches = self.sketches.iter_mut().zip(&other.sketches);
        sketches.for_each(|(a, b)| a.merge(b));
    }

    /// Quantiles of a series at ascending shares with their standard errors; of a settled tally.
    pub fn with_errors<const N: usize>(
        &self,
        series: usize,
        p: [f64; N],
    ) -> [Option<(f64, f64)>; N] {
        match self.places[series] {
            Place::Bins(table) => Levels::new(&self.bins.table(table)).with_errors(p),
            Place::Scaled(sketch) => Levels::new(&self.sketches[sketch]).with_errors(p),
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
    pub series: SeriesQuantiles,
    pub events: Vec<EventTally>,
    /// First times, by event.
    pub first_times: BinTables,
    /// Metric values.
    pub metrics: Vec<Sketch>,
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
        let unbounded = (f64::NEG_INFINITY, f64::INFINITY);
        let items: Vec<(f64, f64)> = (program.indicators.iter().map(|i| (i.low, i.high)))
            .chain(program.derived.iter().map(|_| unbounded))
            .collect();
        let ranges = (0..times).flat_map(|_| items.iter().copied());
        let event = EventTally {
            fired: [0; REPLICATES],
            firings: [0; REPLICATES],
            first_by: vec![[0; REPLICATES]; times],
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
            series: SeriesQuantiles::new(ranges),
            first_times: BinTables::new(program.events.iter().map(|_| (0.0, program.horizon))),
            events: vec![event; program.events.len()],
            metrics: vec![Sketch::new(); program.metrics.len()],
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
        self.series.settle();
        self.first_times.settle();
        let sketches = self.metrics.iter_mut().chain(&mut self.draw_means);
        sketches.for_each(Sketch::settle);
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
        self.series.merge(&other.series);
        self.first_times.merge(&other.first_times);
        for (a, b) in self.events.iter_mut().zip(&other.events) {
            add(&mut a.fired, &b.fired);
            add(&mut a.firings, &b.firings);
            add_all(&mut a.first_by, &b.first_by);
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
    /// By reported time, then indicator, then derived value.
    pub series: SeriesMoments,
    pub metrics: Vec<MeanNode>,
    /// Declared chances summed over the trials whose window closed, by event.
    pub declared: Vec<f64>,
}

impl Node {
    pub fn new(program: &Program) -> Self {
        let items = program.indicators.len() + program.derived.len();
        let metric = MeanNode::new(program.trends.len(), program.outcomes.len() + 1);
        Self {
            series: SeriesMoments::new(program.report.len() * items),
            metrics: vec![metric; program.metrics.len()],
            declared: vec![0.0; program.events.len()],
        }
    }
}

impl Merge for Node {
    fn merge(mut self, right: Self) -> Self {
        self.series = self.series.merge(right.series);
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
    /// The run ended because its errors were small enough, so that they are small by selection.
    pub stopped_by_precision: bool,
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

    /// Factor by which the errors of shares are widened for having been looked at before the run ended.
    pub fn caution(&self) -> f64 {
        if self.stopped_by_precision {
            CAUTION
        } else {
            1.0
        }
    }
}
