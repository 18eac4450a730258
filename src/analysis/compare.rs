//! Paired comparison of scenarios.
//!
//! Takes studies and one set of settings; gives each study's own result and, against the first,
//! every difference with its standard error. All run under the same seed, draw by draw, so equal
//! random sites draw equal numbers and most noise cancels. The caller chooses the
//! scenarios and shows the result.

use super::detectable;
use super::pairs::{Matching, Pairs};
use super::study::Study;
use crate::engine::{
    BlockFault, Counting, Driven, EngineError, Node, Observer, Settings, Setup, Summary, Tally,
    Worker, drive, explain, largest_error,
};
use crate::estimate::{MeanPair, Merge};
use crate::results::{CompareResult, Comparison, Difference, Parts, RunResult, Warning, tool};
use crate::scenario::same_assumptions;

/// Simulates all studies and compares each with the first; of none there is nothing to say.
///
/// With [`Settings::until`] all go on until each of them is that precise.
///
/// ```
/// use quincunx::{Silent, Study, compare};
///
/// let base = Study::open("scenarios/baseline.json".as_ref(), &[])?;
/// let other = Study::open("scenarios/escalation.json".as_ref(), &[])?;
/// let settings = base.settings().trials(1024).seed(1).build();
/// let result = compare(&[&base, &other], &settings, &Silent)?;
/// let differences = &result.comparisons[0].differences;
/// assert!(differences.iter().any(|one| one.detectable));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`EngineError`] of whichever study fails, or if the size cannot be had.
pub fn compare(
    studies: &[&Study],
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<CompareResult, EngineError> {
    let mut result = compared(studies, &Parts::All, settings, observer)?;
    correct(&mut result.comparisons);
    Ok(result)
}

/// As [`compare`], with p-values as if each difference were the only one that is looked at, and
/// nothing said to be detectable; of the others only so much is read off.
pub(super) fn compared(
    studies: &[&Study],
    others_have: &Parts,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<CompareResult, EngineError> {
    settings.check()?;
    let Some((base, others)) = studies.split_first() else {
        return Ok(result(Vec::new(), Vec::new(), Vec::new()));
    };
    let setups: Vec<Setup<'_>> = studies
        .iter()
        .map(|s| Setup::new(&s.program, settings.seed))
        .collect();
    let matches: Vec<Matching> = others
        .iter()
        .map(|other| Matching::new(base, other))
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
    let ending = driven.ending();
    let Driven {
        workers, forest, ..
    } = driven;
    let joint = forest.fold().unwrap_or_else(|| Joint {
        nodes: studies.iter().map(|s| Node::new(&s.program)).collect(),
        means: matches.iter().map(|m| m.no_means()).collect(),
    });
    let mut teams: Vec<Tallies> = workers.into_iter().map(Team::into_tallies).collect();
    let mut scenarios = Vec::with_capacity(studies.len());
    for (study, node) in studies.iter().zip(joint.nodes) {
        let parts = teams.iter_mut().filter_map(|team| team.studies.next());
        let summary = Summary::of(&study.program, settings, ending, parts, Some(node))
            .map_err(|error| study.located(error))?;
        scenarios.push(match scenarios.is_empty() {
            true => study.result(&summary),
            false => study.result_of(&summary, others_have),
        });
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
    Ok(result(scenarios, comparisons, unlike(studies)))
}

fn result(
    scenarios: Vec<RunResult>,
    comparisons: Vec<Comparison>,
    warnings: Vec<Warning>,
) -> CompareResult {
    CompareResult {
        format: 1,
        tool: tool(),
        scenarios,
        comparisons,
        warnings,
    }
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

/// Holm's correction over all pairs, for outcomes, groups, trends, questions and metrics each by
/// themselves.
pub(super) fn correct(comparisons: &mut [Comparison]) {
    let sections: [fn(&mut Comparison) -> &mut Vec<Difference>; 7] = [
        |c| &mut c.differences,
        |c| &mut c.groups,
        |c| &mut c.trends,
        |c| &mut c.questions,
        |c| &mut c.conditional,
        |c| &mut c.metrics,
        |c| &mut c.ratios,
    ];
    for section in sections {
        let rows = comparisons.iter_mut().flat_map(section);
        detectable::correct(rows.map(Difference::detected));
    }
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
