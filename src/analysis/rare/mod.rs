//! The probability of something rare, by multilevel splitting.
//!
//! Repetitions that share nothing give the estimate and its error; where there is reason to think
//! that they miss a part of it (`doubt`), a bound is told and no estimate.

mod doubt;
mod progress;

use super::quantity::{Kind, Quantity, UnknownQuantity};
use super::study::Study;
use crate::engine::{
    EngineError, Goal, Observer, Progress, Repetition, Settings, Splitting, Wanted, check_share,
    explain, repeat, scale_gaps,
};
use crate::estimate::{Repetitions, exact_interval};
use crate::expression::Expr;
use crate::model::Asks;
use crate::program::compile;
use crate::results::{
    FoundWays, PlainTrials, RareResult, RareStatus, Warning, scenario_info, tool,
};
use doubt::{doubt, first_behind};
use progress::Reader;
use std::sync::atomic::{AtomicU64, Ordering};

/// Trials at most if nobody says how many.
pub const RARE_TRIALS: u64 = 4_000_000;
/// Repetitions that only tell how many it takes.
const PILOT: u64 = 16;
/// Repetitions between two looks at whether to go on.
const PART: u64 = 64;
/// Repetitions at least, if the trials suffice.
const FEWEST: u64 = 32;
/// Relative standard error that is aimed at.
const PRECISE: f64 = 0.1;
/// First trials that are to share the weight of the hits, as if all of them counted the same:
/// twenty times as many as must, so that those runs are not the ones to be told that happened to
/// hit seldom.
const ENOUGH_FIRST: f64 = 600.0;
/// By how much more is simulated than the pilot asks for, whose error is not known well.
const CAUTION: f64 = 1.5;

/// An outcome, a group or a question that may be rare.
#[derive(Clone, Debug, PartialEq)]
pub struct Rare {
    of: Quantity,
}

/// What cannot be asked for as rare.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotRare {
    #[error(transparent)]
    Unknown(#[from] UnknownQuantity),
    #[error(
        "`{0}` has no rule that a trial could come near to: ask for an outcome, a group or a question"
    )]
    NoRule(String),
}

impl Rare {
    /// What has this name.
    ///
    /// # Errors
    /// [`NotRare`] with the near match, or if it is no outcome, group or question.
    pub fn named(study: &Study, name: &str) -> Result<Self, NotRare> {
        let of = Quantity::named(&study.model, name)?;
        let has_rule = match of.kind {
            Kind::Outcome => of.index < study.model.outcomes.len(),
            Kind::Group | Kind::Question => true,
            Kind::Conditional | Kind::Metric | Kind::Ratio | Kind::Trend => false,
        };
        match has_rule {
            true => Ok(Self { of }),
            false => Err(NotRare::NoRule(name.into())),
        }
    }

    /// The formulas of what was asked for.
    fn rules<'m>(&self, study: &'m Study) -> Vec<&'m Expr> {
        let model = &study.model;
        match self.of.kind {
            Kind::Question => vec![&model.questions[self.of.index].condition],
            Kind::Group => {
                let members = study.program.groups[self.of.index].iter();
                members.map(|o| &model.outcomes[*o].when).collect()
            }
            _ => vec![&model.outcomes[self.of.index].when],
        }
    }

    fn goal(&self, study: &Study, reader: &mut Reader<'_>) -> Goal {
        let model = &study.model;
        match self.of.kind {
            Kind::Question => {
                let question = &model.questions[self.of.index];
                let progress = match question.asks {
                    Asks::EverBy { .. } => reader.ever(&question.condition),
                    Asks::HoldsAt { .. } => reader.of(&question.condition),
                };
                Goal {
                    wanted: Wanted::Question(self.of.index),
                    progress,
                    until: question.asks.time(),
                }
            }
            Kind::Group => {
                let members = study.program.groups[self.of.index].to_vec();
                let rules = members.iter().map(|o| reader.of(&model.outcomes[*o].when));
                Goal {
                    progress: Progress::Any(rules.collect()),
                    wanted: Wanted::Outcomes(members),
                    until: f64::INFINITY,
                }
            }
            _ => Goal {
                progress: reader.of(&model.outcomes[self.of.index].when),
                wanted: Wanted::Outcome(self.of.index),
                until: f64::INFINITY,
            },
        }
    }
}

