//! A reweighted run agrees with a fresh run under the new weights.

use super::rich;
use crate::harness::{covers, run, scenario, study};
use quincunx::analysis::reweight;
use quincunx::results::RunResult;
use serde_json::json;

const WEIGHTS: [(&str, f64); 3] = [
    ("stalemate", 0.2),
    ("escalation", 0.25),
    ("instability", 0.55),
];

fn asked() -> Vec<(String, f64)> {
    WEIGHTS
        .iter()
        .map(|(name, weight)| ((*name).to_owned(), *weight))
        .collect()
}

/// A run whose file states the new weights, under a seed of its own.
fn fresh(seed: u64) -> RunResult {
    let mut scenario = rich();
    for (name, weight) in WEIGHTS {
        scenario["trends"][name]["weight"] = json!(weight);
    }
    run(&study(&scenario), 65_536, seed)
}

/// Z = difference over the root of both squared errors; 4.5 of them over some 60 comparisons: false
/// alarm 1 in 2,000.
#[test]
fn a_reweighted_run_equals_a_fresh_one_within_its_error() {
    let base = run(&study(&rich()), 65_536, 11);
    let found = reweight(&base, &asked()).expect("every trend has trials");
    let mut sum = 0.0;
    for seed in [12, 13, 14] {
        let fresh = fresh(seed);
        let shares = (found
            .outcomes
            .iter()
            .map(|o| (&o.name, o.probability, o.std_error)))
        .chain(
            found
                .questions
                .iter()
                .map(|q| (&q.name, q.probability, q.std_error)),
        );
        let truths = (fresh.outcomes.iter().map(|o| (o.probability, o.std_error)))
            .chain(fresh.questions.iter().map(|q| (q.probability, q.std_error)));
        for ((name, p, error), (truth, other)) in shares.zip(truths) {
            let z = (p - truth) / (error * error + other * other).sqrt();
            assert!(
                z.abs() < 4.5,
                "{name}: {p} ± {error} against {truth} ± {other}"
            );
        }
        for (new, old) in found.metrics.iter().zip(&fresh.metrics) {
            let (Some(mean), Some(error)) = (new.mean, new.std_error) else {
                assert_eq!(old.mean, None, "{}", new.name);
                continue;
            };
            let (truth, other) = (old.mean.expect("a mean"), old.std_error.expect("an error"));
            if error == 0.0 && other == 0.0 {
                assert_eq!(mean, truth, "{}", new.name);
                continue;
            }
            let z = (mean - truth) / (error * error + other * other).sqrt();
            assert!(
                z.abs() < 4.5,
                "{}: {mean} ± {error} against {truth} ± {other}",
                new.name
            );
            sum += z.abs();
        }
    }
    assert!(sum > 0.0, "metrics were compared");
    // The new weights matter: a reweighting that did nothing would not pass.
    let moved = found.outcomes.iter().any(|o| o.difference.detectable);
    assert!(moved, "{:#?}", found.outcomes);
}

/// Differences over 40 pairs of runs, in their errors: their mean square is 1 with a standard error
/// of about √(2/(40·15/17)) = 0.24 for each outcome, less for the average over outcomes; 0.55 to
/// 1.6 is 5 of them where outcomes hang together.
#[test]
fn the_error_of_a_reweighted_probability_is_the_true_one() {
    let truth = fresh(99);
    let study = study(&rich());
    let (mut squares, mut count) = (0.0, 0);
    for seed in 0..40 {
        let base = run(&study, 8192, 1000 + seed);
        let found = reweight(&base, &asked()).expect("every trend has trials");
        for (new, old) in found.outcomes.iter().zip(&truth.outcomes) {
            if old.probability > 0.02 && old.probability < 0.98 {
                let variance = new.std_error * new.std_error + old.std_error * old.std_error;
                let gap = new.probability - old.probability;
                squares += gap * gap / variance;
                count += 1;
            }
        }
    }
    let mean = squares / f64::from(count);
    assert!(
        count >= 80 && (0.55..1.6).contains(&mean),
        "{mean} over {count}"
    );
}

