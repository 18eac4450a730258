//! Parameters that are built on parameters: against exact laws, and to the bit against the same
//! formulas elsewhere.

use crate::harness::{Agreement, Rows, metric, rows, run, scenario, settings, study, try_run};
use quincunx::engine::EngineError;
use serde_json::{Value, json};

/// One trial a draw, so that every row is a draw.
fn draws(sections: Value, count: u64, seed: u64) -> Rows {
    let study = study(&scenario(1.0, 1.0, sections));
    let settings = settings(&study, count, seed)
        .trials_per_draw(1)
        .blocks(count / 16);
    rows(&study, &settings).1
}

#[test]
fn distributions_of_distributions_have_their_exact_laws() {
    let sections = json!({
        "parameters": {
            // Numbers of events at a rate that is itself gamma: negative binomial.
            "arrivals": {"poisson": {"rate": "2 * rate"}},
            "rate": {"gamma": {"shape": 3, "rate": 2}},
            // A normal about a normal: variances add up, through a formula between them.
            "centre": {"normal": {"mean": 1, "sd": 2}},
            "doubled": "2 * centre - 1",
            "level": {"normal": {"mean": "doubled", "sd": {"value": "3 * one"}}},
            "one": {"value": 1},
            // A share and what it decides: beta-binomial with one trial.
            "share": {"beta": {"alpha": 2, "beta": 3}},
            "hit": {"discrete": {"values": [0, "one"], "probabilities": ["1 - share", "share"]}},
            "mass": {"point_mass": {"at": "-one", "probability": "share"}, "else": {"uniform": [0, "2 + share"]}},
            "pool": {"experts": [{"weight": 3, "uniform": ["share", "share + 1"]}, {"uniform": [4, 6]}]},
            "moved": {"shift": "centre", "scale": "one + 1", "of": {"exponential": {"rate": "1 / rate"}}},
            "middle": {"p25": "share - 1", "p50": "share", "p75": "share + 1"}
        },
        "metrics": {
            "m_arrivals": "arrivals", "m_none": "if(arrivals == 0, 1, 0)", "m_level": "level", "m_square": "(level - 1) ^ 2",
            "m_hit": "hit", "m_mass": "mass", "m_pool": "pool", "m_moved": "moved", "m_below": "if(middle < share - 0.37, 1, 0)"
        }
    });
    let result = run(&study(&scenario(1.0, 1.0, sections)), 65_536, 2_311);
    let mut agreement = Agreement::default();
    let share = 0.4;
    for (name, exact) in [
        ("m_arrivals", 3.0),
        // Gamma mixture: (1 + 2 * 0.5) ^ -3.
        ("m_none", 0.125),
        ("m_level", 1.0),
        ("m_square", 16.0 + 9.0),
        ("m_hit", share),
        // E[-s + (1 - s)(2 + s)/2] with E[s] = 0.4 and E[s^2] = 0.2.
        ("m_mass", -share + 0.5 * (2.0 - share - 0.2)),
        ("m_pool", 0.75 * (share + 0.5) + 0.25 * 5.0),
        ("m_moved", 1.0 + 2.0 * 1.5),
        // Three symmetric percentiles make a logistic distribution.
        ("m_below", 1.0 / (1.0 + libm::pow(3.0, 0.37))),
    ] {
        let found = metric(&result, name);
        let error = found.std_error.expect("an error");
        agreement.estimate(name, found.mean.expect("a mean"), exact, error);
    }
    agreement.finish(9);
}

