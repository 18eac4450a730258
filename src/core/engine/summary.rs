//! What is kept of trials: integer tables, one set a thread, and sums of floats, one node a block.
//!
//! Counts add in any order. Float sums go through the merge tree of `estimate`, so that a run has
//! the same bytes for any number of threads.

use super::looks::CAUTION;
use crate::estimate::{
    HitTable, InputTable, MeanNode, Merge, REPLICATES, SeriesMoments, Store, Stored, Tables,
    Unreadable, groups,
};
use crate::program::Program;
use crate::random::design::Design;

/// A count for each replicate.
pub type ByReplicate = [u64; REPLICATES];

/// Integer counts of an event.
#[derive(Clone, Debug)]
pub struct EventTally {
    /// Trials in which it fired.
    pub fired: ByReplicate,
    /// Firings.
    pub firings: ByReplicate,
    /// Trials whose first firing lies at or before reported time i and after the one before it; by
    /// time.
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
    /// Those of the file, then those of trends.
    pub questions: Vec<HitTable>,
    pub groups: Vec<HitTable>,
    /// By question about some trials: trials in which its condition held, and those of them that
    /// answer yes.
    pub conditional: Vec<[ByReplicate; 2]>,
    /// Shares of yes among the trials of a draw in which the condition of such a question held.
    pub conditional_means: Tables,
    /// By trend that can come true, then outcome: trials of this outcome in which that trend has
    /// come true at the end.
    pub given: Vec<Vec<ByReplicate>>,
    /// Hits of the program's targets by uncertain input; `None` if nothing is uncertain, or too
    /// much for a table.
    pub inputs: Option<InputTable>,
    /// Trials that satisfy a rule, whichever outcome they were given.
    pub matched: Vec<u64>,
    /// By outcome given and rule satisfied.
    pub overlap: Vec<Vec<u64>>,
    /// By reported time, then phase.
    pub phases: Vec<ByReplicate>,
    /// By reported time, then trend.
    pub trends: Vec<ByReplicate>,
    /// By state, then reported time, then value.
    pub states: Vec<Vec<ByReplicate>>,
    /// Values by reported time, then indicator, then derived value.
    pub series: Tables,
    pub events: Vec<EventTally>,
    /// First times, by event.
    pub first_times: Tables,
    /// Metric values.
    pub metrics: Tables,
    /// Means of metrics over the trials of a draw.
    pub draw_means: Tables,
    /// Ratios of the means of two metrics over the trials of a draw.
    pub ratio_means: Tables,
    /// By ratio: draws in which the mean below the line may be zero.
    pub unclear_ratios: Vec<ByReplicate>,
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
        let items = program.indicators.len() + program.derived.len();
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
            questions: vec![hits.clone(); program.questions.len()],
            groups: vec![hits; program.groups.len()],
            conditional: vec![[[0; REPLICATES]; 2]; program.conditions.len()],
            conditional_means: Tables::new(program.conditions.len()),
            given: (program.trends.iter())
                .filter(|trend| !trend.materialised.is_empty())
                .map(|_| vec![[0; REPLICATES]; rules + 1])
                .collect(),
            inputs: inputs(program),
            matched: vec![0; rules],
            overlap: vec![vec![0; rules]; rules + 1],
            phases: vec![[0; REPLICATES]; times * program.phases.len()],
            trends: vec![[0; REPLICATES]; times * program.trends.len()],
            states: (program.states.iter())
                .map(|state| vec![[0; REPLICATES]; times * state.starts.len()])
                .collect(),
            series: Tables::new(times * items).with_levels(&program.quantiles),
            first_times: Tables::new(program.events.len()),
            events: vec![event; program.events.len()],
            metrics: Tables::new(program.metrics.len()).with_levels(&program.quantiles),
            draw_means: Tables::new(program.metrics.len()),
            ratio_means: Tables::new(program.ratios.len()),
            unclear_ratios: vec![[0; REPLICATES]; program.ratios.len()],
            by_trend: vec![[0; REPLICATES]; program.trends.len()],
            by_outcome: vec![[0; REPLICATES]; rules + 1],
        }
    }

    /// All tables of quantities.
    pub fn quantities(&self) -> [&Tables; 6] {
        [
            &self.series,
            &self.first_times,
            &self.metrics,
            &self.draw_means,
            &self.conditional_means,
            &self.ratio_means,
        ]
    }

    /// As [`quantities`](Self::quantities), to be given their bins.
    pub fn quantities_mut(&mut self) -> [&mut Tables; 6] {
        [
            &mut self.series,
            &mut self.first_times,
            &mut self.metrics,
            &mut self.draw_means,
            &mut self.conditional_means,
            &mut self.ratio_means,
        ]
    }

    /// Counts quantities in the same bins as another tally from now on.
    pub fn count_as(&mut self, other: &Self) {
        for (own, other) in self.quantities_mut().into_iter().zip(other.quantities()) {
            own.count_as(other);
        }
    }

    /// All of these together. Empty tables if there are none.
    pub fn united(parts: impl IntoIterator<Item = Self>, empty: impl FnOnce() -> Self) -> Self {
        let mut parts = parts.into_iter();
        // The first takes in the others, one of which goes as the next comes: nothing is copied,
        // and no further tables are made.
        let mut all = parts.next().unwrap_or_else(empty);
        parts.for_each(|part| all.merge(&part));
        all
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
        self.groups
            .iter_mut()
            .zip(&other.groups)
            .for_each(|(a, b)| a.merge(b));
        self.conditional
            .iter_mut()
            .zip(&other.conditional)
            .for_each(|(a, b)| add_all(a, b));
        self.given
            .iter_mut()
            .zip(&other.given)
            .for_each(|(a, b)| add_all(a, b));
        if let (Some(a), Some(b)) = (&mut self.inputs, &other.inputs) {
            a.merge(b);
        }
        sum(&mut self.matched, &other.matched);
        self.overlap
            .iter_mut()
            .zip(&other.overlap)
            .for_each(|(a, b)| sum(a, b));
        add_all(&mut self.phases, &other.phases);
        add_all(&mut self.trends, &other.trends);
        for (a, b) in self.states.iter_mut().zip(&other.states) {
            add_all(a, b);
        }
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
        self.metrics.merge(&other.metrics);
        self.draw_means.merge(&other.draw_means);
        self.conditional_means.merge(&other.conditional_means);
        self.ratio_means.merge(&other.ratio_means);
        add_all(&mut self.unclear_ratios, &other.unclear_ratios);
        add_all(&mut self.by_trend, &other.by_trend);
        add_all(&mut self.by_outcome, &other.by_outcome);
    }
}

