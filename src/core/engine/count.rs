//! Counting: what finished trials leave in the tables of a run.
//!
//! Takes a batch that has run to its end, or all trials of a block; gives additions to the integer
//! tables ([`Tally`]) and to the float sums of the block ([`Node`]). Stopped trials enter nothing
//! but the counts that say so.

use super::batch::{Batch, Setup};
use super::lanes::{Lanes, at_most, each, equal_to};
use super::start::{DrawValues, TrialStart};
use super::summary::{ByReplicate, Node, Tally};
use super::tally_lanes::{above_zero, lanes_by_state, moments_of_columns, sum_over};
use super::trials::{Bits, BlockTrials};
use crate::estimate::{HitTable, REPLICATES, RatioOfDraw, groups, mean_and_squares};
use crate::math::width::Width;
use crate::program::{Column, LANES, Program, Slot, Target};
use std::ops::Range;

/// Working memory of counting.
pub struct Counter {
    width: Width,
    trials_per_draw: usize,
    groups: usize,
    /// Reported times, in years.
    times: Vec<f64>,
    /// The trials at hand, draw by draw.
    stretches: Vec<Stretch>,
    /// First times of an event in the trials at hand.
    firsts: Vec<f64>,
    /// Replicates that numbers belong to.
    owners: Vec<u8>,
    /// Mean of each series over the trials at hand, and its squared deviations.
    mean: Vec<f64>,
    m2: Vec<f64>,
    /// Values of the trials at hand, by series.
    values: Vec<f64>,
    /// Lanes by time and state.
    states: Vec<u8>,
}

/// The trials of a batch that belong to one draw.
struct Stretch {
    /// Those that were not stopped.
    lanes: Lanes,
    replicate: usize,
}

/// `n` lanes from one on.
fn stretch_of(from: usize, n: usize) -> Lanes {
    match n {
        0 => 0,
        n => (Lanes::MAX >> (LANES - n)) << from,
    }
}

impl Counter {
    pub fn new(setup: &Setup<'_>, trials_per_draw: u32) -> Self {
        let program = setup.program;
        let times = program.reported_times();
        let series = times.len() * (program.indicators.len() + program.derived.len());
        Self {
            width: setup.width,
            trials_per_draw: trials_per_draw as usize,
            groups: groups(trials_per_draw as usize),
            times,
            stretches: Vec::new(),
            firsts: Vec::new(),
            owners: Vec::new(),
            mean: vec![0.0; series],
            m2: vec![0.0; series],
            values: Vec::new(),
            states: Vec::new(),
        }
    }

    /// Counts what some trials of a batch recorded over time and of their events; the first of them
    /// is in lane `first`.
    ///
    /// `outcomes` has the lanes of each outcome, `stopped` those that were stopped.
    pub fn count_batch(
        &mut self,
        batch: &Batch<'_>,
        (first, chunk): (usize, &[TrialStart]),
        (trends, outcomes): (&[Lanes], &[Lanes]),
        stopped: Lanes,
        tally: &mut Tally,
        node: &mut Node,
    ) {
        let mut from = first;
        self.stretches.clear();
        for draw in chunk.chunk_by(|a, b| a.draw == b.draw) {
            let id = draw[0].id;
            let lanes = stretch_of(from, draw.len()) & !stopped;
            from += draw.len();
            let stretch = Stretch {
                lanes,
                replicate: id.draw as usize % REPLICATES,
            };
            let m = stretch.replicate;
            tally.trials[m] += u64::from(lanes.count_ones());
            for (row, set) in tally.by_trend.iter_mut().zip(trends) {
                row[m] += u64::from((set & lanes).count_ones());
            }
            for (row, set) in tally.by_outcome.iter_mut().zip(outcomes) {
                row[m] += u64::from((set & lanes).count_ones());
            }
            let leads = batch.program().trends.iter().filter_map(|t| t.leads);
            for (row, slot) in node.leads.iter_mut().zip(leads) {
                row[m] += sum_over(self.width, batch.columns.column(slot), lanes);
            }
            self.count_states(&batch.record.phases, &stretch, &mut tally.phases);
            self.count_states(&batch.record.trends, &stretch, &mut tally.trends);
            for (values, table) in batch.record.states.iter().zip(&mut tally.states) {
                self.count_states(values, &stretch, table);
            }
            self.stretches.push(stretch);
        }
        self.count_series(batch, tally, node);
        self.count_events(batch, tally, node);
    }

