//! What becomes of trends, and sums of outcomes: a trend's condition is about the path up to the
//! time that it is asked for, and a group is its outcomes.

use crate::harness::{MOST_ERRORS, scenario, settings, study};
use quincunx::analysis::storyline;
use quincunx::engine::Silent;
use quincunx::results::{RunResult, Storyline, TrendScore};
use serde_json::json;

/// From `from` to `to`: the value of `x` and when it begins and ends.
fn pieces(story: &Storyline, until: f64) -> Vec<(f64, f64, f64)> {
    let mut pieces = Vec::new();
    let (mut from, mut x) = (0.0, story.start.indicators["x"]);
    for happening in story.happenings.iter().filter(|h| h.time <= until) {
        pieces.push((from, happening.time, x));
        (from, x) = (happening.time, happening.indicators["x"]);
    }
    pieces.push((from, until, x));
    pieces
}

fn score<'r>(result: &'r RunResult, name: &str) -> &'r TrendScore {
    let found = result.scorecard.iter().find(|trend| trend.name == name);
    found.unwrap_or_else(|| panic!("no trend {name}"))
}

/// Every way to read a path, at an instant inside of a step, at a grid point and at the end, trial
/// by trial from the stories.
#[test]
fn a_trend_comes_true_by_what_the_path_was_up_to_then() {
    let by = json!(["73 days", "6 months", 1]);
    let trend = |when: &str| json!({"weight": 0.2, "when": when, "by": by});
    let study = study(&scenario(
        1.0,
        0.5,
        json!({
            "trends": {
                "spent": trend("time_in(x == 1) > 0.4 * t"),
                "mean": trend("average(3 * x) > 1.2"),
                "peak": trend("highest(n) >= 3 and lowest(1 - x) < 0.5"),
                "state": trend("final(x) == 1 and count(on) >= 2"),
                "first": trend("first(x == 1) < 0.1 and ever(x == 0 and ever(on))"),
            },
            "indicators": {"x": {"start": 0}, "n": {"start": 0}},
            "events": {
                "on": {"hazard": 8, "if": "x == 0", "effects": [{"set": "x", "to": 1}, {"add": "n", "by": 1}]},
                "off": {"hazard": 8, "if": "x == 1", "effects": [{"set": "x", "to": 0}]},
            },
        }),
    ));
    let settings = settings(&study, 1024, 57);
    let result = study.run(&settings, &Silent).expect("a run");
    let stories: Vec<Storyline> = (0..1024)
        .map(|trial| storyline(&study, &settings, trial).unwrap_or_else(|e| panic!("{e}")))
        .collect();
    for (place, until) in [73.0 / 365.25, 0.5, 1.0].into_iter().enumerate() {
        let mut yes = [0_u64; 5];
        for story in &stories {
            let pieces = pieces(story, until);
            let spent: f64 = pieces.iter().map(|(from, to, x)| x * (to - from)).sum();
            let ups = pieces.windows(2).filter(|p| p[0].2 < p[1].2).count();
            let is_on = pieces.last().is_some_and(|p| p.2 == 1.0);
            let first = pieces.iter().find(|p| p.2 == 1.0).map(|p| p.0);
            let truths = [
                spent > 0.4 * until,
                spent / until > 0.4,
                ups >= 3,
                is_on && ups >= 2,
                first.is_some_and(|first| first < 0.1) && (!is_on || ups >= 2),
            ];
            yes.iter_mut()
                .zip(truths)
                .for_each(|(n, truth)| *n += u64::from(truth));
        }
        for (name, yes) in ["spent", "mean", "peak", "state", "first"]
            .into_iter()
            .zip(yes)
        {
            let chance = &score(&result, name).comes_true[place];
            assert_eq!(chance.probability, yes as f64 / 1024.0, "{name} by {until}");
            assert!(
                yes > 20 && yes < 1004,
                "{name} by {until}: {yes} of 1024 tell nothing"
            );
            assert!(
                (chance.years - until).abs() < 1e-9,
                "{name}: {}",
                chance.years
            );
        }
    }
}

