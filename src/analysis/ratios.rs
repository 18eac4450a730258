//! Ratios of two totals, compared: questions about the trials in which a condition holds, and
//! ratios of means.
//!
//! Results keep their totals by replicate, and the replicates of two scenarios run on the same
//! random numbers, so that what both have in common falls out of the difference.

use crate::estimate::{MeanDifference, REPLICATES, Replicated, difference};
use crate::results::{ConditionalResult, Difference, Presence, RatioResult, RunResult};

/// Trials of the rarer kind below which replicates say too little of an error.
const FEW: u64 = 32;

/// One ratio of a scenario.
struct Side<'r> {
    name: &'r str,
    title: &'r str,
    value: Option<f64>,
    std_error: Option<f64>,
    replicated: Option<Replicated>,
    /// So few trials that the spread between replicates may be luck.
    is_sparse: bool,
    /// Of metrics: where replicates agree but for rounding, the difference is exact. Shares that
    /// agree may have been seen too seldom.
    is_of_means: bool,
}

impl<'r> Side<'r> {
    fn of_conditional(question: &'r ConditionalResult) -> Self {
        let (hits, trials) = (by_replicate(&question.hits), by_replicate(&question.trials));
        let hit: u64 = hits.iter().sum();
        Self {
            name: &question.name,
            title: &question.title,
            value: question.probability,
            std_error: question.std_error,
            replicated: Replicated::share(&hits, &trials),
            is_sparse: hit.min(question.trials_given - hit) < FEW,
            is_of_means: false,
        }
    }

    fn of_means(result: &'r RunResult, ratio: &'r RatioResult) -> Self {
        Self {
            name: &ratio.name,
            title: &ratio.title,
            value: ratio.ratio,
            std_error: ratio.std_error,
            replicated: result.replicated(ratio),
            is_sparse: false,
            is_of_means: true,
        }
    }

    /// How much more this is than that of the base.
    fn less(&self, base: &Self) -> Option<MeanDifference> {
        let (own, other) = (self.replicated.as_ref()?, base.replicated.as_ref()?);
        let paired = own.less(other);
        if !self.is_sparse
            && !base.is_sparse
            && paired.is_some_and(|d| d.std_error > 0.0 || self.is_of_means)
        {
            return paired;
        }
        let apart = unpaired(self, base)?;
        Some(difference(own.ratio - other.ratio, apart, REPLICATES))
    }
}

fn unpaired(a: &Side<'_>, b: &Side<'_>) -> Option<f64> {
    let (a, b) = (a.std_error?, b.std_error?);
    Some((a * a + b * b).sqrt())
}

fn by_replicate(counts: &[u64]) -> [u64; REPLICATES] {
    std::array::from_fn(|m| counts.get(m).copied().unwrap_or(0))
}

/// Differences in questions about some trials, the base's order first.
pub fn conditional(base: &RunResult, other: &RunResult, identical: bool) -> Vec<Difference> {
    let [a, b] = [base, other].map(|result| {
        let all = result.conditional.iter().map(Side::of_conditional);
        all.collect::<Vec<_>>()
    });
    let mut rows = rows(&a, &b, identical);
    for row in &mut rows {
        row.ci95 = row.ci95.map(|[low, high]| [low.max(-1.0), high.min(1.0)]);
    }
    rows
}

/// Differences in ratios of means, the base's order first.
pub fn means(base: &RunResult, other: &RunResult, identical: bool) -> Vec<Difference> {
    let [a, b] = [base, other].map(|result| {
        let all = result
            .ratios
            .iter()
            .map(|ratio| Side::of_means(result, ratio));
        all.collect::<Vec<_>>()
    });
    rows(&a, &b, identical)
}

fn rows(base: &[Side<'_>], other: &[Side<'_>], identical: bool) -> Vec<Difference> {
    fn find<'s>(sides: &'s [Side<'s>], name: &str) -> Option<&'s Side<'s>> {
        sides.iter().find(|side| side.name == name)
    }
    let added = other.iter().filter(|side| find(base, side.name).is_none());
    (base.iter().chain(added))
        .map(|side| {
            let (a, b) = (find(base, side.name), find(other, side.name));
            row(side, a, b, identical)
        })
        .collect()
}

fn row(side: &Side<'_>, a: Option<&Side<'_>>, b: Option<&Side<'_>>, identical: bool) -> Difference {
    let both = a.zip(b);
    let told = both.and_then(|(a, b)| b.less(a)).map(|d| match identical {
        true => difference(0.0, 0.0, REPLICATES),
        false => d,
    });
    Difference {
        outcome: side.name.to_owned(),
        title: side.title.to_owned(),
        base: a.and_then(|a| a.value),
        other: b.and_then(|b| b.value),
        difference: told.map(|d| d.difference),
        std_error: told.map(|d| d.std_error),
        ci95: told.map(|d| d.ci95),
        unpaired_std_error: both.and_then(|(a, b)| unpaired(a, b)),
        epistemic90: None,
        epistemic: None,
        detectable: false,
        p_adjusted: told.map(|d| d.p_value),
        present: match (a, b) {
            (Some(_), Some(_)) => Presence::Both,
            (Some(_), None) => Presence::Base,
            _ => Presence::Other,
        },
    }
}
