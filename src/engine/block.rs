//! A block: 16 draws with all their trials, simulated batch by batch and counted.

use super::batch::{Batch, Fatal, Setup};
use super::deal::{Dealt, deal_by};
use super::settings::{DRAWS_PER_BLOCK, Settings};
use super::start::{DrawValues, TrialStart};
use super::summary::{Node, Tally};
use crate::estimate::{Moments, REPLICATES, groups};
use crate::program::{LANES, Program, Slot};
use crate::random::design::Design;

/// Draws whose trials all enter the quantiles of series; of later ones only the first group does.
const FULLY_COUNTED_DRAWS: u64 = 1024;

/// What each trial of a block ended in, for pairing and for trial-level data. Vectors are in trial order.
#[derive(Clone, Debug, Default)]
pub struct BlockTrials {
    pub start_trend: Vec<u8>,
    /// Index of the outcome; the number of rules for `unclassified`.
    pub outcome: Vec<u8>,
    pub stopped: Vec<bool>,
    /// By question.
    pub questions: Vec<Vec<bool>>,
    /// By metric; NaN: no value.
    pub metrics: Vec<Vec<f64>>,
}

/// Trial-level data of a block; all vectors are in trial order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrialRows {
    /// Number of the first trial.
    pub first_trial: u64,
    pub draw: Vec<u32>,
    /// By parameter.
    pub parameters: Vec<Vec<f64>>,
    pub start_trend: Vec<u8>,
    pub outcome: Vec<u8>,
    /// By metric; not finite: no value.
    pub metrics: Vec<Vec<f64>>,
    /// By event, in years since the start; `+inf`: never.
    pub first_times: Vec<Vec<f64>>,
}

/// A fatal fault and the trial that met it.
#[derive(Clone, Debug)]
pub struct BlockFault {
    pub fault: Fatal,
    pub trial: u64,
}

/// Simulates blocks one after another, keeping its working memory.
pub struct Worker<'s> {
    batch: Batch<'s>,
    trials_per_draw: u32,
    design: Design,
    pub tally: Tally,
}

impl<'s> Worker<'s> {
    pub fn new(setup: &'s Setup<'s>, settings: &Settings) -> Self {
        let trials_per_draw = settings.trials_per_draw;
        Self {
            batch: Batch::new(setup),
            trials_per_draw,
            design: settings.design,
            tally: Tally::new(setup.program, trials_per_draw as usize),
        }
    }

    /// Simulates a block and adds it to the tally; `rows` receives trial-level data if given.
    ///
    /// # Errors
    /// The first trial whose events fire without end.
    pub fn block(
        &mut self,
        block: u64,
        rows: Option<&mut TrialRows>,
    ) -> Result<(Node, BlockTrials), BlockFault> {
        let setup = self.batch.setup;
        let program = setup.program;
        let first_draw = block * u64::from(DRAWS_PER_BLOCK);
        let dealt: Vec<Dealt> = (0..DRAWS_PER_BLOCK)
            .map(|i| {
                deal_by(
                    self.design,
                    setup,
                    first_draw as u32 + i,
                    self.trials_per_draw,
                    i as usize,
                )
            })
            .collect();
        let draws: Vec<DrawValues> = dealt.iter().map(|d| d.values.clone()).collect();
        let trials: Vec<TrialStart> = dealt
            .iter()
            .flat_map(|d| d.trials.iter().copied())
            .collect();
        let mut node = Node::new(program);
        let mut ended = BlockTrials {
            questions: vec![Vec::with_capacity(trials.len()); program.questions.len()],
            metrics: vec![Vec::with_capacity(trials.len()); program.metrics.len()],
            ..BlockTrials::default()
        };
        let first_trial = first_draw * u64::from(self.trials_per_draw);
        let mut rows = rows;
        if let Some(rows) = rows.as_deref_mut() {
            rows.first_trial = first_trial;
            rows.parameters = vec![Vec::new(); program.parameters.len()];
            rows.first_times = vec![Vec::new(); program.events.len()];
        }
        for (index, chunk) in trials.chunks(LANES).enumerate() {
            self.batch.start(chunk, &draws);
            self.batch.run();
            let first_in_batch = first_trial + (index * LANES) as u64;
            if let Some(fault) = self.batch.fatal.take() {
                let lane = match fault {
                    Fatal::Runaway { lane, .. } | Fatal::Explosion { lane, .. } => lane,
                };
                return Err(BlockFault {
                    fault,
                    trial: first_in_batch + lane as u64,
                });
            }
            self.finish(chunk, &mut ended);
            self.count_batch(chunk, first_in_batch, &ended, &mut node);
            if let Some(rows) = rows.as_deref_mut() {
                self.note_rows(chunk, &draws, rows);
            }
        }
        self.count_draws(first_draw, &trials, &ended, &mut node);
        if let Some(rows) = rows {
            rows.start_trend = ended.start_trend.clone();
            rows.outcome = ended.outcome.clone();
            rows.metrics = ended.metrics.clone();
        }
        Ok((node, ended))
    }