#[test]
fn a_formula_among_parameters_has_the_bits_that_it_has_elsewhere() {
    let formulas = [
        "base * 1.4",
        "base ^ 2 - base ^ 0.3",
        "if(base > 1 and not (other < 0.2), exp(-base), max(base, other, 0.7))",
        "clamp(ln(base) / other, -1, 2) + mod(7 * base, 0.3)",
        "-base + logistic(3 * other) * sin(base) - round(9 * other)",
        "if(base != other or base <= 0.1, 1, 0) * log10(base)",
    ];
    let mut sections = json!({
        "parameters": {"base": {"uniform": [0.1, 3]}, "other": {"uniform": [0.1, "base + 1"]}},
        "metrics": {}
    });
    for (i, formula) in formulas.iter().enumerate() {
        sections["parameters"][format!("a{i}")] = json!(formula);
        sections["metrics"][format!("m{i}")] = json!(formula);
        // Of constants alone it is a constant, with the same bits still.
        let constant = formula.replace("base", "k").replace("other", "l");
        sections["parameters"][format!("k{i}")] = json!(constant);
        sections["metrics"][format!("n{i}")] = json!(constant);
    }
    sections["parameters"]["k"] = json!(1.7);
    sections["parameters"]["l"] = json!("k / 3");
    let rows = draws(sections, 256, 2_312);
    for (i, formula) in formulas.iter().enumerate() {
        for (parameter, metric) in [("a", "m"), ("k", "n")] {
            let computed = rows.parameter(&format!("{parameter}{i}"));
            let elsewhere = rows.metric(&format!("{metric}{i}"));
            for (a, b) in computed.iter().zip(elsewhere) {
                assert_eq!(a.to_bits(), b.to_bits(), "{formula}: {a} {b}");
            }
        }
    }
}

#[test]
fn the_order_of_keys_is_nothing_and_one_parameter_more_leaves_the_others_alone() {
    let base = json!({"parameters": {
        "z": {"uniform": [0, 1]}, "y": {"normal": {"mean": "z", "sd": 1}}, "x": "y + z"
    }});
    let turned = json!({"parameters": {
        "x": "y + z", "y": {"normal": {"mean": "z", "sd": 1}}, "z": {"uniform": [0, 1]},
        "a": {"uniform": [0, "abs(x)"]}, "b": "a / 2", "c": 4
    }});
    // A fixed argument instead of a computed one draws from the same place.
    let fixed = json!({"parameters": {"z": 0.5, "y": {"normal": {"mean": 0.5, "sd": 1}}}});
    let computed = json!({"parameters": {"z": 0.5, "y": {"normal": {"mean": "z", "sd": "2 * z"}}}});
    let found = [base, turned, fixed, computed].map(|sections| draws(sections, 64, 2_313));
    for name in ["x", "y", "z"] {
        assert_eq!(found[0].parameter(name), found[1].parameter(name), "{name}");
    }
    assert_eq!(found[2].parameter("y"), found[3].parameter("y"));
    assert_ne!(found[0].parameter("y"), found[2].parameter("y"));
}

#[test]
fn correlations_tie_the_places_within_distributions_that_differ_from_draw_to_draw() {
    let rows = draws(
        json!({
            "parameters": {
                "wide": {"uniform": [1, 50]},
                "a": {"uniform": [0, 1]},
                "b": {"uniform": ["wide", "wide + 1"]},
                "c": {"discrete": {"values": ["0 * wide", 1], "probabilities": [0.5, 0.5]}},
                "d": {"uniform": [0, 1]}
            },
            "correlations": [{"between": ["a", "b"], "rank": 0.7}, {"between": ["c", "d"], "rank": -0.5}]
        }),
        32_768,
        2_314,
    );
    // Uniform numbers: Spearman's correlation is Pearson's, 12 times the mean of the product of the
    // distances from 1/2.
    let (a, wide) = (rows.parameter("a"), rows.parameter("wide"));
    let places = rows
        .parameter("b")
        .iter()
        .zip(wide)
        .map(|(b, wide)| b - wide);
    let products: Vec<f64> = a
        .iter()
        .zip(places)
        .map(|(a, b)| 12.0 * (a - 0.5) * (b - 0.5))
        .collect();
    let n = products.len() as f64;
    let mean = products.iter().sum::<f64>() / n;
    let variance = products
        .iter()
        .map(|p| (p - mean) * (p - mean))
        .sum::<f64>()
        / n;
    let mut agreement = Agreement::default();
    agreement.estimate("the places within", mean, 0.7, (variance / n).sqrt());
    // Half the scores of `c` are 0: P(c = 1, d > 1/2) of normals with Pearson correlation 2 sin(pi
    // rank / 6).
    let both = rows.parameter("c").iter().zip(rows.parameter("d"));
    let share = both.filter(|(c, d)| **c == 1.0 && **d > 0.5).count() as f64 / n;
    let pearson = 2.0 * libm::sin(std::f64::consts::PI * -0.5 / 6.0);
    let exact = 0.25 + libm::asin(pearson) / (2.0 * std::f64::consts::PI);
    agreement.estimate(
        "a listed value",
        share,
        exact,
        (exact * (1.0 - exact) / n).sqrt(),
    );
    agreement.finish(2);
}

