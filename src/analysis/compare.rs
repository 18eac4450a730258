//! Paired comparison of scenarios.
//!
//! Takes studies and one set of settings; gives each study's own result and, against the first, every difference with its
//! standard error. All run under the same seed, draw by draw, so equal random sites draw equal numbers and most noise cancels.
//! Which scenarios to compare is the caller's business; so is showing the result.

use super::changes::changes;
use super::study::Study;
use crate::engine::{
    Bits, BlockFault, BlockTrials, Counting, DRAWS_PER_BLOCK, Driven, EngineError, Node, Observer,
    Settings, Setup, Summary, Tally, Worker, check_stopped, drive, explain, largest_error,
};
use crate::estimate::{MeanPair, Merge, PairTable, PairedDifference, REPLICATES, holm};
use crate::results::{CompareResult, Comparison, Difference, Distance, RunResult, Warning, tool};
use crate::scenario::same_assumptions;

/// Level at which a difference counts as detected, after Holm's correction.
const LEVEL: f64 = 0.05;

/// Simulates all studies and compares each with the first.
///
/// With [`Settings::until`] all go on until each of them is that precise.
///
/// # Errors
/// [`EngineError`] of whichever study fails, or if the size cannot be had.
///
/// # Panics
/// Without studies.
pub fn compare(
    studies: &[&Study],
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<CompareResult, EngineError> {
    settings.check()?;
    let setups: Vec<Setup<'_>> = studies
        .iter()
        .map(|s| Setup::new(&s.program, settings.seed))
        .collect();
    let matches: Vec<Matching> = studies[1..]
        .iter()
        .map(|other| Matching::new(studies[0], other))
        .collect();
    let per_draw = settings.trials_per_draw as usize;
    let new_worker = || Team {
        workers: setups.iter().map(|s| Worker::new(s, settings)).collect(),
        pairs: matches.iter().map(|m| Pairs::new(m, per_draw)).collect(),
    };
    let work = |team: &mut Team<'_>, block: u64| -> Result<Joint, (usize, BlockFault)> {
        let mut nodes = Vec::with_capacity(setups.len());
        let mut ends = Vec::with_capacity(setups.len());
        for (s, worker) in team.workers.iter_mut().enumerate() {
            let (node, ended) = worker.block(block, None).map_err(|fault| (s, fault))?;
            nodes.push(node);
            ends.push(ended);
        }
        let means = (team.pairs.iter_mut().zip(&matches).zip(&ends[1..]))
            .map(|((pairs, matching), other)| {
                pairs.add_block(matching, block, per_draw, &ends[0], other)
            })
            .collect();
        Ok(Joint { nodes, means })
    };
    let precise = |teams: &[Team<'_>]| -> f64 {
        (0..studies.len())
            .map(|s| {
                let tallies: Vec<&Tally> = teams.iter().map(|t| &t.workers[s].tally).collect();
                largest_error(&tallies)
            })
            .fold(0.0, f64::max)
    };
    let driven = drive(settings, observer, &new_worker, &work, &precise)
        .map_err(|(s, fault)| explain(&studies[s].program, &fault))?;
    let Driven {
        workers,
        forest,
        blocks,
        interrupted,
        stopped_by_precision,
    } = driven;
    let joint = forest.fold().unwrap_or_else(|| Joint {
        nodes: studies.iter().map(|s| Node::new(&s.program)).collect(),
        means: matches
            .iter()
            .map(|m| vec![MeanPair::new(); m.metrics.len()])
            .collect(),
    });
    let mut teams: Vec<Tallies> = workers.into_iter().map(Team::into_tallies).collect();
    let mut scenarios = Vec::with_capacity(studies.len());
    for (study, node) in studies.iter().zip(joint.nodes) {
        let parts = teams.iter_mut().filter_map(|team| team.studies.next());
        let summary = Summary {
            seed: settings.seed,
            trials_per_draw: settings.trials_per_draw,
            design: settings.design,
            blocks,
            interrupted,
            stopped_by_precision,
            tally: Tally::united(parts, || Tally::new(&study.program, per_draw)),
            node,
        };
        check_stopped(&study.program, &summary).map_err(|e| study.located(e))?;
        scenarios.push(study.result(&summary));
    }
    let mut comparisons = Vec::new();
    for (i, matching) in matches.iter().enumerate() {
        let mut pairs = Pairs::new(matching, per_draw);
        teams.iter().for_each(|team| pairs.merge(&team.pairs[i]));
        let identical = same_assumptions(&studies[0].model.source, &studies[i + 1].model.source);
        comparisons.push(matching.comparison(
            &scenarios[0],
            &scenarios[i + 1],
            &pairs,
            &joint.means[i],
            identical,
        ));
    }
    correct(&mut comparisons);
    let warnings = unlike(studies);
    Ok(CompareResult {
        format: 1,
        tool: tool(),
        scenarios,
        comparisons,
        warnings,
    })
}

