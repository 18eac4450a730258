//! What the machine does: a model compiled to flat lists of column operations.
//!
//! Takes a [`Model`](crate::model::Model); gives a [`Program`], which knows slots and numbers but
//! no names of things, no JSON and no formula text, except labels for the places that a non-finite
//! value can come from. `engine` runs it.

mod affected;
mod affine;
mod by_day;
mod classes;
mod columns;
mod compile;
mod dependencies;
mod emit;
mod entries;
mod events;
mod history;
mod ops;
mod path;
mod per_trial;
mod print;
mod questions;
mod slots;
mod states;
mod types;
mod visit;

pub use columns::{Column, Columns, LANES, Lanes, Scalar, Slot, Source, each};
pub use compile::compile;
pub use ops::{Op, run_columns, run_lanes};
pub use print::Listing;
pub use types::*;
