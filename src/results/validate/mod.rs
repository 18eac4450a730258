//! Whether a result that was read can be one: counts that fit each other and the shares told of
//! them, shares between 0 and 1, lists of one length.
//!
//! What reads a result computes with its counts; a file that was edited, cut or made by something
//! else would give numbers without any meaning. Errors and ranges are taken as they are, if they
//! are possible: counts do not say all that they were made of.

mod of_some;
mod of_typical;

use super::Storyline;
use super::compared::CompareResult;
use super::read::ReadFault;
use super::types::*;
use indexmap::IndexMap;
use of_some::{conditional, quantiles};
pub use of_typical::check_typical;
use std::collections::BTreeSet;

/// How far a share may miss its bounds, or its hits over its trials, by rounding.
const ROUNDING: f64 = 1e-9;
/// How far a mean may miss its sum over its values, in sizes of what was added up.
const SUMMING: f64 = 1e-6;

type Sound = Result<(), ReadFault>;

fn fault(path: &str, message: impl Into<String>) -> Sound {
    Err(ReadFault::new(path, message))
}

/// # Errors
/// The first thing that no run writes.
pub fn check_run(result: &RunResult) -> Sound {
    let run = &result.run;
    if run.trials_per_draw == 0 || run.replicates == 0 {
        return fault("run", "a run has trials and replicates, found 0");
    }
    if run.draws.checked_mul(u64::from(run.trials_per_draw)) != Some(run.trials) {
        let (draws, each) = (run.draws, run.trials_per_draw);
        let message = format!("{} trials are not {draws} draws of {each}", run.trials);
        return fault("run.trials", message);
    }
    if run.non_finite > run.trials {
        let message = format!("{} of {} trials were stopped", run.non_finite, run.trials);
        return fault("run.non_finite", message);
    }
    let counted = run.trials - run.non_finite;
    if run.effective_trials != counted as f64 {
        let message = format!("{} trials left of {counted}", run.effective_trials);
        return fault("run.effective_trials", message);
    }
    let scenario = &result.scenario;
    for (key, years) in [("horizon", scenario.horizon), ("step", scenario.step)] {
        if !(scenario.is_timeless() || years > 0.0 && years.is_finite()) {
            return fault(&format!("scenario.{key}"), format!("found {years} years"));
        }
    }
    times(result)?;
    names(result)?;
    weights(&result.trends)?;
    let groups = Groups::of(result)?;
    for (i, outcome) in result.outcomes.iter().enumerate() {
        let at = format!("outcomes[{i}]");
        estimate(&at, outcome.probability, outcome.std_error, outcome.ci95)?;
        ends(&at, outcome.epistemic90, true)?;
        groups.hits(&at, &outcome.by_trend, outcome.probability)?;
        for (name, count) in outcome
            .also
            .iter()
            .chain([(&"matched".to_owned(), &outcome.matched)])
        {
            if *count > run.trials {
                let message = format!("`{name}`: {count} of {} trials", run.trials);
                return fault(&at, message);
            }
        }
    }
    groups.partition(&result.outcomes)?;
    for (i, group) in result.groups.iter().enumerate() {
        let at = format!("groups[{i}]");
        estimate(&at, group.probability, group.std_error, group.ci95)?;
        ends(&at, group.epistemic90, true)?;
        groups.hits(&at, &group.by_trend, group.probability)?;
        groups.sum(&at, group, &result.outcomes)?;
    }
    for (i, trend) in result.scorecard.iter().enumerate() {
        let at = format!("scorecard[{i}]");
        share(&at, "weight", trend.weight)?;
        share(&at, "leads", trend.leads)?;
        for (j, chance) in trend.comes_true.iter().enumerate() {
            let at = format!("{at}.comes_true[{j}]");
            estimate(&at, chance.probability, chance.std_error, chance.ci95)?;
            ends(&at, chance.epistemic90, true)?;
            groups.hits(&at, &chance.by_trend, chance.probability)?;
        }
        for given in trend.outcomes_given.values() {
            share(&at, "outcomes_given", given.probability.unwrap_or(0.0))?;
        }
    }
    for (i, drivers) in result.drivers.iter().enumerate() {
        let at = format!("drivers[{i}]");
        for driver in &drivers.inputs {
            share(&at, "share", driver.share)?;
            share(&at, "low", driver.low)?;
            share(&at, "high", driver.high)?;
        }
    }
    for (i, question) in result.questions.iter().enumerate() {
        let at = format!("questions[{i}]");
        estimate(&at, question.probability, question.std_error, question.ci95)?;
        ends(&at, question.epistemic90, true)?;
        groups.hits(&at, &question.by_trend, question.probability)?;
    }
    for (i, question) in result.conditional.iter().enumerate() {
        conditional(&format!("conditional[{i}]"), question)?;
    }
    for (i, ratio) in result.ratios.iter().enumerate() {
        ends(&format!("ratios[{i}]"), ratio.epistemic90, false)?;
    }
    for (i, event) in result.events.iter().enumerate() {
        let at = format!("events[{i}]");
        share(&at, "probability", event.probability)?;
        for (key, share_) in [
            ("declared", event.declared),
            ("realised", event.realised),
            ("never_possible", event.never_possible),
        ] {
            share(&at, key, share_.unwrap_or(0.0))?;
        }
        for share_ in &event.cumulative_incidence {
            share(&at, "cumulative_incidence", *share_)?;
        }
        if event.mean_count < 0.0 {
            return fault(&at, format!("`mean_count`: found {}", event.mean_count));
        }
    }
    for (i, metric) in result.metrics.iter().enumerate() {
        groups.metric(&format!("metrics[{i}]"), metric)?;
        quantiles(&format!("metrics[{i}]"), metric)?;
    }
    Ok(())
}

