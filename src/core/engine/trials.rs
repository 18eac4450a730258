//! What trials ended in: one bit per trial for yes and no, a number per trial for the rest.
//!
//! A block hands it to whoever pairs trials of two scenarios, or writes them out one by one.

use super::lanes::{Lanes, each};
use crate::estimate::{Store, Stored, Unreadable};
use crate::program::LANES;
use std::ops::Range;

/// Yes or no for each trial of a block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bits {
    /// Trial i is bit i % 64 of word i / 64.
    words: Vec<u64>,
}

impl Bits {
    /// No for so many trials.
    pub fn none(trials: usize) -> Self {
        Self {
            words: vec![0; trials.div_ceil(LANES)],
        }
    }

    /// The next 64 trials; only the last lanes of a block may be unused, and are zero.
    pub fn push(&mut self, lanes: Lanes) {
        self.words.push(lanes);
    }

    /// Up to 64 trials from `start` on, as the lowest bits; the others are zero.
    fn window(&self, start: usize, trials: usize) -> u64 {
        let (word, shift) = (start / LANES, start % LANES);
        let low = self.words[word] >> shift;
        let high = match self.words.get(word + 1) {
            Some(next) if shift > 0 => next << (LANES - shift),
            _ => 0,
        };
        (low | high) & (u64::MAX >> (LANES - trials))
    }

    /// Stretches of up to 64 trials of a span.
    pub fn windows(&self, span: Range<usize>) -> impl Iterator<Item = u64> {
        let end = span.end;
        span.step_by(LANES)
            .map(move |start| self.window(start, (end - start).min(LANES)))
    }

    /// Trials that say yes in any of these, which have so many trials each.
    fn united<'a>(parts: impl Iterator<Item = &'a Self>, trials: usize) -> Self {
        let mut all = Self::none(trials);
        for part in parts {
            (all.words.iter_mut().zip(&part.words)).for_each(|(a, b)| *a |= b);
        }
        all
    }

    /// Trials that say yes both here and there.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let words = self.words.iter().zip(&other.words);
        Self {
            words: words.map(|(a, b)| a & b).collect(),
        }
    }

    /// Trials of a span that say yes.
    pub fn count(&self, span: Range<usize>) -> u32 {
        self.windows(span).map(u64::count_ones).sum()
    }

    /// By trial of a span: 1 for yes and 0 for no where the condition holds, NaN elsewhere.
    pub fn where_given(&self, condition: &Self, span: Range<usize>) -> Vec<f64> {
        let mut values = Vec::with_capacity(span.len());
        let pairs = self
            .windows(span.clone())
            .zip(condition.windows(span.clone()));
        for (yes, holds) in pairs {
            let trials = LANES.min(span.len() - values.len());
            values.extend((0..trials).map(|lane| match holds >> lane & 1 {
                0 => f64::NAN,
                _ => (yes >> lane & 1) as f64,
            }));
        }
        values
    }

    /// Trials of a span that say yes both here and there.
    pub fn count_both(&self, other: &Self, span: Range<usize>) -> u32 {
        let pairs = self.windows(span.clone()).zip(other.windows(span));
        pairs.map(|(a, b)| (a & b).count_ones()).sum()
    }
}

impl Stored for Bits {
    fn store(&mut self, store: &mut Store<'_>) -> Result<(), Unreadable> {
        self.words.iter_mut().try_for_each(|word| store.word(word))
    }
}

/// What each trial of a block ended in. All is in trial order; stopped trials are unclassified,
/// answer no question with yes and have no metric.
#[derive(Clone, Debug, Default)]
pub struct BlockTrials {
    pub start_trend: Vec<u8>,
    /// Index of the outcome; the number of rules for `unclassified`.
    pub outcome: Vec<u8>,
    /// By trend: the trials that start under it.
    pub trends: Vec<Bits>,
    /// By outcome, `unclassified` last: the trials that end in it.
    pub outcomes: Vec<Bits>,
    /// By question: the trials that answer it with yes.
    pub questions: Vec<Bits>,
    /// By metric; NaN: no value.
    pub metrics: Vec<Vec<f64>>,
}

