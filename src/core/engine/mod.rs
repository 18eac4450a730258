//! Run: many futures of one program, in parallel, to a summary.
//!
//! Takes a [`Program`](crate::program::Program) and [`Settings`]; gives a [`Summary`] of counts and
//! sums. The engine sees no JSON, no names of things and no formula text; it prints nothing and
//! opens nothing, and talks to its caller through an [`Observer`].
//!
//! Order of reading: `run` (blocks to threads), `block` (draws, batches), `count` (what is kept of
//! them), `start` (t = 0), `step` (columns on the grid), `clocks` (which event fires when), `jumps`
//! and `fire` (what happens between grid points), `diffusion`.

mod advance;
mod ageing;
mod batch;
mod block;
mod branches;
mod choice;
mod clocks;
mod count;
mod deal;
mod diffusion;
mod due;
mod fire;
mod gates;
mod journal;
mod jumps;
mod lanes;
mod looks;
mod machines;
mod otherwise;
mod part;
mod per_trial;
mod pilot;
mod progress;
mod readings;
mod record;
mod replay;
mod run;
mod scratch;
mod settings;
mod splitting;
mod start;
mod step;
mod summary;
mod tally_lanes;
mod timer;
mod trials;

pub use batch::Setup;
pub use block::{BlockFault, Worker};
pub use deal::{Inputs, Steer, inputs, start_trends};
pub use journal::{Change, Entry};
pub use looks::{CAUTION, is_look, next_look};
pub use otherwise::{Otherwise, Replayed, Replays};
pub use part::{NotJoined, Part, Reached};
pub use pilot::Counting;
pub use replay::{Replay, replay};
pub use run::{Driven, Ending, check_share, drive, explain, largest_error, simulate, stretch};
pub use settings::{DRAWS_PER_BLOCK, EngineError, Observer, Settings, Silent};
pub use splitting::{Goal, Met, Progress, Repetition, Splitting, Wanted, repeat, scale_gaps};
pub use start::DrawValues;
pub use summary::{ByReplicate, EventTally, Node, Summary, Tally};
pub use trials::{Bits, BlockTrials, TrialRows};
