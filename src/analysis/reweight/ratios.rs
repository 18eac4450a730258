//! Ratios of two totals under new start weights: questions about the trials in which a condition
//! holds, and ratios of means.
//!
//! Both totals are weighed, then divided: P(yes and held) over P(held), each by the law of total
//! probability.

use super::{Run, by_replicate, difference, reweighted, values_of};
use crate::estimate::{
    Fieller, Replicated, Reweighted, Shift, WeightedHits, WeightedValues, fieller_of,
    reweighted_chance,
};
use crate::results::{
    Epistemic, EpistemicStatus, MetricResult, NewWeight, RatioResult, RatioShape, ReweightedRatio,
    ReweightedShare, RunResult,
};

/// Nothing is told of a range over draws.
const UNTOLD: Epistemic = Epistemic {
    status: EpistemicStatus::NotSeparable,
    std_error: None,
    at_most_sd: None,
};

/// Questions about some trials, but for those of which no trial holds.
pub(super) fn conditional(
    result: &RunResult,
    weights: &[NewWeight],
    unchanged: bool,
    caution: f64,
) -> Vec<ReweightedShare> {
    let all = result.outcomes.first().map(|outcome| &outcome.by_trend);
    let of = |question: &crate::results::ConditionalResult| -> Option<ReweightedShare> {
        let untold = UNTOLD;
        let run = Run {
            probability: question.probability?,
            std_error: question.std_error?,
            ci95: question.ci95?,
            epistemic90: question.epistemic90,
            epistemic: question.epistemic.as_ref().unwrap_or(&untold),
            by_trend: &question.by_trend,
        };
        let parts = weights.iter().map(|w| {
            let held = question.by_trend.get(&w.name)?;
            let hits = WeightedHits {
                weight: w.weight,
                hits: by_replicate(&held.hits),
                trials: by_replicate(&held.trials),
            };
            Some((hits, by_replicate(&all?.get(&w.name)?.trials)))
        });
        let found: Option<Reweighted> = match unchanged {
            true => None,
            false => {
                let parts: Vec<_> = parts.collect::<Option<_>>()?;
                Some(reweighted_chance(&parts, result.run.draws, caution)?)
            }
        };
        Some(reweighted(&question.name, &question.title, &run, found))
    };
    result.conditional.iter().filter_map(of).collect()
}

/// A remark that names the questions that are left out.
pub(super) fn without_trials(result: &RunResult, told: &[ReweightedShare]) -> Option<String> {
    let is_told = |name: &str| told.iter().any(|share| share.name == name);
    let missing: Vec<String> = (result.conditional.iter())
        .filter(|question| !is_told(&question.name))
        .map(|question| format!("`{}`", question.name))
        .collect();
    (!missing.is_empty()).then(|| {
        format!(
            "Left out, because too few trials are known in which their conditions held: {}.",
            missing.join(", ")
        )
    })
}

/// Ratios of means.
pub(super) fn means(
    result: &RunResult,
    weights: &[NewWeight],
    unchanged: bool,
) -> Vec<ReweightedRatio> {
    let trials = result.outcomes.first().map(|outcome| &outcome.by_trend);
    let find = |name: &str| -> Option<&MetricResult> {
        result.metrics.iter().find(|metric| metric.name == name)
    };
    let of = |ratio: &RatioResult| {
        let mut told = ReweightedRatio {
            name: ratio.name.clone(),
            title: ratio.title.clone(),
            unit: ratio.unit.clone(),
            ratio: ratio.ratio,
            std_error: ratio.std_error,
            ci95: ratio.ci95,
            shape: ratio.shape,
            difference: difference(&ratio.name, &ratio.title, [ratio.ratio; 2], None),
        };
        if unchanged {
            let shift = ratio.ratio.map(|_| super::NO_SHIFT);
            told.difference = difference(&ratio.name, &ratio.title, [ratio.ratio; 2], shift);
            return told;
        }
        let parts =
            |name: &str| -> Option<Vec<WeightedValues>> { values_of(find(name)?, trials, weights) };
        let weighed = |parts: &[WeightedValues]| Replicated::reweighted(parts);
        let found = ratio.ratio.and_then(|_| {
            let (of, over) = (parts(&ratio.of)?, parts(&ratio.over)?);
            let ([of, of_run], [over, over_run]) = (weighed(&of)?, weighed(&over)?);
            let (new, run) = (of.over(&over)?, of_run.over(&over_run)?);
            Some((new, new.less(&run), fieller_of(&of, &over)))
        });
        told.ratio = found.map(|(new, ..)| new.ratio);
        told.std_error = found.and_then(|(new, ..)| new.std_error());
        (told.shape, told.ci95) = match found.and_then(|(.., fieller)| fieller) {
            _ if told.std_error.is_none() => (None, None),
            Some(Fieller::Between(ends)) => (Some(RatioShape::Between), Some(ends)),
            Some(Fieller::Outside(ends)) => (Some(RatioShape::Outside), Some(ends)),
            Some(Fieller::Anywhere) => (Some(RatioShape::Anywhere), None),
            None => (None, None),
        };
        let shift = found.and_then(|(_, shift, _)| shift).map(|d| Shift {
            difference: d.difference,
            std_error: d.std_error,
            ci95: d.ci95,
            p_value: d.p_value,
        });
        let both = [ratio.ratio, told.ratio];
        told.difference = difference(&ratio.name, &ratio.title, both, shift);
        told
    };
    result.ratios.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::REPLICATES;

    /// By hand: 0.25 and 0.75 of trials; the condition holds in 40% and 10% of them, and the answer
    /// is yes in half and in a fifth of these: (0.25 x 0.2 + 0.75 x 0.02) / (0.25 x 0.4 + 0.75 x
    /// 0.1).
    #[test]
    fn a_chance_is_weighed_above_and_below_the_line() {
        let part = |weight, hits: u64, trials: u64| WeightedHits {
            weight,
            hits: std::array::from_fn(|m| hits + (m as u64 % 2)),
            trials: [trials; REPLICATES],
        };
        let parts = [
            (part(0.25, 200, 400), [1000; REPLICATES]),
            (part(0.75, 20, 100), [1000; REPLICATES]),
        ];
        let found = reweighted_chance(&parts, 160, 1.0).expect("there are trials");
        let wanted = (0.25 * 0.2005 + 0.75 * 0.0205) / (0.25 * 0.4 + 0.75 * 0.1);
        assert!((found.value - wanted).abs() < 1e-12, "{found:?}");
        let before = (200.5 + 20.5) / 500.0;
        assert!((found.shift.difference - (wanted - before)).abs() < 1e-12);
        assert!(found.ci95[0] < found.value && found.value < found.ci95[1]);
        let never = [
            (part(0.25, 0, 0), [1000; REPLICATES]),
            (part(0.75, 0, 0), [1000; REPLICATES]),
        ];
        assert_eq!(reweighted_chance(&never, 160, 1.0), None);
    }
}