/// From `a` to `b` at a rate of 2 per year and never back: `a` leads for (1 - exp(-2)) / 2 of the
/// year, and `b` comes true with 1 - exp(-2 t). `wet` is drawn apart from all that.
#[test]
fn leads_and_conditional_outcomes_have_their_closed_forms() {
    let study = study(&scenario(
        1.0,
        0.25,
        json!({
            "trends": {"a": {"weight": 1}, "b": {"weight": 0, "when": "trend == b", "by": ["3 months"]}},
            "shifts": {"a": {"b": {"rate": 2, "per": "year"}}},
            "events": {"rain": {"hazard": {"chance": 0.3, "within": 1}}},
            "outcomes": [{"name": "wet", "when": "ever(rain)"}, {"name": "dry", "when": "not ever(rain)"}],
        }),
    ));
    let result = study
        .run(&settings(&study, 40_960, 58), &Silent)
        .expect("a run");
    let near = |what: &str, found: f64, error: f64, truth: f64| {
        let z = (found - truth) / error;
        assert!(
            error > 0.0 && z.abs() < MOST_ERRORS,
            "{what}: {found} ± {error}, not {truth}"
        );
    };
    let (a, b) = (score(&result, "a"), score(&result, "b"));
    let share = (1.0 - libm::exp(-2.0)) / 2.0;
    near("a leads", a.leads, a.leads_std_error, share);
    near("b leads", b.leads, b.leads_std_error, 1.0 - share);
    assert!(a.comes_true.is_empty() && a.outcomes_given.is_empty());
    for (chance, t) in b.comes_true.iter().zip([0.25, 1.0]) {
        near(
            "b",
            chance.probability,
            chance.std_error,
            1.0 - libm::exp(-2.0 * t),
        );
    }
    for (name, truth) in [("wet", 0.3), ("dry", 0.7), ("unclassified", 0.0)] {
        let share = &b.outcomes_given[name];
        let (p, error) = (
            share.probability.expect("trials"),
            share.std_error.expect("trials"),
        );
        near(name, p, error, truth);
    }
}

#[test]
fn a_group_is_the_sum_of_its_outcomes_and_its_error_is_its_own() {
    let study = study(&scenario(
        1.0,
        0.25,
        json!({
            "parameters": {"p": {"uniform": [0.1, 0.9]}},
            "trends": {"a": {"weight": 0.5}, "b": {"weight": 0.5}},
            "indicators": {"x": {"start": {"uniform": [0, 1]}}},
            "groups": {"low": {"title": "Low"}, "high": {"title": "High"}},
            "outcomes": [
                {"name": "lowest", "group": "low", "when": "x < p / 2"},
                {"name": "lower", "group": "low", "when": "x < p"},
                {"name": "upper", "group": "high", "when": "x >= p"},
            ],
        }),
    ));
    let result = study
        .run(&settings(&study, 20_480, 59), &Silent)
        .expect("a run");
    for group in &result.groups {
        let members = result
            .outcomes
            .iter()
            .filter(|o| group.outcomes.contains(&o.name));
        let members: Vec<_> = members.collect();
        for (trend, by) in &group.by_trend {
            for (m, hits) in by.hits.iter().enumerate() {
                let sum: u64 = members.iter().map(|o| o.by_trend[trend].hits[m]).sum();
                assert_eq!(*hits, sum, "{} under {trend}, replicate {m}", group.name);
            }
        }
    }
    let [low, high] = [&result.groups[0], &result.groups[1]];
    assert!((low.probability + high.probability - 1.0).abs() < 1e-12);
    assert!((low.std_error - high.std_error).abs() < 1e-12);
    let upper = &result.outcomes[2];
    assert_eq!(
        (high.probability, high.std_error),
        (upper.probability, upper.std_error)
    );
    assert_eq!(high.epistemic90, upper.epistemic90);
    // p is uniform on .1 to .9, and so is the chance of `low` given it.
    let ends = low.epistemic90.expect("a range");
    let errors = low.epistemic.std_error.expect("it is resolved");
    for (end, (error, truth)) in ends.into_iter().zip(errors.into_iter().zip([0.14, 0.86])) {
        assert!(
            ((end - truth) / error).abs() < MOST_ERRORS,
            "{end} ± {error}, not {truth}"
        );
    }
}

