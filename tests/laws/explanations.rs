//! A difference is split among edits as its Shapley values say, and the parts sum to the whole.

use crate::harness::study;
use quincunx::analysis::{Quantity, Side, explain, settings_of};
use quincunx::engine::{Settings, Silent};
use quincunx::results::{ExplainResult, ExplainedNumber, RunResult};
use serde_json::{Value, json};

/// Alarms that fire in a year with rates that edits raise from 0.2 by these; the second edit only
/// acts together with the first.
fn alarm(bits: u64, edits: usize) -> Value {
    let on = |edit: usize| f64::from(u8::from(bits >> edit & 1 == 1));
    let rate: f64 = 0.2
        + 0.6 * on(0)
        + 0.8 * on(0) * on(1)
        + (2..edits).map(|edit| 0.1 * on(edit)).sum::<f64>();
    json!({
        "format": 1, "name": "alarm", "start": "2026-01-01", "horizon": "12 months", "step": "1 month",
        "parameters": {"rate": {"value": rate}, "unused": {"value": on(edits)}},
        "phases": {"calm": {"start": true}},
        "events": {"alarm": {"hazard": {"rate": "rate", "per": "year"}}},
        "outcomes": [{"name": "alarmed", "when": "ever(alarm)"}],
        "metrics": {"alarms": "count(alarm)"}
    })
}

fn split(edits: usize, of: &[&str]) -> ExplainResult {
    let names: Vec<String> = (0..=edits).map(|i| format!("edit_{i}")).collect();
    let base = study(&alarm(0, edits));
    let of: Vec<Quantity> = (of.iter())
        .map(|name| Quantity::named(&base.model, name).expect("it is there"))
        .collect();
    let side = Side {
        settings: Settings::new(20_000, None, 3),
        finished: None,
    };
    explain(&names, &of, &[side.clone(), side], &Silent, &|bits| {
        Ok(study(&alarm(bits, edits)))
    })
    .unwrap_or_else(|_| panic!("every set of edits runs"))
}

/// A finished result of the alarm with some of two edits.
fn finished(bits: u64, trials: u64, seed: u64) -> RunResult {
    let settings = Settings::new(trials, None, seed);
    let run = study(&alarm(bits, 2)).run(&settings, &Silent);
    run.unwrap_or_else(|error| panic!("{error}"))
}

/// The difference of two finished results that differ in the first of these edits, if at all.
fn between(results: [&RunResult; 2], edits: usize, of: &[&str]) -> ExplainResult {
    let names: Vec<String> = (0..edits).map(|i| format!("edit_{i}")).collect();
    let base = study(&alarm(0, 2));
    let of: Vec<Quantity> = (of.iter())
        .map(|name| Quantity::named(&base.model, name).expect("it is there"))
        .collect();
    let sides = results.map(|result| Side {
        settings: settings_of(&result.run),
        finished: Some(result.clone()),
    });
    explain(&names, &of, &sides, &Silent, &|bits| {
        Ok(study(&alarm(bits, 2)))
    })
    .unwrap_or_else(|_| panic!("every set of edits runs"))
}

/// The kinds of the parts, which sum to the whole.
fn kinds(number: &ExplainedNumber) -> Vec<&str> {
    let parts = number
        .parts
        .iter()
        .map(|part| part.difference.expect("one"));
    let (sum, total) = (
        parts.sum::<f64>(),
        number.total.difference.expect("a difference"),
    );
    assert!((sum - total).abs() < 1e-12, "{sum} is not {total}");
    let sides = [number.base, number.other].map(|side| side.expect("a value"));
    assert!((sides[1] - sides[0] - total).abs() < 1e-12, "{sides:?}");
    number.parts.iter().map(|part| part.kind.as_str()).collect()
}

