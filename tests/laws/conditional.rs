//! Questions about the trials in which a condition holds: chances, errors, differences, and what is
//! said where there is no trial.

use crate::harness::{Agreement, MOST_ERRORS, covers, run, scenario, settings, study};
use quincunx::analysis::{Study, compare, storyline};
use quincunx::engine::Silent;
use quincunx::results::{ConditionalResult, EpistemicStatus, RunResult};
use serde_json::{Value, json};

/// A warning that comes at one of two uncertain rates, and a strike that comes only after it.
fn warned(strike: f64) -> Value {
    scenario(
        1.0,
        0.25,
        json!({
            "parameters": {"rate": {"discrete": {"values": [0.5, 2], "probabilities": [0.5, 0.5]}}, "strike_rate": strike},
            "events": {
                "warning": {"hazard": "rate", "limit": 1, "effects": []},
                "strike": {"hazard": "strike_rate * rate", "if": "ever(warning)", "limit": 1, "effects": []},
                "never": {"hazard": 0, "effects": []},
            },
            "questions": {
                "struck": {"ever": "ever(strike)", "given": "ever(warning)"},
                "struck_early": {"holds": "ever(strike)", "at": "2001-07-02", "given": "count(warning, to: 2001-04-01) > 0"},
                "of_none": {"holds": "ever(strike)", "given": "ever(never)"},
                "plain": {"ever": "ever(strike)"},
            },
        }),
    )
}

fn conditional<'r>(result: &'r RunResult, name: &str) -> &'r ConditionalResult {
    let mut all = result.conditional.iter();
    all.find(|q| q.name == name)
        .expect("a conditional question")
}

/// Chance of the strike by `t`, given a warning by `u`.
fn exact(strike: f64, t: f64, u: f64) -> f64 {
    let both = |a: f64| {
        let b = strike * a;
        // Warned at s up to u, struck by t.
        let missed = match a == b {
            true => a * u * libm::exp(-a * t),
            false => a * libm::exp(-b * t) * (1.0 - libm::exp(-(a - b) * u)) / (a - b),
        };
        1.0 - libm::exp(-a * u) - missed
    };
    let warned = |a: f64| 1.0 - libm::exp(-a * u);
    (both(0.5) + both(2.0)) / (warned(0.5) + warned(2.0))
}

#[test]
fn chances_among_some_trials_are_those_of_two_events_in_closed_form() {
    let result = run(&study(&warned(1.5)), 40_960, 311);
    let mut agreement = Agreement::default();
    let day = |n: f64| n / 365.25;
    for (name, t, u) in [
        ("struck", 1.0, 1.0),
        ("struck_early", day(182.0), day(91.0)),
    ] {
        let found = conditional(&result, name);
        let error = found.std_error.expect("an error");
        agreement.estimate(
            name,
            found.probability.expect("a chance"),
            exact(1.5, t, u),
            error,
        );
        let given = ((1.0 - libm::exp(-0.5 * u)) + (1.0 - libm::exp(-2.0 * u))) / 2.0;
        agreement.estimate(name, found.given_probability, given, found.given_std_error);
        let trials: u64 = found.trials.iter().sum();
        agreement.holds("counts", trials == found.trials_given && trials < 40_960);
    }
    let none = conditional(&result, "of_none");
    agreement.holds(
        "no trial",
        none.probability.is_none() && none.ci95.is_none(),
    );
    agreement.holds("no trial", none.trials_given == 0);
    agreement.holds("others stay apart", result.questions.len() == 1);
    agreement.finish(9);
}

#[test]
fn intervals_of_chances_among_some_trials_hold_the_truth_as_often_as_they_say() {
    let study = study(&warned(1.5));
    let truth = exact(1.5, 1.0, 1.0);
    covers(truth, 1000..1300, |seed| {
        let result = run(&study, 640, seed);
        conditional(&result, "struck").ci95.expect("an interval")
    });
}

#[test]
fn a_trial_tells_whether_the_question_arises() {
    let study = study(&warned(1.5));
    let settings = settings(&study, 640, 312);
    let mut seen = [0_u64; 2];
    let result = study.run(&settings, &Silent).expect("a run");
    for trial in 0..result.run.trials {
        let story = storyline(&study, &settings, trial).unwrap_or_else(|error| panic!("{error}"));
        let fired = |event: &str| story.happenings.iter().any(|h| h.event == event);
        let answer = fired("warning").then(|| fired("strike"));
        assert_eq!(story.conditional["struck"], answer, "trial {trial}");
        seen[0] += u64::from(answer.is_some());
        seen[1] += u64::from(answer == Some(true));
    }
    let found = conditional(&result, "struck");
    assert_eq!([found.trials_given, found.hits.iter().sum()], seen);
}

