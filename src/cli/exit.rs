//! Exit statuses: the part of the contract that shell scripts see.

use crate::engine::EngineError;
use std::process::ExitCode;
use thiserror::Error;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done = 0,
    /// The run failed: a full disk, a scenario that blows up.
    Failed = 1,
    /// The input or the command line is wrong.
    Input = 2,
    /// Parts of the run are missing.
    Incomplete = 3,
    /// The terminal went away (SIGHUP).
    #[cfg(unix)]
    HungUp = 129,
    /// Stopped by the user; what was simulated is reported.
    Interrupted = 130,
    /// Told to go (SIGTERM).
    #[cfg(unix)]
    Terminated = 143,
}

/// An error that is the caller's to mend on the command line.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct Misuse(pub String);

impl Exit {
    /// Status for an error that ended a command.
    pub fn of(error: &anyhow::Error) -> Self {
        let is_misuse = |cause: &(dyn std::error::Error + 'static)| {
            cause.is::<Misuse>()
                || cause
                    .downcast_ref::<EngineError>()
                    .is_some_and(EngineError::is_about_size)
        };
        if error.chain().any(is_misuse) {
            Self::Input
        } else {
            Self::Failed
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn misuse_exits_with_two_however_deep_it_lies_and_all_else_with_one() {
        let misuse = Err::<(), _>(Misuse("no such name".into()))
            .context("while starting")
            .expect_err("it failed");
        assert_eq!(Exit::of(&misuse), Exit::Input);
        assert_eq!(Exit::of(&anyhow::anyhow!("disk full")), Exit::Failed);
    }
}