    /// Moments and quantiles of series.
    fn count_series(&mut self, batch: &Batch<'_>, tally: &mut Tally, node: &mut Node) {
        let (columns, _) = batch.record.series.as_chunks::<LANES>();
        if let [stretch] = self.stretches.as_slice()
            && stretch.lanes == Lanes::MAX
        {
            let m = stretch.replicate;
            moments_of_columns(self.width, columns, &mut self.mean, &mut self.m2);
            for (table, column) in columns.iter().enumerate() {
                tally.series.add(table, m, column);
            }
            node.series.add(m, LANES as u64, &self.mean, &self.m2);
            return;
        }
        let all = self.stretches.iter().fold(0, |all, s| all | s.lanes);
        let n = all.count_ones() as usize;
        self.owners.clear();
        for stretch in &self.stretches {
            let trials = stretch.lanes.count_ones() as usize;
            self.owners
                .extend(std::iter::repeat_n(stretch.replicate as u8, trials));
        }
        self.values.clear();
        for (table, column) in columns.iter().enumerate() {
            let from = self.values.len();
            self.values.extend(each(all).map(|lane| column[lane]));
            tally
                .series
                .add_owned(table, &self.owners, &self.values[from..]);
        }
        let mut from = 0;
        for stretch in &self.stretches {
            let trials = stretch.lanes.count_ones() as usize;
            let columns = self.values.chunks_exact(n.max(1));
            let moments = self.mean.iter_mut().zip(&mut self.m2);
            for ((mean, m2), values) in moments.zip(columns) {
                (*mean, *m2) = mean_and_squares(&values[from..from + trials]);
            }
            from += trials;
            let m = stretch.replicate;
            node.series.add(m, trials as u64, &self.mean, &self.m2);
        }
    }

    /// Adds how many trials are in each state at each time; `table` is by time, then state.
    fn count_states(&mut self, states: &[u8], stretch: &Stretch, table: &mut [ByReplicate]) {
        let (times, _) = states.as_chunks::<LANES>();
        let kinds = table.len() / times.len().max(1);
        self.states.clear();
        self.states.resize(table.len(), 0);
        if stretch.lanes == Lanes::MAX {
            lanes_by_state(self.width, times, kinds, &mut self.states);
        } else {
            for (states, counts) in times.iter().zip(self.states.chunks_exact_mut(kinds)) {
                for lane in each(stretch.lanes) {
                    counts[usize::from(states[lane])] += 1;
                }
            }
        }
        for (row, count) in table.iter_mut().zip(&self.states) {
            row[stretch.replicate] += u64::from(*count);
        }
    }

    fn count_events(&mut self, batch: &Batch<'_>, tally: &mut Tally, node: &mut Node) {
        let program = batch.program();
        let layout = &program.layout;
        let first_times = &mut tally.first_times;
        for (e, (event, tally)) in program.events.iter().zip(&mut tally.events).enumerate() {
            let count = batch.columns.column(layout.count + e as Slot);
            let first = batch.columns.column(layout.first + e as Slot);
            let any_fired = above_zero(self.width, count);
            self.firsts.clear();
            self.owners.clear();
            for stretch in &self.stretches {
                let m = stretch.replicate;
                let fired = any_fired & stretch.lanes;
                tally.fired[m] += u64::from(fired.count_ones());
                for lane in each(fired) {
                    tally.firings[m] += count[lane] as u64;
                    self.firsts.push(first[lane]);
                    self.owners.push(m as u8);
                    let time = self.times.partition_point(|t| *t < first[lane]);
                    if let Some(slot) = tally.first_by.get_mut(time) {
                        slot[m] += 1;
                    }
                }
            }
            first_times.add_owned(e, &self.owners, &self.firsts);
            let Some(declared) = &event.declared else {
                continue;
            };
            let opened = batch.columns.column(declared.opened);
            let within = batch.columns.column(declared.within);
            let closes = Column(std::array::from_fn(|lane| opened[lane] + within[lane]));
            let is_never = equal_to(self.width, opened, f64::INFINITY);
            let is_closed = at_most(self.width, &closes, program.horizon * (1.0 + 1e-12));
            for stretch in &self.stretches {
                let m = stretch.replicate;
                let never = is_never & stretch.lanes;
                let closed = is_closed & stretch.lanes & !never;
                tally.never_open[m] += u64::from(never.count_ones());
                tally.windows[m] += u64::from(closed.count_ones());
                if closed != 0 {
                    node.declared[e] +=
                        sum_over(self.width, batch.columns.column(declared.chance), closed);
                    for lane in each(closed & any_fired) {
                        tally.realised[m] += u64::from(first[lane] <= closes[lane]);
                    }
                }
            }
        }
    }

