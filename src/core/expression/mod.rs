//! Formulas: text to typed tree.
//!
//! `text → lexer → parser → checker → Expr`. The checker knows what a formula may name from a
//! [`Scope`] and what the language has built in from the table [`BUILTINS`]. Faults carry byte
//! ranges within the formula; the caller knows where the formula stands.

mod checker;
mod curve;
mod display;
mod error;
mod evaluate;
mod fold;
mod functions;
mod interval;
mod lexer;
mod parser;
mod scope;
mod syntax;
mod times;
mod tree;
mod walk;

pub use checker::{LARGEST, Wanted, check, compile};
pub use curve::{Curve, Over};
pub use display::Shown;
pub use error::{FormulaError, code};
pub use fold::{Meaning, arithmetic, call, compare, fold};
pub use functions::{
    BUILTINS, Builtin, EXAMPLE_TRIAL, ExampleValue, Readable, builtin, reference_markdown,
    reserved_words,
};
pub use interval::Interval;
pub use lexer::is_name;
pub use parser::{DEEPEST, OPERATOR_WORDS, Parsed, parse};
pub use scope::{Names, Reads, Scope, Thing, did_you_mean};
pub use syntax::{Kind, Node};
pub use times::unitless;
pub use tree::{Arithmetic, Comparison, Expr, Function, PathReading};
