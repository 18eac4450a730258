//! Tables: over the month, over the date, and as functions; what they give, and what is said of
//! those at fault.

use crate::harness::{Agreement, faults, metric, scenario, series, simulate, study, try_run};
use quincunx::analysis::{Study, changes};
use quincunx::engine::EngineError;
use serde_json::{Value, json};

const WEEK: f64 = 7.0 / 365.25;

fn with(sections: Value) -> Value {
    scenario(52.0 * WEEK, WEEK, sections)
}

#[test]
fn steps_over_the_date_change_a_hazard_at_their_grid_points() {
    // 1 January, 12 February (6 weeks), 21 May (20 weeks).
    let whole = with(json!({
        "tables": {"calendar": {"over": "date", "between": "step", "points": [["2001-01-01", 2], ["2001-02-12", 10], ["2001-05-21", 0]]}},
        "events": {"e": {"hazard": "calendar", "effects": []}},
        "metrics": {
            "all": "count(e)", "early": "count(e, to: 42 days)", "late": "count(e, from: 2001-05-21)",
            "mean": "average(calendar)", "then": "at(calendar, 2001-02-11)", "thereafter": "at(calendar, 2001-02-12)",
        },
    }));
    let result = simulate(&whole, 20_480, 341);
    let mut agreement = Agreement::default();
    for (name, exact) in [
        ("early", 2.0 * 6.0 * WEEK),
        ("all", (2.0 * 6.0 + 10.0 * 14.0) * WEEK),
    ] {
        let found = metric(&result, name);
        let error = found.std_error.expect("an error");
        agreement.estimate(name, found.mean.expect("a mean"), exact, error);
    }
    for (name, exact) in [
        ("late", 0.0),
        ("mean", (2.0 * 6.0 + 10.0 * 14.0) / 52.0),
        ("then", 2.0),
        ("thereafter", 10.0),
    ] {
        agreement.close(
            name,
            metric(&result, name).mean.expect("a mean"),
            exact,
            1e-9,
        );
    }
    agreement.finish(6);
}

/// What the reference says to do where the grid is too coarse for a table: 44 days of 2 a year, then
/// 10 a year, on a grid of 91 days.
#[test]
fn a_state_that_events_on_dates_move_changes_a_hazard_at_the_very_instant() {
    let whole = scenario(
        52.0 * WEEK,
        13.0 * WEEK,
        json!({
            "states": {"budget": {"values": {"small": {"start": true}, "large": {}}}},
            "events": {
                "vote": {"at": "2001-02-14", "effects": [{"move": "budget", "to": "large"}]},
                "e": {"hazard": {"rate": 2, "times": {"state": {"budget": {"large": 5}}}}, "effects": []},
            },
            "metrics": {"all": "count(e)"},
        }),
    );
    let found = simulate(&whole, 20_480, 345);
    let all = metric(&found, "all");
    let exact = (2.0 * 44.0 + 10.0 * (364.0 - 44.0)) / 365.25;
    let error = all.std_error.expect("an error");
    let mut agreement = Agreement::default();
    agreement.estimate("all", all.mean.expect("a mean"), exact, error);
    agreement.finish(1);
}

#[test]
fn lines_seasons_and_functions_have_the_values_of_their_points() {
    let whole = with(json!({
        "tables": {
            "ramp": {"over": "date", "points": [["2001-01-08", 0], ["2001-01-22", 4]]},
            "season": {"over": "month", "points": [[1, 0.65], [4, 1.0], [12, 0.8]], "wrap": true},
            "supply": {"points": [[0, 0], [10, 4], [20, 5]]},
            "grade": {"between": "step", "points": [[0, 1], [0.5, 2]]},
        },
        "parameters": {"amount": 12},
        "indicators": {"x": {"start": "supply(amount)", "drift": 10}},
        "derived": {"seasonal": "season", "graded": "grade(x / 10)", "supplied": "supply(2 * x)"},
        "metrics": {"ramp_between": "at(ramp, 2001-01-15)", "ramp_before": "at(ramp, 2001-01-01)", "ramp_after": "final(ramp)"},
    }));
    let result = simulate(&whole, 64, 342);
    let mut agreement = Agreement::default();
    for (name, exact) in [
        ("ramp_between", 2.0),
        ("ramp_before", 0.0),
        ("ramp_after", 4.0),
    ] {
        agreement.close(
            name,
            metric(&result, name).mean.expect("a mean"),
            exact,
            1e-9,
        );
    }
    let x0 = 4.2;
    agreement.close("x", series(&result, "x").mean[0], x0, 1e-12);
    let supplied = 0.4 * 2.0 * x0;
    agreement.close(
        "supplied",
        series(&result, "supplied").mean[0],
        supplied,
        1e-12,
    );
    agreement.close("graded", series(&result, "graded").mean[0], 1.0, 1e-12);
    let last = *series(&result, "graded").mean.last().expect("times");
    agreement.close("graded", last, 2.0, 1e-12);
    let months = [0.65, 0.65 + 0.35 / 3.0, 0.65 + 0.7 / 3.0, 1.0, 0.975, 0.95];
    for (date, found) in result.dates.iter().zip(&series(&result, "seasonal").mean) {
        let month: usize = date[5..7].parse().expect("a month");
        let exact = months.get(month - 1).copied();
        let exact = exact.unwrap_or(1.0 - 0.025 * (month as f64 - 4.0));
        agreement.close(date, *found, exact, 1e-12);
    }
    agreement.finish(7 + result.dates.len());
}

