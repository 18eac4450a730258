//! Special functions against values computed with 60 and more digits (own computation with
//! arbitrary-precision arithmetic).

use super::*;

fn close(name: &str, got: f64, want: f64, tolerance: f64) {
    assert!(
        (got - want).abs() <= tolerance * want.abs() + 1e-307,
        "{name}: got {got:e}, want {want:e}, relative error {:e}",
        (got - want).abs() / want.abs()
    );
}

/// (a, x, P, Q)
const GAMMA: &[(f64, f64, f64, f64)] = &[
    (1e-05, 0.5, 0.9999944022347146, 5.59776528542266e-06),
    (0.01, 1e-20, 0.6345579205489967, 0.36544207945100327),
    (0.3, 1.2, 0.9366052804307409, 0.0633947195692591),
    (0.5, 0.02, 0.15851941887820606, 0.8414805811217939),
    (0.5, 40.0, 1.0, 3.744097384202899e-19),
    (1.0, 1.0, 0.6321205588285577, 0.36787944117144233),
    (2.5, 0.1, 0.0008861387888124426, 0.9991138612111875),
    (2.5, 30.0, 0.9999999999878454, 1.215456977718304e-11),
    (10.0, 9.0, 0.4125917556680586, 0.5874082443319414),
    (10.0, 60.0, 0.9999999999999997, 2.85150775555202e-16),
    (50.0, 20.0, 1.245892607971938e-08, 0.9999999875410739),
    (50.0, 120.0, 0.9999999999998399, 1.600822679334483e-13),
    (300.0, 260.0, 0.00816671622181907, 0.9918332837781809),
    (300.0, 500.0, 1.0, 1.6933836864708698e-22),
    (999.0, 1100.0, 0.9990460470317124, 0.0009539529682876338),
    (1000.0, 700.0, 1.0158583345333217e-26, 1.0),
    (1001.0, 995.0, 0.42878005141419384, 0.5712199485858062),
    (5000.0, 5500.0, 0.9999999999963817, 3.618329558096479e-12),
    (100000.0, 98500.0, 9.382554994077996e-07, 0.9999990617445006),
    (
        100000.0,
        102500.0,
        0.9999999999999978,
        2.220496052041097e-15,
    ),
    (100000.0, 100000.0, 0.5004205221103651, 0.4995794778896348),
];

/// (a, b, x, I, 1 - I)
const BETA: &[(f64, f64, f64, f64, f64)] = &[
    (0.01, 0.02, 0.5, 0.6667194610412722, 0.3332805389587278),
    (0.5, 0.5, 1e-08, 6.366197734286143e-05, 0.9999363380226571),
    (0.5, 0.5, 0.875, 0.7699465438373841, 0.23005345616261588),
    (2.0, 5.0, 0.03, 0.012455870445, 0.987544129555),
    (2.0, 5.0, 0.9375, 0.9999945759773254, 5.424022674560547e-06),
    (30.0, 3.0, 0.5, 1.2316741049289703e-07, 0.9999998768325895),
    (
        30.0,
        3.0,
        0.9921875,
        0.9980035808747406,
        0.001996419125259433,
    ),
    (
        0.1,
        200.0,
        0.001953125,
        0.9259612211614965,
        0.07403877883850356,
    ),
    (250.0, 0.5, 0.98, 0.0014897304580223322, 0.9985102695419776),
    (800.0, 40.0, 0.9, 9.234570816909708e-09, 0.9999999907654292),
    (
        1200.0,
        1500.0,
        0.4375,
        0.2340801489431072,
        0.7659198510568929,
    ),
    (
        1200.0,
        1500.0,
        0.5,
        0.9999999962730648,
        3.7269351855004065e-09,
    ),
    (
        2000.0,
        6000.0,
        0.21875,
        1.4814685902193953e-11,
        0.9999999999851853,
    ),
    (2000.0, 6000.0, 0.25, 0.5017168080013217, 0.4982831919986783),
    (
        1.0,
        20000.0,
        0.00048828125,
        0.9999427458232683,
        5.7254176731778386e-05,
    ),
];

