//! What a result hangs on: which uncertain inputs move it, and how much of its variance is chance.
//!
//! Takes a study, settings and names; gives first-order indices from the parameter draws of the run itself (given-data estimators, no special
//! design), with errors, and on request a tornado. Which method suits which question is for the caller.

mod inputs;
mod passes;
mod targets;
mod tornado;

pub use targets::UnknownTarget;

use crate::engine::{EngineError, Observer, Settings};
use crate::estimate::{self, DrawMean, Index, Spread, holm};
use crate::results::{
    RunResult, SensitivityIndex, SensitivityResult, SensitivityTarget, Variance, Warning, tool,
};

use super::study::Study;
use inputs::{Binned, Named, binned, named};
use passes::{Stage, pass};
use targets::{Kind, Target, likeliest, read, told, usual};

/// Level at which a connection, or an epistemic variance, counts as detected.
const LEVEL: f64 = 0.05;

/// What to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Names of groups, outcomes, questions or metrics; none: the likeliest group or outcome, or all metrics of a file without outcomes.
    pub of: Vec<String>,
    /// Hold each input at its 5% and its 95%.
    pub tornado: bool,
}

impl Asked {
    /// Trials in all: those of the run, and those of the designs.
    pub fn trials(&self, study: &Study, settings: &Settings) -> u64 {
        let run = settings.blocks.saturating_mul(settings.trials_per_block());
        let inputs = study.program.inputs.len();
        let tornado = tornado::size(settings, inputs);
        let each = tornado.blocks.saturating_mul(tornado.trials_per_block());
        match self.tornado {
            true => run.saturating_add(each.saturating_mul(2 * inputs as u64)),
            false => run,
        }
    }

    /// # Errors
    /// The first name that the file does not have.
    pub fn check(&self, study: &Study) -> Result<(), UnknownTarget> {
        targets::named(&study.model, &self.of).map(|_| ())
    }
}