/// One thread's working memory.
struct Team<'s> {
    workers: Vec<Worker<'s>>,
    pairs: Vec<Pairs>,
}

impl Counting for Team<'_> {
    fn tallies(&mut self) -> Vec<&mut Tally> {
        (self.workers.iter_mut())
            .map(|worker| &mut worker.tally)
            .collect()
    }

    fn rehearse(&mut self) {
        self.workers.iter_mut().for_each(Counting::rehearse);
    }
}

impl Team<'_> {
    fn into_tallies(self) -> Tallies {
        let tallies: Vec<Tally> = self.workers.into_iter().map(|w| w.tally).collect();
        Tallies {
            studies: tallies.into_iter(),
            pairs: self.pairs,
        }
    }
}

/// What one thread has counted: by study, to be taken in turn, and by pair.
struct Tallies {
    studies: std::vec::IntoIter<Tally>,
    pairs: Vec<Pairs>,
}

/// Float sums of a stretch of blocks: of each study, and of each pair by metric.
struct Joint {
    nodes: Vec<Node>,
    means: Vec<Vec<MeanPair>>,
}

impl Merge for Joint {
    fn merge(self, right: Self) -> Self {
        Self {
            nodes: self.nodes.merge(right.nodes),
            means: self.means.merge(right.means),
        }
    }
}

/// A thing that one or both files have, by its index in each.
pub(super) struct Match {
    name: String,
    title: String,
    base: Option<usize>,
    other: Option<usize>,
}

/// How the outcomes, questions and metrics of two files belong together: by name, the base's order first.
pub(super) struct Matching {
    outcomes: Vec<Match>,
    questions: Vec<Match>,
    pub(super) metrics: Vec<Match>,
}

fn by_name(base: &[(String, String)], other: &[(String, String)]) -> Vec<Match> {
    let find = |items: &[(String, String)], name: &str| items.iter().position(|(n, _)| n == name);
    let mut all: Vec<Match> = (base.iter().enumerate())
        .map(|(i, (name, title))| Match {
            name: name.clone(),
            title: title.clone(),
            base: Some(i),
            other: find(other, name),
        })
        .collect();
    for (i, (name, title)) in other.iter().enumerate() {
        if find(base, name).is_none() {
            all.push(Match {
                name: name.clone(),
                title: title.clone(),
                base: None,
                other: Some(i),
            });
        }
    }
    all
}

impl Matching {
    pub fn new(base: &Study, other: &Study) -> Self {
        let outcomes = |s: &Study| -> Vec<(String, String)> {
            s.model
                .outcomes
                .iter()
                .map(|o| (o.name.clone(), o.title.clone()))
                .collect()
        };
        let questions = |s: &Study| -> Vec<(String, String)> {
            s.model
                .questions
                .iter()
                .map(|q| (q.name.clone(), q.title.clone()))
                .collect()
        };
        let metrics = |s: &Study| -> Vec<(String, String)> {
            s.model
                .metrics
                .iter()
                .map(|m| (m.name.clone(), m.title.clone()))
                .collect()
        };
        let mut matched = by_name(&outcomes(base), &outcomes(other));
        matched.push(Match {
            name: "unclassified".into(),
            title: "None of these".into(),
            base: Some(base.model.outcomes.len()),
            other: Some(other.model.outcomes.len()),
        });
        Self {
            outcomes: matched,
            questions: by_name(&questions(base), &questions(other)),
            metrics: by_name(&metrics(base), &metrics(other)),
        }
    }