/// (x, probability above x)
const NORMAL: &[(f64, f64)] = &[
    (0.0, 0.5),
    (0.3, 0.3820885778110474),
    (1.0, 0.15865525393145705),
    (2.0, 0.02275013194817921),
    (3.7, 0.00010779973347738826),
    (6.1, 5.303423262948841e-10),
    (10.3, 3.5230650789264124e-25),
    (25.7, 5.844410374380774e-146),
    (37.1, 1.4047119663106221e-301),
    (-1.5, 0.9331927987311419),
    (-4.2, 0.9999866542509841),
];

/// (p, quantile)
const NORMAL_QUANTILES: &[(f64, f64)] = &[
    (1e-300, -37.0470962993612),
    (1e-100, -21.273453560965326),
    (1e-20, -9.262340089798407),
    (1e-10, -6.361340902404057),
    (1e-05, -4.264890793922825),
    (0.001, -3.0902323061678136),
    (0.02, -2.053748910631823),
    (0.074, -1.4466320671589785),
    (0.076, -1.4325027208258116),
    (0.3, -0.5244005127080408),
    (0.4999, -0.00025066283008800747),
    (0.51, 0.025068908258711057),
    (0.9, 1.2815515655446006),
    (0.99, 2.3263478740408408),
];

/// (x, df, probability below x)
const STUDENT: &[(f64, f64, f64)] = &[
    (-0.01, 3.0, 0.496324555706426),
    (-1.0, 1.0, 0.25),
    (-2.0, 15.0, 0.0319725036423601),
    (-12.0, 0.5, 0.09253026053460106),
    (-100000.0, 4.0, 2.999999998e-20),
    (-8.0, 200.0, 4.9396004546653196e-14),
    (-3.5, 100000.0, 0.00023273026968555013),
    (-3.5, 2000000.0, 0.00023263413790302202),
    (-12.0, 2000000.0, 1.78115641215971e-33),
    (1.5, 7.0, 0.911350756505015),
];

#[test]
fn incomplete_gamma_is_right_in_both_tails_from_tiny_to_large_shapes() {
    for &(a, x, p, q) in GAMMA {
        close(&format!("P({a}, {x})"), gamma_p(a, x), p, 2e-13);
        close(&format!("Q({a}, {x})"), gamma_q(a, x), q, 2e-13);
    }
}

#[test]
fn inverse_gamma_undoes_the_distribution_function_from_the_smaller_tail() {
    for &(a, x, p, q) in GAMMA {
        let back = gamma_inverse_pair(a, p, q);
        close(&format!("inverse at shape {a}"), back, x, 1e-11);
    }
    assert_eq!(gamma_p_inverse(2.0, 0.0), 0.0);
    assert_eq!(gamma_p_inverse(2.0, 1.0), f64::INFINITY);
    for a in [0.01, 0.3, 0.7, 1.0, 4.0, 80.0, 3e3, 1e7] {
        for p in [1e-12, 1e-3, 0.2, 0.5, 0.7, 0.999] {
            let x = gamma_p_inverse(a, p);
            if x > 1e-300 {
                close(&format!("round trip, shape {a}"), gamma_p(a, x), p, 1e-9);
            }
        }
    }
}

#[test]
fn incomplete_beta_is_right_in_both_tails_from_tiny_to_large_arguments() {
    for &(a, b, x, lower, upper) in BETA {
        close(
            &format!("I_{x}({a}, {b})"),
            beta_regularized(a, b, x),
            lower,
            5e-13,
        );
        close(
            &format!("1 - I_{x}({a}, {b})"),
            beta_upper(a, b, x),
            upper,
            5e-13,
        );
    }
}

