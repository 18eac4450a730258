//! Quantiles of the analyst's choice, whole distribution functions, and ratios of means.

use crate::harness::{
    Agreement, MOST_ERRORS, covers, metric, run, scenario, series, settings, study,
};
use quincunx::analysis::{Study, compare};
use quincunx::engine::Silent;
use quincunx::results::{Epistemic, EpistemicStatus, RatioResult, RatioShape, RunResult};
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

/// Within a draw the mean above the line is k times that below, or k times it and as much again: k
/// is uniform on 1 to 3, so that the ratio goes from 1.1 to 2.9, or from 2.1 to 3.9, at 5% and 95%.
/// That of the other file is twice as large, and their difference goes as the ratio does.
#[test]
fn the_range_of_a_ratio_over_draws_is_that_of_its_closed_form() {
    let file = |name: &str, factor: f64| {
        let mut whole = scenario(
            1.0,
            0.25,
            json!({
                "parameters": {"k": {"uniform": [1, 3]}, "around_zero": {"normal": {"mean": 0, "sd": 1}}},
                "indicators": {"x": {"start": "around_zero", "volatility": 1}},
                "events": {"e": {"hazard": 20}, "f": {"hazard": 20}},
                "metrics": {
                    "below": "count(e)", "above": format!("{factor} * k * count(e)"),
                    "noisy": format!("{factor} * (k * count(e) + count(f))"), "nothing": "final(x)",
                },
                "ratios": {
                    "exact": {"of": "above", "over": "below"},
                    "noisy": {"of": "noisy", "over": "below"},
                    "unclear": {"of": "below", "over": "nothing"},
                },
            }),
        );
        whole["name"] = json!(name);
        study(&whole)
    };
    let (base, twice) = (file("base", 1.0), file("twice", 2.0));
    let found = run(&base, 65_536, 61);
    let mut agreement = Agreement::default();
    let mut ends = |what: &str, told: Option<[f64; 2]>, known: Option<&Epistemic>, exact| {
        let known = known.expect("it is told");
        assert_eq!(known.status, EpistemicStatus::Resolved, "{what}");
        let errors = known.std_error.expect("errors");
        let told = told.expect("a range");
        let exact: [f64; 2] = exact;
        for side in [0, 1] {
            agreement.estimate(what, told[side], exact[side], errors[side]);
        }
    };
    for (i, exact) in [[1.1, 2.9], [2.1, 3.9]].into_iter().enumerate() {
        let ratio = &found.ratios[i];
        ends(
            &ratio.name,
            ratio.epistemic90,
            ratio.epistemic.as_ref(),
            exact,
        );
    }
    let unclear = &found.ratios[2];
    assert_eq!(unclear.epistemic90, None);
    let status = unclear.epistemic.as_ref().map(|told| told.status);
    assert_eq!(status, Some(EpistemicStatus::NotSeparable));

    let studies = [&base, &twice, &base];
    let told = compare(&studies, &settings(&base, 65_536, 61), &Silent).expect("they compare");
    let rows = &told.comparisons[0].ratios;
    for (i, exact) in [[1.1, 2.9], [2.1, 3.9]].into_iter().enumerate() {
        let row = &rows[i];
        let what = format!("difference of {}", row.outcome);
        ends(&what, row.epistemic90, row.epistemic.as_ref(), exact);
    }
    assert_eq!(rows[2].epistemic90, None);
    let same = &told.comparisons[1].ratios[0];
    assert_eq!(same.epistemic90, Some([0.0; 2]));
    agreement.finish(8);
}

#[test]
fn a_ratio_of_a_file_in_which_nothing_is_uncertain_is_its_own_range() {
    let whole = scenario(
        1.0,
        0.25,
        json!({
            "events": {"e": {"hazard": 20}, "f": {"hazard": 20}},
            "metrics": {"below": "count(e)", "above": "count(f)"},
            "ratios": {"r": {"of": "above", "over": "below"}},
        }),
    );
    let found = run(&study(&whole), 4096, 3);
    let ratio = &found.ratios[0];
    let value = ratio.ratio.expect("a ratio");
    assert_eq!(ratio.epistemic90, Some([value; 2]));
    let status = ratio.epistemic.as_ref().map(|told| told.status);
    assert_eq!(status, Some(EpistemicStatus::Exact));
}
