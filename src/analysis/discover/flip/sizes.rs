//! How large the runs are that look for flips, settle them and verify them.

use crate::engine::{DRAWS_PER_BLOCK, Settings};

/// Steps from a root to where the lead is beyond chance, by the larger runs.
pub const CONFIRMING: usize = 4;
/// Trials of a run of the search, and of the larger ones that settle a change: at least and at
/// most, and as a part of those of the run that verifies.
const SEARCH: [u64; 2] = [1_024, 2_048];
const SEARCH_PART: u64 = 16;
const CONFIRM: [u64; 2] = [4_096, 16_384];
const CONFIRM_PART: u64 = 4;
/// Trials of each of their draws.
const SEARCH_PER_DRAW: u32 = 16;
/// Trials that all runs that verify have together, unless two changes need more.
const VERIFY: u64 = 204_800;
/// Changes that are verified.
const VERIFIED: [u64; 2] = [2, 4];

/// Changes that are verified at most.
pub fn verified(settings: &Settings) -> u64 {
    let trials = settings.blocks.saturating_mul(settings.trials_per_block());
    (VERIFY / trials.max(1)).clamp(VERIFIED[0], VERIFIED[1])
}

/// Larger runs at most.
pub fn confirms(settings: &Settings) -> u64 {
    verified(settings) * CONFIRMING as u64
}

/// The runs of the search: smaller ones under the next seed, with more draws of fewer trials.
pub fn searching(settings: &Settings) -> Settings {
    smaller(settings, SEARCH, SEARCH_PART)
}

/// Its larger runs.
pub fn confirming(settings: &Settings) -> Settings {
    smaller(settings, CONFIRM, CONFIRM_PART)
}

fn smaller(settings: &Settings, [least, most]: [u64; 2], part: u64) -> Settings {
    let trials_per_draw = settings.trials_per_draw.min(SEARCH_PER_DRAW);
    let own = settings.blocks.saturating_mul(settings.trials_per_block());
    let block = u64::from(DRAWS_PER_BLOCK * trials_per_draw);
    settings
        .clone()
        .seed(settings.seed.wrapping_add(1))
        .trials_per_draw(trials_per_draw)
        .blocks(
            own.min((own / part).clamp(least, most))
                .div_ceil(block)
                .max(1),
        )
        .until(None)
}
