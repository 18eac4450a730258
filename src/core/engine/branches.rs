//! Which of several results a firing has.

use super::batch::Batch;
use super::lanes::{Lanes, each};
use crate::program::{BranchesCode, Column};

/// What probabilities that exclude one another may sum to: rounding aside, one.
const MOST_STATED: f64 = 1.0 + 1e-9;

/// The last of several shares that is not nothing.
fn last(shares: &[Option<Column>], lane: usize) -> usize {
    let likely = |share: &Option<Column>| share.is_some_and(|share| share[lane] > 0.0);
    shares.iter().rposition(likely).unwrap_or(0)
}

/// What rounding makes of a probability of nothing, such as `1 - p - q`.
const ROUNDING: f64 = 1e-12;

impl Batch<'_> {
    /// Draws which of its branches each firing of an event has, and puts them on the list of what fires.
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
        let mut shares = Vec::with_capacity(branches.all.len());
        let mut stated = Column::ZERO;
        for (_, probability) in &branches.all {
            let Some(probability) = probability else {
                shares.push(None);
                continue;
            };
            let slot = self.evaluate_for(probability, lanes);
            let share = *self.columns.column(slot);
            for lane in each(lanes) {
                if !(-ROUNDING..=MOST_STATED).contains(&share[lane]) {
                    self.stop(lane, probability.label);
                }
                stated[lane] += share[lane];
            }
            shares.push(Some(share));
        }
        let stream = self.stream(branches.site);
        let count = self.program().layout.count + e;
        let mut chosen = vec![0; branches.all.len()];
        for lane in each(lanes) {
            if stated[lane] > MOST_STATED {
                self.stop(lane, branches.label);
            }
            let occurrence = self.columns.get(count, lane) as u32;
            let u = stream.uniform(self.ids[lane], occurrence);
            let mut below = 0.0;
            let found = shares.iter().position(|share| {
                below += share.map_or(1.0 - stated[lane], |share| share[lane]);
                u < below
            });
            // Rounding may leave a gap below one.
            let found = found.or((stated[lane] >= 2.0 - MOST_STATED).then(|| last(&shares, lane)));
            if let Some(found) = found {
                chosen[found] |= 1 << lane;
            }
        }
        let going_on = !self.halted;
        let all = branches.all.iter().zip(chosen);
        let all = all.map(|((event, _), lanes)| (*event, lanes & going_on));
        fired.extend(all.filter(|(_, lanes)| *lanes != 0));
    }
}
