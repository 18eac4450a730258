//! A block: 16 draws with all their trials, simulated batch by batch and counted.

use super::batch::{Batch, Fatal, Setup, Stopped};
use super::count::Counter;
use super::deal::deal;
use super::lanes::Lanes;
use super::pilot::{Counting, learn_of_program};
use super::settings::{DRAWS_PER_BLOCK, Settings};
use super::start::{DrawValues, TrialStart};
use super::summary::{Node, Tally};
use super::trials::{BlockTrials, TrialRows};
use crate::program::{LANES, Slot};
use crate::random::design::Design;

/// Trials of each draw that are simulated to learn bins from.
const REHEARSED_OF_DRAW: usize = 128;

/// Blocks of so many trials that fit into a batch together.
pub fn blocks_together(trials_per_block: u64) -> u64 {
    (LANES as u64 / trials_per_block).max(1)
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
    counter: Counter,
    pub tally: Tally,
    ahead: Ahead,
}

/// Blocks whose trials the batch holds, played to the end; only where several fit into one.
#[derive(Default)]
struct Ahead {
    first: u64,
    /// What was dealt to each; `None` once it has been counted.
    dealt: Vec<Option<Dealt>>,
}

/// Parameters of the draws of a block, and all its trials in order.
type Dealt = (Vec<DrawValues>, Vec<TrialStart>);

impl Counting for Worker<'_> {
    fn tallies(&mut self) -> Vec<&mut Tally> {
        vec![&mut self.tally]
    }

    fn rehearse(&mut self) {
        let program = self.batch.program();
        self.ahead = Ahead::default();
        let empty = Tally::new(program, self.trials_per_draw as usize);
        let counted = std::mem::replace(&mut self.tally, empty);
        let mut node = Node::new(program);
        let mut ended = self.none_ended(0);
        for k in 0..DRAWS_PER_BLOCK {
            let setup = self.batch.setup;
            let dealt = deal(self.design, setup, k, self.trials_per_draw, 0);
            let every = (dealt.trials.len() / REHEARSED_OF_DRAW).max(1);
            let chosen: Vec<TrialStart> = (dealt.trials.iter().step_by(every))
                .take(REHEARSED_OF_DRAW)
                .copied()
                .collect();
            let draws = [dealt.values];
            for chunk in chosen.chunks(LANES) {
                self.batch.start(chunk, &draws);
                self.batch.run();
                if self.batch.fatal.take().is_some() {
                    // The block will meet it again, and tell.
                    continue;
                }
                self.finish((0, chunk), 0, &mut ended, Some(&mut node));
                for (m, values) in ended.metrics.iter_mut().enumerate() {
                    self.tally.metrics.add(m, k as usize, values);
                    values.clear();
                }
            }
        }
        learn_of_program(&mut [&mut self.tally]);
        let learnt = std::mem::replace(&mut self.tally, counted);
        self.tally.count_as(&learnt);
    }
}

