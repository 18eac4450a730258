//! Quantiles of the analyst's choice, whole distribution functions, and ratios of means.

use crate::harness::{
    Agreement, MOST_ERRORS, covers, metric, run, scenario, series, settings, study,
};
use quincunx::analysis::{Study, compare};
use quincunx::engine::Silent;
use quincunx::results::{RatioResult, RatioShape, RunResult};
use serde_json::{Value, json};

fn waiting(cost: f64, run: Value) -> Value {
    scenario(
        60.0,
        5.0,
        json!({
            "parameters": {"rate": {"uniform": [0.8, 1.2]}, "cost": cost},
            "indicators": {"level": {"start": {"uniform": [0, 1]}}},
            "events": {"end": {"hazard": 1, "limit": 1, "effects": []}, "visit": {"hazard": "rate", "effects": []}},
            "metrics": {
                "wait": {"value": "first(end)", "full": true},
                "visits": "count(visit, to: 1 year)",
                "spent": "cost * visits + 2 * at(level, 1 year)",
                "nothing": "0 * visits",
                "balance": "visits - count(visit, from: 2 years, to: 3 years)",
            },
            "ratios": {
                "price": {"of": "spent", "over": "visits", "unit": "USD"},
                "upside_down": {"of": "visits", "over": "nothing"},
                "open": {"of": "visits", "over": "balance"},
            },
            "run": run,
        }),
    )
}

fn ratio<'r>(result: &'r RunResult, name: &str) -> &'r RatioResult {
    result
        .ratios
        .iter()
        .find(|r| r.name == name)
        .expect("a ratio")
}

#[test]
fn quantiles_are_at_the_levels_that_the_file_asks_for() {
    let levels = json!({"quantiles": [0.9, 0.1, 0.5, 0.8, 0.975]});
    let result = run(&study(&waiting(3.0, levels)), 20_480, 331);
    let mut agreement = Agreement::default();
    let found = &metric(&result, "wait").quantiles;
    let told: Vec<f64> = found.iter().map(|q| q.level).collect();
    assert_eq!(told, [0.1, 0.5, 0.8, 0.9, 0.975]);
    for quantile in found {
        let exact = -libm::log(1.0 - quantile.level);
        let error = quantile.std_error.expect("an error");
        let name = format!("wait at {}", quantile.level);
        agreement.estimate(&name, quantile.value.expect("a value"), exact, error);
        // No wider than twice what 20,480 independent trials tell.
        let p = quantile.level;
        let least = (p * (1.0 - p) / 20_480.0).sqrt() / (1.0 - p);
        agreement.holds(&name, error < 2.0 * least);
    }
    for told in &series(&result, "level").quantiles {
        for (value, error) in told.values.iter().zip(&told.values_std_error) {
            agreement.estimate("level", *value, told.level, *error);
        }
    }
    // Those that are always told are the same with and without.
    let plain = run(&study(&waiting(3.0, json!({}))), 20_480, 331);
    let (own, other) = (metric(&result, "wait"), metric(&plain, "wait"));
    assert_eq!((own.mean, own.sd), (other.mean, other.sd));
    // Finer bins tell the usual ones no worse.
    assert!((own.p50.unwrap() - other.p50.unwrap()).abs() < other.p50_std_error.unwrap());
    assert!(other.quantiles.is_empty());
    assert_eq!(own.p50, own.quantiles[1].value);
    agreement.finish(5 * 2 + 5 * 13);
}

#[test]
fn a_whole_distribution_function_is_that_of_the_law() {
    for trials in [640, 20_480] {
        let result = run(&study(&waiting(3.0, json!({}))), trials, 332);
        let told = metric(&result, "wait")
            .distribution
            .as_ref()
            .expect("asked for");
        assert!(metric(&result, "visits").distribution.is_none());
        assert!(told.values.len() > 100, "{}", told.values.len());
        assert_eq!(told.shares.last(), Some(&1.0));
        let mut agreement = Agreement::default();
        // Neighbours hang together, so few are looked at.
        for i in (5..told.values.len() - 5).step_by(told.values.len() / 12) {
            let exact = 1.0 - libm::exp(-told.values[i]);
            agreement.estimate("share", told.shares[i], exact, told.shares_std_error[i]);
        }
        agreement.finish(10);
    }
}

#[test]
fn a_ratio_of_means_has_fiellers_interval_and_words_where_there_is_none() {
    let result = run(&study(&waiting(3.0, json!({}))), 20_480, 333);
    let price = ratio(&result, "price");
    // Visits within a year have mean 1, and twice the level is 1 on average.
    let (value, error) = (
        price.ratio.expect("a ratio"),
        price.std_error.expect("an error"),
    );
    assert!(
        (value - 4.0).abs() < MOST_ERRORS * error,
        "{value} ± {error}"
    );
    let means = ["spent", "visits"].map(|name| metric(&result, name).mean.expect("a mean"));
    assert!((value - means[0] / means[1]).abs() < 1e-9);
    assert_eq!(price.shape, Some(RatioShape::Between));
    let [low, high] = price.ci95.expect("an interval");
    assert!(low < value && value < high && high - low < 5.0 * error);
    // What both means have in common falls out: less than of two that are independent.
    let apart = ["spent", "visits"].map(|name| {
        let m = metric(&result, name);
        m.std_error.unwrap() / m.mean.unwrap()
    });
    assert!(error < 0.7 * value * libm::hypot(apart[0], apart[1]));
    assert_eq!(ratio(&result, "upside_down").ratio, None);
    // A mean of zero below the line: no finite interval.
    let open = ratio(&result, "open");
    assert_eq!(open.shape, Some(RatioShape::Outside), "{open:?}");
}

#[test]
fn fiellers_intervals_hold_the_truth_as_often_as_they_say() {
    let study = study(&waiting(3.0, json!({})));
    covers(4.0, 2000..2200, |seed| {
        let result = run(&study, 640, seed);
        ratio(&result, "price").ci95.expect("an interval")
    });
}

#[test]
fn ratios_of_two_files_are_compared_by_replicate() {
    let all: Vec<Study> = [3.0, 3.5, 3.0]
        .into_iter()
        .map(|cost| study(&waiting(cost, json!({}))))
        .collect();
    let asked = settings(&all[0], 20_480, 334);
    let told = compare(&all.iter().collect::<Vec<_>>(), &asked, &Silent).expect("a comparison");
    let row = &told.comparisons[0].ratios[0];
    // The level's share is the same in both, so that nothing is left of the error.
    assert!((row.difference.unwrap() - 0.5).abs() < 1e-9, "{row:?}");
    assert!(row.std_error.unwrap() < 0.01 * row.unpaired_std_error.unwrap() + 1e-12);
    assert!(row.detectable);
    let same = &told.comparisons[1].ratios[0];
    assert_eq!((same.difference, same.std_error), (Some(0.0), Some(0.0)));
    assert!(!same.detectable);
}
