//! The slots of an operation, so that they can be moved: temporaries are placed once their number
//! is known.
//!
//! Takes an operation; gives its slots one by one, each with the word whether it is written.
//! What the operation does is in `ops`.

use super::columns::{Scalar, Slot};
use super::ops::Op;

impl Op {
    /// Writes the result to another slot.
    pub fn set_out(&mut self, to: Slot) {
        self.each_slot(|slot, is_out| {
            if is_out {
                *slot = to;
            }
        });
    }

    /// Visits every slot of the operation; the flag tells the one that is written.
    pub fn each_slot(&mut self, mut visit: impl FnMut(&mut Slot, bool)) {
        match self {
            Op::Constant { out, .. } => visit(out, true),
            Op::Copy { out, from } => {
                visit(from, false);
                visit(out, true);
            }
            Op::Unary { out, a, .. } => {
                visit(a, false);
                visit(out, true);
            }
            Op::Binary { out, a, b, .. } => {
                visit(a, false);
                visit(b, false);
                visit(out, true);
            }
            Op::BinaryRight { out, a, .. } => {
                visit(a, false);
                visit(out, true);
            }
            Op::BinaryLeft { out, b, .. } => {
                visit(b, false);
                visit(out, true);
            }
            Op::Select {
                out,
                condition,
                a,
                b,
            } => {
                visit(condition, false);
                visit(a, false);
                visit(b, false);
                visit(out, true);
            }
            Op::Table { out, key, .. } => {
                visit(key, false);
                visit(out, true);
            }
            Op::Pick { out, key, slots } => {
                visit(key, false);
                for slot in slots.iter_mut() {
                    visit(slot, false);
                }
                visit(out, true);
            }
            Op::Affine {
                out,
                constant,
                terms,
            } => {
                if let Scalar::Slot(slot) = constant {
                    visit(slot, false);
                }
                for (slot, coefficient) in terms.iter_mut() {
                    visit(slot, false);
                    if let Scalar::Slot(slot) = coefficient {
                        visit(slot, false);
                    }
                }
                visit(out, true);
            }
            Op::Lookup { out, a, .. } => {
                visit(a, false);
                visit(out, true);
            }
            Op::Discounted {
                out,
                rate,
                time,
                mark,
            } => {
                [rate, time, mark].into_iter().for_each(|s| visit(s, false));
                visit(out, true);
            }
            Op::Elapsed { out, time, mark } => {
                visit(time, false);
                visit(mark, false);
                visit(out, true);
            }
        }
    }
}
