//! What formulas over the path ask of a trial on its way: values at instants, firings within
//! windows and after others.

use super::batch::Batch;
use super::jumps::Within;
use super::lanes::{Lanes, each, not_numbers};
use crate::program::{FiringCode, LookCode};

impl Batch<'_> {
    /// What is asked about an instant within this step, seen in the state at its start; after a
    /// later firing it is looked at anew.
    pub fn look_within(&mut self, within: Within) {
        let program = self.program();
        self.scratch.asked = false;
        for look in &program.looks {
            if look.time > within.from && look.time < within.to {
                self.scratch.asked = true;
                self.move_all_clocks(look.time);
                self.look_everywhere(look);
                self.move_all_clocks(within.from);
            }
        }
    }

    /// Keeps what a look sees in all lanes; those in which it sees nothing that is a number are
    /// stopped.
    pub fn look_everywhere(&mut self, look: &LookCode) {
        let slot = self.evaluate(&look.value);
        let seen = *self.columns.column(slot);
        let broken = not_numbers(self.width(), &seen) & self.used;
        if broken != 0 {
            self.stop_all(broken, look.value.label);
        }
        *self.columns.column_mut(look.slot) = seen;
    }

    /// What is asked about an instant later in this step is seen in the state as it is now, until
    /// the next firing.
    pub fn look_again(&mut self, lanes: Lanes, within: Within) {
        let program = self.program();
        for look in &program.looks {
            if !(look.time > within.from && look.time < within.to) {
                continue;
            }
            for lane in each(lanes) {
                if look.time < self.now[lane] {
                    continue;
                }
                self.move_clock(lane, look.time);
                let value = self.evaluate_lane(&look.value, lane);
                if value.is_nan() {
                    self.stop(lane, look.value.label);
                }
                self.columns.set(look.slot, lane, value);
                self.move_clock(lane, within.from);
            }
        }
    }

    /// Notes what formulas over the path ask of a firing, before it is counted.
    pub fn note_asked(&mut self, noted: &[FiringCode], lanes: Lanes) {
        for code in noted {
            for lane in each(lanes) {
                let now = self.now[lane];
                let (slot, value) = match code {
                    FiringCode::CountWithin { from, to, slot } if *from <= now && now <= *to => {
                        (*slot, self.columns.get(*slot, lane) + 1.0)
                    }
                    FiringCode::FirstAfter { after, slot }
                        if self.columns.get(*after, lane) < f64::INFINITY
                            && self.columns.get(*slot, lane) == f64::INFINITY =>
                    {
                        (*slot, now)
                    }
                    _ => continue,
                };
                self.columns.set(slot, lane, value);
            }
        }
    }
}