    pub fn comparison(
        &self,
        base: &RunResult,
        other: &RunResult,
        pairs: &Pairs,
        means: &[MeanPair],
        identical: bool,
    ) -> Comparison {
        let hit =
            |m: &Match, table: &PairTable, errors: [Option<f64>; 2], values: [Option<f64>; 2]| {
                let paired = if identical {
                    PairedDifference::of_identical_programs()
                } else {
                    table.difference()
                };
                Difference {
                    outcome: m.name.clone(),
                    title: m.title.clone(),
                    base: values[0],
                    other: values[1],
                    difference: Some(paired.difference),
                    std_error: Some(paired.shown_error()),
                    ci95: Some(paired.ci95),
                    unpaired_std_error: both(errors).map(|[a, b]| (a * a + b * b).sqrt()),
                    detectable: false,
                    p_adjusted: Some(paired.p_value),
                    present: present(m),
                }
            };
        let differences: Vec<Difference> = (self.outcomes.iter().zip(&pairs.outcomes))
            .map(|(m, table)| {
                let of = |result: &RunResult, i: Option<usize>| {
                    i.map(|i| result.outcomes[i].probability)
                };
                let error =
                    |result: &RunResult, i: Option<usize>| i.map(|i| result.outcomes[i].std_error);
                let values = [
                    of(base, m.base).or(Some(0.0)),
                    of(other, m.other).or(Some(0.0)),
                ];
                hit(
                    m,
                    table,
                    [error(base, m.base), error(other, m.other)],
                    values,
                )
            })
            .collect();
        let questions = (self.questions.iter().zip(&pairs.questions))
            .map(|(m, table)| {
                let of = |result: &RunResult, i: Option<usize>| {
                    i.map(|i| result.questions[i].probability)
                };
                let error =
                    |result: &RunResult, i: Option<usize>| i.map(|i| result.questions[i].std_error);
                let values = [of(base, m.base), of(other, m.other)];
                let errors = [error(base, m.base), error(other, m.other)];
                if both(values).is_some() {
                    hit(m, table, errors, values)
                } else {
                    missing(m, values)
                }
            })
            .collect();
        let metrics = (self.metrics.iter().zip(means))
            .map(|(m, pair)| {
                let of =
                    |result: &RunResult, i: Option<usize>| i.and_then(|i| result.metrics[i].mean);
                let error = |result: &RunResult, i: Option<usize>| {
                    i.and_then(|i| result.metrics[i].std_error)
                };
                let values = [of(base, m.base), of(other, m.other)];
                let errors = [error(base, m.base), error(other, m.other)];
                let mut row = missing(m, values);
                if let (Some(_), Some(d)) = (both(values), pair.difference()) {
                    row.difference = Some(d.difference);
                    row.std_error = Some(d.std_error);
                    row.ci95 = Some(d.ci95);
                    row.unpaired_std_error = both(errors).map(|[a, b]| (a * a + b * b).sqrt());
                    row.p_adjusted = Some(d.p_value);
                }
                row
            })
            .collect();
        let distance = Distance {
            total_variation: differences
                .iter()
                .filter_map(|d| d.difference)
                .map(f64::abs)
                .sum::<f64>()
                / 2.0,
            // Mean of |normal| is sd x sqrt(2 / pi): what the sum would be if every difference were noise.
            noise: differences.iter().filter_map(|d| d.std_error).sum::<f64>() / 2.0
                * (2.0 / std::f64::consts::PI).sqrt(),
        };
        Comparison {
            base: base.scenario.name.clone(),
            other: other.scenario.name.clone(),
            identical,
            changes: changes(&base.scenario.source, &other.scenario.source),
            differences,
            questions,
            metrics,
            distance,
        }
    }
}

fn both<T>([a, b]: [Option<T>; 2]) -> Option<[T; 2]> {
    Some([a?, b?])
}

fn present(m: &Match) -> String {
    match (m.base, m.other) {
        (Some(_), Some(_)) => "both",
        (Some(_), None) => "base",
        _ => "other",
    }
    .into()
}

/// A row without a difference.
fn missing(m: &Match, values: [Option<f64>; 2]) -> Difference {
    Difference {
        outcome: m.name.clone(),
        title: m.title.clone(),
        base: values[0],
        other: values[1],
        difference: None,
        std_error: None,
        ci95: None,
        unpaired_std_error: None,
        detectable: false,
        p_adjusted: None,
        present: present(m),
    }
}

/// Holm's correction over all pairs, for outcomes, questions and metrics each by themselves.
pub(super) fn correct(comparisons: &mut [Comparison]) {
    let sections: [fn(&mut Comparison) -> &mut Vec<Difference>; 3] = [
        |c| &mut c.differences,
        |c| &mut c.questions,
        |c| &mut c.metrics,
    ];
    for section in sections {
        let p_values: Vec<f64> = (comparisons.iter_mut())
            .flat_map(|c| {
                section(c)
                    .iter()
                    .filter_map(|d| d.p_adjusted)
                    .collect::<Vec<_>>()
            })
            .collect();
        let mut adjusted = holm(&p_values).into_iter();
        for comparison in comparisons.iter_mut() {
            for row in section(comparison)
                .iter_mut()
                .filter(|d| d.p_adjusted.is_some())
            {
                row.p_adjusted = adjusted.next();
                row.detectable = row.p_adjusted.is_some_and(|p| p < LEVEL);
            }
        }
    }
}