    /// Outcomes, metrics and questions of a finished batch.
    fn finish(&mut self, chunk: &[TrialStart], ended: &mut BlockTrials) {
        let program = self.batch.program();
        let n = chunk.len();
        let rules: Vec<u64> = program
            .outcomes
            .iter()
            .map(|rule| self.batch.holding(rule))
            .collect();
        let metrics: Vec<_> = program
            .metrics
            .iter()
            .map(|metric| self.batch.metric(metric))
            .collect();
        let questions: Vec<u64> = program
            .questions
            .iter()
            .map(|question| self.batch.answers(question))
            .collect();
        for lane in 0..n {
            let stopped = self.batch.is_stopped(lane);
            let rule = rules.iter().position(|lanes| lanes >> lane & 1 == 1);
            let outcome = if stopped {
                rules.len()
            } else {
                rule.unwrap_or(rules.len())
            };
            ended.start_trend.push(chunk[lane].start_trend);
            ended.outcome.push(outcome as u8);
            ended.stopped.push(stopped);
            for (all, lanes) in ended.questions.iter_mut().zip(&questions) {
                all.push(!stopped && lanes >> lane & 1 == 1);
            }
            for (all, values) in ended.metrics.iter_mut().zip(&metrics) {
                let value = values[lane];
                all.push(if stopped || !value.is_finite() {
                    f64::NAN
                } else {
                    value
                });
            }
            if !stopped {
                for (r, lanes) in rules.iter().enumerate() {
                    if lanes >> lane & 1 == 1 {
                        self.tally.matched[r] += 1;
                        self.tally.overlap[outcome][r] += 1;
                    }
                }
            }
        }
    }

    /// Counts what a batch recorded over time and of its events.
    fn count_batch(
        &mut self,
        chunk: &[TrialStart],
        first_trial: u64,
        ended: &BlockTrials,
        node: &mut Node,
    ) {
        let batch = &self.batch;
        let tally = &mut self.tally;
        let program = batch.program();
        for stopped in &batch.stopped {
            tally.stopped += 1;
            tally.stopped_at[stopped.label as usize] += 1;
            let trial = first_trial + stopped.lane as u64;
            tally.first_stopped = Some(tally.first_stopped.map_or(trial, |t| t.min(trial)));
        }
        let offset = ended.outcome.len() - chunk.len();
        let group_size = self.trials_per_draw as usize / groups(self.trials_per_draw as usize);
        for segment in segments(chunk) {
            let draw = chunk[segment.start].id.draw;
            let replicate = draw as usize % REPLICATES;
            let lanes: Vec<usize> = segment
                .filter(|lane| !ended.stopped[offset + lane])
                .collect();
            tally.trials[replicate] += lanes.len() as u64;
            for &lane in &lanes {
                tally.by_trend[chunk[lane].start_trend as usize][replicate] += 1;
                tally.by_outcome[ended.outcome[offset + lane] as usize][replicate] += 1;
            }
            let all = u64::from(draw) < FULLY_COUNTED_DRAWS;
            let counted = lanes
                .iter()
                .filter(|lane| all || (chunk[**lane].id.trial as usize) < group_size)
                .count();
            count_series(batch, tally, node, replicate, &lanes, counted);
            count_events(batch, tally, node, program, replicate, &lanes);
        }
    }

    /// Counts outcomes, questions and metrics draw by draw, once all trials of the block have ended.
    fn count_draws(
        &mut self,
        first_draw: u64,
        trials: &[TrialStart],
        ended: &BlockTrials,
        node: &mut Node,
    ) {
        let program = self.batch.program();
        let per_draw = self.trials_per_draw as usize;
        let group_count = groups(per_draw);
        let group_size = per_draw / group_count;
        let trends = program.trends.len();
        for d in 0..DRAWS_PER_BLOCK as usize {
            let replicate = (first_draw as usize + d) % REPLICATES;
            let span = d * per_draw..(d + 1) * per_draw;
            let start = &trials[span.clone()];
            let add = |table: &mut crate::estimate::HitTable, hit: &dyn Fn(usize) -> bool| {
                let mut by_group = [0u32; 8];
                let mut wide = Vec::new();
                let group_hits: &mut [u32] = if group_count <= 8 {
                    &mut by_group[..group_count]
                } else {
                    wide.resize(group_count, 0);
                    &mut wide
                };
                let mut by_trend = vec![(0u64, 0u64); trends];
                for (r, trial) in start.iter().enumerate() {
                    let is_hit = hit(span.start + r);
                    group_hits[r / group_size] += u32::from(is_hit);
                    let entry = &mut by_trend[trial.start_trend as usize];
                    entry.0 += u64::from(is_hit);
                    entry.1 += 1;
                }
                table.add_draw(replicate, group_hits);
                for (z, (hits, trials)) in by_trend.iter().enumerate() {
                    table.add_trend(replicate, z, *hits, *trials);
                }
            };
            for (o, table) in self.tally.outcomes.iter_mut().enumerate() {
                add(table, &|i| ended.outcome[i] as usize == o);
            }
            for (q, table) in self.tally.questions.iter_mut().enumerate() {
                add(table, &|i| ended.questions[q][i]);
            }
            for (m, values) in ended.metrics.iter().enumerate() {
                let values = &values[span.clone()];
                self.tally.metrics[m].add(replicate, values);
                let mean = node.metrics[m].add_draw(
                    replicate,
                    group_count,
                    values,
                    &ended.start_trend[span.clone()],
                    &ended.outcome[span.clone()],
                );
                if let Some(mean) = mean {
                    self.tally.draw_means[m].add(replicate, &[mean]);
                }
            }
        }
    }