/// # Errors
/// The first thing that no comparison writes.
pub fn check_comparison(result: &CompareResult) -> Sound {
    let below = |at: String, fault: ReadFault| {
        ReadFault::new(format!("{at}.{}", fault.path), fault.message)
    };
    for (i, scenario) in result.scenarios.iter().enumerate() {
        check_run(scenario).map_err(|fault| below(format!("scenarios[{i}]"), fault))?;
    }
    let (scenarios, comparisons) = (result.scenarios.len(), result.comparisons.len());
    if scenarios != comparisons + 1 {
        let message = format!("{comparisons} comparisons of {scenarios} scenarios with the first");
        return fault("comparisons", message);
    }
    for (i, comparison) in result.comparisons.iter().enumerate() {
        let at = format!("comparisons[{i}]");
        let distance = &comparison.distance;
        share(&at, "total_variation", distance.total_variation)?;
        let rows = comparison.differences.iter().chain(&comparison.questions);
        for (row, difference) in rows.enumerate() {
            let at = format!("{at}.differences[{row}]");
            let shares = [difference.base, difference.other, difference.p_adjusted];
            for known in shares.into_iter().flatten() {
                share(&at, "probability", known)?;
            }
            error(&at, difference.std_error.unwrap_or(0.0))?;
        }
    }
    Ok(())
}

/// # Errors
/// The first thing that no trace writes.
pub fn check_story(story: &Storyline) -> Sound {
    let horizon = story.scenario.horizon;
    if !(story.scenario.is_timeless() || horizon > 0.0 && horizon.is_finite()) {
        return fault("scenario.horizon", format!("found {horizon} years"));
    }
    let mut before = 0.0;
    for (i, happening) in story.happenings.iter().enumerate() {
        let time = happening.time;
        if !(before <= time && time <= horizon * (1.0 + ROUNDING)) {
            let message = format!("{time} years, after {before} and with a horizon of {horizon}");
            return fault(&format!("happenings[{i}].time"), message);
        }
        before = time;
    }
    Ok(())
}

fn share(at: &str, key: &str, share: f64) -> Sound {
    if (-ROUNDING..=1.0 + ROUNDING).contains(&share) {
        return Ok(());
    }
    fault(
        at,
        format!("`{key}`: a share lies between 0 and 1, found {share}"),
    )
}

/// NaN: it is not known.
fn error(at: &str, error: f64) -> Sound {
    if error < 0.0 {
        return fault(at, format!("a standard error is 0 or more, found {error}"));
    }
    Ok(())
}

fn estimate(at: &str, probability: f64, std_error: f64, ci95: [f64; 2]) -> Sound {
    share(at, "probability", probability)?;
    error(at, std_error)?;
    ends(at, Some(ci95), true)?;
    let [low, high] = ci95;
    if !(low - ROUNDING..=high + ROUNDING).contains(&probability) {
        let message = format!("`ci95` from {low} to {high} does not hold {probability}");
        return fault(at, message);
    }
    Ok(())
}

