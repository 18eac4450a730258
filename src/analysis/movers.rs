//! What moves each outcome, question aside, from the draws that a finished look has.
//!
//! A result tells it of its groups and of outcomes that are in none; here it is told of every
//! outcome, by the same first-order indices over the same trials.

use super::growing::Look;
use super::study::Study;
use crate::engine::{DRAWS_PER_BLOCK, Setup, inputs};
use crate::estimate::{HitTable, InputTable, REPLICATES, groups as groups_of_draw};
use crate::results::{Drivers, drivers_of};

/// What moves each outcome, in the order of the rules; those of which nothing can be told are left
/// out.
pub fn movers(study: &Study, look: &Look) -> Vec<Drivers> {
    let (model, program) = (&study.model, &study.program);
    let per_draw = look.settings.trials_per_draw as usize;
    let groups = groups_of_draw(per_draw);
    let count = model.outcomes.len();
    if program.inputs.is_empty() || count == 0 {
        return Vec::new();
    }
    let setup = Setup::new(program, look.settings.seed);
    let mut table = InputTable::new(program.inputs.len(), count);
    let mut hits = vec![HitTable::new(per_draw, groups, 1); count];
    let mut by_group = vec![0; groups];
    for (block, ended) in look.ended.iter().enumerate() {
        for d in 0..DRAWS_PER_BLOCK as usize {
            let k = block * DRAWS_PER_BLOCK as usize + d;
            let (replicate, first) = (k % REPLICATES, d * per_draw);
            let mut all = vec![0; count];
            for (o, bits) in ended.outcomes.iter().take(count).enumerate() {
                for (g, own) in by_group.iter_mut().enumerate() {
                    let span = first + g * per_draw / groups..first + (g + 1) * per_draw / groups;
                    *own = bits.count(span);
                }
                all[o] = by_group.iter().map(|hits| u64::from(*hits)).sum();
                hits[o].add_draw(replicate, &by_group);
            }
            let dealt = inputs(look.settings.design, &setup, k as u32);
            table.add_draw(replicate, &dealt.bins, &all);
        }
    }
    (model.outcomes.iter().zip(&hits).enumerate())
        .filter_map(|(o, (rule, hits))| {
            let kind = ("outcome", rule.name.as_str());
            drivers_of(model, program, kind, (&table, o), hits)
        })
        .collect()
}
