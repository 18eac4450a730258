//! Quantities that are drawn once a trial: their laws, what they may stand in, and that they are no
//! parameter uncertainty.

use crate::harness::{Agreement, event, metric, rows, run, scenario, settings, study, try_run};
use quincunx::analysis::storyline;
use quincunx::engine::EngineError;
use quincunx::results::RunResult;
use serde_json::{Value, json};

fn means(result: &RunResult, exact: &[(&str, f64)], agreement: &mut Agreement) {
    for (name, exact) in exact {
        let found = metric(result, name);
        let error = found.std_error.expect("an error");
        agreement.estimate(name, found.mean.expect("a mean"), *exact, error);
    }
}

#[test]
fn they_have_their_exact_laws_and_stand_wherever_a_trial_reads() {
    // Whatever reads `wait` or `luck` reads the one number of its trial: all of these are tied to
    // one another exactly.
    let sections = json!({
        "parameters": {"mean": {"uniform": [1, 3]}, "one": 1},
        "per_trial": {
            "luck": {"uniform": [0, "one"]},
            "wait": {"uniform": [0.2, "0.2 + luck"]},
            "size": {"normal": {"mean": "mean", "sd": {"value": "one / 2"}}},
            "bill": "max(size, 0) ^ 2 + luck",
            "hits": {"poisson": {"rate": "4 * luck"}},
            "sure": 3
        },
        "phases": {"low": {"start": "1 - luck"}, "high": {"start": "luck"}},
        "indicators": {"level": {"start": "size"}, "still": {"start": "luck", "drift": "sure * luck", "range": [0, 10]}},
        "derived": {"both": "luck + level"},
        "events": {
            "dated": {"at": "wait", "probability": "luck", "effects": [{"add": "level", "by": "bill"}]},
            "rated": {"hazard": {"rate": "2 * luck"}},
            "formula": {"hazard": "2 * luck * (1 + 0 * t)"}
        },
        "outcomes": [{"name": "lucky", "when": "luck > 0.5"}, {"name": "other", "when": "true"}],
        "metrics": {
            "m_luck": "luck", "m_square": "luck ^ 2", "m_size": "size", "m_spread": "(size - 2) ^ 2", "m_hits": "hits",
            "m_none": "if(hits == 0, 1, 0)", "m_high": "if(phase == high, 1, 0)", "m_dated": "if(ever(dated), luck, 0)",
            "m_off": "if(ever(dated), abs(first(dated) - wait), 0) + abs(both - luck - level)",
            "m_rated": "count(rated)", "m_formula": "count(formula)", "m_wait": "wait", "m_still": "final(still)",
            "m_added": "if(ever(dated), level - size - bill, level - size)"
        }
    });
    let study = study(&scenario(2.0, 0.25, sections));
    let result = run(&study, 65_536, 2_321);
    let mut agreement = Agreement::default();
    let exact = [
        ("m_luck", 0.5),
        ("m_square", 1.0 / 3.0),
        ("m_size", 2.0),
        // The variance of the mean, and that within a draw.
        ("m_spread", 1.0 / 3.0 + 0.25),
        ("m_hits", 2.0),
        ("m_none", (1.0 - libm::exp(-4.0)) / 4.0),
        ("m_high", 0.5),
        // It comes with probability `luck` and counts `luck`.
        ("m_dated", 1.0 / 3.0),
        ("m_rated", 2.0),
        ("m_formula", 2.0),
        ("m_wait", 0.2 + 0.25),
        ("m_still", 0.5 + 2.0 * 3.0 * 0.5),
    ];
    means(&result, &exact, &mut agreement);
    for name in ["m_off", "m_added"] {
        let mean = metric(&result, name).mean.expect("a mean");
        agreement.close(name, mean, 0.0, 1e-12);
    }
    agreement.holds(
        "dated events come",
        event(&result, "dated").probability > 0.4,
    );
    agreement.finish(15);
}

#[test]
fn chance_is_not_counted_as_what_is_not_known() {
    let only = |sections: Value| {
        let study = study(&scenario(1.0, 1.0, sections));
        assert!(study.program.inputs.is_empty());
        run(&study, 16_384, 2_322)
    };
    let result = only(json!({
        "per_trial": {"luck": {"uniform": [0, 1]}},
        "outcomes": [{"name": "lucky", "when": "luck > 0.7"}]
    }));
    let mut agreement = Agreement::default();
    let lucky = &result.outcomes[0];
    agreement.share("lucky", lucky.probability, 0.3, 16_384);
    // All draws are alike: there is no range of what is not known.
    agreement.holds("no driver", result.drivers.is_empty());
    agreement.finish(2);
}

