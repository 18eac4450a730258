//! Formulas: text to typed tree.

mod error;
mod lexer;
mod parser;
mod syntax;
mod tree;

pub use error::{FormulaError, code};
pub use lexer::is_name;
pub use parser::{DEEPEST, OPERATOR_WORDS, Parsed, parse};
pub use syntax::{Kind, Node};
pub use tree::{Arithmetic, Comparison, Expr, Function, PathReading};
