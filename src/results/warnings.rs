//! What a run tells its author about the file: events that never fired, rules that caught nothing,
//! chances that were not realised.
//!
//! The warnings that can be seen without a run are made by the lint of `model`.

use super::types::{ByTrend, EpistemicStatus, RunResult, Warning};
use crate::diagnostic::count;
use crate::estimate::{REPLICATES, gap};
use crate::math::special::student_t_quantile;
use crate::model::{Fires, Model};
use indexmap::IndexMap;

/// Draws below which an interval may miss draws that carry much of a probability.
const FEW_DRAWS: u64 = 100;

/// Warnings that follow from a result, in the order of the file.
pub fn from_result(model: &Model, result: &RunResult) -> Vec<Warning> {
    let mut warnings = Vec::new();
    events(model, result, &mut warnings);
    outcomes(result, &mut warnings);
    trends(result, &mut warnings);
    let run = &result.run;
    if run.non_finite > 0 {
        warnings.push(warning(
            "non-finite",
            format!(
                "{} of {} trials met a value that is not finite or out of its bounds; they count as unclassified, answer no question with yes, and leave every other number",
                count(run.non_finite),
                count(run.trials)
            ),
            "",
        ));
    }
    // Where nothing is uncertain all draws are the same, and none can be missed.
    let all = result
        .outcomes
        .iter()
        .map(|outcome| outcome.epistemic.status);
    if !all.clone().all(|status| status == EpistemicStatus::Exact) {
        warnings.extend(few_draws(run.draws, run.trials_per_draw));
    }
    if run.interrupted {
        warnings.push(warning(
            "interrupted",
            format!(
                "the run was ended early, after {} trials",
                count(run.trials)
            ),
            "",
        ));
    }
    warnings
}

/// Says that draws are few, if they are.
fn few_draws(draws: u64, trials_per_draw: u32) -> Option<Warning> {
    (draws < FEW_DRAWS && trials_per_draw > 1).then(|| {
        warning(
            "few-draws",
            format!("{draws} parameter draws are few: intervals can be too short; {FEW_DRAWS} or more are wanted"),
            "/run/trials",
        )
    })
}

/// Warnings of trials that were played again: how many were stopped, and of how many draws were
/// looked through.
pub fn of_replays(stopped: u64, draws: u64, trials_per_draw: u32) -> Vec<Warning> {
    let stopped = (stopped > 0).then(|| {
        warning(
            "non-finite",
            format!(
                "{} of the trials played again met a value that is not finite or out of its bounds; where they end is not known, and they count as not turned",
                count(stopped)
            ),
            "",
        )
    });
    (stopped.into_iter())
        .chain(few_draws(draws, trials_per_draw))
        .collect()
}

fn events(model: &Model, result: &RunResult, warnings: &mut Vec<Warning>) {
    for event in &result.events {
        let Some(code) = model.events.iter().find(|e| e.name == event.name) else {
            continue;
        };
        let place = code.pointer();
        // A shift is named by its two trends.
        let name = event.name.replace('>', " > ");
        if event.probability == 0.0 {
            let why = match code.fires {
                Fires::Hazard(_) => "its hazard is too small, or it was never allowed",
                Fires::At { .. } => {
                    "it was not allowed at its date, or its probability is too small"
                }
                Fires::Step(_) => {
                    "its probability is too small, or nothing was where it leaves from"
                }
                Fires::When(_) if code.probability.is_some() => {
                    "its condition never became true while it was allowed, or its probability is too small"
                }
                Fires::When(_) => "its condition never became true while it was allowed",
                Fires::Every { .. } => {
                    "it was allowed at none of its dates, or its probability is too small"
                }
                Fires::After(_) => {
                    "its clock never started, ran out after the end, or it was not allowed then"
                }
                Fires::Branch(of) => {
                    let whole = &model.events[of].name;
                    let parent = result.events.iter().find(|other| other.name == *whole);
                    // What it is a result of has been told of.
                    if parent.is_some_and(|parent| parent.probability == 0.0) {
                        continue;
                    }
                    "none of the firings had this result"
                }
            };
            warnings.push(warning(
                "never-fired",
                format!(
                    "`{name}` fired in none of {} trials: {why}",
                    count(result.run.trials)
                ),
                &place,
            ));
        }
        if let (Some(declared), Some(realised), Some(error)) =
            (event.declared, event.realised, event.realised_std_error)
        {
            let gap = (realised - declared).abs();
            if gap > 3.0 * error && gap > 0.2 * declared {
                warnings.push(warning(
                    "chance-not-realised",
                    format!(
                        "`{name}` is stated with a chance of {} within its window, but {} of the trials realise it: other events, factors or ratios {}",
                        percent(declared),
                        percent(realised),
                        if realised < declared {
                            "hold it back"
                        } else {
                            "add to it"
                        },
                    ),
                    &format!("{place}{}", if code.shift.is_some() { "" } else { "/hazard" }),
                ));
            }
        }
    }
}

