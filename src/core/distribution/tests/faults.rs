//! Arguments: what they mean, and what is said of wrong ones.

use super::*;

#[test]
fn metalog_goes_through_its_percentiles_and_stays_in_its_range() {
    for (tail, low, high) in [
        (0.05, Some(0.0), Some(1.0)),
        (0.1, Some(0.0), None),
        (0.25, None, Some(1.0)),
        (0.01, None, None),
    ] {
        let metalog = metalog(tail).build(&[0.2, 0.35, 0.6], low, high).unwrap();
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
    let build = |median: f64| metalog(0.05).build(&[0.0, median, 10.0], None, None);
    let Err(error) = build(0.1) else {
        panic!("accepted")
    };
    assert_eq!(
        error.to_string(),
        "p50 must lie between 1.249 and 8.751 for a metalog through p5 and p95: got p5 0, p50 0.1, p95 10"
    );
    assert_eq!(error.item(), Some(1));
    assert!(
        build(1.2489).is_err()
            && build(1.2492).is_ok()
            && build(8.7508).is_ok()
            && build(8.7511).is_err()
    );
}

#[test]
fn wrong_arguments_are_named_with_their_values() {
    type Case = (
        Recipe,
        &'static [f64],
        Option<f64>,
        Option<f64>,
        Option<&'static str>,
        &'static str,
    );
    let cases: &[Case] = &[
        (
            Recipe::Family(Family::Triangular),
            &[3.0, 2.0, 5.0],
            None,
            None,
            Some("mode"),
            "mode must lie between low and high: got low 3, mode 2, high 5",
        ),
        (
            Recipe::Family(Family::Normal),
            &[0.0, -1.0],
            None,
            None,
            Some("sd"),
            "sd must be zero or positive: got -1",
        ),
        (
            Recipe::Family(Family::Normal),
            &[f64::NAN, 1.0],
            None,
            None,
            Some("mean"),
            "mean must be a finite number: got NaN",
        ),
        (
            Recipe::Family(Family::Uniform),
            &[2.0, 1.0],
            None,
            None,
            Some("high"),
            "high must be at least low: got low 2, high 1",
        ),
        (
            Recipe::Family(Family::Binomial),
            &[2.5, 0.1],
            None,
            None,
            Some("n"),
            "n must be a whole number from 0 to 1e9: got 2.5",
        ),
        (
            fitted(Family::Normal, 0.1),
            &[2.0, 1.0],
            None,
            None,
            None,
            "p90 must be greater than p10: got p10 2, p90 1",
        ),
        (
            fitted(Family::Lognormal, 0.05),
            &[-2.0, 1.0],
            None,
            None,
            None,
            "p5 must be positive: got p5 -2, p95 1",
        ),
        (
            metalog(0.05),
            &[-0.1, 0.2, 0.5],
            Some(0.0),
            Some(1.0),
            None,
            "p5 must lie inside the range 0 to 1: got p5 -0.1, p50 0.2, p95 0.5",
        ),
        (
            metalog(0.05),
            &[0.1, 0.2, 0.5],
            None,
            Some(0.4),
            None,
            "p95 must lie inside the range below 0.4: got p5 0.1, p50 0.2, p95 0.5",
        ),
        (
            Recipe::Family(Family::Uniform),
            &[0.0, 1.0],
            Some(2.0),
            Some(3.0),
            Some("range"),
            "range must keep some of the distribution: got 2 to 3, where it has no probability",
        ),
        (
            Recipe::Family(Family::Uniform),
            &[0.0, 1.0],
            Some(3.0),
            Some(2.0),
            Some("range"),
            "range must run from a lower to a higher finite number: got 3 to 2",
        ),
    ];
    for (family, arguments, low, high, argument, message) in cases {
        let Err(error) = family.build(arguments, *low, *high) else {
            panic!("{message}: accepted")
        };
        assert_eq!(
            (error.argument(), error.to_string().as_str()),
            (*argument, *message)
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
    for family in Family::ALL.iter().copied() {
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
fn fit_goes_through_both_percentiles() {
    for tail in [0.01, 0.1, 0.4] {
        for family in [Family::Normal, Family::Lognormal] {
            for high in [1.0 - tail, 0.45, 0.995] {
                let fitted = Recipe::Fitted(family, [tail, high]);
                let fitted = fitted.build(&[2.0, 7.0], None, None).unwrap();
                assert_close("low", fitted.quantile(tail), 2.0, 4e-14);
                assert_close("high", fitted.quantile(high), 7.0, 4e-14);
            }
        }
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