/// Whether a probability is its hits over its trials; `None` where there are no trials.
fn is_share(at: &str, probability: Option<f64>, hits: u64, trials: u64) -> Sound {
    let counted = (trials > 0).then(|| hits as f64 / trials as f64);
    match (probability, counted) {
        (Some(told), Some(counted)) if (told - counted).abs() <= ROUNDING => Ok(()),
        (None, None) => Ok(()),
        (Some(told), Some(counted)) => {
            let message = format!(
                "`probability` {told} is not {hits} hits in {trials} trials ({counted:.6})"
            );
            fault(at, message)
        }
        (Some(told), None) => fault(at, format!("`probability` {told} of no trials")),
        (None, Some(_)) => fault(at, format!("no `probability` for {trials} trials")),
    }
}

/// Whether a mean is its sum over its values, up to rounding of what has size `size`.
fn is_mean(at: &str, mean: Option<f64>, sums: f64, values: u64, size: f64) -> Sound {
    let Some(mean) = mean else {
        return Ok(());
    };
    let counted = sums / values as f64;
    // What is too large to be summed has no number to be compared with.
    if (mean - counted).abs() > SUMMING * (size + counted.abs()) {
        let message = format!("`mean` {mean} is not the sum {sums} of {values} values over them");
        return fault(at, message);
    }
    Ok(())
}

fn ends(at: &str, ends: Option<[f64; 2]>, are_shares: bool) -> Sound {
    let Some([low, high]) = ends else {
        return Ok(());
    };
    if low > high {
        return fault(at, format!("an interval from {low} to {high}"));
    }
    if are_shares {
        share(at, "low end", low)?;
        share(at, "high end", high)?;
    }
    Ok(())
}

/// Every list over time has one value for each reported time.
fn times(result: &RunResult) -> Sound {
    let times = &result.times;
    if times.is_empty() != result.scenario.is_timeless() {
        return fault("times", "a run reports at least one time, found none");
    }
    if !times.is_sorted_by(|a, b| a < b) {
        return fault("times", "reported times rise");
    }
    let long = |at: String, list: &[f64]| {
        if list.len() == times.len() {
            return Ok(());
        }
        fault(
            &at,
            format!("{} values for {} times", list.len(), times.len()),
        )
    };
    if result.dates.len() != times.len() {
        let message = format!("{} dates for {} times", result.dates.len(), times.len());
        return fault("dates", message);
    }
    let states = (result.states.iter().enumerate())
        .map(|(i, state)| (format!("states[{i}].values"), &state.values));
    let sections = [("trends", &result.trends), ("phases", &result.phases)]
        .map(|(section, items)| (section.to_owned(), items));
    for (section, items) in sections.into_iter().chain(states) {
        for (i, item) in items.iter().enumerate() {
            let at = format!("{section}[{i}].occupancy");
            long(at.clone(), &item.occupancy)?;
            long(format!("{at}_std_error"), &item.occupancy_std_error)?;
            for one in &item.occupancy {
                share(&at, "occupancy", *one)?;
            }
        }
    }
    for (section, items) in [
        ("indicators", &result.indicators),
        ("derived", &result.derived),
    ] {
        for (i, item) in items.iter().enumerate() {
            for (key, list) in [
                ("mean", &item.mean),
                ("mean_std_error", &item.mean_std_error),
                ("sd", &item.sd),
                ("sd_std_error", &item.sd_std_error),
                ("p5", &item.p5),
                ("p5_std_error", &item.p5_std_error),
                ("p25", &item.p25),
                ("p25_std_error", &item.p25_std_error),
                ("p50", &item.p50),
                ("p50_std_error", &item.p50_std_error),
                ("p75", &item.p75),
                ("p75_std_error", &item.p75_std_error),
                ("p95", &item.p95),
                ("p95_std_error", &item.p95_std_error),
            ] {
                long(format!("{section}[{i}].{key}"), list)?;
            }
        }
    }
    for (i, event) in result.events.iter().enumerate() {
        let at = format!("events[{i}].cumulative_incidence");
        long(at.clone(), &event.cumulative_incidence)?;
        long(
            format!("{at}_std_error"),
            &event.cumulative_incidence_std_error,
        )?;
    }
    Ok(())
}

