//! Mean and spread of a stream of numbers, kept so that parts can be merged.
//!
//! In come numbers or other moments; out come count, mean and variance. The result depends on the order of merging in its
//! last bits: whoever needs the same bits merges in a fixed order ([`Forest`](super::Forest)).

/// Count, mean and sum of squared deviations from the mean.
///
/// Squared deviations, unlike sums of squares, do not cancel when the mean is large beside the spread
/// (Chan, Golub & LeVeque 1979).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    pub n: u64,
    /// 0 while `n` is 0.
    pub mean: f64,
    /// Sum of squared deviations from `mean`, at least 0.
    pub m2: f64,
}

impl Moments {
    /// Moments of all of `values`, in two passes: the most accurate form for what is in memory. NaN is not left out.
    pub fn from_slice(values: &[f64]) -> Self {
        Self::from_values(values.iter().copied())
    }

    /// As [`from_slice`](Self::from_slice), of what an iterator gives twice.
    pub fn from_values(values: impl Iterator<Item = f64> + Clone) -> Self {
        let (mut n, mut sum) = (0, 0.0);
        for value in values.clone() {
            n += 1;
            sum += value;
        }
        if n == 0 {
            return Self::default();
        }
        let rough = sum / n as f64;
        let (mut first, mut m2) = (0.0, 0.0);
        for value in values {
            let deviation = value - rough;
            first += deviation;
            m2 += deviation * deviation;
        }
        // The deviations sum to what rounding left in the mean; both are corrected by it.
        Self {
            n,
            mean: rough + first / n as f64,
            m2: (m2 - first * first / n as f64).max(0.0),
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
