//! Samples of crate `rand_distr`, drawn from a site's stream, against the distribution functions:
//! two ways to one law that share nothing.

use super::*;
use crate::math::special::gamma_pair;
use crate::random::{Seed, Site, Stream, TrialId};
use rand::RngExt;
use rand::distr::weighted::WeightedIndex;
use rand_distr::Distribution as Law;

/// Draws one number.
type Sampler = Box<dyn Fn(&mut Stream) -> f64>;

fn sampler(law: impl Law<f64> + 'static) -> Sampler {
    Box::new(move |stream| law.sample(stream))
}

/// The normal quantile of 0.95 (Abramowitz & Stegun, table 26.5).
const Z95: f64 = 1.644_853_626_951_472_7;

/// How `rand_distr` draws from a family.
fn of_family(family: Family, arguments: &[f64]) -> Sampler {
    let given = |i: usize| arguments[i];
    let normal = |mean, sd| rand_distr::Normal::new(mean, sd).unwrap();
    let gamma_poisson = |shape: f64, scale: f64| -> Sampler {
        let rates = rand_distr::Gamma::new(shape, scale).unwrap();
        Box::new(move |stream| match rates.sample(stream) {
            0.0 => 0.0,
            rate => rand_distr::Poisson::new(rate).unwrap().sample(stream),
        })
    };
    match family {
        Family::Beta => sampler(rand_distr::Beta::new(given(0), given(1)).unwrap()),
        Family::Binomial => {
            let law = rand_distr::Binomial::new(given(0) as u64, given(1)).unwrap();
            sampler(law.map(|k| k as f64))
        }
        Family::Exponential => sampler(rand_distr::Exp::new(given(0)).unwrap()),
        Family::Gamma => sampler(rand_distr::Gamma::new(given(0), 1.0 / given(1)).unwrap()),
        Family::Lognormal => sampler(rand_distr::LogNormal::new(given(0), given(1)).unwrap()),
        Family::Loguniform => {
            let logs = rand_distr::Uniform::new(libm::log(given(0)), libm::log(given(1))).unwrap();
            sampler(logs.map(libm::exp))
        }
        Family::NegativeBinomial => gamma_poisson(given(0), (1.0 - given(1)) / given(1)),
        Family::NegativeBinomialByMean => gamma_poisson(given(1), given(0) / given(1)),
        Family::Normal => sampler(normal(given(0), given(1))),
        Family::Pert => {
            let law = rand_distr::Pert::new(given(0), given(2)).with_shape(given(3));
            sampler(law.with_mode(given(1)).unwrap())
        }
        Family::Poisson => sampler(rand_distr::Poisson::new(given(0)).unwrap()),
        Family::StudentT => {
            let (loc, scale) = (given(1), given(2));
            let law = rand_distr::StudentT::new(given(0)).unwrap();
            sampler(law.map(move |t: f64| loc + scale * t))
        }
        Family::Triangular => {
            sampler(rand_distr::Triangular::new(given(0), given(2), given(1)).unwrap())
        }
        Family::TruncatedNormal => cut(sampler(normal(given(0), given(1))), given(2), given(3)),
        Family::Uniform => sampler(rand_distr::Uniform::new(given(0), given(1)).unwrap()),
        Family::Weibull => sampler(rand_distr::Weibull::new(given(1), given(0)).unwrap()),
    }
}

/// Draws until one lies in the range.
fn cut(whole: Sampler, low: f64, high: f64) -> Sampler {
    Box::new(move |stream| {
        loop {
            let x = whole(stream);
            if low <= x && x <= high {
                return x;
            }
        }
    })
}

/// Draws from one of two, from the first with probability `share`.
fn pool(share: f64, first: Sampler, second: Sampler) -> Sampler {
    Box::new(move |stream| {
        let part = if stream.random_bool(share) {
            &first
        } else {
            &second
        };
        part(stream)
    })
}

