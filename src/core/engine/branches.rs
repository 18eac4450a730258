//! Which of several results a firing has.

use super::batch::Batch;
use super::lanes::Lanes;
use crate::program::{BranchesCode, Formula};

impl Batch<'_> {
    /// Draws which of its branches each firing of an event has, and puts them on the list of what
    /// fires.
    pub fn branch(
        &mut self,
        e: u32,
        branches: &BranchesCode,
        lanes: Lanes,
        fired: &mut Vec<(u32, Lanes)>,
    ) {
        if lanes == 0 {
            return;
        }
        let numbers = self.firing_numbers(branches.site, e, lanes);
        let shares: Vec<Option<&Formula>> = (branches.all.iter())
            .map(|(_, probability)| probability.as_ref())
            .collect();
        let chosen = self.choose(&shares, &numbers, lanes, Some(branches.label));
        let all = branches.all.iter().zip(chosen);
        let all = all.map(|((event, _), lanes)| (*event, lanes));
        fired.extend(all.filter(|(_, lanes)| *lanes != 0));
    }
}
