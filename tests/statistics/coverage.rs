//! Intervals cover the truth as often as they claim, from scenario to result.
//!
//! 200 seeds each. Misses of a true 95% interval are binomial with mean 10 and standard deviation
//! 3.1: more than 25, or none at all, happens to a right interval less than once in 10,000 times.
//! The measured coverage of the interval is 0.93 to 0.96, which leaves it at once in 1,000.

use crate::harness::{metric, outcome, question, scenario, settings, study};
use quincunx::engine::Silent;
use quincunx::random::design::Design;
use serde_json::{Value, json};

const SEEDS: u64 = 200;

/// Misses of outcome, question and metric intervals of the same known truth, above it and below.
fn misses(design: Design, whole: &Value, truth: f64, trials: u64) -> [u32; 3] {
    let study = study(whole);
    let mut missed = [0; 3];
    for seed in 0..SEEDS {
        let settings = settings(&study, trials, 1000 + seed)
            .design(design)
            .threads(1);
        let result = study.run(&settings, &Silent).expect("a run");
        let intervals = [
            outcome(&result, "yes").ci95,
            question(&result, "happens").ci95,
            metric(&result, "happened").ci95.expect("an interval"),
        ];
        for ((count, [low, high]), wide) in
            missed.iter_mut().zip(intervals).zip([true, true, false])
        {
            assert!(low < high || !wide, "an interval has a width");
            *count += u32::from(!(low <= truth && truth <= high));
        }
    }
    missed
}

fn event(parameters: Value, trends: Value, probability: Value) -> Value {
    let mut sections = json!({
        "parameters": parameters,
        "events": {"falls": {"at": "2001-07-01", "probability": probability, "effects": []}},
        "outcomes": [{"name": "yes", "when": "ever(falls)"}],
        "questions": {"happens": {"ever": "ever(falls)", "by": "2001-08-01"}},
        "metrics": {"happened": "count(falls)"},
    });
    if !trends.is_null() {
        sections["trends"] = trends;
    }
    scenario(1.0, 1.0, sections)
}

#[test]
fn intervals_of_a_known_probability_cover_it_as_often_as_they_claim() {
    for (truth, design) in [0.3, 0.02]
        .into_iter()
        .flat_map(|p| Design::ALL.map(|d| (p, d)))
    {
        let whole = event(json!({}), Value::Null, json!(truth));
        let [outcomes, questions, metrics] = misses(design, &whole, truth, 4096);
        assert_eq!(outcomes, questions);
        assert!(
            (1..=25).contains(&outcomes),
            "{truth}, {design:?}: {outcomes} of {SEEDS} intervals of the outcome miss"
        );
        // The metric's is Student's t without Wilson's correction: at 80 expected hits it is a
        // little less sure.
        assert!(
            (1..=30).contains(&metrics),
            "{truth}, {design:?}: {metrics} of {SEEDS} intervals of the mean miss"
        );
    }
}

#[test]
fn intervals_cover_when_the_probability_itself_is_not_known() {
    // p is beta(2, 6), and what is estimated is its mean, 1/4; an interval from trials taken as
    // independent would miss five times as often.
    let whole = event(
        json!({"p": {"beta": {"alpha": 2, "beta": 6}}}),
        Value::Null,
        json!("p"),
    );
    for design in Design::ALL {
        let [outcomes, questions, metrics] = misses(design, &whole, 0.25, 8192);
        assert_eq!(outcomes, questions);
        assert!(
            (1..=25).contains(&outcomes),
            "{design:?}: {outcomes} of {SEEDS} intervals of the outcome miss"
        );
        assert!(
            (1..=25).contains(&metrics),
            "{design:?}: {metrics} of {SEEDS} intervals of the mean miss"
        );
    }
}

#[test]
fn an_interval_of_what_never_happened_covers_a_probability_that_could_have_hidden() {
    // A truth of 1/2,048 shows in 63% of the runs of 2,048 trials: with or without a hit the
    // interval must cover it, nearly always.
    let truth = 1.0 / 2048.0;
    let whole = event(json!({}), Value::Null, json!(truth));
    for design in Design::ALL {
        let [outcomes, questions, _] = misses(design, &whole, truth, 2048);
        assert_eq!(outcomes, questions);
        assert!(
            outcomes <= 25,
            "{design:?}: {outcomes} of {SEEDS} intervals miss"
        );
    }
}
