//! Judgements that are no family: curves through any percentiles, tables, point masses, what is
//! moved and stretched. Each against exact answers.

use super::*;

fn made(recipe: &Recipe, numbers: &[f64]) -> Distribution {
    recipe.build(numbers, None, None).unwrap()
}

fn refused(recipe: &Recipe, numbers: &[f64]) -> DistributionError {
    match recipe.build(numbers, None, None) {
        Ok(made) => panic!("accepted: {made:?}"),
        Err(error) => error,
    }
}

/// Keelin's quantile, written down anew: 1, L, cL, c, c², c²L, c³, c³L with c = p - 1/2 and L the
/// log odds.
fn keelin(a: &[f64], p: f64) -> f64 {
    let (c, l) = (p - 0.5, libm::log(p / (1.0 - p)));
    let terms = [1.0, l, c * l, c, c * c, c * c * l, c * c * c, c * c * c * l];
    a.iter().zip(terms).map(|(a, term)| a * term).sum()
}

#[test]
fn a_metalog_of_as_many_terms_as_points_is_the_curve_that_the_points_came_from() {
    let levels = [0.02, 0.1, 0.3, 0.45, 0.6, 0.8, 0.9, 0.97];
    let coefficients = [3.0, 1.0, 0.3, 0.4, -0.5, 0.2, 0.3, 0.1];
    for terms in 3..=8 {
        let a = &coefficients[..terms];
        let levels = &levels[..terms];
        let points: Vec<f64> = levels.iter().map(|p| keelin(a, *p)).collect();
        let recipe = Recipe::Percentiles(levels.to_vec(), Through::Metalog);
        let curve = made(&recipe, &points);
        for p in [0.001, 0.05, 0.2, 0.5, 0.7, 0.95, 0.999] {
            assert_close(
                &format!("{terms} terms at {p}"),
                curve.quantile(p),
                keelin(a, p),
                1e-9,
            );
            assert_close("back", curve.cdf(curve.quantile(p)), p, 1e-11);
        }
    }
}

#[test]
fn three_percentiles_need_no_symmetry() {
    let recipe = Recipe::Percentiles(vec![0.1, 0.4, 0.95], Through::Metalog);
    for (low, high) in [
        (None, None),
        (Some(0.0), None),
        (None, Some(9.0)),
        (Some(0.0), Some(9.0)),
    ] {
        let curve = recipe.build(&[1.0, 2.0, 4.0], low, high).unwrap();
        for (p, x) in [(0.1, 1.0), (0.4, 2.0), (0.95, 4.0)] {
            assert_close("through", curve.quantile(p), x, 1e-13);
        }
    }
}

#[test]
fn points_that_no_rising_metalog_goes_through_are_refused_where_it_falls() {
    let levels = vec![0.05, 0.25, 0.5, 0.75, 0.95];
    let recipe = Recipe::Percentiles(levels.clone(), Through::Metalog);
    let points = [1.0, 4.0, 4.05, 4.1, 8.0];
    let error = refused(&recipe, &points);
    assert_eq!(error.item(), Some(2), "{error}");
    assert_eq!(
        error.to_string(),
        "p50 must fit the others: between p25 and p50 the metalog through all points would fall; move a point, or add `\"shape\": \"monotone\"`: got p5 1, p25 4, p50 4.05, p75 4.1, p95 8"
    );
    let monotone = made(
        &Recipe::Percentiles(levels.clone(), Through::Monotone),
        &points,
    );
    for (p, x) in levels.iter().zip(points) {
        assert_close("through", monotone.quantile(*p), x, 1e-14);
    }
}

#[test]
fn a_monotone_curve_through_points_of_a_logistic_is_the_logistic() {
    // On the log odds a logistic is a straight line, and so are its pieces.
    let levels = vec![0.03, 0.2, 0.5, 0.6, 0.9];
    let points: Vec<f64> = levels
        .iter()
        .map(|p| 2.0 + 0.5 * libm::log(p / (1.0 - p)))
        .collect();
    let curve = made(&Recipe::Percentiles(levels, Through::Monotone), &points);
    for p in [1e-6, 0.01, 0.37, 0.55, 0.99] {
        let x = 2.0 + 0.5 * libm::log(p / (1.0 - p));
        assert_close("quantile", curve.quantile(p), x, 1e-12);
    }
    let variance = core::f64::consts::PI * core::f64::consts::PI / 12.0;
    assert_close("mean", curve.mean().unwrap(), 2.0, 1e-9);
    assert_close("variance", curve.variance().unwrap(), variance, 1e-9);
}

