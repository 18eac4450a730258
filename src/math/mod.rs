//! Mathematical functions with the same bits on every machine.
//!
//! The only place where elementary and special functions may come from; everything rests on the software routines of
//! `libm`, never on those of the platform.

// Domain checks are written so that NaN fails them.
#![allow(clippy::neg_cmp_op_on_partial_ord)]

pub mod special;
