//! A run split by a condition: everything among the trials in which it held, and among those in
//! which it did not.
//!
//! Takes a study that asks the condition as its last question; gives each number on both sides with
//! its own denominator, the error that replicates show, and the difference. Nothing is simulated
//! twice: a trial is on one side or the other. Of a finished run nothing is simulated at all
//! (`finished.rs`).

mod finished;
mod rows;

pub use finished::{OnRows, given_finished};
pub use rows::NotInRows;

use super::detectable;
use super::study::Study;
use crate::engine::{
    Bits, BlockFault, BlockTrials, Counting, DRAWS_PER_BLOCK, EngineError, Node, Observer,
    Settings, Setup, Summary, Tally, Worker, drive, explain, largest_error,
};
use crate::estimate::{
    MeanDifference, Merge, PartialSum, Proportion, REPLICATES, Replicated, difference,
    without_rounding,
};
use crate::expression::Interval;
use crate::model::{Model, ranges_of_metrics};
use crate::results::{
    GivenResult, GivenRow, GivenSize, GivenValue, NONE_OF_THESE, RunInfo, UNCLASSIFIED, Warning,
    tool,
};
use std::ops::Range;

/// Trials of the rarer kind below which replicates say too little of an error.
const FEW: u64 = 32;

type Counts = [u64; REPLICATES];

/// A setting that asks the condition of every trial, and the name of that question, which nothing
/// in the file has.
pub fn condition_as_question(model: &Model, condition: &str) -> (String, String) {
    let text = model.source.to_string();
    let mut name = "condition".to_owned();
    while text.contains(&format!("\"{name}\"")) {
        name.push('_');
    }
    let question = serde_json::json!({ "holds": condition });
    (format!("questions.{name}={question}"), name)
}

/// Simulates a study and splits its trials by the question of this name, which is left out of the
/// result.
///
/// # Errors
/// [`EngineError`] as of a run.
///
/// # Panics
/// Without a question of that name.
pub fn given(
    study: &Study,
    (question, condition): (&str, &str),
    original: &Study,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<GivenResult, EngineError> {
    settings.check()?;
    let program = &study.program;
    let setup = Setup::new(program, settings.seed);
    let asked = study
        .model
        .questions
        .iter()
        .position(|q| q.name == question);
    let split = Split::new(study, asked.expect("the question is in the file"));
    let per_draw = settings.trials_per_draw as usize;
    let new_worker = || Hand {
        worker: Worker::new(&setup, settings),
        counted: split.none(),
    };
    let work = |hand: &mut Hand<'_>, block: u64| -> Result<Joint, BlockFault> {
        let (node, ended) = hand.worker.block(block, None)?;
        let sums = split.add(&mut hand.counted, block, per_draw, &ended);
        Ok(Joint { node, sums })
    };
    let precise = |hands: &[Hand<'_>]| -> f64 {
        let tallies: Vec<&Tally> = hands.iter().map(|hand| &hand.worker.tally).collect();
        largest_error(&tallies)
    };
    let done = drive(settings, observer, &new_worker, &work, &precise)
        .map_err(|fault| explain(program, &fault))?;
    let ending = done.ending();
    let joint = done.forest.fold().unwrap_or_else(|| Joint {
        node: Node::new(program),
        sums: split.no_sums(),
    });
    let mut counted = split.none();
    let mut tallies = Vec::with_capacity(done.workers.len());
    for hand in done.workers {
        counted.merge(&hand.counted);
        tallies.push(hand.worker.tally);
    }
    let summary = Summary::of(program, settings, ending, tallies, Some(joint.node))
        .map_err(|error| study.located(error))?;
    let run = study.result(&summary);
    Ok(split.result(
        original,
        condition,
        (&run.run, &run.warnings),
        &counted,
        &joint.sums,
    ))
}

/// One thread's working memory.
struct Hand<'s> {
    worker: Worker<'s>,
    counted: Counted,
}

impl Counting for Hand<'_> {
    fn tallies(&mut self) -> Vec<&mut Tally> {
        vec![&mut self.worker.tally]
    }

    fn rehearse(&mut self) {
        self.worker.rehearse();
    }
}

/// Sums of a metric's values by side.
struct Sums(Vec<[[PartialSum; REPLICATES]; 2]>);

