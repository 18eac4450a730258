//! Sensitivity against published and closed-form indices: the Ishigami function, the g-function of Sobol', linear models, products, and an event
//! whose probability depends on two rates (`sensitivity/sobol.json`).

use quincunx::analysis::{Asked, Study, sensitivity};
use quincunx::engine::{Settings, Silent};
use quincunx::results::{SensitivityResult, SensitivityTarget};
use serde_json::{Value, json};

/// The cases of a file of this folder.
fn cases(name: &str) -> Vec<Value> {
    let path = format!(
        "{}/tests/oracles/sensitivity/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(path).expect("the oracle is there");
    let file: Value = serde_json::from_str(&text).expect("it is JSON");
    file["cases"].as_array().expect("a list").clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().expect("a list");
    list.iter().filter_map(Value::as_f64).collect()
}

/// The formula of a case in the language of scenario files.
fn formula(case: &Value) -> String {
    let number = |key: &str| case["params"][key].as_f64().unwrap_or(0.0);
    let list = |key: &str| numbers(&case["params"][key]);
    match case["family"].as_str().expect("a family") {
        "ishigami" => format!(
            "sin(x1) + {} * sin(x2)^2 + {} * x3^4 * sin(x1)",
            number("a"),
            number("b")
        ),
        "sobol-g" => {
            let factor =
                |(i, a): (usize, &f64)| format!("(abs(4*x{} - 2) + {a}) / (1 + {a})", i + 1);
            let factors: Vec<String> = list("a").iter().enumerate().map(factor).collect();
            factors.join(" * ")
        }
        "linear" => {
            let term = |(i, c): (usize, &f64)| format!("({c}) * x{}", i + 1);
            let terms: Vec<String> = list("c").iter().enumerate().map(term).collect();
            format!("{} + {}", number("c0"), terms.join(" + "))
        }
        "product" => "x1 * x2".into(),
        other => panic!("no formula for {other}"),
    }
}

/// A case as a scenario file without time.
fn scenario(case: &Value) -> Value {
    let inputs = case["inputs"].as_array().expect("a list");
    let mut parameters = serde_json::Map::new();
    for (i, input) in inputs.iter().enumerate() {
        let drawn = match input["dist"].as_str() {
            Some("uniform") => json!({"uniform": [input["low"], input["high"]]}),
            _ => json!({"normal": {"mean": input["mean"], "sd": input["sd"]}}),
        };
        parameters.insert(format!("x{}", i + 1), drawn);
    }
    if case["family"] == "stochastic-binary" {
        let chance = format!("chance < 1 - exp(-(x1 + x2) * {})", case["params"]["T"]);
        return json!({
            "format": 2, "name": "event", "parameters": parameters,
            "per_trial": {"chance": {"uniform": [0, 1]}},
            "questions": {"y": {"holds": chance}}
        });
    }
    json!({
        "format": 2, "name": "function", "parameters": parameters,
        "metrics": {"y": {"value": formula(case)}}
    })
}

fn open(file: &Value) -> Study {
    Study::from_text(&file.to_string(), "oracle.json")
        .unwrap_or_else(|report| panic!("{file:#}: {:#?}", report.diagnostics))
}

fn of_y() -> Asked {
    Asked {
        of: vec!["y".into()],
        ..Asked::default()
    }
}

fn found(study: &Study, asked: &Asked, draws: u64, each: u64, seed: u64) -> SensitivityResult {
    let settings = Settings::new(draws * each, Some(draws), seed);
    sensitivity(study, asked, &settings, &Silent).unwrap_or_else(|error| panic!("{error}"))
}

/// An index of an input, by its number from 1 on.
fn index(target: &SensitivityTarget, number: usize) -> &quincunx::results::SensitivityIndex {
    let name = format!("x{number}");
    let mut all = target.inputs.iter();
    all.find(|index| index.input == name).expect("an input")
}

/// From 16,384 draws, two trials each. An index may lack what varies within twenty bins: of the functions here at most 4% of itself (sin(x2)² has a
/// wave within ten bins: (2π/10)²/12 = 3.3%). Beyond that |z| < 4. Chance is nil in functions of parameters.
#[test]
fn indices_from_the_draws_of_a_run_are_the_published_ones() {
    for case in cases("sobol.json") {
        if case["family"] == "stochastic-binary" {
            continue;
        }
        let study = open(&scenario(&case));
        let result = found(&study, &of_y(), 16_384, 2, 11);
        let target = &result.targets[0];
        let (id, expected) = (&case["id"], &case["expected"]);
        let variance = target.variance.expect("a variance");
        let exact = expected["variance"].as_f64().expect("a number");
        let z = (variance.epistemic - exact) / variance.epistemic_std_error;
        assert!(
            z.abs() < 4.0,
            "{id}: variance {}, z {z}",
            variance.epistemic
        );
        assert!(
            (variance.epistemic_share - 1.0).abs() < 1e-3,
            "{id}: chance"
        );
        for (i, exact) in numbers(&expected["S1"]).into_iter().enumerate() {
            let found = index(target, i + 1);
            let above = (found.first - exact).max(0.0);
            let below = (0.96 * exact - found.first).max(0.0);
            let z = above.max(below) / found.first_std_error;
            assert!(z < 4.0, "{id}, x{}: {} not {exact}", i + 1, found.first);
            let told = found.evppi / variance.epistemic;
            assert!((told - found.first).abs() < 1e-9, "{id}: worth");
        }
    }
}

/// Of an event with probability 1 - exp(-2 (x1 + x2)): the share of the variance that is not known, 2.07%, and of that the parts of both rates.
/// Knowing a rate lowers the expected Brier score by S1 · Var p, exactly. |z| < 4 each.
#[test]
fn of_an_event_chance_and_what_is_not_known_are_told_apart() {
    let cases = cases("sobol.json");
    let case = cases
        .iter()
        .find(|case| case["family"] == "stochastic-binary")
        .expect("a case");
    let study = open(&scenario(case));
    let result = found(&study, &of_y(), 4096, 64, 5);
    let target = &result.targets[0];
    let expected = &case["expected"];
    let number = |key: &str| expected[key].as_f64().expect("a number");
    let variance = target.variance.expect("a variance");
    let z = |value: f64, exact: f64, error: f64| {
        let z = (value - exact) / error;
        assert!(z.abs() < 4.0, "{value} not {exact}: z {z}");
    };
    z(
        target.value.expect("a chance"),
        number("mean"),
        target.std_error.expect("an error"),
    );
    z(
        variance.epistemic,
        number("variance"),
        variance.epistemic_std_error,
    );
    let share = number("epistemic_share");
    z(
        variance.epistemic_share,
        share,
        variance.epistemic_share_std_error,
    );
    assert!((variance.total - number("total_variance_of_Y")).abs() < 1e-3);
    for (i, exact) in numbers(&expected["S1"]).into_iter().enumerate() {
        let found = index(target, i + 1);
        z(found.first, exact, found.first_std_error);
        z(
            found.evppi,
            exact * number("variance"),
            found.evppi_std_error,
        );
    }
}

/// y = x1 + x2 + x3, standard normal, x1 and x2 with correlation r of their ranks (normal scores ρ = 2 sin(π r / 6)). Var y = 3 + 2ρ; knowing x1
/// takes away (1 + ρ)², of which its own part, the residual given x2, is 1 - ρ². |z| < 4, with 4% allowed for bins.
#[test]
fn correlated_inputs_are_told_with_and_without_what_they_share() {
    let rank = 0.6;
    let rho = 2.0 * libm::sin(std::f64::consts::PI * rank / 6.0);
    let normal = json!({"normal": {"mean": 0, "sd": 1}});
    let file = json!({
        "format": 2, "name": "correlated",
        "parameters": {"x1": normal, "x2": normal, "x3": normal},
        "correlations": [{"between": ["x1", "x2"], "rank": rank}],
        "metrics": {"y": {"value": "x1 + x2 + x3"}}
    });
    let result = found(&open(&file), &of_y(), 16_384, 2, 3);
    let target = &result.targets[0];
    let total = 3.0 + 2.0 * rho;
    for (i, exact) in [
        (1, (1.0 + rho) * (1.0 + rho)),
        (2, (1.0 + rho) * (1.0 + rho)),
        (3, 1.0),
    ] {
        let found = index(target, i);
        let exact = exact / total;
        let off = (found.first - exact).max(0.96 * exact - found.first);
        assert!(
            off / found.first_std_error < 4.0,
            "x{i}: {} not {exact}",
            found.first
        );
        if i < 3 {
            let exact = (1.0 - rho * rho) / total;
            let (own, error) = (
                found.own.expect("own"),
                found.own_std_error.expect("an error"),
            );
            let off = (own - exact).max(0.96 * exact - own);
            assert!(off / error < 4.0, "x{i} alone: {own} not {exact}");
            assert_eq!(found.correlated_with, [format!("x{}", 3 - i)]);
        } else {
            assert_eq!((found.own, found.correlated_with.len()), (None, 0));
        }
    }
    assert!(
        result.remarks[0].starts_with("Correlated: `x1`, `x2`."),
        "{:?}",
        result.remarks
    );
}

/// A tornado of a linear model: x at its 95% less x at its 5% is c · sd · 2 · 1.6449 in every draw, so the swing is exact.
#[test]
fn a_tornado_of_a_linear_model_is_exact() {
    let cases = cases("sobol.json");
    let case = cases
        .iter()
        .find(|case| case["family"] == "linear")
        .expect("a case");
    let asked = Asked {
        tornado: true,
        ..of_y()
    };
    let result = found(&open(&scenario(case)), &asked, 256, 4, 1);
    let swings = &result.targets[0].tornado;
    assert_eq!(swings.len(), 5);
    let coefficients = numbers(&case["params"]["c"]);
    for (i, c) in coefficients.iter().enumerate() {
        let name = format!("x{}", i + 1);
        let swing = swings.iter().find(|s| s.input == name).expect("an input");
        let sd = case["inputs"][i]["sd"].as_f64().expect("a number");
        let exact = c * sd * 2.0 * 1.644_853_626_951_472_2;
        let found = swing.swing.expect("a swing");
        assert!((found - exact).abs() < 1e-9, "{name}: {found} not {exact}");
        assert_eq!(swing.detectable, *c != 0.0, "{name}");
    }
    assert!(
        swings
            .windows(2)
            .all(|pair| { pair[0].swing.map(f64::abs) >= pair[1].swing.map(f64::abs) })
    );
}

/// A chance of 1 - exp(-2 (x1 + x2)): with x1 at an end it is the mean over x2, in closed form. |z| < 4 for both ends and the paired swing, whose error
/// is less than that of the ends taken apart.
#[test]
fn a_tornado_of_a_chance_has_the_means_at_both_ends() {
    let cases = cases("sobol.json");
    let case = cases
        .iter()
        .find(|case| case["family"] == "stochastic-binary")
        .expect("a case");
    let asked = Asked {
        tornado: true,
        ..of_y()
    };
    let result = found(&open(&scenario(case)), &asked, 8192, 64, 2);
    // The mean of exp(-2 x2) for x2 uniform on 0.1..0.2.
    let rest = (libm::exp(-0.2) - libm::exp(-0.4)) / 0.2;
    let at = |x1: f64| 1.0 - libm::exp(-2.0 * x1) * rest;
    let swings = &result.targets[0].tornado;
    let swing = swings.iter().find(|s| s.input == "x1").expect("an input");
    let near = |value: Option<f64>, exact: f64, error: Option<f64>| {
        let (value, error) = (value.expect("a value"), error.expect("an error"));
        assert!(
            ((value - exact) / error).abs() < 4.0,
            "{value} ± {error} not {exact}"
        );
        error
    };
    for (end, exact) in [(swing.input_low, 0.06), (swing.input_high, 0.24)] {
        assert!((end.expect("an end") - exact).abs() < 1e-12);
    }
    let low = near(swing.low, at(0.06), swing.low_std_error);
    let high = near(swing.high, at(0.24), swing.high_std_error);
    let paired = near(swing.swing, at(0.24) - at(0.06), swing.swing_std_error);
    assert!(paired < 0.8 * (low * low + high * high).sqrt());
    assert!(swing.detectable);
}
