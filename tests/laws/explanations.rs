//! A difference is split among edits as its Shapley values say, and the parts sum to the whole.

use crate::harness::study;
use quincunx::analysis::{Quantity, explain};
use quincunx::engine::{Settings, Silent};
use quincunx::results::ExplainResult;
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
    let settings = Settings::new(20_000, None, 3);
    explain(&names, &of, &settings, &Silent, &|bits| {
        Ok(study(&alarm(bits, edits)))
    })
    .unwrap_or_else(|_| panic!("every set of edits runs"))
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
