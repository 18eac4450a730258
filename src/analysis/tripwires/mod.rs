//! Tripwires: observations by given days that tell the futures with an outcome from those without.
//!
//! Takes a study and what is watched for; gives a dated list of observations. Events that have
//! happened by a day, or so often, phases and states in which the conflict is on it, and numbers
//! that stand above or below a threshold on it, are ranked by mutual information on a run of their
//! own. All that is shown of those chosen is counted on another run, with another seed, which is
//! the run that `run` makes: choosing cannot flatter.

mod choose;

pub(super) use choose::{Look, What, named as called};
use choose::{Sign, choose, named};

use super::detectable;
use super::given::{Halves, share};
use super::quantity::{Kind, Quantity, UnknownQuantity};
use super::sensitivity::passes::{InTotal, Stage, pass};
use super::sensitivity::targets::{self, Reading};
use super::study::Study;
use crate::engine::{BlockTrials, DRAWS_PER_BLOCK, EngineError, Observer, Settings};
use crate::estimate::{PartialSum, REPLICATES, Replicated, SignCounts, WithError};
use crate::model::{Mean, Metric, Model};
use crate::program::compile;
use crate::results::{ChosenOn, Told, Tripwire, TripwiresResult, scenario_info, tool};
use crate::time::calendar::{DAYS_PER_YEAR, date_at, years_between};
use jiff::ToSpan;
use jiff::civil::Date;

/// Trials of the run on which is chosen.
const CHOOSING: u64 = 20_480;
/// Months after the start at which is looked, if no days are asked for.
const MONTHS: [i32; 7] = [1, 3, 6, 12, 24, 48, 96];
/// The last of them that leave time enough.
const USUAL_DAYS: usize = 3;
/// Share of the time to the answer that may have passed by then.
const EARLY: f64 = 2.0 / 3.0;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    /// A group, an outcome, a question or a trend; `None`: the likeliest group or outcome.
    pub of: Option<String>,
    /// Days at whose beginning is looked; empty: some months after the start.
    pub by: Vec<Date>,
    /// Observations for each day.
    pub top: usize,
}

/// Why nothing can be watched.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NothingToWatch {
    #[error(transparent)]
    Unknown(#[from] UnknownQuantity),
    #[error(
        "`{name}` is {kind}, which is not yes or no in each future: ask for a group, an outcome, a question or a trend"
    )]
    NotYesOrNo { name: String, kind: &'static str },
    #[error("the scenario has neither outcomes nor questions: there is nothing to watch for")]
    NoTarget,
    #[error("the scenario has no time in which something could be observed")]
    NoTime,
    #[error("{day} is not after the start, {start}")]
    TooEarly { day: Date, start: Date },
    #[error("{day} is not before {end}, when the answer is read")]
    TooLate { day: Date, end: String },
}

impl Watch {
    /// What may be watched for, and the days; the likeliest of several is known after a run.
    ///
    /// # Errors
    /// [`NothingToWatch`] if the scenario has no such thing or no such days.
    pub fn prepare(&self, study: &Study) -> Result<(Vec<Quantity>, Vec<Date>), NothingToWatch> {
        let model = &study.model;
        let targets = match &self.of {
            Some(name) => vec![yes_or_no(Quantity::named(model, name.trim())?)?],
            None => targets::usual(model, &study.program),
        };
        if targets.iter().all(|target| target.kind == Kind::Metric) {
            return Err(NothingToWatch::NoTarget);
        }
        if model.clock.timeless {
            return Err(NothingToWatch::NoTime);
        }
        let end = targets
            .iter()
            .map(|t| answered(model, t))
            .fold(0.0, f64::max);
        let start = model.clock.start;
        let at = |day: Date| years_between(start, day);
        let mut days = self.by.clone();
        days.sort_unstable();
        days.dedup();
        for day in &days {
            if at(*day) <= 0.0 {
                return Err(NothingToWatch::TooEarly { day: *day, start });
            }
            if at(*day) >= end {
                let end =
                    date_at(start, end).map_or_else(|| format!("{end} years"), |d| d.to_string());
                return Err(NothingToWatch::TooLate { day: *day, end });
            }
        }
        if days.is_empty() {
            let months = MONTHS
                .iter()
                .filter_map(|m| start.checked_add(m.months()).ok());
            days = months.filter(|day| at(*day) <= EARLY * end).collect();
            days.drain(..days.len().saturating_sub(USUAL_DAYS));
            if days.is_empty() {
                days = [0.25, 0.5]
                    .iter()
                    .filter_map(|part| date_at(start, part * end))
                    .filter(|day| at(*day) > 0.0)
                    .collect();
                days.dedup();
            }
        }
        if days.is_empty() {
            return Err(NothingToWatch::NoTime);
        }
        Ok((targets, days))
    }

