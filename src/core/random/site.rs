//! Sites: places in a model where random numbers are used, each with a stream of its own.

use super::philox::philox_words;
use sha2::{Digest, Sha256};

/// Seed of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

/// Which trial: the parameter draw and the trial within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrialId {
    pub draw: u32,
    pub trial: u32,
}

/// A named place of use under one seed. Its name, not its position, decides its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site {
    key: [u32; 2],
}

impl Site {
    /// Site of this name under this seed.
    pub fn new(seed: Seed, name: &str) -> Self {
        let key = site_key(seed, name);
        Self {
            key: [key as u32, (key >> 32) as u32],
        }
    }

    /// The 64-bit key, for designs that need no trial.
    pub fn key(self) -> u64 {
        u64::from(self.key[0]) | u64::from(self.key[1]) << 32
    }

    /// Two independent words for the `occurrence`-th use of this site in a trial.
    #[inline(always)]
    pub fn words(self, id: TrialId, occurrence: u32) -> [u64; 2] {
        philox_words([id.draw, id.trial, occurrence, 0], self.key)
    }

    /// Uniform on the open interval (0, 1).
    #[inline(always)]
    pub fn uniform(self, id: TrialId, occurrence: u32) -> f64 {
        unit_interval(self.words(id, occurrence)[0])
    }
}

/// 64-bit key of a site: the leading bytes of SHA-256 over seed and name.
fn site_key(seed: Seed, name: &str) -> u64 {
    let mut hash = Sha256::new();
    hash.update(seed.0.to_le_bytes());
    hash.update(name.as_bytes());
    let digest = hash.finalize();
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest[..8]);
    u64::from_le_bytes(bytes)
}

/// Upper 52 bits of a word as a uniform number in (0, 1), never 0 or 1.
#[inline(always)]
pub fn unit_interval(word: u64) -> f64 {
    let one_to_two = f64::from_bits(word >> 12 | 0x3ff0_0000_0000_0000);
    (one_to_two - 1.0) + 1.110_223_024_625_156_5e-16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uniform_numbers_never_touch_the_ends() {
        assert!(unit_interval(0) > 0.0);
        assert!(unit_interval(u64::MAX) < 1.0);
    }

    #[test]
    fn sites_of_other_names_have_other_numbers() {
        let id = TrialId { draw: 3, trial: 5 };
        let a = Site::new(Seed(1), "noise/trust");
        let b = Site::new(Seed(1), "noise/support");
        assert_ne!(a.words(id, 0), b.words(id, 0));
        assert_ne!(
            a.words(id, 0),
            Site::new(Seed(2), "noise/trust").words(id, 0)
        );
        assert_ne!(a.words(id, 0), a.words(id, 1));
        assert_eq!(
            a.words(id, 7),
            Site::new(Seed(1), "noise/trust").words(id, 7)
        );
    }
}