/// No section has a name twice.
fn names(result: &RunResult) -> Sound {
    let sections: [(&str, Vec<&String>); 12] = [
        ("groups", result.groups.iter().map(|x| &x.name).collect()),
        (
            "scorecard",
            result.scorecard.iter().map(|x| &x.name).collect(),
        ),
        (
            "outcomes",
            result.outcomes.iter().map(|x| &x.name).collect(),
        ),
        ("trends", result.trends.iter().map(|x| &x.name).collect()),
        ("phases", result.phases.iter().map(|x| &x.name).collect()),
        ("states", result.states.iter().map(|x| &x.name).collect()),
        (
            "indicators",
            result.indicators.iter().map(|x| &x.name).collect(),
        ),
        ("derived", result.derived.iter().map(|x| &x.name).collect()),
        ("events", result.events.iter().map(|x| &x.name).collect()),
        ("metrics", result.metrics.iter().map(|x| &x.name).collect()),
        ("ratios", result.ratios.iter().map(|x| &x.name).collect()),
        (
            "questions",
            (result.questions.iter().map(|x| &x.name))
                .chain(result.conditional.iter().map(|x| &x.name))
                .collect(),
        ),
    ];
    for (section, names) in sections {
        let mut seen = BTreeSet::new();
        if let Some(twice) = names.into_iter().find(|name| !seen.insert(*name)) {
            return fault(section, format!("`{twice}` is there twice"));
        }
    }
    if result.outcomes.is_empty() {
        return fault("outcomes", "a run has at least one outcome, found none");
    }
    Ok(())
}

fn weights(trends: &[OccupancyResult]) -> Sound {
    let weights: Vec<f64> = trends.iter().filter_map(|trend| trend.weight).collect();
    for (i, weight) in weights.iter().enumerate() {
        share(&format!("trends[{i}]"), "weight", *weight)?;
    }
    let sum: f64 = weights.iter().sum();
    if !weights.is_empty() && (sum.is_nan() || (sum - 1.0).abs() > 1e-6) {
        return fault("trends", format!("the weights sum to {sum}, not to 1"));
    }
    Ok(())
}

/// Trials by start trend and replicate, which all outcomes, questions and metrics share.
struct Groups<'r> {
    replicates: usize,
    trials: IndexMap<&'r str, &'r [u64]>,
}

impl<'r> Groups<'r> {
    /// Trials that were stopped are among them: they are `unclassified`.
    fn of(result: &'r RunResult) -> Result<Self, ReadFault> {
        let trials = (result.outcomes[0].by_trend.iter())
            .map(|(trend, group)| (trend.as_str(), group.trials.as_slice()));
        let groups = Self {
            replicates: result.run.replicates as usize,
            trials: trials.collect(),
        };
        let mut sum = 0_u64;
        for count in groups.trials.values().copied().flatten() {
            sum = sum.saturating_add(*count);
        }
        let simulated = result.run.trials;
        if sum != simulated {
            let message = format!("the trends have {sum} trials in all, and the run {simulated}");
            return Err(ReadFault::new("outcomes[0].by_trend", message));
        }
        let names: BTreeSet<&str> = result
            .trends
            .iter()
            .map(|trend| trend.name.as_str())
            .collect();
        if let Some(trend) = groups.trials.keys().find(|trend| !names.contains(**trend)) {
            let message = format!("`{trend}` is no trend of the run");
            return Err(ReadFault::new("outcomes[0].by_trend", message));
        }
        Ok(groups)
    }

