//! Every published quantile agrees with that of the trials themselves within its stated error, and
//! a point mass is told exactly.

use crate::harness::{
    Agreement, Rows, below_tests, event, metric, rows, run, scenario, series, settings, study,
};
use quincunx::analysis::Study;
use quincunx::engine::Settings;
use quincunx::results::{RunResult, SeriesResult};
use serde_json::{Value, json};

const LEVELS: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Quantiles at these levels, each with its error.
type Told = [(f64, f64); 5];

/// The smallest value that a share `p` of all does not exceed.
fn exact(values: &[f64], p: f64) -> f64 {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let rank = (p * sorted.len() as f64 - 1e-6).ceil().max(1.0);
    sorted[rank as usize - 1]
}

fn within(agreement: &mut Agreement, what: &str, (found, error): (f64, f64), exact: f64) {
    let rounding = 1e-12 * exact.abs();
    agreement.holds(
        &format!("{what}: {found} ± {error} for {exact}"),
        (found - exact).abs() <= error + rounding,
    );
}

fn told_of_metric(result: &RunResult, name: &str) -> Option<Told> {
    let m = metric(result, name);
    Some([
        (m.p5?, m.p5_std_error?),
        (m.p25?, m.p25_std_error?),
        (m.p50?, m.p50_std_error?),
        (m.p75?, m.p75_std_error?),
        (m.p95?, m.p95_std_error?),
    ])
}

fn told_of_series(s: &SeriesResult, time: usize) -> Told {
    [
        (s.p5[time], s.p5_std_error[time]),
        (s.p25[time], s.p25_std_error[time]),
        (s.p50[time], s.p50_std_error[time]),
        (s.p75[time], s.p75_std_error[time]),
        (s.p95[time], s.p95_std_error[time]),
    ]
}

/// All quantiles of metrics and first times against the trials; those of series at the end against
/// the metrics `end_NAME`.
fn check(agreement: &mut Agreement, name: &str, result: &RunResult, rows: &Rows) {
    for (metric, values) in &rows.metrics {
        let Some(told) = told_of_metric(result, metric) else {
            continue;
        };
        for (p, told) in LEVELS.into_iter().zip(told) {
            let what = format!("{name}, metric {metric}, {p}");
            within(agreement, &what, told, exact(values, p));
        }
        if let Some(item) = metric.strip_prefix("end_") {
            let s = series(result, item);
            let at_end = told_of_series(s, s.p50.len() - 1);
            let what = format!("{name}, {item} at the end: {at_end:?} for {told:?}");
            agreement.holds(&what, at_end == told);
        }
    }
    for (event_name, times) in &rows.first_times {
        let Some(first) = &event(result, event_name).first_time else {
            continue;
        };
        let told = [
            (0.05, first.p5, first.p5_std_error),
            (0.5, first.p50, first.p50_std_error),
            (0.95, first.p95, first.p95_std_error),
        ];
        for (p, value, error) in told {
            let what = format!("{name}, first {event_name}, {p}");
            within(agreement, &what, (value, error), exact(times, p));
        }
    }
}

/// A scenario with a metric `end_NAME` for each indicator and derived value.
fn with_ends(mut scenario: Value) -> Value {
    let names: Vec<String> = (["indicators", "derived"].iter())
        .filter_map(|section| scenario[*section].as_object())
        .flat_map(|items| items.keys().cloned())
        .collect();
    for name in names {
        scenario["metrics"][format!("end_{name}")] = json!(format!("final({name})"));
    }
    scenario
}

