//! Every family against the vendored oracle, and the laws that all of them obey.

use super::*;
use crate::random::design::Design;
use serde_json::Value;

fn build(family: Family, arguments: &[f64]) -> Distribution {
    family.build(arguments, None, None).unwrap()
}

/// One distribution of each kind, and of each way to cut and pool them.
fn specimens() -> Vec<(&'static str, Distribution)> {
    let metalog = |values: &[f64], low, high| {
        Family::Metalog { tail: 0.05 }
            .build(values, low, high)
            .unwrap()
    };
    let normal = build(Family::Normal, &[1.0, 2.0]);
    let poisson = build(Family::Poisson, &[4.0]);
    vec![
        ("normal", normal.clone()),
        (
            "normal from percentiles",
            build(Family::NormalFromPercentiles { tail: 0.1 }, &[3.0, 9.0]),
        ),
        ("lognormal", build(Family::Lognormal, &[0.3, 0.8])),
        ("triangular", build(Family::Triangular, &[1.0, 2.0, 6.0])),
        (
            "triangular, mode low",
            build(Family::Triangular, &[1.0, 1.0, 6.0]),
        ),
        ("pert", build(Family::Pert, &[0.0, 1.0, 10.0])),
        ("uniform", build(Family::Uniform, &[-2.0, 3.0])),
        ("loguniform", build(Family::Loguniform, &[0.1, 30.0])),
        ("beta", build(Family::Beta, &[0.4, 0.7])),
        ("gamma", build(Family::Gamma, &[0.3, 2.0])),
        ("gamma, large", build(Family::Gamma, &[4000.0, 2.0])),
        ("weibull", build(Family::Weibull, &[1.7, 3.0])),
        ("exponential", build(Family::Exponential, &[0.25])),
        ("student_t", build(Family::StudentT, &[5.0, 1.0, 2.0])),
        (
            "truncated_normal",
            build(Family::TruncatedNormal, &[0.0, 1.0, 0.5, 8.0]),
        ),
        ("poisson", poisson.clone()),
        ("binomial", build(Family::Binomial, &[12.0, 0.3])),
        (
            "negative_binomial",
            build(Family::NegativeBinomial, &[2.5, 0.4]),
        ),
        (
            "negative_binomial by mean",
            build(Family::NegativeBinomialFromMean, &[6.0, 0.7]),
        ),
        (
            "discrete",
            Distribution::discrete(&[3.0, -1.0, 3.0, 8.0], &[0.2, 0.3, 0.1, 0.4]).unwrap(),
        ),
        ("metalog", metalog(&[1.0, 2.0, 5.0], None, None)),
        ("metalog, low", metalog(&[1.0, 2.0, 5.0], Some(0.0), None)),
        ("metalog, high", metalog(&[1.0, 2.0, 5.0], None, Some(6.0))),
        (
            "metalog, both",
            metalog(&[0.1, 0.25, 0.5], Some(0.0), Some(1.0)),
        ),
        (
            "truncated gamma",
            build(Family::Gamma, &[2.0, 1.0])
                .truncated(Some(1.0), Some(4.0))
                .unwrap(),
        ),
        (
            "truncated triangular",
            build(Family::Triangular, &[0.0, 2.0, 3.0])
                .truncated(Some(1.0), None)
                .unwrap(),
        ),
        (
            "truncated poisson",
            poisson.clone().truncated(Some(2.0), Some(7.5)).unwrap(),
        ),
        (
            "mixture",
            Distribution::mixture(vec![
                (2.0, normal.clone()),
                (1.0, build(Family::Uniform, &[8.0, 9.0])),
            ])
            .unwrap(),
        ),
        (
            "mixture with jumps",
            Distribution::mixture(vec![(1.0, normal), (1.0, poisson)]).unwrap(),
        ),
    ]
}

fn oracle() -> Vec<Value> {
    let file = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/oracles/distributions/distributions.json"
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
        "normal" if is_percentiles => plain(
            Family::NormalFromPercentiles { tail: 0.05 },
            &["p05", "p95"],
        ),
        "lognormal" if is_percentiles => plain(
            Family::LognormalFromPercentiles { tail: 0.05 },
            &["p05", "p95"],
        ),
        "pert" => plain(Family::Pert, &["low", "mode", "high", "lambda_"]),
        "truncated-normal" => {
            Family::Normal.build(&all(&["mean", "sd"]), number("low"), number("high"))
        }
        "negative-binomial" if number("mean").is_some() => {
            plain(Family::NegativeBinomialFromMean, &["mean", "size"])
        }
        "discrete" => Distribution::discrete(&list("values"), &list("probabilities")),
        "dirichlet" => return None,
        "metalog-3" => Family::Metalog {
            tail: number("alpha").unwrap(),
        }
        .build(
            &all(&["q_low", "q_mid", "q_high"]),
            number("lower"),
            number("upper"),
        ),
        name => {
            let name = name.replace('-', "_");
            let keys: Vec<&str> = params
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            let family = Family::find(&name, &keys).unwrap();
            plain(family, family.arguments())
        }
    })
}