#[test]
fn results_of_other_seeds_and_sizes_have_a_row_of_sampling_noise() {
    let (one, other) = (finished(0, 20_000, 3), finished(1, 40_000, 4));
    let found = between([&one, &other], 1, &["alarmed", "alarms"]);
    // Two scenarios under two seeds.
    assert_eq!((found.runs, found.edits.len()), (4, 1));
    assert_eq!(found.other_run.as_ref(), Some(&other.run));
    let p = |rate: f64| 1.0 - libm::exp(-rate);
    for (number, exact) in found.numbers.iter().zip([p(0.8) - p(0.2), 0.6]) {
        assert_eq!(kinds(number), ["edit", "numbers"]);
        let near = |i: usize, exact: f64| {
            let part = &number.parts[i];
            let (d, error) = (part.difference.expect("one"), part.std_error.expect("one"));
            assert!((d - exact).abs() <= 5.5 * error, "{part:?}, exact {exact}");
            error
        };
        let noise = near(1, 0.0);
        assert!(near(0, exact) < noise, "the edit has common random numbers");
        // Noise is taken for news in 5% of pairs of seeds (`tests/statistics/why.rs`).
        assert!(number.parts[0].detectable);
        assert_ne!(number.parts[1].difference, Some(0.0));
    }
    let name = &found.numbers[0].parts[1].edit;
    assert_eq!(name, "sampling noise (seed 3 → 4, other size)");
    // Without an edit all of the difference is noise.
    let again = finished(0, 20_000, 4);
    let found = between([&one, &again], 0, &["alarmed"]);
    let number = &found.numbers[0];
    assert_eq!((kinds(number), found.runs), (vec!["numbers"], 2));
    assert_eq!(number.parts[0].difference, number.total.difference);
    assert_eq!(number.parts[0].detectable, number.total.detectable);
}

#[test]
fn a_result_of_another_version_has_a_row_of_the_engine() {
    let (one, mut other) = (finished(0, 20_000, 3), finished(1, 20_000, 3));
    let found = between([&one, &other], 1, &["alarmed"]);
    assert_eq!(kinds(&found.numbers[0]), ["edit"], "one engine, one seed");
    let total = found.numbers[0].total.difference.expect("one");
    other.tool.version = "99.0.0".into();
    let found = between([&one, &other], 1, &["alarmed"]);
    let number = &found.numbers[0];
    assert_eq!(kinds(number), ["edit", "engine"]);
    // It finds the same again.
    let engine = &number.parts[1];
    assert_eq!(
        (engine.difference, engine.std_error),
        (Some(0.0), Some(0.0))
    );
    assert!(
        !engine.detectable && engine.edit.ends_with("→ 99.0.0)"),
        "{}",
        engine.edit
    );
    assert_eq!(found.other_version.as_deref(), Some("99.0.0"));
    // As if that engine had brought 64 more in each replicate: 1,024 of 20,480 trials.
    let planted = |result: &mut RunResult| {
        for (_, by) in &mut result.outcomes[0].by_trend {
            by.hits.iter_mut().for_each(|hits| *hits += 64);
        }
        result.outcomes[0].probability += 0.05;
    };
    planted(&mut other);
    let found = between([&one, &other], 1, &["alarmed"]);
    let number = &found.numbers[0];
    assert_eq!(kinds(number), ["edit", "engine"]);
    let [edit, engine] = &number.parts[..] else {
        panic!("two parts")
    };
    assert!((engine.difference.expect("one") - 0.05).abs() < 1e-12);
    assert!(engine.detectable && edit.detectable);
    assert!((edit.difference.expect("one") - total).abs() < 1e-12);
    // What this version does not find again is told, whatever the file says of its version.
    other.tool = one.tool.clone();
    let found = between([&one, &other], 1, &["alarmed"]);
    assert_eq!(kinds(&found.numbers[0]), ["edit", "engine"]);
    assert!(found.numbers[0].parts[1].edit.contains("another build"));
}