impl Stored for EventTally {
    fn store(&mut self, store: &mut Store<'_>) -> Result<(), Unreadable> {
        let Self {
            fired,
            firings,
            first_by,
            windows,
            realised,
            never_open,
        } = self;
        for counts in [fired, firings, windows, realised, never_open] {
            store.counts(counts)?;
        }
        store.by_replicate(first_by)
    }
}

impl Stored for Tally {
    fn store(&mut self, store: &mut Store<'_>) -> Result<(), Unreadable> {
        let Self {
            trials,
            stopped,
            first_stopped,
            stopped_at,
            outcomes,
            questions,
            groups,
            conditional,
            conditional_means,
            given,
            inputs,
            matched,
            overlap,
            phases,
            trends,
            states,
            series,
            events,
            first_times,
            metrics,
            draw_means,
            ratio_means,
            unclear_ratios,
            by_trend,
            by_outcome,
        } = self;
        store.counts(trials)?;
        store.count(stopped)?;
        // A trial's number is at least 0: 0 says that none was stopped.
        let mut first = first_stopped.map_or(0, |trial| trial + 1);
        store.count(&mut first)?;
        *first_stopped = first.checked_sub(1);
        store.counts(stopped_at)?;
        store.all(outcomes)?;
        store.all(questions)?;
        store.all(groups)?;
        store.by_replicate(conditional.as_flattened_mut())?;
        for rows in given {
            store.by_replicate(rows)?;
        }
        if let Some(inputs) = inputs {
            inputs.store(store)?;
        }
        store.counts(matched)?;
        for row in overlap {
            store.counts(row)?;
        }
        store.by_replicate(phases)?;
        store.by_replicate(trends)?;
        for rows in states {
            store.by_replicate(rows)?;
        }
        store.all(events)?;
        store.by_replicate(by_trend)?;
        store.by_replicate(by_outcome)?;
        store.by_replicate(unclear_ratios)?;
        for tables in [
            series,
            first_times,
            metrics,
            draw_means,
            conditional_means,
            ratio_means,
        ] {
            tables.store(store)?;
        }
        Ok(())
    }
}