fn outcomes(result: &RunResult, warnings: &mut Vec<Warning>) {
    let rules = result.outcomes.len() - 1;
    for (i, outcome) in result.outcomes[..rules].iter().enumerate() {
        if outcome.probability > 0.0 {
            continue;
        }
        let place = format!("/outcomes/{i}/when");
        if outcome.matched > 0 {
            warnings.push(warning(
                "outcome-shadowed",
                format!(
                    "earlier rules take all {} trials that satisfy the rule of `{}`",
                    count(outcome.matched),
                    outcome.name
                ),
                &place,
            ));
        } else {
            warnings.push(warning(
                "empty-outcome",
                format!(
                    "the rule of `{}` caught none of {} trials",
                    outcome.name,
                    count(result.run.trials)
                ),
                &place,
            ));
        }
    }
    if let Some(remainder) = result.outcomes.last()
        && rules > 0
    {
        let stopped = result.run.non_finite as f64 / result.run.trials as f64;
        if remainder.probability > stopped {
            warnings.push(warning(
                "unclassified",
                format!(
                    "no rule holds in {} of the trials: they are reported as `unclassified`",
                    percent(remainder.probability)
                ),
                "/outcomes",
            ));
        }
    }
}

/// Chance that a trend which makes no difference is not told of.
const LEVEL: f64 = 0.05;
/// A run that might have missed a difference this large says nothing of trends that make none.
const TOO_COARSE: f64 = 0.05;

/// Trends that come true whatever happens, or move nothing.
fn trends(result: &RunResult, warnings: &mut Vec<Warning>) {
    for trend in &result.scorecard {
        let name = &trend.name;
        let place = format!("/trends/{}", pointer(name));
        if let Some(end) = trend.comes_true.last() {
            let when = format!("{place}/when");
            let trials = count(result.run.trials);
            if end.probability <= 0.0 {
                let message =
                    format!("`{name}` has come true at the end of none of {trials} trials");
                warnings.push(warning("trend-never-true", message, &when));
            } else if end.probability >= 1.0 {
                let message = format!("`{name}` has come true at the end of all {trials} trials");
                warnings.push(warning("trend-always-true", message, &when));
            } else if let Some(reach) = no_gap([&end.by_trend].into_iter(), name) {
                let message = format!(
                    "`{name}` comes true in {} of the trials, as often whether or not it leads at the start: {}",
                    percent(end.probability),
                    would_show(reach)
                );
                warnings.push(warning("trend-true-anyway", message, &when));
            }
        }
        if let Some(reach) = no_gap(result.outcomes.iter().map(|o| &o.by_trend), name) {
            let message = format!(
                "no outcome is detectably likelier or less likely whether or not `{name}` leads at the start: {}",
                would_show(reach)
            );
            warnings.push(warning("trend-without-effect", message, &place));
        }
    }
}