fn assert_close(what: &str, got: f64, want: f64, tolerance: f64) {
    let scale = want.abs().max(1e-300);
    assert!(
        (got - want).abs() <= tolerance * scale,
        "{what}: got {got}, want {want}"
    );
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
                // No family states its density; the distribution function's slope must be it, except at corners.
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
    assert_eq!(tested, 29);
}

#[test]
fn sample_of_design_points_has_the_stated_moments() {
    for (name, distribution) in specimens() {
        let n = 4096;
        let draws: Vec<f64> = (0..n)
            .map(|point| distribution.quantile(Design::Padded.uniform(5, 17, 0, point)))
            .collect();
        let mean = draws.iter().sum::<f64>() / n as f64;
        let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1) as f64;
        let (true_mean, sd) = (
            distribution.mean().unwrap(),
            libm::sqrt(distribution.variance().unwrap()),
        );
        assert!(
            (mean - true_mean).abs() < 0.005 * sd,
            "{name}: mean {mean}, not {true_mean}"
        );
        assert!(
            (libm::sqrt(variance) / sd - 1.0).abs() < 0.06,
            "{name}: sd {}, not {sd}",
            libm::sqrt(variance)
        );
    }
}

#[test]
fn quantile_never_decreases_and_stays_in_the_support() {
    for (name, distribution) in specimens() {
        let (low, high) = distribution.support();
        assert_eq!(
            (distribution.quantile(0.0), distribution.quantile(1.0)),
            (low, high),
            "{name}"
        );
        let mut before = low;
        let far = [1e-300, 1e-100, 1e-30, 1e-12, 1e-6];
        let upper = [1e-6, 1e-9, 1e-12, 1e-15].map(|q| 1.0 - q);
        let middle = (1..2000).map(|i| f64::from(i) / 2000.0);
        for p in far.into_iter().chain(middle).chain(upper) {
            let x = distribution.quantile(p);
            assert!(
                before <= x && x <= high,
                "{name} at {p}: {x} after {before}"
            );
            before = x;
        }
    }
}

#[test]
fn quantile_undoes_the_distribution_function() {
    for (name, distribution) in specimens() {
        let jumps = distribution.is_discrete() || name == "mixture with jumps";
        for p in [1e-9, 0.01, 0.2, 0.5, 0.77, 0.99, 1.0 - 1e-9] {
            let x = distribution.quantile(p);
            if jumps {
                assert!(distribution.cdf(x) >= p * (1.0 - 1e-13), "{name} at {p}");
                assert!(
                    distribution.below(x).lower <= p * (1.0 + 1e-11),
                    "{name} at {p}: {x} is not the smallest"
                );
            } else {
                // No better than the spacing of doubles at x allows.
                let (before, after) = (x - 4e-16 * x.abs(), x + 4e-16 * x.abs());
                assert!(
                    distribution.cdf(before) <= p * (1.0 + 1e-11),
                    "{name} at {p}"
                );
                assert!(
                    p * (1.0 - 1e-11) <= distribution.cdf(after),
                    "{name} at {p}"
                );
                let q = 1.0 - p;
                assert!(
                    distribution.survival(after) <= q * (1.0 + 1e-11),
                    "{name} beyond {p}"
                );
                assert!(
                    q * (1.0 - 1e-11) <= distribution.survival(before),
                    "{name} beyond {p}"
                );
            }
        }
    }
}

#[test]
fn range_keeps_draws_inside_without_heaping_them_at_its_bounds() {
    let whole = build(Family::Normal, &[0.0, 1.0]);
    let cut = whole.clone().truncated(Some(-1.0), Some(0.5)).unwrap();
    let n = 2000;
    for i in 1..n {
        let x = cut.quantile(f64::from(i) / f64::from(n));
        assert!(-1.0 < x && x < 0.5, "{x}");
    }
    let share = (whole.cdf(0.0) - whole.cdf(-1.0)) / (whole.cdf(0.5) - whole.cdf(-1.0));
    assert_close("share below 0", cut.cdf(0.0), share, 1e-14);
}