impl Stored for Node {
    fn store(&mut self, store: &mut Store<'_>) -> Result<(), Unreadable> {
        let Self {
            series,
            metrics,
            conditional,
            ratios,
            declared,
            leads,
        } = self;
        series.store(store)?;
        store.all(metrics)?;
        store.all(conditional)?;
        store.all(ratios)?;
        store.numbers(declared)?;
        store.numbers(leads.as_flattened_mut())
    }
}

/// Float sums of a stretch of blocks.
#[derive(Clone, Debug)]
pub struct Node {
    /// By reported time, then indicator, then derived value.
    pub series: SeriesMoments,
    pub metrics: Vec<MeanNode>,
    /// By question about some trials: yes and no, as 1 and 0, of those in which its condition held.
    pub conditional: Vec<MeanNode>,
    /// By ratio of means: what the trials of a draw add to the draw's own.
    pub ratios: Vec<MeanNode>,
    /// Declared chances summed over the trials whose window closed, by event.
    pub declared: Vec<f64>,
    /// Years under each trend, if there are several, by replicate.
    pub leads: Vec<[f64; REPLICATES]>,
}

/// Pairs of an uncertain input and a target beyond which no table is kept.
const MOST_PAIRS: usize = 20_000;

/// A table by uncertain input.
fn inputs(program: &Program) -> Option<InputTable> {
    let targets = program.targets.len();
    let pairs = program.inputs.len() * targets;
    (1..=MOST_PAIRS)
        .contains(&pairs)
        .then(|| InputTable::new(program.inputs.len(), targets))
}

impl Node {
    pub fn new(program: &Program) -> Self {
        let items = program.indicators.len() + program.derived.len();
        let metric = MeanNode::new(program.trends.len(), program.outcomes.len() + 1);
        Self {
            series: SeriesMoments::new(program.report.len() * items),
            conditional: vec![metric.clone(); program.conditions.len()],
            metrics: vec![metric; program.metrics.len()],
            ratios: vec![MeanNode::new(0, 0); program.ratios.len()],
            declared: vec![0.0; program.events.len()],
            leads: vec![[0.0; REPLICATES]; program.trends.iter().flat_map(|t| t.leads).count()],
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
        (self.conditional.iter_mut().zip(&right.conditional)).for_each(|(a, b)| a.merge(b));
        (self.ratios.iter_mut().zip(&right.ratios)).for_each(|(a, b)| a.merge(b));
        self.declared
            .iter_mut()
            .zip(&right.declared)
            .for_each(|(a, b)| *a += b);
        for (a, b) in self.leads.iter_mut().zip(&right.leads) {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        }
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

    /// Factor by which the errors of shares are widened for having been looked at before the run
    /// ended.
    pub fn caution(&self) -> f64 {
        if self.stopped_by_precision {
            CAUTION
        } else {
            1.0
        }
    }
}