impl BlockTrials {
    /// Room for this many trials.
    pub fn new(
        trials: usize,
        trends: usize,
        outcomes: usize,
        questions: usize,
        metrics: usize,
    ) -> Self {
        let bits = Bits {
            words: Vec::with_capacity(trials.div_ceil(LANES)),
        };
        Self {
            start_trend: Vec::with_capacity(trials),
            outcome: Vec::with_capacity(trials),
            trends: vec![bits.clone(); trends],
            outcomes: vec![bits.clone(); outcomes],
            questions: vec![bits; questions],
            metrics: (0..metrics).map(|_| Vec::with_capacity(trials)).collect(),
        }
    }

    /// Trials that end in some outcome of each of these groups.
    pub fn in_groups(&self, groups: &[Box<[usize]>]) -> Vec<Bits> {
        let of = |members: &[usize]| {
            let parts = members.iter().map(|outcome| &self.outcomes[*outcome]);
            Bits::united(parts, self.len())
        };
        groups.iter().map(|members| of(members)).collect()
    }

    /// Number of trials.
    pub fn len(&self) -> usize {
        self.outcome.len()
    }

    pub fn is_empty(&self) -> bool {
        self.outcome.is_empty()
    }

    /// Notes which of the next `n` trials end in which outcome; the last of these sets has those
    /// left over.
    pub fn push_outcomes(&mut self, n: usize, lanes: &[Lanes]) {
        let from = self.outcome.len();
        self.outcome.resize(from + n, lanes.len() as u8 - 1);
        for (index, (bits, lanes)) in self.outcomes.iter_mut().zip(lanes).enumerate() {
            bits.push(*lanes);
            for lane in each(*lanes) {
                self.outcome[from + lane] = index as u8;
            }
        }
    }
}

/// Trial-level data of a block; all vectors are in trial order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrialRows {
    /// Number of the first trial.
    pub first_trial: u64,
    pub draw: Vec<u32>,
    /// By parameter.
    pub parameters: Vec<Vec<f64>>,
    /// By quantity of the trial; NaN where the trial was stopped for it.
    pub per_trial: Vec<Vec<f64>>,
    pub start_trend: Vec<u8>,
    pub outcome: Vec<u8>,
    /// By metric; not finite: no value.
    pub metrics: Vec<Vec<f64>>,
    /// By event, in years since the start; `+inf`: never.
    pub first_times: Vec<Vec<f64>>,
}

impl TrialRows {
    /// Number of trials.
    pub fn len(&self) -> usize {
        self.draw.len()
    }

    pub fn is_empty(&self) -> bool {
        self.draw.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(words: &[u64]) -> Bits {
        let mut bits = Bits::default();
        words.iter().for_each(|word| bits.push(*word));
        bits
    }

    #[test]
    fn any_span_is_counted_as_bit_by_bit() {
        let a = bits(&[0x9E37_79B9_7F4A_7C15, 0xD1B5_4A32_D192_ED03, 0x5851_F42D]);
        let b = bits(&[0x1234_5678_9ABC_DEF0, u64::MAX, 0xFFFF]);
        let bit = |bits: &Bits, i: usize| bits.words[i / 64] >> (i % 64) & 1 == 1;
        for start in 0..150 {
            for end in start..=160 {
                let one = (start..end).filter(|i| bit(&a, *i)).count();
                let both = (start..end).filter(|i| bit(&a, *i) && bit(&b, *i)).count();
                assert_eq!(a.count(start..end), one as u32, "{start}..{end}");
                assert_eq!(a.count_both(&b, start..end), both as u32, "{start}..{end}");
                assert_eq!(a.and(&b).count(start..end), both as u32, "{start}..{end}");
            }
        }
    }

    #[test]
    fn each_trial_has_the_outcome_whose_set_holds_it() {
        let mut ended = BlockTrials::new(70, 1, 3, 0, 0);
        ended.push_outcomes(64, &[0b1010, 0b0100, !0b1110]);
        ended.push_outcomes(6, &[0b1, 0, 0b11_1110]);
        assert_eq!(ended.outcome[..5], [2, 0, 1, 0, 2]);
        assert_eq!(ended.outcome[63..], [2, 0, 2, 2, 2, 2, 2]);
        assert_eq!(ended.outcomes[0].count(0..70), 3);
    }
}