#[test]
fn far_tail_left_by_a_range_keeps_its_precision() {
    let tail = Family::Normal.build(&[0.0, 1.0], Some(30.0), None).unwrap();
    // Own computation with 30 digits; what is left of them is the rounding of a number near 30.
    let median = tail.quantile(0.5) - 30.0;
    assert!(
        (median - 0.023_070_467_827_310_753).abs() < 1e-14,
        "{median}"
    );
    // By symmetry, to the last bit.
    let other = Family::Normal
        .build(&[0.0, 1.0], None, Some(-30.0))
        .unwrap();
    assert_eq!(other.quantile(0.25), -tail.quantile(0.75));
}

#[test]
fn range_on_whole_numbers_keeps_those_inside() {
    let cut = Family::Poisson.build(&[4.0], Some(1.5), Some(3.0)).unwrap();
    assert_eq!(
        (cut.support(), cut.quantile(1e-9), cut.quantile(1.0 - 1e-9)),
        ((2.0, 3.0), 2.0, 3.0)
    );
    // 4^2/2! : 4^3/3! = 3 : 4
    assert_close("P(2)", cut.cdf(2.0), 3.0 / 7.0, 1e-14);
    assert_close("mean", cut.mean().unwrap(), 18.0 / 7.0, 1e-14);
    assert_close("variance", cut.variance().unwrap(), 12.0 / 49.0, 1e-13);
    let one = Family::Binomial
        .build(&[3.0, 0.5], Some(1.2), Some(2.8))
        .unwrap();
    assert_eq!(one, Distribution::constant(2.0).unwrap());
    let die = Distribution::discrete(&[1.0, 2.0, 3.0, 4.0], &[0.25; 4]).unwrap();
    assert_eq!(
        die.truncated(Some(2.0), Some(3.0)).unwrap().mean(),
        Some(2.5)
    );
}

#[test]
fn moments_of_cut_distributions_agree_with_formulas() {
    // Exponential beyond 3: memoryless.
    let cut = Family::Exponential.build(&[2.0], Some(3.0), None).unwrap();
    assert_close("mean", cut.mean().unwrap(), 3.5, 1e-13);
    assert_close("variance", cut.variance().unwrap(), 0.25, 1e-12);
    // Triangular 0, 2, 3 beyond 1: two pieces of a density that is 1/3, 2/3, 0 at 1, 2, 3 before it is scaled by 6/5.
    let cut = Family::Triangular
        .build(&[0.0, 2.0, 3.0], Some(1.0), None)
        .unwrap();
    assert_close(
        "mean",
        cut.mean().unwrap(),
        1.2 * (7.0 / 9.0 + 7.0 / 9.0),
        1e-13,
    );
    let cauchy = Family::StudentT.build(&[1.0], Some(0.0), None).unwrap();
    assert_eq!((cauchy.mean(), cauchy.variance()), (None, None));
    assert!(
        Family::StudentT
            .build(&[1.0], Some(-1.0), Some(1.0))
            .unwrap()
            .mean()
            .unwrap()
            .abs()
            < 1e-14
    );
}

#[test]
fn heavy_metalog_tail_has_no_mean() {
    let metalog = |high| {
        Family::Metalog { tail: 0.05 }
            .build(&[0.01, 1.0, high], Some(0.0), None)
            .unwrap()
    };
    assert_eq!(metalog(5000.0).mean(), None);
    assert!(metalog(4.0).mean().is_some());
}

#[test]
fn metalog_goes_through_its_percentiles_and_stays_in_its_range() {
    for (tail, low, high) in [
        (0.05, Some(0.0), Some(1.0)),
        (0.1, Some(0.0), None),
        (0.25, None, Some(1.0)),
        (0.01, None, None),
    ] {
        let metalog = Family::Metalog { tail }
            .build(&[0.2, 0.35, 0.6], low, high)
            .unwrap();
        for (p, x) in [(tail, 0.2), (0.5, 0.35), (1.0 - tail, 0.6)] {
            assert_close("percentile", metalog.quantile(p), x, 1e-14);
        }
        assert_eq!(
            metalog.support(),
            (
                low.unwrap_or(f64::NEG_INFINITY),
                high.unwrap_or(f64::INFINITY)
            )
        );
    }
}

#[test]
fn infeasible_metalog_says_where_the_median_may_lie() {
    let build =
        |median: f64| Family::Metalog { tail: 0.05 }.build(&[0.0, median, 10.0], None, None);
    let Err(error) = build(0.1) else {
        panic!("accepted")
    };
    assert_eq!(
        error.to_string(),
        "p50 must lie between 1.249 and 8.751 for a metalog through p5 and p95: got p5 0, p50 0.1, p95 10"
    );
    assert_eq!(error.argument(), Some("p50"));
    assert!(
        build(1.2489).is_err()
            && build(1.2492).is_ok()
            && build(8.7508).is_ok()
            && build(8.7511).is_err()
    );
}