impl Merge for Sums {
    fn merge(mut self, right: Self) -> Self {
        for (own, more) in self.0.iter_mut().flatten().zip(right.0.iter().flatten()) {
            for (own, more) in own.iter_mut().zip(more) {
                own.values += more.values;
                own.sum += more.sum;
            }
        }
        self
    }
}

/// Float sums of a stretch of blocks.
struct Joint {
    node: Node,
    sums: Sums,
}

impl Merge for Joint {
    fn merge(self, right: Self) -> Self {
        Self {
            node: self.node.merge(right.node),
            sums: self.sums.merge(right.sums),
        }
    }
}

/// Hits and trials of a yes or no, by side.
#[derive(Clone, Default)]
pub(super) struct Halves {
    pub hits: [Counts; 2],
    pub trials: [Counts; 2],
}

/// Integer counts: of outcomes, groups, questions, and questions with a condition of their own.
struct Counted {
    rows: Vec<Halves>,
    /// Trials of both sides.
    sizes: [Counts; 2],
}

impl Counted {
    fn merge(&mut self, other: &Self) {
        let add = |own: &mut [Counts; 2], more: &[Counts; 2]| {
            let pairs = own.iter_mut().flatten().zip(more.iter().flatten());
            pairs.for_each(|(a, b)| *a += b);
        };
        for (own, more) in self.rows.iter_mut().zip(&other.rows) {
            add(&mut own.hits, &more.hits);
            add(&mut own.trials, &more.trials);
        }
        add(&mut self.sizes, &other.sizes);
    }
}

/// What is split, and by what.
struct Split<'s> {
    study: &'s Study,
    /// The question that splits, among those of the model.
    question: usize,
    outcomes: usize,
    ranges: Vec<Interval>,
}

/// Hits among some trials: of whom it is counted, and who says yes.
struct Asked<'t> {
    among: Option<&'t Bits>,
    yes: &'t Bits,
}

impl<'s> Split<'s> {
    fn new(study: &'s Study, question: usize) -> Self {
        Self {
            study,
            question,
            outcomes: study.model.outcomes.len() + 1,
            ranges: ranges_of_metrics(&study.model),
        }
    }

    fn rows(&self) -> usize {
        let model = &self.study.model;
        self.outcomes + model.groups.len() + model.questions.len() + model.conditional.len()
    }

    fn none(&self) -> Counted {
        Counted {
            rows: vec![Halves::default(); self.rows()],
            sizes: [[0; REPLICATES]; 2],
        }
    }

    fn no_sums(&self) -> Sums {
        let none = [[PartialSum::default(); REPLICATES]; 2];
        Sums(vec![none; self.study.model.metrics.len()])
    }

    /// Counts the trials of a block, and gives the sums of its metrics.
    fn add(&self, counted: &mut Counted, block: u64, per_draw: usize, ended: &BlockTrials) -> Sums {
        let program = &self.study.program;
        let held = &ended.questions[self.question];
        let united = ended.in_groups(&program.groups);
        let plain = |yes| Asked { among: None, yes };
        let asked: Vec<Asked<'_>> = (ended.outcomes.iter().map(plain))
            .chain(united.iter().map(plain))
            .chain(
                ended.questions[..self.study.model.questions.len()]
                    .iter()
                    .map(plain),
            )
            .chain(program.conditions.iter().map(|given| Asked {
                among: Some(&ended.questions[*given]),
                yes: &ended.questions[given + 1],
            }))
            .collect();
        let all: Vec<(Option<Bits>, Bits)> = (asked.iter())
            .map(|asked| {
                let hits = asked.among.map(|among| among.and(asked.yes));
                (hits.clone(), hits.as_ref().unwrap_or(asked.yes).and(held))
            })
            .collect();
        let mut sums = self.no_sums();
        for d in 0..DRAWS_PER_BLOCK as usize {
            let replicate = (block as usize * DRAWS_PER_BLOCK as usize + d) % REPLICATES;
            let span = d * per_draw..(d + 1) * per_draw;
            let here = |bits: &Bits| u64::from(bits.count(span.clone()));
            let split = |whole: u64, of_held: u64| [of_held, whole - of_held];
            let size = split(span.len() as u64, here(held));
            for (side, n) in size.into_iter().enumerate() {
                counted.sizes[side][replicate] += n;
            }
            for ((row, asked), (hits, of_held)) in counted.rows.iter_mut().zip(&asked).zip(&all) {
                let whole = here(hits.as_ref().unwrap_or(asked.yes));
                let hits = split(whole, here(of_held));
                let trials = match asked.among {
                    None => size,
                    Some(among) => {
                        split(here(among), u64::from(among.count_both(held, span.clone())))
                    }
                };
                for side in 0..2 {
                    row.hits[side][replicate] += hits[side];
                    row.trials[side][replicate] += trials[side];
                }
            }
            for (values, sums) in ended.metrics.iter().zip(&mut sums.0) {
                add_metric(sums, replicate, held, &span, values);
            }
        }
        sums
    }