#[test]
fn two_edits_that_act_together_share_what_they_do_together() {
    let found = split(2, &["alarmed", "alarms"]);
    let p = |rate: f64| 1.0 - libm::exp(-rate);
    // Of the mean: 0.6 by the first alone, 0.8 by both.
    let exact = [
        [
            0.5 * (p(0.8) - p(0.2) + p(1.6) - p(0.2)),
            0.5 * (p(1.6) - p(0.8)),
            0.0,
        ],
        [0.6 + 0.4, 0.4, 0.0],
    ];
    for (number, exact) in found.numbers.iter().zip(exact) {
        let mut sum = 0.0;
        for (part, exact) in number.parts.iter().zip(exact) {
            let (d, error) = (part.difference.expect("one"), part.std_error.expect("one"));
            assert!(
                (d - exact).abs() <= 5.5 * error,
                "{}: {d} ± {error}, exact {exact}",
                part.edit
            );
            assert_eq!(part.detectable, exact != 0.0, "{part:?}");
            sum += d;
        }
        let total = number.total.difference.expect("one");
        assert!((sum - total).abs() < 1e-12, "{sum} is not {total}");
        assert!(number.total.detectable);
    }
    assert_eq!((found.method.as_str(), found.runs), ("all-subsets", 8));
    // An edit that nothing reads is not known to do nothing.
    assert!(found.numbers[0].parts[2].std_error > Some(0.0));
}

#[test]
fn of_many_edits_random_orders_are_drawn_and_the_parts_still_sum_to_the_whole() {
    let found = split(9, &["alarms"]);
    assert_eq!(found.method, "drawn-orders");
    assert!(found.orders >= 4 && found.runs < 80, "{}", found.runs);
    let number = &found.numbers[0];
    let exact = |edit: usize| match edit {
        0 => 1.0,
        1 => 0.4,
        9 => 0.0,
        _ => 0.1,
    };
    let mut sum = 0.0;
    for (edit, part) in number.parts.iter().enumerate() {
        let (d, error) = (part.difference.expect("one"), part.std_error.expect("one"));
        assert!(
            (d - exact(edit)).abs() <= 5.5 * error.max(1e-12),
            "{edit}: {d} ± {error}"
        );
        sum += d;
    }
    let total = number.total.difference.expect("one");
    assert!((sum - total).abs() < 1e-12, "{sum} is not {total}");
}

/// Seven edits of a number without chance, the cube of the sum of what they add: orders are drawn,
/// and the error of a part is what they differ by. Over 30 seeds its root mean square is within 30%
/// of the actual spread about the Shapley values, which are means over all subsets.
#[test]
fn drawn_orders_have_the_error_that_they_differ_by() {
    const EDITS: usize = 7;
    let adds = |edit: usize| 0.5 + 0.25 * edit as f64;
    let sum = |bits: u64| -> f64 {
        let made = (0..EDITS).filter(|edit| bits >> edit & 1 == 1);
        made.map(adds).sum()
    };
    let file = |bits: u64| {
        json!({
            "format": 2, "name": "cube",
            "parameters": {"size": {"value": sum(bits)}},
            "metrics": {"cube": {"value": "size^3"}}
        })
    };
    let cube = |x: f64| x * x * x;
    let factorial = |n: usize| (1..=n).map(|i| i as f64).product::<f64>();
    let exact: Vec<f64> = (0..EDITS)
        .map(|edit| {
            let without = (0..1_u64 << EDITS).filter(|bits| bits >> edit & 1 == 0);
            let parts = without.map(|bits| {
                let size = bits.count_ones() as usize;
                let weight = factorial(size) * factorial(EDITS - size - 1) / factorial(EDITS);
                weight * (cube(sum(bits | 1 << edit)) - cube(sum(bits)))
            });
            parts.sum()
        })
        .collect();
    let names: Vec<String> = (0..EDITS).map(|edit| format!("edit_{edit}")).collect();
    let base = study(&file(0));
    let of = [Quantity::named(&base.model, "cube").expect("it is there")];
    let (mut off, mut stated) = (0.0, 0.0);
    for seed in 0..30 {
        let side = Side {
            settings: Settings::new(256, None, seed).threads(1),
            finished: None,
        };
        let sides = [side.clone(), side];
        let found = explain(&names, &of, &sides, &Silent, &|bits| Ok(study(&file(bits))));
        let found = found.unwrap_or_else(|_| panic!("every set of edits runs"));
        assert_eq!(found.method, "drawn-orders");
        for (part, exact) in found.numbers[0].parts.iter().zip(&exact) {
            let (d, error) = (part.difference.expect("one"), part.std_error.expect("one"));
            off += (d - exact) * (d - exact);
            stated += error * error;
        }
    }
    let ratio = libm::sqrt(stated / off);
    assert!((0.7..1.3).contains(&ratio), "stated over actual {ratio}");
}