#[test]
fn pooled_judgements_are_weighted_and_their_jumps_met_exactly() {
    let low = build(Family::Uniform, &[0.0, 1.0]);
    let high = build(Family::Uniform, &[10.0, 11.0]);
    let pool = Distribution::mixture(vec![
        (3.0, low.clone()),
        (1.0, high),
        (0.0, build(Family::Normal, &[99.0, 1.0])),
    ])
    .unwrap();
    assert_close("quantile in the first part", pool.quantile(0.6), 0.8, 1e-14);
    assert_close(
        "quantile in the second part",
        pool.quantile(0.8),
        10.2,
        1e-14,
    );
    assert_close("quantile at the gap", pool.quantile(0.75), 1.0, 1e-14);
    assert_close(
        "mean",
        pool.mean().unwrap(),
        0.75 * 0.5 + 0.25 * 10.5,
        1e-14,
    );
    assert_close(
        "variance",
        pool.variance().unwrap(),
        1.0 / 12.0 + 0.75 * 0.25 * 100.0,
        1e-13,
    );
    let spike = Distribution::mixture(vec![
        (1.0, low),
        (1.0, Distribution::constant(0.0).unwrap()),
    ])
    .unwrap();
    assert_eq!(spike.quantile(0.3), 0.0);
    let count = Distribution::mixture(vec![
        (1.0, build(Family::Poisson, &[3.0])),
        (1.0, build(Family::Poisson, &[40.0])),
    ])
    .unwrap();
    assert!(count.is_discrete());
    for i in 1..100 {
        let k = count.quantile(f64::from(i) / 100.0);
        assert_eq!(k, libm::floor(k));
    }
    let cut = count.truncated(Some(20.0), None).unwrap();
    assert!(
        (cut.mean().unwrap() - 40.0).abs() < 0.1,
        "the first part leaves almost nothing beyond 20"
    );
}

#[test]
fn wrong_arguments_are_named_with_their_values() {
    type Case = (
        Family,
        &'static [f64],
        Option<f64>,
        Option<f64>,
        &'static str,
        &'static str,
    );
    let cases: &[Case] = &[
        (
            Family::Triangular,
            &[3.0, 2.0, 5.0],
            None,
            None,
            "mode",
            "mode must lie between low and high: got low 3, mode 2, high 5",
        ),
        (
            Family::Normal,
            &[0.0, -1.0],
            None,
            None,
            "sd",
            "sd must be zero or positive: got -1",
        ),
        (
            Family::Normal,
            &[f64::NAN, 1.0],
            None,
            None,
            "mean",
            "mean must be a finite number: got NaN",
        ),
        (
            Family::Uniform,
            &[2.0, 1.0],
            None,
            None,
            "high",
            "high must be at least low: got low 2, high 1",
        ),
        (
            Family::Binomial,
            &[2.5, 0.1],
            None,
            None,
            "n",
            "n must be a whole number from 0 to 1e9: got 2.5",
        ),
        (
            Family::NormalFromPercentiles { tail: 0.1 },
            &[2.0, 1.0],
            None,
            None,
            "p90",
            "p90 must be greater than p10: got p10 2, p90 1",
        ),
        (
            Family::LognormalFromPercentiles { tail: 0.05 },
            &[-2.0, 1.0],
            None,
            None,
            "p5",
            "p5 must be positive: got -2",
        ),
        (
            Family::Metalog { tail: 0.05 },
            &[-0.1, 0.2, 0.5],
            Some(0.0),
            Some(1.0),
            "p5",
            "p5 must lie inside the range 0 to 1: got p5 -0.1, p50 0.2, p95 0.5",
        ),
        (
            Family::Uniform,
            &[0.0, 1.0],
            Some(2.0),
            Some(3.0),
            "range",
            "range must keep some of the distribution: got 2 to 3, where it has no probability",
        ),
        (
            Family::Uniform,
            &[0.0, 1.0],
            Some(3.0),
            Some(2.0),
            "range",
            "range must run from a lower to a higher finite number: got 3 to 2",
        ),
    ];
    for (family, arguments, low, high, argument, message) in cases {
        let Err(error) = family.build(arguments, *low, *high) else {
            panic!("{message}: accepted")
        };
        assert_eq!(
            (error.argument(), error.to_string().as_str()),
            (Some(*argument), *message)
        );
    }
    let Err(error) = Family::Gamma.build(&[1.0], None, None) else {
        panic!("accepted")
    };
    assert_eq!(
        error.to_string(),
        "gamma takes the arguments shape, rate: got 1 of them"
    );
}