/// Quantities of all kinds: atoms, mixtures, heavy tails, wide ranges, early firsts, whole numbers.
fn battery() -> Value {
    with_ends(scenario(
        2.0,
        0.25,
        json!({
            "parameters": {"u": {"uniform": [0, 1]}, "v": {"uniform": [0, 1]}, "z": {"normal": {"mean": 0, "sd": 1}}},
            "indicators": {
                "wide": {"start": 12_000, "drift": "0.1 * wide", "volatility": "0.2 * wide", "range": [0, 85_000_000]},
                "still": {"start": 30_000, "range": [0, 100_000]},
                "capped": {"start": 0.8, "volatility": 0.4, "range": [0, 1]},
                "steps": {"start": 0},
            },
            "derived": {"scaled": "1e9 + wide / 1e6", "sign": "if(capped > 0.8, 1, 0)"},
            "events": {
                "early": {"hazard": 60, "limit": 1, "effects": [{"add": "steps", "by": 1}]},
                "often": {"hazard": 3, "effects": [{"add": "steps", "by": 1}]},
                "rare": {"hazard": 0.01, "limit": 1},
                "fixed": {"at": "2002-05-06"},
                "perhaps": {"at": "2001-02-01", "probability": 0.5},
                "seldom": {"at": "2002-02-03", "probability": 0.002},
            },
            "outcomes": [{"name": "all", "when": "true"}],
            "metrics": {
                "cap": "if(v < 0.6, 0.9, exp(-60 * u))",
                "bounded": "min(1, max(0, 0.5 + z))",
                "lognormal": "exp(2 * z)",
                "cauchy": "sin(pi * (u - 0.5)) / cos(pi * (u - 0.5))",
                "huge": "if(v < 0.001, 1e9 * u, u)",
                "narrow": "1e9 + u",
                "whole": "floor(10 * u)",
                "many_whole": "floor(5000 * z)",
                "sum": "count(often) + count(early)",
                "two_clusters": "z + if(v < 0.52, 0, 1000)",
                "first_early": "365.25 * first(early)",
                "first_rare": "first(rare)",
                "first_fixed": "first(fixed)",
            },
        }),
    ))
}

/// So many trials in so many draws.
fn sized(study: &Study, trials: u64, draws: u64, seed: u64) -> Settings {
    study
        .settings()
        .trials(trials)
        .draws(draws)
        .seed(seed)
        .build()
        .threads(2)
}

fn battery_agrees(factor: u64) {
    let study = study(&battery());
    let mut agreement = Agreement::default();
    // As many draws as trials, the usual number, few large ones, and so large that not all values
    // of a block can be kept.
    for (trials, draws) in [
        (1_000, 16),
        (8_192, 8_192),
        (10_240, 160),
        (20_000, 64),
        (33_000, 16),
    ] {
        let settings = sized(&study, factor * trials, factor * draws, 3);
        let (result, rows) = rows(&study, &settings);
        check(&mut agreement, &format!("{draws} draws"), &result, &rows);
    }
    agreement.finish(500);
}

#[test]
fn quantiles_of_all_kinds_of_quantities_agree_with_the_trials() {
    battery_agrees(1);
}

#[test]
#[ignore = "ten times the size: cargo test --release -- --ignored big_"]
fn big_quantiles_of_all_kinds_of_quantities_agree_with_the_trials() {
    battery_agrees(10);
}

fn shipped_agree(trials: u64) {
    let mut agreement = Agreement::default();
    let folder = below_tests("../scenarios");
    let files = std::fs::read_dir(&folder).expect("the scenarios");
    for file in files {
        let path = file.expect("a file").path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let plain = Study::open(&path, &[]).expect("a shipped scenario is valid");
        let items = (plain.model.indicators.iter().map(|i| &i.name))
            .chain(plain.model.derived.iter().map(|d| &d.name));
        let ends: Vec<String> = items
            .map(|item| format!("metrics.end_{item}=\"final({item})\""))
            .collect();
        let study = Study::open(&path, &ends).expect("with further metrics");
        let (result, rows) = rows(&study, &settings(&study, trials, 5));
        check(&mut agreement, &name, &result, &rows);
        for indicator in &study.model.indicators {
            let start = &study.model.source["indicators"][&indicator.name]["start"];
            if let Some(start) = start.as_f64() {
                let told = told_of_series(series(&result, &indicator.name), 0);
                let what = format!("{name}, {} at the start: {told:?}", indicator.name);
                agreement.holds(&what, told == [(start, 0.0); 5]);
            }
        }
    }
    agreement.finish(1_000);
}