/// What was looked for in vain, rounded up.
fn would_show(reach: f64) -> String {
    let unit = if reach < 0.001 { 100.0 } else { 10.0 };
    let points = (100.0 * reach * unit).ceil() / unit;
    format!("a difference of {points} points would have shown")
}

/// If the trials show no difference between those that start under this trend and those that start
/// under others, in any of some probabilities: the difference that they would have shown in each.
///
/// Each difference is tested against the error that pairing by replicate leaves; of several, the
/// level is shared (Bonferroni).
fn no_gap<'r>(
    all: impl Iterator<Item = &'r IndexMap<String, ByTrend>>,
    trend: &str,
) -> Option<f64> {
    let gaps: Vec<(f64, f64)> = all
        .filter(|by_trend| by_trend.values().any(|by| by.hits.iter().any(|&n| n > 0)))
        .map(|by_trend| {
            let mut counts = [[[0; REPLICATES]; 2]; 2];
            for (name, by) in by_trend {
                let group = &mut counts[usize::from(name != trend)];
                for (sums, own) in group.iter_mut().zip([&by.hits, &by.trials]) {
                    sums.iter_mut().zip(own).for_each(|(sum, n)| *sum += n);
                }
            }
            let [own, rest] = &counts;
            gap([own, rest].map(|[hits, trials]| [hits, trials]))
                .map(|(_, error, p_value)| (error, p_value))
        })
        .collect::<Option<_>>()?;
    let tests = gaps.len() as f64;
    if gaps.is_empty() || gaps.iter().any(|(_, p_value)| p_value * tests < LEVEL) {
        return None;
    }
    let quantile = student_t_quantile(1.0 - LEVEL / (2.0 * tests), (REPLICATES - 1) as f64);
    let reach = gaps.iter().map(|(error, _)| quantile * error);
    let reach = reach.fold(0.0, f64::max);
    (reach < TOO_COARSE).then_some(reach)
}

fn warning(code: &str, message: String, path: &str) -> Warning {
    Warning {
        code: code.into(),
        message,
        path: path.into(),
    }
}

/// A share with three significant digits at most.
fn percent(p: f64) -> String {
    let value = p * 100.0;
    let digits = if value >= 10.0 {
        0
    } else if value >= 1.0 {
        1
    } else {
        3
    };
    format!("{value:.digits$}%")
}