impl<'s> Worker<'s> {
    pub fn new(setup: &'s Setup<'s>, settings: &Settings) -> Self {
        let trials_per_draw = settings.trials_per_draw;
        Self {
            batch: Batch::new(setup),
            trials_per_draw,
            design: settings.design,
            counter: Counter::new(setup, trials_per_draw),
            tally: Tally::new(setup.program, trials_per_draw as usize),
            ahead: Ahead::default(),
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
        let mut node = Node::new(self.batch.program());
        let ended = self.play(block, rows, Some(&mut node))?;
        Ok((node, ended))
    }

    /// Simulates a block of which nothing is counted but the trials that were stopped.
    ///
    /// # Errors
    /// As of [`block`](Self::block).
    pub fn ends(&mut self, block: u64) -> Result<BlockTrials, BlockFault> {
        self.play(block, None, None)
    }

    /// Simulates a block, and counts it if there is a node for its float sums.
    fn play(
        &mut self,
        block: u64,
        rows: Option<&mut TrialRows>,
        mut node: Option<&mut Node>,
    ) -> Result<BlockTrials, BlockFault> {
        let setup = self.batch.setup;
        let program = setup.program;
        let first_draw = block * u64::from(DRAWS_PER_BLOCK);
        let first_trial = first_draw * u64::from(self.trials_per_draw);
        let together =
            blocks_together(u64::from(DRAWS_PER_BLOCK) * u64::from(self.trials_per_draw));
        let (first_lane, (draws, trials)) = match together {
            1 => (0, self.deal_block(block)),
            _ => self.play_ahead(block, together),
        };
        let mut ended = self.none_ended(trials.len());
        let mut rows = rows;
        if let Some(rows) = rows.as_deref_mut() {
            rows.first_trial = first_trial;
            rows.parameters = vec![Vec::new(); program.parameters.len()];
            rows.per_trial = vec![Vec::new(); program.per_trial_count];
            rows.first_times = vec![Vec::new(); program.events.len()];
        }
        for (index, chunk) in trials.chunks(LANES).enumerate() {
            if together == 1 {
                self.batch.start(chunk, &draws);
                self.batch.run();
            }
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
            let node = node.as_deref_mut();
            self.finish((first_lane, chunk), first_in_batch, &mut ended, node);
            if let Some(rows) = rows.as_deref_mut() {
                self.note_rows((first_lane, chunk), &draws, rows);
            }
        }
        if let Some(node) = node {
            let tally = &mut self.tally;
            self.counter
                .count_draws(program, first_draw, &draws, &ended, tally, node);
        }
        if let Some(rows) = rows {
            rows.start_trend = ended.start_trend.clone();
            rows.outcome = ended.outcome.clone();
            rows.metrics = ended.metrics.clone();
        }
        Ok(ended)
    }

    /// Has the trials of a block in the batch, played to the end, with those of the blocks that
    /// will come next; gives the lane of its first, and what was dealt.
    ///
    /// Whether blocks are played together changes no number: a trial does not see the others.
    fn play_ahead(&mut self, block: u64, together: u64) -> (usize, Dealt) {
        let place = block.wrapping_sub(self.ahead.first) as usize;
        let dealt = match self.ahead.dealt.get_mut(place).and_then(Option::take) {
            Some(dealt) => dealt,
            None => {
                // Those before it would have been asked for already.
                let blocks = block..block - block % together + together;
                let dealt: Vec<Dealt> = blocks.map(|block| self.deal_block(block)).collect();
                let (mut all, mut all_draws) = (Vec::new(), Vec::new());
                for (draws, trials) in &dealt {
                    let first = all_draws.len();
                    all_draws.extend_from_slice(draws);
                    all.extend(trials.iter().map(|trial| TrialStart {
                        draw: first + trial.draw,
                        ..*trial
                    }));
                }
                self.batch.start(&all, &all_draws);
                self.batch.run();
                let is_faulty = self.batch.fatal.take().is_some();
                let mut dealt = dealt.into_iter();
                let own = dealt.next().unwrap_or_default();
                if is_faulty {
                    // The fault may be of a block that is not wanted.
                    self.ahead = Ahead::default();
                    self.batch.start(&own.1, &own.0);
                    self.batch.run();
                    return (0, own);
                }
                self.ahead = Ahead {
                    first: block,
                    dealt: std::iter::once(None).chain(dealt.map(Some)).collect(),
                };
                own
            }
        };
        let place = (block - self.ahead.first) as usize;
        (place * dealt.1.len(), dealt)
    }

    /// Room for what so many trials end in.
    fn none_ended(&self, trials: usize) -> BlockTrials {
        let program = self.batch.program();
        BlockTrials::new(
            trials,
            program.trends.len(),
            program.outcomes.len() + 1,
            program.questions.len(),
            program.metrics.len(),
        )
    }

    fn deal_block(&self, block: u64) -> Dealt {
        let first_draw = (block * u64::from(DRAWS_PER_BLOCK)) as u32;
        let mut draws = Vec::with_capacity(DRAWS_PER_BLOCK as usize);
        let mut trials = Vec::with_capacity((DRAWS_PER_BLOCK * self.trials_per_draw) as usize);
        for i in 0..DRAWS_PER_BLOCK {
            let dealt = deal(
                self.design,
                self.batch.setup,
                first_draw + i,
                self.trials_per_draw,
                i as usize,
            );
            draws.push(dealt.values);
            trials.extend(dealt.trials);
        }
        (draws, trials)
    }

    /// Outcomes, metrics and questions of a finished batch, and all that is counted of it, which
    /// without a node is only what was stopped.
    fn finish(
        &mut self,
        (first_lane, chunk): (usize, &[TrialStart]),
        first_trial: u64,
        ended: &mut BlockTrials,
        node: Option<&mut Node>,
    ) {
        let program = self.batch.program();
        let used = Lanes::MAX >> (LANES - chunk.len()) << first_lane;
        let rules: Vec<Lanes> = program
            .outcomes
            .iter()
            .map(|rule| self.batch.holding(rule))
            .collect();
        // What cannot be told whether it holds, or has no number where it must, is stopped now.
        for (metric, all) in program.metrics.iter().zip(&mut ended.metrics) {
            let values = self.batch.metric(metric);
            all.extend_from_slice(&values[first_lane..first_lane + chunk.len()]);
        }
        let mut stopped = 0;
        let here = |trial: &&Stopped| used >> trial.lane & 1 == 1;
        for trial in self.batch.stopped.iter().filter(here) {
            let place = trial.lane - first_lane;
            stopped |= 1 << trial.lane;
            self.tally.stopped += 1;
            self.tally.stopped_at[trial.label as usize] += 1;
            let first = self.tally.first_stopped.unwrap_or(u64::MAX);
            self.tally.first_stopped = Some(first.min(first_trial + place as u64));
            for all in &mut ended.metrics {
                let from = all.len() - chunk.len();
                all[from + place] = f64::NAN;
            }
        }
        for (question, all) in program.questions.iter().zip(&mut ended.questions) {
            all.push((self.batch.answers(question) & used & !stopped) >> first_lane);
        }
        let mut outcomes = Vec::with_capacity(rules.len() + 1);
        let mut left = used & !stopped;
        for rule in &rules {
            outcomes.push(rule & left);
            left &= !rule;
        }
        outcomes.push(left | stopped & used);
        let moved: Vec<Lanes> = outcomes.iter().map(|lanes| lanes >> first_lane).collect();
        ended.push_outcomes(chunk.len(), &moved);
        let mut trends = vec![0; program.trends.len()];
        for (place, trial) in chunk.iter().enumerate() {
            trends[usize::from(trial.start_trend)] |= 1 << (first_lane + place);
            ended.start_trend.push(trial.start_trend);
        }
        (ended.trends.iter_mut().zip(&trends))
            .for_each(|(all, lanes)| all.push(lanes >> first_lane));
        let Some(node) = node else { return };
        for (r, rule) in rules.iter().enumerate() {
            let rule = rule & used & !stopped;
            self.tally.matched[r] += u64::from(rule.count_ones());
            for (outcome, row) in outcomes.iter().zip(&mut self.tally.overlap) {
                row[r] += u64::from((outcome & rule).count_ones());
            }
        }
        self.counter.count_batch(
            &self.batch,
            (first_lane, chunk),
            (&trends, &outcomes),
            stopped,
            &mut self.tally,
            node,
        );
    }

    fn note_rows(
        &self,
        (first_lane, chunk): (usize, &[TrialStart]),
        draws: &[DrawValues],
        rows: &mut TrialRows,
    ) {
        let program = self.batch.program();
        for (lane, trial) in (first_lane..).zip(chunk) {
            rows.draw.push(trial.id.draw);
            for (all, value) in rows
                .parameters
                .iter_mut()
                .zip(&draws[trial.draw].parameters)
            {
                all.push(*value);
            }
            let behind = program.layout.parameters + program.parameters.len() as Slot;
            for (i, all) in rows.per_trial.iter_mut().enumerate() {
                all.push(self.batch.columns.get(behind + i as Slot, lane));
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