#[test]
fn faults_in_lists_name_the_member() {
    let Err(error) = Distribution::discrete(&[1.0, 2.0], &[1.5, -0.5]) else {
        panic!("accepted")
    };
    assert_eq!(
        (error.argument(), error.item()),
        (Some("probabilities"), Some(1))
    );
    assert_eq!(
        error.to_string(),
        "probabilities 2 must be zero or positive: got -0.5"
    );
    let Err(error) = Distribution::discrete(&[1.0, 2.0], &[0.5, 0.4]) else {
        panic!("accepted")
    };
    assert_eq!(error.to_string(), "probabilities must sum to 1: got 0.9");
    assert!(
        Distribution::discrete(&[], &[]).is_err()
            && Distribution::discrete(&[1.0], &[0.5, 0.5]).is_err()
    );
    let part = Distribution::constant(1.0).unwrap();
    assert!(
        Distribution::mixture(vec![]).is_err()
            && Distribution::mixture(vec![(0.0, part.clone())]).is_err()
    );
    let Err(error) = Distribution::mixture(vec![(1.0, part.clone()), (f64::NAN, part)]) else {
        panic!("accepted")
    };
    assert_eq!((error.argument(), error.item()), (Some("weight"), Some(1)));
}

#[test]
fn no_arguments_whatever_make_a_family_panic_or_leave_its_support() {
    let wild = [
        f64::NAN,
        f64::INFINITY,
        -1.0,
        0.0,
        1e-300,
        1e-6,
        0.5,
        1.0,
        3.0,
        1e9,
        1e300,
        -1e300,
    ];
    for family in Family::ALL {
        let count = family.arguments().len() as u32;
        for code in 0..wild.len().pow(count) {
            let arguments: Vec<f64> = (0..count)
                .map(|i| wild[code / wild.len().pow(i) % wild.len()])
                .collect();
            for range in [(None, None), (Some(0.25), Some(2.0))] {
                if let Ok(distribution) = family.build(&arguments, range.0, range.1) {
                    let (low, high) = distribution.support();
                    let x = distribution.quantile(0.3);
                    assert!(
                        low <= x && x <= high,
                        "{family:?} {arguments:?} {range:?}: {x} outside {low} to {high}"
                    );
                }
            }
        }
    }
}

#[test]
fn arguments_without_spread_give_a_constant() {
    for distribution in [
        build(Family::Normal, &[2.0, 0.0]),
        build(Family::Uniform, &[2.0, 2.0]),
        build(Family::Triangular, &[2.0, 2.0, 2.0]),
        build(Family::Pert, &[2.0, 2.0, 2.0]),
        build(Family::Binomial, &[2.0, 1.0]),
        Distribution::discrete(&[2.0, 5.0], &[1.0, 0.0]).unwrap(),
    ] {
        assert_eq!(distribution, Distribution::constant(2.0).unwrap());
    }
    assert!(Distribution::constant(f64::INFINITY).is_err());
}

#[test]
fn family_is_found_by_the_names_of_its_arguments() {
    assert_eq!(
        Family::find("normal", &["sd", "mean"]),
        Some(Family::Normal)
    );
    assert_eq!(
        Family::find("normal", &["p10", "p90"]),
        Some(Family::NormalFromPercentiles { tail: 0.1 })
    );
    assert_eq!(
        Family::find("negative_binomial", &["mean", "size"]),
        Some(Family::NegativeBinomialFromMean)
    );
    assert_eq!(
        Family::find("student_t", &["df", "scale"]),
        Some(Family::StudentT)
    );
    assert_eq!(
        Family::find("metalog", &["p20", "p50", "p80"]),
        Some(Family::Metalog { tail: 0.2 })
    );
    assert_eq!(Family::find("normal", &["mean"]), None);
    assert_eq!(Family::find("normal", &["mean", "sd", "skew"]), None);
    assert_eq!(Family::find("norm", &["mean", "sd"]), None);
    for family in Family::ALL {
        assert_eq!(
            Family::find(family.name(), family.arguments()),
            Some(family)
        );
    }
}

#[test]
fn left_out_arguments_take_their_defaults() {
    assert_eq!(
        build(Family::Pert, &[0.0, 1.0, 5.0]),
        build(Family::Pert, &[0.0, 1.0, 5.0, 4.0])
    );
    assert_eq!(
        build(Family::StudentT, &[3.0]),
        build(Family::StudentT, &[3.0, 0.0, 1.0])
    );
}
