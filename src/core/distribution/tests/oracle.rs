//! Every family against the vendored oracle.

use super::*;
use serde_json::Value;

fn oracle() -> Vec<Value> {
    let file = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/oracles/distributions/distributions.json"
    ));
    let whole: Value = serde_json::from_str(file).unwrap();
    whole["cases"].as_array().unwrap().clone()
}

/// The case as one of our distributions; `None` if the format has no such family.
fn translate(case: &Value) -> Option<Result<Distribution, DistributionError>> {
    let params = &case["params"];
    let number = |key: &str| params[key].as_f64();
    let all = |keys: &[&str]| -> Vec<f64> { keys.iter().map(|key| number(key).unwrap()).collect() };
    let list = |key: &str| -> Vec<f64> {
        params[key]
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v.as_f64().unwrap())
            .collect()
    };
    let is_percentiles = number("p05").is_some();
    let plain = |family: Family, keys: &[&str]| family.build(&all(keys), None, None);
    Some(match case["family"].as_str().unwrap() {
        "normal" if is_percentiles => {
            fitted(Family::Normal, 0.05).build(&all(&["p05", "p95"]), None, None)
        }
        "lognormal" if is_percentiles => {
            fitted(Family::Lognormal, 0.05).build(&all(&["p05", "p95"]), None, None)
        }
        "pert" => plain(Family::Pert, &["low", "mode", "high", "lambda_"]),
        "truncated-normal" => {
            Family::Normal.build(&all(&["mean", "sd"]), number("low"), number("high"))
        }
        "negative-binomial" if number("mean").is_some() => {
            plain(Family::NegativeBinomialByMean, &["mean", "size"])
        }
        "discrete" => Distribution::discrete(&list("values"), &list("probabilities")),
        "dirichlet" => return None,
        "metalog-3" => metalog(number("alpha").unwrap()).build(
            &all(&["q_low", "q_mid", "q_high"]),
            number("lower"),
            number("upper"),
        ),
        name => {
            let name = name.replace('-', "_");
            let row = Family::named(&name).next().unwrap();
            let keys: Vec<&str> = row.arguments.iter().map(|own| own.name).collect();
            plain(row.family, &keys)
        }
    })
}

#[test]
fn oracle_quantiles_moments_and_distribution_functions_are_reproduced() {
    let mut tested = 0;
    for case in oracle() {
        let id = case["id"].as_str().unwrap();
        let Some(built) = translate(&case) else {
            continue;
        };
        if case["feasible"] == Value::Bool(false) {
            assert!(built.is_err(), "{id} must be rejected");
            continue;
        }
        let distribution = built.unwrap();
        tested += 1;
        for (p, want) in case["quantiles"].as_object().unwrap() {
            let want = want.as_f64().unwrap();
            let got = distribution.quantile(p.parse().unwrap());
            // A zero in the middle of a symmetric distribution is exact up to its scale.
            if want == 0.0 {
                assert!(got.abs() < 1e-14, "{id} at {p}: {got}")
            } else {
                assert_close(&format!("{id} at {p}"), got, want, 2e-12)
            }
        }
        if let Some(mean) = case["mean"].as_f64() {
            assert!(
                (distribution.mean().unwrap() - mean).abs() <= 1e-11 * mean.abs().max(1e-3),
                "{id} mean"
            );
        }
        if let Some(variance) = case["variance"].as_f64() {
            assert_close(
                &format!("{id} variance"),
                distribution.variance().unwrap(),
                variance,
                1e-10,
            );
        }
        for point in case["points"].as_array().into_iter().flatten() {
            let x = point["x"].as_f64().unwrap();
            let what = format!("{id} at {x}");
            assert_close(
                &what,
                distribution.cdf(x),
                point["cdf"].as_f64().unwrap(),
                1e-11,
            );
            let survival = point["sf"].as_f64().unwrap();
            if survival > 0.0 {
                assert_close(&what, distribution.survival(x), survival, 1e-11);
            } else {
                assert_eq!(distribution.survival(x), 0.0, "{what}");
            }
            if let Some(density) = point["pdf"].as_f64() {
                // No family states its density; the distribution function's slope must be it,
                // except at corners.
                let h = 1e-5 * x.abs().max(0.01);
                let slope = (distribution.cdf(x + h) - distribution.cdf(x - h)) / (2.0 * h);
                let at_corner = distribution
                    .shape()
                    .corner()
                    .is_some_and(|c| (c - x).abs() <= h)
                    || x + h > distribution.support().1;
                assert!(
                    at_corner || (slope - density).abs() <= 1e-4 * density,
                    "{what}: {slope} {density}"
                );
            }
            if let Some(mass) = point["pmf"].as_f64() {
                let jump = distribution.cdf(x) - distribution.below(x).lower;
                assert!((jump - mass).abs() < 1e-12, "{what}: {jump} {mass}");
            }
        }
    }
    assert!(tested >= 29, "{tested}");
}

#[test]
fn every_family_is_in_the_oracle() {
    let stated: Vec<String> = (oracle().iter())
        .map(|case| case["family"].as_str().unwrap().replace('-', "_"))
        .collect();
    for family in Family::ALL {
        let name = family.name();
        assert!(stated.iter().any(|stated| stated == name), "{name}");
    }
}
