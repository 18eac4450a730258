//! The `quincunx` command: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    quincunx::cli::main()
}
