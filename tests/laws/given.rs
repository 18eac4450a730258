//! A run that a condition splits gives conditional probabilities and means that a formula gives.

use crate::harness::{run, study};
use quincunx::analysis::{condition_as_question, given};
use quincunx::engine::{Settings, Silent};
use quincunx::results::{GivenResult, GivenRow};
use serde_json::{Value, json};

/// Two alarms of rates 0.6 and 1.1 in a year, independent but for a draw of the first rate that
/// they share: `shared` is read by both.
fn alarms(shared: bool) -> Value {
    let rate = if shared {
        json!({"uniform": [0.2, 1.0]})
    } else {
        json!({"value": 0.6})
    };
    json!({
        "format": 1, "name": "alarms", "start": "2026-01-01", "horizon": "12 months", "step": "1 month",
        "parameters": {"rate": rate},
        "phases": {"calm": {"start": true}},
        "events": {
            "first": {"hazard": {"rate": "rate", "per": "year"}},
            "second": {"hazard": {"rate": "rate + 0.5", "per": "year"}}
        },
        "groups": {"any": {"title": "Any alarm"}, "none": {"title": "None"}},
        "outcomes": [
            {"name": "second", "when": "ever(second)", "group": "any"},
            {"name": "first_alone", "when": "ever(first)", "group": "any"},
            {"name": "calm", "when": "true", "group": "none"}
        ],
        "metrics": {"seconds": "count(second)", "when": "first(first)"},
        "questions": {
            "both": {"holds": "ever(first) and ever(second)"},
            "second_early": {"holds": "first(second) < 0.5", "given": "ever(second)"}
        }
    })
}

fn split(file: &Value, condition: &str, trials: u64, threads: usize) -> GivenResult {
    let original = study(file);
    let (set, name) = condition_as_question(&original.model, condition);
    let mut asked = file.clone();
    asked["questions"][&name] = json!({ "holds": condition });
    assert!(set.starts_with(&format!("questions.{name}=")));
    let settings = Settings::new(trials, None, 11).threads(threads);
    given(
        &study(&asked),
        (&name, condition),
        &original,
        &settings,
        &Silent,
    )
    .unwrap_or_else(|error| panic!("{error}"))
}

fn row<'r>(rows: &'r [GivenRow], name: &str) -> &'r GivenRow {
    rows.iter().find(|row| row.name == name).expect(name)
}

/// Value and error against an exact number; 5.5 standard errors of 16 replicates.
fn near(what: &str, value: Option<f64>, error: Option<f64>, exact: f64) {
    let (value, error) = (value.expect(what), error.expect(what));
    assert!(
        (value - exact).abs() < 5.5 * error,
        "{what}: {value} ± {error}, exact {exact}"
    );
    assert!(error > 0.0, "{what}");
}

#[test]
fn independent_alarms_know_nothing_of_one_another_and_a_part_knows_its_whole() {
    let found = split(&alarms(false), "ever(first)", 60_000, 0);
    let (first, second) = (1.0 - libm::exp(-0.6), 1.0 - libm::exp(-1.1));
    near(
        "condition",
        Some(found.probability),
        Some(found.std_error),
        first,
    );
    let one = row(&found.outcomes, "second");
    near("held", one.held.value, one.held.std_error, second);
    near("not", one.not_held.value, one.not_held.std_error, second);
    near("difference", one.difference, one.difference_std_error, 0.0);
    assert!(!one.detectable);
    let both = row(&found.questions, "both");
    near("both", both.held.value, both.held.std_error, second);
    assert_eq!(both.not_held.value, Some(0.0));
    assert!(
        both.detectable && both.not_held.std_error > Some(0.0),
        "{both:?}"
    );
    let count = row(&found.metrics, "seconds");
    near("mean", count.held.value, count.held.std_error, 1.1);
    near(
        "difference of means",
        count.difference,
        count.difference_std_error,
        0.0,
    );
    let when = row(&found.metrics, "when");
    assert_eq!((when.not_held.value, when.not_held.trials), (None, 0));
    assert_eq!(when.difference, None);
    // Its own condition has to hold as well: the second came, and whether it was early does not
    // hang on the first.
    let early = row(&found.conditional, "second_early");
    let half = 0.5;
    near(
        "early",
        early.held.value,
        early.held.std_error,
        (1.0 - libm::exp(-1.1 * half)) / second,
    );
    assert!(early.held.trials < found.sides[0].trials);
    assert_eq!(
        found.sides[0].trials + found.sides[1].trials,
        found.run.trials
    );
    let calm = row(&found.groups, "none");
    assert_eq!(calm.held.value, Some(0.0));
    near(
        "calm",
        calm.not_held.value,
        calm.not_held.std_error,
        1.0 - second,
    );
}

#[test]
fn what_alarms_have_in_common_is_seen_in_their_conditional_chances() {
    let found = split(&alarms(true), "ever(first)", 200_000, 0);
    // Means over the uniform rate by Simpson's rule.
    let mean = |f: &dyn Fn(f64) -> f64| {
        let n = 2000;
        let sum: f64 = (0..=n)
            .map(|i| {
                let weight = if i == 0 || i == n {
                    1.0
                } else if i % 2 == 1 {
                    4.0
                } else {
                    2.0
                };
                weight * f(0.2 + 0.8 * f64::from(i) / f64::from(n))
            })
            .sum();
        sum / (3.0 * f64::from(n))
    };
    let fires = |rate: f64| 1.0 - libm::exp(-rate);
    let first = mean(&fires);
    let both = mean(&|r| fires(r) * fires(r + 0.5));
    let second = mean(&|r| fires(r + 0.5));
    let one = row(&found.outcomes, "second");
    near("held", one.held.value, one.held.std_error, both / first);
    let not = (second - both) / (1.0 - first);
    near("not", one.not_held.value, one.not_held.std_error, not);
    near(
        "difference",
        one.difference,
        one.difference_std_error,
        both / first - not,
    );
    assert!(one.detectable && one.held.effective_trials < Some(found.run.trials as f64));
}

#[test]
fn both_sides_together_are_the_run_and_threads_change_nothing() {
    let file = alarms(true);
    let found = split(&file, "ever(first)", 8192, 1);
    assert_eq!(found, split(&file, "ever(first)", 8192, 2));
    let alone = run(&study(&file), 8192, 11);
    for (row, outcome) in found.outcomes.iter().zip(&alone.outcomes) {
        assert_eq!(row.all.value, Some(outcome.probability), "{}", row.name);
        assert_eq!(row.all.std_error, Some(outcome.std_error), "{}", row.name);
    }
    for (row, question) in found.questions.iter().zip(&alone.questions) {
        assert_eq!(
            (row.name.as_str(), row.all.value),
            (question.name.as_str(), Some(question.probability))
        );
    }
    let metric = &alone.metrics[0];
    let of = row(&found.metrics, &metric.name);
    assert!((of.all.value.expect("a mean") - metric.mean.expect("a mean")).abs() < 1e-12);
    assert_eq!(
        found
            .scenario
            .source
            .get("questions")
            .and_then(Value::as_object)
            .map(|q| q.len()),
        Some(2)
    );
    let never = split(&file, "false", 1024, 0);
    assert_eq!(
        (
            never.sides[0].trials,
            row(&never.outcomes, "second").held.value
        ),
        (0, None)
    );
}
