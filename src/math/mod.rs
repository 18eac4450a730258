//! Mathematical functions with the same bits on every machine.
//!
//! The only place where elementary and special functions may come from; everything rests on the software routines of
//! `libm`, never on those of the platform.

pub mod special;
