//! The program that the tests look at, built as it is.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The profile of the tests themselves, so that little is built twice.
const PROFILE: &str = if cfg!(debug_assertions) {
    "test"
} else {
    "release"
};

/// The folder of the simulator's package.
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = own.ancestors().nth(2).expect("two folders above");
    root.to_owned()
}

/// The simulator's command, to be run in the folder of its package; it is built first if need be.
pub fn program() -> Command {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let path = BUILT.get_or_init(|| {
        let test = std::env::current_exe().expect("a test is a program");
        let built = Command::new(env!("CARGO"))
            .args([
                "build",
                "--quiet",
                "--bin",
                "quincunx",
                "--profile",
                PROFILE,
            ])
            .current_dir(root())
            .status();
        assert!(
            built.expect("cargo starts").success(),
            "the program is built"
        );
        let folder = test.ancestors().nth(2).expect("target, profile, deps");
        folder.join(format!("quincunx{}", std::env::consts::EXE_SUFFIX))
    });
    let mut command = Command::new(path);
    command.current_dir(root()).env("NO_COLOR", "1");
    command
}
