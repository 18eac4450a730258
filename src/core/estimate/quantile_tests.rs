//! Laws of quantiles: those that are counted against those of all numbers, and stated errors
//! against actual ones.

use super::{LEVELS, Moments, Quantile, REPLICATES, Tables};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_xoshiro::Xoshiro256PlusPlus;

/// A generator with the draws that the laws are made of.
pub(super) struct Random(Xoshiro256PlusPlus);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    pub fn normal(&mut self) -> f64 {
        self.0.sample(StandardNormal)
    }

    /// Above 0, at most 1.
    pub fn uniform(&mut self) -> f64 {
        1.0 - self.0.random::<f64>()
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.0.random_range(0..n)
    }
}

fn square(x: f64) -> f64 {
    x * x
}

/// Numbers of a run, 64 per draw.
type Law = fn(&mut Random, &mut dyn FnMut(f64), usize);

/// Independent numbers.
macro_rules! independent {
    ($law:expr) => {
        |random, push, draws| {
            let law: fn(&mut Random) -> f64 = $law;
            (0..64 * draws).for_each(|_| push(law(random)));
        }
    };
}

const LAWS: [(&str, Law); 17] = [
    ("normal", independent!(|random| random.normal())),
    (
        "lognormal",
        independent!(|random| libm::exp(2.0 * random.normal())),
    ),
    (
        "Cauchy",
        independent!(|random| random.normal() / random.normal()),
    ),
    (
        "narrow in a wide range",
        independent!(|random| 13_000.0 + 0.2 * random.normal()),
    ),
    (
        "exponential, early",
        independent!(|random| -libm::log(random.uniform()) / 24.0),
    ),
    (
        "cut at the horizon",
        independent!(|random| (-libm::log(random.uniform())).min(1.5)),
    ),
    ("constant", independent!(|_| 30_000.0)),
    (
        "a coin",
        independent!(|random| f64::from(u8::from(random.uniform() < 0.502))),
    ),
    (
        "whole numbers",
        independent!(|random| (0..9).map(|_| random.below(100)).sum::<u64>() as f64),
    ),
    (
        "many whole numbers",
        independent!(|random| (1e5 * random.normal()).round()),
    ),
    (
        "a cap and far below",
        independent!(|random| {
            if random.uniform() < 0.6 {
                0.9
            } else {
                libm::exp(-60.0 * random.uniform())
            }
        }),
    ),
    (
        "atoms at the ends",
        independent!(|random| (random.normal() + 0.5).clamp(0.0, 1.0)),
    ),
    (
        "two clusters",
        independent!(|random| {
            random.normal()
                + if random.uniform() < 0.52 {
                    0.0
                } else {
                    1_000.0
                }
        }),
    ),
    (
        "rare and huge",
        independent!(|random| {
            if random.uniform() < 0.001 {
                1e9 * random.uniform()
            } else {
                random.uniform()
            }
        }),
    ),
    ("levels of draws", |random, push, draws| {
        for _ in 0..draws {
            let level = random.normal();
            (0..64).for_each(|_| push(level + 0.3 * random.normal()));
        }
    }),
    ("the same all through a draw", |random, push, draws| {
        for _ in 0..draws {
            let level = random.normal();
            (0..64).for_each(|_| push(level));
        }
    }),
    ("rare draws", |random, push, draws| {
        for _ in 0..draws {
            let rare = random.uniform() < 0.06;
            (0..64).for_each(|_| push(random.normal() + if rare { 50.0 } else { 0.0 }));
        }
    }),
];

/// Numbers with bins learnt from the first 2,048, and all of them kept.
fn both(law: Law, draws: usize, seed: u64) -> [Tables; 2] {
    let mut random = Random::new(seed);
    let [mut counted, mut kept] = [Tables::new(1), Tables::new(1)];
    let mut values = Vec::with_capacity(64 * draws);
    law(&mut random, &mut |value| values.push(value), draws);
    for (draw, values) in values.chunks(64).enumerate() {
        if draw == 32 {
            let cuts = Tables::learn(&[&counted], 0).expect("a pilot");
            counted.cut(0, &cuts);
        }
        counted.add(0, draw % REPLICATES, values);
        kept.add(0, draw % REPLICATES, values);
    }
    [counted, kept]
}

fn quantiles(tables: &Tables) -> [Quantile; 5] {
    let found = tables.quantiles(0).at(LEVELS);
    found.map(|quantile| quantile.expect("there are numbers"))
}

