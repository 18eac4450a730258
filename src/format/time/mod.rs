//! Times as files state them: durations in words, civil dates, and the years that they are.

pub mod calendar;
pub mod duration;
