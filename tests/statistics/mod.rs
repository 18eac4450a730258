//! Intervals and strata, end to end: what a run claims of its own precision, checked by running it
//! many times.

mod battery;
mod coverage;
mod designs;
mod interactions;
mod pairing;
mod rare;
mod shipped;
mod stopping;
mod strata;
mod why;
