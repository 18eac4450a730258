//! Quantile functions that are computed once and looked up from then on.
//!
//! A gamma or beta quantile takes a microsecond or more: an inverse that is found by iteration.
//! Where a distribution stays the same for a whole run, [`Tabulated`] replaces it, in the middle,
//! by polynomials of degree five between values of the exact function. Bins follow the floating
//! point: sixteen to each halving of the probability below and above, so that they narrow towards
//! both tails as quantile functions bend there; beyond the outermost bins the exact function is
//! called. A bin is filled at its first use, from the exact function alone, so that the values
//! depend on neither use nor order. Where a bin is off by more than [`MOST`] in probability (a
//! density with a kink, say), it calls the exact function too.

use super::{Distribution, Kind};
use std::sync::{Arc, OnceLock};

/// Halvings of the probability that have bins: beyond 2^-21 the exact function is called.
const OCTAVES: u32 = 20;
/// Bins to a halving.
const BINS: usize = 16;
/// Largest error in probability.
const MOST: f64 = 1e-9;
/// Where in a bin, from -1 to 1, the values are exact: Chebyshev's points and both ends.
const NODES: [f64; 6] = [
    -1.0,
    -0.809_016_994_374_947_5,
    -0.309_016_994_374_947_45,
    0.309_016_994_374_947_45,
    0.809_016_994_374_947_5,
    1.0,
];
/// Where a bin is held against the exact function.
const PROBES: [f64; 5] = [-0.92, -0.6, 0.0, 0.6, 0.92];

/// A distribution whose quantile function is quick.
#[derive(Clone, Debug)]
pub struct Tabulated {
    of: Distribution,
    support: (f64, f64),
    /// Below the median from the middle to the tail, then above; empty where the exact function is
    /// quick itself.
    bins: Arc<[OnceLock<Bin>]>,
}

/// How a quantile is found in a bin.
#[derive(Clone, Copy, Debug)]
enum Bin {
    Exact,
    /// By divided differences over the nodes.
    Polynomial([f64; 6]),
}

impl Tabulated {
    pub fn new(of: Distribution) -> Self {
        let bins = if is_slow(&of) {
            2 * OCTAVES as usize * BINS
        } else {
            0
        };
        Self {
            support: of.support(),
            of,
            bins: (0..bins).map(|_| OnceLock::new()).collect(),
        }
    }

    /// The distribution itself.
    pub fn of(&self) -> &Distribution {
        &self.of
    }

    /// As [`Distribution::quantile`], within 1e-9 in probability.
    pub fn quantile(&self, p: f64) -> f64 {
        if self.bins.is_empty() {
            return self.of.quantile(p);
        }
        let above = p > 0.5;
        let tail = if above { 1.0 - p } else { p };
        let Some((bin, at)) = place(tail) else {
            return self.of.quantile(p);
        };
        let side = if above { self.bins.len() / 2 } else { 0 };
        match self.bins[side + bin].get_or_init(|| self.fill(bin, above)) {
            Bin::Exact => self.of.quantile(p),
            // Rounding must not carry a draw across a bound.
            Bin::Polynomial(differences) => {
                polynomial(differences, at).clamp(self.support.0, self.support.1)
            }
        }
    }

    fn fill(&self, bin: usize, above: bool) -> Bin {
        let exact = |at: f64| self.of.beyond(tail_at(bin, at), above);
        let mut differences = NODES.map(exact);
        for order in 1..NODES.len() {
            for i in (order..NODES.len()).rev() {
                let step = differences[i] - differences[i - 1];
                differences[i] = step / (NODES[i] - NODES[i - order]);
            }
        }
        let is_close = |at: &f64| {
            let x = polynomial(&differences, *at);
            let found = match above {
                true => self.of.survival(x),
                false => self.of.cdf(x),
            };
            (found - tail_at(bin, *at)).abs() <= MOST
        };
        if PROBES.iter().all(is_close) {
            Bin::Polynomial(differences)
        } else {
            Bin::Exact
        }
    }
}

/// Whether an exact quantile is found by iteration.
fn is_slow(of: &Distribution) -> bool {
    match &of.0 {
        Kind::Beta(_) | Kind::Gamma(_) | Kind::StudentT(_) => true,
        Kind::Mixture(_) => !of.is_discrete(),
        Kind::Shifted(shifted) => is_slow(shifted.of()),
        Kind::Truncated(truncated) => is_slow(truncated.of()),
        _ => false,
    }
}

/// Bin of the probability of a tail, and the place in it from -1 to 1; `None` beyond all bins.
fn place(tail: f64) -> Option<(usize, f64)> {
    let bits = tail.to_bits();
    // Halvings below a half; a half itself begins the next octave and ends the first bins.
    let octave = 1021_u64.checked_sub(bits >> 52);
    match octave {
        Some(octave) if octave < u64::from(OCTAVES) => {
            let mantissa = bits & 0x000f_ffff_ffff_ffff;
            let bin = (mantissa >> 48) as usize;
            // The rest of the mantissa, as a number from 1 to 2.
            let rest =
                f64::from_bits((mantissa << 4) & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000);
            Some((octave as usize * BINS + bin, 2.0 * rest - 3.0))
        }
        None if tail == 0.5 => Some((BINS - 1, 1.0)),
        _ => None,
    }
}

