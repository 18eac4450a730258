//! The documentation against the program: what can be generated is, what can be run is run.
//!
//! `UPDATE_DOCS=1 cargo test --test docs` rewrites the generated parts of `docs/reference.md`.

mod claims;
mod documents;
mod examples;
mod guide;
mod program;
mod readme;
mod reference;
mod schema;
mod tables;
