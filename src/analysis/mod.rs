//! Questions put to models and results.

mod changes;
mod compare;
mod storyline;
mod study;

pub use changes::changes;
pub use compare::compare;
pub use storyline::storyline;
pub use study::Study;
