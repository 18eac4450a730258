//! The file format: text in, a [`Scenario`] with everything decoded and nothing yet resolved out.

mod forms;
mod types;

pub use types::*;