    /// Trials of a trend, or why it has none.
    fn trials(&self, at: &str, trend: &str) -> Result<&'r [u64], ReadFault> {
        self.trials.get(trend).copied().ok_or_else(|| {
            let message = format!("`{trend}` is not among the trends of the first outcome");
            ReadFault::new(format!("{at}.by_trend"), message)
        })
    }

    /// Hits by trend, and the probability that they make.
    fn hits(&self, at: &str, by_trend: &IndexMap<String, ByTrend>, probability: f64) -> Sound {
        if by_trend.len() != self.trials.len() {
            let (found, wanted) = (by_trend.len(), self.trials.len());
            return fault(
                &format!("{at}.by_trend"),
                format!("{found} trends of {wanted}"),
            );
        }
        let (mut all_hits, mut all_trials) = (0, 0);
        for (trend, group) in by_trend {
            let at = format!("{at}.by_trend.{trend}");
            let trials = self.trials(&at, trend)?;
            if group.trials != trials {
                return fault(&at, "its trials are not those of the first outcome");
            }
            self.counts(&at, "hits", &group.hits, trials)?;
            let (hits, trials) = (group.hits.iter().sum(), trials.iter().sum());
            is_share(&at, group.probability, hits, trials)?;
            error(&at, group.std_error.unwrap_or(0.0))?;
            ends(&at, group.ci95, true)?;
            all_hits += hits;
            all_trials += trials;
        }
        is_share(at, Some(probability), all_hits, all_trials)
    }

    /// A group has the hits of its outcomes.
    fn sum(&self, at: &str, group: &GroupResult, outcomes: &[OutcomeResult]) -> Sound {
        for (trend, counted) in &group.by_trend {
            for (m, hits) in counted.hits.iter().enumerate() {
                let parts = (outcomes.iter())
                    .filter(|outcome| outcome.group.as_ref() == Some(&group.name))
                    .map(|outcome| outcome.by_trend[trend].hits[m]);
                let sum: u64 = parts.sum();
                if sum != *hits {
                    let message = format!("{hits} hits of outcomes with {sum}, in replicate {m}");
                    return fault(&format!("{at}.by_trend.{trend}"), message);
                }
            }
        }
        Ok(())
    }

    /// Counts by replicate, each of some trials.
    fn counts(&self, at: &str, key: &str, counts: &[u64], trials: &[u64]) -> Sound {
        if counts.len() != self.replicates || trials.len() != self.replicates {
            let message = format!(
                "`{key}` has {} numbers for {} replicates",
                counts.len(),
                self.replicates
            );
            return fault(at, message);
        }
        let above = counts
            .iter()
            .zip(trials)
            .position(|(count, trials)| count > trials);
        match above {
            Some(m) => fault(
                at,
                format!(
                    "`{key}`: {} in {} trials, in replicate {m}",
                    counts[m], trials[m]
                ),
            ),
            None => Ok(()),
        }
    }

    /// Every trial has exactly one outcome.
    fn partition(&self, outcomes: &[OutcomeResult]) -> Sound {
        for (trend, trials) in &self.trials {
            for (m, trials) in trials.iter().enumerate() {
                let hits = outcomes
                    .iter()
                    .map(|outcome| outcome.by_trend[*trend].hits[m]);
                let sum = hits.fold(0, u64::saturating_add);
                if sum != *trials {
                    let message =
                        format!("{sum} hits under `{trend}` in {trials} trials, in replicate {m}");
                    return fault("outcomes", message);
                }
            }
        }
        Ok(())
    }

    fn metric(&self, at: &str, metric: &MetricResult) -> Sound {
        share(at, "defined", metric.defined)?;
        for std_error in [metric.std_error, metric.sd_std_error, metric.sd] {
            error(at, std_error.unwrap_or(0.0))?;
        }
        ends(at, metric.ci95, false)?;
        ends(at, metric.epistemic90, false)?;
        let Histogram { edges, counts } = &metric.histogram;
        if edges.len() != counts.len() + 1 && !(edges.is_empty() && counts.is_empty()) {
            let message = format!("{} edges for {} bars", edges.len(), counts.len());
            return fault(&format!("{at}.histogram"), message);
        }
        if edges.iter().zip(edges.iter().skip(1)).any(|(a, b)| a > b) {
            return fault(&format!("{at}.histogram"), "its edges rise");
        }
        let size = metric.sd.unwrap_or(0.0);
        let (mut sum, mut values) = (0.0, 0);
        for (trend, group) in &metric.by_trend {
            let at = format!("{at}.by_trend.{trend}");
            let trials = self.trials(&at, trend)?;
            share(&at, "defined", group.defined.unwrap_or(0.0))?;
            // Earlier versions kept no counts here.
            if group.sums.is_empty() && group.values.is_empty() {
                continue;
            }
            self.counts(&at, "values", &group.values, trials)?;
            if group.sums.len() != self.replicates {
                let message = format!(
                    "{} sums for {} replicates",
                    group.sums.len(),
                    self.replicates
                );
                return fault(&at, message);
            }
            let (own_sum, own): (f64, u64) = (group.sums.iter().sum(), group.values.iter().sum());
            is_mean(&at, group.mean, own_sum, own, size)?;
            sum += own_sum;
            values += own;
        }
        if values > 0 {
            is_mean(at, metric.mean, sum, values, size)?;
        }
        Ok(())
    }
}
