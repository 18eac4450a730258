//! What the draws of a finished run say of what it hangs on: nothing is simulated again.
//!
//! Takes the study, the settings of the run, and its trials one by one, as a file of trials has
//! them; gives the indices that the run itself would have given, to the last digit. Where the draws
//! have their inputs follows from the seed; that the trials are of these draws is checked.

use super::inputs::{binned, named};
use super::targets::{likeliest_by, usual};
use super::{Method, is_about_numbers, of_draws, remarks, targets};
use crate::analysis::Study;
use crate::analysis::quantity::{Kind, Quantity, Reading, UnknownQuantity};
use crate::engine::{Bits, DRAWS_PER_BLOCK, Settings, Setup, inputs, start_trends};
use crate::estimate::{DrawMean, PartialSum, Proportion, REPLICATES, Replicated, difference};
use crate::model::ranges_of_metrics;
use crate::results::{RunInfo, RunResult, SensitivityResult, scenario_info, tool};
use std::collections::BTreeSet;

/// Trials of a finished run, in order.
#[derive(Clone, Debug, Default)]
pub struct FinishedTrials {
    pub trials_per_draw: u32,
    /// Numbers of parameters of the model that have a column.
    pub parameters: Vec<usize>,
    /// By column, then by draw.
    pub values: Vec<Vec<f64>>,
    /// By trial: number of a trend of the model.
    pub start_trend: Vec<u8>,
    /// By trial: number of an outcome of the model; the number of outcomes for what is left over.
    pub outcome: Vec<u8>,
    /// By metric of the model, then by trial; NaN: no value. Empty for those that were not read.
    pub metrics: Vec<Vec<f64>>,
    /// By quantity of the trial, as metrics are.
    pub per_trial: Vec<Vec<f64>>,
    /// By event: years from the start to its first firing; NaN: never.
    pub first_times: Vec<Vec<f64>>,
}

/// Columns of a file of trials that are read beside those that always are, by number in the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    pub metrics: BTreeSet<usize>,
    pub per_trial: BTreeSet<usize>,
    pub events: BTreeSet<usize>,
}

/// Why trials are not those of a run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotOfRun {
    #[error(
        "draw {draw} has `{parameter}` = {theirs}, and that of seed {seed} has {ours}: the trials are of another seed, design or scenario"
    )]
    Draw {
        draw: u32,
        parameter: String,
        theirs: f64,
        ours: f64,
        seed: u64,
    },
    #[error(
        "the trials of draw {draw} do not start under the trends of seed {seed}: they are of another seed, design or scenario"
    )]
    Trends { draw: u32, seed: u64 },
    #[error("`{name}` is another share of the trials than of the run: they are not of one run")]
    Share { name: String },
    #[error(
        "{stopped} trials of that run were stopped for a value that is not finite, and a file of trials does not tell them from others"
    )]
    Stopped { stopped: u64 },
    #[error("the condition has no finite value in {trials} trials, which would stop them")]
    NotFinite { trials: usize },
}

/// A number that a file of trials tells of; the rest it leaves to those who ask for them by name.
///
/// # Errors
/// [`UnknownQuantity`]: the first name that is wrong, or that of a question or a trend, which have
/// no column.
pub fn in_trials(study: &Study, of: &[String]) -> Result<Vec<Quantity>, UnknownQuantity> {
    if of.is_empty() {
        return Ok(usual(&study.model, &study.program));
    }
    let found = targets::named(&study.model, of)?;
    for target in &found {
        let kind = match target.kind {
            Kind::Question => "a question",
            Kind::Trend => "a trend that comes true",
            _ => continue,
        };
        let name = target.name.clone();
        return Err(UnknownQuantity::NotInTrials { name, kind });
    }
    Ok(found)
}

/// Indices of these numbers from finished trials; `run` is the result of the same run, if there is
/// one.
///
/// # Errors
/// [`NotOfRun`].
pub fn finished(
    study: &Study,
    (asked, by_name): (&[Quantity], bool),
    settings: &Settings,
    trials: &FinishedTrials,
    run: Option<&RunResult>,
) -> Result<SensitivityResult, NotOfRun> {
    let draws = trials.outcome.len() as u32 / trials.trials_per_draw;
    is_of_run(study, settings, trials, draws)?;
    let all: Vec<Told> = (asked.iter())
        .map(|target| told(study, target, trials, draws, run))
        .collect::<Result<_, _>>()?;
    let chosen = match by_name {
        true => (0..asked.len()).collect(),
        false => likeliest_by(asked, |target| {
            let at = asked.iter().position(|one| one == target)?;
            all[at].value.value
        }),
    };
    let named = named(study);
    let binned = binned(study, settings, draws);
    let found: Vec<_> = (chosen.iter())
        .map(|t| of_draws(&asked[*t], all[*t].value, &all[*t].draws, &named, &binned))
        .collect();
    let remarks = remarks(&named, &found, settings, Method::GivenData);
    let largest = (all.iter())
        .filter_map(|told| told.value.std_error.filter(|_| told.is_outcome))
        .fold(0.0, f64::max);
    let own = size_of(settings, trials, draws, largest);
    let warnings = run.map(|run| run.warnings.clone()).unwrap_or_default();
    Ok(SensitivityResult {
        format: 1,
        tool: tool(),
        method: Method::GivenData.name().into(),
        run: run.map_or(own, |run| run.run.clone()),
        scenario: scenario_info(&study.model),
        design_size: None,
        tornado_size: None,
        targets: found,
        remarks,
        warnings: warnings.into_iter().filter(is_about_numbers).collect(),
    })
}

