//! Mean and spread of a stream of numbers, kept so that parts can be merged.
//!
//! Takes numbers or other moments; gives count, mean and variance. The result depends on the order
//! of merging in its last bits: whoever needs the same bits merges in a fixed order
//! ([`Forest`](super::Forest)).

use super::stored::{Store, Stored, Unreadable};

/// Count, mean and sum of squared deviations from the mean.
///
/// Squared deviations, unlike sums of squares, do not cancel when the mean is large beside the
/// spread (Chan, Golub & LeVeque 1979).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    pub n: u64,
    /// 0 while `n` is 0.
    pub mean: f64,
    /// Sum of squared deviations from `mean`, at least 0.
    pub m2: f64,
}

impl Stored for Moments {
    fn store(&mut self, store: &mut Store<'_>) -> Result<(), Unreadable> {
        let Self { n, mean, m2 } = self;
        store.count(n)?;
        store.number(mean)?;
        store.number(m2)
    }
}

impl Moments {
    /// Moments of all of `values`. NaN is not left out.
    pub fn from_slice(values: &[f64]) -> Self {
        let (mean, m2) = mean_and_squares(values);
        Self {
            n: values.len() as u64,
            mean,
            m2,
        }
    }

    /// Takes in one more number (Welford 1962).
    pub fn push(&mut self, value: f64) {
        self.n += 1;
        let before = value - self.mean;
        self.mean += before / self.n as f64;
        self.m2 += before * (value - self.mean);
    }

    /// Takes in all that `right` has seen.
    pub fn merge(&mut self, right: &Self) {
        if right.n == 0 {
            return;
        }
        if self.n == 0 {
            *self = *right;
            return;
        }
        let (n, k) = (self.n as f64, right.n as f64);
        let gap = right.mean - self.mean;
        self.n += right.n;
        self.mean += gap * (k / (n + k));
        self.m2 += right.m2 + gap * gap * (n * k / (n + k));
    }

    /// Unbiased variance; `None` of fewer than two numbers.
    pub fn variance(&self) -> Option<f64> {
        (self.n >= 2).then(|| self.m2 / (self.n - 1) as f64)
    }
}

/// Parts in which [`mean_and_squares`] sums, so that any vector unit up to that width adds in the
/// same order.
pub const PARTS: usize = 8;

/// Adds the parts of a sum.
#[inline(always)]
pub fn in_pairs(s: [f64; PARTS]) -> f64 {
    ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
}

/// Sums, in parts, of the distances of numbers from the first of them, and of their squares.
///
/// Measured from one of the numbers themselves, the sum of squares is at most as many times the
/// squared deviations from the mean as there are numbers, however far from zero they lie: taking
/// off the mean later loses no more digits than that, and one pass will do.
#[inline(always)]
pub fn sums_from_first(values: &[f64]) -> ([f64; PARTS], [f64; PARTS]) {
    let (mut sums, mut squares) = ([0.0; PARTS], [0.0; PARTS]);
    let origin = values.first().copied().unwrap_or(0.0);
    let (chunks, rest) = values.as_chunks::<PARTS>();
    for chunk in chunks {
        for i in 0..PARTS {
            let distance = chunk[i] - origin;
            sums[i] += distance;
            squares[i] += distance * distance;
        }
    }
    for (i, value) in rest.iter().enumerate() {
        let distance = value - origin;
        sums[i] += distance;
        squares[i] += distance * distance;
    }
    (sums, squares)
}

/// Mean of `n` numbers, and the sum of their squared deviations from it, from what
/// [`sums_from_first`] gives.
#[inline(always)]
pub fn about_mean(
    n: f64,
    origin: f64,
    (sums, squares): ([f64; PARTS], [f64; PARTS]),
) -> (f64, f64) {
    let sum = in_pairs(sums);
    let m2 = in_pairs(squares) - sum * sum / n;
    (origin + sum / n, if m2 > 0.0 { m2 } else { 0.0 })
}

/// Mean and sum of squared deviations; both 0 without numbers.
pub fn mean_and_squares(values: &[f64]) -> (f64, f64) {
    match values {
        [] => (0.0, 0.0),
        [first, ..] => about_mean(values.len() as f64, *first, sums_from_first(values)),
    }
}

impl super::Merge for Moments {
    fn merge(mut self, right: Self) -> Self {
        Moments::merge(&mut self, &right);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(values: &[f64]) -> Moments {
        let mut moments = Moments::default();
        values.iter().for_each(|v| moments.push(*v));
        moments
    }

    #[test]
    fn all_three_ways_of_summing_agree() {
        let values: Vec<f64> = (0..101).map(|i| f64::from((i * 37) % 101)).collect();
        let whole = Moments::from_slice(&values);
        assert_eq!((whole.n, whole.mean), (101, 50.0));
        assert!((whole.variance().unwrap() - 858.5).abs() < 1e-10);
        let mut halves = pushed(&values[..17]);
        halves.merge(&pushed(&values[17..]));
        for other in [pushed(&values), halves] {
            assert_eq!(other.n, whole.n);
            assert!((other.mean - whole.mean).abs() < 1e-12);
            assert!((other.m2 - whole.m2).abs() < 1e-9);
        }
    }

    #[test]
    fn a_large_offset_does_not_swallow_the_spread() {
        let values: Vec<f64> = (0..1000).map(|i| 1e9 + f64::from(i % 2)).collect();
        let mut merged = pushed(&values[..499]);
        merged.merge(&Moments::from_slice(&values[499..]));
        for moments in [pushed(&values), Moments::from_slice(&values), merged] {
            assert!((moments.variance().unwrap() - 0.25025025).abs() < 1e-6);
        }
    }

    #[test]
    fn an_outlier_in_front_costs_the_others_few_digits() {
        // The worst case of measuring from the first number: all others are alike, and far from it.
        for far in [1.0, 1e8, -1e15] {
            let mut values = vec![far; 64];
            values[1..].fill(0.25);
            let gap = far - 0.25;
            let exact = gap * gap * 63.0 / 64.0;
            let moments = Moments::from_slice(&values);
            assert!((moments.m2 / exact - 1.0).abs() < 1e-13, "{far}");
            assert!((moments.mean - (0.25 + gap / 64.0)).abs() < 1e-15 * far.abs());
            let rest = Moments::from_slice(&values[1..]);
            assert_eq!((rest.mean, rest.m2), (0.25, 0.0));
        }
    }

    #[test]
    fn an_empty_side_changes_no_bit() {
        let some = pushed(&[0.1, 0.7, 0.3]);
        let mut left = Moments::default();
        left.merge(&some);
        let mut right = some;
        right.merge(&Moments::default());
        assert_eq!(left, some);
        assert_eq!(right, some);
        assert_eq!(pushed(&[1.0]).variance(), None);
    }
}
