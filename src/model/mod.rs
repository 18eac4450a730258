//! What the file means.

mod types;

pub use types::*;
