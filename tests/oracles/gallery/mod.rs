//! The models of `scenarios/gallery/`, each against its known answer.

mod chains;
mod lake;
mod quantities;
