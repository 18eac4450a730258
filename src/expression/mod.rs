//! Formulas: text to typed tree.

mod tree;

pub use tree::{Arithmetic, Comparison, Expr, Function, PathReading};
