//! What a run tells its author about the file: events that never fired, rules that caught nothing,
//! chances that were not realised.
//!
//! The warnings that can be seen without a run are made by the lint of `model`.

use super::types::{ByTrend, EpistemicStatus, RunResult, Warning};
use crate::diagnostic::count;
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

/// Gap of probabilities below which nothing is to be seen of a trend.
const NO_GAP: f64 = 0.02;

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
            } else if is_same(&end.by_trend, name) {
                let message = format!(
                    "`{name}` comes true in {} of the trials, and as often whether or not it leads at the start",
                    percent(end.probability)
                );
                warnings.push(warning("trend-true-anyway", message, &when));
            }
        }
        if result.outcomes.iter().all(|o| is_same(&o.by_trend, name)) {
            let message = format!(
                "every outcome is as likely, to {} points, whether or not `{name}` leads at the start",
                100.0 * NO_GAP
            );
            warnings.push(warning("trend-without-effect", message, &place));
        }
    }
}

/// Whether the trials show that it makes no difference to a probability which trend leads at the
/// start: this one, or one of the others.
fn is_same(by_trend: &IndexMap<String, ByTrend>, trend: &str) -> bool {
    let (mut own, mut rest) = (Share::default(), Share::default());
    for (name, by) in by_trend {
        let share = if name == trend { &mut own } else { &mut rest };
        share.hits += by.hits.iter().sum::<u64>();
        share.trials += by.trials.iter().sum::<u64>();
        let trials = by.trials.iter().sum::<u64>() as f64;
        share.variance +=
            (trials * by.std_error.unwrap_or(1.0)) * (trials * by.std_error.unwrap_or(1.0));
    }
    let (Some((p, error)), Some((q, other))) = (own.estimate(), rest.estimate()) else {
        return false;
    };
    let reach = 2.0 * (error * error + other * other).sqrt();
    (p - q).abs() + reach < NO_GAP
}

/// A share of trials under some trends.
#[derive(Default)]
struct Share {
    hits: u64,
    trials: u64,
    /// Of the number of hits.
    variance: f64,
}

impl Share {
    /// The share and its standard error.
    fn estimate(&self) -> Option<(f64, f64)> {
        let n = self.trials as f64;
        (self.trials > 0).then(|| (self.hits as f64 / n, self.variance.sqrt() / n))
    }
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
        let loaded = load_str(CASE, "case.json").unwrap_or_else(|r| panic!("{:?}", r.diagnostics));
        let model = build(&loaded)
            .unwrap_or_else(|faults| panic!("{faults:?}"))
            .model;
        let program = compile(&model);
        let settings = Settings::new(1024, None, 1);
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