/// Every family at ordinary and at awkward arguments.
const CASES: &[(Family, &[f64])] = &[
    (Family::Beta, &[0.4, 0.7]),
    (Family::Beta, &[1.0, 3.0]),
    (Family::Beta, &[2.0, 38.0]),
    (Family::Beta, &[300.0, 200.0]),
    (Family::Binomial, &[1.0, 0.3]),
    (Family::Binomial, &[12.0, 0.3]),
    (Family::Binomial, &[60.0, 0.97]),
    (Family::Binomial, &[100_000.0, 0.4]),
    (Family::Exponential, &[0.25]),
    (Family::Gamma, &[0.05, 2.0]),
    (Family::Gamma, &[1.0, 0.2]),
    (Family::Gamma, &[2.5, 3.0]),
    (Family::Gamma, &[4000.0, 2.0]),
    (Family::Lognormal, &[0.3, 0.8]),
    (Family::Lognormal, &[-2.0, 4.0]),
    (Family::Loguniform, &[0.1, 30.0]),
    (Family::NegativeBinomial, &[0.05, 0.01]),
    (Family::NegativeBinomial, &[1.0, 0.3]),
    (Family::NegativeBinomial, &[300.0, 0.5]),
    (Family::NegativeBinomialByMean, &[6.0, 0.7]),
    (Family::NegativeBinomialByMean, &[5_000.0, 3.0]),
    (Family::Normal, &[1.0, 2.0]),
    (Family::Pert, &[0.0, 1.0, 10.0, 4.0]),
    (Family::Pert, &[-1.0, -1.0, 4.0, 9.0]),
    (Family::Pert, &[-1.0, 2.0, 2.0, 0.5]),
    (Family::Poisson, &[0.1]),
    (Family::Poisson, &[11.9]),
    (Family::Poisson, &[12.1]),
    (Family::Poisson, &[1e6]),
    (Family::StudentT, &[0.5, 0.0, 1.0]),
    (Family::StudentT, &[1.0, 3.0, 2.0]),
    (Family::StudentT, &[5.0, 1.0, 2.0]),
    (Family::StudentT, &[200.0, 0.0, 1.0]),
    (Family::Triangular, &[1.0, 2.0, 6.0]),
    (Family::Triangular, &[1.0, 1.0, 6.0]),
    (Family::Triangular, &[1.0, 6.0, 6.0]),
    (Family::TruncatedNormal, &[0.0, 1.0, 0.5, 8.0]),
    (Family::Uniform, &[-2.0, 3.0]),
    (Family::Weibull, &[0.5, 1.0]),
    (Family::Weibull, &[1.7, 3.0]),
    (Family::Weibull, &[20.0, 3.0]),
];

/// The cases, and what a file can make of them: lists, ranges and pools.
fn cases() -> Vec<(String, Distribution, Sampler)> {
    let mut cases: Vec<_> = (CASES.iter())
        .map(|&(family, arguments)| {
            let name = format!("{} {arguments:?}", family.name());
            let law = of_family(family, arguments);
            (name, build(family, arguments), law)
        })
        .collect();
    let law = |family, arguments: &[f64]| of_family(family, arguments);

    // Mean and standard deviation of a normal with these percentiles.
    let through = |low: f64, high: f64| (0.5 * (low + high), 0.5 * (high - low) / Z95);
    let (mean, sd) = through(-3.0, 9.0);
    let (mu, sigma) = through(libm::log(3.0), libm::log(40.0));
    for (name, family, ends, own) in [
        (
            "normal through two",
            Family::Normal,
            [-3.0, 9.0],
            [mean, sd],
        ),
        (
            "lognormal through two",
            Family::Lognormal,
            [3.0, 40.0],
            [mu, sigma],
        ),
    ] {
        let fitted = fitted(family, 0.05).build(&ends, None, None).unwrap();
        cases.push((name.into(), fitted, law(family, &own)));
    }

    let (values, weights) = ([3.0, -1.0, 3.0, 8.0], [0.2, 0.3, 0.1, 0.4]);
    let index = WeightedIndex::new(weights).unwrap();
    cases.push((
        "discrete".into(),
        Distribution::discrete(&values, &weights).unwrap(),
        sampler(index.map(move |i| values[i])),
    ));
    for (family, arguments, low, high) in [
        (Family::Gamma, &[2.0, 1.0][..], 1.0, 4.0),
        (Family::Poisson, &[4.0], 2.0, 5.0),
        (Family::Beta, &[2.0, 5.0], 0.3, 0.9),
    ] {
        cases.push((
            format!("{} {arguments:?} in [{low}, {high}]", family.name()),
            family.build(arguments, Some(low), Some(high)).unwrap(),
            cut(law(family, arguments), low, high),
        ));
    }
    let (normal, poisson, far) = (&[1.0, 2.0][..], &[4.0][..], &[30.0, 1.0][..]);
    for (name, share, first, second) in [
        (
            "mixture",
            0.25,
            (Family::Normal, normal),
            (Family::Normal, far),
        ),
        (
            "mixture with jumps",
            0.6,
            (Family::Normal, normal),
            (Family::Poisson, poisson),
        ),
    ] {
        let parts = vec![
            (share, build(first.0, first.1)),
            (1.0 - share, build(second.0, second.1)),
        ];
        cases.push((
            name.into(),
            Distribution::mixture(parts).unwrap(),
            pool(share, law(first.0, first.1), law(second.0, second.1)),
        ));
    }
    cases
}

