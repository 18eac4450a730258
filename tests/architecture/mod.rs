//! The shape of the source tree: who may import whom, who may touch the outside world, and what
//! every file has.
//!
//! Reads the sources as text. Comments and what stands in quotation marks are not code. Tests obey
//! the same rules as the rest, but for files: a unit test may write one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Modules from the ground up. One imports only from lines above its own, not from its own line.
const LAYERS: [&[&str]; 12] = [
    &["diagnostic", "family", "math", "time"],
    &["random"],
    &["distribution", "expression", "estimate"],
    &["scenario"],
    &["model"],
    &["program"],
    &["engine"],
    &["results"],
    &["analysis"],
    &["report"],
    &["explore"],
    &["cli"],
];

/// Longest file, its tests included.
const MOST_LINES: usize = 600;

/// A source file: its path below `src/`, `src/core/` or `src/format/` with forward slashes, its
/// text, and its lines without comments and string contents.
struct Source {
    path: String,
    text: String,
    code: Vec<String>,
}

impl Source {
    /// The top-level module that it belongs to.
    fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    gather(&root, &mut files);
    files.sort();
    let sources: Vec<Source> = (files.iter())
        .map(|file| {
            let text =
                std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
            // The modules of all packages stand in one order.
            let below = file.strip_prefix(&root).expect("below src");
            let package = ["core", "format"].into_iter();
            let below = (package
                .filter_map(|name| below.strip_prefix(name).ok())
                .next())
            .unwrap_or(below);
            let parts: Vec<String> = below
                .iter()
                .map(|p| p.to_string_lossy().into_owned())
                .collect();
            Source {
                path: parts.join("/"),
                code: code_of(&text),
                text,
            }
        })
        .collect();
    assert!(
        sources.len() > 50,
        "only {} sources were found",
        sources.len()
    );
    sources
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder)
        .expect("a folder")
        .map(|e| e.expect("an entry").path())
    {
        if entry.is_dir() {
            gather(&entry, files);
        } else if entry.extension().is_some_and(|e| e == "rs") {
            files.push(entry);
        }
    }
}

/// Lines of code: line comments gone, strings emptied.
fn code_of(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut in_string, mut raw_end) = (false, None::<String>);
    for line in text.lines() {
        let mut code = String::new();
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            if let Some(end) = &raw_end {
                let Some(at) = rest.find(end.as_str()) else {
                    break;
                };
                rest = &rest[at + end.len()..];
                raw_end = None;
                code.push('"');
                continue;
            }
            if in_string {
                let step = if c == '\\' {
                    1 + rest.chars().nth(1).map_or(0, char::len_utf8)
                } else {
                    c.len_utf8()
                };
                in_string = c != '"';
                if !in_string {
                    code.push('"');
                }
                rest = &rest[step.min(rest.len())..];
                continue;
            }
            if rest.starts_with("//") {
                break;
            }
            if let Some(hashes) = raw_start(rest)
                .filter(|_| !code.ends_with(|p: char| p.is_alphanumeric() || p == '_'))
            {
                raw_end = Some(format!("\"{}", "#".repeat(hashes)));
                code.push('"');
                rest = &rest[2 + hashes..];
                continue;
            }
            if rest.starts_with("'\"'") || rest.starts_with("'\\\"'") {
                code.push_str("' '");
                rest = &rest[rest[1..].find('\'').map_or(1, |at| at + 2)..];
                continue;
            }
            in_string = c == '"';
            code.push(c);
            rest = &rest[c.len_utf8()..];
        }
        lines.push(code);
    }
    lines
}

/// Number of `#` of a raw string that starts here.
fn raw_start(text: &str) -> Option<usize> {
    let after = text.strip_prefix('r')?;
    let hashes = after.bytes().take_while(|b| *b == b'#').count();
    after[hashes..].starts_with('"').then_some(hashes)
}

