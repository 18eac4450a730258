//! What the file means: a decoded scenario to a valid model, and doubts about it.
//!
//! [`build`] resolves names, checks formulas and puts everything in canonical order; it reports all
//! faults of a file at once. [`lint`] warns of what can be run and may not be meant. Compiling and
//! running are left to those below.

// Checks are written so that NaN fails them, as a negated comparison.
#![allow(clippy::neg_cmp_op_on_partial_ord)]

mod asked;
mod bounds;
mod clock;
mod dependents;
mod fixed;
pub mod headline;
mod history;
mod lint;
mod machines;
mod parameters;
mod resolve;
mod types;
mod waiting;
mod whole;

pub use dependents::{Dependents, Item, Items, Readers};
pub use fixed::Fixed;
pub use lint::{lint, ranges_of_metrics};
pub use resolve::{Built, build, build_scenario, build_undoubted};
pub use types::*;
pub use whole::Whole;
