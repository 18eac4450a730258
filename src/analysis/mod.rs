//! Questions put to models and results.

mod changes;
mod compare;
mod growing;
mod pairs;
mod ratios;
mod reweight;
mod sensitivity;
mod storyline;
mod study;
mod typical;

pub use changes::changes;
pub use compare::compare;
pub use growing::{Growing, compare_grown};
pub use reweight::{ReweightError, reweight};
pub use sensitivity::{Asked, Method, UnknownTarget, sensitivity};
pub use storyline::{short_storyline, storyline};
pub use study::Study;
pub use typical::typical;
