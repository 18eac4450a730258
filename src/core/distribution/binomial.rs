//! The binomial distribution: successes in `n` independent tries that each succeed with probability
//! `p`.

use super::error::{DistributionError, finite, require};
use super::integer::{self, Moments};
use super::probability::{Probability, Shape};
use super::{Distribution, Kind};
use crate::math::special::beta_pair;
use libm::{ceil, floor, sqrt};

#[derive(Clone, Debug, PartialEq)]
pub struct Binomial {
    n: f64,
    p: f64,
}

impl Binomial {
    /// Without tries, or without doubt about each, it is a constant.
    pub fn build(n: f64, p: f64) -> Result<Distribution, DistributionError> {
        finite("n", n)?;
        require(
            (0.0..=1e9).contains(&n) && floor(n) == n,
            "n",
            "a whole number from 0 to 1e9",
            n,
        )?;
        finite("p", p)?;
        require(
            (0.0..=1.0).contains(&p),
            "p",
            "a probability from 0 to 1",
            p,
        )?;
        if n == 0.0 || p == 0.0 {
            return Ok(Distribution::point(0.0));
        }
        if p == 1.0 {
            return Ok(Distribution::point(n));
        }
        Ok(Distribution(Kind::Binomial(Self { n, p })))
    }
}

impl Shape for Binomial {
    fn probability(&self, x: f64) -> Probability {
        let k = floor(x);
        // At most k successes in n: the (k + 1)th smallest of n uniforms exceeds p.
        let (upper, lower) = beta_pair(k + 1.0, self.n - k, self.p, 1.0 - self.p);
        Probability { lower, upper }
    }

    fn below(&self, x: f64) -> Probability {
        if x <= 0.0 {
            Probability::NONE
        } else {
            self.probability(ceil(x) - 1.0)
        }
    }

    fn at(&self, p: Probability) -> f64 {
        let variance = self.n * self.p * (1.0 - self.p);
        let moments = Moments {
            mean: self.n * self.p,
            variance,
            skewness: (1.0 - 2.0 * self.p) / sqrt(variance),
        };
        integer::quantile(p, &moments, self.n, |k| self.probability(k))
    }

    fn mean(&self) -> Option<f64> {
        Some(self.n * self.p)
    }

    fn variance(&self) -> Option<f64> {
        Some(self.n * self.p * (1.0 - self.p))
    }

    fn support(&self) -> (f64, f64) {
        (0.0, self.n)
    }

    fn is_discrete(&self) -> bool {
        true
    }
}
