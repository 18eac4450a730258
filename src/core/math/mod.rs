//! Elementary and special functions with the same bits on every machine.
//!
//! Nothing here calls the platform's mathematical library: `elementary` is plain arithmetic that
//! compilers can vectorise without changing a bit, `width` compiles it for the vector unit at hand,
//! `operators` says what formulas mean by theirs, `chance` what counts as a probability, `special`
//! builds on the pure-Rust `libm`.

// Domain checks are written so that NaN fails them.
#![allow(clippy::neg_cmp_op_on_partial_ord)]

pub mod chance;
pub mod elementary;
pub mod operators;
pub mod special;
pub mod width;