    fn note_rows(&self, chunk: &[TrialStart], draws: &[DrawValues], rows: &mut TrialRows) {
        let program = self.batch.program();
        for (lane, trial) in chunk.iter().enumerate() {
            rows.draw.push(trial.id.draw);
            for (all, value) in rows
                .parameters
                .iter_mut()
                .zip(&draws[trial.draw].parameters)
            {
                all.push(*value);
            }
            for (e, all) in rows.first_times.iter_mut().enumerate() {
                all.push(
                    self.batch
                        .columns
                        .get(program.layout.first + e as Slot, lane),
                );
            }
        }
    }
}

/// Stretches of lanes that belong to one draw.
fn segments(chunk: &[TrialStart]) -> Vec<std::ops::Range<usize>> {
    let mut segments = Vec::new();
    let mut from = 0;
    for lane in 1..=chunk.len() {
        if lane == chunk.len() || chunk[lane].draw != chunk[from].draw {
            segments.push(from..lane);
            from = lane;
        }
    }
    segments
}

/// Occupancy and series of one draw's lanes; the first `counted` of them enter the quantiles.
fn count_series(
    batch: &Batch<'_>,
    tally: &mut Tally,
    node: &mut Node,
    replicate: usize,
    lanes: &[usize],
    counted: usize,
) {
    let program = batch.program();
    let items = program.indicators.len() + program.derived.len();
    let mut values = Vec::with_capacity(LANES);
    for time in 0..program.report.len() {
        for &lane in lanes {
            let phase = batch.record.phases[time * LANES + lane] as usize;
            tally.phases[time * program.phases.len() + phase][replicate] += 1;
            let trend = batch.record.trends[time * LANES + lane] as usize;
            tally.trends[time * program.trends.len() + trend][replicate] += 1;
        }
        for item in 0..items {
            let index = time * items + item;
            let column = &batch.record.series[index * LANES..(index + 1) * LANES];
            values.clear();
            values.extend(lanes.iter().map(|lane| column[*lane]));
            node.series[index * REPLICATES + replicate].merge(&Moments::from_slice(&values));
            tally.series[index].add(replicate, &values[..counted]);
        }
    }
}

fn count_events(
    batch: &Batch<'_>,
    tally: &mut Tally,
    node: &mut Node,
    program: &Program,
    replicate: usize,
    lanes: &[usize],
) {
    let times: Vec<f64> = program.reported_times();
    let layout = &program.layout;
    for (e, event) in program.events.iter().enumerate() {
        let tally = &mut tally.events[e];
        let count = batch.columns.column(layout.count + e as Slot);
        let first = batch.columns.column(layout.first + e as Slot);
        for &lane in lanes {
            if count[lane] > 0.0 {
                tally.fired[replicate] += 1;
                tally.firings[replicate] += count[lane] as u64;
                tally.first_time.add_one(replicate, first[lane]);
                let bucket = times.partition_point(|t| *t < first[lane]);
                if let Some(slot) = tally.first_by.get_mut(bucket) {
                    slot[replicate] += 1;
                }
            }
        }
        if let Some(declared) = &event.declared {
            let opened = batch.columns.column(declared.opened);
            let within = batch.columns.column(declared.within);
            let chance = batch.columns.column(declared.chance);
            for &lane in lanes {
                if opened[lane] == f64::INFINITY {
                    tally.never_open[replicate] += 1;
                } else if opened[lane] + within[lane] <= program.horizon * (1.0 + 1e-12) {
                    tally.windows[replicate] += 1;
                    node.declared[e] += chance[lane];
                    if first[lane] <= opened[lane] + within[lane] {
                        tally.realised[replicate] += 1;
                    }
                }
            }
        }
    }
}
