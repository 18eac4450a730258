//! What a run found.

mod types;

pub use types::*;