/// Numbers of one case, in order.
fn sample(name: &str, law: &Sampler, n: u32) -> Vec<f64> {
    let site = Site::new(Seed(7), name);
    // Many streams, as in a run: ten numbers of each.
    let mut values: Vec<f64> = (0..n / 10)
        .flat_map(|trial| {
            let mut stream = Stream::new(site, TrialId { draw: 0, trial });
            [(); 10].map(|()| law(&mut stream))
        })
        .collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// Kolmogorov's distance times the root of n, from either side of each jump. Above 2.2 with a
/// chance of 1 in 8,000, and less if there are jumps.
fn kolmogorov(distribution: &Distribution, sorted: &[f64]) -> f64 {
    let n = sorted.len() as f64;
    let (mut before, mut distance) = (0, 0.0_f64);
    for equal in sorted.chunk_by(|a, b| a == b) {
        let upto = before + equal.len();
        let (below, cdf) = (
            distribution.below(equal[0]).lower - before as f64 / n,
            distribution.cdf(equal[0]) - upto as f64 / n,
        );
        assert!(!(below + cdf).is_nan(), "no number at {}", equal[0]);
        distance = distance.max(below.abs()).max(cdf.abs());
        before = upto;
    }
    distance * n.sqrt()
}

/// Chance of counts as far from the expected ones as these, or farther (Pearson's chi-squared). The
/// cells are cut at quantiles, some in either tail, where Kolmogorov's distance sees little.
fn pearson(distribution: &Distribution, sorted: &[f64]) -> f64 {
    let n = sorted.len() as f64;
    let tails = [0.001, 0.003, 0.01];
    let middle = (1..40).map(|i| f64::from(i) / 40.0);
    let mut cuts: Vec<f64> = (tails.into_iter().chain(middle))
        .chain(tails.map(|p| 1.0 - p))
        .map(|p| distribution.quantile(p))
        .collect();
    cuts.sort_unstable_by(f64::total_cmp);
    cuts.dedup();
    let (mut sum, mut cells) = (0.0, 0);
    let mut last = (0.0, 0);
    for cut in cuts.into_iter().chain([f64::INFINITY]) {
        let upto = (distribution.cdf(cut), sorted.partition_point(|x| *x <= cut));
        let (expected, seen) = (n * (upto.0 - last.0), (upto.1 - last.1) as f64);
        // A cell too small for the approximation, or that would leave such a one, joins the next.
        let left = n * (1.0 - upto.0);
        if expected >= 10.0 && (left >= 10.0 || cut == f64::INFINITY) {
            sum += (seen - expected) * (seen - expected) / expected;
            cells += 1;
            last = upto;
        }
    }
    assert!(cells > 1, "nothing is compared");
    gamma_pair(0.5 * f64::from(cells - 1), 0.5 * sum).1
}

/// What is wrong with the numbers of a case, if anything; one right case in 4,000 is called wrong.
fn fault(distribution: &Distribution, sorted: &[f64]) -> Option<String> {
    let (distance, chance) = (
        kolmogorov(distribution, sorted),
        pearson(distribution, sorted),
    );
    (!(distance <= 2.2) || !(chance >= 1e-4)).then(|| {
        format!("Kolmogorov's distance {distance:.2} / root n, Pearson's chance {chance:.1e}")
    })
}

fn compare(n: u32) {
    let faults: Vec<String> = cases()
        .iter()
        .filter_map(|(name, distribution, law)| {
            let found = fault(distribution, &sample(name, law, n))?;
            Some(format!("{name}: {found}"))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn samples_of_rand_distr_follow_the_distribution_functions() {
    compare(50_000);
}

#[test]
#[ignore = "twenty times the size of the test above"]
fn a_million_samples_of_rand_distr_follow_the_distribution_functions() {
    compare(1_000_000);
}

#[test]
fn every_family_is_compared() {
    let compared = |family: Family| (CASES.iter()).any(|(other, _)| *other == family);
    for family in Family::ALL {
        assert!(compared(*family), "{family:?}");
    }
}

#[test]
fn samples_that_are_a_little_off_are_seen() {
    for (name, distribution, law) in cases() {
        // Every twentieth number is a large one instead.
        let mut values = sample(&name, &law, 20_000);
        let large = distribution.quantile(0.99);
        values.iter_mut().step_by(20).for_each(|x| *x = large);
        values.sort_unstable_by(f64::total_cmp);
        assert!(fault(&distribution, &values).is_some(), "{name}");
    }
}