/// The chance of `hit` is .2 + .6 a, so that `a` explains all but the 400th that varies within its
/// bins, and the outermost bins average .215 and .785; `idle` is in no formula. Trend weights
/// explain all of `led`.
#[test]
fn the_drivers_of_a_class_are_those_that_move_it() {
    let study = study(&scenario(
        1.0,
        0.25,
        json!({
            "parameters": {"a": {"uniform": [0, 1]}, "idle": {"uniform": [0, 1]}},
            "trends": {"b": {"weight": 0.5}, "c": {"weight": 0.5}},
            "weight_concentration": 5,
            "indicators": {"x": {"start": {"uniform": [0, 1]}}},
            "groups": {"hit": {}},
            "outcomes": [
                {"name": "hit_b", "group": "hit", "when": "x < 0.2 + 0.6 * a + 0 * idle and start_trend == b"},
                {"name": "hit_c", "group": "hit", "when": "x < 0.2 + 0.6 * a"},
                {"name": "led", "when": "start_trend == b"},
            ],
        }),
    ));
    let result = study
        .run(&settings(&study, 102_400, 60), &Silent)
        .expect("a run");
    let of = |name: &str| {
        let found = result.drivers.iter().find(|d| d.of == name);
        found.unwrap_or_else(|| panic!("nothing is said of {name}"))
    };
    assert_eq!(result.drivers.len(), 2);
    let hit = of("hit");
    assert_eq!((hit.kind.as_str(), hit.looked_at), ("group", 4));
    let a = &hit.inputs[0];
    assert_eq!((a.input.as_str(), a.kind.as_str()), ("a", "parameter"));
    let z = (a.share - 0.9975) / a.share_std_error;
    assert!(a.detectable && z.abs() < MOST_ERRORS, "{a:?}");
    for (found, error, truth) in [
        (a.low, a.low_std_error, 0.215),
        (a.high, a.high_std_error, 0.785),
    ] {
        assert!(
            ((found - truth) / error).abs() < MOST_ERRORS,
            "{found} ± {error}, not {truth}"
        );
    }
    for other in &hit.inputs[1..] {
        assert!(!other.detectable && other.share < 0.05, "{other:?}");
    }
    let led = of("led");
    let weights: Vec<_> = led.inputs.iter().filter(|i| i.kind == "weight").collect();
    // Two weights that sum to one say the same; what is left of `led` after `hit` also moves with
    // `a`.
    assert_eq!(weights.len(), 2);
    for weight in weights {
        assert!(weight.detectable && weight.share > 0.3, "{weight:?}");
    }
    assert!(!led.inputs.iter().any(|i| i.input == "idle" && i.detectable));
}

#[test]
fn a_question_without_a_date_is_about_the_whole_run() {
    let study = study(&scenario(
        1.0,
        0.25,
        json!({
            "indicators": {"x": {"start": {"uniform": [0, 1]}}},
            "events": {"rain": {"hazard": {"chance": 0.3, "within": 1}}},
            "outcomes": [{"name": "rained", "when": "ever(rain)"}, {"name": "dry", "when": "time_in(ever(rain)) == 0"}],
            "questions": {
                "rained": {"ever": "ever(rain)"},
                "dry": {"holds": "time_in(ever(rain)) == 0"},
                "dated": {"ever": "ever(rain)", "by": "2002-01-01"},
            },
        }),
    ));
    let result = study
        .run(&settings(&study, 8192, 61), &Silent)
        .expect("a run");
    for (question, outcome) in [(0, 0), (1, 1), (2, 0)] {
        let (question, outcome) = (&result.questions[question], &result.outcomes[outcome]);
        assert_eq!(
            (question.probability, question.std_error),
            (outcome.probability, outcome.std_error),
            "{}",
            question.name
        );
    }
    let dated: Vec<bool> = result.questions.iter().map(|q| q.dated).collect();
    assert_eq!(dated, [false, false, true]);
}
