//! Whether what a file asks for beside the usual can be a result: its quantiles, distributions, and
//! questions about some trials.

use super::{ROUNDING, Sound, ends, estimate, fault, share};
use crate::results::types::{ConditionalResult, MetricResult};

pub(super) fn quantiles(at: &str, metric: &MetricResult) -> Sound {
    let mut before = 0.0;
    for quantile in &metric.quantiles {
        if !(quantile.level > before && quantile.level < 1.0) {
            return fault(at, format!("`level`: found {}", quantile.level));
        }
        before = quantile.level;
    }
    if let Some(told) = &metric.distribution {
        let lengths = [told.shares.len(), told.shares_std_error.len()];
        if lengths != [told.values.len(); 2] {
            return fault(at, "a distribution has a share and an error for each value");
        }
        let rising = |list: &[f64]| list.windows(2).all(|pair| pair[0] <= pair[1]);
        if !rising(&told.values) || !rising(&told.shares) {
            return fault(at, "values and shares of a distribution rise");
        }
        for told in &told.shares {
            share(at, "shares", *told)?;
        }
    }
    Ok(())
}

pub(super) fn conditional(at: &str, question: &ConditionalResult) -> Sound {
    let replicates = crate::estimate::REPLICATES;
    if [&question.hits, &question.trials].map(Vec::len) != [replicates; 2] {
        return fault(
            at,
            format!("hits and trials are of {replicates} replicates"),
        );
    }
    let mut counts = question.hits.iter().zip(&question.trials);
    if counts.any(|(hits, trials)| hits > trials) {
        return fault(at, "more hits than trials");
    }
    let sum = |list: &[u64]| list.iter().try_fold(0_u64, |sum, n| sum.checked_add(*n));
    let (hits, trials) = (sum(&question.hits), sum(&question.trials));
    if trials != Some(question.trials_given) {
        let message = format!("`trials_given`: found {}", question.trials_given);
        return fault(at, message);
    }
    share(at, "given_probability", question.given_probability)?;
    ends(at, question.epistemic90, true)?;
    for (trend, group) in &question.by_trend {
        let at = format!("{at}.by_trend.{trend}");
        if [&group.hits, &group.trials].map(Vec::len) != [replicates; 2] {
            let message = format!("hits and trials are of {replicates} replicates");
            return fault(&at, message);
        }
        if (group.hits.iter().zip(&group.trials)).any(|(hits, trials)| hits > trials) {
            return fault(&at, "more hits than trials");
        }
    }
    let by_trend = question.by_trend.values();
    let in_all: u128 = (by_trend.flat_map(|group| &group.trials))
        .map(|n| u128::from(*n))
        .sum();
    if !question.by_trend.is_empty() && in_all != u128::from(question.trials_given) {
        return fault(
            &format!("{at}.by_trend"),
            "its trials are all that the question has",
        );
    }
    match (question.probability, question.std_error, question.ci95) {
        (Some(p), Some(std_error), Some(ci95)) => {
            estimate(at, p, std_error, ci95)?;
            let told = hits.map(|hits| hits as f64 / question.trials_given as f64);
            match told.is_some_and(|share| (share - p).abs() <= ROUNDING) {
                true => Ok(()),
                false => fault(at, format!("`probability`: found {p}")),
            }
        }
        (None, None, None) if question.trials_given == 0 => Ok(()),
        _ => fault(
            at,
            "a chance has its error and its interval, and there are trials",
        ),
    }
}
