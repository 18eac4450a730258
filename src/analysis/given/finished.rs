//! The trials of a finished run, split by a condition: nothing is simulated again.
//!
//! Takes a study that asks the condition as a question, and the trials one by one, as a file of
//! trials has them; gives what the run itself would have given, of all that columns tell.

use super::rows::{NotInRows, Read, Reader};
use super::{Counted, Split};
use crate::analysis::Study;
use crate::analysis::quantity::{Kind, Quantity};
use crate::analysis::sensitivity::{Columns, FinishedTrials, NotOfRun, is_of_run, size_of};
use crate::engine::{Bits, BlockTrials, DRAWS_PER_BLOCK, Settings};
use crate::estimate::{Forest, Proportion, REPLICATES, Replicated};
use crate::model::{Asks, Question};
use crate::results::{GivenResult, GivenUntold, RunResult};

/// A condition as columns tell it, with the questions that they tell.
#[derive(Debug)]
pub struct OnRows {
    /// The question that asks the condition, among those of the model.
    question: usize,
    /// By question of the program, the condition among them; `None` for those that columns do not
    /// tell.
    questions: Vec<Option<Read>>,
    untold: Vec<GivenUntold>,
    columns: Columns,
}

impl OnRows {
    /// Reads the condition that the question of this name asks, and all other questions, as far as
    /// columns tell them.
    ///
    /// # Errors
    /// [`NotInRows`] if they do not tell the condition.
    ///
    /// # Panics
    /// Without a question of that name.
    pub fn new(study: &Study, question: &str) -> Result<Self, NotInRows> {
        let (model, program) = (&study.model, &study.program);
        let mut reader = Reader::new(model);
        let at = model.questions.iter().position(|q| q.name == question);
        let question = at.expect("the question is in the file");
        asked(&mut reader, &model.questions[question])?;
        let mut questions: Vec<Option<Read>> = vec![None; program.questions.len()];
        let mut untold = Vec::new();
        let mut missing = |question: &Question, why: &NotInRows| {
            untold.push(GivenUntold {
                name: question.name.clone(),
                title: question.title.clone(),
                because: why.to_string(),
            });
        };
        for (i, one) in model.questions.iter().enumerate() {
            match asked(&mut reader, one) {
                Ok(read) => questions[i] = Some(read),
                Err(why) => missing(one, &why),
            }
        }
        for (one, given) in model.conditional.iter().zip(&program.conditions) {
            let among = reader.holds_at(&one.given, one.question.asks.time());
            match among.and_then(|among| Ok((among, asked(&mut reader, &one.question)?))) {
                Ok((among, yes)) => {
                    questions[*given] = Some(among);
                    questions[given + 1] = Some(yes);
                }
                Err(why) => missing(&one.question, &why),
            }
        }
        reader.columns.metrics.extend(0..model.metrics.len());
        Ok(Self {
            question,
            questions,
            untold,
            columns: reader.columns,
        })
    }

    /// The columns that are read.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// In how many trials the condition has no finite value.
    fn not_finite(&self, trials: &FinishedTrials) -> usize {
        let Some(condition) = &self.questions[self.question] else {
            return 0;
        };
        (0..trials.outcome.len())
            .filter(|trial| condition.value(trials, *trial).is_nan())
            .count()
    }

    /// What some trials from `first` on ended in.
    fn ended(
        &self,
        split: &Split<'_>,
        trials: &FinishedTrials,
        first: usize,
        n: usize,
    ) -> BlockTrials {
        let model = &split.study.model;
        let span = first..first + n;
        let bits = |says: &dyn Fn(usize) -> bool| {
            let mut bits = Bits::default();
            for from in span.clone().step_by(64) {
                let lanes = (from..span.end.min(from + 64)).filter(|trial| says(*trial));
                bits.push(lanes.fold(0, |word, trial| word | 1 << (trial - from)));
            }
            bits
        };
        let outcomes = 0..model.outcomes.len() + 1;
        let mut ended = BlockTrials::new(n, 0, 0, 0, 0);
        ended.outcome = trials.outcome[span.clone()].to_vec();
        ended.outcomes = outcomes
            .map(|outcome| bits(&|trial| usize::from(trials.outcome[trial]) == outcome))
            .collect();
        ended.questions = (self.questions.iter())
            .map(|read| match read {
                Some(read) => bits(&|trial| read.value(trials, trial) == 1.0),
                None => Bits::none(n),
            })
            .collect();
        ended.metrics = (trials.metrics.iter())
            .map(|values| values[span.clone()].to_vec())
            .collect();
        ended
    }
}