#[test]
fn an_impossible_argument_stops_the_trials_of_its_draw_at_the_parameter() {
    let whole = |parameters: Value| {
        scenario(
            1.0,
            1.0,
            json!({"parameters": parameters, "metrics": {"m": "last"}}),
        )
    };
    // The mode lies above the upper end in half of the draws.
    for (path, parameters) in [
        (
            "/parameters/p",
            json!({"mode": {"uniform": [0, 2]}, "p": {"pert": [0, "mode", 1]}, "last": "p + 1"}),
        ),
        (
            "/parameters/root",
            json!({"x": {"uniform": [-1, 1]}, "root": "sqrt(x)", "last": {"uniform": [0, "root + 1"]}}),
        ),
    ] {
        let error = try_run(&study(&whole(parameters)), 8_192, 2_315).expect_err(path);
        let EngineError::NonFinite {
            stopped,
            path: named,
            trials,
            ..
        } = &error
        else {
            panic!("{error}")
        };
        assert_eq!((named.as_str(), *trials), (path, 8_192));
        assert!((3_900..4_300).contains(stopped), "{stopped}");
    }
}

#[test]
fn only_what_is_drawn_counts_as_an_input_of_the_uncertainty() {
    let study = study(&scenario(
        1.0,
        1.0,
        json!({
            "parameters": {"k": 2, "a": {"uniform": [0, "k"]}, "b": "3 * a", "c": {"uniform": [0, "b + 1"]}},
            "outcomes": [{"name": "high", "when": "c > 2"}]
        }),
    ));
    let result = run(&study, 8_192, 2_316);
    let found: Vec<&str> = (result.drivers.iter().flat_map(|of| &of.inputs))
        .map(|input| input.input.as_str())
        .collect();
    assert!(found.contains(&"a") && found.contains(&"c"), "{found:?}");
    assert!(!found.contains(&"b") && !found.contains(&"k"), "{found:?}");
}

/// Shares of gamma variables are Dirichlet: Beta(3, 5) for one of two, whose mean is 3/8 and whose
/// mean square is 3 4 / (8 9). Seed 2317.
#[test]
fn shares_of_gamma_variables_are_dirichlet() {
    let study = study(&scenario(
        1.0,
        1.0,
        json!({
            "parameters": {"yes": {"gamma": {"shape": 3, "rate": 1}}, "no": {"gamma": {"shape": 5, "rate": 1}}, "share": "yes / (yes + no)"},
            "events": {"vote": {"at": 0.5, "branches": {"passed": {"probability": "share"}, "failed": {}}}},
            "metrics": {"one": "share", "square": "share * share", "both": "if(ever(vote.passed), share, 0)"}
        }),
    ));
    let result = run(&study, 65_536, 2_317);
    let mut agreement = Agreement::default();
    for (name, exact) in [
        ("one", 3.0 / 8.0),
        ("square", 12.0 / 72.0),
        ("both", 12.0 / 72.0),
    ] {
        let found = metric(&result, name);
        agreement.estimate(
            name,
            found.mean.expect("a mean"),
            exact,
            found.std_error.expect("an error"),
        );
    }
    agreement.finish(3);
}