impl Source {
    /// Number of lines before the unit tests.
    fn tests_begin(&self) -> usize {
        if self.path.ends_with("tests.rs") || self.path.contains("/tests/") {
            return 0;
        }
        let marked = |pair: &[String]| {
            pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{')
        };
        self.code
            .windows(2)
            .position(marked)
            .unwrap_or(self.code.len())
    }
}

/// Names that follow `prefix` as a path segment, word by word.
fn segments<'l>(line: &'l str, prefix: &str) -> Vec<&'l str> {
    line.match_indices(prefix)
        .filter(|(at, _)| {
            !line[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$')
        })
        .map(|(at, _)| {
            let rest = &line[at + prefix.len()..];
            &rest[..rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len())]
        })
        .collect()
}

fn fails(what: &str, found: Vec<String>) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn a_module_imports_only_from_those_above_it() {
    let rank: BTreeMap<&str, usize> = LAYERS
        .iter()
        .enumerate()
        .flat_map(|(rank, names)| names.iter().map(move |name| (*name, rank)))
        .collect();
    let mut found = Vec::new();
    let mut imports = 0;
    for source in sources() {
        let module = source.module().to_string();
        if ["lib", "main"].contains(&module.as_str()) {
            continue;
        }
        let Some(own) = rank.get(module.as_str()) else {
            found.push(format!(
                "{}: `{module}` has no place among the layers",
                source.path
            ));
            continue;
        };
        for (number, line) in (1..).zip(&source.code) {
            for name in segments(line, "crate::")
                .into_iter()
                .filter(|name| *name != module && !name.is_empty())
            {
                imports += 1;
                // Macros and items of the crate's front page belong to nobody in particular; there
                // are none.
                if rank.get(name).is_none_or(|other| other >= own) {
                    found.push(format!(
                        "src/{}:{number}: `{module}` imports from `{name}`",
                        source.path
                    ));
                }
            }
            if line.contains("crate::{") {
                found.push(format!(
                    "src/{}:{number}: a grouped import from the crate hides its modules",
                    source.path
                ));
            }
        }
    }
    assert!(imports > 100, "only {imports} imports were looked at");
    fails("imports against the order of the layers", found);
}

/// Files that may touch the outside world.
fn is_edge(path: &str) -> bool {
    path == "main.rs" || path.starts_with("cli/") || path.starts_with("explore/")
}

#[test]
fn nothing_but_the_edges_prints_or_reads_clock_environment_or_files() {
    let forbidden = [
        "print!(",
        "println!(",
        "eprint!(",
        "eprintln!(",
        "dbg!(",
        "stdin(",
        "stdout(",
        "stderr(",
        "std::env",
        "env::var",
        "std::fs",
        "fs::",
        "File::",
        "std::net",
        "std::process",
        "std::time",
        "Instant",
        "SystemTime",
        "jiff::Zoned",
        "Zoned::now",
        "Timestamp::now",
        "jiff::tz",
    ];
    let mut found = Vec::new();
    for source in sources().iter().filter(|s| !is_edge(&s.path)) {
        // The one door to the disk of what is not an edge.
        let is_door = source.path == "scenario/files.rs";
        for (number, line) in (1..).zip(&source.code[..source.tests_begin()]) {
            for word in forbidden {
                let at = line.find(word);
                let whole = at.is_some_and(|at| {
                    !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
                });
                let allowed = is_door && ["std::fs", "fs::", "File::", "stdin("].contains(&word);
                if whole && !allowed {
                    found.push(format!(
                        "src/{}:{number}: `{word}` in {}",
                        source.path,
                        line.trim()
                    ));
                }
            }
        }
    }
    fails("the outside world away from the edges", found);
}