#[test]
fn differences_are_paired_by_replicate_and_nil_for_the_same_file() {
    let settings = |study: &Study| settings(study, 20_480, 313);
    let base = study(&warned(1.5));
    let other = study(&warned(1.8));
    let asked = settings(&base);
    let told = |others: Vec<Study>| {
        let mut all = vec![study(&warned(1.5))];
        all.extend(others);
        compare(&all.iter().collect::<Vec<_>>(), &asked, &Silent).expect("a comparison")
    };
    let result = told(vec![other, study(&warned(1.5))]);
    let row = &result.comparisons[0].conditional[0];
    let truth = exact(1.8, 1.0, 1.0) - exact(1.5, 1.0, 1.0);
    let (difference, error) = (row.difference.unwrap(), row.std_error.unwrap());
    assert!(
        (difference - truth).abs() < MOST_ERRORS * error,
        "{difference} {truth} {error}"
    );
    assert!(error < 0.7 * row.unpaired_std_error.unwrap(), "{row:?}");
    assert!(row.detectable);
    let none = &result.comparisons[0].conditional[2];
    assert_eq!((none.base, none.difference), (None, None));
    let same = &result.comparisons[1].conditional[0];
    assert_eq!((same.difference, same.std_error), (Some(0.0), Some(0.0)));
    assert!(!same.detectable);
}

#[test]
fn what_no_run_writes_is_not_read() {
    let result = run(&study(&warned(1.5)), 640, 314);
    let sound = serde_json::to_value(&result).expect("JSON");
    let check = |change: &dyn Fn(&mut Value)| {
        let mut value = sound.clone();
        change(&mut value["conditional"][0]);
        let result: RunResult = serde_json::from_value(value).expect("a result");
        quincunx::results::check_run(&result).is_ok()
    };
    assert!(check(&|_| {}));
    assert!(!check(&|q| q["trials_given"] = json!(1)));
    assert!(!check(&|q| q["probability"] = json!(0.99)));
    assert!(!check(&|q| q["hits"][3] = json!(1_000_000)));
    assert!(!check(&|q| q["std_error"] = Value::Null));
}

/// In a draw the chance is that of a strike at its own rate: over draws it runs from that at the
/// lowest rate to that at the highest. The 5% and 95% ends are those of two closed forms.
#[test]
fn the_range_over_draws_is_that_of_the_chance_within_a_draw() {
    let file = study(&scenario(
        1.0,
        0.25,
        json!({
            "parameters": {"rate": {"uniform": [0.2, 1.8]}},
            "events": {
                "warning": {"hazard": 1.5, "limit": 1},
                "strike": {"hazard": "rate", "limit": 1},
            },
            "questions": {
                "struck": {"ever": "ever(strike)", "given": "ever(warning)"},
                "of_few": {"ever": "ever(strike)", "given": "count(warning, to: 2001-01-08) > 0"},
                "sure": {"ever": "ever(warning)", "given": "ever(warning)"},
            },
        }),
    ));
    // The two clocks are independent: what is given says nothing of the strike.
    let exact = [0.28, 1.72].map(|rate: f64| 1.0 - libm::exp(-rate));
    let (mut held, mut told, mut scores) = ([0; 2], 0, Vec::new());
    const SEEDS: u64 = 40;
    for seed in 0..SEEDS {
        let result = run(&file, 32_768, 900 + seed);
        let found = conditional(&result, "struck");
        let epistemic = found.epistemic.as_ref().expect("a range");
        assert_eq!(epistemic.status, EpistemicStatus::Resolved, "{seed}");
        let ends = found.epistemic90.expect("ends");
        let errors = epistemic.std_error.expect("errors");
        for side in [0, 1] {
            let z = (ends[side] - exact[side]) / errors[side];
            held[side] += u32::from(z.abs() < 1.96);
            scores.push(z);
        }
        // Hardly any trials in a draw: whatever is told holds the truth.
        let few = conditional(&result, "of_few");
        if let Some([low, high]) = few.epistemic90 {
            let status = few.epistemic.as_ref().map(|e| e.status);
            let slack = match status {
                Some(EpistemicStatus::Resolved) => {
                    3.0 * few.epistemic.as_ref().unwrap().std_error.unwrap()[0]
                }
                _ => 0.0,
            };
            told += 1;
            assert!(
                low <= exact[0] + slack && exact[1] - slack <= high,
                "{seed}: {low} {high}"
            );
        }
        let sure = conditional(&result, "sure");
        assert_eq!(
            sure.epistemic90.map(|[low, high]| (low <= 1.0, high)),
            Some((true, 1.0))
        );
    }
    // 95% intervals of the ends, which are cautious.
    assert!(
        held.iter().all(|n| u64::from(*n) >= SEEDS * 85 / 100),
        "{held:?} {scores:?}"
    );
    assert!(told > 0);
    let none = run(&study(&warned(1.5)), 2_048, 3);
    let none = conditional(&none, "of_none");
    assert_eq!((none.epistemic90, none.trials_given), (None, 0));
}
