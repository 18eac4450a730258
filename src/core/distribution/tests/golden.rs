//! Quantiles to the last bit: a library whose elementary functions change would change results.

use super::*;

/// Quantiles at 0.03 and at 0.8 of the specimens, in their order.
const GOLDEN: &[(&str, [f64; 2])] = &[
    ("normal", [-2.7615872163025017, 2.6832424671458286]),
    (
        "normal from percentiles",
        [1.5972268489594486, 7.970161613938486],
    ),
    ("lognormal", [0.29980144107989665, 2.6466560807288815]),
    ("triangular", [1.3872983346207417, 4.0]),
    (
        "triangular, mode low",
        [1.0755710991019476, 3.7639320225002106],
    ),
    ("pert", [0.2053167647425798, 3.6627912729459764]),
    ("uniform", [-1.85, 2.0]),
    ("loguniform", [0.1186625392796507, 9.58731515514183]),
    ("beta", [0.0002513581668851336, 0.735793459310526]),
    ("gamma", [2.924895795210452e-6, 0.23003694349392567]),
    ("gamma, large", [1940.948404280807, 2026.5646265894072]),
    ("weibull", [0.38476097714183954, 3.969120917663423]),
    ("exponential", [0.12183682993883418, 6.437751649736402]),
    ("student_t", [-3.843169418790655, 2.839087560481653]),
    ("truncated_normal", [0.5264683669027683, 1.540596519720767]),
    ("poisson", [1.0, 6.0]),
    ("binomial", [1.0, 5.0]),
    ("negative_binomial", [0.0, 6.0]),
    ("negative_binomial by mean", [0.0, 10.0]),
    ("discrete", [-1.0, 8.0]),
    ("metalog", [0.8719055011043844, 3.255514204622071]),
    ("metalog, low", [0.8875385533382765, 3.0253996484614474]),
    ("metalog, high", [0.9508766733696516, 3.718406082038682]),
    ("metalog, both", [0.08350926164778782, 0.3586183288342431]),
    (
        "metalog of five terms",
        [0.6403927141811883, 3.93430802109617],
    ),
    (
        "metalog of four terms, both",
        [0.05050809751945034, 0.48876109159929304],
    ),
    ("monotone", [0.8194359895278441, 4.802699941584159]),
    ("monotone, low", [0.9294033981758216, 2.2707879989974566]),
    ("cumulative", [-0.85, 4.333333333333334]),
    ("truncated cumulative", [-0.3875, 4.0]),
    ("shifted gamma", [5.403611223161949, 8.200781813102253]),
    ("shifted poisson", [3.5, 18.5]),
    ("truncated gamma", [1.0525555076597173, 2.863931317777687]),
    (
        "truncated triangular",
        [1.0723805294763609, 2.2928932188134525],
    ),
    ("truncated poisson", [2.0, 5.0]),
    ("mixture", [-2.3907954205442725, 8.400215507941681]),
    (
        "mixture with jumps",
        [-2.109547189193707, 4.796337281645723],
    ),
];

#[test]
fn quantiles_are_the_same_bits_as_ever() {
    let got: Vec<(&str, [f64; 2])> = specimens()
        .into_iter()
        .map(|(name, distribution)| (name, [0.03, 0.8].map(|p| distribution.quantile(p))))
        .collect();
    assert_eq!(got, GOLDEN);
}
