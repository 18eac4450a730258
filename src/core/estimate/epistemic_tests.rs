//! Do the epistemic ends hold what they promise, whatever the shape of p(θ)? A battery of truths
//! with known ends.

use super::*;
use crate::math::special::{beta_inverse, normal_quantile};
use rand::{RngExt, SeedableRng};
use rand_distr::{Binomial, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

const R: usize = 64;
const GROUPS: usize = 8;

struct Random(Xoshiro256PlusPlus);

impl Random {
    fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// In [0, 1).
    fn uniform(&mut self) -> f64 {
        self.0.random()
    }

    fn normal(&mut self) -> f64 {
        self.0.sample(StandardNormal)
    }

    /// Hits in `n` trials of chance `p`.
    fn binomial(&mut self, n: u32, p: f64) -> u32 {
        self.0.sample(Binomial::new(n.into(), p).unwrap()) as u32
    }
}

/// How a draw's hits come from its place in the truth.
#[derive(Clone, Copy)]
enum Hits {
    /// From independent trials of the chance p(θ).
    Independent,
    /// From start trends: the place is the weight of a trend under which trials hit with the first
    /// chance, and otherwise with the second. The trials of a group are spread evenly over the
    /// weights, as those of the engine are.
    Trend(f64, f64),
}

/// A distribution of p(θ): equally likely places.
struct Truth {
    name: &'static str,
    places: Vec<f64>,
    hits: Hits,
}

/// So many equally likely places with these quantiles.
fn places(quantile: impl Fn(f64) -> f64) -> Vec<f64> {
    const PLACES: usize = 4000;
    let middle = |i: usize| (i as f64 + 0.5) / PLACES as f64;
    (0..PLACES)
        .map(|i| quantile(middle(i)).clamp(0.0, 1.0))
        .collect()
}

fn truths() -> Vec<Truth> {
    let truth = |name, places, hits| Truth { name, places, hits };
    let shape = |name, places| truth(name, places, Hits::Independent);
    let lognormal =
        |median: f64, sigma: f64| places(move |u| median * libm::exp(sigma * normal_quantile(u)));
    let dirichlet = |weight: f64, concentration: f64| {
        places(move |u| beta_inverse(weight * concentration, (1.0 - weight) * concentration, u))
    };
    let two = |share: f64, low: f64, high: f64| places(move |u| if u < share { low } else { high });
    let product = (0..64)
        .flat_map(|i| (0..64).map(move |j| (f64::from(i) + 0.5) * (f64::from(j) + 0.5) / 4096.0));
    vec![
        shape("two points", two(0.5, 0.1, 0.6)),
        shape("two points, close", two(0.5, 0.2, 0.4)),
        shape("two points, nearer than the noise", two(0.5, 0.4, 0.5)),
        shape("two points, much nearer", two(0.5, 0.45, 0.5)),
        shape("two points, near and rare", two(0.5, 0.1, 0.15)),
        shape("two points, near and uneven", two(0.8, 0.3, 0.4)),
        shape("one draw in 25", two(0.96, 0.01, 0.9)),
        shape(
            "three points",
            places(|u| {
                if u < 0.3 {
                    0.05
                } else if u < 0.6 {
                    0.3
                } else {
                    0.8
                }
            }),
        ),
        shape("beta", places(|u| beta_inverse(6.0, 14.0, u))),
        shape("beta from zero", places(|u| beta_inverse(1.0, 9.0, u))),
        shape("beta, rare", places(|u| beta_inverse(2.0, 98.0, u))),
        shape("lognormal", lognormal(0.05, 0.8)),
        shape("lognormal, rare", lognormal(0.002, 1.0)),
        // Poisson: no attack in 18 months at 12 per year, give or take a half.
        shape(
            "skewed beyond sight",
            places(|u| libm::exp(-18.0 * libm::exp(0.49 * normal_quantile(u)))),
        ),
        shape(
            "near one",
            places(|u| 1.0 - 0.03 * libm::exp(0.7 * normal_quantile(u))),
        ),
        shape("uniform", places(|u| u)),
        shape("product", product.collect()),
        shape("narrow", places(|u| 0.3 + 0.02 * normal_quantile(u))),
        shape("nothing varies", vec![0.3]),
        truth(
            "trend decides, 30",
            dirichlet(0.3, 30.0),
            Hits::Trend(1.0, 0.0),
        ),
        truth(
            "trend decides, 100",
            dirichlet(0.25, 100.0),
            Hits::Trend(1.0, 0.0),
        ),
        truth(
            "trend decides, 500",
            dirichlet(0.3, 500.0),
            Hits::Trend(1.0, 0.0),
        ),
        truth(
            "trend decides, 1,000",
            dirichlet(0.55, 1000.0),
            Hits::Trend(0.0, 1.0),
        ),
        truth(
            "trend nearly decides",
            dirichlet(0.3, 300.0),
            Hits::Trend(0.98, 0.02),
        ),
        truth(
            "trend matters",
            dirichlet(0.6, 100.0),
            Hits::Trend(0.9, 0.1),
        ),
    ]
}

impl Truth {
    /// Chance of a hit at a place.
    fn chance(&self, place: f64) -> f64 {
        match self.hits {
            Hits::Independent => place,
            Hits::Trend(under, else_where) => place * under + (1.0 - place) * else_where,
        }
    }

    /// 5% and 95% quantile of p(θ).
    fn ends(&self) -> [f64; 2] {
        let mut chances: Vec<f64> = self
            .places
            .iter()
            .map(|place| self.chance(*place))
            .collect();
        chances.sort_unstable_by(f64::total_cmp);
        let n = chances.len();
        [chances[n / 20], chances[n - 1 - n / 20]]
    }

    fn table(&self, draws: usize, random: &mut Random) -> HitTable {
        let mut table = HitTable::new(R, GROUPS, 1);
        let size = (R / GROUPS) as u32;
        for k in 0..draws {
            let place = self.places[(random.uniform() * self.places.len() as f64) as usize];
            let hits: [u32; GROUPS] = std::array::from_fn(|_| match self.hits {
                Hits::Independent => random.binomial(size, place),
                Hits::Trend(under, else_where) => {
                    let offset = random.uniform();
                    let cut = place * f64::from(size) - offset;
                    let first = (0..size).filter(|i| f64::from(*i) < cut).count() as u32;
                    random.binomial(first, under) + random.binomial(size - first, else_where)
                }
            });
            table.add_draw(k % REPLICATES, &hits);
        }
        table
    }
}

/// What was found in the runs of one cell.
#[derive(Default)]
struct Found {
    resolved: u32,
    /// Each end within its stated errors, or inside of its bound.
    covered: [u32; 2],
    /// Error of the ends that were told, as a share of the true width, and what was stated of it:
    /// squares.
    actual: [f64; 2],
    stated: [f64; 2],
}

fn simulate(truth: &Truth, draws: usize, repeats: u32) -> Found {
    let [low, high] = truth.ends();
    let mut found = Found::default();
    for repeat in 0..repeats {
        let mut random = Random::new(u64::from(repeat) * 7919 + draws as u64);
        let table = truth.table(draws, &mut random);
        let told = table.epistemic(true);
        let ends = told.ends.unwrap();
        let p = table.hits() as f64 / table.trials() as f64;
        assert!(
            ends[0] <= p && p <= ends[1],
            "{}, {draws} draws: {p} outside of {ends:?}",
            truth.name
        );
        if let Some(errors) = told.std_error {
            found.resolved += 1;
            for (side, exact) in [low, high].into_iter().enumerate() {
                // 2.13: Student's t with the freedom of 16 replicates, which interval and error are
                // meant with.
                let gap = (ends[side] - exact).abs();
                found.covered[side] += u32::from(gap <= 2.13 * errors[side]);
                found.actual[side] += gap * gap;
                found.stated[side] += errors[side] * errors[side];
            }
        } else {
            found.covered[0] += u32::from(ends[0] <= low + 1e-12);
            found.covered[1] += u32::from(high - 1e-12 <= ends[1]);
        }
    }
    found
}

/// Each end lies within its stated errors, or inside of its bound, in 95% of the runs: so claimed,
/// and held to `least` in each cell of a truth and a number of draws, and to 94% over all.
fn check(sizes: &[usize], repeats: u32, least: f64) {
    let (mut all, mut covered) = (0, 0);
    let mut faults = Vec::new();
    println!(
        "| truth | draws | resolved | low covered | high covered | error of the ends ÷ width | stated |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for truth in truths() {
        let [low, high] = truth.ends();
        for draws in sizes {
            let found = simulate(&truth, *draws, repeats);
            let share = |n: u32| f64::from(n) / f64::from(repeats);
            let shares = found.covered.map(share);
            let root = |squares: [f64; 2]| {
                let one = |s: f64| (s / f64::from(found.resolved)).sqrt() / (high - low);
                format!("{:.3} {:.3}", one(squares[0]), one(squares[1]))
            };
            let (actual, stated) = if found.resolved > 0 && high > low {
                (root(found.actual), root(found.stated))
            } else {
                ("–".into(), "–".into())
            };
            println!(
                "| {} | {draws} | {:.2} | {:.2} | {:.2} | {actual} | {stated} |",
                truth.name,
                share(found.resolved),
                shares[0],
                shares[1]
            );
            all += 2 * repeats;
            covered += found.covered[0] + found.covered[1];
            if shares.iter().any(|share| *share < least) {
                faults.push(format!("{}, {draws} draws: {shares:?}", truth.name));
            }
        }
    }
    let share = f64::from(covered) / f64::from(all);
    println!("in all {share:.4} of {all}");
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(share > 0.94, "{share}");
}

/// 16 runs a cell: at 95% in truth, fewer than 12 have a chance of 1 in 5,000, twice in each of 75
/// cells.
#[test]
fn epistemic_ends_lie_within_their_stated_errors_or_bounds() {
    check(&[32, 160, 1568], 16, 0.74);
}

#[test]
#[ignore = "ten times the size: cargo test --release -- --ignored big_"]
fn big_epistemic_ends_lie_within_their_stated_errors_or_bounds() {
    check(&[32, 48, 112, 160, 512, 1568, 5008, 10_000], 100, 0.87);
}

/// The error that is stated for a smooth truth is not merely wide: the ends are worth telling.
#[test]
fn ends_of_a_smooth_truth_are_told_with_useful_errors() {
    let truths = truths();
    let beta = truths.iter().find(|truth| truth.name == "beta").unwrap();
    let width = {
        let [low, high] = beta.ends();
        high - low
    };
    for (draws, widest) in [(160, 0.2), (1568, 0.08), (10_000, 0.05)] {
        let found = simulate(beta, draws, 6);
        assert_eq!(found.resolved, 6);
        for stated in found.stated {
            let error = (stated / 6.0).sqrt() / width;
            assert!(error < widest, "{draws} draws: {error}");
        }
    }
}

/// A metric whose conditional means are `conditional(random)`, with normal noise of standard
/// deviation `noise` in each trial.
fn metric(
    draws: usize,
    noise: f64,
    seed: u64,
    conditional: impl Fn(&mut Random) -> f64,
) -> (MeanNode, Tables) {
    let mut random = Random::new(seed);
    let mut node = MeanNode::new(1, 1);
    let mut means = Tables::new(1);
    for k in 0..draws {
        let mean = conditional(&mut random);
        let values: Vec<f64> = (0..R).map(|_| mean + noise * random.normal()).collect();
        let draw = node.add_draw(k % REPLICATES, GROUPS, &values, &[0; R], &[0; R]);
        draw.into_iter()
            .for_each(|mean| means.add(0, k % REPLICATES, &[mean]));
    }
    (node, means)
}

/// Ends of metrics whose conditional means are known, behind noise of `(standard deviation in a
/// trial, draws)`.
fn check_metrics(sizes: &[(f64, usize)]) {
    type Conditional = fn(&mut Random) -> f64;
    let lognormal = |z: f64| libm::exp(0.8 * z);
    let truths: [(&str, [f64; 2], Conditional); 8] = [
        ("two uneven points", [0.0, 1.0], |random| {
            if random.uniform() < 0.75 { 0.0 } else { 1.0 }
        }),
        ("two points", [-1.0, 1.0], |random| {
            if random.uniform() < 0.5 { -1.0 } else { 1.0 }
        }),
        ("uniform", [-0.9, 0.9], |random| {
            2.0 * random.uniform() - 1.0
        }),
        ("skewed", [-1.6449, 1.6449].map(lognormal), |random| {
            libm::exp(0.8 * random.normal())
        }),
        ("one in 25", [0.0, 0.0], |random| {
            if random.uniform() < 0.04 { 9.0 } else { 0.0 }
        }),
        ("one in 12", [0.0, 9.0], |random| {
            if random.uniform() < 1.0 / 12.0 {
                9.0
            } else {
                0.0
            }
        }),
        ("one in 40, low", [0.0, 0.0], |random| {
            if random.uniform() < 0.025 { -9.0 } else { 0.0 }
        }),
        // Quantiles of χ² with one degree of freedom.
        ("a long tail", [0.003_932, 3.841_459], |random| {
            let z = random.normal();
            z * z
        }),
    ];
    for (name, truth, conditional) in truths {
        for &(noise, draws) in sizes {
            let mut covered = 0;
            for seed in 0..40 {
                let (node, means) = metric(draws, noise, seed, conditional);
                let found = node.epistemic(&means.quantiles(0), true, R);
                let ends = found.ends.unwrap();
                let mean = node.estimate().mean.unwrap();
                assert!(ends[0] <= mean && mean <= ends[1], "{name}");
                for side in [0, 1] {
                    covered += u32::from(match found.std_error {
                        Some(errors) => (ends[side] - truth[side]).abs() <= 2.13 * errors[side],
                        None => ends[0] <= truth[0] && truth[1] <= ends[1],
                    });
                }
            }
            println!("{name}, noise {noise}, {draws} draws: {covered} of 80");
            // 80 of 80 at best, 76 claimed; fewer than 67 has a chance below 10^-4.
            assert!(covered >= 67, "{name}, noise {noise}: {covered} of 80");
        }
    }
}

#[test]
fn epistemic_ends_of_a_metric_lie_within_their_errors_or_bounds() {
    // In spreads of "one in 25", the noise of a draw is .07, .3, .6, .9, 1.7 and 3.4.
    check_metrics(&[
        (1.0, 320),
        (4.0, 320),
        (8.0, 1600),
        (12.0, 4800),
        (24.0, 4800),
        (48.0, 4800),
    ]);
}

#[test]
#[ignore = "ten times the size: cargo test --release -- --ignored big_"]
fn big_epistemic_ends_of_a_metric_lie_within_their_errors_or_bounds() {
    check_metrics(&[8.0, 12.0, 16.0, 24.0, 32.0, 40.0, 48.0, 96.0].map(|noise| (noise, 48_000)));
}
