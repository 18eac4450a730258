//! Which random number goes where: every use has its own place, and a number depends on nothing else.

pub mod design;