    /// Counts outcomes, questions and metrics draw by draw, once all trials of a block have ended.
    pub fn count_draws(
        &self,
        program: &Program,
        first_draw: u64,
        draws: &[DrawValues],
        ended: &BlockTrials,
        tally: &mut Tally,
        node: &mut Node,
    ) {
        let united = ended.in_groups(&program.groups);
        let materialised: Vec<&Bits> = (program.trends.iter())
            .filter_map(|trend| ended.questions[trend.materialised.clone()].last())
            .collect();
        let targets: Vec<&Bits> = (program.targets.iter())
            .map(|target| match target {
                Target::Group(g) => &united[*g],
                Target::Outcome(o) => &ended.outcomes[*o],
            })
            .collect();
        let mut hits_of_targets = Vec::with_capacity(targets.len());
        let mut group_hits = vec![0; self.groups];
        let mut trials_by_trend = vec![0; ended.trends.len()];
        for (d, draw) in draws.iter().enumerate() {
            let replicate = (first_draw as usize + d) % REPLICATES;
            let span = d * self.trials_per_draw..(d + 1) * self.trials_per_draw;
            for (trials, trend) in trials_by_trend.iter_mut().zip(&ended.trends) {
                *trials = u64::from(trend.count(span.clone()));
            }
            let mut add = |table: &mut HitTable, hits: &Bits| {
                for (g, hits_of_group) in group_hits.iter_mut().enumerate() {
                    *hits_of_group = hits.count(self.group(&span, g));
                }
                table.add_draw(replicate, &group_hits);
                for (z, trials) in trials_by_trend.iter().enumerate() {
                    let hits = hits.count_both(&ended.trends[z], span.clone());
                    table.add_trend(replicate, z, u64::from(hits), *trials);
                }
            };
            (tally.outcomes.iter_mut().zip(&ended.outcomes)).for_each(|(t, hits)| add(t, hits));
            (tally.questions.iter_mut().zip(&ended.questions)).for_each(|(t, hits)| add(t, hits));
            (tally.groups.iter_mut().zip(&united)).for_each(|(t, hits)| add(t, hits));
            for (i, given) in program.conditions.iter().enumerate() {
                let [condition, asked] = [&ended.questions[*given], &ended.questions[given + 1]];
                let rows = &mut tally.conditional[i];
                rows[0][replicate] += u64::from(condition.count(span.clone()));
                rows[1][replicate] += u64::from(asked.count_both(condition, span.clone()));
                let mean = node.conditional[i].add_draw(
                    replicate,
                    self.groups,
                    &asked.where_given(condition, span.clone()),
                    &ended.start_trend[span.clone()],
                    &ended.outcome[span.clone()],
                );
                if let Some(mean) = mean {
                    tally.conditional_means.add(i, replicate, &[mean]);
                }
            }
            for (given, rows) in materialised.iter().zip(&mut tally.given) {
                for (row, outcome) in rows.iter_mut().zip(&ended.outcomes) {
                    row[replicate] += u64::from(outcome.count_both(given, span.clone()));
                }
            }
            if let Some(inputs) = &mut tally.inputs {
                hits_of_targets.clear();
                hits_of_targets.extend(targets.iter().map(|t| u64::from(t.count(span.clone()))));
                inputs.add_draw(replicate, &draw.bins, &hits_of_targets);
            }
            for (m, values) in ended.metrics.iter().enumerate() {
                let values = &values[span.clone()];
                tally.metrics.add(m, replicate, values);
                let mean = node.metrics[m].add_draw(
                    replicate,
                    self.groups,
                    values,
                    &ended.start_trend[span.clone()],
                    &ended.outcome[span.clone()],
                );
                if let Some(mean) = mean {
                    tally.draw_means.add(m, replicate, &[mean]);
                }
            }
            for (i, metrics) in program.ratios.iter().enumerate() {
                let [of, over] = metrics.map(|m| &ended.metrics[m][span.clone()]);
                match RatioOfDraw::new(of, over, self.groups) {
                    RatioOfDraw::Values(values) => {
                        let ratio =
                            node.ratios[i].add_draw(replicate, self.groups, &values, &[], &[]);
                        if let Some(ratio) = ratio {
                            tally.ratio_means.add(i, replicate, &[ratio]);
                        }
                    }
                    RatioOfDraw::Unclear => tally.unclear_ratios[i][replicate] += 1,
                    RatioOfDraw::Unknown => {}
                }
            }
        }
    }

    /// Trials of one group of a draw.
    fn group(&self, span: &Range<usize>, group: usize) -> Range<usize> {
        let size = self.trials_per_draw / self.groups;
        span.start + group * size..span.start + (group + 1) * size
    }
}