/// Where trends decide nearly everything, a tenth of a weight that goes astray is many errors wide
/// (4 of them are allowed).
#[test]
fn weights_that_matter_are_followed_to_within_the_error() {
    let steep = |calm: f64| {
        let storm = 1.0 - calm;
        scenario(
            1.0,
            0.25,
            json!({
                "trends": {"calm": {"weight": calm}, "storm": {"weight": storm}},
                "phases": {"port": {"start": true}, "wreck": {}},
                "events": {"squall": {
                    "hazard": {"rate": 0.1, "per": "year", "times": {"trend": {"storm": 12}}},
                    "phases": ["port"], "effects": [{"phase": "wreck"}]
                }},
                "outcomes": [{"name": "wrecked", "when": "phase == wreck"}],
                "metrics": {"safe": "time_in(phase == port)"}
            }),
        )
    };
    let base = run(&study(&steep(0.8)), 65_536, 21);
    let fresh = run(&study(&steep(0.2)), 65_536, 22);
    let found = reweight(&base, &[("calm".into(), 0.2)]).expect("both have trials");
    let (new, old) = (&found.outcomes[0], &fresh.outcomes[0]);
    let z = (new.probability - old.probability)
        / (new.std_error * new.std_error + old.std_error * old.std_error).sqrt();
    assert!(z.abs() < 4.0, "{new:?} against {old:?}");
    assert!(new.difference.difference > Some(0.3) && new.difference.detectable);
    let (new, old) = (&found.metrics[0], &fresh.metrics[0]);
    let [(a, ea), (b, eb)] = [(new.mean, new.std_error), (old.mean, old.std_error)]
        .map(|(m, e)| (m.expect("a mean"), e.expect("an error")));
    let z = (a - b) / (ea * ea + eb * eb).sqrt();
    assert!(z.abs() < 4.0, "{new:?} against {b} ± {eb}");
}

/// Two trends that last, with clocks of their own: what is asked among some trials, and ratios of
/// means, have closed forms under any weights.
fn of_two_trends() -> serde_json::Value {
    let by_trend = |calm: f64, tense: f64| json!({"rate": 1, "times": {"trend": {"calm": calm, "tense": tense}}});
    scenario(
        1.0,
        1.0,
        json!({
            "parameters": {"more": {"uniform": [0.8, 1.2]}},
            "trends": {"calm": {"weight": 0.7}, "tense": {"weight": 0.3}},
            "events": {
                "warning": {"hazard": by_trend(0.2, 1.5)},
                "strike": {"hazard": by_trend(0.5, 2.0)},
                "never": {"hazard": 0},
                "other": {"hazard": "more"},
            },
            "metrics": {"warnings": "count(warning)", "strikes": "count(strike)"},
            "ratios": {"each": {"of": "warnings", "over": "strikes"}},
            "questions": {
                "struck": {"ever": "ever(strike)", "given": "ever(warning)"},
                "struck_often": {"ever": "count(strike) > 9", "given": "ever(warning)"},
                "of_none": {"ever": "ever(strike)", "given": "ever(never)"},
            },
        }),
    )
}

#[test]
fn chances_among_some_trials_and_ratios_are_reweighted_as_their_closed_forms() {
    let file = study(&of_two_trends());
    let asked = [("tense".to_owned(), 0.8)];
    let happens = |rate: f64| 1.0 - libm::exp(-rate);
    let warned = [0.2 * happens(0.2), 0.8 * happens(1.5)];
    let chance = (warned[0] * happens(0.5) + warned[1] * happens(2.0)) / (warned[0] + warned[1]);
    let ratio = (0.2 * 0.2 + 0.8 * 1.5) / (0.2 * 0.5 + 0.8 * 2.0);
    let runs: Vec<_> = (0..100)
        .map(|seed| {
            let base = run(&file, 2_048, 500 + seed);
            let found = reweight(&base, &asked).expect("every trend has trials");
            (base, found)
        })
        .collect();
    let of = |seed: u64| &runs[seed as usize];
    covers(chance, 0..100, |seed| of(seed).1.conditional[0].ci95);
    covers(ratio, 0..100, |seed| {
        of(seed).1.ratios[0].ci95.expect("an interval")
    });
    // Differences too: their intervals hold the exact ones.
    let in_run = |w: f64| {
        let warned = [(1.0 - w) * happens(0.2), w * happens(1.5)];
        (warned[0] * happens(0.5) + warned[1] * happens(2.0)) / (warned[0] + warned[1])
    };
    covers(chance - in_run(0.3), 0..100, |seed| {
        of(seed).1.conditional[0]
            .difference
            .ci95
            .expect("an interval")
    });
    for (base, found) in &runs {
        let rare = &found.conditional[1];
        assert!(rare.std_error > 0.0 && rare.ci95[0] <= rare.probability);
        assert_eq!(found.conditional.len(), 2, "no trial of the third");
        assert!(
            found
                .remarks
                .iter()
                .any(|remark| remark.contains("`of_none`"))
        );
        let same = reweight(base, &[("tense".to_owned(), 0.3)]).expect("weights");
        assert_eq!(
            Some(same.conditional[0].probability),
            base.conditional[0].probability
        );
        assert_eq!(same.conditional[0].difference.difference, Some(0.0));
        assert_eq!(
            same.conditional[0].epistemic90,
            base.conditional[0].epistemic90
        );
        assert_eq!(same.ratios[0].ratio, base.ratios[0].ratio);
    }
}
