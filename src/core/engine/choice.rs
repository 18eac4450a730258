//! Which of several things comes true that exclude one another: results of a firing, destinations
//! of a move, ways out of a value.
//!
//! Their probabilities are stacked in their order, and one number between 0 and 1 falls somewhere
//! among them, or beyond them all.

use super::batch::Batch;
use super::lanes::{Lanes, each};
use crate::math::chance;
use crate::program::{Column, Formula, SiteId};

impl Batch<'_> {
    /// The number of each lane that decides what a firing of an event leads to.
    pub fn firing_numbers(&self, site: SiteId, e: u32, lanes: Lanes) -> Column {
        let stream = self.site(site);
        let count = self.program().layout.count + e;
        let mut numbers = Column::ZERO;
        for lane in each(lanes) {
            let occurrence = self.columns.get(count, lane) as u32;
            numbers[lane] = stream.uniform(self.ids[lane], occurrence);
        }
        numbers
    }

    /// Those of some lanes in which each of several things is what the lane's number falls on.
    /// `None` among the shares takes what the others leave. Trials whose shares are no
    /// probabilities stop, with the share's own label or, where they sum to more than one, with
    /// `label`, if there is one.
    pub fn choose(
        &mut self,
        shares: &[Option<&Formula>],
        numbers: &Column,
        lanes: Lanes,
        label: Option<u32>,
    ) -> Vec<Lanes> {
        let mut found = Vec::with_capacity(shares.len());
        let mut stated = Column::ZERO;
        for share in shares {
            let Some(formula) = share else {
                found.push(None);
                continue;
            };
            let slot = self.evaluate_for(formula, lanes);
            let share = *self.columns.column(slot);
            for lane in each(lanes) {
                if !chance::is_probability(share[lane]) {
                    self.stop(lane, formula.label);
                }
                stated[lane] += share[lane];
                if chance::is_too_much(stated[lane]) {
                    self.stop(lane, label.unwrap_or(formula.label));
                }
            }
            found.push(Some(share));
        }
        let takes_rest = shares.iter().any(Option::is_none);
        let mut chosen = vec![0; shares.len()];
        for lane in each(lanes) {
            let left = 1.0 - stated[lane];
            let of = |share: &Option<Column>| share.map_or(left, |share| share[lane]);
            let mut below = 0.0;
            let mut here = found.iter().position(|share| {
                below += of(share);
                numbers[lane] < below
            });
            if here.is_none() && (takes_rest || chance::is_all(stated[lane])) {
                // Rounding has left a gap below one.
                here = found.iter().rposition(|share| of(share) > 0.0);
            }
            if let Some(here) = here {
                chosen[here] |= 1 << lane;
            }
        }
        chosen.iter_mut().for_each(|lanes| *lanes &= !self.halted);
        chosen
    }
}
