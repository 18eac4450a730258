//! Learning where the bins of quantities belong.
//!
//! Takes the tallies of all threads when the first blocks of a run, the pilot, are complete;
//! afterwards they count in bins that were learnt from all values of these blocks. What is learnt
//! thus depends on neither threads nor order. Quantities of which the pilot has too few values
//! (first times of a rare event, say) are kept as they are until sixteen times as many blocks are
//! complete, and so on.

use super::summary::Tally;
use crate::estimate::{Cuts, Tables};
use rayon::prelude::*;
use std::sync::Arc;

/// Trials of the first pilot, in whole blocks.
const PILOT_TRIALS: u64 = 2048;
/// Trials of a block at most whose values can all be kept.
const MOST_KEPT: u64 = 16_384;
/// Blocks of a pilot for each of the one before it.
const GROWTH: u64 = 16;

/// Working memory of a thread, which counts the trials of one program or of several.
pub trait Counting: Send {
    /// What was counted, by program.
    fn tallies(&mut self) -> Vec<&mut Tally>;

    /// Learns bins from some trials of the first block, which are simulated for this alone.
    fn rehearse(&mut self);
}

/// Number of blocks of the first pilot that has more than these.
pub fn next_pilot(blocks: u64, trials_per_block: u64) -> u64 {
    let mut pilot = PILOT_TRIALS.div_ceil(trials_per_block);
    while pilot <= blocks {
        pilot = pilot.saturating_mul(GROWTH);
    }
    pilot
}

/// Whether so many blocks are a pilot.
pub fn is_pilot(blocks: u64, trials_per_block: u64) -> bool {
    blocks > 0 && next_pilot(blocks - 1, trials_per_block) == blocks
}

/// Whether a block has too many trials for their values to be kept until it is complete.
pub fn is_too_large(trials_per_block: u64) -> bool {
    trials_per_block > MOST_KEPT
}

/// Gives bins to quantities before the first block.
pub fn rehearse<W: Counting>(workers: &mut [W]) {
    let Some((first, others)) = workers.split_first_mut() else {
        return;
    };
    first.rehearse();
    let learnt = first.tallies();
    for other in others {
        for (own, learnt) in other.tallies().into_iter().zip(&learnt) {
            own.count_as(learnt);
        }
    }
}

/// Gives bins to all quantities that have values enough; the workers together have the whole pilot.
pub fn learn<W: Counting>(workers: &mut [W]) {
    let mut tallies: Vec<Vec<&mut Tally>> = workers.iter_mut().map(Counting::tallies).collect();
    let programs = tallies.first().map_or(0, Vec::len);
    for program in 0..programs {
        let mut parts: Vec<&mut Tally> = (tallies.iter_mut())
            .map(|tallies| &mut *tallies[program])
            .collect();
        learn_of_program(&mut parts);
    }
}

pub fn learn_of_program(parts: &mut [&mut Tally]) {
    let kinds = parts[0].quantities().len();
    for kind in 0..kinds {
        let tables: Vec<&Tables> = parts.iter().map(|part| part.quantities()[kind]).collect();
        let quantities = tables[0].len();
        let learn = |quantity| Tables::learn(&tables, quantity);
        let cuts: Vec<Option<Arc<Cuts>>> = if parts.len() > 1 {
            (0..quantities).into_par_iter().map(learn).collect()
        } else {
            (0..quantities).map(learn).collect()
        };
        let cut = |part: &mut &mut Tally| {
            let tables = &mut part.quantities_mut()[kind];
            for (quantity, cuts) in cuts.iter().enumerate() {
                if let Some(cuts) = cuts {
                    tables.cut(quantity, cuts);
                }
            }
        };
        if parts.len() > 1 {
            parts.par_iter_mut().for_each(cut);
        } else {
            parts.iter_mut().for_each(cut);
        }
    }
}