    /// Trials of both runs.
    pub fn trials(settings: &Settings) -> u64 {
        (choosing(settings).blocks + settings.blocks) * settings.trials_per_block()
    }
}

/// A number that each future answers with yes or no.
fn yes_or_no(target: Quantity) -> Result<Quantity, NothingToWatch> {
    let Some(kind) = target.not_yes_or_no() else {
        return Ok(target);
    };
    let name = target.name;
    Err(NothingToWatch::NotYesOrNo { name, kind })
}

/// The instant at which an answer is read, in years since the start.
fn answered(model: &Model, target: &Quantity) -> f64 {
    match target.kind {
        Kind::Question => model.questions[target.index].asks.time(),
        Kind::Trend => {
            let read = model.trends[target.index].materialises.as_ref();
            let last = read.and_then(|one| one.by.last().copied());
            last.unwrap_or(model.clock.horizon)
        }
        _ => model.clock.horizon,
    }
}

/// The run on which is chosen: as the other, under the next seed and not longer than it has to be.
fn choosing(settings: &Settings) -> Settings {
    settings
        .clone()
        .seed(settings.seed.wrapping_add(1))
        .blocks((settings.blocks).min(CHOOSING.div_ceil(settings.trials_per_block()).max(1)))
        .until(None)
}

/// The same study with these readings for its metrics. Nothing random depends on metrics.
pub(super) fn watched(study: &Study, looks: &[Look], days: &[f64]) -> Study {
    let mut model = study.model.clone();
    model.metrics = looks
        .iter()
        .enumerate()
        .map(|(i, look)| Metric {
            name: format!("look {i}"),
            title: String::new(),
            unit: String::new(),
            value: look.value(days),
            mean: Mean::Steady,
            full: false,
        })
        .collect();
    model.ratios.clear();
    model.conditional.clear();
    model.headline = None;
    Study {
        program: compile(&model),
        model,
        diagnostics: Vec::new(),
        sources: study.sources.clone(),
    }
}