/// What is known of a run from its trials alone.
pub(in crate::analysis) fn size_of(
    settings: &Settings,
    trials: &FinishedTrials,
    draws: u32,
    largest_std_error: f64,
) -> RunInfo {
    let total = u64::from(draws) * u64::from(trials.trials_per_draw);
    RunInfo {
        seed: settings.seed,
        trials: total,
        draws: u64::from(draws),
        trials_per_draw: trials.trials_per_draw,
        blocks: u64::from(draws / DRAWS_PER_BLOCK),
        design: settings.design,
        replicates: REPLICATES as u32,
        effective_trials: total as f64,
        non_finite: 0,
        interrupted: false,
        stopped_by_precision: false,
        largest_std_error,
    }
}

/// # Errors
/// The first draw that is not of this seed and design.
pub(in crate::analysis) fn is_of_run(
    study: &Study,
    settings: &Settings,
    trials: &FinishedTrials,
    draws: u32,
) -> Result<(), NotOfRun> {
    let setup = Setup::new(&study.program, settings.seed);
    let per_draw = trials.trials_per_draw;
    for draw in 0..draws {
        let dealt = inputs(settings.design, &setup, draw);
        for (parameter, values) in trials.parameters.iter().zip(&trials.values) {
            let (ours, theirs) = (dealt.parameters[*parameter], values[draw as usize]);
            if ours != theirs && !(ours.is_nan() && theirs.is_nan()) {
                return Err(NotOfRun::Draw {
                    draw,
                    parameter: study.model.parameters[*parameter].name.clone(),
                    theirs,
                    ours,
                    seed: settings.seed,
                });
            }
        }
        let first = draw as usize * per_draw as usize;
        let own = trials.start_trend[first..].iter().copied();
        if !own
            .take(per_draw as usize)
            .eq(start_trends(settings.design, &setup, draw, per_draw))
        {
            return Err(NotOfRun::Trends {
                draw,
                seed: settings.seed,
            });
        }
    }
    Ok(())
}

/// What trials say of one target.
struct Told {
    draws: Vec<DrawMean>,
    value: Reading,
    is_outcome: bool,
}

fn told(
    study: &Study,
    target: &Quantity,
    trials: &FinishedTrials,
    draws: u32,
    run: Option<&RunResult>,
) -> Result<Told, NotOfRun> {
    let per_draw = trials.trials_per_draw as usize;
    let block = per_draw * DRAWS_PER_BLOCK as usize;
    let is_outcome = target.kind == Kind::Outcome;
    if target.kind == Kind::Metric {
        let values = &trials.metrics[target.index];
        let blocks = values.chunks(block);
        let of_block = |values: &[f64]| targets::Reading::Values(values.to_vec()).draws(per_draw);
        return Ok(Told {
            draws: blocks.flat_map(of_block).collect(),
            value: match run {
                Some(run) => target.read(run),
                None => mean(study, target.index, values, per_draw),
            },
            is_outcome,
        });
    }
    let is_hit = |outcome: u8| match target.kind {
        Kind::Group => study.program.groups[target.index].contains(&usize::from(outcome)),
        _ => usize::from(outcome) == target.index,
    };
    let mut hits = [0; REPLICATES];
    let mut all = [0; REPLICATES];
    let mut found = Vec::with_capacity(draws as usize);
    for part in trials.outcome.chunks(block) {
        let mut bits = Bits::default();
        for lanes in part.chunks(64) {
            let set = lanes.iter().enumerate().filter(|(_, o)| is_hit(**o));
            bits.push(set.fold(0, |word, (lane, _)| word | 1 << lane));
        }
        for d in 0..DRAWS_PER_BLOCK as usize {
            hits[d % REPLICATES] += u64::from(bits.count(d * per_draw..(d + 1) * per_draw));
            all[d % REPLICATES] += per_draw as u64;
        }
        found.extend(targets::Reading::YesOrNo(bits).draws(per_draw));
    }
    let value = match run {
        None => {
            let told = Proportion::of(&hits, &all, u64::from(draws));
            Reading {
                value: Some(told.probability),
                std_error: Some(told.std_error),
                ci95: Some(told.ci95),
            }
        }
        Some(run) if target.replicated(run) == Replicated::share(&hits, &all) => target.read(run),
        Some(_) => {
            let name = target.name.clone();
            return Err(NotOfRun::Share { name });
        }
    };
    Ok(Told {
        draws: found,
        value,
        is_outcome,
    })
}

/// Mean of a metric over its values.
fn mean(study: &Study, metric: usize, values: &[f64], per_draw: usize) -> Reading {
    let mut sums = [PartialSum::default(); REPLICATES];
    for (draw, values) in values.chunks(per_draw).enumerate() {
        let own = &mut sums[draw % REPLICATES];
        for value in values.iter().filter(|value| value.is_finite()) {
            own.values += 1;
            own.sum += value;
        }
    }
    let Some(found) = Replicated::mean(&sums) else {
        return Reading::default();
    };
    let error = found.std_error();
    let range = ranges_of_metrics(&study.model)[metric];
    Reading {
        value: Some(found.ratio),
        std_error: error,
        ci95: error.map(|error| {
            range.around(
                found.ratio,
                difference(found.ratio, error, found.used()).ci95,
            )
        }),
    }
}