/// Estimates the probability of something rare, with `trials` at most, branches included. The
/// observer counts trials, not blocks.
///
/// Only seed and threads of the settings count.
///
/// # Errors
/// [`EngineError`] if events fire without end, or too many first trials are not finite, as in a
/// plain run.
pub fn rare(
    study: &Study,
    rare: &Rare,
    trials: u64,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<RareResult, EngineError> {
    let mut reader = Reader::new(&study.model);
    let mut goal = rare.goal(study, &mut reader);
    let mut model = study.model.clone();
    model.metrics.append(&mut reader.metrics);
    let program = compile(&model);
    let failed = |fault| study.located(explain(&program, &fault).of_no_trial());
    scale_gaps(&program, settings.seed, &mut goal.progress);
    let hidden = goal.progress.has_hidden_way();
    let splitting = Splitting {
        program: &program,
        goal,
        seed: settings.seed,
    };
    let played = AtomicU64::new(0);
    let told = |more: u64| {
        let all = played.fetch_add(more, Ordering::Relaxed) + more;
        observer.progress(all.min(trials), trials);
    };
    let some = |range: (u64, u64)| -> Result<Option<Vec<Repetition>>, EngineError> {
        let news = repeat(&splitting, range, settings.threads, observer, &told).map_err(failed)?;
        // Those that end early are not like the others: all of them count, or none.
        Ok(news.into_iter().collect())
    };
    let finite = |all: &[Repetition]| {
        let mut stopped_at = vec![0; program.labels.len()];
        for one in all {
            let counts = stopped_at.iter_mut().zip(&one.first_stopped_at);
            counts.for_each(|(sum, more)| *sum += more);
        }
        let first = all.iter().map(|r| r.first).sum();
        check_share(&program, &stopped_at, first, None).map_err(|e| study.located(e))
    };
    let spent = |all: &[Repetition]| all.iter().map(|r| r.trials).sum::<u64>();
    let mut found = Found {
        seed: settings.seed,
        hidden,
        interrupted: false,
        pilot: 0,
    };
    let mut all = Vec::new();
    match some((0, PILOT))? {
        None => found.interrupted = true,
        Some(pilot) => {
            finite(&pilot)?;
            found.pilot = spent(&pilot);
            let left = trials.saturating_sub(found.pilot) / (found.pilot / PILOT);
            let more = size(&pilot, left);
            // In parts, so that an interrupted run has something to tell.
            while (all.len() as u64) < more {
                let from = PILOT + all.len() as u64;
                let range = (from, (from + PART).min(PILOT + more));
                match some(range)? {
                    Some(mut news) => all.append(&mut news),
                    None => {
                        found.interrupted = true;
                        break;
                    }
                }
            }
        }
    }
    finite(&all)?;
    if all.len() < 2 {
        all.clear();
    }
    Ok(result(study, rare, &all, &found))
}

/// What is known beside the repetitions.
struct Found {
    seed: u64,
    /// Not all ways to it show how near it is.
    hidden: bool,
    interrupted: bool,
    /// Trials of the pilot.
    pilot: u64,
}

/// How many repetitions it takes, by what a pilot shows, and at most so many.
///
/// Only those after the pilot count: if a run ended when its repetitions seem to agree, it would
/// end too often where they are too low.
fn size(pilot: &[Repetition], most: u64) -> u64 {
    let seen = mean(pilot);
    let wanted = match seen.settled {
        true => {
            let relative = seen.std_error / seen.mean / PRECISE;
            let for_first = ENOUGH_FIRST / first_behind(pilot);
            let more = (CAUTION * relative * relative).max(for_first);
            (more * pilot.len() as f64).ceil() as u64
        }
        false => most,
    };
    wanted.max(FEWEST).min(most.max(2))
}

fn mean(all: &[Repetition]) -> Repetitions {
    let estimates: Vec<f64> = all.iter().map(|r| r.estimate).collect();
    Repetitions::of(&estimates)
}

fn result(study: &Study, rare: &Rare, all: &[Repetition], beside: &Found) -> RareResult {
    let sum = |of: fn(&Repetition) -> u64| all.iter().map(of).sum::<u64>();
    let repetitions = all.len() as u64;
    let trials = sum(|r| r.trials) + beside.pilot;
    let (first, hits) = (sum(|r| r.first), sum(|r| r.first_hits));
    let plain = PlainTrials {
        trials: first,
        hits,
        probability: if first == 0 {
            0.0
        } else {
            hits as f64 / first as f64
        },
        ci95: if first == 0 {
            [0.0, 1.0]
        } else {
            exact_interval(hits, first)
        },
    };
    let estimate = mean(all);
    let doubt = doubt(study, rare, all, beside.hidden);
    let settled = repetitions > 1 && doubt.is_none();
    let told = |value: f64| settled.then_some(value);
    let ci95 = match estimate.std_error > 0.0 {
        true => estimate.ci95,
        // All repetitions agree: that they hit always, most likely.
        false => plain.ci95,
    };
    // Why it is not settled may depend on the hits: what was found is never above the bound.
    let at_most = match estimate.settled {
        true => plain.ci95[1].max(estimate.ci95[1]),
        false => plain.ci95[1],
    };
    let plain_variance = estimate.mean * (1.0 - estimate.mean) / trials as f64;
    let variance = estimate.std_error * estimate.std_error;
    let mut found = RareResult {
        format: 1,
        tool: tool(),
        scenario: scenario_info(&study.model),
        seed: beside.seed,
        of: rare.of.name.clone(),
        title: rare.of.title.clone(),
        kind: rare.of.kind.name().into(),
        status: match settled {
            true => RareStatus::Estimated,
            false => RareStatus::NotSettled,
        },
        probability: told(estimate.mean),
        std_error: told(estimate.std_error),
        ci95: settled.then_some(ci95),
        at_most: (!settled).then_some(at_most),
        repetitions,
        effective_repetitions: if estimate.effective.is_finite() {
            estimate.effective
        } else {
            0.0
        },
        lines: all.first().map_or(0, |r| r.first),
        trials,
        levels: sum(|r| u64::from(r.levels)) as f64 / repetitions.max(1) as f64,
        died_out: sum(|r| u64::from(r.died_out)),
        first_behind: sum(|r| u64::from(r.ancestors)),
        effective_first: first_behind(all),
        parameter_draws: if study.program.uncertain { first } else { 0 },
        gain: told(plain_variance / variance).filter(|gain| gain.is_finite()),
        found_ways: (!settled && estimate.settled).then_some(FoundWays {
            probability: estimate.mean,
            std_error: estimate.std_error,
            ci95: estimate.ci95,
        }),
        plain,
        non_finite: sum(|r| r.stopped),
        interrupted: beside.interrupted,
        warnings: Vec::new(),
    };
    found.warnings = warnings(&found, doubt);
    found
}

fn warnings(found: &RareResult, doubt: Option<String>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |code: &str, message: String| {
        warnings.push(Warning {
            code: code.into(),
            message,
            path: String::new(),
        });
    };
    if let Some(doubt) = doubt.filter(|_| found.repetitions > 0) {
        warn(
            "rare-not-settled",
            format!("no estimate is told: {doubt}; the bound is that of the plain trials alone"),
        );
    }
    if found.non_finite > 0 {
        warn(
            "non-finite",
            format!(
                "{} of {} trials met a value that is not finite or out of its bounds; they count as no hits",
                found.non_finite, found.trials
            ),
        );
    }
    if found.interrupted {
        warn(
            "interrupted",
            format!(
                "the run was ended early, after {} whole repetitions",
                found.repetitions
            ),
        );
    }
    warnings
}