#[test]
fn the_engine_knows_no_json_no_names_and_no_formula_text() {
    let mut found = Vec::new();
    for source in sources()
        .iter()
        .filter(|s| ["engine", "program"].contains(&s.module()))
    {
        for (number, line) in (1..).zip(&source.code) {
            let json = line.contains("serde_json") || line.contains("crate::scenario");
            let names = source.module() == "engine"
                && (line.contains("crate::model") || line.contains("crate::expression"));
            if json || names {
                found.push(format!("src/{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    for source in sources().iter().filter(|s| s.module() == "scenario") {
        for (number, line) in (1..).zip(&source.code) {
            if line.contains("crate::random") || line.contains("rand::") {
                found.push(format!("src/{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    fails("knowledge that does not belong there", found);
}

#[test]
fn functions_whose_last_bits_differ_by_platform_are_called_in_math_only() {
    let functions = [
        "exp", "exp2", "exp_m1", "ln", "ln_1p", "log", "log2", "log10", "powf", "powi", "cbrt",
        "hypot", "sin", "cos", "tan", "sin_cos", "asin", "acos", "atan", "atan2", "sinh", "cosh",
        "tanh", "asinh", "acosh", "atanh",
    ];
    let banned = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("clippy.toml"))
        .expect("a clippy.toml");
    let mut found = Vec::new();
    for function in functions {
        assert!(
            banned.contains(&format!("\"f64::{function}\"")),
            "clippy.toml does not ban f64::{function}"
        );
    }
    for source in sources().iter().filter(|s| s.module() != "math") {
        for (number, line) in (1..).zip(&source.code) {
            for function in functions {
                let called = [
                    format!(".{function}("),
                    format!("f64::{function}"),
                    format!("f32::{function}"),
                ];
                let hit = called.iter().any(|call| {
                    line.find(call.as_str()).is_some_and(|at| {
                        call.ends_with('(')
                            || !line[at + call.len()..]
                                .starts_with(|c: char| c.is_alphanumeric() || c == '_')
                    })
                });
                if hit {
                    found.push(format!("src/{}:{number}: {}", source.path, line.trim()));
                }
            }
        }
    }
    fails("platform-dependent functions", found);
}

#[test]
fn no_hash_order_can_reach_a_result() {
    let mut found = Vec::new();
    for source in sources() {
        for (number, line) in (1..).zip(&source.code) {
            if line.contains("HashMap") || line.contains("HashSet") {
                found.push(format!("src/{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    fails("maps whose order changes from run to run", found);
}

#[test]
fn every_file_says_what_it_is_and_none_is_too_long() {
    let mut found = Vec::new();
    for source in sources() {
        if !source.text.starts_with("//! ") {
            found.push(format!("src/{}: no `//!` header", source.path));
        }
        let lines = source.text.lines().count();
        if lines > MOST_LINES {
            found.push(format!(
                "src/{}: {lines} lines, at most {MOST_LINES}",
                source.path
            ));
        }
    }
    fails("files to look at", found);
}

/// Tables and code within comments may be wider.
#[test]
fn comments_end_at_a_hundred_columns() {
    let mut found = Vec::new();
    for source in sources() {
        let mut is_code = false;
        for (number, line) in (1..).zip(source.text.lines()) {
            let Some(words) = line.trim_start().strip_prefix("//") else {
                continue;
            };
            let words = words.trim_start_matches(['/', '!']).trim_start();
            is_code ^= words.starts_with("```");
            let is_wide = line.chars().count() > 100;
            if is_wide && !is_code && !words.starts_with("| ") {
                found.push(format!("src/{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    fails("comments wider than 100 columns", found);
}

#[test]
fn days_become_years_and_dates_in_one_place() {
    let elsewhere = |s: &&Source| {
        let is_test = s.path.ends_with("tests.rs")
            || s.path.contains("/tests/")
            || s.path.starts_with("report/fixture/");
        s.path != "time/calendar.rs" && !is_test
    };
    let mut found = Vec::new();
    for source in sources().iter().filter(elsewhere) {
        for (number, line) in (1..).zip(&source.code[..source.tests_begin()]) {
            if line.contains("365.25") || line.contains("get_days") || line.contains("try_days") {
                found.push(format!("src/{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    fails("days of a year outside of the calendar", found);
}

#[test]
fn nothing_is_unsafe_or_left_to_be_done() {
    let mut found = Vec::new();
    for source in sources() {
        for (number, (line, code)) in (1..).zip(source.text.lines().zip(&source.code)) {
            let undone = ["todo!(", "unimplemented!("]
                .iter()
                .any(|word| code.contains(word))
                || ["TO", "FIX"]
                    .iter()
                    .zip(["DO", "ME"])
                    .any(|(a, b)| line.contains(&format!("{a}{b}")));
            let is_unsafe = segments(code, "unsafe").iter().any(|rest| rest.is_empty());
            // The one module that calls code compiled for a vector unit that has been found.
            if undone || is_unsafe && source.path != "math/width.rs" {
                found.push(format!("src/{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    fails("unsafe or unfinished", found);
}

#[test]
fn the_scanner_tells_code_from_comments_and_strings() {
    let text = "let a = \"x.exp(// no\"; b.ln() // c.sin()\nlet r = r#\"d.cos( \"quoted\" \"#; e.tan();\nlet q = '\"'; f.exp();\n";
    let code = code_of(text);
    assert_eq!(
        code,
        [
            "let a = \"\"; b.ln() ",
            "let r = \"\"; e.tan();",
            "let q = ' '; f.exp();"
        ]
    );
    assert_eq!(
        segments(
            "use crate::model::{A}; my_crate::x; crate::engine",
            "crate::"
        ),
        ["model", "engine"]
    );
}

/// What the comparison with other programs measures is compiled there as it is shipped: what
/// computes is optimised by name here, and with everything else there.
#[test]
fn the_simulator_is_measured_as_it_is_shipped() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = |below: &str| {
        let at = root.join(below).join("Cargo.toml");
        std::fs::read_to_string(&at).unwrap_or_else(|e| panic!("{}: {e}", at.display()))
    };
    let section = |text: &str, name: &str| -> BTreeMap<String, String> {
        text.lines()
            .skip_while(|line| *line != name)
            .skip(1)
            .take_while(|line| !line.starts_with('['))
            .filter_map(|line| line.split_once(" = "))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    };
    let (shipped, measured) = (manifest("."), manifest("benches/ratios"));
    let mut profiles = [&shipped, &measured].map(|text| section(text, "[profile.release]"));
    let packages = section(&shipped, "[profile.release.package]");
    profiles[0].insert(
        "opt-level".to_owned(),
        packages["quincunx-core.opt-level"].clone(),
    );
    assert_eq!(profiles[0], profiles[1]);
}

/// A file of tests that no module names is not compiled: its tests cannot fail.
#[test]
fn every_file_of_tests_is_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut files = Vec::new();
    gather(&root, &mut files);
    let lost = files.iter().filter(|file| {
        let (Some(folder), Some(name)) = (file.parent(), file.file_stem()) else {
            return false;
        };
        // A folder with a `mod.rs` is a module that stands in the folder above.
        let (folder, name) = match (name.to_str(), folder.parent(), folder.file_name()) {
            (Some("mod"), Some(above), Some(of)) if folder != root => (above, of),
            _ => (folder, name),
        };
        // The binaries themselves.
        if name == "main" || (folder == root && folder.join(name).with_extension("rs") == **file) {
            return false;
        }
        let declared = format!("mod {};", name.to_string_lossy());
        let beside = std::fs::read_dir(folder).expect("a folder");
        let mut heads = beside
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| {
                let is_head = path.ends_with("mod.rs") || path.ends_with("main.rs");
                is_head || (folder == root && path.extension().is_some_and(|ending| ending == "rs"))
            });
        !heads.any(|head| std::fs::read_to_string(head).is_ok_and(|text| text.contains(&declared)))
    });
    let lost = lost.map(|file| file.display().to_string()).collect();
    fails("files that no module names", lost);
}
