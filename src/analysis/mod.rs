//! Questions put to models and results.

mod anchored;
mod changes;
mod compare;
mod crossing;
mod detectable;
mod discover;
mod edits;
mod explain;
mod given;
mod growing;
mod kept;
mod kept_plan;
mod kept_sensitivity;
mod kept_sweep;
mod movers;
mod near;
mod pairs;
mod paths;
mod quantity;
mod rare;
mod ratios;
mod renumbered;
mod reweight;
mod sensitivity;
mod storyline;
mod study;
mod sweep;
mod tripwires;
mod typical;

pub use anchored::{anchored, compare_anchored};
pub use changes::changes;
pub use compare::compare;
pub use discover::{Discovery, Flip, NoFlip, NothingToDiscover, Race, discover, flip};
pub use edits::{Edit, edits_between, with_edits};
pub use explain::{MOST_EDITS, NotExplained, Side, explain};
pub use given::{NotInRows, OnRows, condition_as_question, given, given_finished};
pub use growing::{Growing, Look, compare_grown, grown};
pub use kept::{KeptStudy, NotKept, NotOneRun, Summarised};
pub use kept_plan::{MOST_PARTS, NotPart, planned};
pub use kept_sensitivity::{Piece, Planned};
pub use movers::movers;
pub use near::{EndOf, near_misses, near_trials};
pub use paths::{NoPathways, Ways, pathways};
pub use quantity::{Quantity, UnknownQuantity};
pub use rare::{NotRare, RARE_TRIALS, Rare, rare};
pub use reweight::{ReweightError, reweight};
pub use sensitivity::{
    Asked, Columns, FinishedTrials, Method, NotOfRun, finished, in_trials, sensitivity,
};
pub use storyline::{short_storyline, storyline};
pub use study::{SettingsBuilder, Study, settings_of};
pub use sweep::{
    NoBreakEven, Point, Sweep, TOGETHER, break_even, latin_hypercube, lint as lint_of_variants,
    some_runs, sweep,
};
pub use tripwires::{NothingToWatch, Watch, tripwires};
pub use typical::typical;
