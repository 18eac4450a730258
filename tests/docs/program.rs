//! The program as a user meets it, and the documents beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A file of the package.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Text of a document of the package.
pub fn document(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Runs `quincunx` in a folder, without a terminal and 100 columns wide.
pub fn quincunx(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_quincunx"))
        .args(arguments)
        .current_dir(folder)
        .env("COLUMNS", "100")
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

/// Standard output of a command that must succeed.
pub fn answer(folder: &Path, arguments: &[&str]) -> String {
    let output = quincunx(folder, arguments);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "quincunx {}: {told}",
        arguments.join(" ")
    );
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

/// A fenced block of a Markdown document.
pub struct Block {
    /// What stands behind the opening fence, such as `json`.
    pub language: String,
    /// The last line of text before the fence.
    pub caption: String,
    pub text: String,
}

/// Every fenced block, in order.
pub fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut caption = "";
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push(Block {
                language: language.to_owned(),
                caption: caption.to_owned(),
                text: text.join("\n") + "\n",
            });
        } else if !line.trim().is_empty() {
            caption = line;
        }
    }
    blocks
}
