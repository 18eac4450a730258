//! Interleaved timing: contestants take turns, so that a machine that is busy now and idle later is
//! so for all of them.

use std::time::Instant;

/// One of the programs that are compared.
pub struct Contestant<'a> {
    pub name: &'static str,
    /// Does its work under a seed, and says how much that was (trials, runs, …).
    pub work: Box<dyn FnMut(u64) -> f64 + 'a>,
}

impl<'a> Contestant<'a> {
    pub fn new(name: &'static str, work: impl FnMut(u64) -> f64 + 'a) -> Self {
        Self {
            name,
            work: Box::new(work),
        }
    }
}

/// Work a second of one contestant, round by round.
pub struct Rates {
    pub name: &'static str,
    pub per_second: Vec<f64>,
}

/// Lets all contestants take turns, after one round that does not count (caches, page tables, the
/// processor's clock).
///
/// Every other round goes backwards, so that a machine that slows down favours nobody.
pub fn take_turns(rounds: usize, mut contestants: Vec<Contestant<'_>>) -> Vec<Rates> {
    let mut rates: Vec<Rates> = contestants
        .iter()
        .map(|c| Rates {
            name: c.name,
            per_second: Vec::with_capacity(rounds),
        })
        .collect();
    for round in 0..=rounds {
        let mut order: Vec<usize> = (0..contestants.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for i in order {
            let start = Instant::now();
            let done = (contestants[i].work)(round as u64 + 1);
            let seconds = start.elapsed().as_secs_f64();
            if round > 0 {
                rates[i].per_second.push(done / seconds);
            }
        }
    }
    rates
}

/// The middle and both ends of what was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    pub median: f64,
    pub least: f64,
    pub most: f64,
}

impl Spread {
    /// # Panics
    /// Without values.
    pub fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 {
            sorted[middle]
        } else {
            (sorted[middle - 1] + sorted[middle]) / 2.0
        };
        Self {
            median,
            least: sorted[0],
            most: sorted[sorted.len() - 1],
        }
    }

    /// Quotients round by round.
    pub fn ratio(a: &Rates, b: &Rates) -> Self {
        let ratios: Vec<f64> = a
            .per_second
            .iter()
            .zip(&b.per_second)
            .map(|(a, b)| a / b)
            .collect();
        Self::of(&ratios)
    }
}

impl Rates {
    pub fn spread(&self) -> Spread {
        Spread::of(&self.per_second)
    }

    /// Seconds for one unit of work, round by round.
    pub fn seconds(&self) -> Spread {
        let seconds: Vec<f64> = self.per_second.iter().map(|rate| 1.0 / rate).collect();
        Spread::of(&seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle_whatever_the_order() {
        let spread = Spread::of(&[5.0, 1.0, 3.0]);
        assert_eq!((spread.least, spread.median, spread.most), (1.0, 3.0, 5.0));
        assert_eq!(Spread::of(&[4.0, 1.0, 2.0, 9.0]).median, 3.0);
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        let rates = |per_second: &[f64]| Rates {
            name: "",
            per_second: per_second.to_vec(),
        };
        let ratio = Spread::ratio(&rates(&[2.0, 40.0, 6.0]), &rates(&[1.0, 10.0, 2.0]));
        assert_eq!((ratio.least, ratio.median, ratio.most), (2.0, 3.0, 4.0));
    }

    #[test]
    fn each_contestant_works_once_a_round_and_once_before() {
        let mut calls = [0, 0];
        let [first, second] = &mut calls;
        let rates = take_turns(
            5,
            vec![
                Contestant::new("first", |_| {
                    *first += 1;
                    1.0
                }),
                Contestant::new("second", |_| {
                    *second += 1;
                    1.0
                }),
            ],
        );
        assert!(rates.iter().all(|r| r.per_second.len() == 5));
        assert_eq!(calls, [6, 6]);
    }
}