#[test]
fn inverse_beta_undoes_the_distribution_function() {
    for &(a, b, x, lower, upper) in BETA {
        let back = if lower < upper {
            beta_inverse(a, b, lower)
        } else {
            1.0 - beta_inverse(b, a, upper)
        };
        close(&format!("inverse at ({a}, {b})"), back, x, 1e-11);
    }
    for a in [0.02, 0.5, 1.0, 7.0, 300.0, 5e4] {
        for b in [0.02, 0.5, 1.0, 7.0, 300.0, 5e4] {
            for p in [1e-9, 0.01, 0.3, 0.5] {
                let x = beta_inverse(a, b, p);
                if x > 1e-300 && x < 0.99 {
                    close(
                        &format!("round trip ({a}, {b})"),
                        beta_regularized(a, b, x),
                        p,
                        1e-9,
                    );
                }
            }
        }
    }
}

#[test]
fn normal_tails_are_right_down_to_the_smallest_doubles() {
    for &(x, above) in NORMAL {
        close(&format!("above {x}"), normal_survival(x), above, 1e-15);
        close(&format!("below {}", -x), normal_cdf(-x), above, 1e-15);
    }
}

#[test]
fn normal_quantile_has_full_precision_in_the_centre_and_far_out() {
    for &(p, z) in NORMAL_QUANTILES {
        close(&format!("quantile of {p}"), normal_quantile(p), z, 8e-16);
    }
    assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
    assert_eq!(normal_quantile(1.0), f64::INFINITY);
    assert_eq!(normal_quantile(0.5), 0.0);
    assert!(
        normal_quantile(-0.1).is_nan()
            && normal_quantile(1.1).is_nan()
            && normal_quantile(f64::NAN).is_nan()
    );
}

#[test]
fn student_t_is_right_at_few_and_at_very_many_degrees_of_freedom() {
    for &(x, df, p) in STUDENT {
        close(&format!("t {x} at {df}"), student_t_cdf(x, df), p, 1e-12);
        close(
            &format!("quantile {p} at {df}"),
            student_t_quantile(p, df),
            x,
            1e-11,
        );
    }
    // A Cauchy variable has quantile tan(pi (p - 1/2)), here -1/(pi p).
    close(
        "Cauchy",
        student_t_quantile(1e-300, 1.0),
        -1e300 / core::f64::consts::PI,
        1e-12,
    );
    close(
        "Cauchy",
        student_t_cdf(-1e120, 1.0),
        1e-120 / core::f64::consts::PI,
        1e-12,
    );
}

#[test]
fn tables_of_t_f_and_chi_square_are_reproduced() {
    close(
        "t 0.975, 15",
        student_t_quantile(0.975, 15.0),
        2.131_449_545_559_775_5,
        1e-14,
    );
    close(
        "chi-square 0.95, 3",
        chi_square_quantile(0.95, 3.0),
        7.814_727_903_251_179,
        1e-14,
    );
    // F with 1 and d degrees of freedom is the square of t with d.
    let t = student_t_quantile(0.975, 12.0);
    close("F(1, 12)", f_survival(t * t, 1.0, 12.0), 0.05, 1e-13);
    // F(2, d): survival is (1 + 2x/d)^(-d/2).
    close(
        "F(2, 10)",
        f_survival(3.0, 2.0, 10.0),
        libm::pow(1.6, -5.0),
        1e-14,
    );
    assert_eq!(f_survival(0.0, 3.0, 4.0), 1.0);
}

#[test]
fn log_gamma_matches_factorials() {
    close("ln 9!", ln_gamma(10.0), 12.801_827_480_081_469, 1e-15);
    close(
        "ln gamma(1/2)",
        ln_gamma(0.5),
        0.572_364_942_924_700_1,
        1e-15,
    );
}

#[test]
fn arguments_outside_the_domain_give_nan() {
    for value in [
        gamma_p(-1.0, 1.0),
        gamma_q(f64::NAN, 1.0),
        gamma_p_inverse(1.0, 1.5),
        beta_regularized(0.0, 1.0, 0.5),
        beta_inverse(1.0, 1.0, -0.1),
        student_t_cdf(0.0, 0.0),
        student_t_quantile(2.0, 3.0),
        f_survival(f64::NAN, 1.0, 1.0),
    ] {
        assert!(value.is_nan(), "{value}");
    }
}
