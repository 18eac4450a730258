//! One trial of a run, played again with a journal: the same numbers, everything noted.

use super::batch::{Batch, Fatal, Setup};
use super::block::BlockFault;
use super::deal::deal;
use super::journal::{Entry, Journal};
use super::settings::Settings;
use crate::program::{Program, Slot};
use std::collections::BTreeMap;

/// A trial and all that happened in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    pub draw: u64,
    /// By parameter.
    pub parameters: Vec<f64>,
    /// By quantity of the trial.
    pub per_trial: Vec<f64>,
    pub start_trend: usize,
    pub start_phase: usize,
    /// By state: its value at t = 0.
    pub start_states: Vec<usize>,
    /// By indicator, at t = 0 before anything fired.
    pub start_indicators: Vec<f64>,
    pub entries: Vec<Entry>,
    /// Firings that have no entry, by event.
    pub left_out: BTreeMap<u32, u64>,
    pub end_trend: usize,
    pub end_phase: usize,
    pub end_states: Vec<usize>,
    pub end_indicators: Vec<f64>,
    /// Index of the outcome; the number of rules for `unclassified`.
    pub outcome: usize,
    /// Place of the value that stopped the trial.
    pub stopped_at: Option<String>,
    /// By metric; `None`: no value.
    pub metrics: Vec<Option<f64>>,
    /// By question.
    pub questions: Vec<bool>,
}

/// Plays trial number `trial` of the run with these settings, of which the seed, the design and the
/// number of trials per draw count.
///
/// With `is_short` an event that fires very often is not noted each time.
///
/// # Errors
/// If its events fire without end.
pub fn replay(
    program: &Program,
    settings: &Settings,
    trial: u64,
    is_short: bool,
) -> Result<Replay, BlockFault> {
    let setup = Setup::new(program, settings.seed);
    let per_draw = settings.trials_per_draw;
    let draw = trial / u64::from(per_draw);
    let r = (trial % u64::from(per_draw)) as usize;
    let dealt = deal(settings.design, &setup, draw as u32, per_draw, 0);
    let mut batch = Batch::new(&setup);
    batch.start(&dealt.trials[r..=r], std::slice::from_ref(&dealt.values));
    batch.journal = Some(Journal::new(is_short));
    let indicators = |batch: &Batch<'_>| -> Vec<f64> {
        (0..program.indicators.len() as Slot)
            .map(|i| batch.columns.get(program.layout.indicators + i, 0))
            .collect()
    };
    let behind = program.layout.parameters + program.parameters.len() as Slot;
    let per_trial = (0..program.per_trial_count as Slot)
        .map(|i| batch.columns.get(behind + i, 0))
        .collect();
    let (start_phase, start_indicators) = (batch.phase[0] as usize, indicators(&batch));
    let states = |batch: &Batch<'_>| -> Vec<usize> {
        let values = batch.states.iter();
        values.map(|lanes| usize::from(lanes[0])).collect()
    };
    let start_states = states(&batch);
    batch.run();
    if let Some(fault) = batch.fatal.take() {
        let (Fatal::Runaway { .. } | Fatal::Explosion { .. }) = fault;
        return Err(BlockFault { fault, trial });
    }
    let rules: Vec<u64> = program
        .outcomes
        .iter()
        .map(|rule| batch.holding(rule))
        .collect();
    let metrics = program
        .metrics
        .iter()
        .map(|metric| Some(batch.metric(metric)[0]).filter(|v| v.is_finite()))
        .collect();
    let questions = program
        .questions
        .iter()
        .map(|question| batch.answers(question) & 1 == 1)
        .collect();
    let stopped_at = batch
        .stopped
        .first()
        .map(|s| program.labels[s.label as usize].clone());
    let outcome = match stopped_at {
        Some(_) => rules.len(),
        None => rules
            .iter()
            .position(|lanes| lanes & 1 == 1)
            .unwrap_or(rules.len()),
    };
    let journal = batch.journal.take().unwrap_or_default();
    Ok(Replay {
        draw,
        parameters: dealt.values.parameters,
        per_trial,
        start_trend: dealt.trials[r].start_trend as usize,
        start_phase,
        start_states,
        start_indicators,
        end_trend: batch.trend[0] as usize,
        end_phase: batch.phase[0] as usize,
        end_states: states(&batch),
        end_indicators: indicators(&batch),
        entries: journal.entries,
        left_out: journal.left_out,
        outcome,
        stopped_at,
        metrics,
        questions,
    })
}