#[test]
fn quantiles_of_the_shipped_scenarios_agree_with_the_trials() {
    shipped_agree(3_072);
}

#[test]
#[ignore = "ten times the size: cargo test --release -- --ignored big_"]
fn big_quantiles_of_the_shipped_scenarios_agree_with_the_trials() {
    shipped_agree(30_720);
}

#[test]
fn a_point_mass_is_told_exactly() {
    let study = study(&battery());
    let result = run(&study, 10_240, 1);
    let clock = &study.model.clock;
    let time = |date: &str| clock.time_of(date.parse().expect("a date"));
    for (name, date) in [
        ("fixed", "2002-05-06"),
        ("perhaps", "2001-02-01"),
        ("seldom", "2002-02-03"),
    ] {
        let first = event(&result, name).first_time.as_ref().expect("it fires");
        let told = [first.p5, first.p50, first.p95];
        assert_eq!(told, [time(date); 3], "{name}");
        let errors = [first.p5_std_error, first.p50_std_error, first.p95_std_error];
        assert_eq!(errors, [0.0; 3], "{name}");
    }
    let still = series(&result, "still");
    for at in 0..still.p50.len() {
        assert_eq!(told_of_series(still, at), [(30_000.0, 0.0); 5]);
    }
    assert_eq!(
        told_of_series(series(&result, "wide"), 0),
        [(12_000.0, 0.0); 5]
    );
    let cap = told_of_metric(&result, "cap").expect("values");
    assert_eq!(
        cap[2..].iter().map(|told| told.0).collect::<Vec<_>>(),
        [0.9; 3]
    );
    let sign = told_of_series(series(&result, "sign"), 3);
    assert!(
        sign.iter().all(|told| told.0 == 0.0 || told.0 == 1.0),
        "{sign:?}"
    );
}

/// Theory in place of the trials: what a range or a horizon has to say about the width of a bin is
/// in no quantile.
#[test]
fn a_wide_range_and_a_long_horizon_cost_no_digits() {
    let mut agreement = Agreement::default();
    let study = study(&scenario(
        20.0,
        1.0,
        json!({
            "parameters": {"z": {"normal": {"mean": 0, "sd": 0.2}}},
            "indicators": {"persons": {"start": "12000 * exp(0.08 + z)", "range": [0, 85_000_000]}},
            "events": {"incident": {"hazard": 24, "limit": 1}},
            "outcomes": [{"name": "all", "when": "true"}],
        }),
    ));
    let (result, _) = rows(&study, &sized(&study, 32_768, 32_768, 1));
    let first = event(&result, "incident")
        .first_time
        .as_ref()
        .expect("it fires");
    let times = [
        (0.05, first.p5, first.p5_std_error),
        (0.5, first.p50, first.p50_std_error),
        (0.95, first.p95, first.p95_std_error),
    ];
    for (p, found, error) in times {
        let theory = -libm::log(1.0 - p) / 24.0;
        agreement.estimate(&format!("first time {p}"), found, theory, error);
        agreement.holds(&format!("{p}: error {error}"), error < 0.03 * theory);
    }
    let persons = told_of_series(series(&result, "persons"), 0);
    let normal = [
        -1.644_853_627,
        -0.674_489_750,
        0.0,
        0.674_489_750,
        1.644_853_627,
    ];
    for ((found, error), z) in persons.into_iter().zip(normal) {
        let theory = 12_000.0 * libm::exp(0.08 + 0.2 * z);
        agreement.estimate(&format!("persons at {z}"), found, theory, error);
        agreement.holds(&format!("{z}: error {error}"), error < 100.0);
    }
    agreement.finish(16);
}