#[test]
fn a_place_without_a_value_stops_the_trial_and_a_changed_point_is_a_difference() {
    let bounded = |high: f64| {
        with(json!({
            "tables": {"supply": {"points": [[0, 0], [high, 4]], "outside": "error"}},
            "indicators": {"x": {"start": {"uniform": [0, 2]}}},
            "metrics": {"m": "supply(at(x, 1 month))"},
        }))
    };
    let error = try_run(&study(&bounded(1.0)), 20_480, 343).expect_err("half of the trials stop");
    let EngineError::NonFinite { stopped, path, .. } = &error else {
        panic!("{error}")
    };
    let share = *stopped as f64 / 20_480.0;
    assert_eq!(path, "/metrics/m");
    assert!((share - 0.5).abs() < 0.014, "{share}");
    assert_eq!(simulate(&bounded(2.0), 640, 343).run.non_finite, 0);
    let [a, b] = [1.0, 2.0].map(|high| study(&bounded(high)).model.source);
    let told = changes(&a, &b);
    assert!(
        told.iter()
            .any(|c| c.path.starts_with("tables.supply.points")),
        "{told:?}"
    );
}

#[test]
fn tables_at_fault_are_told_at_their_points() {
    let told = |table: Value, value: &str| {
        let whole = with(json!({"tables": {"c": table}, "derived": {"d": value}}));
        match Study::from_text(&whole.to_string(), "case.json") {
            Ok(_) => String::new(),
            Err(report) => faults(&report),
        }
    };
    for (table, value, fault) in [
        (
            json!({"points": []}),
            "c(1)",
            "at least one point at /tables/c/points",
        ),
        (
            json!({"points": [[1, 2], [1, 3]]}),
            "c(1)",
            "ascending place, each once at /tables/c/points/1/0",
        ),
        (
            json!({"points": [[1, 2, 3]]}),
            "c(1)",
            "a point `[place, value]`",
        ),
        (
            json!({"points": [[1, 2]], "wrap": true}),
            "c(1)",
            "only a table over the month",
        ),
        (
            json!({"over": "month", "points": [[0, 2]]}),
            "c",
            "a month is a number from 1 to 12",
        ),
        (
            json!({"over": "week", "points": [[0, 2]]}),
            "c",
            "/tables/c/over",
        ),
        (
            json!({"over": "date", "points": [[0, 2]]}),
            "c",
            "/tables/c/points/0/0",
        ),
        (
            json!({"over": "date", "points": [["2001-03-01", 2]], "outside": "error"}),
            "c",
            "do not reach over all of the run",
        ),
        (json!({"points": [[1, 2]]}), "c", "looked up by a number"),
        (
            json!({"points": [[1, 2]]}),
            "c(1, 2)",
            "takes 1 argument, found 2",
        ),
        (
            json!({"over": "month", "points": [[1, 2]]}),
            "c(1)",
            "takes no argument",
        ),
        (
            json!({"points": [[1, 2]]}),
            "e(1)",
            "no function is named `e`",
        ),
    ] {
        let found = told(table.clone(), value);
        assert!(found.contains(fault), "{table} {value}: {found}");
    }
    assert_eq!(told(json!({"points": [[1, 2]]}), "c(1)"), "");
}

#[test]
fn a_table_from_a_file_gives_the_bytes_of_the_same_points() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, text).expect("a file");
        path
    };
    let whole = |table: Value| {
        with(json!({
            "tables": {"calendar": table},
            "events": {"e": {"hazard": "calendar", "effects": []}},
            "metrics": {"all": "count(e)"},
        }))
        .to_string()
    };
    let csv = "usd,date\n2,2001-01-01\n10.5,2001-02-12\n0,2001-05-21\n";
    let data = write("base/data/spending.csv", csv);
    let table = json!({"over": "date", "between": "step", "file": "data/spending.csv", "x": "date", "y": "usd"});
    let named = write("base/named.json", &whole(table));
    let points = json!([["2001-01-01", 2], ["2001-02-12", 10.5], ["2001-05-21", 0]]);
    let table = json!({"over": "date", "between": "step", "points": points});
    let inline = write("inline.json", &whole(table));
    let variant = write("more/variant.json", r#"{"extends": "../base/named.json"}"#);
    let bytes = |study: &Study| {
        let result = crate::harness::run(study, 2048, 347);
        serde_json::to_string(&result).expect("plain data")
    };
    let open = |path: &std::path::Path| {
        Study::open(path, &[]).unwrap_or_else(|report| panic!("{}", faults(&report)))
    };
    let expected = bytes(&open(&inline));
    assert_eq!(bytes(&open(&named)), expected);
    assert_eq!(bytes(&open(&variant)), expected);
    // What a result holds runs without the file, and another text of the file is another scenario.
    let held = open(&named).model.source.to_string();
    write("base/data/spending.csv", &csv.replace("10.5", "11"));
    assert_ne!(bytes(&open(&named)), expected);
    std::fs::remove_file(data).expect("it is there");
    assert_eq!(bytes(&open(&write("held.json", &held))), expected);
}
