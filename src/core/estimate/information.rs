//! What a yes or no says of another: mutual information, and the Brier score that knowing it saves.
//!
//! Takes counts by replicate; gives numbers with errors from a jackknife over replicates, so that
//! trials of one draw may hang together. The information is Shannon's (1948), in bits; the saving
//! is the part of the variance of the one that the other explains (Murphy 1973: resolution).

use super::draw_means::jackknifed;
use super::replicate::REPLICATES;

type Counts = [u64; REPLICATES];

/// Trials of a sign and of what it is a sign of, by replicate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SignCounts {
    pub trials: Counts,
    /// Trials in which the sign is seen.
    pub seen: Counts,
    /// Trials that answer yes.
    pub hits: Counts,
    /// Trials in which the sign is seen and that answer yes.
    pub both: Counts,
}

/// A number with its jackknife error.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WithError {
    pub value: f64,
    pub std_error: f64,
    pub ci95: [f64; 2],
}

/// What a sign says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Information {
    /// Entropy of the answer, in bits.
    pub entropy: WithError,
    /// Mutual information of sign and answer, in bits.
    pub bits: WithError,
    /// The same as a share of the entropy.
    pub share: WithError,
    /// By how much the expected Brier score falls if the sign is known: P(s) (1 - P(s)) times
    /// (P(yes | s) - P(yes | not s))^2.
    pub brier: WithError,
}

/// -p log2 p, 0 at 0.
fn part(p: f64) -> f64 {
    if p > 0.0 { -p * libm::log2(p) } else { 0.0 }
}

/// Entropy of the answer, information, its share, and the Brier score saved, from trials, seen,
/// hits and both.
///
/// `None` without trials. The plug-in estimates: their bias is about 1 / (2 N ln 2) bits for N
/// independent trials, below what is shown.
pub fn plug_in([trials, seen, hits, both]: [u64; 4]) -> Option<[f64; 4]> {
    if trials == 0 {
        return None;
    }
    let share = |count: u64| count as f64 / trials as f64;
    let binary = |p: f64| part(p) + part(1.0 - p);
    let entropy = binary(share(hits));
    let cells = [both, seen - both, hits - both, trials + both - seen - hits];
    let joint: f64 = cells.into_iter().map(|cell| part(share(cell))).sum();
    // Rounding may leave -1e-17 of nothing.
    let bits = (entropy + binary(share(seen)) - joint).max(0.0);
    let of_entropy = if entropy > 0.0 { bits / entropy } else { 0.0 };
    let brier = if seen == 0 || seen == trials {
        0.0
    } else {
        let apart = both as f64 / seen as f64 - (hits - both) as f64 / (trials - seen) as f64;
        share(seen) * (1.0 - share(seen)) * apart * apart
    };
    Some([entropy, bits, of_entropy, brier])
}

impl SignCounts {
    fn totals(&self, without: Option<usize>) -> [u64; 4] {
        [&self.trials, &self.seen, &self.hits, &self.both].map(|counts| {
            let others = (0..REPLICATES).filter(|m| Some(*m) != without);
            others.map(|m| counts[m]).sum()
        })
    }

    /// What the sign says; `None` with trials in fewer than two replicates.
    pub fn information(&self) -> Option<Information> {
        let all = plug_in(self.totals(None))?;
        let parts: Vec<[f64; 4]> = (0..REPLICATES)
            .filter(|m| self.trials[*m] > 0)
            .filter_map(|m| plug_in(self.totals(Some(m))))
            .collect();
        if parts.len() < 2 {
            return None;
        }
        let (errors, reach) = jackknifed(&parts);
        let most = [1.0, all[0], 1.0, 0.25];
        let [entropy, bits, share, brier] = std::array::from_fn(|i| WithError {
            value: all[i],
            std_error: errors[i],
            ci95: [
                (all[i] - reach * errors[i]).max(0.0),
                (all[i] + reach * errors[i]).min(most[i]),
            ],
        });
        Some(Information {
            entropy,
            bits,
            share,
            brier,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    #[test]
    fn what_is_known_by_heart() {
        // A sign that is the answer itself: all of one bit, and the whole variance.
        let [entropy, bits, share, brier] = plug_in([8, 4, 4, 4]).expect("trials");
        assert_eq!([entropy, bits, share, brier], [1.0, 1.0, 1.0, 0.25]);
        // Independent.
        let [_, bits, share, brier] = plug_in([16, 8, 4, 2]).expect("trials");
        assert!(bits < 1e-15 && share < 1e-15 && brier == 0.0);
        // Cover and Thomas 2006, example 2.1.1 is H(1/2, 1/4, 1/8, 1/8) = 7/4 bits; a sign that
        // tells the first from the rest says 1 bit.
        let joint = part(0.5) + part(0.25) + 2.0 * part(0.125);
        assert!((joint - 1.75).abs() < 1e-15);
        // Binary symmetric channel with a chance of error of 0.11 (Cover and Thomas, section
        // 7.1.4): capacity 1 - H(0.11) = 0.5001 bits.
        let [_, bits, ..] = plug_in([20_000, 10_000, 10_000, 8_900]).expect("trials");
        assert!((bits - 0.500_084).abs() < 1e-6, "{bits}");
        assert_eq!(plug_in([0; 4]), None);
        assert_eq!(plug_in([5, 0, 0, 0]), Some([0.0; 4]));
        assert_eq!(plug_in([5, 5, 5, 5]), Some([0.0; 4]));
    }

    #[test]
    fn intervals_cover_where_trials_of_a_replicate_hang_together() {
        // The answer's chance is .2 without and .6 with the sign, whose chance is .3; both are
        // pulled by what a replicate shares.
        let truth = plug_in([1_000_000, 300_000, 320_000, 180_000]).expect("trials");
        let (mut covered, runs) = ([0; 4], 400);
        for seed in 0..runs {
            let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
            let mut counts = SignCounts::default();
            for m in 0..REPLICATES {
                let pull: f64 = random.random_range(-0.05..0.05);
                for _ in 0..500 {
                    let seen = random.random_range(0.0..1.0) < 0.3 + pull;
                    let chance = if seen { 0.6 } else { 0.2 } + pull;
                    let hit = random.random_range(0.0..1.0) < chance;
                    counts.trials[m] += 1;
                    counts.seen[m] += u64::from(seen);
                    counts.hits[m] += u64::from(hit);
                    counts.both[m] += u64::from(seen && hit);
                }
            }
            let found = counts.information().expect("replicates");
            let all = [found.entropy, found.bits, found.share, found.brier];
            for ((covered, one), truth) in covered.iter_mut().zip(all).zip(truth) {
                *covered += u32::from(one.ci95[0] <= truth && truth <= one.ci95[1]);
            }
        }
        // The pull itself moves the law by less than a tenth of an error; 3.5 standard errors of
        // 400 draws at 95%.
        for covered in covered {
            assert!((365..=395).contains(&covered), "{covered} of {runs}");
        }
    }
}