/// Every quantile of every law against that of all numbers: within its stated error, which is
/// hardly larger than chance alone makes it.
fn counted_against_kept(draws: usize, seeds: u64, most_inflated: f64) {
    let mut faults = Vec::new();
    for (name, law) in LAWS {
        for seed in 0..seeds {
            let [counted, kept] = both(law, draws, seed);
            let pairs = quantiles(&counted).into_iter().zip(quantiles(&kept));
            for (p, (found, exact)) in LEVELS.into_iter().zip(pairs) {
                let (stated, chance) = (found.std_error.unwrap(), exact.std_error.unwrap());
                let off = (found.value - exact.value).abs();
                let slack = 1e-12 * exact.value.abs();
                if off > stated + slack || stated > most_inflated * chance + slack {
                    faults.push(format!(
                        "{name}, seed {seed}, {p}: {} for {}, stated {stated:e}, chance {chance:e}",
                        found.value, exact.value
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn quantiles_agree_with_those_of_all_numbers_within_their_error() {
    counted_against_kept(400, 3, 1.35);
}

#[test]
#[ignore = "ten times the size: cargo test --release -- --ignored big_"]
fn big_quantiles_agree_with_those_of_all_numbers_within_their_error() {
    // Bins stay as wide as they were, and chance makes a third as much: so the bins' part weighs
    // three times as much in the error.
    counted_against_kept(4_000, 3, 3.1);
}

/// A design that spreads draws evenly leaves nothing to chance: what remains is the bin.
#[test]
fn where_chance_is_nil_the_error_is_that_of_the_bin() {
    let mut random = Random::new(21);
    for shape in [|u: f64| u, |u| libm::exp(3.0 * u), |u| -libm::log(u)] {
        let [mut counted, mut kept] = [Tables::new(1), Tables::new(1)];
        for round in 0..64 {
            if round == 4 {
                let cuts = Tables::learn(&[&counted], 0).expect("a pilot");
                counted.cut(0, &cuts);
            }
            for m in 0..REPLICATES {
                // One number in each of 32 strata, and later rounds between those of earlier ones.
                let values: Vec<f64> = (0..32)
                    .map(|i| shape((f64::from(i) + random.uniform()) / 32.0))
                    .collect();
                counted.add(0, m, &values);
                kept.add(0, m, &values);
            }
        }
        let widths = quantiles(&kept);
        let span = widths[4].value - widths[0].value;
        for (p, (found, exact)) in LEVELS
            .iter()
            .zip(quantiles(&counted).into_iter().zip(widths))
        {
            let (off, stated) = ((found.value - exact.value).abs(), found.std_error.unwrap());
            assert!(
                off <= stated,
                "{p}: {} for {}, stated {stated}",
                found.value,
                exact.value
            );
            assert!(
                stated < 0.004 * span && stated > 0.0,
                "{p}: {stated} of {span}"
            );
        }
    }
}

#[test]
fn while_numbers_are_kept_a_quantile_is_one_of_them() {
    let mut tables = Tables::new(2);
    tables.add(0, 0, &[3.0, -2.0, 8.0]);
    tables.add(0, 1, &[0.0, 5.0]);
    let expected = [
        (0.0, -2.0),
        (0.2, -2.0),
        (0.21, 0.0),
        (0.4, 0.0),
        (0.6, 3.0),
        (0.8, 5.0),
        (1.0, 8.0),
    ];
    for (p, value) in expected {
        let [found] = tables.quantiles(0).at([p]);
        assert_eq!(found.map(|q| q.value), Some(value), "{p}");
    }
    assert_eq!(tables.quantiles(1).at([0.5]), [None]);
}

#[test]
fn only_what_is_exact_has_no_error() {
    let errors = |parts: &[&[f64]]| {
        let mut tables = Tables::new(1);
        (parts.iter().enumerate()).for_each(|(m, part)| tables.add(0, m, part));
        quantiles(&tables).map(|quantile| quantile.std_error)
    };
    // All share a value, or a point mass reaches far beyond what chance moves.
    assert_eq!(errors(&[[4.0; 20].as_slice(); 16]), [Some(0.0); 5]);
    let mut mixed = vec![0.9; 60];
    mixed.extend((0..40).map(|i| f64::from(i) / 50.0));
    let [_, p25, p50, p75, p95] = errors(&vec![mixed.as_slice(); 16]);
    assert!(p25 > Some(0.0) || p50 == Some(0.0));
    assert_eq!((p75, p95), (Some(0.0), Some(0.0)));
    // One number tells nothing, and of few the largest is not known to be near the 95% quantile.
    assert_eq!(errors(&[&[4.0]]), [None; 5]);
    for few in [2u32, 3, 10, 16] {
        let values: Vec<[f64; 1]> = (0..few).map(|i| [f64::from(i * i)]).collect();
        let parts: Vec<&[f64]> = values.iter().map(<[f64; 1]>::as_slice).collect();
        for (p, error) in LEVELS.iter().zip(errors(&parts)) {
            assert!(error > Some(0.2), "{p} of {few}: {error:?}");
        }
    }
}

/// Of a quantile over many runs of 16 replicates: the root mean square of its stated error, its
/// standard deviation, and the root mean square of its distance from the truth.
fn stated_and_actual(
    p: f64,
    truth: f64,
    per_replicate: usize,
    number: impl Fn(&mut Random, f64) -> f64,
) -> [f64; 3] {
    const RUNS: u32 = 400;
    let mut random = Random::new(3);
    let (mut stated, mut found) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let mut tables = Tables::new(1);
        for m in 0..REPLICATES {
            let level = random.normal();
            let values: Vec<f64> = (0..per_replicate)
                .map(|_| number(&mut random, level))
                .collect();
            tables.add(0, m, &values);
        }
        let [quantile] = tables.quantiles(0).at([p]);
        let quantile = quantile.expect("numbers");
        stated.push(square(quantile.std_error.unwrap()));
        found.push(quantile.value);
    }
    let moments = Moments::from_slice(&found);
    let variance = moments.variance().unwrap();
    let squares = variance + square(moments.mean - truth);
    [Moments::from_slice(&stated).mean, variance, squares].map(f64::sqrt)
}

#[test]
fn stated_errors_of_few_values_are_no_smaller_than_the_actual_ones() {
    // A share of zeros so many of its standard errors above one half: the median is 0 unless chance
    // makes it 1.
    for replicates_differ in [false, true] {
        let (mut all_stated, mut all_squares) = (0.0, 0.0);
        for away in [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0] {
            let level_error = 0.12;
            let (share_error, per_replicate) = if replicates_differ {
                (libm::hypot(level_error, 0.025) / 4.0, 400)
            } else {
                (0.5 / 40.0, 100)
            };
            let share = 0.5 + away * share_error;
            let number = |random: &mut Random, level: f64| {
                let shift = if replicates_differ {
                    level_error * level
                } else {
                    0.0
                };
                f64::from(u8::from(random.uniform() > share + shift))
            };
            let [stated, deviation, squares] = stated_and_actual(0.5, 0.0, per_replicate, number);
            all_stated += square(stated);
            all_squares += square(squares);
            // 400 runs: a standard deviation of .5 to .2 has a standard error of 3 to 11%.
            assert!(
                stated > 0.93 * deviation && stated < 2.2 * deviation + 0.05,
                "{away} ({replicates_differ}): {stated} for {deviation}"
            );
        }
        let ratio = (all_stated / all_squares).sqrt();
        assert!((0.85..1.2).contains(&ratio), "{replicates_differ}: {ratio}");
    }
}

#[test]
fn stated_errors_are_the_actual_ones() {
    // Levels of replicates with standard deviation 0.3, numbers around them with 1: the quantiles
    // of the normal law with both.
    for (p, z) in [
        (0.05, -1.644_853_6),
        (0.25, -0.674_489_8),
        (0.5, 0.0),
        (0.95, 1.644_853_6),
    ] {
        let truth = z * 1.09_f64.sqrt();
        let [stated, _, actual] =
            stated_and_actual(p, truth, 100, |random, level| 0.3 * level + random.normal());
        // 400 runs: the ratio has a standard error of about 0.04.
        let ratio = stated / actual;
        assert!((0.84..1.16).contains(&ratio), "{p}: {stated} for {actual}");
    }
    // Few numbers.
    for per_replicate in [1, 3] {
        let [stated, _, actual] =
            stated_and_actual(0.5, 0.0, per_replicate, |random, _| random.normal());
        let ratio = stated / actual;
        assert!(
            (0.8..1.25).contains(&ratio),
            "{per_replicate}: {stated} for {actual}"
        );
    }
}

#[test]
fn a_histogram_holds_every_number_once() {
    for (name, law) in LAWS {
        let [counted, kept] = both(law, 400, 1);
        let [counted, kept] =
            [&counted, &kept].map(|tables| tables.quantiles(0).histogram(24, false));
        assert_eq!(counted.0, kept.0, "{name}");
        assert_eq!(counted.1.iter().sum::<u64>(), 25_600, "{name}");
        // Beyond the windows bins are coarse: no bar begins more than 1.5% of the numbers off.
        let (mut found, mut exact) = (0, 0);
        for (i, (more, more_exact)) in counted.1.iter().zip(&kept.1).enumerate() {
            (found, exact) = (found + more, exact + more_exact);
            assert!(
                found.abs_diff(exact) <= 384,
                "{name}, {i}: {found} for {exact}"
            );
        }
    }
    let histogram = |values: &[f64], bins: usize, whole: bool| {
        let mut tables = Tables::new(1);
        tables.add(0, 0, values);
        tables.quantiles(0).histogram(bins, whole)
    };
    assert_eq!(
        histogram(&[0.0, 0.0, 1.0, 2.0, 2.0, 2.0, 4.0], 4, true),
        (vec![-0.5, 1.5, 3.5, 5.5], vec![3, 3, 1])
    );
    assert_eq!(
        histogram(&[0.0, 0.0, 1.0, 2.0, 2.0, 2.0, 4.0], 4, false),
        (vec![0.0, 1.0, 2.0, 3.0, 4.0], vec![2, 1, 3, 1])
    );
    let (edges, counts) = histogram(&[2.0; 9], 24, true);
    assert!(edges[0] < 2.0 && edges[1] > 2.0 && counts == [9]);
    assert_eq!(histogram(&[], 24, true), (vec![], vec![]));
}
