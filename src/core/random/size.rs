//! Whether a run of some size can be had, and if not, what is too large or too small.

use crate::diagnostic::count;

/// Trials per draw unless both numbers are given.
pub const TRIALS_PER_DRAW: u32 = 64;
/// Trials per draw at most: what is kept of them, and the trials of one block, must fit into
/// memory.
pub const MOST_TRIALS_PER_DRAW: u32 = 1 << 16;
/// Draws at most: the random streams number them with 32 bits.
pub const MOST_DRAWS: u64 = 1 << 32;

/// What is wrong with numbers of trials and draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeFault {
    /// Each draw has at least one trial.
    MoreDrawsThanTrials { trials: u64, draws: u64 },
    /// The random streams number draws with 32 bits.
    TooManyDraws { draws: u64 },
    /// As above, with the trials that a draw has unless draws are asked for.
    TooManyTrials { trials: u64 },
    /// A draw with all its trials must fit into memory.
    TooManyTrialsPerDraw { trials: u64, draws: u64 },
}

/// Whether so many trials, and so many draws if they are stated, can be simulated.
pub fn size_fault(trials: u64, draws: Option<u64>) -> Option<SizeFault> {
    let Some(draws) = draws else {
        let most = MOST_DRAWS * u64::from(TRIALS_PER_DRAW);
        return (trials > most).then_some(SizeFault::TooManyTrials { trials });
    };
    if draws > MOST_DRAWS {
        Some(SizeFault::TooManyDraws { draws })
    } else if draws > trials {
        Some(SizeFault::MoreDrawsThanTrials { trials, draws })
    } else if trials.div_ceil(draws) > u64::from(MOST_TRIALS_PER_DRAW) {
        Some(SizeFault::TooManyTrialsPerDraw { trials, draws })
    } else {
        None
    }
}

impl SizeFault {
    /// True if the number of draws is to be changed rather than that of trials.
    pub fn blames_draws(self) -> bool {
        matches!(
            self,
            Self::MoreDrawsThanTrials { .. } | Self::TooManyDraws { .. }
        )
    }

    /// In words; `trials` and `draws` are what the two numbers are called where they were stated.
    pub fn told(self, trials: &str, draws: &str) -> String {
        match self {
            Self::MoreDrawsThanTrials {
                trials: n,
                draws: k,
            } => format!(
                "{draws} asks for {} parameter draws, and {trials} for {} trials; each draw has at least one trial, so the largest \
                 number of draws that works is {}",
                count(k),
                count(n),
                count(n)
            ),
            Self::TooManyDraws { draws: k } => format!(
                "{draws} asks for {} parameter draws, more than the random streams tell apart; the largest number that works is {}",
                count(k),
                count(MOST_DRAWS)
            ),
            Self::TooManyTrials { trials: n } => format!(
                "{trials} asks for {} trials, {TRIALS_PER_DRAW} for each parameter draw, and these are more draws than the random streams \
                 tell apart; the largest number that works is {}",
                count(n),
                count(MOST_DRAWS * u64::from(TRIALS_PER_DRAW))
            ),
            Self::TooManyTrialsPerDraw {
                trials: n,
                draws: k,
            } => format!(
                "{trials} asks for {} trials, and {draws} for {} parameter draws: more than {} trials a parameter draw would not fit \
                 into memory; the largest number of trials that works is {}, or the smallest of draws {}",
                count(n),
                count(k),
                count(u64::from(MOST_TRIALS_PER_DRAW)),
                count(k * u64::from(MOST_TRIALS_PER_DRAW)),
                count(n.div_ceil(u64::from(MOST_TRIALS_PER_DRAW)))
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_as_the_largest_works_and_one_more_does_not() {
        let most = MOST_DRAWS * u64::from(TRIALS_PER_DRAW);
        for (trials, draws, largest) in [
            (most + 1, None, most),
            (1_000_000_000_000, None, most),
            (u64::MAX, None, most),
            (512, Some(513), 512),
            (512, Some(MOST_DRAWS), 512),
            (u64::MAX, Some(u64::MAX), MOST_DRAWS),
            (65_537, Some(1), 65_536),
            (u64::MAX, Some(MOST_DRAWS), MOST_DRAWS << 16),
        ] {
            let fault = size_fault(trials, draws);
            let fault = fault.unwrap_or_else(|| panic!("{trials}, {draws:?}"));
            let told = fault.told("--trials", "--draws");
            assert!(
                told.contains(&format!("that works is {}", count(largest))),
                "{told}"
            );
            let with = |largest| match (fault.blames_draws(), draws) {
                (true, _) => size_fault(trials, Some(largest)),
                (false, draws) => size_fault(largest, draws),
            };
            // More trials per draw than memory takes is another fault, with its own way out.
            let memory = matches!(with(largest), Some(SizeFault::TooManyTrialsPerDraw { .. }));
            assert!(
                with(largest).is_none() || (memory && fault.blames_draws()),
                "{told}"
            );
            assert!(with(largest + 1).is_some(), "{told}");
        }
        for (trials, draws) in [
            (1, None),
            (most, None),
            (1, Some(1)),
            (MOST_DRAWS << 16, Some(MOST_DRAWS)),
        ] {
            assert_eq!(size_fault(trials, draws), None);
        }
    }
}