    fn result(
        &self,
        original: &Study,
        condition: &str,
        (run, warnings): (&RunInfo, &[Warning]),
        counted: &Counted,
        sums: &Sums,
    ) -> GivenResult {
        let model = &self.study.model;
        let draws = run.draws;
        let mut rows = counted.rows.iter();
        let mut named = |name: &str, title: &str| {
            let halves = rows.next().cloned().unwrap_or_default();
            share(name, title, &halves, draws)
        };
        let mut outcomes: Vec<GivenRow> = (model.outcomes.iter())
            .map(|outcome| named(&outcome.name, &outcome.title))
            .collect();
        outcomes.push(named(UNCLASSIFIED, NONE_OF_THESE));
        let mut groups: Vec<GivenRow> = (model.groups.iter())
            .map(|group| named(&group.name, &group.title))
            .collect();
        let mut questions: Vec<GivenRow> = (model.questions.iter())
            .map(|question| named(&question.name, &question.title))
            .collect();
        questions.remove(self.question);
        let mut conditional: Vec<GivenRow> = (model.conditional.iter())
            .map(|c| named(&c.question.name, &c.question.title))
            .collect();
        let mut metrics: Vec<GivenRow> = (model.metrics.iter().zip(&sums.0).zip(&self.ranges))
            .map(|((metric, sums), range)| GivenRow {
                unit: metric.unit.clone(),
                ..mean(&metric.name, &metric.title, sums, *range)
            })
            .collect();
        for list in [
            &mut outcomes,
            &mut groups,
            &mut questions,
            &mut conditional,
            &mut metrics,
        ] {
            let rows = list.iter_mut();
            detectable::correct(rows.map(|row| (&mut row.p_adjusted, &mut row.detectable)));
        }
        let sum = |counts: &Counts| counts.iter().sum::<u64>();
        let [held, not] = counted.sizes.map(|counts| GivenSize {
            trials: sum(&counts),
            replicates: counts.iter().filter(|n| **n > 0).count() as u32,
        });
        let whole: Counts = std::array::from_fn(|m| counted.sizes[0][m] + counted.sizes[1][m]);
        let chance = Proportion::of(&counted.sizes[0], &whole, draws);
        GivenResult {
            format: 1,
            tool: tool(),
            run: run.clone(),
            scenario: crate::results::scenario_info(&original.model),
            condition: condition.to_owned(),
            probability: chance.probability,
            std_error: chance.std_error,
            ci95: chance.ci95,
            sides: [held, not],
            groups,
            outcomes,
            questions,
            conditional,
            metrics,
            untold: Vec::new(),
            warnings: warnings.to_vec(),
        }
    }
}

/// Adds the values of a draw to the sums of the side that each trial is on.
fn add_metric(
    sums: &mut [[PartialSum; REPLICATES]; 2],
    replicate: usize,
    held: &Bits,
    span: &Range<usize>,
    values: &[f64],
) {
    let mut parts = [PartialSum::default(); 2];
    let words = held.windows(span.clone());
    for (word, values) in words.zip(values[span.clone()].chunks(64)) {
        for (lane, value) in values
            .iter()
            .enumerate()
            .filter(|(_, value)| !value.is_nan())
        {
            let part = &mut parts[usize::from(word >> lane & 1 == 0)];
            part.values += 1;
            part.sum += value;
        }
    }
    for (sums, part) in sums.iter_mut().zip(parts) {
        sums[replicate].values += part.values;
        sums[replicate].sum += part.sum;
    }
}

/// A row without numbers.
fn empty(name: &str, title: &str) -> GivenRow {
    GivenRow {
        name: name.into(),
        title: title.into(),
        unit: String::new(),
        all: GivenValue::default(),
        held: GivenValue::default(),
        not_held: GivenValue::default(),
        difference: None,
        difference_std_error: None,
        difference_ci95: None,
        detectable: false,
        p_adjusted: None,
    }
}

