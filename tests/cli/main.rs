//! The command line as its users meet it: every command, every exit status, every format, and what
//! goes wrong.
//!
//! Most tests run the program itself; `misspellings` and `golden` use the library, because they run
//! it many times.

mod answers;
mod brief;
mod check;
mod compare;
mod discover;
mod explain;
mod faults;
mod given;
mod golden;
mod interrupt;
mod kept_files;
mod limits;
mod lint;
mod messages;
mod misspellings;
mod mistakes;
mod mistyped;
mod output;
mod parts;
mod pathways;
mod places;
mod program;
mod rare;
mod report;
mod results;
mod reweight;
mod run;
mod sensitivity;
mod show;
mod sweep;
mod texts;
mod trace;
mod trend_targets;
mod tripwires;