/// A name as a part of a JSON pointer (RFC 6901).
fn pointer(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::super::assemble;
    use super::*;
    use crate::engine::{Settings, Silent, simulate};
    use crate::model::build;
    use crate::program::compile;
    use crate::scenario::load_str;

    const CASE: &str = r#"{
        "format": 1, "name": "case", "start": "2026-01-01", "horizon": "12 months", "step": "1 week",
        "trends": {"calm": {"weight": 1}, "war": {"weight": 0}},
        "shifts": {"calm": {"war": {"rate": 1e-9, "per": "year"}}},
        "phases": {"open": {"start": true}, "shut": {}},
        "events": {
            "shutting": {"hazard": {"rate": 5, "per": "year"}, "phases": ["open"], "effects": [{"phase": "shut"}]},
            "strike": {"hazard": {"chance": 0.9, "within": "12 months"}, "phases": ["open"]},
            "flood": {"hazard": {"chance": 0.2, "within": "12 months", "times": {"factor": 4}}}
        },
        "outcomes": [{"name": "dry", "when": "not ever(flood)"}, {"name": "wet", "when": "ever(flood)"}]
    }"#;

    fn told() -> Vec<Warning> {
        told_of(CASE, 1024, 1)
    }

    fn told_of(text: &str, trials: u64, seed: u64) -> Vec<Warning> {
        let loaded = load_str(text, "case.json").unwrap_or_else(|r| panic!("{:?}", r.diagnostics));
        let model = build(&loaded)
            .unwrap_or_else(|faults| panic!("{faults:?}"))
            .model;
        let program = compile(&model);
        let settings = Settings::new(trials, None, seed);
        let summary = simulate(&program, &settings, &Silent).expect("it runs");
        from_result(&model, &assemble(&model, &program, &summary))
    }

    #[test]
    fn a_shift_that_never_came_is_named_by_both_trends_and_trials_are_grouped_by_thousands() {
        let told = told();
        let never = told.iter().find(|warning| warning.code == "never-fired");
        let never = never.expect("one in a billion years");
        assert!(
            never
                .message
                .starts_with("`calm > war` fired in none of 1,024 trials"),
            "{never:?}"
        );
        assert_eq!(never.path, "/shifts/calm/war");
    }

    /// Under `high` a raid is likelier by this factor; otherwise the trends are alike.
    fn two_trends(factor: f64) -> String {
        format!(
            r#"{{
            "format": 1, "name": "case", "start": "2026-01-01", "horizon": "12 months", "step": "1 month",
            "trends": {{"low": {{"weight": 0.5}}, "high": {{"weight": 0.5, "when": "ever(raid)"}}}},
            "phases": {{"open": {{"start": true}}}},
            "parameters": {{"p": {{"uniform": [0.1, 0.7]}}}},
            "events": {{"raid": {{"hazard": {{"chance": "p", "within": "12 months", "times": {{"trend": {{"high": {factor}}}}}}}}}}},
            "outcomes": [{{"name": "raided", "when": "ever(raid)"}}, {{"name": "spared", "when": "true"}}]
        }}"#
        )
    }

    #[test]
    fn a_trend_without_an_effect_is_one_that_the_trials_cannot_tell_from_none() {
        let codes = |factor, trials, seed| -> Vec<String> {
            let told = told_of(&two_trends(factor), trials, seed);
            let own = told
                .into_iter()
                .filter(|w| w.path.starts_with("/trends/high"));
            own.map(|w| w.code).collect()
        };
        let both = ["trend-true-anyway", "trend-without-effect"];
        assert_eq!(codes(1.0, 65_536, 1), both);
        // A raid is likelier by a point: little, and seen beyond doubt.
        assert_eq!(codes(1.04, 65_536, 1), [""; 0]);
        // A few hundred trials show neither an effect nor that there is none.
        assert_eq!(codes(1.0, 512, 1), [""; 0]);
        let told = told_of(&two_trends(1.0), 65_536, 1);
        let mut own = told.iter().filter(|w| w.path == "/trends/high");
        let of = own.find(|w| w.code == "trend-without-effect");
        let message = &of.expect("it is told").message;
        assert!(message.contains("whether or not `high` leads"), "{message}");
        assert!(
            message.contains("a difference of 0.7 points would"),
            "{message}"
        );
    }

    #[test]
    fn trends_without_an_effect_are_told_of_in_nearly_all_runs_and_no_others() {
        let told = |factor: f64| {
            (1..=40).filter(move |seed| {
                let told = told_of(&two_trends(factor), 8192, *seed);
                told.iter()
                    .any(|w| w.code == "trend-without-effect" && w.path == "/trends/high")
            })
        };
        // One in twenty is wrongly taken for a difference: more than 6 of 40 has chance 0.03%.
        let without = told(1.0).count();
        assert!(without >= 34, "{without} of 40");
        // Ten points: nobody misses them.
        assert_eq!(told(1.5).count(), 0);
    }

    #[test]
    fn what_keeps_a_chance_from_being_realised_is_told_from_what_adds_to_it() {
        let told = told();
        for (event, ending) in [
            ("strike", "ratios hold it back"),
            ("flood", "ratios add to it"),
        ] {
            let of_event = |warning: &&Warning| {
                warning.code == "chance-not-realised" && warning.path.contains(event)
            };
            let warning = told.iter().find(of_event);
            let message = &warning
                .unwrap_or_else(|| panic!("{event}: {told:?}"))
                .message;
            assert!(message.ends_with(ending), "{message}");
        }
    }
}