/// A yes or no on both sides, and their difference with its own p-value.
pub(super) fn share(name: &str, title: &str, halves: &Halves, draws: u64) -> GivenRow {
    let added =
        |parts: &[Counts; 2]| -> Counts { std::array::from_fn(|m| parts[0][m] + parts[1][m]) };
    let value = |hits: &Counts, trials: &Counts| {
        let n: u64 = trials.iter().sum();
        let is_told = trials.iter().filter(|n| **n > 0).count() >= 2;
        let told = is_told.then(|| Proportion::of(hits, trials, draws));
        GivenValue {
            trials: n,
            value: (n > 0).then(|| hits.iter().sum::<u64>() as f64 / n as f64),
            std_error: told.map(|told| told.std_error),
            ci95: told.map(|told| told.ci95),
            effective_trials: told.map(|told| told.effective()),
        }
    };
    let [held, not_held] = [0, 1].map(|side| value(&halves.hits[side], &halves.trials[side]));
    let is_sparse = (0..2).any(|side| {
        let [hits, trials] =
            [&halves.hits[side], &halves.trials[side]].map(|c| c.iter().sum::<u64>());
        hits.min(trials - hits) < FEW
    });
    let replicated = [0, 1].map(|side| Replicated::share(&halves.hits[side], &halves.trials[side]));
    let told = apart(&replicated, [&held, &not_held], is_sparse);
    GivenRow {
        all: value(&added(&halves.hits), &added(&halves.trials)),
        held,
        not_held,
        ..with(empty(name, title), told, |[low, high]| {
            [low.max(-1.0), high.min(1.0)]
        })
    }
}

fn mean(
    name: &str,
    title: &str,
    sums: &[[PartialSum; REPLICATES]; 2],
    range: Interval,
) -> GivenRow {
    let value = |sums: &[PartialSum; REPLICATES]| {
        let found = Replicated::mean(sums);
        let error = found.and_then(|found| found.std_error());
        let value = found.map(|found| match error {
            Some(error) => without_rounding(found.ratio, error, found.ratio.abs()).0,
            None => found.ratio,
        });
        GivenValue {
            trials: sums.iter().map(|part| part.values).sum(),
            value,
            std_error: error,
            ci95: (found.zip(value).zip(error)).map(|((found, value), error)| {
                range.around(value, difference(value, error, found.used()).ci95)
            }),
            effective_trials: None,
        }
    };
    let all = std::array::from_fn(|m| PartialSum {
        values: sums[0][m].values + sums[1][m].values,
        sum: sums[0][m].sum + sums[1][m].sum,
    });
    let [held, not_held] = [0, 1].map(|side| value(&sums[side]));
    let replicated = [0, 1].map(|side| Replicated::mean(&sums[side]));
    let told = apart(&replicated, [&held, &not_held], false);
    GivenRow {
        all: value(&all),
        held,
        not_held,
        ..with(empty(name, title), told, |ends| ends)
    }
}

/// Held less not held, by replicate; where too few trials of a kind were seen, as if the sides had
/// nothing in common.
fn apart(
    sides: &[Option<Replicated>; 2],
    values: [&GivenValue; 2],
    is_sparse: bool,
) -> Option<MeanDifference> {
    let [Some(held), Some(not)] = sides else {
        return None;
    };
    let paired = held.less(not);
    if !is_sparse && paired.is_some_and(|d| d.std_error > 0.0) {
        return paired;
    }
    let [a, b] = [values[0].std_error?, values[1].std_error?];
    let used = held.used().min(not.used());
    let size = held.ratio.abs().max(not.ratio.abs());
    let (apart, error) = without_rounding(held.ratio - not.ratio, (a * a + b * b).sqrt(), size);
    Some(difference(apart, error, used))
}

fn with(
    row: GivenRow,
    told: Option<MeanDifference>,
    held: impl Fn([f64; 2]) -> [f64; 2],
) -> GivenRow {
    GivenRow {
        difference: told.map(|d| d.difference),
        difference_std_error: told.map(|d| d.std_error),
        difference_ci95: told.map(|d| held(d.ci95)),
        p_adjusted: told.map(|d| d.p_value),
        ..row
    }
}