/// Finds observations that tell futures with an outcome from the others.
///
/// # Errors
/// [`EngineError`] as of a run.
pub fn tripwires(
    study: &Study,
    watch: &Watch,
    (wanted, dates): (&[Quantity], &[Date]),
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<TripwiresResult, EngineError> {
    let model = &study.model;
    let start = model.clock.start;
    let days: Vec<f64> = dates.iter().map(|day| years_between(start, *day)).collect();

    let looks = Look::all(model, days.len());
    let first = choosing(settings);
    let seeing = watched(study, &looks, &days);
    let per_block = settings.trials_per_block();
    let total = Watch::trials(settings);
    let stage = |before: u64| InTotal {
        stage: Stage {
            observer,
            before,
            trials_per_block: per_block,
        },
        total,
    };
    let seen = pass(&seeing, None, &first, &stage(0), &|ended: &BlockTrials| {
        let hits: Vec<Vec<bool>> = targets::read(wanted, &seeing.program, ended)
            .into_iter()
            .map(|reading| each(&reading, ended.len()))
            .collect();
        (hits, ended.metrics.clone())
    })?;
    let found = seeing.result(&seen.summary);
    let target = targets::likeliest(wanted, &found)[0];
    let of = &wanted[target];
    let chosen_trials = found.run.trials;
    let mut hits = Vec::new();
    let mut values: Vec<Vec<f64>> = vec![Vec::new(); looks.len()];
    for (block_hits, block_values) in seen.blocks {
        hits.extend_from_slice(&block_hits[target]);
        for (all, mut more) in values.iter_mut().zip(block_values) {
            all.append(&mut more);
        }
    }
    // A day after a question's own has nothing to say of it.
    let end = answered(model, of);
    let usable = days.iter().take_while(|day| **day < end).count();
    let chosen = choose(
        model,
        &looks,
        &values,
        &hits,
        (&days[..usable], dates),
        watch.top,
    );

    let signs: Vec<&Sign> = chosen.signs.iter().map(|(sign, _)| sign).collect();
    let needed: Vec<Look> = signs.iter().map(|sign| sign.look.clone()).collect();
    let counting = watched(study, &needed, &days);
    let one = std::slice::from_ref(of);
    let counted = pass(
        &counting,
        None,
        settings,
        &stage(first.blocks * per_block),
        &|ended: &BlockTrials| {
            let reading = &targets::read(one, &counting.program, ended)[0];
            let hits = each(reading, ended.len());
            let count =
                |(sign, values): (&&Sign, &Vec<f64>)| Counted::of(sign, values, &hits, &days, end);
            let rows: Vec<Counted> = signs.iter().zip(&ended.metrics).map(count).collect();
            (Counted::unseen(&hits), rows)
        },
    )?;
    let result = counting.result(&counted.summary);
    // Without any sign, then by sign.
    let mut answers = Counted::default();
    let mut totals = vec![Counted::default(); signs.len()];
    for (all, rows) in &counted.blocks {
        answers.merge(all);
        for (own, more) in totals.iter_mut().zip(rows) {
            own.merge(more);
        }
    }
    let reading = of.read(&result);
    let draws = result.run.draws;
    let mut tripwires: Vec<Tripwire> = (chosen.signs.iter().zip(&totals))
        .map(|((sign, also), counted)| {
            counted.tripwire(model, sign, also, (dates, &days, end), draws)
        })
        .collect();
    let rows = tripwires.iter_mut();
    detectable::correct(rows.map(|row| (&mut row.p_adjusted, &mut row.detectable)));
    // Of a run without trials there is nothing.
    let entropy = (answers.sign.information()).map_or_else(WithError::default, |all| all.entropy);
    Ok(TripwiresResult {
        format: 1,
        tool: tool(),
        scenario: scenario_info(model),
        of: of.told(),
        probability: reading.value.unwrap_or_default(),
        std_error: reading.std_error.unwrap_or(0.0),
        ci95: reading.ci95.unwrap_or([0.0, 1.0]),
        answered: date_at(start, end).map_or_else(String::new, |day| day.to_string()),
        entropy: entropy.value,
        entropy_std_error: entropy.std_error,
        chosen_on: ChosenOn {
            seed: first.seed,
            trials: chosen_trials,
        },
        days: dates[..usable].iter().map(Date::to_string).collect(),
        tripwires,
        deciding: chosen.deciding,
        warnings: result.warnings,
        run: result.run,
    })
}

/// Trial by trial.
fn each(reading: &Reading, trials: usize) -> Vec<bool> {
    match reading {
        Reading::YesOrNo(bits) => bits
            .windows(0..trials)
            .flat_map(|word| (0..64).map(move |lane| word >> lane & 1 == 1))
            .take(trials)
            .collect(),
        Reading::Values(_) => unreachable!("metrics are refused by `prepare`"),
    }
}

/// Whole numbers, which add up the same in any order.
#[derive(Clone, Debug, Default)]
struct Counted {
    sign: SignCounts,
    /// Days from the sign to the answer, over the trials with both.
    lead: [u64; REPLICATES],
}

impl Counted {
    fn of(sign: &Sign, values: &[f64], hits: &[bool], days: &[f64], end: f64) -> Self {
        let mut counted = Self::default();
        let per_draw = hits.len() / DRAWS_PER_BLOCK as usize;
        for (i, (value, hit)) in values.iter().zip(hits).enumerate() {
            // A block has one draw of each replicate.
            let m = i / per_draw % REPLICATES;
            let seen = sign.is_seen(*value, days);
            counted.sign.trials[m] += 1;
            counted.sign.seen[m] += u64::from(seen);
            counted.sign.hits[m] += u64::from(*hit);
            counted.sign.both[m] += u64::from(seen && *hit);
            if seen && *hit && sign.threshold.is_none() && !sign.turned {
                counted.lead[m] += libm::round(DAYS_PER_YEAR * (end - value)).max(0.0) as u64;
            }
        }
        counted
    }

    /// Of a block, with nothing seen.
    fn unseen(hits: &[bool]) -> Self {
        let mut counted = Self::default();
        for (m, hits) in hits
            .chunks(hits.len() / DRAWS_PER_BLOCK as usize)
            .enumerate()
        {
            counted.sign.trials[m % REPLICATES] += hits.len() as u64;
            counted.sign.hits[m % REPLICATES] += hits.iter().filter(|hit| **hit).count() as u64;
        }
        counted
    }

    fn merge(&mut self, other: &Self) {
        let add = |own: &mut [u64; REPLICATES], more: &[u64; REPLICATES]| {
            own.iter_mut().zip(more).for_each(|(a, b)| *a += b);
        };
        add(&mut self.sign.trials, &other.sign.trials);
        add(&mut self.sign.seen, &other.sign.seen);
        add(&mut self.sign.hits, &other.sign.hits);
        add(&mut self.sign.both, &other.sign.both);
        add(&mut self.lead, &other.lead);
    }

    fn tripwire(
        &self,
        model: &Model,
        sign: &Sign,
        also: &[String],
        (dates, days, end): (&[Date], &[f64], f64),
        draws: u64,
    ) -> Tripwire {
        let SignCounts {
            trials,
            seen,
            hits,
            both,
        } = &self.sign;
        let less = |a: &[u64; REPLICATES], b: &[u64; REPLICATES]| -> [u64; REPLICATES] {
            std::array::from_fn(|m| a[m] - b[m])
        };
        let halves = |yes: [[u64; REPLICATES]; 2], of: [[u64; REPLICATES]; 2]| {
            share(
                "",
                "",
                &Halves {
                    hits: yes,
                    trials: of,
                },
                draws,
            )
        };
        let chances = halves([*both, less(hits, both)], [*seen, less(trials, seen)]);
        let rates = halves([*both, less(seen, both)], [*hits, less(trials, hits)]);
        let (name, title, unit, kind) = named(model, sign.look.what);
        let information = self.sign.information();
        let told = |of: fn(&crate::estimate::Information) -> WithError| {
            information.as_ref().map(of).map(|one| Told {
                value: one.value,
                std_error: one.std_error,
                ci95: one.ci95,
            })
        };
        let is_event = sign.threshold.is_none();
        let is_number = sign.look.what.is_number();
        let lead = if is_event && !sign.turned {
            let sums = std::array::from_fn(|m| PartialSum {
                values: both[m],
                sum: self.lead[m] as f64,
            });
            Replicated::mean(&sums).map(|mean| (mean.ratio, mean.std_error()))
        } else {
            let days = DAYS_PER_YEAR * (end - days[sign.day]);
            Some((libm::round(days), Some(0.0)))
        };
        Tripwire {
            kind: kind.into(),
            name,
            title,
            unit,
            sign: match (is_event, is_number, sign.turned) {
                (true, _, false) => "happened",
                (true, _, true) => "not_happened",
                (false, true, false) => "above",
                (false, true, true) => "below",
                (false, false, false) => "is",
                (false, false, true) => "is_not",
            }
            .into(),
            threshold: sign.threshold.filter(|_| is_number),
            by: dates[sign.day].to_string(),
            seen: rates.all,
            if_seen: chances.held,
            if_not_seen: chances.not_held,
            difference: chances.difference,
            difference_std_error: chances.difference_std_error,
            difference_ci95: chances.difference_ci95,
            detectable: false,
            p_adjusted: chances.p_adjusted,
            hit_rate: rates.held,
            false_alarm_rate: rates.not_held,
            information: told(|found| found.bits),
            information_share: told(|found| found.share),
            brier_gain: told(|found| found.brier),
            lead_days: lead.map(|(days, _)| days),
            lead_days_std_error: lead.and_then(|(_, error)| error),
            also: also.to_vec(),
        }
    }
}