/// The inverse of [`place`].
fn tail_at(bin: usize, at: f64) -> f64 {
    let octave = (bin / BINS) as i32;
    let within = (bin % BINS) as f64;
    let unit = 1.0 + (within + (at + 1.0) / 2.0) / BINS as f64;
    unit * f64::from_bits(((1021 - octave) as u64) << 52)
}

/// A polynomial from its divided differences.
#[inline]
fn polynomial(differences: &[f64; 6], at: f64) -> f64 {
    let mut value = differences[5];
    for i in (0..5).rev() {
        value = value.mul_add(at - NODES[i], differences[i]);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::{beta, gamma, student_t};

    fn slow() -> Vec<Distribution> {
        let gamma = |shape, rate| gamma::Gamma::build(shape, rate).expect("arguments");
        let beta = |a, b| beta::Beta::build(a, b).expect("arguments");
        let t = |df| student_t::StudentT::build(df, 1.0, 2.0).expect("arguments");
        let pool = Distribution::mixture(vec![(0.3, gamma(9.0, 1.0)), (0.7, gamma(2.0, 0.1))]);
        vec![
            gamma(0.2, 1.0),
            gamma(1.2, 25.0),
            gamma(300.0, 2.0),
            beta(0.5, 0.5),
            beta(0.3, 8.0),
            beta(40.0, 2.0),
            t(1.0),
            t(2.5),
            t(30.0),
            pool.expect("a pool"),
            gamma(2.0, 1.0)
                .truncated(Some(0.5), Some(4.0))
                .expect("a range"),
        ]
    }

    #[test]
    fn a_quantile_is_right_within_a_thousand_millionth_in_probability_and_never_decreases() {
        for of in slow() {
            let table = Tabulated::new(of.clone());
            assert!(!table.bins.is_empty(), "{of:?}");
            let mut polynomials = 0;
            let mut before = f64::NEG_INFINITY;
            let all = (1..40_000).map(|i| f64::from(i) / 40_000.0);
            let tails = (1..400).map(|i| libm::exp2(-f64::from(i) / 12.0));
            let mut places: Vec<f64> = all
                .chain(tails.clone())
                .chain(tails.map(|t| 1.0 - t))
                .collect();
            places.sort_by(f64::total_cmp);
            for p in places {
                let x = table.quantile(p);
                let off = |x: f64| match p > 0.5 {
                    true => (of.survival(x) - (1.0 - p)).abs(),
                    false => (of.cdf(x) - p).abs(),
                };
                // At a bound even the nearest number may be off by more.
                let most = 1.1e-9 + off(of.quantile(p));
                assert!(off(x) < most, "{of:?} {p}: {x} is off by {}", off(x));
                let rounding = 1e-13 * (1.0 + x.abs());
                assert!(x >= before - rounding, "{of:?} {p}: {x} after {before}");
                before = x;
            }
            for bin in table.bins.iter() {
                polynomials += usize::from(matches!(bin.get(), Some(Bin::Polynomial(_))));
            }
            assert!(polynomials > 300, "{of:?}: {polynomials}");
        }
    }

    #[test]
    fn tails_are_exact_and_what_is_quick_has_no_table() {
        for of in slow() {
            let table = Tabulated::new(of.clone());
            for p in [0.0, 1e-300, 1e-9, 1.0 - 1e-9, 1.0] {
                assert_eq!(
                    table.quantile(p).to_bits(),
                    of.quantile(p).to_bits(),
                    "{of:?} {p}"
                );
            }
            assert!(table.quantile(1.5).is_nan() && table.quantile(f64::NAN).is_nan());
        }
        let uniform = Distribution::constant(3.0).expect("a number");
        assert!(Tabulated::new(uniform).bins.is_empty());
    }

    #[test]
    fn a_kink_in_the_density_calls_the_exact_function() {
        let gamma = |shape, rate| gamma::Gamma::build(shape, rate).expect("arguments");
        let narrow = gamma(2.0, 1.0)
            .truncated(Some(1.0), Some(1.5))
            .expect("a range");
        let of =
            Distribution::mixture(vec![(0.5, narrow), (0.5, gamma(2.0, 1.0))]).expect("a pool");
        let table = Tabulated::new(of.clone());
        let mut exact = 0;
        for i in 1..20_000 {
            let p = f64::from(i) / 20_000.0;
            assert!((of.cdf(table.quantile(p)) - p).abs() < 1.1e-9, "{p}");
        }
        for bin in table.bins.iter() {
            exact += usize::from(matches!(bin.get(), Some(Bin::Exact)));
        }
        assert!((1..8).contains(&exact), "{exact}");
    }

    #[test]
    fn places_and_probabilities_are_inverse() {
        for i in 1..5_000 {
            let tail = 0.5 * libm::exp2(-f64::from(i) / 260.0);
            match place(tail) {
                Some((bin, at)) => {
                    assert!((-1.0..=1.0).contains(&at), "{tail}: {at}");
                    assert!((tail_at(bin, at) / tail - 1.0).abs() < 1e-15, "{tail}");
                }
                None => assert!(tail < 4.8e-7, "{tail}"),
            }
        }
        assert_eq!(tail_at(15, 1.0), 0.5);
    }
}
