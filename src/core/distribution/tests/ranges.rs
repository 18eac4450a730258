//! Distributions made of others: cut to a range, or pooled.

use super::*;

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
    // Triangular 0, 2, 3 beyond 1: two pieces of a density that is 1/3, 2/3, 0 at 1, 2, 3 before it
    // is scaled by 6/5.
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
    let curve = |high| {
        metalog(0.05)
            .build(&[0.01, 1.0, high], Some(0.0), None)
            .unwrap()
    };
    assert_eq!(curve(5000.0).mean(), None);
    assert!(curve(4.0).mean().is_some());
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
