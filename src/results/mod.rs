//! What a run found.

mod storyline;
mod types;

pub use storyline::*;
pub use types::*;
