//! Intervals and strata, end to end: what a run claims of its own precision, checked by running it many times.

mod coverage;
mod designs;
mod pairing;
mod strata;