#[test]
fn one_more_leaves_the_others_alone_and_the_order_of_keys_is_nothing() {
    let trials = |per_trial: Value, more: Value| {
        let mut sections = json!({
            "parameters": {"p": {"uniform": [0, 1]}},
            "indicators": {"x": {"start": 0, "volatility": 1}},
            "metrics": {"m_x": "x", "m_a": "a", "m_c": "c"}
        });
        sections["per_trial"] = per_trial;
        for (key, value) in more.as_object().expect("sections") {
            sections[key] = value.clone();
        }
        let study = study(&scenario(1.0, 0.25, sections));
        let (_, rows) = rows(&study, &settings(&study, 512, 2_323));
        ["m_x", "m_a", "m_c"].map(|name| rows.metric(name).to_vec())
    };
    let base = trials(
        json!({"a": {"normal": {"mean": "p", "sd": 1}}, "c": "a + 1"}),
        json!({}),
    );
    let more = trials(
        json!({"z": {"uniform": [0, 1]}, "c": "a + 1", "b": {"gamma": {"shape": 2, "rate": 1}}, "a": {"normal": {"mean": "p", "sd": 1}}}),
        json!({"events": {"e": {"hazard": "z + b"}}}),
    );
    assert_eq!(base, more);
    // The place in the distribution stays where the distribution changes.
    let moved = trials(
        json!({"a": {"normal": {"mean": "p + 5", "sd": 1}}, "c": "a + 1"}),
        json!({}),
    );
    for (a, b) in base[1].iter().zip(&moved[1]) {
        assert!((b - a - 5.0).abs() < 1e-9, "{a} {b}");
    }
    assert_eq!(base[0], moved[0]);
}

#[test]
fn they_are_correlated_by_rank_among_themselves() {
    let study = study(&scenario(
        1.0,
        1.0,
        json!({
            "per_trial": {
                "a": {"uniform": [0, 1]}, "b": {"lognormal": {"mu": 0, "sigma": 1}}, "c": {"uniform": [0, 1]},
                "far": {"uniform": ["10 * a", "10 * a + 1"]}, "place": "far - 10 * a"
            },
            "correlations": [
                {"between": ["a", "b"], "rank": 0.8}, {"between": ["b", "c"], "rank": -0.5}, {"between": ["c", "far"], "rank": 0.3}
            ],
            "metrics": {
                // Spearman's correlation of uniform numbers.
                "ac": "12 * (a - 0.5) * (c - 0.5)", "cf": "12 * (c - 0.5) * (place - 0.5)",
                "ab": "if(a > 0.5 and b > 1, 1, 0)", "bc": "if(b > 1 and c > 0.5, 1, 0)"
            }
        }),
    ));
    let result = run(&study, 65_536, 2_324);
    // P(both above their medians) of normals with Pearson's correlation 2 sin(pi rank / 6).
    let both = |rank: f64| {
        let pearson = 2.0 * libm::sin(std::f64::consts::PI * rank / 6.0);
        0.25 + libm::asin(pearson) / (2.0 * std::f64::consts::PI)
    };
    let mut agreement = Agreement::default();
    let exact = [
        ("ac", 0.0),
        ("cf", 0.3),
        ("ab", both(0.8)),
        ("bc", both(-0.5)),
    ];
    means(&result, &exact, &mut agreement);
    agreement.finish(4);
}

#[test]
fn replays_tell_them_and_an_impossible_one_stops_its_trial_there() {
    let sections = json!({
        "per_trial": {"luck": {"uniform": [0, 1]}, "double": "2 * luck"},
        "metrics": {"m": "double"}
    });
    let fine = study(&scenario(1.0, 1.0, sections));
    let all = settings(&fine, 1_024, 2_325);
    let (_, rows) = rows(&fine, &all);
    for trial in [0, 7, 700] {
        let story = storyline(&fine, &all, trial).expect("it runs");
        let told = rows.metric("m")[trial as usize];
        assert_eq!(story.per_trial["double"].to_bits(), told.to_bits());
        assert_eq!(2.0 * story.per_trial["luck"], told);
    }
    for (path, per_trial) in [
        (
            "/per_trial/p",
            json!({"mode": {"uniform": [0, 2]}, "p": {"pert": [0, "mode", 1]}, "last": "p + 1"}),
        ),
        (
            "/per_trial/root",
            json!({"x": {"uniform": [-1, 1]}, "root": "sqrt(x)", "last": {"uniform": [0, "root + 1"]}}),
        ),
    ] {
        let broken = study(&scenario(
            1.0,
            1.0,
            json!({"per_trial": per_trial, "metrics": {"m": "last"}}),
        ));
        let error = try_run(&broken, 8_192, 2_326).expect_err(path);
        let EngineError::NonFinite {
            stopped,
            path: named,
            ..
        } = &error
        else {
            panic!("{error}")
        };
        assert_eq!(named, path);
        assert!((3_800..4_400).contains(stopped), "{stopped}");
    }
}

#[test]
fn blocks_played_together_and_alone_draw_the_same() {
    let study = study(&scenario(
        1.0,
        0.5,
        json!({
            "per_trial": {"a": {"uniform": [0, 1]}, "b": {"uniform": [0, "a + 1"]}},
            "correlations": [{"between": ["a", "b"], "rank": 0.4}],
            "metrics": {"m": "a + b"}
        }),
    ));
    let with = |trials_per_draw: u32, blocks: u64, threads: usize| {
        let settings = settings(&study, 64, 2_327)
            .trials_per_draw(trials_per_draw)
            .blocks(blocks)
            .threads(threads);
        rows(&study, &settings).1.metric("m").to_vec()
    };
    assert_eq!(with(1, 16, 1), with(1, 16, 2));
    // Trial 0 of a draw is the same whatever the others are.
    let (one, four) = (with(1, 4, 1), with(4, 4, 1));
    let firsts: Vec<f64> = four.iter().step_by(4).copied().collect();
    assert_eq!(one, firsts);
}