#[test]
fn a_table_of_the_distribution_function_is_straight_between_its_points_and_jumps_where_they_say() {
    let even = made(&Recipe::Cumulative(vec![0.0, 1.0]), &[-2.0, 3.0]);
    let uniform = build(Family::Uniform, &[-2.0, 3.0]);
    for p in [0.0, 0.1, 0.73, 1.0] {
        assert_close("uniform", even.quantile(p), uniform.quantile(p), 1e-15);
    }
    // Mass 0.4 at 2, none between 3 and 5.
    let table = made(
        &Recipe::Cumulative(vec![0.0, 0.1, 0.5, 0.7, 0.7, 1.0]),
        &[0.0, 2.0, 2.0, 3.0, 5.0, 6.0],
    );
    assert_eq!((table.below(2.0).lower, table.cdf(2.0)), (0.1, 0.5));
    for p in [0.11, 0.3, 0.5] {
        assert_eq!(table.quantile(p), 2.0);
    }
    assert_eq!(table.cdf(4.0), 0.7);
    assert_close("upper piece", table.quantile(0.85), 5.5, 1e-15);
    let mean = 0.1 * 1.0 + 0.4 * 2.0 + 0.2 * 2.5 + 0.3 * 5.5;
    assert_close("mean", table.mean().unwrap(), mean, 1e-15);
    let cut = table.clone().truncated(Some(2.0), Some(5.5)).unwrap();
    assert_close("mass at 2", cut.cdf(2.0), 0.4 / 0.75, 1e-15);
    assert_close(
        "cut mean",
        cut.mean().unwrap(),
        (0.8 + 0.5 + 0.15 * 5.25) / 0.75,
        1e-15,
    );
    assert!(table.truncated(Some(3.2), Some(4.8)).is_err());
    assert_eq!(
        refused(&Recipe::Cumulative(vec![0.0, 0.5, 1.0]), &[0.0, 2.0, 1.0]).item(),
        Some(2)
    );
    let open = refused(&Recipe::Cumulative(vec![0.1, 1.0]), &[0.0, 2.0]);
    assert_eq!(
        open.to_string(),
        "cumulative must run from the probability 0 to the probability 1: got 0.1 to 1"
    );
}

#[test]
fn a_point_mass_has_its_probability_and_leaves_the_rest_its_shape() {
    let rest = Ranged {
        recipe: Recipe::Family(Family::Gamma),
        low: None,
        high: None,
    };
    let recipe = Recipe::PointMass(Box::new(rest));
    let gamma = build(Family::Gamma, &[2.0, 0.5]);
    let mixed = made(&recipe, &[0.0, 0.3, 2.0, 0.5]);
    assert_eq!((mixed.quantile(0.29), mixed.quantile(0.3)), (0.0, 0.0));
    assert!(mixed.quantile(0.301) > 0.0);
    for q in [0.1, 0.5, 0.9] {
        assert_close(
            "rest",
            mixed.quantile(0.3 + 0.7 * q),
            gamma.quantile(q),
            1e-12,
        );
    }
    assert_close("mean", mixed.mean().unwrap(), 0.7 * 4.0, 1e-14);
    let cut = mixed.truncated(Some(1.0), None).unwrap();
    let rest = gamma.truncated(Some(1.0), None).unwrap();
    assert_close("cut", cut.quantile(0.4), rest.quantile(0.4), 1e-12);
    let numbers = [0.0, 1.3, 2.0, 0.5];
    assert_eq!(
        refused(&recipe, &numbers).to_string(),
        "probability must be a probability from 0 to 1: got 1.3"
    );
    assert_eq!(
        made(&recipe, &[7.0, 1.0, 2.0, 0.5]),
        Distribution::constant(7.0).unwrap()
    );
}

#[test]
fn what_is_moved_and_stretched_is_cut_after_it() {
    let recipe = shifted(Recipe::Family(Family::Poisson));
    let moved = made(&recipe, &[10.0, 2.0, 3.0]);
    assert_close("mean", moved.mean().unwrap(), 16.0, 1e-14);
    assert_close("variance", moved.variance().unwrap(), 12.0, 1e-14);
    // 10 + 2k from 11 to 15.5: k is 1 or 2, as 3 to 4.5 in probability.
    let cut = recipe
        .build(&[10.0, 2.0, 3.0], Some(11.0), Some(15.5))
        .unwrap();
    assert_eq!((cut.quantile(0.39), cut.quantile(0.41)), (12.0, 14.0));
    assert_close("cut", cut.cdf(12.0), 3.0 / 7.5, 1e-13);
    assert_eq!(
        made(&recipe, &[10.0, 0.0, 3.0]),
        Distribution::constant(10.0).unwrap()
    );
    let blamed = |numbers: &[f64]| {
        let ranged = Ranged {
            recipe: recipe.clone(),
            low: None,
            high: None,
        };
        ranged.make(numbers).map(|_| ()).unwrap_err().1
    };
    assert_eq!(
        (blamed(&[0.0, -1.0, 3.0]), blamed(&[0.0, 1.0, -3.0])),
        (Some(1), Some(2))
    );
}

#[test]
fn the_blame_finds_its_number_in_the_parts_of_parts() {
    let plain = |recipe| Ranged {
        recipe,
        low: None,
        high: None,
    };
    let pool = plain(Recipe::Pool(vec![
        (1.0, plain(Recipe::Family(Family::Uniform))),
        (
            2.0,
            plain(Recipe::Percentiles(vec![0.1, 0.5, 0.9], Through::Metalog)),
        ),
    ]));
    let whole = plain(Recipe::PointMass(Box::new(pool)));
    assert_eq!(whole.recipe.count(), 7);
    let numbers = [0.0, 0.5, 1.0, 2.0, 1.0, 2.0, 3.0];
    assert!(whole.make(&numbers).is_ok());
    for (place, wrong) in [(1, -0.5), (3, 0.5), (5, 0.5), (6, 1.5)] {
        let mut faulty = numbers;
        faulty[place] = wrong;
        let (error, blamed) = whole.make(&faulty).unwrap_err();
        assert_eq!(blamed, Some(place), "{error}");
    }
    assert!(whole.make(&numbers[..6]).is_err());
}
