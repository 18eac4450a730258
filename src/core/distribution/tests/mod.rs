//! What several test files share: specimens of every family.

mod faults;
mod golden;
mod judgements;
mod laws;
mod oracle;
mod ranges;
mod samples;

use super::*;

fn build(family: Family, arguments: &[f64]) -> Distribution {
    family.build(arguments, None, None).unwrap()
}

/// A metalog through the median and two symmetric percentiles.
fn metalog(tail: f64) -> Recipe {
    Recipe::Percentiles(vec![tail, 0.5, 1.0 - tail], Through::Metalog)
}

/// Something moved and stretched.
fn shifted(recipe: Recipe) -> Recipe {
    let (low, high) = (None, None);
    Recipe::Shifted(Box::new(Ranged { recipe, low, high }))
}

/// A family through two symmetric percentiles.
fn fitted(family: Family, tail: f64) -> Recipe {
    Recipe::Fitted(family, [tail, 1.0 - tail])
}

/// One distribution of each kind, and of each way to cut and pool them.
fn specimens() -> Vec<(&'static str, Distribution)> {
    let metalog = |values: &[f64], low, high| metalog(0.05).build(values, low, high).unwrap();
    let normal = build(Family::Normal, &[1.0, 2.0]);
    let poisson = build(Family::Poisson, &[4.0]);
    vec![
        ("normal", normal.clone()),
        (
            "normal from percentiles",
            fitted(Family::Normal, 0.1)
                .build(&[3.0, 9.0], None, None)
                .unwrap(),
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
            build(Family::NegativeBinomialByMean, &[6.0, 0.7]),
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
            "metalog of five terms",
            Recipe::Percentiles(vec![0.05, 0.25, 0.5, 0.75, 0.95], Through::Metalog)
                .build(&[1.0, 2.0, 2.6, 3.6, 6.0], None, None)
                .unwrap(),
        ),
        (
            "metalog of four terms, both",
            Recipe::Percentiles(vec![0.1, 0.3, 0.6, 0.9], Through::Metalog)
                .build(&[0.1, 0.2, 0.35, 0.6], Some(0.0), Some(1.0))
                .unwrap(),
        ),
        (
            "monotone",
            Recipe::Percentiles(vec![0.05, 0.5, 0.6, 0.95], Through::Monotone)
                .build(&[1.0, 2.0, 4.5, 5.0], None, None)
                .unwrap(),
        ),
        (
            "monotone, low",
            Recipe::Percentiles(vec![0.05, 0.5, 0.9], Through::Monotone)
                .build(&[1.0, 1.5, 3.0], Some(0.0), None)
                .unwrap(),
        ),
        (
            "cumulative",
            Recipe::Cumulative(vec![0.0, 0.2, 0.7, 1.0])
                .build(&[-1.0, 0.0, 4.0, 5.0], None, None)
                .unwrap(),
        ),
        (
            "truncated cumulative",
            Recipe::Cumulative(vec![0.0, 0.2, 0.7, 1.0])
                .build(&[-1.0, 0.0, 4.0, 5.0], Some(-0.5), Some(4.5))
                .unwrap(),
        ),
        (
            "shifted gamma",
            shifted(Recipe::Family(Family::Gamma))
                .build(&[5.0, 2.0, 2.0, 1.0], None, Some(9.0))
                .unwrap(),
        ),
        (
            "shifted poisson",
            shifted(Recipe::Family(Family::Poisson))
                .build(&[0.5, 3.0, 4.0], Some(2.0), None)
                .unwrap(),
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

fn assert_close(what: &str, got: f64, want: f64, tolerance: f64) {
    let scale = want.abs().max(1e-300);
    assert!(
        (got - want).abs() <= tolerance * scale,
        "{what}: got {got}, want {want}"
    );
}
