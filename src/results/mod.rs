//! What a run found: plain serde data with public fields, read off a summary.

mod assemble;
mod compared;
mod discover;
mod explain;
mod given;
pub mod kept;
mod label;
mod narrative;
mod near;
mod of_some;
mod paths;
mod rare;
mod read;
mod reweighted;
mod sensitivity;
mod storyline;
mod sweep;
mod tripwires;
mod types;
mod validate;
mod warnings;

pub use assemble::{
    Parts, Shown, assemble, assemble_parts, drivers_of, in_display_order, scenario_info, told, tool,
};
pub use compared::*;
pub use discover::*;
pub use explain::*;
pub use given::*;
pub use label::label;
pub use narrative::narrative;
pub use near::*;
pub use paths::*;
pub use rare::*;
pub use read::{ReadFault, read};
pub use reweighted::*;
pub use sensitivity::*;
pub use storyline::*;
pub use sweep::*;
pub use tripwires::*;
pub use types::*;
pub use validate::{check_comparison, check_run, check_story, check_typical};
pub use warnings::{from_result, of_replays as replay_warnings};