/// Simulates a study and says what it hangs on. The observer counts trials, not blocks.
///
/// # Errors
/// [`EngineError`] as of [`Study::run`].
///
/// # Panics
/// If [`Asked::check`] refuses what is asked.
pub fn sensitivity(
    study: &Study,
    asked: &Asked,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<SensitivityResult, EngineError> {
    let by_name = !asked.of.is_empty();
    let targets = match by_name {
        true => targets::named(&study.model, &asked.of).expect("checked before"),
        false => usual(&study.model, &study.program),
    };
    let per_draw = settings.trials_per_draw as usize;
    let stage = Stage {
        observer,
        before: 0,
        trials_per_block: settings.trials_per_block(),
    };
    let passed = pass(study, None, settings, &stage, &|ended| {
        let readings = read(&targets, &study.program, ended);
        let draws = readings.iter().map(|reading| reading.draws(per_draw));
        draws.collect::<Vec<Vec<DrawMean>>>()
    })?;
    let run = study.result(&passed.summary);
    let chosen = match by_name {
        true => (0..targets.len()).collect(),
        false => likeliest(&targets, &run),
    };
    let named = named(study);
    let draws = (passed.blocks.len() * crate::engine::DRAWS_PER_BLOCK as usize) as u32;
    let binned = binned(study, settings, draws);
    let mut found: Vec<SensitivityTarget> = (chosen.iter())
        .map(|t| {
            let blocks = passed.blocks.iter();
            let draws: Vec<DrawMean> = blocks.flat_map(|block| block[*t].clone()).collect();
            of_draws(&targets[*t], &run, &draws, &named, &binned)
        })
        .collect();
    let mut is_interrupted = run.run.interrupted;
    let mut tornado_size = None;
    if asked.tornado && !is_interrupted && !named.is_empty() {
        let targets: Vec<Target> = chosen.iter().map(|t| targets[*t].clone()).collect();
        let size = tornado::size(settings, named.len());
        let before = settings.blocks * settings.trials_per_block();
        match tornado::tornado(study, &named, &targets, &size, (observer, before))? {
            Some(swings) => {
                tornado_size = Some(tornado::design_size(&size, named.len()));
                (found.iter_mut().zip(swings)).for_each(|(target, swings)| target.tornado = swings);
            }
            None => is_interrupted = true,
        }
    }
    let remarks = remarks(&named, &found, settings);
    let mut info = run.run.clone();
    info.interrupted = is_interrupted;
    Ok(SensitivityResult {
        format: 1,
        tool: tool(),
        method: "given-data".into(),
        run: info,
        scenario: run.scenario,
        tornado_size,
        targets: found,
        remarks,
        warnings: run.warnings.into_iter().filter(is_about_numbers).collect(),
    })
}

/// Whether a warning is about numbers that are read here, and not about the file as a whole.
fn is_about_numbers(warning: &Warning) -> bool {
    ["non-finite", "no-mean", "no-variance"].contains(&warning.code.as_str())
}

fn clamped(value: f64, reach: f64, [low, high]: [f64; 2]) -> [f64; 2] {
    [
        (value - reach).clamp(low, high),
        (value + reach).clamp(low, high),
    ]
}

/// What the draws of a run say of one target.
fn of_draws(
    target: &Target,
    run: &RunResult,
    draws: &[DrawMean],
    named: &[Named],
    binned: &Binned,
) -> SensitivityTarget {
    let spread = estimate::spread(draws);
    let is_there = spread.is_some_and(|spread| spread.p_value < LEVEL);
    let value = told(target, run);
    SensitivityTarget {
        of: target.name.clone(),
        title: target.title.clone(),
        kind: target.kind.name().into(),
        unit: match target.kind {
            Kind::Metric => target.unit.clone(),
            _ => String::new(),
        },
        value: value.map(|(value, _)| value),
        std_error: value.map(|(_, error)| error),
        variance: spread.map(variance),
        inputs: if is_there {
            indices(draws, named, binned)
        } else {
            Vec::new()
        },
        tornado: Vec::new(),
    }
}

fn variance(spread: Spread) -> Variance {
    let share = spread.share.clamp(0.0, 1.0);
    Variance {
        total: spread.total,
        epistemic: spread.epistemic.max(0.0),
        epistemic_std_error: spread.epistemic_std_error,
        epistemic_share: share,
        epistemic_share_std_error: spread.share_std_error,
        epistemic_share_ci95: clamped(
            spread.share,
            spread.reach * spread.share_std_error,
            [0.0, 1.0],
        ),
        chance_share: 1.0 - share,
        p_value: spread.p_value,
        detectable: spread.p_value < LEVEL,
    }
}

/// First-order indices of all inputs, largest first; none if draws are too few.
fn indices(draws: &[DrawMean], named: &[Named], binned: &Binned) -> Vec<SensitivityIndex> {
    let found: Option<Vec<Index>> = (binned.bins.iter())
        .map(|bins| estimate::first_order(draws, bins))
        .collect();
    let Some(found) = found else {
        return Vec::new();
    };
    let p_values: Vec<f64> = found.iter().map(|index| index.p_value).collect();
    let adjusted = holm(&p_values);
    let mut indices: Vec<SensitivityIndex> = (0..named.len())
        .map(|i| {
            let (of, index) = (&named[i], &found[i]);
            let own = binned.own[i].as_ref();
            let own = own.and_then(|bins| estimate::first_order(draws, bins));
            SensitivityIndex {
                input: of.name.clone(),
                title: of.title.clone(),
                kind: of.kind.into(),
                first: index.share.clamp(0.0, 1.0),
                first_std_error: index.std_error,
                first_ci95: clamped(index.share, index.reach * index.std_error, [0.0, 1.0]),
                p_adjusted: adjusted[i],
                detectable: adjusted[i] < LEVEL,
                correlated_with: of.correlated_with.clone(),
                own: own.map(|own| own.share.clamp(0.0, 1.0)),
                own_std_error: own.map(|own| own.std_error),
                own_ci95: own.map(|own| clamped(own.share, own.reach * own.std_error, [0.0, 1.0])),
                evppi: index.variance.max(0.0),
                evppi_std_error: index.variance_std_error,
                evppi_ci95: clamped(
                    index.variance,
                    index.reach * index.variance_std_error,
                    [0.0, f64::INFINITY],
                ),
            }
        })
        .collect();
    indices.sort_by(|a, b| b.first.total_cmp(&a.first));
    indices
}

fn remarks(named: &[Named], targets: &[SensitivityTarget], settings: &Settings) -> Vec<String> {
    let mut remarks = Vec::new();
    if named.is_empty() {
        remarks.push("Nothing in the file is uncertain: all variance is chance.".into());
        return remarks;
    }
    if settings.trials_per_draw < 2 {
        remarks.push(
            "With one trial a draw, chance and what is not known cannot be told apart: ask for fewer --draws, or more --trials.".into(),
        );
    }
    let few = |target: &SensitivityTarget| {
        target.inputs.is_empty() && target.variance.is_some_and(|variance| variance.detectable)
    };
    if targets.iter().any(few) {
        remarks.push("Indices need 128 draws at least: ask for more --trials or --draws.".into());
    }
    let correlated: Vec<&str> = (named.iter())
        .filter(|input| !input.correlated_with.is_empty())
        .map(|input| input.name.as_str())
        .collect();
    if !correlated.is_empty() {
        let names: Vec<String> = correlated.iter().map(|name| format!("`{name}`")).collect();
        remarks.push(format!(
            "Correlated: {}. The index of one of them contains what it shares with the others, so the indices may add up to more than \
             100%; its own part is what is left when the others are known. A tornado holds each without moving the others.",
            names.join(", ")
        ));
    }
    if named.iter().filter(|input| input.kind == "weight").count() > 1 {
        remarks.push(
            "Start weights add up to 1, so what one of them explains is shared with the others."
                .into(),
        );
    }
    remarks
}
