//! Comparisons under common random numbers: nothing differs where nothing was changed, and little
//! noise is left where something was.

use super::rich;
use crate::harness::{Agreement, numbers, run, scenario, settings, study};
use quincunx::analysis::{Growing, Study, compare, compare_anchored, compare_grown};
use quincunx::engine::Silent;
use quincunx::results::CompareResult;
use quincunx::results::Presence;
use serde_json::{Value, json};

fn compared(studies: &[&Study], trials: u64, seed: u64) -> CompareResult {
    compare(studies, &settings(studies[0], trials, seed), &Silent)
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Under the base a future hits with p, under the other with p + .3 q, where p and q are uniform on
/// .1 to .5 and 0 to 1: the difference ranges from .015 to .285, whatever p is. A group of two
/// outcomes differs by their sum, and the third by as much in the other direction.
#[test]
fn a_difference_has_the_range_of_its_closed_form() {
    let case = |second: &str, name: &str| {
        let mut case = crate::harness::scenario(
            1.0,
            1.0,
            serde_json::json!({
                "parameters": {"p": {"uniform": [0.1, 0.5]}, "q": {"uniform": [0, 1]}},
                "indicators": {"x": {"start": {"uniform": [0, 1]}}},
                "groups": {"hit": {}},
                "outcomes": [
                    {"name": "early", "group": "hit", "when": "x < p / 2"},
                    {"name": "late", "group": "hit", "when": second},
                    {"name": "never", "when": "x >= 0"},
                ],
            }),
        );
        case["name"] = name.into();
        study(&case)
    };
    let (base, other) = (
        case("x < p + 0 * q", "base"),
        case("x < p + 0.3 * q", "other"),
    );
    let result = compared(&[&base, &other], 102_400, 43);
    let comparison = &result.comparisons[0];
    let never = comparison.differences.iter().find(|d| d.outcome == "never");
    for (row, sign) in [
        (&comparison.groups[0], 1.0),
        (never.expect("an outcome"), -1.0),
    ] {
        assert!(row.detectable, "{row:?}");
        let z = (row.difference.expect("both have it") - sign * 0.15)
            / row.std_error.expect("an error");
        assert!(z.abs() < crate::harness::MOST_ERRORS, "{row:?}");
        let ends = row.epistemic90.expect("a range");
        let errors = row
            .epistemic
            .as_ref()
            .and_then(|e| e.std_error)
            .expect("it is resolved");
        let mut truth = [sign * 0.015, sign * 0.285];
        truth.sort_by(f64::total_cmp);
        for side in [0, 1] {
            let off = (ends[side] - truth[side]).abs();
            assert!(off < 2.13 * errors[side] && errors[side] < 0.06, "{row:?}");
        }
    }
}

#[test]
fn a_variant_equal_to_its_parent_differs_by_exactly_nothing() {
    let base = study(&rich());
    let mut retold = rich();
    retold["name"] = json!("retold");
    retold["title"] = json!("Told anew");
    let result = compared(&[&base, &study(&rich()), &study(&retold)], 4096, 41);
    assert_eq!(result.comparisons.len(), 2);
    for comparison in &result.comparisons {
        assert!(comparison.changes.is_empty(), "{:?}", comparison.changes);
        assert!(comparison.identical);
        assert_eq!(comparison.distance.total_variation, 0.0);
        let all: Vec<_> = comparison
            .differences
            .iter()
            .chain(&comparison.questions)
            .chain(&comparison.metrics)
            .collect();
        assert_eq!(all.len(), 4 + 5 + 9);
        for row in all {
            assert_eq!(
                (row.difference, row.std_error),
                (Some(0.0), Some(0.0)),
                "{}",
                row.outcome
            );
            assert_eq!(row.ci95, Some([0.0, 0.0]), "{}", row.outcome);
            assert!(!row.detectable, "{}", row.outcome);
        }
    }
}

#[test]
fn constants_differ_by_an_exact_number_and_a_small_real_error_stays() {
    let case = |sum: &str, tiny: &str| {
        study(&scenario(
            1.0,
            1.0,
            json!({
                "parameters": {"p": {"uniform": [0, 1]}},
                "indicators": {"x": {"start": {"uniform": [0, 1]}}},
                "outcomes": [{"name": "high", "when": "x > p"}],
                "metrics": {"sum": sum, "large": format!("1e9 + {sum}"), "tiny": tiny},
            }),
        ))
    };
    let (base, other) = (case("1.1", "1"), case("0.1 + 0.2", "1 + x / 1e9"));
    let result = compared(&[&base, &other], 20_032, 5);
    let metrics = &result.comparisons[0].metrics;
    for (row, truth) in metrics.iter().zip([-0.8, -0.8]) {
        assert_eq!(
            (row.difference, row.std_error, row.ci95, row.epistemic90),
            (Some(truth), Some(0.0), Some([truth; 2]), Some([truth; 2])),
            "{row:?}"
        );
    }
    // Of x / 10^9, which is uniform: stratified or not, its error is far above rounding.
    let (d, error) = (metrics[2].difference, metrics[2].std_error);
    let (d, error) = (d.expect("a difference"), error.expect("an error"));
    assert!(
        error > 1e-13 && (d - 0.5e-9).abs() < 5.5 * error,
        "{d} ± {error}"
    );
}

#[test]
fn an_added_metric_makes_no_difference_to_anything_else() {
    let mut other = rich();
    other["metrics"]["mean_price"] = json!("average(price)");
    let result = compared(&[&study(&rich()), &study(&other)], 4096, 42);
    let comparison = &result.comparisons[0];
    assert_eq!(comparison.changes.len(), 1);
    assert!(!comparison.identical);
    for row in comparison.differences.iter().chain(&comparison.questions) {
        assert_eq!(
            (row.difference, row.detectable),
            (Some(0.0), false),
            "{}",
            row.outcome
        );
        let [low, high] = row.ci95.expect("an interval");
        assert!(low < 0.0 && 0.0 < high, "{}", row.outcome);
        // The programs differ: that no trial did so far is no certainty.
        assert!(row.std_error > Some(0.0), "{}", row.outcome);
    }
    let (shared, new): (Vec<_>, Vec<_>) = comparison
        .metrics
        .iter()
        .partition(|row| row.present == Presence::Both);
    assert_eq!((shared.len(), new.len()), (9, 1));
    for row in shared {
        assert_eq!(
            (row.difference, row.detectable),
            (Some(0.0), false),
            "{}",
            row.outcome
        );
    }
    assert_eq!((new[0].difference, new[0].present), (None, Presence::Other));
}

#[test]
fn each_scenario_of_a_comparison_equals_its_own_run() {
    let mut other = rich();
    other["parameters"]["leak"] = json!(0.9);
    let studies = [study(&rich()), study(&other)];
    let result = compared(&[&studies[0], &studies[1]], 3000, 43);
    for (study, found) in studies.iter().zip(&result.scenarios) {
        let text = |r| serde_json::to_string(r).expect("plain data");
        assert!(text(found) == text(&run(study, 3000, 43)));
    }
}

/// One event at a date, with this probability.
fn toss(probability: f64) -> Value {
    scenario(
        1.0,
        1.0,
        json!({
            "events": {"falls": {"at": "2001-07-01", "probability": probability, "effects": []}},
            "outcomes": [{"name": "fell", "when": "ever(falls)"}, {"name": "stood", "when": "not ever(falls)"}],
            "metrics": {"falls_counted": "count(falls)"},
        }),
    )
}

#[test]
fn common_random_numbers_leave_only_the_trials_that_change() {
    // Seed 44: difference 0.1 within 4 standard errors. Common numbers: only a tenth of the trials
    // differ, all in one direction.
    let result = compared(&[&study(&toss(0.3)), &study(&toss(0.4))], 20_480, 44);
    let n = result.scenarios[0].run.trials as f64;
    let mut agreement = Agreement::default();
    let comparison = &result.comparisons[0];
    for (row, exact) in comparison.differences.iter().zip([0.1, -0.1, 0.0]) {
        if exact == 0.0 {
            agreement.close(
                "nothing is unclassified",
                row.difference.expect("a difference"),
                0.0,
                0.0,
            );
            continue;
        }
        let paired = (0.1f64 * 0.9 / n).sqrt();
        agreement.estimate(
            &row.outcome,
            row.difference.expect("a difference"),
            exact,
            paired,
        );
        // A standard error on 15 degrees of freedom or more is within a factor 2 of the truth but
        // for one run in 10,000.
        let ratio = row.std_error.expect("an error") / paired;
        agreement.holds(
            &format!("{}: error {ratio} of the exact one", row.outcome),
            (0.5..2.0).contains(&ratio),
        );
        agreement.holds(&format!("{}: detected", row.outcome), row.detectable);
        let [low, high] = row.ci95.expect("an interval");
        agreement.holds("the interval covers", low < exact && exact < high);
    }
    agreement.estimate(
        "count",
        comparison.metrics[0].difference.expect("a difference"),
        0.1,
        (0.1f64 * 0.9 / n).sqrt(),
    );
    agreement.close(
        "distance",
        comparison.distance.total_variation,
        comparison.differences[0].difference.expect("a difference"),
        1e-12,
    );
    let base = [0.3, 0.7].map(|p| numbers(&json!([p]))[0]);
    for (row, exact) in comparison.differences.iter().zip(base) {
        agreement.share(
            &format!("{} in the base", row.outcome),
            row.base.expect("a share"),
            exact,
            result.scenarios[0].run.trials,
        );
    }
    agreement.finish(12);
}

#[test]
fn an_outcome_that_one_file_lacks_counts_as_nothing_there() {
    let mut other = toss(0.4);
    other["outcomes"][0]["name"] = json!("tumbled");
    let result = compared(&[&study(&toss(0.3)), &study(&other)], 2048, 45);
    let rows = &result.comparisons[0].differences;
    let named = |name: &str| rows.iter().find(|r| r.outcome == name).expect("a row");
    let (fell, tumbled) = (named("fell"), named("tumbled"));
    assert_eq!((fell.other, fell.present), (Some(0.0), Presence::Base));
    assert_eq!(
        (tumbled.base, tumbled.present),
        (Some(0.0), Presence::Other)
    );
    assert_eq!(fell.difference, fell.base.map(|p| -p));
    assert_eq!(tumbled.difference, tumbled.other);
}

/// Both grow in unlike stretches; a run that was looked at on the way is the run that was not.
#[test]
fn a_comparison_that_was_watched_while_it_grew_has_the_same_bits() {
    let base = study(&rich());
    let mut changed = rich();
    changed["parameters"]["leak"] = json!(0.4);
    changed["metrics"]["mean_price"] = json!("average(price)");
    let other = study(&changed);
    let settings = settings(&base, 8192, 45);
    let whole = compared(&[&base, &other], 8192, 45);
    let mut runs = [(), ()].map(|()| Growing::new(&settings).expect("a usual size"));
    let looks = [1, 3, 8].map(|blocks| {
        let mut both = runs.iter_mut().zip([&base, &other]).map(|(run, study)| {
            let look = run.look(study, blocks, &Silent).expect("it runs");
            look.expect("nobody cancels")
        });
        let both = [both.next(), both.next()].map(|look| look.expect("two runs"));
        assert!(both.iter().all(|look| look.result.run.blocks == blocks));
        both
    });
    let [_, [early_base, early], [a, b]] = &looks;
    let compared = compare_grown((&base, early_base), (&other, early));
    assert_eq!(compared.scenarios[0].run.trials, 3 * 1024);
    assert_eq!(compare_grown((&base, a), (&other, b)), whole);
    // Only what is simulated already can be read off.
    let back = runs[0].look(&base, 5, &Silent).expect("it runs");
    assert!(back.is_none());

    // While the other is short, the base's numbers are those of all its trials, and the differences
    // add up.
    let found = compare_anchored((&base, &other), a, [a.as_ref(), early.as_ref()]);
    assert_eq!(found.scenarios[0], *a.result);
    let all = |c: &CompareResult| {
        let one = &c.comparisons[0];
        let rows = (one.differences.iter()).chain(&one.questions);
        rows.chain(&one.metrics).cloned().collect::<Vec<_>>()
    };
    for (row, exact) in all(&found).iter().zip(all(&whole)) {
        let [Some(x), Some(y), Some(d)] = [row.base, row.other, row.difference] else {
            continue;
        };
        assert!((y - x - d).abs() < 1e-9, "{row:?}");
        let error = row.std_error.expect("a difference has an error");
        let exact = exact.difference.expect("the same rows");
        assert!((d - exact).abs() < 4.0 * error, "{row:?}, {exact}");
    }
    let same = compare_anchored((&base, &base), a, [a.as_ref(), early_base.as_ref()]);
    for (x, y) in same.scenarios[0]
        .outcomes
        .iter()
        .zip(&same.scenarios[1].outcomes)
    {
        assert_eq!((x.probability, x.std_error), (y.probability, y.std_error));
    }
    assert!(
        same.comparisons[0]
            .differences
            .iter()
            .all(|d| d.difference == Some(0.0))
    );
}

#[test]
fn a_run_that_was_cancelled_goes_on_where_it_stopped() {
    struct Impatient(std::sync::atomic::AtomicU32);
    impl quincunx::engine::Observer for Impatient {
        fn cancelled(&self) -> bool {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= 4
        }
    }
    let study = study(&rich());
    let settings = settings(&study, 8192, 46);
    let mut run = Growing::new(&settings).expect("a usual size");
    let stopped = run.look(&study, 8, &Impatient(0.into())).expect("it runs");
    assert!(stopped.is_none());
    let blocks = run.blocks();
    assert!((1..8).contains(&blocks), "{blocks} blocks");
    let result = run
        .look(&study, 8, &Silent)
        .expect("it runs")
        .expect("nobody cancels");
    assert_eq!(
        *result.result,
        study.run(&settings, &Silent).expect("it runs")
    );
}

#[test]
fn what_is_named_like_an_annotation_is_an_assumption() {
    for name in ["note", "source", "title"] {
        // Everything that an author names is called so, at two values of one number.
        let with = |path: &str, value: f64| -> Value {
            let mut whole = scenario(
                1.0,
                0.25,
                json!({
                    "parameters": {"p": 0.5},
                    "trends": {name: {"weight": 0.5, "note": "why"}, "other": {"weight": 0.5}},
                    "phases": {name: {"start": 0.5}, "after": {"start": 0.5}},
                    "indicators": {
                        "x": {"start": 0, "drift": {"by": "trend", name: 1, "else": 0}, "volatility": {"by": "phase", name: 0.5, "else": 0}},
                        "y": {"start": 1}
                    },
                    "derived": {"d": {"value": {"by": "trend", name: 1, "else": 2}, "note": "why"}},
                    "shifts": {"other": {name: {"rate": 0.3, "per": "year"}}},
                    "events": {
                        name: {
                            "hazard": {"chance": 0.5, "within": 1, "times": {
                                "trend": {name: 0.5}, "phase": {name: 0.5},
                                "indicator": {"y": {"ratio": 1.05, "at": 1, "per": 1}}, "factor": {"by": "trend", name: 1, "else": 0.5}
                            }},
                            "effects": [{"add": "y", "by": "d * p"}]
                        },
                        "e": {"hazard": 1, "effects": [{"phase": "after"}]}
                    },
                    "metrics": {"m": "final(x) + final(y)"},
                    "outcomes": [{"name": name, "when": "y > 1"}]
                }),
            );
            let place = whole.pointer_mut(&path.replace("NAME", name)).expect(path);
            *place = json!(value);
            whole
        };
        for path in [
            "/trends/NAME/weight",
            "/phases/NAME/start",
            "/indicators/x/drift/NAME",
            "/indicators/x/volatility/NAME",
            "/derived/d/value/NAME",
            "/shifts/other/NAME/rate",
            "/events/NAME/hazard/chance",
            "/events/NAME/hazard/times/trend/NAME",
            "/events/NAME/hazard/times/phase/NAME",
            "/events/NAME/hazard/times/factor/NAME",
        ] {
            let [base, other] = [0.25, 0.75].map(|value| study(&with(path, value)));
            let result = compared(&[&base, &other], 1024, 49);
            let comparison = &result.comparisons[0];
            assert!(!comparison.identical, "{name}: {path}");
            let listed: Vec<&str> = comparison.changes.iter().map(|c| c.path.as_str()).collect();
            let expected = path.replace("NAME", name)[1..].replace('/', ".");
            assert_eq!(listed, [expected.as_str()], "{name}");
            assert_ne!(base.model.sha256, other.model.sha256, "{name}: {path}");
            // And it is no mere spelling: the numbers move.
            let moved = |row: &quincunx::results::Difference| row.difference != Some(0.0);
            assert!(
                comparison
                    .metrics
                    .iter()
                    .chain(&comparison.differences)
                    .any(moved),
                "{name}: {path}"
            );
        }
    }
}

#[test]
fn of_no_scenario_there_is_nothing_to_say() {
    let settings = settings(&study(&rich()), 1_024, 1);
    let result = compare(&[], &settings, &Silent).expect("nothing that could fail");
    assert!(result.scenarios.is_empty() && result.comparisons.is_empty());
}
