//! Questions put to models and results.

mod anchored;
mod changes;
mod compare;
mod crossing;
mod detectable;
mod edits;
mod explain;
mod given;
mod growing;
mod kept;
mod pairs;
mod quantity;
mod ratios;
mod reweight;
mod sensitivity;
mod storyline;
mod study;
mod sweep;
mod tripwires;
mod typical;

pub use anchored::compare_anchored;
pub use changes::changes;
pub use compare::compare;
pub use edits::{Edit, edits_between, with_edits};
pub use explain::{MOST_EDITS, NotExplained, explain};
pub use given::{condition_as_question, given};
pub use growing::{Growing, Look, compare_grown};
pub use kept::{KeptStudy, NotKept, NotOneRun, NotPart, Summarised, planned};
pub use quantity::{Quantity, UnknownQuantity};
pub use reweight::{ReweightError, reweight};
pub use sensitivity::{Asked, Method, sensitivity};
pub use storyline::{short_storyline, storyline};
pub use study::Study;
pub use sweep::{NoBreakEven, Point, Sweep, TOGETHER, break_even, latin_hypercube, sweep};
pub use tripwires::{NothingToWatch, Watch, tripwires};
pub use typical::typical;
