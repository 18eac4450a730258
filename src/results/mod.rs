//! What a run found: plain serde data with public fields, read off a summary.

mod assemble;
mod reweighted;
mod storyline;
mod types;
mod warnings;

pub use assemble::{assemble, in_display_order, scenario_info, tool};
pub use reweighted::*;
pub use storyline::*;
pub use types::*;
pub use warnings::from_result;