/// Integer tables of one pair.
pub(super) struct Pairs {
    outcomes: Vec<PairTable>,
    questions: Vec<PairTable>,
}

impl Pairs {
    pub fn new(matching: &Matching, per_draw: usize) -> Self {
        Self {
            outcomes: vec![PairTable::new(per_draw); matching.outcomes.len()],
            questions: vec![PairTable::new(per_draw); matching.questions.len()],
        }
    }

    fn merge(&mut self, other: &Self) {
        self.outcomes
            .iter_mut()
            .zip(&other.outcomes)
            .for_each(|(a, b)| a.merge(b));
        self.questions
            .iter_mut()
            .zip(&other.questions)
            .for_each(|(a, b)| a.merge(b));
    }

    /// Pairs the trials of a block, and gives the metrics' sums.
    pub fn add_block(
        &mut self,
        matching: &Matching,
        block: u64,
        per_draw: usize,
        base: &BlockTrials,
        other: &BlockTrials,
    ) -> Vec<MeanPair> {
        let mut means = vec![MeanPair::new(); matching.metrics.len()];
        for d in 0..DRAWS_PER_BLOCK as usize {
            let replicate = (block as usize * DRAWS_PER_BLOCK as usize + d) % REPLICATES;
            let span = d * per_draw..(d + 1) * per_draw;
            let sections = [
                (
                    &matching.outcomes,
                    &mut self.outcomes,
                    &base.outcomes,
                    &other.outcomes,
                ),
                (
                    &matching.questions,
                    &mut self.questions,
                    &base.questions,
                    &other.questions,
                ),
            ];
            for (matches, tables, of_base, of_other) in sections {
                for (m, table) in matches.iter().zip(tables) {
                    let bits = [m.base.map(|i| &of_base[i]), m.other.map(|i| &of_other[i])];
                    count(table, replicate, span.clone(), bits);
                }
            }
            for (m, pair) in matching.metrics.iter().zip(&mut means) {
                if let (Some(a), Some(b)) = (m.base, m.other) {
                    pair.add_draw(
                        replicate,
                        &base.metrics[a][span.clone()],
                        &other.metrics[b][span.clone()],
                    );
                }
            }
        }
        means
    }
}

/// Pairs the trials of a draw; what a file does not have holds in none of them.
fn count(
    table: &mut PairTable,
    replicate: usize,
    span: std::ops::Range<usize>,
    [base, other]: [Option<&Bits>; 2],
) {
    let hits = |bits: Option<&Bits>| bits.map_or(0, |bits| bits.count(span.clone()));
    let (a_hits, b_hits) = (hits(base), hits(other));
    let common = match (base, other) {
        (Some(a), Some(b)) => a.count_both(b, span.clone()),
        _ => 0,
    };
    table.add_draw(replicate, a_hits, b_hits, a_hits - common, b_hits - common);
}

/// Words in a row: `a`, `a and b`, `a, b and c`.
fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Warnings about scenarios that do not cover the same time in the same steps.
pub(super) fn unlike(studies: &[&Study]) -> Vec<Warning> {
    let base = &studies[0].model;
    let mut warnings = Vec::new();
    for other in &studies[1..] {
        let model = &other.model;
        let mut unlike = Vec::new();
        if model.clock.start != base.clock.start {
            unlike.push("start");
        }
        if model.clock.horizon != base.clock.horizon {
            unlike.push("horizon");
        }
        if model.clock.step != base.clock.step {
            unlike.push("step");
        }
        if !unlike.is_empty() {
            warnings.push(Warning {
                code: "unlike-clocks".into(),
                message: format!(
                    "`{}` and `{}` differ in {}: each is read at its own end, and pairing helps less",
                    base.name,
                    model.name,
                    listed(&unlike),
                ),
                path: format!("/{}", unlike[0]),
            });
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_words_has_one_and() {
        assert_eq!(listed(&["step"]), "step");
        assert_eq!(listed(&["start", "step"]), "start and step");
        assert_eq!(
            listed(&["start", "horizon", "step"]),
            "start, horizon and step"
        );
    }
}
