//! Months begin at midnight of their first day, wherever the rounding of the grid puts it.

use crate::harness::{Agreement, run, scenario, study};
use serde_json::{Map, json};

#[test]
fn a_daily_grid_spends_in_each_month_the_days_that_it_has() {
    let days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let metrics: Map<_, _> = (1..=12)
        .map(|m| {
            let name = format!("m{m}");
            (name, json!(format!("365.25 * time_in(month == {m})")))
        })
        .collect();
    // 2001 to 2003: no leap day among them.
    let whole = scenario(
        3.0 * 365.0 / 365.25,
        1.0 / 365.25,
        json!({"metrics": metrics}),
    );
    let result = run(&study(&whole), 1024, 1);
    let mut agreement = Agreement::default();
    for (m, days) in days.iter().enumerate() {
        let name = format!("m{}", m + 1);
        let metric = result.metrics.iter().find(|metric| metric.name == name);
        let mean = metric.and_then(|metric| metric.mean).expect("a mean");
        agreement.close(&name, mean, 3.0 * f64::from(*days), 1e-6);
    }
    agreement.finish(12);
}