/// The answer to a question.
fn asked(reader: &mut Reader<'_>, question: &Question) -> Result<Read, NotInRows> {
    match question.asks {
        Asks::EverBy { time, .. } => reader.ever_by(&question.condition, time),
        Asks::HoldsAt { time, .. } => reader.holds_at(&question.condition, time),
    }
}

/// Splits finished trials by a condition; `run` is the result of the same run, if there is one.
///
/// # Errors
/// [`NotOfRun`].
pub fn given_finished(
    study: &Study,
    (rows, condition): (&OnRows, &str),
    original: &Study,
    settings: &Settings,
    trials: &FinishedTrials,
    run: Option<&RunResult>,
) -> Result<GivenResult, NotOfRun> {
    if let Some(run) = run
        && run.run.non_finite > 0
    {
        let stopped = run.run.non_finite;
        return Err(NotOfRun::Stopped { stopped });
    }
    let missing = rows.not_finite(trials);
    if missing > 0 {
        return Err(NotOfRun::NotFinite { trials: missing });
    }
    let per_draw = trials.trials_per_draw as usize;
    let draws = (trials.outcome.len() / per_draw) as u32;
    is_of_run(original, settings, trials, draws)?;
    let split = Split::new(study, rows.question);
    let mut counted = split.none();
    let mut forest = Forest::new();
    let in_block = per_draw * DRAWS_PER_BLOCK as usize;
    for block in 0..trials.outcome.len() / in_block {
        let ended = rows.ended(&split, trials, block * in_block, in_block);
        let sums = split.add(&mut counted, block as u64, per_draw, &ended);
        forest.insert(block as u64, sums);
    }
    let sums = forest.fold().unwrap_or_else(|| split.no_sums());
    let largest = is_of_result(&split, &counted, u64::from(draws), run)?;
    let info = match run {
        Some(run) => run.run.clone(),
        None => size_of(settings, trials, draws, largest),
    };
    let warnings = run.map(|run| run.warnings.clone()).unwrap_or_default();
    let mut result = split.result(original, condition, (&info, &warnings), &counted, &sums);
    let is_told = |name: &str| rows.untold.iter().all(|one| one.name != name);
    result.questions.retain(|row| is_told(&row.name));
    result.conditional.retain(|row| is_told(&row.name));
    result.untold = rows.untold.clone();
    Ok(result)
}

/// Holds the shares of outcomes against those of the result; gives the largest of their errors.
///
/// # Errors
/// [`NotOfRun::Share`].
fn is_of_result(
    split: &Split<'_>,
    counted: &Counted,
    draws: u64,
    run: Option<&RunResult>,
) -> Result<f64, NotOfRun> {
    let model = &split.study.model;
    let mut largest: f64 = 0.0;
    for (index, halves) in counted.rows[..split.outcomes].iter().enumerate() {
        let added = |parts: &[[u64; REPLICATES]; 2]| -> [u64; REPLICATES] {
            std::array::from_fn(|m| parts[0][m] + parts[1][m])
        };
        let (hits, all) = (added(&halves.hits), added(&halves.trials));
        largest = largest.max(Proportion::of(&hits, &all, draws).std_error);
        let (Some(run), Some(outcome)) = (run, model.outcomes.get(index)) else {
            continue;
        };
        let quantity = Quantity {
            kind: Kind::Outcome,
            index,
            name: outcome.name.clone(),
            title: outcome.title.clone(),
            unit: String::new(),
        };
        if quantity.replicated(run) != Replicated::share(&hits, &all) {
            let name = outcome.name.clone();
            return Err(NotOfRun::Share { name });
        }
    }
    Ok(largest)
}
