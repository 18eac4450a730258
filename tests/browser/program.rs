//! The program that the tests look at.

use std::path::Path;
use std::process::Command;

/// The folder of the package.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The simulator's command, to be run in the folder of its package.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quincunx"));
    command.current_dir(root()).env("NO_COLOR", "1");
    command
}
